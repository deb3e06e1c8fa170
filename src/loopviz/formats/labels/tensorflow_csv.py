"""A table of boxes as TensorFlow's object detection takes it.

Its columns are ``filename, width, height, class, xmin, ymin, xmax, ymax``. Roboflow and many scripts write it, a row a
box; edges in pixels, and mostly from 0, as they are taken. A row without a class and without edges is a picture on
which nothing is labelled.
"""

from __future__ import annotations

from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import BadShape, LabelsByName, Shape, files_like, first_like, size_from
from loopviz.formats.labels.csv_rows import has_columns, number_in, rows_of
from loopviz.formats.types import LabelOptions, LabelSet, Report

EDGES = ("xmin", "ymin", "xmax", "ymax")
COLUMNS = ("filename", "class", *EDGES)


def detect_tensorflow(candidate: Candidate) -> Evidence:
    """Say whether a table, or one of a folder, has the columns of TensorFlow's boxes."""
    found = first_like(candidate, ".csv", is_tensorflow)
    return NO_EVIDENCE if found is None else Evidence("likely", found)


def is_tensorflow(file: Path) -> bool:
    """Say whether a table has the columns of TensorFlow's boxes."""
    return has_columns(file, COLUMNS)


def read_tensorflow(path: Path, options: LabelOptions) -> LabelSet:
    """Read a table, or all of a folder: parts of one set.

    Raises:
        InputError: If there is none, or one is malformed.
    """
    folder, names = files_like(path, ".csv", is_tensorflow)
    if not names:
        raise InputError("no table of boxes in the folder", file=path, expected=", ".join(COLUMNS))
    labels = LabelsByName(options, Report(options.skip_bad), folder)
    places: dict[str, int] = {}
    for name in names:
        part = name.rpartition("/")[0]
        for at, row in rows_of(folder / name, COLUMNS):
            image = f"{part}/{row['filename']}" if part else row["filename"]
            if image not in places:
                size = size_from(row.get("width", ""), row.get("height", "")) or labels.size_of_file(image)
                places[image] = labels.picture(image, size, file=folder / name, at=at)
            if not any(row[column] for column in ("class", *EDGES)):
                continue
            try:
                x_min, y_min, x_max, y_max = (number_in(row, column) for column in EDGES)
                if x_min > x_max or y_min > y_max:
                    found = ", ".join(row[column] for column in EDGES)
                    raise BadShape("a box that ends before it begins", found, "xmin up to xmax, ymin up to ymax")
            except BadShape as bad:
                labels.report.bad("bad-row", bad.error(folder / name, at))
                continue
            labels.add(places[image], Shape(labels.named(row["class"] or None), (x_min, y_min, x_max, y_max)))
    return LabelSet("tensorflow-csv", path, labels.dataset(path), labels.report.problems())
