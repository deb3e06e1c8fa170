"""Where labels lie on the shown picture: frames of other sizes are fitted into it, as they are."""

from __future__ import annotations

import polars as pl

from loopviz.geometry import fit_within

# Where a box lies on the picture, of a row of annotations with what ``fitted`` says of its frame.
BOX = {
    "x": pl.col("x_min") * pl.col("scale") + pl.col("dx"),
    "y": pl.col("y_min") * pl.col("scale") + pl.col("dy"),
    "w": (pl.col("x_max") - pl.col("x_min")) * pl.col("scale"),
    "h": (pl.col("y_max") - pl.col("y_min")) * pl.col("scale"),
}


def fitted(frames: pl.DataFrame, picture: tuple[int, int]) -> pl.DataFrame:
    """Return how the frames' own pixels become those of the picture: scaled as a whole, in the middle.

    Args:
        frames: The Dataset's table.
        picture: Width and height of the picture.

    Returns:
        ``frame``, ``dx``, ``dy``, ``scale``: one row a frame.
    """
    sizes = frames.select("width", "height").unique().rows()
    fits = {size: (0, 0, *picture) if None in size else fit_within(size, picture) for size in sizes}
    found = [
        (width, height, dx, dy, wide / width if width else 1.0) for (width, height), (dx, dy, wide, _) in fits.items()
    ]
    schema = {"width": pl.Int64, "height": pl.Int64, "dx": pl.Int64, "dy": pl.Int64, "scale": pl.Float64}
    table = pl.DataFrame(found, schema=schema, orient="row")
    known = frames.select("frame", "width", "height")
    return known.join(table, on=["width", "height"], how="left", nulls_equal=True).drop("width", "height")
