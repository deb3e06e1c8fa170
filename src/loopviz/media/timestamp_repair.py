"""Mending time stamps that a file lacks or holds in the wrong order."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction

import numpy as np

from loopviz.media.types import Pts
from loopviz.notes import Note, note


def mended(stored: list[int | None], period: Fraction) -> tuple[Pts, tuple[Note, ...]]:
    """Return strictly ascending times: the most that already ascend are kept, the others put evenly between them.

    Args:
        stored: What the file says, None where it says nothing.
        period: The length of a frame, used where there is nothing to go by.

    Returns:
        The times, and a note when some are not the file's own.
    """
    kept = _ascending(stored)
    if len(kept) == len(stored):
        return np.array(stored, np.int64), ()
    if not kept:
        times = np.array([round(index * period) for index in range(len(stored))], np.int64)
        return times, (note("no-times"),)
    anchors = [stored[index] for index in kept]
    times = np.rint(np.interp(np.arange(len(stored)), kept, np.array(anchors, np.float64))).astype(np.int64)
    for index in range(kept[0] - 1, -1, -1):
        times[index] = times[index + 1] - max(1, round(period))
    for index in range(1, len(times)):
        if times[index] <= times[index - 1]:
            times[index] = times[index - 1] + (max(1, round(period)) if index > kept[-1] else 1)
    wrong = len(stored) - len(kept)
    place = next((index for index, right in enumerate(kept) if index != right), len(kept))
    return times, (note("times-mended", count=wrong, frame=place),)


def _ascending(values: list[int | None]) -> list[int]:
    """Return the indices of a longest strictly ascending subsequence, by patience sorting."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = [-1] * len(values)
    for index, value in enumerate(values):
        if value is None:
            continue
        place = bisect_left(tails, value)
        before[index] = ends[place - 1] if place else -1
        tails[place : place + 1] = [value]
        ends[place : place + 1] = [index]
    chain = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(at)
        at = before[at]
    return chain[::-1]
