"""Which labels are of one object through time: by their tracks, by their category, or by how they overlap.

A category that is hardly ever twice on a frame is one object. Of any other, labels go on with the one that they overlap
most on one of the last frames before.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.dataset import EDGES
from loopviz.geometry import box_iou

Ints = npt.NDArray[np.int64]
Open = list[tuple[int, Ints]]  # objects: the number of the frame that each was last on, and its rows so far
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


def _untracked(part: pl.DataFrame) -> Iterator[Ints]:
    """Yield the rows of each object of a category without tracks."""
    rows = part["row"].to_numpy()
    times = part.group_by("frame", "person").len()["len"]
    if times.eq(1).sum() >= ALONE * times.len():
        yield rows
        return
    boxes, frames = part.select(EDGES).to_numpy(), part["frame"].to_numpy()
    open_: Open = []
    for number, frame in enumerate(np.unique(frames)):
        here = np.flatnonzero(frames == frame)
        yield from (rows[members] for last, members in open_ if number - last > GAP)
        open_ = [(last, members) for last, members in open_ if number - last <= GAP]
        open_ = _joined(open_, here, boxes, number)
    yield from (rows[members] for _, members in open_)


def _joined(open_: Open, here: Ints, boxes: npt.NDArray[np.float64], number: int) -> Open:
    """Return the objects with a frame's labels: each goes on with what it overlaps most."""
    overlap = box_iou(boxes[here], boxes[[int(members[-1]) for _, members in open_]].reshape(-1, 4))
    known = len(open_)
    for place, one in enumerate(here.tolist()):
        best = int(overlap[place].argmax()) if known else -1
        if best >= 0 and overlap[place, best] >= GOES_ON:
            open_[best] = number, np.append(open_[best][1], one)
        else:
            open_.append((number, np.array([one])))
    return open_
