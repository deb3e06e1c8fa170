"""Regions of Label Studio: percent of the picture, turned about their upper left corner.

https://labelstud.io/tags/rectanglelabels and its siblings. A region is called by ``value[type]`` (``rectanglelabels:
["Car"]``), or, if it was drawn without a name, by another entry with its ``id``.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

from typing_extensions import TypeIs

from loopviz.formats.labels.by_name import BadShape, Shape, Size, bounds, ellipse, masked, turned, without_area
from loopviz.formats.labels.label_studio.brush import painted
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.geometry import RotatedBox

Value = Mapping[str, Any]
BEYOND = 5.0  # percent: what is drawn over the edge
LABELS = "labels"  # the end of a kind that has its names with it


def kind_of(entry: Mapping[str, Any]) -> str:
    """Return what an entry is, without whether it has its names with it: such as ``rectangle``."""
    kind = entry.get("type")
    kind = kind.lower() if isinstance(kind, str) else "nothing"
    return kind.removesuffix(LABELS) or LABELS


def names_of(entry: Mapping[str, Any]) -> list[str]:
    """Return what an entry calls its region."""
    value = entry.get("value")
    if not isinstance(value, dict):
        return []
    lists = (value[key] for key in (str(entry.get("type")), LABELS) if isinstance(value.get(key), list))
    return [name for name in next(lists, []) if isinstance(name, str) and name]


def size_of(entry: Mapping[str, Any]) -> Size | None:
    """Return the width and height of the picture that an entry is about, None where it does not say them."""
    sides = [entry.get(name) for name in ("original_width", "original_height")]
    known = [int(side) for side in sides if is_number(side) and 0 < side <= MAX_SIDE and side == int(side)]
    return (known[0], known[1]) if len(known) == 2 else None


def is_number(value: Any) -> TypeIs[float]:
    """Say whether a value is a finite number."""
    # A whole number of JSON may be larger than any float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def region(kind: str, category: str, value: Value, size: Size) -> Shape:
    """Return the label of a region.

    Args:
        kind: One of ``SHAPES``.
        category: What it is called.
        value: Its ``value``.
        size: The picture's width and height, in pixels.

    Raises:
        BadShape: If it is malformed.
    """
    return SHAPES[kind](category, value, size)


def rectangle(category: str, value: Value, size: Size) -> Shape:
    """Return the label of a rectangle: a box, or where it is turned, its four corners."""
    turn = _turn(value)
    around = (-100.0, 200.0) if turn else (-BEYOND, 100 + BEYOND)
    x, y = _percent(value, "x", *around), _percent(value, "y", *around)
    wide, high = (_percent(value, side, 0.0, around[1]) for side in ("width", "height"))
    if not turn and max(x + wide, y + high) > around[1]:
        raise BadShape("a rectangle beyond its picture", {"x": x, "y": y, "width": wide, "height": high}, "0 to 100 %")
    left, top = x * size[0] / 100, y * size[1] / 100
    right, down = wide * size[0] / 100, high * size[1] / 100
    if not turn:
        return Shape(category, (left, top, left + right, top + down))
    x, y = _turned((right / 2, down / 2), (left, top), turn)
    return turned(category, RotatedBox(x, y, right, down, turn))


def _polygon(category: str, value: Value, size: Size) -> Shape:
    said = value.get("points")
    if not isinstance(said, list) or len(said) < 3:
        raise BadShape("not an outline", said, "three points or more")
    outline = []
    for pair in said:
        if not (isinstance(pair, list) and len(pair) == 2):
            raise BadShape("a point is no pair of numbers", pair, "[x, y]")
        at = {"x": pair[0], "y": pair[1]}
        outline += [
            _percent(at, axis, -BEYOND, 100 + BEYOND) * side / 100 for axis, side in zip("xy", size, strict=True)
        ]
    return Shape(category, bounds(outline), [outline])


def _ellipse(category: str, value: Value, size: Size) -> Shape:
    x, y = _point(value, size)
    across, down = (
        _percent(value, name, 0.0, 100 + BEYOND) * side / 100
        for name, side in zip(("radiusX", "radiusY"), size, strict=True)
    )
    outline = ellipse(x, y, across, down, _turn(value))
    return Shape(category, bounds(outline), [outline])


def _brush(category: str, value: Value, size: Size) -> Shape:
    if value.get("format") != "rle":
        raise BadShape("a painted mask in another form", value.get("format"), "rle")
    return masked(category, painted(value.get("rle"), size), (0, 0), size)


def _point(value: Value, size: Size) -> tuple[float, float]:
    x, y = (_percent(value, axis, -BEYOND, 100 + BEYOND) for axis in "xy")
    return x * size[0] / 100, y * size[1] / 100


def _keypoint(category: str, value: Value, size: Size) -> Shape:
    return without_area(category, [_point(value, size)], "points")


def _turn(value: Value) -> float:
    """Return by how much a region is turned, clockwise, in radians."""
    turn = value.get("rotation") or 0.0
    if not is_number(turn) or abs(turn) > 3600:
        raise BadShape("not an angle", turn, "degrees")
    return math.radians(turn % 360)


def _turned(point: tuple[float, float], corner: tuple[float, float], turn: float) -> tuple[float, float]:
    across, down = math.cos(turn), math.sin(turn)
    return corner[0] + point[0] * across - point[1] * down, corner[1] + point[0] * down + point[1] * across


def _percent(value: Value, name: str, least: float, most: float) -> float:
    found = value.get(name)
    if not is_number(found) or not least <= found <= most:
        raise BadShape(f"not a percentage: {name}", found, f"{max(0, least):.0f} to {min(100, most):.0f}")
    return float(found)


SHAPES: Mapping[str, Callable[[str, Value, Size], Shape]] = {
    "rectangle": rectangle,
    "polygon": _polygon,
    "ellipse": _ellipse,
    "brush": _brush,
    "keypoint": _keypoint,
}
VIDEO = "videorectangle"
