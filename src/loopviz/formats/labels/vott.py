"""VoTT 2: JSON of an export or of each picture, and its table (https://github.com/microsoft/VoTT).

An export has ``assets`` by their ids, a project's folder a file for each: ``asset`` (``name``, ``path``, ``size``) and
``regions`` with ``type``, ``tags``, ``boundingBox`` (``left``, ``top``, ``width``, ``height``) and ``points``, in
pixels from 0. The table has ``image, xmin, ymin, xmax, ymax, label``. A frame of a video is called ``clip.mp4#t=1.5``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    files_like,
    first_like,
    without_area,
)
from loopviz.formats.labels.csv_rows import has_columns, number_in, rows_of
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import mentions

COLUMNS = ("image", "xmin", "ymin", "xmax", "ymax", "label")
BOXES = ("rectangle", "square")
VIDEO = 2  # the type of what is a video itself, and has frames as pictures of their own


def detect_vott(candidate: Candidate) -> Evidence:
    """Say whether a file, or files of a folder, are VoTT's."""
    found = first_like(candidate, ".json", is_vott) or first_like(candidate, ".csv", is_vott)
    return NO_EVIDENCE if found is None else Evidence("likely", found)


def is_vott(file: Path) -> bool:
    """Say whether a file looks like VoTT's, from its bytes."""
    if file.suffix.lower() == ".csv":
        return has_columns(file, COLUMNS)
    return mentions(file, b'"asset"', b'"regions"')


def read_vott(path: Path, options: LabelOptions) -> LabelSet:
    """Read an export, a picture's file, or those of a folder; of a folder with several exports none.

    Raises:
        InputError: If there is none, one is malformed, or a region is.
    """
    folder, names = files_like(path, ".json", is_vott)
    tables = files_like(path, ".csv", is_vott)[1] if path.is_dir() and not names else []
    if not names and not tables:
        raise InputError(
            "no file of VoTT in the folder", file=path, expected="JSON with asset and regions, or its table"
        )
    reader = _Reader(LabelsByName(options, Report(options.skip_bad), folder))
    for name in names or tables:
        reader.take(folder / name)
    return reader.label_set(path)


class _Reader:
    """Takes a set's files one after the other."""

    def __init__(self, labels: LabelsByName) -> None:
        self._labels, self._report = labels, labels.report
        self._places: dict[str, int] = {}
        self._tags: list[str] = []

    def take(self, file: Path) -> None:
        """Read a file."""
        if file.suffix.lower() == ".csv":
            self._table(file)
            return
        document = read_json(file)
        if not isinstance(document, dict):
            raise InputError("not a file of VoTT", file=file, found=document, expected="an object")
        tags = document.get("tags")
        names = [tag.get("name") for tag in tags if isinstance(tag, dict)] if isinstance(tags, list) else []
        self._tags += [name for name in names if isinstance(name, str) and name not in self._tags]
        for at, asset in _assets(document):
            try:
                self._asset(asset, file, at)
            except InputError as error:
                self._report.bad("bad-image", error)

    def label_set(self, path: Path) -> LabelSet:
        """Return what was read."""
        return LabelSet("vott", path, self._labels.dataset(path, self._tags), self._report.problems())

    def _asset(self, said: Any, file: Path, at: str) -> None:
        about = said.get("asset") if isinstance(said, dict) else None
        regions = said.get("regions") if isinstance(said, dict) else None
        if not isinstance(about, dict) or not isinstance(regions, list):
            expected = "an object with asset and regions"
            raise InputError("not a picture of VoTT", file=file, at=at, found=said, expected=expected)
        if about.get("type") == VIDEO and not regions:
            return
        name = about.get("name")
        size = _size(about.get("size")) or (self._labels.size_of_file(name) if isinstance(name, str) else None)
        if isinstance(name, str) and name in self._places:
            remedy = "Give the export, or the folder of the pictures' files."
            raise InputError("a picture stands in the set twice", file=file, at=at, found=name, remedy=remedy)
        place = self._labels.picture(name, size, file=file, at=f"{at}.asset.name")
        self._places[str(name)] = place
        for number, region in enumerate(regions):
            try:
                shapes = self._region(region)
            except BadShape as bad:
                self._report.bad("bad-shape", bad.error(file, f"{at}.regions[{number}]"))
                continue
            for shape in shapes:
                self._labels.add(place, shape)

    def _region(self, said: Any) -> list[Shape]:
        """Return the labels of a region: one for each of its tags, as VoTT's own exports have them."""
        tags = said.get("tags") if isinstance(said, dict) else None
        if not isinstance(said, dict) or not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise BadShape("not a region of VoTT", said, "an object with type, tags and boundingBox or points")
        names = [self._labels.named(tag) for tag in tags or [None]]
        shape = _shape(said, str(said.get("type", "")).lower())
        return [shape._replace(category=name) for name in names]

    def _table(self, file: Path) -> None:
        for at, row in rows_of(file, COLUMNS):
            name = row["image"]
            if name not in self._places:
                self._places[name] = self._labels.picture(name, self._labels.size_of_file(name), file=file, at=at)
            try:
                shape = Shape(self._labels.named(row["label"]), _edges(row))
            except BadShape as bad:
                self._report.bad("bad-row", bad.error(file, at))
                continue
            self._labels.add(self._places[name], shape)


def _shape(said: Mapping[str, Any], kind: str) -> Shape:
    """Return the shape of a region, which is called nothing yet."""
    if kind in BOXES:
        return Shape("", _box(said.get("boundingBox")))
    if kind not in {"polygon", "polyline", "point"}:
        raise BadShape("there is no such shape", said.get("type"), "RECTANGLE, SQUARE, POLYGON, POLYLINE or POINT")
    points = _points(said.get("points"), {"polygon": 3, "polyline": 2, "point": 1}[kind])
    if kind != "polygon":
        return without_area("", points, "line" if kind == "polyline" else "points")
    outline = [value for point in points for value in point]
    return Shape("", bounds(outline), [outline])


def _edges(row: Mapping[str, str]) -> tuple[float, float, float, float]:
    x_min, y_min, x_max, y_max = (number_in(row, column) for column in COLUMNS[1:5])
    if x_min > x_max or y_min > y_max:
        found = ", ".join(row[column] for column in COLUMNS[1:5])
        raise BadShape("a box that ends before it begins", found, "xmin up to xmax, ymin up to ymax")
    return x_min, y_min, x_max, y_max


def _assets(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield where the pictures of a document stand, and what is said of them."""
    assets = document.get("assets")
    if isinstance(assets, dict):
        yield from ((f"assets.{key}", asset) for key, asset in assets.items())
    else:
        yield "asset", document


def _size(said: Any) -> Size | None:
    sides = [said.get(side) for side in ("width", "height")] if isinstance(said, dict) else []
    known = [side for side in sides if isinstance(side, int) and not isinstance(side, bool) and 0 < side <= MAX_SIDE]
    return (known[0], known[1]) if len(known) == 2 else None


def _box(said: Any) -> tuple[float, float, float, float]:
    left, top, wide, high = (_number(said, side) for side in ("left", "top", "width", "height"))
    if wide < 0 or high < 0:
        raise BadShape("a box of less than nothing", said, "a width and a height from 0")
    return left, top, left + wide, top + high


def _points(said: Any, least: int) -> list[tuple[float, float]]:
    if not isinstance(said, list) or len(said) < least:
        raise BadShape("not an outline", said, f"points, {least} or more")
    return [(_number(point, "x"), _number(point, "y")) for point in said]


def _number(said: Any, name: str) -> float:
    value = said.get(name) if isinstance(said, dict) else None
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= MAX_SIDE:
        raise BadShape(f"not a number of pixels: {name}", said if value is None else value, f"at most {MAX_SIDE}")
    return float(value)
