"""Which labels of several people on a frame are of one object: the units of reliability.

Boxes, or shapes where all of a frame have one, are put together by average linkage: the two groups that overlap most,
on the mean over all pairs between them, become one, as long as that is more than a threshold; two labels of one person
are never in one group. So a unit has at most one label of each person, whatever it is called.

R. Sokal and C. Michener, "A statistical method for evaluating systematic relationships" (1958), for the linkage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.crowd.quality.agreement import Labels, boxes_of, frame_sizes, labels_by_frame
from loopviz.crowd.quality.pixel_runs import Size, has_shape, region_iou, runs_of
from loopviz.dataset import Dataset
from loopviz.geometry import box_iou

Floats = npt.NDArray[np.float64]
_SCHEMA = {
    "frame": pl.Int64,
    "unit": pl.Int64,
    "worker": pl.String,
    "class_id": pl.Int64,
    "annotation_id": pl.Int64,
}


@dataclass(frozen=True, eq=False)
class Units:
    """What people labelled, object by object.

    Attributes:
        labels: Columns ``frame``, ``unit``, ``worker``, ``class_id`` and ``annotation_id``: a row for each label.
        seen: Columns ``frame`` and ``worker``: who labelled a frame, or had nothing to label there.
    """

    labels: pl.DataFrame
    seen: pl.DataFrame

    def counts(self, categories: Sequence[int]) -> tuple[npt.NDArray[np.int64], Floats]:
        """Return the frame of each unit, and how many people called it each category, or saw the frame and missed it.

        Args:
            categories: Their ids, in the order of the columns; one more column is of who missed it.

        Returns:
            Shapes ``(units,)`` and ``(units, categories + 1)``.
        """
        columns = [f"{each}" for each in categories]
        table = self.labels.group_by("frame", "unit").agg(
            *((pl.col("class_id") == each).sum().cast(pl.Float64).alias(f"{each}") for each in categories)
        )
        people = self.seen.group_by("frame").agg(people=pl.len().cast(pl.Float64))
        missed = pl.col("people") - pl.sum_horizontal(columns)
        table = table.join(people, on="frame").sort("frame", "unit").with_columns(missed=missed)
        return table["frame"].to_numpy(), table.select(*columns, "missed").to_numpy().astype(np.float64)


class Matcher:
    """Puts people's labels together, frame by frame; what was unpacked is kept, for it is asked again without somebody.

    A person's last work on a frame counts; work whose labels were not read says nothing, and what is nobody's (a
    model's, a known answer, the work of who refused) is left out.

    Args:
        dataset: The Dataset.
        threshold: How much labels of one object overlap at least, 0 to 1, as intersection over union.
        counted: Leave out work whose labels do not count.
        unnamed: Work of which it is not known whose it is has a voice of its own, named as the work is.
    """

    def __init__(self, dataset: Dataset, threshold: float, *, counted: bool = False, unnamed: bool = False) -> None:
        sizes = frame_sizes(dataset)
        self._threshold = threshold
        self._frames = [
            _Frame(
                frame,
                {each.worker_id or each.assignment_id: each for each in work if unnamed or each.worker_id},
                sizes.get(frame),
            )
            for frame, work in labels_by_frame(dataset, counted=counted)
        ]

    def units(self, *, without: str | None = None) -> Units:
        """Return everybody's units; without a person, those of the frames that this person saw."""
        labels: list[tuple[int, int, str, int, int]] = []
        seen: list[tuple[int, str]] = []
        for frame in self._frames:
            if without is None or without in frame.workers:
                seen += [(frame.number, worker) for worker in frame.workers if worker != without]
                labels += frame.labels(self._threshold, without)
        people = {"frame": pl.Int64, "worker": pl.String}
        return Units(
            pl.DataFrame(labels, schema=_SCHEMA, orient="row"), pl.DataFrame(seen, schema=people, orient="row")
        )


class _Frame:
    """What people drew on a frame, and how much of it overlaps."""

    def __init__(self, number: int, work: Mapping[str, Labels], size: Size | None) -> None:
        self.number, self.workers = number, tuple(work)
        rows = [(who, row) for who, each in work.items() for some in each.by_class.values() for row in some]
        self._who = np.array([self.workers.index(who) for who, _ in rows], dtype=np.int64)
        self._classes = [int(row["class_id"]) for _, row in rows]
        self._ids = [int(row["annotation_id"]) for _, row in rows]
        self._overlaps = overlaps([row for _, row in rows], size)

    def labels(self, threshold: float, without: str | None) -> list[tuple[int, int, str, int, int]]:
        """Return frame, unit, worker, category and id of each label."""
        left_out = self.workers.index(without) if without in self.workers else -1
        kept = np.flatnonzero(self._who != left_out)
        units = grouped(self._overlaps[np.ix_(kept, kept)], self._who[kept], threshold)
        found = zip(units.tolist(), kept.tolist(), strict=True)
        return [
            (self.number, unit, self.workers[self._who[place]], self._classes[place], self._ids[place])
            for unit, place in found
        ]


def overlaps(rows: Sequence[Mapping[str, Any]], size: Size | None) -> Floats:
    """Return ``(N, N)``: how much labels overlap, as boxes, or as shapes where all have one; fractions of the union."""
    boxes = boxes_of(rows)
    found = np.asarray(box_iou(boxes, boxes), dtype=np.float64)
    if size is None or not rows or not all(map(has_shape, rows)):
        return found
    runs = [runs_of(row, size) for row in rows]
    for one, other in zip(*np.nonzero(np.triu(found, 1)), strict=True):  # where boxes do not meet, shapes do not
        found[one, other] = found[other, one] = region_iou(runs[one], runs[other])
    return found


def grouped(overlap: Floats, people: npt.NDArray[np.int64], threshold: float) -> npt.NDArray[np.int64]:
    """Return which unit each label is in, by average linkage.

    Args:
        overlap: ``(N, N)``, from 0 to 1.
        people: ``(N,)``: whose label each is.
        threshold: Groups become one only if they overlap by more, on average.
    """
    units, count = np.arange(len(people)), np.ones(len(people))
    near = np.where(people[:, None] == people[None, :], -np.inf, overlap)
    while len(people) > 1:
        one, other = sorted(np.unravel_index(int(np.argmax(near)), near.shape))
        if near[one, other] <= threshold:
            break
        mean = (count[one] * near[one] + count[other] * near[other]) / (count[one] + count[other])
        near[one], near[:, one], count[one] = mean, mean, count[one] + count[other]
        near[one, one] = near[other] = near[:, other] = -np.inf
        units[units == other] = one
    return np.unique(units, return_inverse=True)[1]
