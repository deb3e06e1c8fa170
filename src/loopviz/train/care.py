"""How careful each person's work is, as far as it is known: what several sources say of it, as one number.

Evidence is a table of scores from 0 to 1, each about one assignment: how far another person's labels of the frame bear
it out, a known answer, or a model that never saw that person's labels. Who agrees with careful people is careful, and
who is careful is not known before: so both are found together, by turns, as truth discovery does (Yin, Han and Yu 2008,
"Truth Discovery with Multiple Conflicting Information Providers on the Web"). Little evidence moves nobody far from
what is known of all (shrinkage to the mean), and no evidence not at all.

Where one drew what the other did not, one of the two is wrong. Of a category that stands on nearly every frame it is
likely who left it out, of a rare one who drew it: the blame is shared out so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, get_args

import polars as pl

from loopviz.crowd.quality.agreement import Labels, class_ious, frame_sizes, gold_scores, labels_by_frame, pairs
from loopviz.crowd.quality.pixel_runs import Size
from loopviz.dataset import Dataset
from loopviz.work import IS_DISMISSED

Kind = Literal["agreement", "gold", "model", "review"]
EVIDENCE: Mapping[str, pl.DataType] = {
    "assignment_id": pl.String(),
    "kind": pl.Enum(get_args(Kind)),
    "other": pl.String(),  # of an agreement: the assignment that it is with
    "score": pl.Float64(),  # 0 to 1
    "worth": pl.Float64(),  # 0 to 1: how much of it is about this work, and not about the other's
}
CARE: Mapping[str, pl.DataType] = {
    "assignment_id": pl.String(),
    "care": pl.Float64(),  # from 0; 1: as the mean of all, and of work of which nothing is known
    "pieces": pl.Int64(),  # how much evidence there is of the person, this work and the others
}
# What one score is worth: a known answer more than a model, a model as much as a careful person.
TRUST: Mapping[str, float] = {"agreement": 1.0, "gold": 3.0, "model": 1.0, "review": 1.0}
PERSON, WORK = 2.0, 1.0  # how many scores it takes to move a person half-way from the mean, and work from its person
GOOD = 0.75  # quantile of a kind's scores that counts as full marks: nobody's boxes fit those of others to the pixel
ROUNDS = 20
Row = tuple[str, str, str | None, float, float]


def evidence_of(dataset: Dataset) -> pl.DataFrame:
    """Return what a Dataset itself says of its work: agreement on frames that several labelled, known answers, reviews.

    A review speaks of the work that it is about, and not of the person: good work is rejected at times.
    """
    sizes, common, rows = frame_sizes(dataset), commonness(dataset), list[Row]()
    for frame, one, other in pairs(dataset):
        for mine, theirs in ((one, other), (other, one)):
            found = borne_out(mine, theirs, sizes.get(frame), common)
            rows.append((mine.assignment_id, "agreement", theirs.assignment_id, *found))
    rows += [(task, "gold", None, score, 1.0) for task, score in gold_scores(dataset).items()]
    rows += [(task, "review", None, 0.0, 1.0) for task in dataset.assignments.filter(IS_DISMISSED)["assignment_id"]]
    return pl.DataFrame(rows, schema=dict(EVIDENCE), orient="row")


def model_evidence(dataset: Dataset, found: pl.DataFrame) -> pl.DataFrame:
    """Return as evidence how far a model bears out each assignment.

    Args:
        dataset: The Dataset.
        found: What the model found, as the Dataset's ``annotations``: on every frame by a model that never saw the
            labels of the people who worked on it. Frames where it found nothing say nothing of anybody.
    """
    sizes, common = frame_sizes(dataset), commonness(dataset)
    model = {
        frame: Labels("model", None, {c: list(rows.iter_rows(named=True)) for (c,), rows in _by(part, "class_id")})
        for (frame,), part in _by(found, "frame")
    }
    rows = [
        (labels.assignment_id, "model", None, *borne_out(labels, model[frame], sizes.get(frame), common))
        for frame, group in labels_by_frame(dataset)
        if frame in model
        for labels in group
    ]
    return pl.DataFrame(rows, schema=dict(EVIDENCE), orient="row")


def _by(table: pl.DataFrame, column: str) -> Iterator[tuple[tuple[int, ...], pl.DataFrame]]:
    return iter(table.partition_by(column, as_dict=True).items())


def commonness(dataset: Dataset) -> dict[int, float]:
    """Return on which share of the frames that somebody worked on anybody drew each category."""
    frames = dataset.assignments["frame"].drop_nulls().n_unique()
    theirs = dataset.annotations.filter(pl.col("assignment_id").is_not_null())
    drawn = dict(theirs.group_by("class_id").agg(pl.col("frame").n_unique()).iter_rows())
    return {c: drawn.get(c, 0) / frames if frames else 0.0 for c in dataset.categories["class_id"]}


def borne_out(mine: Labels, theirs: Labels, size: Size | None, common: Mapping[int, float]) -> tuple[float, float]:
    """Return how far somebody's labels of a frame bear out another's, from 0 to 1, and how much that is worth.

    The mean of the overlaps of the categories that both drew, and of 0 for each that only one drew, which counts as
    much as it is likely to be this one's mistake. What is the other's mistake is worth nothing.
    """
    shared = class_ious(mine, theirs, size)
    forgotten = sum(likely(common[c]) for c in theirs.by_class.keys() - mine.by_class.keys())
    invented = sum(likely(1 - common[c]) for c in mine.by_class.keys() - theirs.by_class.keys())
    total = len(shared) + forgotten + invented
    every = len(mine.by_class.keys() | theirs.by_class.keys())
    return (sum(shared.values()) / total, total / every) if total else (0.0, 0.0)


def likely(share: float) -> float:
    """Return how likely one of two is right, by Bayes' rule, whose word is as good as the other's beforehand."""
    return share**2 / (share**2 + (1 - share) ** 2)


def care(dataset: Dataset, evidence: pl.DataFrame) -> pl.DataFrame:
    """Return how careful every assignment is, as far as it is known: columns as ``CARE``, in the assignments' order.

    A person's care is the mean of all evidence of their work, an assignment's the mean of its own evidence and of its
    person's care. A score counts as much as whom it comes from is trusted. Work of whom nobody knows is judged by its
    own evidence alone.

    Args:
        dataset: The Dataset.
        evidence: Columns as ``EVIDENCE``; see ``evidence_of`` and ``model_evidence``.
    """
    work = dataset.assignments.select("assignment_id", person=pl.coalesce("worker_id", "assignment_id"))
    known = _marked(evidence).join(work, on="assignment_id")
    found, mean = work.with_columns(care=pl.lit(1.0)), 1.0
    for _ in range(ROUNDS):
        found, mean = _round(work, known, found)
    pieces = known.group_by("person").agg(pieces=pl.len().cast(pl.Int64))
    counted = found.join(pieces, on="person", how="left", maintain_order="left")
    return counted.select("assignment_id", pl.col("care") / (mean or 1.0), pl.col("pieces").fill_null(0))


def _marked(evidence: pl.DataFrame) -> pl.DataFrame:
    """Return the evidence with its scores as shares of what good work of its kind gets, and what each is worth."""
    good = pl.col("score").quantile(GOOD, "linear").over("kind")
    share = pl.when(good > 0).then((pl.col("score") / good).clip(0, 1)).otherwise(0.0)
    trust = pl.col("kind").cast(pl.String).replace_strict(TRUST, return_dtype=pl.Float64)
    return evidence.select("assignment_id", "kind", "other", score=share, trust=trust * pl.col("worth"))


def _round(work: pl.DataFrame, known: pl.DataFrame, before: pl.DataFrame) -> tuple[pl.DataFrame, float]:
    """Return the care of all work, given what it was taken for before, and its mean."""
    others = before.select(other="assignment_id", worth="care")
    weighed = known.join(others, on="other", how="left").with_columns(
        trust=pl.col("trust") * pl.col("worth").fill_null(1.0) ** 2  # what a careless person says is worth nothing
    )
    sums = ((pl.col("trust") * pl.col("score")).sum().alias("good"), pl.col("trust").sum())
    of_people = weighed.filter(pl.col("kind") != "review")
    good, trust = of_people.select(sums).row(0)
    neutral = good / trust if trust else 1.0
    people = of_people.group_by("person").agg(sums)
    people = people.select("person", theirs=(pl.col("good") + PERSON * neutral) / (pl.col("trust") + PERSON))
    own = weighed.group_by("assignment_id").agg(sums)
    joined = work.join(people, on="person", how="left", maintain_order="left")
    joined = joined.join(own, on="assignment_id", how="left", maintain_order="left")
    filled = joined.with_columns(pl.col("good", "trust").fill_null(0.0), pl.col("theirs").fill_null(neutral))
    mean = (pl.col("good") + WORK * pl.col("theirs")) / (pl.col("trust") + WORK)
    return filled.select("assignment_id", "person", care=mean), float(neutral)
