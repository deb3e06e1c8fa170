"""Where category plates stand: inside the picture, never on each other, and off the other marks where there is room.

Each plate has sixteen places around its box. For every category the place that fits best over the clip is found first,
from plates spread over all of it, whatever part is rendered; a frame departs from it only when it must, so that plates
do not jump. While the same person's work is shown plates keep the places that they had on its first frame.
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
LOOKED_AT, LEAST_LOOKED_AT = 5000, 8  # plates of a clip, and of a category: their costs take a second
AT_ONCE = 2**16  # pairs of a plate and a box: of a thousand on a frame all pairs would take gigabytes
OTHER_MARK, OWN_MARK, INSIDE, DEPARTURE, ORDER = 4.0, 3.0, 2.0, 3.0, 0.05


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

    def place(
        self, boxes: Floats, sizes: Floats, preferred: Sequence[int], kept: Sequence[int | None] = ()
    ) -> list[Spot | None]:
        """Return where each plate stands; None for a plate that no place is left for.

        Args:
            boxes: ``(N, 4)`` boxes on the canvas.
            sizes: ``(N, 2)`` widths and heights of their plates.
            preferred: For each, which of its sixteen places to keep to.
            kept: For each, the place that it has already: it stays there whatever that covers, as long as no other
                plate stands there, and is pushed along where the picture ends. None, or nothing: none.
        """
        places = candidates(boxes, sizes, self._gap)
        found: list[Spot | None] = [None] * len(boxes)
        taken = Taken(self._reserved, len(boxes))
        for i, place in enumerate(kept):
            if place is not None:
                found[i] = taken.put(self._pushed(places[i, place], place, taken.areas), sizes[i])
        left = np.array([i for i, spot in enumerate(found) if spot is None], dtype=np.int64)
        costs = self._costs(places[left], left, boxes)
        wanted = np.asarray(preferred, dtype=np.int64)[left]
        costs += DEPARTURE * (np.arange(PLACES)[None, :] != wanted[:, None])
        for row in np.argsort(np.isfinite(costs).sum(axis=1), kind="stable").tolist():
            i = int(left[row])
            spot = self._best(places[i], costs[row], taken.areas)
            found[i] = taken.put(spot or self._anywhere_near(boxes[i], sizes[i], taken.areas), sizes[i])
        return found

    def _pushed(self, spot: Floats, place: int, taken: Floats) -> Spot | None:
        """Return a place as far as it has to be inside the picture, if nothing stands there."""
        size = spot[2:] - spot[:2]
        most = np.array([self._bounds.right, self._bounds.bottom]) - size
        low = np.maximum([self._bounds.x, self._bounds.y], np.minimum(spot[:2], np.floor(most / 2) * 2))
        inside = np.concatenate([low, low + size])
        return Spot(int(low[0]), int(low[1]), place) if free(inside[None], self._bounds, taken)[0] else None

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


def spread(class_ids: Rows, most: int = LOOKED_AT) -> Rows:
    """Return which plates of a clip are looked at: all if they are few, else of each category some, evenly spread.

    Args:
        class_ids: ``(N,)``: every plate's category, in the order of the frames.
        most: About how many are looked at.
    """
    if len(class_ids) <= most:
        return np.arange(len(class_ids))
    order = np.argsort(class_ids, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(class_ids[order])) + 1)
    share = max(LEAST_LOOKED_AT, most // len(groups))
    counts = [min(share, len(rows)) for rows in groups]
    return np.sort(
        np.concatenate([rows[np.arange(n) * len(rows) // n] for rows, n in zip(groups, counts, strict=True)])
    )


def preferred_places(costs: Floats, class_ids: npt.NDArray[np.int64]) -> dict[int, int]:
    """Return for each category the place that costs least over the clip (``costs`` is ``(N, 16)``).

    A place that is impossible on a frame counts like covering three marks there: a few such frames are no reason to
    give it up.
    """
    finite = bounded(costs)
    return {c: int(np.argmin(finite[class_ids == c].sum(axis=0))) for c in sorted(set(class_ids.tolist()))}


def bounded(costs: Floats) -> Floats:
    """Return costs of places, of which one that is impossible counts like covering three marks."""
    return np.minimum(costs, 3 * OTHER_MARK)
