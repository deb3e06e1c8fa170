"""Labels that a requester's own page wrote: JSON of boxes and polygons, in a column of any name.

The commonest form is ``[{"left": 11, "top": 22, "width": 33, "height": 44, "label": "snail"}]``. The list may stand in
an object, in a text in JSON, or be a single object; its numbers may be texts; a box may be said by its corners or its
middle, a polygon by ``points`` or ``vertices``. What is read is what can only mean one thing in pixels. All else that
may hold labels (fractions, percentages, rotated boxes, points, pictures, paths, run lengths) is named as what it is, so
that nobody takes it for work that was not done.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["nothing", "drew nothing", "shapes", "not read", "answer"]
OWN = "own"  # where a widget that is none of the platform's holds its content
LARGEST = 100_000.0  # pixels; coordinates beyond are nobody's
LONGEST = 2**26  # characters of JSON
DEEPEST = 6  # lists and objects around the shapes

# What keys are called, in small letters without signs. Width and height, or the other corner, or around the middle.
_SIDES = (("left", "top", "width", "height"), ("x", "y", "width", "height"), ("x", "y", "w", "h"),
          ("left", "top", "w", "h"), ("xmin", "ymin", "width", "height"))  # fmt: skip
_CORNERS = (("left", "top", "right", "bottom"), ("xmin", "ymin", "xmax", "ymax"), ("minx", "miny", "maxx", "maxy"),
            ("x1", "y1", "x2", "y2"), ("x0", "y0", "x1", "y1"), ("xtl", "ytl", "xbr", "ybr"),
            ("startx", "starty", "endx", "endy"))  # fmt: skip
_MIDDLES = (("cx", "cy", "w", "h"), ("cx", "cy", "width", "height"), ("centerx", "centery", "width", "height"),
            ("xcenter", "ycenter", "width", "height"))  # fmt: skip
_NESTED = frozenset(
    {"box", "bbox", "boundingbox", "rect", "rectangle", "geometry", "bounds", "position", "coordinates", "coords"}
)
_RINGS = ("vertices", "points", "polygon", "coordinates", "path", "segmentation")
_LABELS = ("label", "labels", "class", "classname", "classlabel", "category", "categoryname", "labelname", "tag",
           "object", "name", "title")  # fmt: skip
_NO_AREA = frozenset({"circle", "ellipse", "line", "polyline", "point", "keypoint", "arrow", "freehand", "path"})
_FORMS = _NO_AREA | {"rect", "rectangle", "box", "polygon"}
_GEOMETRY = (
    {key for form in (*_SIDES, *_CORNERS, *_MIDDLES) for key in form}
    | {*_RINGS, *_NESTED, "keypoints", "mask", "masks", "rle", "counts", "regions", "shapes", "boxes", "polygons"}
    | {"shapeattributes", "rectanglelabels", "polygonlabels", "annotations", "boundingboxes", "paths", "strokes"}
) - {"width", "height", "w", "h", "position"}  # a screen has these as well
_NUMBER = re.compile(r"\s*([-+]?(?:\d{1,9}(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?)\s*(?:px)?\s*")
_PICTURE = re.compile(r"data:image/|iVBORw0KGgo|/9j/[A-Za-z0-9+/]{20}|R0lGOD|blob:", re.IGNORECASE)
_PATH = re.compile(r"<(svg|path|polygon|rect|annotation|object)\b|\s*M\s*-?\d[\d.,\s-]*[LHVCSQTAZ]", re.IGNORECASE)
_NUMBERS = re.compile(r"[\s\[\](){};,|:]*(?:[-+]?\d+(?:\.\d+)?[\s\[\](){};,|]+){3,}[-+]?\d+(?:\.\d+)?[\s\[\](){};,|]*")
_NUMBERED = re.compile(r"\d+$")
_ALL = "labels"
_NOTHING = frozenset({"", "null", "{}", "undefined", "nan"})


@dataclass(frozen=True)
class RequesterShape:
    """One label: its name, None where none is given, and a corner box (4 numbers) or a polygon (6 and more), pixels."""

    label: str | None
    numbers: tuple[float, ...]


@dataclass(frozen=True)
class Content:
    """What stands in a cell.

    Args:
        kind: ``nothing`` of which nobody knows what it means, an empty list (``drew nothing``), ``shapes``, something
            that may hold labels but is ``not read``, or an ``answer``.
        shapes: What was read.
        why: Why it, or a part of it, was not read.
    """

    kind: Kind
    shapes: tuple[RequesterShape, ...] = ()
    why: str | None = None


class _UnreadError(ValueError):
    """Says why something that may be a label is not read."""


def content_of(value: object) -> Content:
    """Return what stands in a cell, or in a value of a JSON document."""
    if isinstance(value, str):
        return _of_text(value, 0)
    return _of_value(value, 0)


def own_widgets(values: Mapping[str, object]) -> dict[str, dict[str, Content]]:
    """Return the columns of labels in a row as widgets: one for each number that names end in, and one for the rest.

    A shape without a label is called as its column is. Several columns without a number are about one image. An object
    whose keys end in numbers, ``{"image1": […], "image2": […]}``, has a widget for each.
    """
    parts: dict[str, list[Content]] = {}
    for column, value in values.items():
        for name, content in _by_number(column, value):
            if content.kind != "nothing":
                parts.setdefault(name if _NUMBERED.search(name) else _ALL, []).append(_called(content, column))
    return {name: {OWN: _merged(contents)} for name, contents in parts.items()}


def _by_number(column: str, value: object) -> list[tuple[str, Content]]:
    document = _loaded(value) if isinstance(value, str) and value.lstrip()[:1] == "{" else value
    if isinstance(document, dict) and len(document) > 1 and all(map(_NUMBERED.search, document)):
        contents = [(key, content_of(inner)) for key, inner in document.items()]
        if all(content.kind in ("shapes", "drew nothing", "nothing", "not read") for _, content in contents):
            return contents
    return [(column, content_of(value))]


def _merged(contents: Sequence[Content]) -> Content:
    shapes = tuple(shape for content in contents for shape in content.shapes)
    odd = next((c.why or "text" for c in contents if c.why or c.kind not in ("shapes", "drew nothing")), None)
    return Content("shapes", shapes, odd)


def _of_text(text: str, depth: int) -> Content:
    cell = text.strip()
    if cell.lower() in _NOTHING:
        return Content("nothing")
    if _PICTURE.match(cell):
        return Content("not read", why="pictures")
    if cell[0] in '[{"' and len(cell) <= LONGEST:
        try:
            return _of_value(json.loads(cell), depth + 1)
        except (ValueError, RecursionError):
            broken = cell[0] in "[{" and re.search(r"\d", cell[:1000]) is not None
            return Content("not read", why="JSON that is malformed or breaks off") if broken else Content("answer")
    if _PATH.match(cell):
        return Content("not read", why="paths or markup")
    numbers = _NUMBERS.fullmatch(cell[:10_000])
    many = numbers is not None and max(map(float, re.findall(r"\d+(?:\.\d+)?", cell[:10_000]))) > 31
    return Content("not read", why="lists of numbers") if many else Content("answer")


def _of_value(value: object, depth: int) -> Content:
    if depth > DEEPEST:
        return Content("not read", why="JSON of many levels")
    if isinstance(value, str):
        return _of_text(value, depth)
    if isinstance(value, dict):
        return _of_object(value, depth)
    if isinstance(value, list):
        return _of_list(value, depth)
    return Content("nothing" if value is None else "answer")


def _of_list(values: list[Any], depth: int) -> Content:
    if not values:
        return Content("drew nothing")
    if all(isinstance(value, str) and value.lstrip()[:1] == "{" for value in values):
        values = [_loaded(value) for value in values]
    if not all(isinstance(value, dict) for value in values):
        if len(values) == 1:
            return _of_value(values[0], depth + 1)
        numbers = sum(1 for _ in _numbers_in(values)) > 3
        return Content("not read", why="lists of numbers") if numbers else Content("answer")
    return _together([_of_entry(value) for value in values], values)


def _of_object(value: dict[str, Any], depth: int) -> Content:
    if not value:
        return Content("nothing")
    entry = _of_entry(value)
    if entry.kind == "shapes":
        return entry
    inner = {key: _of_value(each, depth + 1) for key, each in value.items() if isinstance(each, dict | list | str)}
    held = {key: content for key, content in inner.items() if content.kind in ("shapes", "drew nothing")}
    if any(content.kind == "shapes" for content in held.values()) or (len(held) == 1 and _is_named(*held)):
        several = sum(content.kind == "shapes" for content in held.values()) > 1
        named = [_called(content, key) if several else content for key, content in held.items()]
        lost = next((content.why for content in inner.values() if content.kind == "not read"), None)
        return _together([*named, *([Content("not read", why=lost)] if lost else [])], ())
    return entry if entry.kind == "not read" else Content("answer")


def _called(content: Content, key: str) -> Content:
    """Call shapes without a label by the key of their list, where an object holds several lists."""
    return replace(content, shapes=tuple(replace(s, label=s.label or key) for s in content.shapes))


def _is_named(key: str) -> bool:
    return _plain(key) in _GEOMETRY


def _together(contents: Sequence[Content], values: Sequence[Any]) -> Content:
    """Return what several contents are together: what of them was not read is said."""
    shapes = tuple(shape for content in contents for shape in content.shapes)
    why = next((content.why for content in contents if content.why), None)
    if shapes:
        odd = any(content.kind in ("answer", "nothing") for content in contents)
        return Content("shapes", shapes, why or ("entries without a shape" if odd else None))
    if why:
        return Content("not read", why=why)
    if not values and contents and all(content.kind == "drew nothing" for content in contents):
        return Content("drew nothing")
    return Content("answer")


def _of_entry(entry: Mapping[str, Any]) -> Content:
    """Return what one object says: a shape, something that is none for us, or an answer."""
    keys = {_plain(key): value for key, value in entry.items()}
    try:
        numbers = _geometry(keys)
        if numbers is None:
            unknown = keys.keys() & _GEOMETRY and any(True for _ in _numbers_in(entry))
            return Content("not read", why="JSON with coordinates of another form") if unknown else Content("answer")
        _check_unit(keys, numbers)
        return Content("shapes", (RequesterShape(_label(keys), numbers),))
    except _UnreadError as error:
        return Content("not read", why=str(error))


def _geometry(keys: Mapping[str, Any]) -> tuple[float, ...] | None:
    form = next((str(keys[key]).lower() for key in ("type", "shape", "shapetype") if _is_form(keys.get(key))), "")
    if form in _NO_AREA or "keypoints" in keys:
        raise _UnreadError(f"{form or 'keypoint'}s, which have no area")
    if any(_number(keys.get(key)) for key in ("rotation", "angle", "rotate")):
        raise _UnreadError("rotated boxes")
    for key in _NESTED & keys.keys():
        if isinstance(keys[key], dict):
            inner = {_plain(name): value for name, value in keys[key].items()}
            keys = {**keys, **{name: value for name, value in inner.items() if name not in _LABELS}}
        elif key in ("bbox", "box", "boundingbox") and isinstance(keys[key], list):
            raise _UnreadError("boxes as lists of numbers, which do not say what the numbers are")
    boxes = list(_boxes(keys))
    if boxes:
        if any(max(abs(a - b) for a, b in zip(boxes[0], other, strict=True)) > 1 for other in boxes[1:]):
            raise _UnreadError("boxes whose sides contradict each other")
        return boxes[0]
    ring = next((keys[key] for key in _RINGS if isinstance(keys.get(key), list)), None)
    if ring is not None:
        return _ring(ring, form)
    if {"x", "y"} <= keys.keys() and _number(keys["x"]) is not None:
        raise _UnreadError("points, which have no area")
    return None


def _is_form(value: object) -> bool:
    return isinstance(value, str) and value.lower() in _FORMS


def _boxes(keys: Mapping[str, Any]) -> Iterator[tuple[float, ...]]:
    """Yield the corner box that every known set of four keys says."""
    for forms, kind in ((_SIDES, "sides"), (_CORNERS, "corners"), (_MIDDLES, "middle")):
        for form in forms:
            if not all(key in keys for key in form):
                continue
            if any(isinstance(keys[key], str) and "%" in keys[key] for key in form):
                raise _UnreadError("percentages of the picture")
            a, b, c, d = (_coordinate(keys[key]) for key in form)
            if kind == "sides":
                c, d = a + c, b + d
            elif kind == "middle":
                a, b, c, d = a - c / 2, b - d / 2, a + c / 2, b + d / 2
            yield min(a, c), min(b, d), max(a, c), max(b, d)


def _ring(ring: list[Any], form: str) -> tuple[float, ...]:
    """Return a polygon's numbers, or the box of a rectangle's two corners."""
    while len(ring) == 1 and isinstance(ring[0], list):
        ring = ring[0]
    flat: list[float] = []
    for point in ring:
        if isinstance(point, dict):
            named = {_plain(key): value for key, value in point.items()}
            flat += [_coordinate(named.get("x")), _coordinate(named.get("y"))]
        elif isinstance(point, list):
            if len(point) != 2:
                raise _UnreadError("polygons of several parts or of other numbers than pairs")
            flat += [_coordinate(point[0]), _coordinate(point[1])]
        else:
            flat.append(_coordinate(point))
    if len(flat) == 4 and form in ("rect", "rectangle", "box"):
        (a, b, c, d) = flat
        return min(a, c), min(b, d), max(a, c), max(b, d)
    if len(flat) < 6:
        raise _UnreadError("points, which have no area")
    if len(flat) % 2:
        raise _UnreadError("polygons of an odd number of coordinates")
    return tuple(flat)


def _coordinate(value: object) -> float:
    number = _number(value)
    if number is None or abs(number) > LARGEST:
        raise _UnreadError("coordinates that are no pixels")
    return number


def _number(value: object) -> float | None:
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value)
        value = float(found[1]) if found else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < math.inf:
        return None
    return float(value)


def _check_unit(keys: Mapping[str, Any], numbers: Sequence[float]) -> None:
    unit = str(keys.get("unit") or keys.get("units") or "").lower()
    if "%" in unit or "percent" in unit or "originalwidth" in keys:
        raise _UnreadError("percentages of the picture")
    if max(numbers) <= 1 and any(0 < abs(number) < 1 for number in numbers):
        raise _UnreadError("fractions of the picture")


def _label(keys: Mapping[str, Any]) -> str | None:
    """Return a shape's label; a word that only says its form is none."""
    for key in _LABELS:
        value = keys.get(key)
        if isinstance(value, list):
            if len(value) > 1:
                raise _UnreadError("shapes of several labels")
            value = value[0] if value else None
        if isinstance(value, dict):
            value = value.get("name") or value.get("label")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value.strip() and not (key in ("name", "object", "title") and _is_form(value)):
            return value.strip()
    return None


def _numbers_in(value: object, depth: int = 0) -> Iterator[float]:
    """Yield the numbers anywhere in a value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list) and depth <= DEEPEST:
        for each in value:
            yield from _numbers_in(each, depth + 1)
    elif (number := _number(value)) is not None:
        yield number


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _plain(key: str) -> str:
    """Return a key's letters and digits in small letters: ``x_min`` and ``xMin`` are one."""
    return "".join(c for c in key.lower() if c.isalnum())
