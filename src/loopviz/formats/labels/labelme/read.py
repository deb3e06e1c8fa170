"""LabelMe JSON: a file for each picture (https://github.com/wkentaro/labelme), and what X-AnyLabeling adds to it.

``{"imagePath": …, "imageWidth": …, "imageHeight": …, "shapes": [{"label": …, "shape_type": …, "points": [[x, y]]}]}``
Points are edges in pixels from 0. A ``rectangle`` has two corners, in any order, or all four; a ``circle`` its middle
and a point of its edge; a ``mask`` two corners, both included, and a PNG of what lies between them (``mask``, base64).
A ``point`` is one point, ``points`` are several of one object (SAM's prompts), a ``line`` has two and a ``linestrip``
any number. A ``rotation`` (X-AnyLabeling) is a rotated box by its four corners. Shapes of one ``group_id`` are one
object, which a Dataset cannot say: each is a label of its own, and they are counted in a note.
The picture itself may stand in ``imageData``, as base64: it is not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import (
    BadShape,
    LabelsByName,
    Shape,
    Size,
    bounds,
    ellipse,
    files_like,
    first_like,
    masked,
)
from loopviz.formats.labels.said_shapes import (
    Points,
    four_corners,
    line,
    mask_of_png,
    outlined,
    pairs,
    point,
    size_said,
)
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import mentions


def detect_labelme(candidate: Candidate) -> Evidence:
    """Say whether a file, or files of a folder, are LabelMe's."""
    found = first_like(candidate, ".json", is_labelme)
    return NO_EVIDENCE if found is None else Evidence("likely", found)


def is_labelme(file: Path) -> bool:
    """Say whether a JSON file looks like LabelMe's, from its bytes."""
    return mentions(file, b'"shapes"', b'"imagePath"')


def read_labelme(path: Path, options: LabelOptions) -> LabelSet:
    """Read a file, or all of a folder that are LabelMe's.

    Raises:
        InputError: If there is none, one is no JSON, or a shape is malformed.
    """
    folder, names = files_like(path, ".json", is_labelme)
    if not names:
        what, expected = "no file of LabelMe in the folder", "JSON files with shapes and imagePath"
        raise InputError(what, file=path, expected=expected)
    reader = _Reader(LabelsByName(options, Report(options.skip_bad), folder))
    for name in names:
        reader.take(folder / name)
    return reader.label_set(path)


class _Reader:
    """Takes a set's files one after the other."""

    def __init__(self, labels: LabelsByName) -> None:
        self._labels, self._report = labels, labels.report
        self._grouped = 0

    def take(self, file: Path) -> None:
        """Read a file."""
        try:
            document = read_json(file)
            shapes = document.get("shapes") if isinstance(document, dict) else None
            if not isinstance(document, dict) or not isinstance(shapes, list):
                raise InputError("not a file of LabelMe", file=file, at="shapes", found=shapes, expected="a list")
            name = document.get("imagePath")
            size = size_said(document, "imageWidth", "imageHeight")
            size = size or self._labels.size_of_file(name if isinstance(name, str) else "")
            place = self._labels.picture(name, size, file=file, at="imagePath")
        except InputError as error:
            self._report.bad("bad-file", error)
            return
        for number, shape in enumerate(shapes):
            self._shape(shape, place, size, file, f"shapes[{number}]")

    def label_set(self, path: Path) -> LabelSet:
        """Return what was read."""
        if self._grouped:
            self._report.note("shapes-grouped", path, count=self._grouped)
        return LabelSet("labelme", path, self._labels.dataset(path), self._report.problems())

    def _shape(self, shape: Any, place: int, size: Size | None, file: Path, at: str) -> None:
        try:
            found = self._read(shape, size)
        except BadShape as bad:
            self._report.bad("bad-shape", bad.error(file, at))
            return
        self._grouped += shape.get("group_id") is not None
        self._labels.add(place, found)

    def _read(self, shape: Any, size: Size | None) -> Shape:
        if not isinstance(shape, dict):
            raise BadShape("an entry is not an object", shape, "{…}")
        kind, label = shape.get("shape_type") or "polygon", shape.get("label")
        if not isinstance(kind, str) or (kind not in SHAPES and kind != "mask"):
            raise BadShape("there is no such shape", kind, ", ".join((*SHAPES, "mask")))
        if not isinstance(label, str | int | None) or isinstance(label, bool):
            raise BadShape("a label is no text", label, "a text")
        category, points = self._labels.named(None if label is None else str(label)), pairs(shape.get("points"))
        if kind == "mask":
            return _mask(category, points, shape.get("mask"), size)
        return SHAPES[kind](category, points)


def _rectangle(category: str, points: Points) -> Shape:
    if len(points) not in (2, 4):
        raise BadShape("not a rectangle", points, "two corners, or four")
    return Shape(category, bounds([value for pair in points for value in pair]))


def _circle(category: str, points: Points) -> Shape:
    if len(points) != 2:
        raise BadShape("not a circle", points, "its middle, and a point of its edge")
    radius = math.dist(*points)
    outline = ellipse(*points[0], radius, radius)
    return Shape(category, bounds(outline), [outline])


def _mask(category: str, points: Points, said: Any, size: Size | None) -> Shape:
    if size is None:
        raise BadShape("nobody knows how large the picture of a mask is", None, "imageWidth and imageHeight")
    if len(points) != 2 or not isinstance(said, str):
        raise BadShape("not a mask", points, "two corners, and a PNG in base64")
    left, top = (math.floor(min(pair[axis] for pair in points)) for axis in (0, 1))
    return masked(category, mask_of_png(said), (left, top), size)


SHAPES: Mapping[str, Callable[[str, Points], Shape]] = {
    "polygon": outlined,
    "rectangle": _rectangle,
    "circle": _circle,
    "rotation": four_corners,
    "point": point,
    "points": point,
    "line": line,
    "linestrip": line,
}
