"""A widget's answer as shapes: what was drawn of which label, and how many pixels of every label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.formats.mturk.assignment_facts import number_of
from loopviz.formats.mturk.mask_polygons import masks_polygons
from loopviz.formats.mturk.masks import Painting, color_of, paint, picture_of
from loopviz.formats.mturk.requester_shapes import LARGEST, OWN, Content
from loopviz.formats.mturk.widgets import Refuse, Widget
from loopviz.geometry import Boxes, box_areas, clip_boxes, polygon_area, polygons_bounds, rle_to_strings

Floats = npt.NDArray[np.float64]
_BOX = "a label, and left, top, width and height in pixels"
_POLYGON = "a label, and three vertices or more with x and y"


@dataclass(frozen=True)
class Limits:
    """See ``BatchOptions``."""

    tolerance: int
    min_area: int
    largest: int


@dataclass(frozen=True)
class WidgetShape:
    """One annotation: its label, its corner box in pixels, and its outline; ``mask`` is COCO's compressed text."""

    label: str
    box: tuple[float, float, float, float]
    mask: str | None = None
    polygons: tuple[Floats, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """What a widget's answer holds.

    Args:
        shapes: The annotations.
        usage: For every label on the row's list, the pixels it has and whether it counts as used.
        size: The image's width and height, None where nothing tells.
        unclear: Painted pixels in no label's colour.
        outside: Shapes that lay outside the image, or had no area, and were left out.
        read: Whether all that was drawn is here; false where it is not known, or not all of it was read.
    """

    shapes: tuple[WidgetShape, ...] = ()
    usage: tuple[tuple[str, int, bool], ...] = ()
    size: tuple[int, int] | None = None
    unclear: int = 0
    outside: int = 0
    read: bool = True


def read_widget(widget: Widget, limits: Limits, refuse: Refuse) -> Drawn:
    """Return what a widget's answer holds.

    Raises:
        InputError: If it is malformed, or its mask has another size than its image.
    """
    size = _size(widget.get("inputImageProperties"), refuse)
    if OWN in widget:
        return _from_own(widget[OWN], size)
    if "boundingBoxes" in widget:
        return _from_boxes(widget["boundingBoxes"], size, refuse)
    if "polygons" in widget:
        return _from_polygons(widget["polygons"], size, refuse)
    cell = _mapping(widget.get("labeledImage", {}), refuse).get("pngImageData")
    labels = _labels(widget, refuse)
    if not cell:
        return Drawn(usage=_usage(labels, [0] * len(labels), [False] * len(labels)), size=size, read=False)
    data, found = picture_of(cell, limits.largest, refuse)
    if size is not None and found != size:
        shown, expected = "{}x{}".format(*found), "{}x{}, its image's".format(*size)
        raise refuse("the mask has another size than its image", found=shown, expected=expected)
    painting = paint(data, [color for _, color in labels], limits.tolerance, refuse)
    return _from_painting(painting, labels, found, limits.min_area)


def _mapping(value: object, refuse: Refuse) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise refuse("a widget's answer is malformed", found=value, expected="an object")
    return value


def _entries(value: object, expected: str, refuse: Refuse) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise refuse("a widget's answer is malformed", found=value, expected=f"a list of objects: {expected}")
    return value


def _label(value: object, refuse: Refuse) -> str:
    if not isinstance(value, str) or not value.strip():
        raise refuse("there is no label", found=value, expected="a label's name")
    return value.strip()


def _size(given: object, refuse: Refuse) -> tuple[int, int] | None:
    if given is None:
        return None
    sides = [_mapping(given, refuse).get(side) for side in ("width", "height")]
    numbers = [number_of(str(side)) if isinstance(side, (str, int, float)) else None for side in sides]
    if not all(number is not None and number.is_integer() and 0 < number <= LARGEST for number in numbers):
        raise refuse("not an image's size", found=sides, expected="width and height in pixels")
    width, height = (int(number) for number in numbers if number is not None)
    return width, height


def _labels(widget: Widget, refuse: Refuse) -> list[tuple[str, tuple[int, int, int]]]:
    """Return the labels, or the instances, with their colours."""
    if "instances" in widget:
        entries = _entries(widget["instances"], "a color and a label", refuse)
        return [(_label(entry.get("label"), refuse), color_of(entry.get("color"), refuse)) for entry in entries]
    mapping = _mapping(widget.get("labelMappings", {}), refuse)
    return [
        (_label(label, refuse), color_of(_mapping(entry, refuse).get("color"), refuse))
        for label, entry in mapping.items()
    ]


def _usage(labels: Sequence[tuple[str, Any]], pixels: Sequence[int], used: Sequence[bool]) -> tuple[Any, ...]:
    """Return the pixels of every label; several instances or boxes of one label add up."""
    found: dict[str, tuple[int, bool]] = {}
    for (label, _), count, flag in zip(labels, pixels, used, strict=True):
        before = found.get(label, (0, False))
        found[label] = before[0] + count, before[1] or flag
    return tuple((label, *values) for label, values in found.items())


def _from_painting(painting: Painting, labels: Sequence[Any], size: tuple[int, int], min_area: int) -> Drawn:
    pixels = [region.pixels if region else 0 for region in painting.regions]
    used = [count >= max(min_area, 1) for count in pixels]
    pairs = zip(labels, painting.regions, used, strict=True)
    large = [(label, region) for (label, _), region, flag in pairs if region and flag]
    polygons = masks_polygons([(region.mask, region.box[:2]) for _, region in large])
    texts = rle_to_strings([region.counts for _, region in large])
    shapes = [
        WidgetShape(label, region.box, text, tuple(outlines))
        for (label, region), text, outlines in zip(large, texts, polygons, strict=True)
    ]
    read = painting.unclear <= sum(pixels)  # else most of what was painted has no label's colour
    return Drawn(tuple(shapes), _usage(labels, pixels, used), size, painting.unclear, read=read)


def _from_boxes(given: object, size: tuple[int, int] | None, refuse: Refuse) -> Drawn:
    labels, rows = [], []
    for entry in _entries(given, _BOX, refuse):
        sides: list[Any] = [entry.get(key) for key in ("left", "top", "width", "height")]
        if not all(_is_pixels(side) for side in sides) or min(sides[2:]) < 0:
            raise refuse("not a box", found=entry, expected=_BOX)
        labels.append(_label(entry.get("label"), refuse))
        rows.append([sides[0], sides[1], sides[0] + sides[2], sides[1] + sides[3]])
    return _of_boxes(labels, rows, size)


def _from_polygons(given: object, size: tuple[int, int] | None, refuse: Refuse) -> Drawn:
    labels: list[str] = []
    rows: list[list[Any]] = []
    for entry in _entries(given, _POLYGON, refuse):
        vertices = entry.get("vertices")
        points = [v.get(axis) if isinstance(v, dict) else None for v in _list(vertices) for axis in ("x", "y")]
        if len(points) < 6 or not all(_is_pixels(value) for value in points):
            raise refuse("not a polygon", found=entry, expected=_POLYGON)
        labels.append(_label(entry.get("label"), refuse))
        rows.append(points)
    return _of_polygons(labels, rows, size)


def _from_own(widget: Content, size: tuple[int, int] | None) -> Drawn:
    """Return the shapes of a requester's own page, boxes and polygons together."""
    boxes = [(shape.label or "", shape.numbers) for shape in widget.shapes if len(shape.numbers) == 4]
    rings = [(shape.label or "", shape.numbers) for shape in widget.shapes if len(shape.numbers) > 4]
    one = _of_boxes([label for label, _ in boxes], [numbers for _, numbers in boxes], size)
    other = _of_polygons([label for label, _ in rings], [numbers for _, numbers in rings], size)
    both = (*one.usage, *other.usage)
    usage = _usage([(label, None) for label, _, _ in both], [n for _, n, _ in both], [used for _, _, used in both])
    outside = one.outside + other.outside
    return Drawn(one.shapes + other.shapes, usage, size, outside=outside, read=widget.why is None)


def _of_boxes(labels: Sequence[str], rows: Sequence[Sequence[float]], size: tuple[int, int] | None) -> Drawn:
    boxes: Boxes = np.array(rows, dtype=np.float64).reshape(-1, 4)
    boxes = boxes if size is None else clip_boxes(boxes, *size)
    areas = box_areas(boxes).tolist()
    pairs = zip(labels, boxes.tolist(), areas, strict=True)
    shapes = [WidgetShape(label, tuple(box)) for label, box, area in pairs if area]
    return _counted(labels, shapes, areas, size)


def _of_polygons(labels: Sequence[str], rows: Sequence[Sequence[float]], size: tuple[int, int] | None) -> Drawn:
    shapes, areas = [], []
    for label, points in zip(labels, rows, strict=True):
        polygon = np.array(points, dtype=np.float64)
        if size is not None:
            polygon = np.clip(polygon.reshape(-1, 2), 0, size).reshape(-1)
        areas.append(polygon_area(polygon.tolist()))
        if areas[-1]:
            shapes.append(WidgetShape(label, polygons_bounds([polygon.tolist()]), None, (polygon,)))
    return _counted(labels, shapes, areas, size)


def _counted(
    labels: Sequence[str], shapes: Sequence[WidgetShape], areas: Sequence[float], size: tuple[int, int] | None
) -> Drawn:
    named = [(label, None) for label in labels]
    usage = _usage(named, [round(area) for area in areas], [area > 0 for area in areas])
    return Drawn(tuple(shapes), usage, size, outside=len(labels) - len(shapes))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_pixels(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST
