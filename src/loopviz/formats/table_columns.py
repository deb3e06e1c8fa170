"""Columns for the Dataset's tables, built from arrays rather than from a million small objects."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def lists_of(values: pl.Series, counts: Ints) -> pl.Series:
    """Return ``len(counts)`` lists cut from a column: the first ``counts[0]`` values, and so on; no count may be 0."""
    row = np.repeat(np.arange(len(counts)), counts)
    flat = pl.DataFrame({"row": pl.Series(row).set_sorted(), "value": values})
    return flat.group_by("row", maintain_order=True).agg("value")["value"]


def optional_lists(values: pl.Series, counts: Ints, known: Bools) -> pl.Series:
    """Return a column of lists of numbers, null where nothing is known.

    Args:
        values: What is in all lists, one after the other.
        counts: How many values each of the lists has.
        known: Which rows have one.
    """
    if not known.any():
        return pl.Series([None] * len(known), dtype=pl.List(pl.Float64()))
    which = optional_column("row", np.cumsum(known) - 1, known, pl.Int64())
    return lists_of(values, counts).gather(which)


def polygon_column(coordinates: Floats, points: Ints, parts: Ints) -> pl.Series:
    """Return the ``polygons`` column: one list of flat polygons a row, null where a row has none.

    Args:
        coordinates: Every polygon's ``x1 y1 x2 y2 …``, one after the other.
        points: How many numbers each polygon has.
        parts: How many polygons each row has.
    """
    some = parts > 0
    if not some.any():
        return pl.Series("polygons", [None] * len(parts), dtype=pl.List(pl.List(pl.Float64())))
    polygons = lists_of(lists_of(pl.Series(coordinates), points), parts[some]).alias("polygons")
    which = optional_column("row", np.cumsum(some) - 1, some, pl.Int64())
    return polygons if some.all() else polygons.gather(which)


def row_bounds(coordinates: Floats, starts: Ints) -> Floats:
    """Return the ``(N, 4)`` corner boxes around runs of ``x1 y1 x2 y2 …`` that begin at ``starts``, none empty."""
    x, y, first = coordinates[0::2], coordinates[1::2], starts // 2
    lows = np.minimum.reduceat(x, first), np.minimum.reduceat(y, first)
    return np.stack([*lows, np.maximum.reduceat(x, first), np.maximum.reduceat(y, first)], axis=1)


def optional_column(
    name: str, values: npt.NDArray[np.generic], known: npt.NDArray[np.bool_], dtype: pl.DataType
) -> pl.Series:
    """Return a column of values with nulls where they are not known."""
    column = pl.Series(name, values).cast(dtype)
    return pl.select(pl.when(pl.Series(known)).then(column).otherwise(None).alias(name)).to_series()
