"""Outlines of masks as polygons that keep the area and the holes.

An outline runs along the pixels' edges, not through their centres: through the centres, a square of ten pixels would
have an area of 81. It is then freed of its stairs, as long as the area stays within a hundredth. A polygon cannot say
that it has a hole, so the hole's outline is let in: walked there, round it and back. Filled by the
even-odd rule, or measured by the shoelace formula, it is the mask again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.geometry import Mask

Points = npt.NDArray[Any]  # of whole numbers
Floats = npt.NDArray[np.float64]

MOST_OUTLINES = 500  # of one mask; more is noise, which the mask alone can say
STAIR = 1.0  # pixels that an outline may leave a mask's edge: what a stair of one pixel needs
AREA_KEPT = 0.01
SPECK = 8  # visits of pixels; an outline of fewer is not worth drawing, unless there is nothing else
# The directions of OpenCV's outlines, clockwise on screen from the right.
_STEPS = np.array([(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)], dtype=np.int32)
_NUMBERS = np.array([5, 6, 7, 4, 0, 0, 3, 2, 1], dtype=np.uint8)  # of a step, by 3 dy + dx + 4
_SQUARE = np.array([(0, 0), (0, 1), (1, 1), (1, 0)], dtype=np.int32)
_NO_SIDE = 8


@dataclass(frozen=True, eq=False)
class Outline:
    """An outline as OpenCV finds it: its number, that of the one around it or -1, and its points."""

    number: int
    parent: int
    points: Points


def mask_polygons(mask: Mask) -> list[Floats]:
    """Return a mask's polygons as flat ``x1 y1 x2 y2 …`` arrays, one for each part, holes let in.

    There is none for an empty mask, and none for one of more than ``MOST_OUTLINES``.
    """
    return masks_polygons([(mask, (0, 0))])[0]


def masks_polygons(masks: Sequence[tuple[Mask, tuple[int, int]]]) -> list[list[Floats]]:
    """Return the polygons of several masks, as ``mask_polygons`` does; together they take less time.

    Args:
        masks: Each with the picture's column and row that it begins at.
    """
    found = [_outlines(mask, place) for mask, place in masks]
    rings = iter(_smooth(_along_edges([outline.points for outlines in found for outline in outlines])))
    return [_together(outlines, rings) for outlines in found]


def _outlines(mask: Mask, place: tuple[int, int]) -> list[Outline]:
    import cv2

    outlines, tree = cv2.findContours(mask.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE, offset=place)
    if not 0 < len(outlines) <= MOST_OUTLINES:
        return []
    numbered: list[Outline] = [
        Outline(number, parent, np.asarray(points))
        for number, (parent, points) in enumerate(zip(tree[0][:, 3].tolist(), outlines, strict=True))
    ]
    # It visits every pixel along an edge: fewer visits are fewer pixels.
    return [one for one in numbered if len(one.points) >= SPECK] or numbered[-1:]


@cache
def _sides_passed() -> tuple[Points, Points]:
    """Return the sides of a pixel that are walked along, by 8 times the step to it and the step from it; their ends.

    OpenCV walks with the background on the left of an outer outline. Around the pixel the edge goes from the direction
    that the walk came from, over the background, to the one that it leaves in. Sides are called by their directions,
    four at most are one number, and the end of each is given as the pixel's corner.
    """
    sides = np.full((64, 4), _NO_SIDE, dtype=np.uint8)
    for came, leaves in np.ndindex(8, 8):
        back = (came + 4) % 8
        passed = [(back - turn) % 8 for turn in range(1, (back - leaves) % 8 or 8) if (back - turn) % 2 == 0]
        sides[8 * came + leaves, : len(passed)] = passed
    return sides.view(np.uint32)[:, 0], (_STEPS[np.arange(8) - 1] + 1) // 2


def _along_edges(outlines: Sequence[Points]) -> list[Points]:
    """Return the outlines along the edges of the pixels that some through their centres visit."""
    walks = [outline.reshape(-1, 2) for outline in outlines if len(outline) > 1]
    rings = iter(_walked(np.concatenate(walks), _lengths(walks)) if walks else ())
    return [next(rings) if len(outline) > 1 else outline.reshape(-1, 2) + _SQUARE for outline in outlines]


def _walked(centres: Points, lengths: Points) -> list[Points]:
    ends, places = np.cumsum(lengths), 3 * centres[:, 1] + centres[:, 0]
    leaves = _NUMBERS[_after(places, ends) - places + 4]
    came = np.append(leaves[:1], leaves[:-1])
    came[ends - lengths] = leaves[ends - 1]
    sides, corners = _sides_passed()
    around = sides[8 * came + leaves].view(np.uint8)
    walked = np.flatnonzero(around != _NO_SIDE)
    side, ends = around[walked], np.searchsorted(walked, 4 * ends)
    turned = np.flatnonzero(side != _after(side, ends))
    ring = centres[walked[turned] // 4] + corners[side[turned]]
    return np.split(ring, np.searchsorted(turned, ends[:-1]))


def _lengths(rings: Sequence[Points]) -> Points:
    return np.array([len(ring) for ring in rings], dtype=np.int64)


def _after(values: npt.NDArray[Any], ends: Points) -> npt.NDArray[Any]:
    """Return the value behind each one, in rings one after the other that end before some places."""
    behind = np.append(values[1:], values[:1])
    behind[ends - 1] = values[np.append(0, ends[:-1])]
    return behind


def _areas(rings: Sequence[Points]) -> Floats:
    x, y = np.concatenate(rings).astype(np.int64).T
    ends = np.cumsum(_lengths(rings))
    return np.add.reduceat(x * _after(y, ends) - y * _after(x, ends), np.append(0, ends[:-1])) / 2


def _smooth(rings: Sequence[Points]) -> list[Floats]:
    """Return outlines without their stairs, each as it is where that would change its area."""
    import cv2

    if not rings:
        return []
    simple: list[Points] = [cv2.approxPolyDP(ring, STAIR, closed=True).reshape(-1, 2) for ring in rings]
    areas, whole = np.split(_areas([*simple, *rings]), 2)
    sound = (_lengths(simple) > 2) & (np.abs(areas - whole) <= AREA_KEPT * np.abs(whole))
    chosen = zip(rings, simple, sound.tolist(), strict=True)
    return [(less if kept else ring).astype(np.float64) for ring, less, kept in chosen]


def _together(outlines: Sequence[Outline], rings: Iterator[Floats]) -> list[Floats]:
    """Return the polygons of a mask: its parts, holes let in."""
    outer: dict[int, Floats] = {}
    holes: dict[int, list[Floats]] = {}
    for outline, ring in zip(outlines, rings, strict=False):
        if outline.parent < 0:
            outer[outline.number] = ring
        else:
            holes.setdefault(outline.parent, []).append(ring)
    return [_let_in(ring, holes.get(number, [])).reshape(-1) for number, ring in outer.items()]


def _let_in(ring: Floats, holes: list[Floats]) -> Floats:
    """Return an outline with holes walked round, each from its leftmost point and the outline's nearest to that."""
    for hole in sorted(holes, key=lambda points: points[:, 0].min()):
        walk = np.roll(hole, -int(hole[:, 0].argmin()), axis=0)
        here = int(((ring - walk[0]) ** 2).sum(axis=1).argmin())
        ring = np.concatenate([ring[: here + 1], walk, walk[:1], ring[here:]])
    return ring
