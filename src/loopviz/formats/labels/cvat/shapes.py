"""The shapes of CVAT's XML as labels.

Coordinates are edges in pixels from 0. A box or an ellipse may be turned about its middle by ``rotation`` degrees,
clockwise. A mask's ``rle`` are run lengths along the rows of a box at ``left``, ``top``, ``width``, ``height``,
background first; written as numbers with commas between them. A ``skeleton`` holds ``points`` of one point each, called
by their ``label``: ``outside="1"`` says that one is not there, ``occluded="1"`` that it is hidden. Which there are, and
which belong together, stands in ``<meta>``: labels with a ``parent``, and the edges as lines of a drawing (``svg``).
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element

import numpy as np

from loopviz.formats.label_names import Skeleton
from loopviz.formats.labels.by_name import (
    MOST_MASK,
    BadShape,
    Shape,
    Size,
    bounds,
    ellipse,
    masked,
    turned,
    without_area,
)
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.xml_documents import number_of, text_of
from loopviz.geometry import RotatedBox

SKELETON = "skeleton"
COUNTS = {1: "one point", 2: "two points", 3: "three points"}
_LINE, _NODE = re.compile(r"<line\b[^>]*>"), re.compile(r"<circle\b[^>]*>")
_ATTRIBUTE = re.compile(r'data-(?:node-|label-)(from|to|id|name)="([^"]*)"')


def shape_of(element: Element, label: str, size: Size | None, skeleton: Sequence[str] = ()) -> Shape:
    """Return a shape.

    Args:
        element: One of ``SHAPES``, or a skeleton.
        label: Its category.
        size: The picture's width and height; a mask needs them.
        skeleton: What the points of its category are called, in their order.

    Raises:
        BadShape: If it is none.
    """
    if element.tag == SKELETON:
        return _skeleton(element, label, skeleton)
    return SHAPES[element.tag](element, label, size)


def skeletons_of(meta: Element) -> dict[str, Skeleton]:
    """Return the skeletons that ``<meta>`` lists, by their category."""
    parts: dict[str, list[str]] = {}
    drawings: dict[str, str] = {}
    for label in meta.iterfind(".//labels/label"):
        name, parent = text_of(label, "name"), text_of(label, "parent")
        if parent and name not in parts.setdefault(parent, []):
            parts[parent].append(name)
        drawings[name] = text_of(label, "svg")
    return {name: Skeleton(tuple(names), _edges(drawings.get(name, ""), names)) for name, names in parts.items()}


def _edges(drawing: str, names: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return the edges that a skeleton's drawing has as lines between its nodes."""
    nodes = {number: name for element in _NODE.findall(drawing) for number, name in [_node(element)]}
    places = {number: names.index(name) for number, name in nodes.items() if name in names}
    ends = (dict(_ATTRIBUTE.findall(line)) for line in _LINE.findall(drawing))
    pairs = ((places.get(line.get("from", "")), places.get(line.get("to", ""))) for line in ends)
    return tuple(dict.fromkeys((one, other) for one, other in pairs if one is not None and other is not None))


def _node(element: str) -> tuple[str, str]:
    said = dict(_ATTRIBUTE.findall(element))
    return said.get("id", ""), html.unescape(said.get("name", ""))


def _numbers(element: Element, *names: str) -> list[float]:
    values = _all_numbers([element.get(name, "") for name in names])
    if values is None:
        found = ", ".join(f"{name}={element.get(name)!r}" for name in names)
        raise BadShape(f"not a {element.tag}", found, f"numbers of pixels in {', '.join(names)}")
    return values


def _all_numbers(texts: Sequence[str]) -> list[float] | None:
    """Return texts as numbers of pixels; None where one is none."""
    try:
        values = list(map(float, texts))
    except ValueError:
        return None
    text = "".join(texts)
    sound = text.isascii() and "_" not in text and all(-MAX_SIDE <= value <= MAX_SIDE for value in values)
    return values if sound else None


def _number(text: str) -> float | None:
    value = number_of(text)
    return None if value is None or abs(value) > MAX_SIDE else value


def _angle(element: Element) -> float:
    if "rotation" not in element.attrib:
        return 0.0
    angle = _number(element.get("rotation", ""))
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
    middle = (x_min + x_max) / 2, (y_min + y_max) / 2
    return turned(label, RotatedBox(*middle, x_max - x_min, y_max - y_min, angle))


def _pairs(element: Element, least: int, what: str) -> list[float]:
    """Return the flat points of a shape that has so many at least."""
    text = element.get("points", "")
    pairs = text.split(";")
    known = _all_numbers(text.replace(";", ",").split(","))
    if known is None or len(known) < 2 * least or any(pair.count(",") != 1 for pair in pairs):
        raise BadShape(f"not {what}", text[:200], f"{COUNTS[least]} or more: x,y;x,y")
    return known


def _polygon(element: Element, label: str, _: Size | None) -> Shape:
    known = _pairs(element, 3, "an outline")
    return Shape(label, bounds(known), [known])


def _points(element: Element, label: str, _: Size | None) -> Shape:
    known = _pairs(element, 1, "a point")
    return without_area(label, list(zip(known[::2], known[1::2], strict=True)), "points")


def _line(element: Element, label: str, _: Size | None) -> Shape:
    known = _pairs(element, 2, "a line")
    return without_area(label, list(zip(known[::2], known[1::2], strict=True)), "line")


def _skeleton(element: Element, label: str, names: Sequence[str]) -> Shape:
    """Return the points of a skeleton that are there; what is around them is no area."""
    found: dict[str, tuple[float, float, float]] = {}
    for point in element.iterfind("points"):
        name = point.get("label", "")
        if name not in names or name in found:
            raise BadShape("a point that the skeleton does not have, or has once", name, ", ".join(names))
        if point.get("outside") != "1":
            x, y = _pairs(point, 1, "a point")[:2]
            found[name] = x, y, 1.0 if point.get("occluded") == "1" else 2.0
    if not found:
        raise BadShape("a skeleton of which no point is there", None, "points that are not outside")
    around = bounds([value for x, y, _ in found.values() for value in (x, y)])
    keypoints: list[float | None] = [value for name in names for value in found.get(name, (0.0, 0.0, 0.0))]
    return Shape(label, around, keypoints=keypoints, shape="points")


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
    "points": _points,
    "polyline": _line,
}
