"""Plates at rest: where each plate of a stretch of frames stands, found for all of them at once.

A plate has places around its box (``plates.places_around``). Over the stretch it takes the path through them that costs
least, where a change costs something, and where none is left again within half a second (Viterbi,
https://doi.org/10.1109/TIT.1967.1054010). It eases from place to place over some frames, slower while its box rests.
Where its way is barred, or covers lines and its box leaps itself, it goes at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from loopviz.scene.layout import Area
from loopviz.scene.plates import Floats, Rows, costs_around, on_lines, places_around, touch

EASED = 6  # frames of a change
RESTS = 0.01  # of the picture's width: a box rests that moves less from frame to frame
BARRED = 1e4  # the cost of a place where another plate stands
NEED = 0.1  # what a change costs, by the frames of half a second
LEAP, SEEN_LEAP = 1.0, 100.0  # frames on a line: what a leap counts as, while its box moves and while it rests
STEPS = np.diff([3 * t * t - 2 * t * t * t for t in np.linspace(0, 1, EASED + 1).tolist()])  # a smooth step's
AROUND = 24  # frames: how much earlier or later a change may be, where its way is freer


class Pace(NamedTuple):
    """How a stretch is shown: what a change costs, how many frames a place is kept, and whether plates ease."""

    change: float
    least: int
    eases: bool


@dataclass(frozen=True)
class Stretch:
    """A label through some frames, with all labels of these; NaN where there is none.

    Attributes:
        boxes: ``(T, 4)``: its own, on the canvas.
        own: ``(T,)``: which of all labels it is; -1 where it is absent.
        others: ``(T, B, 4)``: all labels.
        sizes: ``(T, 2)``: its plate's width and height.
    """

    boxes: Floats
    own: Rows
    others: Floats
    sizes: Floats


@dataclass(frozen=True)
class Ground:
    """Where plates may stand.

    Attributes:
        bounds: An area of the canvas.
        gap: How far from their boxes, in pixels.
        thickness: How wide the boxes' lines are, in pixels.
        width: The picture's: it says which boxes rest.
    """

    bounds: Area
    gap: float
    thickness: float
    width: float


def place_all(plates: Sequence[Stretch], ground: Ground, pace: Pace, pins: Sequence[tuple[int, int]]) -> Floats:
    """Return ``(N, T, 4)``: where each plate stands on each frame; NaN where it is absent, or has no room.

    Args:
        plates: One item a label.
        ground: Where they may stand.
        pace: How the frames are shown.
        pins: The places with which each begins and ends the stretch; -1 for any.
    """
    found = [rests for rests, _ in _solved(plates, ground, pace, pins)]
    return np.array(found).reshape(len(plates), -1 if plates else 0, 4)


def places_at(plates: Sequence[Stretch], ground: Ground, pace: Pace, at: int) -> list[int]:
    """Return the place of each plate on one frame of a stretch; -1 where it is absent."""
    return [int(path[at]) for _, path in _solved(plates, ground, pace, [(-1, -1)] * len(plates))]


def _solved(
    plates: Sequence[Stretch], ground: Ground, pace: Pace, pins: Sequence[tuple[int, int]]
) -> list[tuple[Floats, Rows]]:
    """Find one plate's way after the other's: first of those that have the least choice."""
    given = [_choices(plate, ground) for plate in plates]
    order = sorted(range(len(plates)), key=lambda n: -float(given[n][1].min(axis=1).mean()))
    found: dict[int, tuple[Floats, Rows]] = {}
    for number in order:
        places, costs = given[number]
        taken = np.array([rests for rests, _ in found.values()]).reshape(-1, len(places), 4).transpose(1, 0, 2)
        barred = touch(places[:, :, None], taken[:, None]).any(axis=2)
        costs = costs + BARRED * barred
        path = _path(costs, plates[number].own >= 0, pace, pins[number])
        rests = _positions(plates[number], places, path, taken, ground, eases=pace.eases)
        found[number] = rests, path
    return [found[number] for number in range(len(plates))]


def _choices(plate: Stretch, ground: Ground) -> tuple[Floats, Floats]:
    places = places_around(plate.boxes, plate.sizes, ground.gap, ground.bounds)
    return places, costs_around(places, plate.own, plate.others, ground.thickness)


def _path(costs: Floats, present: npt.NDArray[np.bool_], pace: Pace, pins: tuple[int, int]) -> Rows:
    """Return ``(T,)``: the place on each frame, on the path that costs least; -1 where the label is absent.

    No place is kept for less than the pace's time, but at an end that is pinned: there it was before, or will be.
    """
    path, rows = np.full(len(costs), -1), np.flatnonzero(present)
    if not len(rows):
        return path
    costs = costs.copy()
    padding = [0, 0]
    for end, place in enumerate(pins):
        if place >= 0 and present[-end]:
            costs[-end] += np.where(np.arange(costs.shape[1]) == place, 0.0, 2 * BARRED)
            padding[end] = pace.least - 1
    padded = np.pad(costs[rows], (tuple(padding), (0, 0)), mode="edge")
    path[rows] = _cheapest(padded, pace.change, pace.least)[padding[0] : padding[0] + len(rows)]
    return path


def _cheapest(costs: Floats, change: float, least: int) -> Rows:
    """Return the place of each frame on the cheapest path of which every stay is so many frames long at least.

    A stay is entered with all of its least frames at once; then it goes on frame by frame.
    """
    sums = np.cumsum(costs, axis=0)
    best, came = sums.copy(), np.full(len(costs), -1)
    enters = np.zeros(costs.shape, np.bool_)
    for row in range(1, len(costs)):
        best[row] = best[row - 1] + costs[row]
        before = row - least
        if before >= least - 1:
            came[row] = best[before].argmin()
            entered = best[before, came[row]] + change + sums[row] - sums[before]
            enters[row] = entered < best[row]
            best[row] = np.minimum(best[row], entered)
    path, row = np.empty(len(costs), np.int64), len(costs) - 1
    place = int(best[row].argmin())
    while row >= 0:
        length = least if enters[row, place] else 1
        path[row - length + 1 : row + 1] = place
        place = int(came[row]) if enters[row, place] else place
        row -= length
    return path


def _positions(plate: Stretch, places: Floats, path: Rows, taken: Floats, ground: Ground, *, eases: bool) -> Floats:
    """Return ``(T, 4)``: where a plate stands, on its way from place to place too."""
    rests = places[np.arange(len(path)), path]
    rests[path < 0] = np.nan
    if eases:
        there, since = np.flatnonzero(path >= 0), 0
        for row in there[1:][np.diff(path[there]) != 0].tolist():
            since = _ease(plate, places, path, rests, row, since, taken, ground)
    _steady(plate.boxes, rests, taken, ground.width)
    rests[touch(rests[:, None], taken).any(axis=1)] = np.nan
    return rests


def _steady(boxes: Floats, rests: Floats, taken: Floats, width: float) -> None:
    """Take back what rounding adds: corners are at even pixels, so that a plate may go two further than its box."""
    for row in range(1, len(rests)):
        far = rests[row, :2] - rests[row - 1, :2]
        if np.abs(boxes[row] - boxes[row - 1]).max() < RESTS * width <= np.abs(far).max() <= RESTS * width + 2:
            nearer = rests[row] - np.tile(2 * np.sign(far) * (np.abs(far) >= RESTS * width), 2)
            if not touch(nearer, taken[row]).any():
                rests[row] = nearer


def _ease(
    plate: Stretch, places: Floats, path: Rows, rests: Floats, row: int, since: int, taken: Floats, ground: Ground
) -> int:
    """Let a plate glide through a change of place, a little earlier or later where its way covers fewer lines.

    Where another plate bars every way, or there is no time, it goes at once: if it can, while its box moves or is away.

    Returns:
        The first frame on which it has arrived.
    """
    old, new = int(path[:row][path[:row] >= 0][-1]), int(path[row])
    first, last = _alone(path, row, old, new)
    found: list[tuple[float, Rows, Floats]] = []
    for start in range(max(first + 1, since, row - AROUND), min(last, row + AROUND) + 1):
        boxes = plate.boxes[start - 1 : last + 1]
        share = _shares(boxes, places[start : last + 1, [old, new]], ground.width)
        is_seen = float(np.abs(boxes[1] - boxes[0]).max()) < RESTS * ground.width
        for part, cost in ((share, 0.0), (np.ones(1), SEEN_LEAP if is_seen else LEAP)):
            if len(part):
                rows, way = _way(plate, places[:, [old, new]], row, start, part)
                if not touch(way[:, None], taken[rows]).any():
                    hits = on_lines(way[:, None], plate.others[rows], plate.own[rows], ground.thickness)
                    found.append((cost + float(hits.sum()) + abs(start - row) / 100, rows, way))
    if not found:
        return row
    _, rows, way = min(found, key=lambda each: each[0])
    rests[rows] = way
    return int(rows[-1]) + 1


def _way(plate: Stretch, places: Floats, row: int, start: int, share: Floats) -> tuple[Rows, Floats]:
    """Return where a plate stands that leaves for another place at a frame, and on which frames that is not as it was.

    Args:
        plate: The plate.
        places: ``(T, 2, 4)``: where it comes from, and where it goes.
        row: The frame of which its path says that it goes.
        start: The frame on which it goes.
        share: How much of the way is behind it on this frame and those that follow.
    """
    rows = np.arange(min(start, row), max(start + len(share), row))
    part = np.concatenate([np.zeros(max(0, start - row)), share, np.ones(len(rows))])[: len(rows), None]
    low = places[rows, 0, :2] + part * (places[rows, 1, :2] - places[rows, 0, :2])
    low = np.floor(low / 2) * 2
    return rows, np.concatenate([low, low + plate.sizes[rows]], axis=1)


def _alone(path: Rows, row: int, old: int, new: int) -> tuple[int, int]:
    """Return the first and the last frame around a change between which there is no other; it may be absent."""
    before, after = path[:row], path[row:]
    earlier, later = np.flatnonzero((before != old) & (before >= 0)), np.flatnonzero((after != new) & (after >= 0))
    first = int(earlier[-1]) + 1 if len(earlier) else 0
    return first, row + int(later[0]) - 1 if len(later) else len(path) - 1


def _shares(boxes: Floats, places: Floats, width: float) -> Floats:
    """Return how much of the way between two places is behind on each frame; nothing if it does not end in time.

    While its box rests a plate goes less than a hundredth of the picture's width a frame.

    Args:
        boxes: ``(N + 1, 4)``: its box on the frame before, and on those on which it may be on its way.
        places: ``(N, 2, 4)``: both places on these.
        width: The picture's.
    """
    share, shares = 0.0, []
    slow = max(RESTS * width / 2, RESTS * width - 3)  # what rounding to even pixels adds is left
    moves = np.abs(np.diff(boxes, axis=0)).max(axis=1)
    ways = np.abs(places[:, 1] - places[:, 0]).max(axis=1)
    for number, (moved, far) in enumerate(zip(moves.tolist(), ways.tolist(), strict=True)):
        step = float(STEPS[number]) if number < EASED else 1.0
        if moved < RESTS * width and far > 0:
            step = min(step, max(0.0, slow - moved) / far)
        share = min(1.0, share + step)
        shares.append(share)
        if share > 1 - 1e-9:
            return np.array(shares)
    return np.empty(0)
