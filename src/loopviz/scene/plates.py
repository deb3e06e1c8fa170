"""Where category plates stand: inside the picture, never on each other, and off the other marks where there is room.

Each plate has sixteen places around its box. For every category the place that fits best over the whole clip is found
first; a frame departs from it only when it must, so that plates do not jump.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from loopviz.scene.layout import Area

Floats = npt.NDArray[np.float64]
PLACES = 16
OTHER_MARK, OWN_MARK, INSIDE, DEPARTURE, ORDER = 4.0, 3.0, 2.0, 3.0, 0.05


def candidates(box: Sequence[float], width: float, height: float, gap: float) -> Floats:
    """Return the ``(16, 4)`` places for a plate: above, below, inside and beside its box, as ``x0 y0 x1 y1``."""
    x0, y0, x1, y1 = box
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
    low = np.round(np.array(corners) / 2) * 2
    return np.concatenate([low, low + np.array([width, height])], axis=1)


def overlaps(places: Floats, boxes: Floats) -> npt.NDArray[np.bool_]:
    """Return ``(P, B)``: which of some places touch which boxes."""
    a, b = places[:, None, :], boxes[None, :, :]
    return np.asarray(
        (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2]) & (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3])
    )


def edges(boxes: Floats, thickness: float) -> Floats:
    """Return the ``(4 N, 4)`` bars of some boxes' lines, as rectangles, grouped by box."""
    x0, y0, x1, y1 = boxes.T
    t = thickness
    bars = [(x0, y0, x1, y0 + t), (x0, y1 - t, x1, y1), (x0, y0, x0 + t, y1), (x1 - t, y0, x1, y1)]
    return np.stack([np.stack(bar, axis=1) for bar in bars], axis=1).reshape(-1, 4)


def place_costs(places: Floats, boxes: Floats, thickness: float) -> Floats:
    """Return the ``(N, 16)`` costs of the plates' places: the lines that each covers, and what is labelled under it.

    Args:
        places: ``(N, 16, 4)``: the places of each box's plate.
        boxes: ``(N, 4)``.
        thickness: How wide the boxes' lines are, in pixels.
    """
    flat, count = places.reshape(-1, 4), len(boxes)
    hits = overlaps(flat, edges(boxes, thickness)).reshape(count, PLACES, count, 4).any(axis=3)
    within = overlaps(flat, boxes).reshape(count, PLACES, count)
    own, inside = (np.diagonal(found, axis1=0, axis2=2).T for found in (hits, within))
    widths = places[:, 0, 2] - places[:, 0, 0]
    narrow = boxes[None, :, 2] - boxes[None, :, 0] < 2 * widths[:, None]
    hidden = (within & narrow[:, None, :]).sum(axis=2) + INSIDE * inside
    others = hits.sum(axis=2) - own
    return np.asarray(OTHER_MARK * others + OWN_MARK * own + hidden + ORDER * np.arange(PLACES))


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

    def costs(self, boxes: Floats, sizes: Floats) -> Floats:
        """Return ``(N, 16)``: what each place of each plate costs; infinite where it cannot stand."""
        return self._costs(self._places(boxes, sizes), boxes)

    def _places(self, boxes: Floats, sizes: Floats) -> Floats:
        around = (candidates(box, w, h, self._gap) for box, (w, h) in zip(boxes, sizes.tolist(), strict=True))
        return np.array(list(around)).reshape(-1, PLACES, 4)

    def _costs(self, places: Floats, boxes: Floats) -> Floats:
        possible = free(places.reshape(-1, 4), self._bounds, self._reserved).reshape(-1, PLACES)
        return np.where(possible, place_costs(places, boxes, self._thickness), np.inf)

    def place(self, boxes: Floats, sizes: Floats, preferred: Sequence[int]) -> list[tuple[int, int] | None]:
        """Return each plate's corner; None for a plate that no place is left for.

        Args:
            boxes: ``(N, 4)`` boxes on the canvas.
            sizes: ``(N, 2)`` widths and heights of their plates.
            preferred: For each, which of its sixteen places to keep to.
        """
        places = self._places(boxes, sizes)
        costs = self._costs(places, boxes)
        costs += DEPARTURE * (np.arange(PLACES)[None, :] != np.asarray(preferred, dtype=np.int64)[:, None])
        found: list[tuple[int, int] | None] = [None] * len(boxes)
        taken = self._reserved
        for i in sorted(range(len(boxes)), key=lambda i: (int(np.isfinite(costs[i]).sum()), i)):
            spot = self._best(places[i], costs[i], taken)
            if spot is None:
                spot = self._anywhere_near(boxes[i], sizes[i], taken)
            if spot is not None:
                found[i] = int(spot[0]), int(spot[1])
                taken = np.concatenate([taken, spot[None, :]])
        return found

    def _best(self, places: Floats, costs: Floats, taken: Floats) -> Floats | None:
        allowed = np.where(free(places, self._bounds, taken), costs, np.inf)
        best = int(np.argmin(allowed))
        return places[best] if np.isfinite(allowed[best]) else None

    def _anywhere_near(self, box: Floats, size: Floats, taken: Floats) -> Floats | None:
        """In a crowd: the free spot nearest to the box, on a grid of plate heights, not further than six of them."""
        far, step = 6 * size[1], size[1]
        x = np.arange(box[0] - far - size[0], box[2] + far, step)
        y = np.arange(box[1] - far, box[3] + far, step)
        low = np.floor(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) / 2) * 2
        places = np.concatenate([low, low + size], axis=1)
        places = places[free(places, self._bounds, taken)]
        if not len(places):
            return None
        return np.asarray(places[int(np.argmin(_distance_to_outline(places, box)))])


def _distance_to_outline(places: Floats, box: Floats) -> Floats:
    """How far the middle of each place is from a box's outline, inside or outside of it."""
    middle = (places[:, :2] + places[:, 2:]) / 2
    beyond = np.maximum(box[:2] - middle, middle - box[2:])
    outside = np.clip(beyond, 0, None).sum(axis=1)
    return np.asarray(outside + np.clip(-beyond.max(axis=1), 0, None))


def preferred_places(costs: Floats, class_ids: npt.NDArray[np.int64]) -> dict[int, int]:
    """Return for each category the place that costs least over the clip (``costs`` is ``(all plates, 16)``).

    A place that is impossible on a frame counts like covering three marks there: a few such frames are no reason to
    give it up.
    """
    bounded = np.minimum(costs, 3 * OTHER_MARK)
    return {c: int(np.argmin(bounded[class_ids == c].sum(axis=0))) for c in sorted(set(class_ids.tolist()))}
