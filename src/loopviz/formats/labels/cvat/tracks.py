"""The tracks of CVAT's XML for video: an object's shapes from frame to frame.

A shape stands until the next one of its track. Between two boxes that are far apart CVAT moves it in a straight line,
edge by edge; other shapes stay as they are. ``outside="1"`` says that the object is not seen from there on, up to the
next shape. CVAT's own exports list every frame, with ``keyframe="0"`` where it moved the shape; a track that ends
without ``outside`` ends with its last shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from loopviz.formats.labels.by_name import Shape


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
    shapes = one.shape, other.shape
    if any(shape.polygons is not None or shape.mask_rle is not None for shape in shapes):
        return one.shape
    share = (frame - one.frame) / (other.frame - one.frame)
    x_min, y_min, x_max, y_max = (a + (b - a) * share for a, b in zip(one.shape.box, other.shape.box, strict=True))
    return one.shape._replace(box=(x_min, y_min, x_max, y_max))
