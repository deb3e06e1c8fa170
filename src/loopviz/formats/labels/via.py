"""VGG Image Annotator (VIA): a project, or its annotations as JSON or CSV (https://www.robots.ox.ac.uk/~vgg/software/via/).

A project's ``_via_img_metadata``, and an export of annotations as a whole, is an object with an entry for each picture:
``filename``, ``size`` (bytes) and ``regions``, each with ``shape_attributes`` (``name: rect, x, y, width, height`` …,
in pixels from 0) and ``region_attributes``, whatever the user's form asked for. Of VIA 1 regions are an object too. A
CSV has a row for each region, with both as JSON in a cell. What a region is called is one of its attributes: the only
one that there is, or one that is called as such things are. No size of a picture is said. ``via3`` has projects of
VIA 3.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import (
    BadShape,
    LabelsByName,
    Shape,
    bounds,
    ellipse,
    files_like,
    first_like,
    without_area,
)
from loopviz.formats.labels.csv_rows import has_columns, rows_of
from loopviz.formats.labels.via3 import Third, is_third, read_third
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import mentions

PICTURES = "_via_img_metadata"
COLUMNS = ("region_shape_attributes", "region_attributes")
NAMED = ("class", "label", "name", "category", "type", "object")  # what people call the attribute that is a category
Value = Mapping[str, Any]


class _Region(NamedTuple):
    """A region of a picture, where it stands, and both of its objects."""

    picture: str
    at: str
    shape: Any
    attributes: Any


def detect_via(candidate: Candidate) -> Evidence:
    """Say whether a file, or files of a folder, are VIA's."""
    found = first_like(candidate, ".json", is_via) or first_like(candidate, ".csv", is_via)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_via(file: Path) -> bool:
    """Say whether a file looks like one of VIA, from its bytes."""
    if file.suffix.lower() == ".csv":
        return has_columns(file, COLUMNS)
    if mentions(file, b'"metadata"', b'"fid_list"', b'"aname"'):  # VIA 3
        return True
    return mentions(file, b'"filename"', b'"regions"') and (
        mentions(file, b'"shape_attributes"') or mentions(file, b'"_via_img_metadata"')
    )


def read_via(path: Path, options: LabelOptions) -> LabelSet:
    """Read a project or an export, or all of a folder; the same pictures in several of them are refused.

    Raises:
        InputError: If there is none, one is malformed, or a region is.
    """
    folder, names = files_like(path, ".json", is_via)
    if path.is_dir():
        names += files_like(path, ".csv", is_via)[1]
    if not names:
        raise InputError("no file of VIA in the folder", file=path, expected="JSON or CSV of VIA")
    if len(names) > 1 and {Path(name).suffix.lower() for name in names} == {".json", ".csv"}:
        found, remedy = ", ".join(names[:5]), "Give one of them: they may be the same labels."
        raise InputError("the folder holds both JSON and CSV of VIA", file=path, found=found, remedy=remedy)
    reader = _Reader(LabelsByName(options, Report(options.skip_bad), folder))
    for name in names:
        reader.take(folder / name)
    return reader.label_set(path)


class _Reader:
    """Takes a set's files one after the other."""

    def __init__(self, labels: LabelsByName) -> None:
        self._labels, self._report = labels, labels.report
        self._places: dict[str, int] = {}
        self._regions: list[tuple[Path, _Region]] = []

    def take(self, file: Path) -> None:
        """Read a file's pictures and regions."""
        is_table = file.suffix.lower() == ".csv"
        document = None if is_table else read_json(file)
        if is_third(document):
            self._third(read_third(document, file), file)
            return
        for region in _of_table(file) if is_table else _of_document(document, file, self._picture):
            if region.picture not in self._places:
                self._picture(region.picture, file, region.at)
            if region.shape is not None:
                self._regions.append((file, region))

    def _third(self, project: Third, file: Path) -> None:
        """Take a project of VIA 3; what is of videos, of sound or of whole pictures is left out and counted."""
        for at, name in project.pictures:
            self._picture(name, file, at)
        self._regions += [(file, _Region(*region)) for region in project.regions]
        self._labels.leave("entries of videos, of sound or of whole pictures", project.left)

    def _picture(self, name: str, file: Path, at: str) -> None:
        if name in self._places:
            remedy = "Give one of the files."
            raise InputError("a picture stands in the set twice", file=file, at=at, found=name, remedy=remedy)
        self._places[name] = self._labels.picture(name, self._labels.size_of_file(name), file=file, at=at)

    def label_set(self, path: Path) -> LabelSet:
        """Return what was read."""
        key = self._category_key(path)
        for file, region in self._regions:
            try:
                shape = _shape(region.shape, self._labels.named(_category(region.attributes, key)))
            except BadShape as bad:
                self._report.bad("bad-shape", bad.error(file, region.at))
                continue
            self._labels.add(self._places[region.picture], shape)
        return LabelSet("via", path, self._labels.dataset(path), self._report.problems())

    def _category_key(self, path: Path) -> str | None:
        """Return which attribute says what a region is called; what it was taken for, and what is left out, is said."""
        counts: Counter[str] = Counter()
        for _, region in self._regions:
            counts.update(region.attributes.keys() if isinstance(region.attributes, dict) else ())
        usual = [key for key in counts if key.strip().lower() in NAMED]
        known = usual if len(usual) == 1 else list(counts) if len(counts) == 1 else []
        if known:
            self._report.note("category-attribute", path, name=known[0])
        others = [key for key in counts if key not in known]
        if others:
            self._report.note("attributes-left-out", path, names=others)
        return known[0] if known else None


def _of_table(file: Path) -> Iterator[_Region]:
    for at, row in rows_of(file, COLUMNS):
        name = row.get("filename") or row.get("#filename") or ""
        cells = [_cell(row[column], file, at) for column in COLUMNS]
        yield _Region(name, at, cells[0] or None, cells[1])


def _cell(text: str, file: Path, at: str) -> Any:
    try:
        return json.loads(text or "{}")
    except (ValueError, RecursionError):
        raise InputError("not JSON in a cell", file=file, at=at, found=text[:80], expected="an object") from None


def _of_document(document: Any, file: Path, picture: Callable[[str, Path, str], None]) -> Iterator[_Region]:
    entries = document.get(PICTURES, document) if isinstance(document, dict) else document
    if not isinstance(entries, dict):
        raise InputError("not a file of VIA", file=file, found=entries, expected="an object of pictures")
    for key, entry in entries.items():
        if key.startswith("_via_"):
            continue
        name, said = (entry.get("filename"), entry.get("regions")) if isinstance(entry, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(said, list | dict | None):
            expected = "an object with filename and regions"
            raise InputError("not a picture of VIA", file=file, at=key, found=entry, expected=expected)
        picture(name, file, key)
        for number, region in enumerate(said.values() if isinstance(said, dict) else said or ()):
            both = region if isinstance(region, dict) else {}
            yield _Region(
                name, f"{key}.regions[{number}]", both.get("shape_attributes", {}), both.get("region_attributes")
            )


def _category(attributes: Any, key: str | None) -> str | None:
    said = attributes.get(key) if isinstance(attributes, dict) and key is not None else None
    if isinstance(said, dict):  # a form with several choices: those that are true
        said = ", ".join(name for name, chosen in said.items() if chosen)
    return None if said is None or isinstance(said, list) else str(said).strip()


def _shape(said: Any, category: str) -> Shape:
    """Return a region's label.

    Raises:
        BadShape: If it is malformed, or of a kind that there is not.
    """
    kind = said.get("name") if isinstance(said, dict) else None
    if not isinstance(kind, str) or kind not in SHAPES:
        raise BadShape("there is no such shape", kind if isinstance(said, dict) else said, ", ".join(SHAPES))
    return SHAPES[kind](said, category)


def _number(value: Any, what: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= MAX_SIDE:
        raise BadShape(f"not a number of pixels: {what}", value, f"at most {MAX_SIDE}")
    return float(value)


def _numbers(said: Value, *names: str) -> list[float]:
    return [_number(said.get(name), name) for name in names]


def _rect(said: Value, category: str) -> Shape:
    x, y, wide, high = _numbers(said, "x", "y", "width", "height")
    return Shape(category, (min(x, x + wide), min(y, y + high), max(x, x + wide), max(y, y + high)))


def _circle(said: Value, category: str) -> Shape:
    x, y, radius = _numbers(said, "cx", "cy", "r")
    outline = ellipse(x, y, abs(radius), abs(radius))
    return Shape(category, bounds(outline), [outline])


def _ellipse(said: Value, category: str) -> Shape:
    x, y, across, down = _numbers(said, "cx", "cy", "rx", "ry")
    outline = ellipse(x, y, abs(across), abs(down), _number(said.get("theta", 0.0), "theta") % math.tau)
    return Shape(category, bounds(outline), [outline])


def _points(said: Value, least: int) -> list[tuple[float, float]]:
    xs, ys = said.get("all_points_x"), said.get("all_points_y")
    if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys) or len(xs) < least:
        raise BadShape("not an outline", said, f"all_points_x and all_points_y, {least} or more each")
    return [(_number(x, "all_points_x"), _number(y, "all_points_y")) for x, y in zip(xs, ys, strict=True)]


def _polygon(said: Value, category: str) -> Shape:
    outline = [value for point in _points(said, 3) for value in point]
    return Shape(category, bounds(outline), [outline])


def _polyline(said: Value, category: str) -> Shape:
    return without_area(category, _points(said, 2), "line")


def _point(said: Value, category: str) -> Shape:
    x, y = _numbers(said, "cx", "cy")
    return without_area(category, [(x, y)], "points")


SHAPES: Mapping[str, Callable[[Value, str], Shape]] = {
    "rect": _rect,
    "circle": _circle,
    "ellipse": _ellipse,
    "polygon": _polygon,
    "polyline": _polyline,
    "point": _point,
}
