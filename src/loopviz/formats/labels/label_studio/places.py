"""Where a label is, as Label Studio writes it: in percent of the picture."""

from __future__ import annotations

import math

from loopviz.formats.labels.by_picture import Row, edges_of, outline_of
from loopviz.geometry import rotated_box, rotated_corners

Size = tuple[int, int]


def percent(x: float, y: float, size: Size) -> dict[str, float]:
    """Return a point of a picture of that width and height."""
    return {"x": 100 * x / size[0], "y": 100 * y / size[1]}


def rectangle_place(row: Row, size: Size) -> dict[str, float]:
    """Return a box; one that is turned stands where its own upper left corner is."""
    outline = outline_of(row)
    if outline is None:
        x_min, y_min, x_max, y_max = edges_of(row)
        corner, sides, turn = (x_min, y_min), (x_max - x_min, y_max - y_min), 0.0
    else:
        box = rotated_box(outline)
        x, y = rotated_corners(box)[:2]
        corner, sides, turn = (x, y), (box.width, box.height), math.degrees(box.angle) % 360
    wide, high = (100 * side / whole for side, whole in zip(sides, size, strict=True))
    return {**percent(*corner, size), "width": wide, "height": high, "rotation": turn}
