"""What is wrong with masks and polygons: nonsense that needs no picture to be seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from loopviz.formats.types import LabelSet
from loopviz.geometry import rle_area, rle_bounds, rle_from_string
from loopviz.project.check.findings import Finding
from loopviz.project.check.labels import found_in, objects
from loopviz.schema import EDGES

LOOSE_PIXELS = 3.0  # what rounding explains between a shape and its box
LOOSE_SHARE = 0.05  # of the box's longer side
FLAT = 1e-6  # square pixels
FLAT_SHARE = 1e-12  # of a picture whose size nobody knows: so many square pixels of one of a megapixel

_AROUND = ("left", "top", "right", "bottom")


def check_shapes(labels: LabelSet) -> Iterator[Finding]:
    """Yield what is wrong with the masks and polygons of a label set."""
    things = objects(labels)
    yield from _masks(things.filter(pl.col("mask_rle").is_not_null()))
    yield from _polygons(things.filter(pl.col("polygons").is_not_null()))


def _masks(masked: pl.DataFrame) -> Iterator[Finding]:
    states: list[str] = []
    bounds: list[tuple[float, ...]] = []
    for text, width, height in masked.select("mask_rle", "width", "height").iter_rows():
        state, around = _mask(text, width, height)
        states.append(state)
        bounds.append(around)
    frame = _with_bounds(masked, bounds).with_columns(pl.Series("state", states, dtype=pl.String))
    yield from found_in("mask-unreadable", frame.filter(pl.col("state") == "unreadable"))
    yield from found_in("mask-empty", frame.filter(pl.col("state") == "empty"))
    yield from found_in("shape-not-in-box", frame.filter((pl.col("state") == "sound") & _apart()))


def _mask(text: str, width: int | None, height: int | None) -> tuple[str, tuple[float, ...]]:
    """Return what a mask is, and the corner box around its pixels."""
    nowhere = (0.0, 0.0, 0.0, 0.0)
    if width is None or height is None:
        return "unknown", nowhere
    try:
        counts = rle_from_string(text)
    except ValueError:
        return "unreadable", nowhere
    if np.any(counts < 0) or int(counts.sum()) != width * height:
        return "unreadable", nowhere
    return ("sound", rle_bounds(counts, height)) if rle_area(counts) else ("empty", nowhere)


def _polygons(drawn: pl.DataFrame) -> Iterator[Finding]:
    if not drawn.height:
        return
    # One row a polygon, then one a point: x and y take turns in the flat lists.
    listed = drawn.with_row_index("row").select("row", "normalised", "polygons")
    parts = listed.explode("polygons").drop_nulls().with_row_index("part")
    numbers = parts.explode("polygons").with_columns(turn=pl.int_range(pl.len()).over("part") % 2)
    x = numbers.filter(pl.col("turn") == 0).select("row", "part", "normalised", x="polygons")
    points = x.with_columns(y=numbers.filter(pl.col("turn") == 1)["polygons"])
    after_x, after_y = (pl.coalesce(pl.col(axis).shift(-1), pl.col(axis).first()).over("part") for axis in ("x", "y"))
    cross = (pl.col("x") * after_y - after_x * pl.col("y")).alias("cross")
    areas = (
        points.with_columns(cross)
        .group_by("part", maintain_order=True)
        .agg(pl.col("row", "normalised").first(), area=pl.col("cross").sum().abs() / 2)
    )
    least = pl.when("normalised").then(FLAT_SHARE).otherwise(FLAT)
    flat = areas.filter(pl.col("area") < least)["row"].unique()
    around = points.group_by("row", maintain_order=True).agg(
        pl.min("x").alias("left"), pl.min("y").alias("top"), pl.max("x").alias("right"), pl.max("y").alias("bottom")
    )
    frame = drawn.with_row_index("row").join(around, on="row", how="left", maintain_order="left")
    is_flat = pl.col("row").is_in(flat.implode())
    yield from found_in("polygon-flat", frame.filter(is_flat))
    yield from found_in("shape-not-in-box", frame.filter(~is_flat & _apart()))


def _with_bounds(rows: pl.DataFrame, bounds: list[tuple[float, ...]]) -> pl.DataFrame:
    columns = np.array(bounds, dtype=np.float64).reshape(-1, 4).T
    return rows.with_columns(pl.Series(name, column) for name, column in zip(_AROUND, columns, strict=True))


def _apart() -> pl.Expr:
    """Say whether a box is not the one around its shape, beyond what rounding explains."""
    side = pl.max_horizontal(pl.col("x_max") - pl.col("x_min"), pl.col("y_max") - pl.col("y_min"))
    room = pl.max_horizontal(pl.lit(LOOSE_PIXELS), side * LOOSE_SHARE)
    gaps = [(pl.col(edge) - pl.col(own)).abs() for edge, own in zip(EDGES, _AROUND, strict=True)]
    return pl.max_horizontal(gaps) > room
