"""The shapes of CVAT's XML: boxes, polygons, ellipses and masks become labels; lines and points have no area.

Coordinates are edges in pixels from 0. A box or an ellipse may be turned about its middle by ``rotation`` degrees,
clockwise. A mask's ``rle`` are run lengths along the rows of a box at ``left``, ``top``, ``width``, ``height``,
background first; written as numbers with commas between them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

import numpy as np

from loopviz.formats.labels.by_name import MOST_MASK, BadShape, Shape, Size, bounds, ellipse, masked, turned_box
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.xml_documents import number_of


def shape_of(element: Element, label: str, size: Size | None) -> Shape:
    """Return a shape that has an area.

    Args:
        element: One of ``SHAPES``.
        label: Its category.
        size: The picture's width and height; a mask needs them.

    Raises:
        BadShape: If it is none.
    """
    return SHAPES[element.tag](element, label, size)


def _numbers(element: Element, *names: str) -> list[float]:
    values = [_number(element.get(name, "")) for name in names]
    if any(value is None for value in values):
        found = ", ".join(f"{name}={element.get(name)!r}" for name in names)
        raise BadShape(f"not a {element.tag}", found, f"numbers of pixels in {', '.join(names)}")
    return [value or 0.0 for value in values]


def _number(text: str) -> float | None:
    value = number_of(text)
    return None if value is None or abs(value) > MAX_SIDE else value


def _angle(element: Element) -> float:
    angle = _number(element.get("rotation", "0"))
    if angle is None:
        raise BadShape("not an angle", element.get("rotation"), "degrees in rotation")
    return math.radians(angle % 360)


def _box(element: Element, label: str, _: Size | None) -> Shape:
    x_min, y_min, x_max, y_max = _numbers(element, "xtl", "ytl", "xbr", "ybr")
    if x_min > x_max or y_min > y_max:
        found = ", ".join(f"{edge:g}" for edge in (x_min, y_min, x_max, y_max))
        raise BadShape("a box that ends before it begins", found, "xtl up to xbr, ytl up to ybr")
    angle = _angle(element)
    if not angle:
        return Shape(label, (x_min, y_min, x_max, y_max))
    outline = turned_box((x_min + x_max) / 2, (y_min + y_max) / 2, x_max - x_min, y_max - y_min, angle)
    return Shape(label, bounds(outline), [outline])


def _polygon(element: Element, label: str, _: Size | None) -> Shape:
    text = element.get("points", "")
    values = [_number(part) for pair in text.split(";") for part in (pair.split(",") if pair else ())]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len(known) < 6 or len(known) % 2 or any(p.count(",") != 1 for p in text.split(";")):
        raise BadShape("not an outline", text[:200], "three points or more: x,y;x,y;x,y")
    return Shape(label, bounds(known), [known])


def _ellipse(element: Element, label: str, _: Size | None) -> Shape:
    x, y, across, down = _numbers(element, "cx", "cy", "rx", "ry")
    if across < 0 or down < 0:
        raise BadShape("not an ellipse", f"rx={across:g}, ry={down:g}", "radii of 0 or more")
    outline = ellipse(x, y, across, down, _angle(element))
    return Shape(label, bounds(outline), [outline])


def _mask(element: Element, label: str, size: Size | None) -> Shape:
    left, top, wide, high = map(int, _numbers(element, "left", "top", "width", "height"))
    if size is None:
        raise BadShape("nobody knows how large the picture of a mask is", None, "the picture's width and height")
    text = element.get("rle", "")
    runs = [int(run) if run.strip().isdecimal() and len(run) < 12 else -1 for run in text.split(",")]
    if not 0 < wide * high <= MOST_MASK or min(runs) < 0 or sum(runs) != wide * high:
        raise BadShape("run lengths that do not fill the mask", text[:200], f"{wide * high} pixels in all")
    part = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(high, wide)
    return masked(label, part, (left, top), size)


SHAPES: Mapping[str, Callable[[Element, str, Size | None], Shape]] = {
    "box": _box,
    "polygon": _polygon,
    "ellipse": _ellipse,
    "mask": _mask,
}
