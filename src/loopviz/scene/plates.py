"""Where category plates may stand: inside the picture, not on each other, and off other marks where there is room.

Each plate has sixteen places around its box, and in a clip that is known whole more along its sides and further away:
``loopviz.scene.resting`` finds its way through them. Of labels that come frame by frame each plate keeps to one of the
sixteen, see ``loopviz.scene.live``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from loopviz.scene.layout import Area

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
PLACES = 16
AT_ONCE = 2**16  # pairs of a plate and a box: of a thousand on a frame all pairs would take gigabytes
OTHER_MARK, OWN_MARK, INSIDE, DEPARTURE, ORDER = 4.0, 3.0, 2.0, 3.0, 0.05
FAR = (0.0, 0.5, 1.0, 1.7, 2.6, 3.6, 5.0)
GAP = 0.0022  # units: between a plate and its box
SLIDES = (0.0, 0.25, 0.5, 0.75, 1.0)
AWAY = np.array(
    [*(ORDER * n for n in range(PLACES)), *[ORDER * PLACES] * 4, *np.repeat([0.25, 0.4, 0.5, 0.6, 0.7, 0.8], 16)]
)


class Spot(NamedTuple):
    """Where a plate stands: its corner, and which of its sixteen places that is; None where it is none of them."""

    x: int
    y: int
    place: int | None


class Taken:
    """Areas that no plate may enter any more: what is reserved, and the plates that stand already."""

    def __init__(self, reserved: Floats, plates: int) -> None:
        self._all, self._count = np.concatenate([reserved, np.empty((plates, 4))]), len(reserved)

    @property
    def areas(self) -> Floats:
        """All of them: ``(N, 4)`` rectangles."""
        return self._all[: self._count]

    def put(self, spot: Spot | None, size: Floats) -> Spot | None:
        """Let a plate stand at a spot, if there is one; return it."""
        if spot is not None:
            self._all[self._count] = spot.x, spot.y, spot.x + size[0], spot.y + size[1]
            self._count += 1
        return spot


def candidates(boxes: Floats, sizes: Floats, gap: float) -> Floats:
    """Return the ``(N, 16, 4)`` places for plates: above, below, inside and beside their boxes, as ``x0 y0 x1 y1``."""
    x0, y0, x1, y1 = boxes.T
    width, height = sizes.T
    middle_x, middle_y = (x0 + x1 - width) / 2, (y0 + y1 - height) / 2
    above, below, left, right = y0 - gap - height, y1 + gap, x0 - gap - width, x1 + gap
    inset = 2 * gap
    corners = [
        (x0, above), (x1 - width, above), (x0, below), (x1 - width, below),
        (left, y0), (left, y1 - height), (right, y0), (right, y1 - height),
        (left, middle_y), (right, middle_y), (middle_x, above), (middle_x, below),
        (x0 + inset, y0 + inset), (x1 - inset - width, y0 + inset),
        (x0 + inset, y1 - inset - height), (x1 - inset - width, y1 - inset - height),
    ]  # fmt: skip
    low = np.round(np.array(corners).transpose(2, 0, 1) / 2) * 2
    return np.concatenate([low, low + sizes[:, None, :]], axis=2)


def places_around(boxes: Floats, sizes: Floats, gap: float, bounds: Area) -> Floats:
    """Return the ``(N, P, 4)`` places that plates have in a whole clip, pushed inside the bounds.

    The first sixteen are those of ``candidates``, then come more along the upper and the lower edge, then such as are
    some plate heights away; ``AWAY`` says what each costs beside what it covers.
    """
    x0, y0, x1, y1 = boxes.T
    width, height = sizes.T
    corners = []
    for far in FAR:
        away = gap + far * height
        for part in SLIDES if far else SLIDES[1::2]:
            x = x0 + part * (x1 - x0 - width)
            corners += [(x, y0 - away - height), (x, y1 + away)]
        for part in SLIDES[::2] if far else ():
            y = y0 + part * (y1 - y0 - height)
            corners += [(x0 - away - width, y), (x1 + away, y)]
    more = np.round(np.array(corners).transpose(2, 0, 1) / 2) * 2
    low = np.concatenate([candidates(boxes, sizes, gap)[..., :2], more], axis=1)
    most = np.floor((np.array([bounds.right, bounds.bottom]) - sizes) / 2) * 2
    low = np.maximum(np.minimum(low, most[:, None]), np.ceil(np.array([bounds.x, bounds.y]) / 2) * 2)
    return np.concatenate([low, low + sizes[:, None, :]], axis=2)


def costs_around(places: Floats, own: Rows, boxes: Floats, thickness: float) -> Floats:
    """Return ``(T, P)``: what each place of a plate costs on each frame; see ``place_costs``.

    Args:
        places: ``(T, P, 4)``, from ``places_around``.
        own: ``(T,)``: which box is the plate's own.
        boxes: ``(T, B, 4)``: all boxes of each frame; NaN where there are fewer.
        thickness: How wide their lines are, in pixels.
    """
    found = np.empty(places.shape[:2])
    step = max(1, 64 * AT_ONCE // max(1, places.shape[1] * boxes.shape[1]))
    for start in range(0, len(places), step):
        part = slice(start, start + step)
        spots, around = places[part, :, None], boxes[part, None]
        within, hits = touch(spots, around), _hits(spots, around, thickness)
        mine = own[part, None, None] == np.arange(boxes.shape[1])
        narrow = around[..., 2] - around[..., 0] < 2 * (spots[..., 2] - spots[..., 0])
        cost = np.where(mine, OWN_MARK, OTHER_MARK) * hits + (narrow + INSIDE * mine) * within
        found[part] = cost.sum(axis=2)
    return np.asarray(found + AWAY)


def on_lines(places: Floats, boxes: Floats, own: Rows, thickness: float) -> npt.NDArray[np.bool_]:
    """Return ``(T, P)``: which places are on another box's line; see ``costs_around``."""
    hits = _hits(places[:, :, None], boxes[:, None], thickness)
    return np.asarray((hits & (own[:, None, None] != np.arange(boxes.shape[1]))).any(axis=2))


def _hits(spots: Floats, boxes: Floats, thickness: float) -> npt.NDArray[np.bool_]:
    """Which rectangles touch the lines of boxes: touch them, and are not wholly within their lines."""
    inner = boxes + thickness * np.array([1, 1, -1, -1])
    inside = ((spots[..., :2] >= inner[..., :2]) & (spots[..., 2:] <= inner[..., 2:])).all(axis=-1)
    return touch(spots, boxes) & ~inside


def clear_of(bounds: Area, reserved: Sequence[Area]) -> Area:
    """Return the largest part of an area from one of its edges that none of the reserved ones enters."""
    for area in reserved:
        x, y, right, bottom = bounds.x, bounds.y, bounds.right, bounds.bottom
        if area.x >= right or area.right <= x or area.y >= bottom or area.bottom <= y:
            continue
        parts = [
            Area(area.right, y, right - area.right, bounds.height),
            Area(x, y, area.x - x, bounds.height),
            Area(x, area.bottom, bounds.width, bottom - area.bottom),
            Area(x, y, bounds.width, area.y - y),
        ]
        bounds = max(parts, key=lambda part: max(0.0, part.width) * max(0.0, part.height))
    return bounds


def touch(a: Floats, b: Floats) -> npt.NDArray[np.bool_]:
    """Return which rectangles of two arrays, ``(..., 4)``, touch each other; shapes are broadcast."""
    return np.asarray(
        (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2]) & (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3])
    )


def overlaps(places: Floats, boxes: Floats) -> npt.NDArray[np.bool_]:
    """Return ``(P, B)``: which of some places touch which boxes."""
    return touch(places[:, None, :], boxes[None, :, :])


def edges(boxes: Floats, thickness: float) -> Floats:
    """Return the ``(4 N, 4)`` bars of some boxes' lines, as rectangles, grouped by box."""
    x0, y0, x1, y1 = boxes.T
    t = thickness
    bars = [(x0, y0, x1, y0 + t), (x0, y1 - t, x1, y1), (x0, y0, x0 + t, y1), (x1 - t, y0, x1, y1)]
    return np.array(bars).transpose(2, 0, 1).reshape(-1, 4)


def place_costs(places: Floats, own: Rows, boxes: Floats, thickness: float) -> Floats:
    """Return the ``(N, 16)`` costs of plates' places: the lines that each covers, and what is labelled under it.

    Args:
        places: ``(N, 16, 4)``: the places of each plate.
        own: ``(N,)``: which box each plate belongs to.
        boxes: ``(B, 4)``: all boxes of the frame.
        thickness: How wide the boxes' lines are, in pixels.
    """
    bars = edges(boxes, thickness).reshape(-1, 4, 4)
    reach = np.concatenate([bars[..., :2].min(axis=1), bars[..., 2:].max(axis=1)], axis=1)
    around = np.concatenate([places[..., :2].min(axis=1), places[..., 2:].max(axis=1)], axis=1)
    costs = np.zeros((len(places), PLACES))
    step = max(1, AT_ONCE // max(1, len(boxes)))
    for start in range(0, len(places), step):
        plates, near = np.nonzero(overlaps(around[start : start + step], reach))  # the others cannot be touched
        plates += start
        spots = places[plates]
        hits = touch(spots[:, :, None], bars[near][:, None]).any(axis=2)
        within = touch(spots, boxes[near][:, None])
        mine = (own[plates] == near)[:, None]
        narrow = boxes[near, 2] - boxes[near, 0] < 2 * (spots[:, 0, 2] - spots[:, 0, 0])
        cost = np.where(mine, OWN_MARK, OTHER_MARK) * hits + (narrow[:, None] + INSIDE * mine) * within
        np.add.at(costs, plates, cost)
    return np.asarray(costs + ORDER * np.arange(PLACES))


def free(places: Floats, bounds: Area, taken: Floats) -> npt.NDArray[np.bool_]:
    """Return which places lie inside the bounds and touch nothing that is taken."""
    inside = (
        (places[:, 0] >= bounds.x)
        & (places[:, 1] >= bounds.y)
        & (places[:, 2] <= bounds.right)
        & (places[:, 3] <= bounds.bottom)
    )
    return np.asarray(inside & ~overlaps(places, taken).any(axis=1) if len(taken) else inside)


class PlateField:
    """Finds places for plates.

    Args:
        bounds: The picture's area on the canvas: no plate leaves it.
        reserved: Areas that no plate enters (the panel, the time line).
        gap: The distance between a plate and its box, in pixels.
        thickness: How wide the boxes' lines are, in pixels.
    """

    def __init__(self, bounds: Area, reserved: Sequence[Area], gap: float, thickness: float) -> None:
        self._bounds = bounds
        self._reserved = np.array([(a.x, a.y, a.right, a.bottom) for a in reserved], dtype=np.float64).reshape(-1, 4)
        self._gap = gap
        self._thickness = thickness

    def costs(self, boxes: Floats, sizes: Floats, own: Rows) -> Floats:
        """Return ``(N, 16)``: what each place of some plates costs; infinite where it cannot stand.

        Args:
            boxes: ``(B, 4)``: all boxes of the frame.
            sizes: ``(N, 2)``: the plates' widths and heights.
            own: ``(N,)``: which box each plate belongs to.
        """
        return self._costs(candidates(boxes[own], sizes, self._gap), own, boxes)

    def _costs(self, places: Floats, own: Rows, boxes: Floats) -> Floats:
        possible = free(places.reshape(-1, 4), self._bounds, self._reserved).reshape(-1, PLACES)
        return np.where(possible, place_costs(places, own, boxes, self._thickness), np.inf)

    def place(self, boxes: Floats, sizes: Floats, preferred: Sequence[int], own: Sequence[int]) -> list[Spot | None]:
        """Return where each plate stands; None for a plate that no place is left for.

        Args:
            boxes: ``(B, 4)``: all boxes of the frame.
            sizes: ``(N, 2)``: the plates' widths and heights.
            preferred: For each, which of its sixteen places to keep to.
            own: For each, which box it belongs to.
        """
        rows = np.asarray(own, dtype=np.int64)
        places = candidates(boxes[rows], sizes, self._gap)
        found: list[Spot | None] = [None] * len(rows)
        taken = Taken(self._reserved, len(rows))
        costs = self._costs(places, rows, boxes)
        costs += DEPARTURE * (np.arange(PLACES)[None, :] != np.asarray(preferred, dtype=np.int64)[:, None])
        for i in np.argsort(np.isfinite(costs).sum(axis=1), kind="stable").tolist():
            spot = self._best(places[i], costs[i], taken.areas)
            found[i] = taken.put(spot or self._anywhere_near(boxes[rows[i]], sizes[i], taken.areas), sizes[i])
        return found

    def _best(self, places: Floats, costs: Floats, taken: Floats) -> Spot | None:
        allowed = np.where(free(places, self._bounds, taken), costs, np.inf)
        best = int(np.argmin(allowed))
        return Spot(int(places[best, 0]), int(places[best, 1]), best) if np.isfinite(allowed[best]) else None

    def _anywhere_near(self, box: Floats, size: Floats, taken: Floats) -> Spot | None:
        """In a crowd: the free spot nearest to the box, on a grid of plate heights, not further than six of them."""
        far, step = 6 * size[1], size[1]
        x = np.arange(box[0] - far - size[0], box[2] + far, step)
        y = np.arange(box[1] - far, box[3] + far, step)
        low = np.floor(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) / 2) * 2
        places = np.concatenate([low, low + size], axis=1)
        around = np.concatenate([places[:, :2].min(axis=0), places[:, 2:].max(axis=0)])
        places = places[free(places, self._bounds, taken[touch(around, taken)])]
        if not len(places):
            return None
        nearest = places[int(np.argmin(_distance_to_outline(places, box)))]
        return Spot(int(nearest[0]), int(nearest[1]), None)


def _distance_to_outline(places: Floats, box: Floats) -> Floats:
    """How far the middle of each place is from a box's outline, inside or outside of it."""
    middle = (places[:, :2] + places[:, 2:]) / 2
    beyond = np.maximum(box[:2] - middle, middle - box[2:])
    outside = np.clip(beyond, 0, None).sum(axis=1)
    return np.asarray(outside + np.clip(-beyond.max(axis=1), 0, None))


def bounded(costs: Floats) -> Floats:
    """Return costs of places, of which one that is impossible counts like covering three marks."""
    return np.minimum(costs, 3 * OTHER_MARK)
