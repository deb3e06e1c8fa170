"""Zooniverse's export of classifications: a row for each time that somebody looked at a subject.

``annotations`` is a list of tasks as JSON; the value of a drawing task has its marks, in pixels of the picture from 0,
with ``tool_label``, what is drawn with the tool; ``angle`` is in degrees, of a rectangle clockwise about its middle, of
an ellipse the other way round, as ``panoptes_aggregation`` has it. A circle has ``x``, ``y``, ``r`` and often the
``angle`` at which it was drawn, as a triangle has: then ``toolType`` tells which it is, if it is there.
``subject_data`` has what the project said of the subject, among it the name of its picture, if any; ``metadata`` has
when the work began and ended (https://help.zooniverse.org/next-steps/data-exports). Who is not logged in has a name
made of an address that nobody can read (``not-logged-in-…``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

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
    turned,
)
from loopviz.formats.labels.csv_rows import has_columns, rows_of
from loopviz.formats.labels.said_shapes import cornered, fields, line, named_pairs, outlined, pixels, point, size_said
from loopviz.formats.labels.works import Work, moment
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.geometry import RotatedBox
from loopviz.paths import IMAGE_SUFFIXES, last_part

COLUMNS = ("classification_id", "user_name", "created_at", "metadata", "annotations", "subject_data", "subject_ids")
FANS = {"angle", "radius", "rotation"}  # of a triangle or a fan, which have what a circle or a point has
MOST_SECONDS = 24 * 3600.0  # a page that was open for longer says nothing of the work
Mark = Mapping[str, Any]


def detect_zooniverse(candidate: Candidate) -> Evidence:
    """Say whether a file, or one of a folder, is an export of Zooniverse."""
    found = first_like(candidate, ".csv", is_zooniverse)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_zooniverse(file: Path) -> bool:
    """Say whether a table is an export of classifications, by its columns."""
    return has_columns(file, COLUMNS)


def read_zooniverse(path: Path, options: LabelOptions) -> LabelSet:
    """Read an export, or all of a folder.

    Raises:
        InputError: If there is none, or a row is malformed.
    """
    folder, names = files_like(path, ".csv", is_zooniverse)
    if not names:
        what, expected = "no export of Zooniverse in the folder", ", ".join(COLUMNS)
        raise InputError(what, file=path, expected=expected)
    reader = _Reader(LabelsByName(options, Report(options.skip_bad), folder))
    for name in names:
        reader.take(folder / name)
    return reader.label_set(path)


class _Reader:
    """Takes classifications one after the other."""

    def __init__(self, labels: LabelsByName) -> None:
        self._labels, self._report = labels, labels.report
        self._places: dict[str, int] = {}
        self._answers = 0

    def take(self, file: Path) -> None:
        """Read an export."""
        for at, row in rows_of(file, COLUMNS):
            try:
                self._classification(row, file, at)
            except InputError as error:
                self._report.bad("bad-annotation", error)

    def label_set(self, path: Path) -> LabelSet:
        """Return what was read."""
        if self._answers:
            self._report.warn("left-answers", path, count=self._answers)
        return LabelSet("zooniverse", path, self._labels.dataset(path), self._report.problems())

    def _classification(self, row: Mapping[str, str], file: Path, at: str) -> None:
        about, tasks, subjects = (
            _cell(row[name], file, f"{at}, {name}") for name in ("metadata", "annotations", "subject_data")
        )
        if not isinstance(about, dict) or not isinstance(tasks, list) or not isinstance(subjects, dict):
            expected = "metadata and subject_data as objects, annotations as a list"
            raise InputError("not a classification", file=file, at=at, expected=expected)
        place = self._place(subjects, about, file, at)
        marks = list(self._marks(tasks))
        read: list[Shape] = []
        for number, mark in enumerate(marks):
            try:
                read += self._shape(mark)
            except BadShape as bad:
                self._report.bad("bad-shape", bad.error(file, f"{at}, mark {number}"))
        work = None
        if row["user_name"]:
            is_whole = len(read) == len(marks)
            sent = moment(row["created_at"].replace(" UTC", "+00:00"))
            batch = row.get("workflow_name") or None
            work = self._labels.works.add(place, Work(row["user_name"], _seconds(about), sent, is_whole, batch))
        for shape in read:
            self._labels.add(place, shape, work=work)

    def _place(self, subjects: Mark, about: Mark, file: Path, at: str) -> int:
        """Return the place of the picture that a subject is, by the name that the project gave it."""
        if len(subjects) != 1 or not isinstance(next(iter(subjects.values())), dict):
            raise InputError("not one subject", file=file, at=at, found=", ".join(subjects) or None, expected="one")
        ((subject, said),) = subjects.items()
        if subject not in self._places:
            sizes = about.get("subject_dimensions")
            first = sizes[0] if isinstance(sizes, list) and sizes else None
            name = _picture(said) or f"subject_{subject}"
            size = size_said(first, "naturalWidth", "naturalHeight") or self._labels.size_of_file(name)
            self._places[subject] = self._labels.picture(name, size, file=file, at=f"{at}, subject_data")
        return self._places[subject]

    def _marks(self, tasks: list[Any]) -> Iterator[Any]:
        """Yield the marks of drawing tasks, of those in a combination too; answers to questions are counted."""
        for task in tasks:
            said = task.get("value") if isinstance(task, dict) else None
            listed = said if isinstance(said, list) and all(isinstance(one, dict) for one in said) else []
            if listed and all("tool" in one or "toolIndex" in one for one in listed):
                yield from listed
            elif listed and all("task" in one for one in listed):
                yield from self._marks(listed)
            elif said not in (None, [], ""):
                self._answers += 1

    def _shape(self, mark: Mark) -> list[Shape]:
        """Return the label of a mark, none where it is left out.

        Raises:
            BadShape: If it is malformed.
        """
        if mark.get("frame") not in (0, None):
            self._labels.leave("marks on a subject's further pictures")
            return []
        kind = next((kind for kind, keys in KINDS.items() if keys <= mark.keys()), None)
        if kind == "circle" and "angle" in mark and "toolType" not in mark:
            self._labels.leave("marks with r and angle, which may be circles or triangles")
            return []
        fans = FANS - {"angle"} if mark.get("toolType") == "circle" else FANS
        if kind is None or (kind in ("point", "circle") and mark.keys() & fans):
            self._labels.leave("marks of another tool")
            return []
        label = mark.get("tool_label")
        tool = mark.get("tool", mark.get("toolIndex"))
        category = label.strip() if isinstance(label, str) and label.strip() else f"tool {tool}"
        return [READERS[kind](category, mark)]


def _cell(text: str, file: Path, at: str) -> Any:
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        raise InputError("not JSON in a cell", file=file, at=at, found=text[:80], expected="JSON") from None


def _picture(said: Mark) -> str | None:
    """Return the name of a subject's picture: the one text of what the project said of it that names a picture."""
    texts = [value.strip() for value in said.values() if isinstance(value, str)]
    files = {text for text in texts if PurePosixPath(last_part(text)).suffix.lower() in IMAGE_SUFFIXES}
    return files.pop() if len(files) == 1 else None


def _seconds(about: Mark) -> float | None:
    began, ended = moment(about.get("started_at")), moment(about.get("finished_at"))
    seconds = (ended - began).total_seconds() if began and ended else -1.0
    return seconds if 0 <= seconds <= MOST_SECONDS else None


def _angle(mark: Mark) -> float:
    return math.radians(pixels(mark.get("angle") or 0, "angle") % 360)


def _box(category: str, mark: Mark) -> Shape:
    x, y, wide, high = fields(mark, "x", "y", "width", "height")
    return _about(category, x + wide / 2, y + high / 2, wide, high, _angle(mark))


def _middle(category: str, mark: Mark) -> Shape:
    x, y, wide, high = fields(mark, "x_center", "y_center", "width", "height")
    return _about(category, x, y, wide, high, _angle(mark))


def _about(category: str, x: float, y: float, wide: float, high: float, angle: float) -> Shape:
    """Return the label of a box about its middle, which may be turned."""
    straight = cornered(category, x - wide / 2, y - high / 2, wide, high)
    return turned(category, RotatedBox(x, y, wide, high, angle)) if angle else straight


def _ellipse(category: str, mark: Mark) -> Shape:
    middle = ("x_center", "y_center") if "x_center" in mark else ("x", "y")
    x, y, across, down = fields(mark, *middle, *(("r", "r") if "r" in mark else ("rx", "ry")))
    outline = ellipse(x, y, abs(across), abs(down), 0.0 if "r" in mark else -_angle(mark))
    return Shape(category, bounds(outline), [outline])


def _outline(category: str, mark: Mark) -> Shape:
    points = named_pairs(mark["points"])
    return outlined(category, points) if mark.get("closed") else line(category, points)


def _path(category: str, mark: Mark) -> Shape:
    """Return the label of what was drawn freehand: an outline where it ends where it began."""
    xs, ys = mark["pathX"], mark["pathY"]
    if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys):
        raise BadShape("not a path", mark.get("toolType"), "pathX and pathY, as many of each")
    points = [(pixels(x, "pathX"), pixels(y, "pathY")) for x, y in zip(xs, ys, strict=True)]
    is_closed = len(points) > 3 and points[0] == points[-1]
    return outlined(category, points[:-1]) if is_closed else line(category, points)


def _line(category: str, mark: Mark) -> Shape:
    x, y, to_x, to_y = fields(mark, "x1", "y1", "x2", "y2")
    return line(category, [(x, y), (to_x, to_y)])


def _point(category: str, mark: Mark) -> Shape:
    x, y = fields(mark, "x", "y")
    return point(category, [(x, y)])


# What a mark is, by the keys that it has; what has more stands before what has fewer.
KINDS: Mapping[str, set[str]] = {
    "middle": {"x_center", "y_center", "width", "height"},
    "box": {"x", "y", "width", "height"},
    "ellipse": {"rx", "ry"},
    "circle": {"r"},
    "outline": {"points"},
    "path": {"pathX", "pathY"},
    "line": {"x1", "y1", "x2", "y2"},
    "point": {"x", "y"},
}
READERS: Mapping[str, Callable[[str, Mark], Shape]] = {
    "middle": _middle,
    "box": _box,
    "ellipse": _ellipse,
    "circle": _ellipse,
    "outline": _outline,
    "path": _path,
    "line": _line,
    "point": _point,
}
