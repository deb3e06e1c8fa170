"""What changed between two sets of labels on the same frames: what came, went, moved, was drawn or called otherwise.

Labels are paired frame by frame, and where both sides say who drew them, among each person's own. What stands where it
stood, under the same name, is the same label. What is left is paired so that the sum of the overlaps (IoU) is the
greatest: within the categories first, then whatever the category, which is one object under another name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from loopviz.dataset import Dataset
from loopviz.evaluation.assignment import best_pairs
from loopviz.geometry import box_iou
from loopviz.schema import EDGES
from loopviz.work import HAS_AREA

OVERLAP, TOLERANCE = 0.3, 1.0
OUTCOMES = ("same", "moved", "redrawn", "renamed", "went", "came")
CHANGES: Mapping[str, pl.DataType] = {
    "frame": pl.Int64(),
    "outcome": pl.Enum(OUTCOMES),
    "worker_id": pl.String(),  # null: nobody is known
    "before_id": pl.Int64(),  # annotation_id; null: it came
    "after_id": pl.Int64(),  # null: it went
    "before_class": pl.Int64(),
    "after_class": pl.Int64(),
    "iou": pl.Float64(),  # null where there is no pair
    "shift_pixels": pl.Float64(),  # how far the edge moved that moved most
}
DRAWN = ("mask_rle", "polygons", "keypoints")
PLACE = 2  # digits of a pixel by which outlines differ


def difference(
    before: Dataset, after: Dataset, *, overlap: float = OVERLAP, tolerance: float = TOLERANCE
) -> pl.DataFrame:
    """Return what became of each label.

    Args:
        before: The first set.
        after: The second set, with the same frames and the same categories.
        overlap: How much two labels of one object overlap at least (IoU), if they do not stand in the same place.
        tolerance: Pixels by which an edge may differ before a label has moved.

    Returns:
        Columns as ``CHANGES``, by frame: one row a pair, a label that went, or one that came. A pair is ``renamed`` if
        the category differs, wherever it stands; ``moved``, if an edge did; ``redrawn``, if its outline, mask or
        keypoints differ within the same box. Points and lines have no area, and are left out.
    """
    sides = [_labels(each) for each in (before, after)]
    if not shared_people(before, after):
        sides = [each.with_columns(who=pl.lit(None, pl.String)) for each in sides]
    same, rest = _unchanged(*sides)
    rows = [*same, *(row for one, other in _groups(*rest) for row in _paired(one, other, overlap, tolerance))]
    table = pl.DataFrame(rows, schema=dict(CHANGES), orient="row")
    return table.sort("frame", "before_id", "after_id", nulls_last=True)


def shared_people(before: Dataset, after: Dataset) -> bool:
    """Say whether both sides say who drew their labels, and speak of the same people."""
    one, other = (_labels(each)["worker_id"].drop_nulls().unique() for each in (before, after))
    return bool(one.is_in(other.implode()).any())


def _labels(dataset: Dataset) -> pl.DataFrame:
    who = dataset.assignments.select("assignment_id", "worker_id")
    rows = dataset.annotations.filter(HAS_AREA).join(who, on="assignment_id", how="left", maintain_order="left")
    outline = pl.col("polygons").list.eval(pl.element().list.eval(pl.element().round(PLACE)))
    points = pl.col("keypoints").list.eval(pl.element().round(PLACE))
    kept = ("annotation_id", "frame", "class_id", *EDGES, "worker_id")
    return rows.select(*kept, "mask_rle", polygons=outline, keypoints=points, who="worker_id")


_Rows = Iterator[tuple[object, ...]]


def _unchanged(one: pl.DataFrame, other: pl.DataFrame) -> tuple[_Rows, tuple[pl.DataFrame, pl.DataFrame]]:
    """Return rows of what stands where it stood under the same name, each once, and what is left of both sides."""
    key = ["frame", "who", "class_id", *EDGES]
    numbered = [each.with_columns(nth=pl.int_range(pl.len()).over(key)) for each in (one, other)]
    pairs = numbered[0].join(numbered[1], on=[*key, "nth"], nulls_equal=True, suffix="_after", maintain_order="left")
    drawn = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_after")) for name in DRAWN)
    rows = pairs.select(
        "frame",
        pl.when(drawn).then(pl.lit("same")).otherwise(pl.lit("redrawn")).alias("outcome"),
        pl.coalesce("worker_id", "worker_id_after"),
        "annotation_id",
        "annotation_id_after",
        "class_id",
        pl.col("class_id").alias("class_after"),
        pl.lit(1.0).alias("iou"),
        pl.lit(0.0).alias("shift"),
    )
    left = numbered[0].join(pairs, on="annotation_id", how="anti", maintain_order="left")
    came = numbered[1].join(
        pairs, left_on="annotation_id", right_on="annotation_id_after", how="anti", maintain_order="left"
    )
    return rows.iter_rows(), (left, came)


_Labels = Sequence[Mapping[str, Any]]


def _groups(one: pl.DataFrame, other: pl.DataFrame) -> Iterator[tuple[_Labels, _Labels]]:
    """Yield what is left of both sides, frame by frame and person by person."""
    sides: list[dict[Any, list[Mapping[str, Any]]]] = [{}, {}]
    for side, table in zip(sides, (one, other), strict=True):
        for row in table.iter_rows(named=True):
            side.setdefault((row["frame"], row["who"]), []).append(row)
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        yield sides[0].get(key, []), sides[1].get(key, [])


def _paired(one: _Labels, other: _Labels, overlap: float, tolerance: float) -> _Rows:
    """Yield a row for each label of a group: pairs, then what went, then what came."""
    before, after = (np.array([[row[edge] for edge in EDGES] for row in side]).reshape(-1, 4) for side in (one, other))
    iou = box_iou(before, after)
    shift = np.abs(before[:, None] - after[None]).max(axis=2)
    alike = np.array([row["class_id"] for row in one])[:, None] == np.array([row["class_id"] for row in other])
    worth = np.where(shift <= tolerance, np.maximum(iou, 1e-6), np.where(iou >= max(overlap, 1e-9), iou, 0.0))
    pairs = best_pairs(np.where(alike, worth, 0.0))
    worth[[i for i, _ in pairs]] = 0.0
    worth[:, [j for _, j in pairs]] = 0.0
    pairs += best_pairs(worth)
    for i, j in pairs:
        yield _row(_outcome(one[i], other[j], shift[i, j] > tolerance), one[i], other[j], iou[i, j], shift[i, j])
    gone, new = {i for i, _ in pairs}, {j for _, j in pairs}
    yield from (_row("went", row, None) for i, row in enumerate(one) if i not in gone)
    yield from (_row("came", None, row) for j, row in enumerate(other) if j not in new)


def _outcome(before: Mapping[str, Any], after: Mapping[str, Any], moved: bool) -> str:
    if before["class_id"] != after["class_id"]:
        return "renamed"
    if moved:
        return "moved"
    return "same" if all(before[name] == after[name] for name in DRAWN) else "redrawn"


def _row(
    outcome: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    iou: float | None = None,
    shift: float | None = None,
) -> tuple[object, ...]:
    rows = [row for row in (before, after) if row is not None]
    who = next((row["worker_id"] for row in rows if row["worker_id"] is not None), None)
    ids = [None if row is None else row["annotation_id"] for row in (before, after)]
    classes = [None if row is None else row["class_id"] for row in (before, after)]
    numbers = [None if value is None else float(value) for value in (iou, shift)]
    return rows[0]["frame"], outcome, who, *ids, *classes, *numbers
