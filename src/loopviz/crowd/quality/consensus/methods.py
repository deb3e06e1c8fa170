"""Consensus of several people's labels: which objects there are, what they are called, and where they are.

Labels are put together to objects as for agreement (``loopviz.crowd.quality.units``). An object is kept where it is
more likely there than not: by ``majority``, more than half of those who saw the frame drew it, it is called as most
call it, and its box is the median of theirs, its mask the pixels that most of them drew. ``fusion`` weighs people by
how far they agree with others, and takes the weighted mean of their boxes (after R. Solovyev, W. Wang and T. Gabruseva,
"Weighted boxes fusion", 2021). ``skill`` estimates how good each person is (Dawid and Skene), how exact their edges
are, and masks by STAPLE.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz import geometry
from loopviz.crowd.quality.agreement import agreements, frame_sizes
from loopviz.crowd.quality.consensus.skill import Skill, dawid_skene
from loopviz.crowd.quality.consensus.staple import staple
from loopviz.crowd.quality.pixel_runs import Size, counts_of, covered, has_shape, pixels, runs_of
from loopviz.crowd.quality.units import Matcher, Units
from loopviz.dataset import Dataset
from loopviz.schema import EDGES, table
from loopviz.work import HAS_AREA

Method = Literal["majority", "fusion", "skill"]
METHODS: tuple[Method, ...] = get_args(Method)
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Row = Mapping[str, Any]
MADE_OF = {"annotation_id": pl.Int64, "source_annotation_id": pl.Int64, "worker_id": pl.String, "weight": pl.Float64}
HALF = 0.5
ROUGHEST = 0.01  # of a side: nobody's edges are taken for more exact


@dataclass(frozen=True, eq=False)
class Consensus:
    """What people agree on.

    Attributes:
        dataset: The Dataset with one set of labels on each frame that several people labelled (origin ``consensus``;
            ``confidence`` is how sure it is), and its other labels as they were.
        made_of: Columns ``annotation_id``, ``source_annotation_id``, ``worker_id`` and ``weight``: which labels each
            is made of, by their ids in the Dataset that was given.
        people: Columns ``worker_id`` and ``skill``: how good a person is, as the method has it, 0 to 1.
    """

    dataset: Dataset
    made_of: pl.DataFrame
    people: pl.DataFrame


def consensus_of(dataset: Dataset, method: Method, overlap: float = 0.5, *, unnamed: bool = False) -> Consensus:
    """Return what people agree on, on frames that two or more of them labelled; those whose labels count.

    The assignments stay listed: who did the work is not up for a vote. Points and lines stay whose they are.

    Args:
        dataset: The Dataset.
        method: How.
        overlap: How much two labels of one object overlap at least, as intersection over union.
        unnamed: Work of which it is not known whose it is has a voice too; its ``worker_id`` is null in what is
            returned, and it is not among the people.
    """
    matched = Matcher(dataset, overlap, counted=True, unnamed=unnamed).units()
    shared = matched.seen.filter(pl.col("worker").len().over("frame") > 1)
    labels = matched.labels.join(shared.select("frame").unique(), on="frame", how="semi")
    units = Units(labels.sort("frame", "unit", "worker"), shared)
    views = _Views(units, dataset.categories["class_id"].to_list())
    weights = views.weights(dataset, method)
    rows = {row["annotation_id"]: row for row in _rows(dataset, labels).iter_rows(named=True)}
    exact = _exactness(views, rows) if method == "skill" else weights
    agreed = list(_agreed(views, rows, frame_sizes(dataset), method, exact))
    return _result(dataset, views, agreed, weights)


def _rows(dataset: Dataset, labels: pl.DataFrame) -> pl.DataFrame:
    return dataset.annotations.join(labels.select("annotation_id"), on="annotation_id", how="semi")


class _Views:
    """What people who saw a frame say of each object there.

    Args:
        units: The objects, of frames that several people labelled.
        categories: All class ids.
    """

    def __init__(self, units: Units, categories: Sequence[int]) -> None:
        self.categories = list(categories)
        self.workers = sorted(set(units.seen["worker"]))
        self._person = {worker: number for number, worker in enumerate(self.workers)}
        seen = dict(units.seen.group_by("frame").agg("worker").iter_rows())
        self.members: list[list[tuple[int, int, int]]] = []  # of each object: person, category, annotation
        self.frames: list[int] = []
        self.absent: list[list[int]] = []  # who saw the frame and did not draw it
        columns = ("frame", "unit", "worker", "class_id", "annotation_id")
        for (frame, _), group in units.labels.select(columns).group_by(["frame", "unit"], maintain_order=True):
            own = [(self._person[who], self.categories.index(c), a) for _, _, who, c, a in group.iter_rows()]
            drew = {person for person, _, _ in own}
            self.frames.append(int(frame))
            self.members.append(own)
            self.absent.append([self._person[who] for who in seen[frame] if self._person[who] not in drew])

    def said(self) -> tuple[Ints, Ints, Ints]:
        """Return items, people and what they say; the last value is that it is not there."""
        nothing = len(self.categories)
        rows = [(item, person, c) for item, own in enumerate(self.members) for person, c, _ in own]
        rows += [(item, person, nothing) for item, others in enumerate(self.absent) for person in others]
        found = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return found[:, 0], found[:, 1], found[:, 2]

    def truth(self, method: Method, weights: Floats) -> Floats:
        """Return ``(objects, categories + 1)``: how probable each category is, and that it is not there."""
        if method == "skill":
            return self._skill.truth
        shares = np.zeros((len(self.members), len(self.categories) + 1))
        items, people, said = self.said()
        np.add.at(shares, (items, said), weights[people])
        return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12))

    @cached_property
    def _skill(self) -> Skill:
        items, people, said = self.said()
        return dawid_skene(items, people, said, (len(self.members), len(self.workers), len(self.categories) + 1))

    def weights(self, dataset: Dataset, method: Method) -> Floats:
        """Return ``(people,)``: how much each person's word weighs, 0 to 1."""
        if method == "majority":
            return np.ones(len(self.workers))
        if method == "skill":
            return self._skill.right
        found = dataset.assignments.select("assignment_id", "worker_id").with_columns(
            score=pl.col("assignment_id").replace_strict(agreements(dataset), default=None, return_dtype=pl.Float64)
        )
        means = dict(found.drop_nulls("score").group_by("worker_id").agg(pl.col("score").mean()).iter_rows())
        return np.array([max(means.get(worker, HALF), 0.01) for worker in self.workers])


def _agreed(
    views: _Views, rows: Mapping[int, Row], sizes: Mapping[int, Size], method: Method, weights: Floats
) -> Iterator[tuple[dict[str, Any], list[tuple[int, int, int]]]]:
    """Yield each object that is probably there, as a row of annotations, and the labels that it is made of."""
    truth = views.truth(method, weights if method == "fusion" else np.ones(len(views.workers)))
    for item, own in enumerate(views.members):
        there = 1 - float(truth[item, -1])
        if there <= HALF:
            continue
        category = int(truth[item, :-1].argmax())
        labels = [rows[annotation] for _, _, annotation in own]
        size, people = sizes.get(views.frames[item]), [person for person, _, _ in own]
        if size is not None and all(map(has_shape, labels)):
            place = _mask(labels, size, method)
        else:
            place = _box(labels, method, weights[people])
        if place is None:
            continue
        said = {"frame": views.frames[item], "class_id": views.categories[category], "is_crowd": False}
        yield {**said, "origin": "consensus", "confidence": float(truth[item, category]), **place}, own


def _box(labels: Sequence[Row], method: Method, weights: Floats) -> dict[str, Any]:
    boxes = np.array([[row[edge] for edge in EDGES] for row in labels])
    middle = np.median(boxes, axis=0) if method == "majority" else np.average(boxes, axis=0, weights=weights)
    return dict(zip(EDGES, middle.tolist(), strict=True))


def _mask(labels: Sequence[Row], size: Size, method: Method) -> dict[str, Any] | None:
    """Return what most of those who drew an object drew; None where that is nothing."""
    runs = [runs_of(row, size) for row in labels]
    if method == "skill" and len(labels) > 2:  # of two nobody can say who is better
        whole = covered(runs, 1)
        places = np.concatenate([np.arange(start, stop) for start, stop in whole.tolist()])
        masks = np.array([_within(each, places) for each in runs])
        beside = max(len(places), 1)
        probable, _, _ = staple(np.hstack([masks, np.zeros((len(masks), beside), dtype=np.bool_)]))
        kept = places[probable[: len(places)] > HALF]
        region = np.stack([kept, kept + 1], axis=1) if len(kept) else np.zeros((0, 2), dtype=np.int64)
        region = covered([region], 1)
    else:
        region = covered(runs, len(labels) // 2 + 1)
    if not pixels(region):
        return None
    counts = counts_of(region, size)
    edges = map(float, geometry.rle_bounds(counts, size[1]))
    return {**dict(zip(EDGES, edges, strict=True)), "mask_rle": geometry.rle_to_string(counts)}


def _within(runs: npt.NDArray[np.int64], places: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return which pixels lie in some runs."""
    if not len(runs):
        return np.zeros(len(places), dtype=np.bool_)
    run = np.searchsorted(runs[:, 0], places, side="right") - 1
    return np.asarray((run >= 0) & (places < runs[np.maximum(run, 0), 1]))


def _exactness(views: _Views, rows: Mapping[int, Row]) -> Floats:
    """Return ``(people,)``: the weight of each person's edges, one over the variance of how far they lie off."""
    off: list[list[float]] = [[] for _ in views.workers]
    for own in views.members:
        if len(own) < 2:
            continue
        boxes = np.array([[rows[annotation][edge] for edge in EDGES] for _, _, annotation in own])
        sides = np.tile(np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-6), 2)
        for place, (person, _, _) in enumerate(own):
            others = np.median(np.delete(boxes, place, axis=0), axis=0)
            off[person] += (np.abs(boxes[place] - others) / sides[place]).tolist()
    typical = float(np.median([value for each in off for value in each] or [ROUGHEST]))
    spread = np.array([np.median([*each, typical]) for each in off])
    weights = 1 / np.maximum(spread, ROUGHEST) ** 2
    return np.asarray(weights / max(weights.max(initial=0.0), 1e-12))


def _result(
    dataset: Dataset, views: _Views, agreed: Sequence[tuple[dict[str, Any], list[tuple[int, int, int]]]], skill: Floats
) -> Consensus:
    theirs = pl.col("frame").is_in(sorted(set(views.frames))) & pl.col("assignment_id").is_not_null() & HAS_AREA
    kept = dataset.annotations.filter(~theirs)
    first = 1 + max(dataset.annotations["annotation_id"].to_list(), default=-1)
    rows = [{"annotation_id": number, **row} for number, (row, _) in enumerate(agreed, first)]
    named = set(dataset.workers["worker_id"])
    made = [
        (number, source, worker if (worker := views.workers[person]) in named else None, float(skill[person]))
        for number, (_, own) in enumerate(agreed, first)
        for person, _, source in own
    ]
    people = [(worker, float(value)) for worker, value in zip(views.workers, skill, strict=True) if worker in named]
    return Consensus(
        dataset.replace(annotations=pl.concat([kept, table("annotations", rows)])),
        pl.DataFrame(made, schema=MADE_OF, orient="row"),
        pl.DataFrame(people, schema={"worker_id": pl.String, "skill": pl.Float64}, orient="row"),
    )
