"""What is taught of each frame: the labels of those whose work counts, made one where several labelled it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from loopviz.crowd.quality.agreement import Labels, boxes_of, labels_by_frame, same_objects
from loopviz.crowd.quality.consensus import consensus_of
from loopviz.dataset import Dataset
from loopviz.schema import COLUMNS, EDGES
from loopviz.train.care import commonness, likely
from loopviz.train.options import Whose
from loopviz.train.whose_work import LEAST_WEIGHT, SHARPNESS
from loopviz.work import HAS_AREA, IS_CARRIED, IS_GOLD, IS_MODELS

MAJORITY = 0.5  # of those who labelled a frame: more than this share must agree
OBJECTS: Mapping[str, pl.DataType] = {
    **{name: column.kind for name, column in COLUMNS["annotations"].items() if name != "assignment_id"},
    "assignment_ids": pl.List(pl.String()),  # of whom it was learned; empty: nobody's, as a known answer
    "weight": pl.Float64(),
}


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is taught.

    Attributes:
        objects: The labels that teach: columns as ``OBJECTS``.
        frames: By frame, how much its picture weighs, from 0 to 1; without the frames that teach nothing.
        incomplete: How many frames were left out because most of what stands on nearly every frame lacks on them.
    """

    objects: pl.DataFrame
    frames: Mapping[int, float]
    incomplete: int = 0


def frames_of_several(objects: pl.DataFrame) -> int:
    """Return on how many frames several people's labels stand side by side; what they agreed on is nobody's own."""
    alone = objects.filter(pl.col("assignment_ids").list.len() == 1)
    people = alone.group_by("frame").agg(pl.col("assignment_ids").list.first().n_unique())
    return people.filter(pl.col("assignment_ids") > 1).height


def lesson(dataset: Dataset, weighed: pl.DataFrame, whose: Whose) -> Lesson:
    """Return what is taught, given the weights of the work.

    - A known answer (origin ``gold``) stands for whatever people drew on its frame. What was carried over from other
      frames, or found by a model, teaches nothing: nobody drew it there.
    - ``all`` and ``accepted`` take the labels as they are, several people's of one frame side by side.
    - ``consensus``: of a frame that several labelled, what more than half of them drew and called the same; see
      ``loopviz.crowd.quality.consensus``.
    - ``weighted``: several people's labels of a frame become one by a weighted vote, each object with the weighted
      median of its boxes' edges. Who drew a category elsewhere votes against an object; who left it out does as far as
      that is likely to be right: of a category that stands on nearly every frame hardly. A frame that lacks such
      categories weighs less, for what is missing would be taught as background.

    Args:
        dataset: All work.
        weighed: Its ``weights``.
        whose: As given to ``weights``.
    """
    good = dict(weighed.filter(pl.col("weight") > 0).select("assignment_id", "weight").iter_rows())
    drawn = dataset.annotations.filter(~IS_CARRIED, ~IS_MODELS, HAS_AREA)
    known = drawn.filter(IS_GOLD)
    rest = drawn.filter(~pl.col("frame").is_in(known["frame"].implode()))
    nobodys = rest.filter(pl.col("assignment_id").is_null())
    theirs = rest.filter(pl.col("assignment_id").is_in(list(good)))
    plain = pl.concat([known, nobodys]).with_columns(assignment_ids=pl.lit([], pl.List(pl.String)), weight=pl.lit(1.0))
    if whose == "weighted":
        votes = dict(weighed.select("assignment_id", "care").iter_rows())
        voted = _voted(_part(dataset, theirs, good), votes, commonness(dataset))
        taught = (
            pl.col("assignment_ids").list.eval(pl.element().replace_strict(good, return_dtype=pl.Float64)).list.max()
        )
        objects = voted.with_columns(weight=taught)
    elif whose == "consensus":
        objects = _agreed(_part(dataset, theirs, good))
    else:
        objects = theirs.with_columns(assignment_ids=pl.concat_list("assignment_id"), weight=pl.lit(1.0))
    every = pl.concat([each.select(*OBJECTS) for each in (plain, objects)]).sort("frame", maintain_order=True)
    if whose != "weighted":
        return Lesson(every, dict.fromkeys(every["frame"], 1.0))
    return _complete(every, set(known["frame"]), commonness(dataset))


def _part(dataset: Dataset, shapes: pl.DataFrame, tasks: Mapping[str, float]) -> Dataset:
    """Return the part of a Dataset that some assignments drew."""
    work = dataset.assignments.filter(pl.col("assignment_id").is_in(list(tasks)))
    return dataset.replace(annotations=shapes).replace(assignments=work)


def _agreed(part: Dataset) -> pl.DataFrame:
    """Return the labels of one person as they are, and what most agree on where several labelled a frame."""
    voted = consensus_of(part, "majority", unnamed=True).dataset.annotations.filter(
        pl.col("origin").ne_missing("consensus") | (pl.col("confidence") > MAJORITY)
    )
    people = part.assignments.drop_nulls("frame").group_by("frame").agg(everybody="assignment_id")
    alone = pl.col("assignment_id").is_not_null()
    with_people = voted.join(people, on="frame", how="left", maintain_order="left")
    ids = pl.when(alone).then(pl.concat_list("assignment_id")).otherwise("everybody")
    return with_people.with_columns(assignment_ids=ids, weight=pl.lit(1.0))


def _voted(part: Dataset, votes: Mapping[str, float], common: Mapping[int, float]) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for _, voters in labels_by_frame(part):
        rows += _vote(voters, [votes[each.assignment_id] for each in voters], common)
    return pl.DataFrame(rows, schema={**OBJECTS, "assignment_id": pl.String()}).drop("assignment_id")


def _vote(voters: Sequence[Labels], votes: Sequence[float], common: Mapping[int, float]) -> list[dict[str, Any]]:
    """Return the objects of a frame for which there is more than against them."""
    rows: list[dict[str, Any]] = []
    for class_id in sorted({c for labels in voters for c in labels.by_class}):
        drew = [labels.by_class.get(class_id, ()) for labels in voters]
        absent = sum(vote for vote, theirs in zip(votes, drew, strict=True) if not theirs)
        against = absent * likely(1 - common[class_id]) / likely(common[class_id]) if common[class_id] else absent
        total = sum(vote for vote, theirs in zip(votes, drew, strict=True) if theirs)
        for group in same_objects([boxes_of(theirs) for theirs in drew]):
            speaks = sum(votes[voter] for voter, _ in group)
            if speaks >= total - speaks + against:
                rows.append(_object([drew[v][p] for v, p in group], [votes[v] for v, _ in group]))
    return rows


def _object(rows: Sequence[Mapping[str, Any]], votes: Sequence[float]) -> dict[str, Any]:
    """Return several people's labels of one object as one: the shape of the most careful, the box of all."""
    best = max(range(len(rows)), key=lambda place: votes[place])
    box = _weighted_median(boxes_of(rows), np.array(votes)).tolist() if len(rows) > 1 else boxes_of(rows)[0].tolist()
    edges = dict(zip(EDGES, box, strict=True))
    return {**rows[best], **edges, "assignment_ids": [row["assignment_id"] for row in rows]}


def _weighted_median(values: np.ndarray[Any, Any], votes: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the median of each column of ``(N, 4)`` values, each row counted by its vote; of two halves the mean."""
    order = np.argsort(values, axis=0, kind="stable")
    ranked = np.take_along_axis(values, order, axis=0)
    reached = np.cumsum(votes[order], axis=0) / votes.sum()
    low = (reached >= 0.5 - 1e-9).argmax(axis=0)
    high = (reached > 0.5 + 1e-9).argmax(axis=0)
    columns = np.arange(values.shape[1])
    return np.asarray((ranked[low, columns] + ranked[high, columns]) / 2)


def _complete(objects: pl.DataFrame, known: set[int], common: Mapping[int, float]) -> Lesson:
    """Weigh frames by their objects, and by how much of what stands on nearly every frame they show."""
    expected = {c: likely(share) for c, share in common.items() if share > 0.5}
    whole = sum(expected.values())
    frames: dict[int, float] = {}
    grouped = objects.group_by("frame", maintain_order=True).agg(pl.col("weight").mean(), pl.col("class_id").unique())
    for frame, weight, classes in grouped.iter_rows():
        there = sum(expected.get(c, 0.0) for c in classes) / whole if whole and frame not in known else 1.0
        frames[frame] = weight * there**SHARPNESS
    kept = {frame: weight for frame, weight in frames.items() if weight >= LEAST_WEIGHT}
    taught = objects.filter(pl.col("frame").is_in(list(kept)))
    return Lesson(taught, kept, incomplete=len(frames) - len(kept))
