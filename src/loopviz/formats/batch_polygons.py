"""Outlines of masks as polygons that keep the area and the holes.

An outline runs along the pixels' edges, not through their centres: through the centres, a square of ten pixels would
have an area of 81. It is then freed of its stairs, as long as the area stays within a hundredth. A polygon cannot say
that it has a hole, so the hole's outline is let in: walked there, round it and back. Filled by the
even-odd rule, or measured by the shoelace formula, it is the mask again.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.geometry import Mask

Points = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_OUTLINES = 500  # of one mask; more is noise, which the mask alone can say
STAIR = 1.0  # pixels that an outline may leave a mask's edge: what a stair of one pixel needs
AREA_KEPT = 0.01
SPECK = 8  # visits of pixels; an outline of fewer is not worth drawing, unless there is nothing else
# The directions of OpenCV's outlines, clockwise on screen from the right, and the pixel's corner between two of them.
_STEPS = np.array([(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)], dtype=np.int64)
_NUMBERS = np.array([5, 6, 7, 4, -1, 0, 3, 2, 1], dtype=np.int64)  # of a step, by 3 dy + dx + 4
_SQUARE = np.array([(0, 0), (0, 1), (1, 1), (1, 0)], dtype=np.int64)
_ROW = 2**20  # a point is one number here, y * _ROW + x: that takes a third of the time of two


def mask_polygons(mask: Mask) -> list[Floats]:
    """Return a mask's polygons as flat ``x1 y1 x2 y2 …`` arrays, one for each part, holes let in.

    There is none for an empty mask, and none for one of more than ``MOST_OUTLINES``.
    """
    import cv2

    outlines, tree = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if not 0 < len(outlines) <= MOST_OUTLINES:
        return []
    outer: dict[int, Points] = {}
    holes: dict[int, list[Floats]] = {}
    for number, (outline, parent) in enumerate(zip(outlines, tree[0][:, 3].tolist(), strict=True)):
        if len(outline) < SPECK and (outer or number + 1 < len(outlines)):
            continue  # it visits every pixel along an edge: fewer visits are fewer pixels
        ring = _along_edges(outline.reshape(-1, 2).astype(np.int64))
        if parent < 0:
            outer[number] = ring
        else:
            holes.setdefault(parent, []).append(_smooth(ring))
    return [_let_in(_smooth(ring), holes.get(number, [])).reshape(-1) for number, ring in outer.items()]


@cache
def _corners_passed() -> tuple[Points, Points]:
    """Return the corners passed at a pixel, five at most, by 8 times the step to it and the step from it; how many.

    OpenCV walks with the background on the left of an outer outline. Around the pixel the edge goes from the direction
    that the walk came from, over the background, to the one that it leaves in.
    """
    corners, counts = np.zeros((64, 5, 2), dtype=np.int64), np.zeros(64, dtype=np.int64)
    for came, leaves in np.ndindex(8, 8):
        back = (came + 4) % 8
        sides = [(back - turn) % 8 for turn in range(1, (back - leaves) % 8 or 8) if (back - turn) % 2 == 0]
        passed = [(sides[0] + 1) % 8, *((side - 1) % 8 for side in sides)] if sides else []
        corners[8 * came + leaves, : len(passed)] = (_STEPS[passed] + 1) // 2
        counts[8 * came + leaves] = len(passed)
    return (corners[..., 1] * _ROW + corners[..., 0]).reshape(-1), counts


def _along_edges(centres: Points) -> Points:
    """Return the outline along the edges of the pixels that an outline through their centres visits."""
    if len(centres) == 1:
        return np.asarray(centres + _SQUARE)
    points = centres[:, 1] * _ROW + centres[:, 0]
    steps = _shifted(points, -1) - points
    leaves = _NUMBERS[steps - (steps + _ROW // 2) // _ROW * (_ROW - 3) + 4]  # 3 dy + dx + 4
    turns = 8 * _shifted(leaves, 1) + leaves
    corners, counts = _corners_passed()
    passed = counts[turns]
    owner = np.repeat(np.arange(len(turns)), passed)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(passed) - passed, passed)
    ring = points[owner] + corners[5 * turns[owner] + nth]
    steps = ring - _shifted(ring, 1)  # along the edges each is of one pixel, or none where corners meet
    ring, steps = ring[steps != 0], steps[steps != 0]
    ring = ring[steps != _shifted(steps, -1)]
    return np.stack([ring % _ROW, ring // _ROW], axis=1)


def _shifted(values: Any, by: int) -> Any:
    """Return what ``np.roll`` does along the first axis, which takes ten times as long for some hundred values."""
    return np.concatenate([values[-by:], values[:-by]])


def _area(ring: npt.NDArray[np.generic]) -> float:
    x, y = ring.astype(np.float64).T
    return float(np.dot(x, _shifted(y, -1)) - np.dot(y, _shifted(x, -1))) / 2


def _smooth(ring: Points) -> Floats:
    """Return an outline without its stairs, or as it is where that would change its area."""
    import cv2

    simple = cv2.approxPolyDP(ring.astype(np.int32), STAIR, closed=True).reshape(-1, 2)
    whole = _area(ring)
    sound = len(simple) > 2 and abs(_area(simple) - whole) <= AREA_KEPT * abs(whole)
    return (simple if sound else ring).astype(np.float64)


def _let_in(ring: Floats, holes: list[Floats]) -> Floats:
    """Return an outline with holes walked round, each from its leftmost point and the outline's nearest to that."""
    for hole in sorted(holes, key=lambda points: points[:, 0].min()):
        walk = np.roll(hole, -int(hole[:, 0].argmin()), axis=0)
        here = int(((ring - walk[0]) ** 2).sum(axis=1).argmin())
        ring = np.concatenate([ring[: here + 1], walk, walk[:1], ring[here:]])
    return ring
