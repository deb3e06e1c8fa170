"""Which labels are of one object through time: by their tracks, by their category, or by how they overlap.

A category that is hardly ever twice on a frame is one object. Of any other, labels go on with an object of the last
frames before: pairs that overlap most first, with where it was last or where it was going, and of each person at most
one label with each. So two that walk through each other stay two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.geometry import box_iou
from loopviz.schema import EDGES

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
ALONE = 0.9  # of a category's frames: where it is once on so many, it is one object
GOES_ON = 0.3  # least overlap (intersection over union) of one object on two frames
GAP = 5  # labelled frames that an object may be away


def chains(labels: pl.DataFrame) -> Ints:
    """Return ``(N,)``: which object each label is of.

    Args:
        labels: Rows of annotations, with ``person``: whose they are; sorted by frame.
    """
    found = np.full(labels.height, -1, dtype=np.int64)
    numbered = labels.with_row_index("row")
    count = 0
    for (_, track), part in numbered.group_by(["class_id", "track_id"], maintain_order=True):
        groups = [part["row"].to_numpy()] if track is not None else _untracked(part)
        for rows in groups:
            found[rows] = count
            count += 1
    return found


@dataclass(slots=True)
class _Object:
    """An object so far: its labels, which frame it was last on, where, and how far it moves a frame."""

    labels: list[int]
    last: int
    box: Floats
    pace: Floats

    def goes_on(self, labels: list[int], number: int, box: Floats) -> None:
        """Take the labels of one more frame."""
        self.pace = (self.pace + (box - self.box) / (number - self.last)) / 2
        self.labels += labels
        self.last, self.box = number, box


def _untracked(part: pl.DataFrame) -> Iterator[Ints]:
    """Yield the rows of each object of a category without tracks."""
    rows = part["row"].to_numpy()
    times = part.group_by("frame", "person").len()["len"]
    if times.eq(1).sum() >= ALONE * times.len():
        yield rows
        return
    boxes, people = part.select(EDGES).to_numpy().astype(np.float64), part["person"].to_list()
    starts = np.unique(part["frame"].to_numpy(), return_index=True)[1].tolist()
    open_ = list[_Object]()
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], len(rows)], strict=True)):
        yield from (rows[each.labels] for each in open_ if number - each.last > GAP)
        open_ = [each for each in open_ if number - each.last <= GAP]
        open_ += _joined(open_, start, boxes[start:stop], people[start:stop], number)
    yield from (rows[each.labels] for each in open_)


def _joined(open_: list[_Object], start: int, boxes: Floats, people: list[int], number: int) -> list[_Object]:
    """Let objects go on with a frame's labels, and return those that begin with it."""
    taken = dict[int, list[int]]()
    for label, which in _pairs(open_, boxes, people, number):
        taken.setdefault(which, []).append(label)
    for which, labels in taken.items():
        open_[which].goes_on([start + label for label in labels], number, boxes[labels].mean(axis=0))
    placed = {label for labels in taken.values() for label in labels}
    return _new([label for label in range(len(boxes)) if label not in placed], start, boxes, people, number)


def _new(labels: list[int], start: int, boxes: Floats, people: list[int], number: int) -> list[_Object]:
    """Return the objects that some labels of a frame are of: of several people's, those that overlap are one."""
    new, whose = list[_Object](), list[set[int]]()
    several = len({people[label] for label in labels}) > 1
    for label in labels:
        overlap = np.zeros(0)
        if several and new:
            overlap = box_iou(boxes[label : label + 1], np.array([each.box for each in new]))[0]
        same = [n for n in np.flatnonzero(overlap >= GOES_ON).tolist() if people[label] not in whose[n]]
        if same:
            best = max(same, key=lambda n: float(overlap[n]))
            new[best].labels.append(start + label)
            whose[best].add(people[label])
        else:
            new.append(_Object([start + label], number, boxes[label], np.zeros(4)))
            whose.append({people[label]})
    return new


def _pairs(open_: list[_Object], boxes: Floats, people: list[int], number: int) -> Iterator[tuple[int, int]]:
    """Yield which of a frame's labels go on with which objects, those that overlap most first."""
    if not open_:
        return
    last = np.array([each.box for each in open_])
    going = last + np.array([each.pace * (number - each.last) for each in open_])
    overlap = box_iou(boxes, np.concatenate([last, going])).reshape(len(boxes), 2, -1)
    labels, which = np.nonzero(overlap.max(axis=1) >= GOES_ON)
    if not len(labels):
        return
    order = np.argsort(-overlap.sum(axis=1)[labels, which], kind="stable")
    placed, full = set[int](), set[tuple[int, int]]()
    for label, each in zip(labels[order].tolist(), which[order].tolist(), strict=True):
        if label not in placed and (each, people[label]) not in full:
            placed.add(label)
            full.add((each, people[label]))
            yield label, each
