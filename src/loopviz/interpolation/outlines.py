"""Shapes between two shapes: every point of an outline has a counterpart on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz import geometry
from loopviz.formats.mturk.mask_polygons import mask_polygons

Floats = npt.NDArray[np.float64]
SAMPLES = 64  # points of each outline, to find where the other begins


def polygons_of(row: Mapping[str, Any]) -> list[Floats]:
    """Return the ``(N, 2)`` polygons of an annotation, or of its mask; none where it is a box.

    Args:
        row: Of the Dataset's annotations, with the ``width`` and ``height`` of its frame.

    Raises:
        InputError: If a mask does not fit its frame.
    """
    flat: Sequence[Any] = row["polygons"] or ()
    if not flat and row["mask_rle"] and row["width"] and row["height"]:
        size = row["height"], row["width"]
        flat = mask_polygons(geometry.row_mask(row, *size))
    return [np.asarray(polygon, dtype=np.float64).reshape(-1, 2) for polygon in flat]


def counterparts(ones: Sequence[Floats], others: Sequence[Floats]) -> list[tuple[Floats, Floats]] | None:
    """Return for each polygon of two shapes points that belong together, two arrays of ``(N, 2)``.

    Polygons with the same points belong together as they are. Of others, an outline each, the points lie at the same
    shares of their length: all corners of both, from where they begin nearest to each other.

    Returns:
        None where no polygon belongs to each.
    """
    if [len(one) for one in ones] == [len(other) for other in others]:
        return list(zip(ones, others, strict=True))
    if len(ones) != 1 or len(others) != 1 or min(len(ones[0]), len(others[0])) < 3:
        return None
    one, other = ones[0], others[0]
    if _turn(one) != _turn(other):
        other = other[::-1]
    other = np.roll(other, -_beginning(one, other), axis=0)
    shares = np.union1d(_shares(one), _shares(other))[:-1]
    return [(_at(one, shares), _at(other, shares))]


def _turn(polygon: Floats) -> bool:
    x, y = polygon.T
    return bool(np.dot(x, np.roll(y, -1)) >= np.dot(y, np.roll(x, -1)))


def _beginning(one: Floats, other: Floats) -> int:
    """Which corner of the other belongs to the first of the one: where all of both then lie nearest to each other."""
    shares = np.arange(SAMPLES) / SAMPLES
    fixed, corners = _placed(_at(one, shares), one), _shares(other)[:-1]
    distances = [np.square(_placed(_at(other, (shares + corner) % 1), other) - fixed).sum() for corner in corners]
    return int(np.argmin(distances))


def _placed(points: Floats, polygon: Floats) -> Floats:
    """Return points as they lie in the box around their polygon, from 0 to 1."""
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    return np.asarray((points - low) / np.maximum(high - low, 1e-9))


def _shares(polygon: Floats) -> Floats:
    """Return at which share of its length each corner of an outline lies; the last, 1, is the first again."""
    steps = np.hypot(*(np.roll(polygon, -1, axis=0) - polygon).T)
    lengths = np.concatenate([[0.0], np.cumsum(steps)])
    return np.asarray(lengths / max(float(lengths[-1]), 1e-9))


def _at(polygon: Floats, shares: Floats) -> Floats:
    """Return the points at some shares of an outline's length."""
    ring, at = np.vstack([polygon, polygon[:1]]), _shares(polygon)
    return np.stack([np.interp(shares, at, ring[:, axis]) for axis in (0, 1)], axis=1)
