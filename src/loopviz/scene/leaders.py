"""Leaders: thin lines from a plate to what it names, where it stands far from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from loopviz.scene.casings import casing_of
from loopviz.scene.elements import Drawing, Path, Sprite
from loopviz.scene.layout import Layout, even
from loopviz.scene.marks import Floats, Mark

FAR = 1.5  # plate heights from a label: beyond that a plate has a leader
THIN = 0.5  # of the labels' lines


def leaders(plates: Sequence[tuple[Mark, Sequence[float]]], layout: Layout, line: float) -> Iterator[Sprite]:
    """Yield the leaders of a frame's plates.

    Args:
        plates: Each label, and where its plate stands: ``x0 y0 x1 y1`` in canvas pixels.
        layout: The clip's.
        line: How thick the labels' lines are, in pixels.
    """
    for mark, spot in plates:
        plate = np.asarray(spot, dtype=np.float64)
        end = nearest(mark, (plate[:2] + plate[2:]) / 2)
        start = np.clip(end, plate[:2], plate[2:])
        if np.hypot(*(end - start)) > FAR * (plate[3] - plate[1]):
            yield polyline(np.stack([start, end]), mark.color, max(1.0, THIN * line), layout)


def nearest(mark: Mark, point: Floats) -> Floats:
    """Return the point of a label's outline, or of its box, that is nearest to another point."""
    starts = [np.asarray(ring, dtype=np.float64).reshape(-1, 2) for ring in mark.rings]
    a, b = np.concatenate(starts), np.concatenate([np.roll(ring, -1, axis=0) for ring in starts])
    way = b - a
    share = ((point - a) * way).sum(axis=1) / np.maximum((way * way).sum(axis=1), 1e-9)
    points = a + np.clip(share, 0, 1)[:, None] * way
    return np.asarray(points[int(np.argmin(np.hypot(*(points - point).T)))])


def polyline(points: Floats, color: str, thick: float, layout: Layout) -> Sprite:
    """Return an open line with its casing, ``(N, 2)`` points on the canvas."""
    casing = casing_of(color, thick)
    reach = thick / 2 + 2 * casing.width + 1
    low = np.maximum(2 * ((points.min(axis=0) - reach) // 2), 0)
    right, bottom = np.minimum(points.max(axis=0) + reach, (layout.width, layout.height)).tolist()
    x, y = (int(value) for value in low)
    path = Path((tuple((points - low).ravel().round(3).tolist()),), color, thick, is_open=True, casing=casing)
    return Sprite(x, y, Drawing(even(right - x), even(bottom - y), (path,)))
