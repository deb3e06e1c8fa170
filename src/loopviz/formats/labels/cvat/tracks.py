"""The tracks of CVAT's XML for video: an object's shapes from frame to frame.

A shape stands until the next one of its track. Between two boxes that are far apart CVAT moves it in a straight line,
edge by edge, turned ones the shorter way round, and so the points of a skeleton and a point; other shapes stay as they
are. ``outside="1"`` says that the object is not seen from there on, up to the
next shape. CVAT's own exports list every frame, with ``keyframe="0"`` where it moved the shape; a track that ends
without ``outside`` ends with its last shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from loopviz.formats.labels.by_name import Shape, bounds, turned
from loopviz.geometry import between_turned, rotated_box
from loopviz.schema import POINT


class Keyed(NamedTuple):
    """A shape of a track: on which frame, whether the object is seen, and whether a person set it."""

    frame: int
    shape: Shape
    seen: bool
    set_by_hand: bool


def along(track: Sequence[Keyed], step: int) -> Iterator[tuple[int, Shape, bool]]:
    """Yield each frame on which a track's object is seen, its shape there, and whether a person set it.

    Args:
        track: Its shapes by ascending frames, each frame once.
        step: How many of the source's frames the task's are apart.
    """
    for one, other in pairwise(track):
        if one.seen:
            yield one.frame, one.shape, one.set_by_hand
            for frame in range(one.frame + step, other.frame, step):
                yield frame, _between(one, other, frame), False
    if track and track[-1].seen:
        yield track[-1].frame, track[-1].shape, track[-1].set_by_hand


def _between(one: Keyed, other: Keyed, frame: int) -> Shape:
    share = (frame - one.frame) / (other.frame - one.frame)
    first, last = one.shape, other.shape
    if first.shape == last.shape == "rotated_box":
        return _turned_between(first, last, share)
    if first.shape == last.shape == "points" and _are_alike(first, last):
        return _points_between(first, last, share)
    if any(shape.polygons is not None or shape.mask_rle is not None or shape.shape for shape in (first, last)):
        return first
    x_min, y_min, x_max, y_max = (a + (b - a) * share for a, b in zip(first.box, last.box, strict=True))
    return first._replace(box=(x_min, y_min, x_max, y_max))


def _are_alike(one: Shape, other: Shape) -> bool:
    """Whether two are skeletons, or a point each: of several points CVAT moves none."""
    skeletons = [shape.keypoints is not None and None not in shape.keypoints for shape in (one, other)]
    lengths = {len(shape.keypoints or ()) for shape in (one, other)}
    return len(lengths) == 1 and (all(skeletons) or lengths == {POINT})


def _points_between(one: Shape, other: Shape, share: float) -> Shape:
    """A point is where it was until it is there on the next key frame too."""
    before, after = (np.array(shape.keypoints, dtype=np.float64).reshape(-1, POINT) for shape in (one, other))
    both = (before[:, 2] != 0) & (after[:, 2] != 0)
    before[both, :2] += (after[both, :2] - before[both, :2]) * share
    around = bounds(before[before[:, 2] != 0, :2].ravel().tolist())
    return one._replace(keypoints=[None if value != value else value for value in before.ravel().tolist()], box=around)


def _turned_between(one: Shape, other: Shape, share: float) -> Shape:
    boxes = [rotated_box(shape.polygons[0]) for shape in (one, other) if shape.polygons]
    return turned(one.category, between_turned(boxes[0], boxes[1], share))
