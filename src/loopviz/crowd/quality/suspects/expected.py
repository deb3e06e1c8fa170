"""Where an object should be, by where it is before and after: a straight line through its neighbours in time.

The line of each edge is fitted by least squares that are weighted anew three times, so that neighbours far from it
count for little (P. Holland and R. Welsch, "Robust regression using iteratively reweighted least-squares", 1977;
Tukey's biweight), and how far they lie from it says how far a label may lie.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
REACH = 5  # labels before and after
ROUNDS = 3
CUT = 4.685  # deviations at which a neighbour no longer counts, of Tukey's biweight
LEAST = 4  # neighbours, to say anything


class Expected(NamedTuple):
    """What neighbours say.

    Attributes:
        boxes: ``(N, 4)``: where the box should be; NaN where there are too few neighbours.
        spread: ``(N, 4)``: how far neighbours lie from their line, in pixels.
    """

    boxes: Floats
    spread: Floats


def expected_at(times: Floats, boxes: Floats, whose: Ints, at: Floats, of: Ints) -> Expected:
    """Return where an object should be at some times.

    Args:
        times: ``(M,)``: when its labels are, ascending.
        boxes: ``(M, 4)``: its labels' corner boxes.
        whose: ``(M,)``: the work that each is a part of.
        at: ``(N,)``: the times that are asked for.
        of: ``(N,)``: the work that does not count there; -1: all counts.
    """
    window = _neighbours(times, whose, at, of)
    known = window >= 0
    safe = np.where(known, window, 0)
    x = (times[safe] - at[:, None]) * known
    y = boxes[safe]
    weights = known[:, :, None] / (1.0 + np.abs(x))[:, :, None] * np.ones(4)
    spread = np.full((len(at), 4), np.nan)
    middle = np.full((len(at), 4), np.nan)
    base = weights
    for _ in range(ROUNDS + 1):
        middle, slope = _lines(x, y, weights)
        away = np.abs(y - middle[:, None] - slope[:, None] * x[:, :, None])
        spread = 1.4826 * _medians(away, known)
        share = np.clip(away / np.maximum(CUT * spread[:, None], 1e-6), 0, 1)
        weights = base * (1 - share**2) ** 2 + 1e-9 * known[:, :, None]
    few = known.sum(axis=1) < LEAST
    middle[few], spread[few] = np.nan, np.nan
    return Expected(middle, spread)


def _neighbours(times: Floats, whose: Ints, at: Floats, of: Ints) -> Ints:
    """Return ``(N, 2 * REACH)``: the labels nearest in time, of other work; -1 where there are no more."""
    found = np.full((len(at), 2 * REACH), -1, dtype=np.int64)
    middles = np.searchsorted(times, at)
    for number, (middle, own) in enumerate(zip(middles.tolist(), of.tolist(), strict=True)):
        low, high = max(0, middle - 2 * REACH), min(len(times), middle + 2 * REACH + 2)
        near = np.arange(low, high)
        near = near[(whose[near] != own) | (own < 0)]
        before, after = near[near < middle][-REACH:], near[near >= middle][:REACH]
        both = np.concatenate([before, after])
        found[number, : len(both)] = both
    return found


def _lines(x: Floats, y: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return ``(N, 4)`` values at 0 and slopes of weighted least squares; a slope of 0 where all is at one time."""
    total = np.maximum(weights.sum(axis=1), 1e-12)
    mean_x = (weights * x[:, :, None]).sum(axis=1) / total
    mean_y = (weights * y).sum(axis=1) / total
    over_x, over_y = x[:, :, None] - mean_x[:, None], y - mean_y[:, None]
    square = (weights * over_x**2).sum(axis=1)
    slope = np.where(square > 1e-9, (weights * over_x * over_y).sum(axis=1) / np.maximum(square, 1e-9), 0.0)
    return mean_y - slope * mean_x, slope


def _medians(values: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    """Return the medians over the second axis of what is known; NaN where nothing is."""
    filled = np.where(known[:, :, None], values, np.nan)
    found = np.full((len(values), values.shape[2]), np.nan)
    some = known.any(axis=1)
    if some.any():
        found[some] = np.nanmedian(filled[some], axis=1)
    return found
