"""Two label sets compared: in all, by category, by frame, and by the part of the reference that somebody drew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from loopviz.dataset import Dataset
from loopviz.evaluation.coco_metrics import Scores, coco_scores
from loopviz.evaluation.matching import OUTCOMES, SAME_OBJECT, match_labels

COUNTS = ("labels", "detections", *OUTCOMES)
PART: Mapping[str, pl.DataType] = {
    "frames": pl.Int64(),
    **dict.fromkeys(COUNTS, pl.Int64()),
    "precision": pl.Float64(),  # of the detections, how many are right; null: there are none
    "recall": pl.Float64(),  # of the labels, how many were found
    "mean_iou": pl.Float64(),  # of what was matched
    "map50": pl.Float64(),
    "map50_95": pl.Float64(),
}


@dataclass(frozen=True)
class Judge:
    """How detections are compared with labels.

    Attributes:
        confidence: Only detections of at least that are matched; average precision takes all.
        iou: The least overlap of two boxes that are one object, for what is matched.
    """

    confidence: float = 0.25
    iou: float = SAME_OBJECT


@dataclass(frozen=True, eq=False)
class Comparison:
    """How detections compare with labels.

    Attributes:
        matches: A row for each pair, label missed, and detection extra: see ``matching.MATCHES``.
        scores: Average precision.
        whole: One row: columns as ``PART``.
        categories: A row for each: ``class_id``, ``name``, and columns as ``PART``.
        frames: A row for each frame that is judged: ``frame``, ``pts_seconds`` and how many of each outcome.
        confusion: How many labels of a category (null: none) were taken for which (null: missed).
    """

    matches: pl.DataFrame
    scores: Scores
    whole: pl.DataFrame
    categories: pl.DataFrame
    frames: pl.DataFrame
    confusion: pl.DataFrame


def compare(reference: Dataset, predicted: Dataset, frames: Collection[int], judge: Judge) -> Comparison:
    """Compare detections with labels, on some frames.

    Args:
        reference: The labels, one set of them a frame.
        predicted: The detections, on the same frames, with the same categories.
        frames: The frames that are judged.
        judge: How.
    """
    class_ids = reference.categories["class_id"].to_list()
    labels, found = (each.annotations.filter(pl.col("frame").is_in(list(frames))) for each in (reference, predicted))
    matches = match_labels(labels, sure(found, judge), iou=judge.iou)
    scores = coco_scores(labels, found, frames, class_ids)
    whole = _row(matches, scores.map50, scores.map50_95, len(frames))
    return Comparison(
        matches,
        scores,
        whole,
        _by_category(matches, scores, reference.categories),
        _by_frame(matches, reference.frames.filter(pl.col("frame").is_in(list(frames)))),
        _confusion(matches, reference.categories),
    )


def compare_part(labels: pl.DataFrame, found: pl.DataFrame, frames: Collection[int], judge: Judge) -> pl.DataFrame:
    """Return a row of how detections compare with some labels, columns as ``PART``.

    Args:
        labels: Rows of annotations: what one person drew, say.
        found: The detections, of all frames.
        frames: Where these labels could be.
        judge: How.
    """
    here = found.filter(pl.col("frame").is_in(list(frames)))
    class_ids = sorted({*labels["class_id"], *here["class_id"]})
    scores = coco_scores(labels, here, frames, class_ids)
    return _row(match_labels(labels, sure(here, judge), iou=judge.iou), scores.map50, scores.map50_95, len(frames))


def sure(found: pl.DataFrame, judge: Judge) -> pl.DataFrame:
    """Return the detections that are sure enough to be matched; who gives no confidence is sure."""
    return found.filter((pl.col("confidence") >= judge.confidence).fill_null(value=True))


def _row(matches: pl.DataFrame, map50: float | None, map50_95: float | None, frames: int) -> pl.DataFrame:
    """Return what some matches come to."""
    count = {outcome: int((matches["outcome"] == outcome).sum()) for outcome in OUTCOMES}
    matched, confused = count["matched"], count["confused"]
    labels, detections = matched + confused + count["missed"], matched + confused + count["extra"]
    row = {
        "frames": frames,
        "labels": labels,
        "detections": detections,
        **count,
        "precision": matched / detections if detections else None,
        "recall": matched / labels if labels else None,
        "mean_iou": matches.filter(pl.col("outcome") == "matched")["iou"].mean(),
        "map50": map50,
        "map50_95": map50_95,
    }
    return pl.DataFrame([row], schema=dict(PART), orient="row")


def _by_category(matches: pl.DataFrame, scores: Scores, categories: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each category; a label taken for another category counts there as confused, and here too."""
    known = {class_id: (half, strict) for class_id, _, _, half, strict in scores.categories.iter_rows()}
    rows = []
    for class_id, name in categories.select("class_id", "name").iter_rows():
        own = matches.filter(pl.coalesce("reference_class", "predicted_class") == class_id)
        taken = matches.filter(pl.col("predicted_class") == class_id, pl.col("outcome") == "confused").height
        row = _row(own, *known.get(class_id, (None, None)), own["frame"].n_unique())
        given = row["matched"][0] + row["extra"][0] + taken
        right = pl.lit(row["matched"][0] / given if given else None, pl.Float64)
        head = (pl.lit(class_id).cast(pl.Int64).alias("class_id"), pl.lit(name).alias("name"))
        rows.append(row.with_columns(detections=pl.lit(given, pl.Int64), precision=right).select(*head, pl.all()))
    empty = pl.DataFrame(schema={"class_id": pl.Int64(), "name": pl.String(), **PART})
    return pl.concat([empty, *rows])


def _by_frame(matches: pl.DataFrame, frames: pl.DataFrame) -> pl.DataFrame:
    counts = [(pl.col("outcome") == outcome).sum().cast(pl.Int64).alias(outcome) for outcome in OUTCOMES]
    found = matches.group_by("frame").agg(counts)
    listed = frames.select("frame", "pts_seconds").sort("frame")
    return listed.join(found, on="frame", how="left", maintain_order="left").with_columns(
        pl.col(list(OUTCOMES)).fill_null(0)
    )


def _confusion(matches: pl.DataFrame, categories: pl.DataFrame) -> pl.DataFrame:
    names = dict(categories.select("class_id", "name").iter_rows())
    pairs = matches.filter(pl.col("outcome") != "ignored").group_by("reference_class", "predicted_class").len("count")
    named = [
        pl.col(f"{side}_class").replace_strict(names, default=None, return_dtype=pl.String).alias(side)
        for side in ("reference", "predicted")
    ]
    return pairs.sort("reference_class", "predicted_class", nulls_last=True).select(
        *named, pl.col("count").cast(pl.Int64)
    )


def by_person(
    dataset: Dataset, found: pl.DataFrame, frames: Collection[int], judge: Judge, workers: Sequence[str]
) -> pl.DataFrame:
    """Return a row for each of some people: how detections compare with what that person drew.

    Where somebody worked on a frame twice, the last time counts. Work of which it is not known what was drawn is left
    aside.

    Args:
        dataset: All work.
        found: The detections.
        frames: The frames that are judged.
        judge: How.
        workers: Their ids.

    Returns:
        ``worker_id``, and columns as ``PART``; of those who worked on these frames.
    """
    read = dataset.assignments.filter(pl.col("frame").is_in(list(frames)), pl.col("labels_read").fill_null(value=True))
    last = read.sort("submitted_at", maintain_order=True).unique(["frame", "worker_id"], keep="last")
    rows = []
    for worker in workers:
        work = last.filter(pl.col("worker_id") == worker)
        drawn = dataset.annotations.join(work, on="assignment_id", how="semi", maintain_order="left")
        if work.height:
            row = compare_part(drawn, found, set(work["frame"]), judge)
            rows.append(row.select(pl.lit(worker).alias("worker_id"), pl.all()))
    return pl.concat([pl.DataFrame(schema={"worker_id": pl.String(), **PART}), *rows])


def by_batch(
    dataset: Dataset, labels: pl.DataFrame, found: pl.DataFrame, frames: Collection[int], judge: Judge
) -> pl.DataFrame:
    """Return a row for each batch: how detections compare with the reference on the frames of that batch.

    Args:
        dataset: All work.
        labels: The reference's annotations.
        found: The detections.
        frames: The frames that are judged.
        judge: How.

    Returns:
        ``batch``, and columns as ``PART``; in the order in which batches come.
    """
    work = dataset.assignments.filter(pl.col("frame").is_in(list(frames))).drop_nulls("batch")
    rows = []
    for batch in work["batch"].unique(maintain_order=True):
        own = set(work.filter(pl.col("batch") == batch)["frame"])
        row = compare_part(labels.filter(pl.col("frame").is_in(list(own))), found, own, judge)
        rows.append(row.select(pl.lit(batch).alias("batch"), pl.all()))
    return pl.concat([pl.DataFrame(schema={"batch": pl.String(), **PART}), *rows])
