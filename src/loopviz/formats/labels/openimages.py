"""Open Images: a table of boxes as shares of their pictures (https://storage.googleapis.com/openimages/web/download.html).

Columns ``ImageID, Source, LabelName, Confidence, XMin, XMax, YMin, YMax, IsOccluded, IsTruncated, IsGroupOf,
IsDepiction, IsInside``; of a picture only its name without suffix. What a code such as ``/m/011k07`` means stands in
``class-descriptions*.csv``, two columns with or without a header. ``IsGroupOf: 1`` is a crowd. A confidence of 1 is a
person's, and says nothing more; any other is a machine's.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import BadShape, LabelsByName, Shape, Size, files_like, first_like
from loopviz.formats.labels.csv_rows import has_columns, number_in, rows_of
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import list_files, read_text
from loopviz.paths import last_part

COLUMNS = ("ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax")
DESCRIPTIONS = "class-descriptions"
BEYOND = 1.01  # shares: what rounding leaves


def detect_openimages(candidate: Candidate) -> Evidence:
    """Say whether a table, or one of a folder, is of Open Images."""
    found = first_like(candidate, ".csv", is_openimages)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_openimages(file: Path) -> bool:
    """Say whether a table has the columns of Open Images' boxes."""
    return has_columns(file, COLUMNS)


def read_openimages(path: Path, options: LabelOptions) -> LabelSet:
    """Read a table, or all of a folder, with what its classes are called beside it.

    Raises:
        InputError: If there is none, one is malformed, or nobody knows how large a picture is.
    """
    folder, names = files_like(path, ".csv", is_openimages)
    if not names:
        raise InputError("no table of Open Images in the folder", file=path, expected=", ".join(COLUMNS))
    labels, called = LabelsByName(options, Report(options.skip_bad), folder), _descriptions(folder)
    places: dict[str, int] = {}
    unknown: set[str] = set()
    for name in names:
        for at, row in rows_of(folder / name, COLUMNS):
            place = _place(labels, places, row["ImageID"], folder / name, at)
            category = row["LabelName"]
            if category not in called and called:
                unknown.add(category)
            try:
                shape = _shape(labels.named(called.get(category, category)), row, labels.size(place) or (1, 1))
            except BadShape as bad:
                labels.report.bad("bad-row", bad.error(folder / name, at))
                continue
            sure, crowd = _confidence(row), row.get("IsGroupOf") == "1"
            labels.add(place, shape, origin=None if sure is None else "model", confidence=sure, crowd=crowd)
    if unknown:
        labels.report.note("codes-without-name", path, count=len(unknown))
    is_unsized = any(labels.size(place) is None for place in places.values())
    return LabelSet("openimages", path, labels.dataset(path), labels.report.problems(), normalised=is_unsized)


def _place(labels: LabelsByName, places: dict[str, int], image: str, file: Path, at: str) -> int:
    if image not in places:
        size = labels.size_of_file(image) or labels.options.size_of(image)
        if size is None and not labels.options.unsized:
            remedy = "Say how large the pictures are with --frame-size, or put them beside the table."
            raise InputError("nobody knows how large a picture is", file=file, at=at, found=image, remedy=remedy)
        places[image] = labels.picture(image, size, file=file, at=at)
    return places[image]


def _shape(category: str, row: Mapping[str, str], size: Size) -> Shape:
    x_min, x_max, y_min, y_max = (number_in(row, column, BEYOND) for column in COLUMNS[2:])
    if x_min > x_max or y_min > y_max or min(x_min, y_min) < 1 - BEYOND:
        found = ", ".join(row[column] for column in COLUMNS[2:])
        raise BadShape("not a box", found, "XMin up to XMax, YMin up to YMax, from 0 to 1")
    return Shape(category, (x_min * size[0], y_min * size[1], x_max * size[0], y_max * size[1]))


def _confidence(row: Mapping[str, str]) -> float | None:
    try:
        value = float(row.get("Confidence", ""))
    except ValueError:
        return None
    return value if 0 <= value < 1 else None


def _descriptions(folder: Path) -> dict[str, str]:
    """Return what codes mean, by the tables of a folder that say it."""
    called: dict[str, str] = {}
    for name in list_files(folder):
        if DESCRIPTIONS in last_part(name).lower() and name.lower().endswith(".csv"):
            try:
                rows = list(csv.reader(io.StringIO(read_text(folder / name), newline=""), strict=True))
            except csv.Error as error:
                raise InputError(f"not a CSV file: {error}", file=folder / name) from None
            called |= {row[0].strip(): row[1].strip() for row in rows if len(row) >= 2 and row[0] != "LabelName"}
    return called
