"""Keypoints of COCO's categories and annotations (https://cocodataset.org/#format-data, "Keypoint Detection").

A category lists what they are called (``keypoints``) and the edges between them (``skeleton``, pairs that count from
1; a 0 among them says that a file counts from 0). An annotation has x, y and v for each: v is 0 where it is not
labelled, 1 where it is labelled and hidden, 2 where it is seen. In results v is 1 for all, as COCO recommends, or a
confidence, as Ultralytics writes it: both say nothing of what is seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from loopviz.formats.label_names import Skeleton
from loopviz.formats.labels.coco.entries import Sieve, as_whole
from loopviz.formats.labels.skeletons import known
from loopviz.formats.table_columns import Bools, Floats, Ints, optional_lists
from loopviz.formats.types import Report
from loopviz.schema import POINT

_FAR = 1e300  # what is beyond, NaN among it, is no place
POINTS = "x, y and visibility of each keypoint: 0, 1 or 2"


@dataclass(frozen=True)
class Keypoints:
    """Keypoints of N annotations.

    Attributes:
        columns: ``keypoints`` and ``keypoint_confidence`` of the Dataset's table, as far as there are any.
        around: ``(N, 4)``: the box around those that are labelled, NaN where none is.
    """

    columns: Mapping[str, pl.Series]
    around: Floats


def skeletons_of(listed: Mapping[int, Mapping[str, Any]], file: Path, report: Report) -> dict[int, Skeleton]:
    """Return the skeletons of categories, by their ids; what is none is left out, and said."""
    found = {}
    for number, entry in listed.items():
        names, edges = entry.get("keypoints") or (), entry.get("skeleton") or ()
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            at = f"category {number}"
            report.warn("bad-value", file, at=at, value="keypoints", expected="a list of names")
            names = ()
        found[number] = known(Skeleton(tuple(names), _edges(edges, len(names), number, file, report)))
    return {number: skeleton for number, skeleton in found.items() if skeleton != Skeleton()}


def _edges(said: Any, count: int, number: int, file: Path, report: Report) -> tuple[tuple[int, int], ...]:
    pairs = said if isinstance(said, list | tuple) else [said]
    ends = [tuple(map(as_whole, pair)) if isinstance(pair, list) and len(pair) == 2 else (None,) for pair in pairs]
    whole = [(pair[0], pair[1]) for pair in ends if None not in pair]
    first = 0 if any(0 in pair for pair in whole) else 1
    edges = [(one - first, other - first) for one, other in whole]  # type: ignore[operator]
    sound = [pair for pair in edges if min(pair) >= 0 and (not count or max(pair) < count)]
    if len(sound) < len(pairs):
        expected = "pairs of keypoints, counted from 1"
        report.warn("bad-value", file, at=f"category {number}", value="an edge of the skeleton", expected=expected)
    return tuple(sound)


def read_keypoints(given: Sequence[Any], counts: Ints, scored: Bools, sieve: Sieve) -> Keypoints:
    """Read the keypoints of annotations.

    Args:
        given: What each has; nothing where it has none.
        counts: ``(N,)``: how many its category has, 0 where nobody says.
        scored: ``(N,)``: which are detections.
        sieve: Refuses what is malformed.
    """
    around = np.full((len(given), 4), np.nan)
    present = np.flatnonzero([bool(each) for each in given])
    if not len(present):
        return Keypoints({}, around)
    rows = [given[index] for index in present.tolist()]
    flat = _flat(rows, counts[present])
    if flat is None:  # some are no keypoints
        read = [_numbers(given[index], index, int(counts[index]), sieve) for index in present.tolist()]
        present = present[[row is not None for row in read]]
        rows = [row for row in read if row is not None]
        flat = np.array(list(chain.from_iterable(rows)), dtype=np.float64)
    points = flat.reshape(-1, POINT)
    lengths = np.array([len(row) // POINT for row in rows], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    owner = np.repeat(np.arange(len(lengths)), lengths)
    seen, sure = _seen(points[:, 2], owner, starts, scored[present], present, sieve)
    labelled = seen != 0
    points = np.where(labelled[:, None], np.column_stack([points[:, :2], seen]), 0.0)
    some = np.add.reduceat(labelled, starts) > 0 if len(starts) else np.zeros(0, dtype=np.bool_)
    around[present[some]] = _around(points, labelled, starts)[some]
    kept = np.zeros(len(given), dtype=np.bool_)
    kept[present[some]] = True
    in_some = np.repeat(some, lengths)
    values = pl.Series(points[in_some].ravel()).fill_nan(None)
    columns = {"keypoints": optional_lists(values, POINT * lengths[some], kept)}
    if sure.any():
        sure_rows = some & np.logical_or.reduceat(sure, starts)
        confident = kept.copy()
        confident[present[some & ~sure_rows]] = False
        each = pl.Series(flat.reshape(-1, POINT)[np.repeat(sure_rows, lengths), 2])
        columns["keypoint_confidence"] = optional_lists(each, lengths[sure_rows], confident)
    return Keypoints(columns, around)


def _flat(rows: Sequence[Any], counts: Ints) -> Floats | None:
    """Return the numbers of annotations that are all keypoints of their categories; None where one is not."""
    if set(map(type, rows)) != {list} or not set(map(type, chain.from_iterable(rows))) <= {int, float}:
        return None
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    if (lengths % POINT).any() or ((counts > 0) & (lengths != POINT * counts)).any():
        return None
    try:
        flat = np.fromiter(chain.from_iterable(rows), np.float64, int(lengths.sum()))
    except OverflowError:  # a whole number that no float holds
        return None
    return flat if np.isfinite(flat).all() else None


def _numbers(given: Any, index: int, count: int, sieve: Sieve) -> list[float] | None:
    """Return an annotation's numbers; None, and it is refused, where they are no keypoints of its category."""
    numbers = given if isinstance(given, list) else []
    sound = all(type(value) in (int, float) and abs(value) < _FAR for value in numbers)
    if not numbers or not sound or len(numbers) % POINT:
        sieve.reject(index, "keypoints", "not keypoints", given, POINTS)
        return None
    if count and len(numbers) != POINT * count:
        what, found = "not the keypoints of its category", f"{len(numbers) // POINT} keypoints"
        sieve.reject(index, "keypoints", what, found, f"{count} keypoints")
        return None
    return numbers


def _seen(third: Floats, owner: Ints, starts: Ints, scored: Bools, present: Ints, sieve: Sieve) -> tuple[Floats, Bools]:
    """Return what is known of each keypoint's being seen, NaN: nothing, and which third numbers are confidences."""
    if not len(starts):
        return third, np.zeros(0, dtype=np.bool_)
    flags = np.logical_and.reduceat(np.isin(third, (0, 1, 2)), starts)
    shares = np.logical_and.reduceat((third >= 0) & (third <= 1), starts)
    ones = np.logical_and.reduceat(np.isin(third, (0, 1)), starts)
    sieve_out = ~flags & ~shares
    for row in np.flatnonzero(sieve_out).tolist():
        sieve.reject(int(present[row]), "keypoints", "not keypoints", third[owner == row].tolist(), POINTS)
    unsaid = (flags & ones & scored)[owner]
    sure = (shares & ~flags)[owner]
    return np.where((sure | unsaid) & (third != 0), np.nan, third), np.asarray(sure)


def _around(points: Floats, labelled: Bools, starts: Ints) -> Floats:
    low = np.where(labelled[:, None], points[:, :2], np.inf)
    high = np.where(labelled[:, None], points[:, :2], -np.inf)
    return np.concatenate([np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)], axis=1)
