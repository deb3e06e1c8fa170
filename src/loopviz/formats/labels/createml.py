"""CreateML's JSON for object detection: a list of pictures and the middles of their boxes, in pixels from 0.

``[{"image": …, "annotations": [{"label": …, "coordinates": {"x": …, "y": …, "width": …, "height": …}}]}]`` (Apple,
"Building an object detector data source"); Roboflow writes one file for each part of a set, beside the part's pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import BadShape, LabelsByName, Shape, files_like, first_like
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import mentions

SIDES = ("x", "y", "width", "height")


def detect_createml(candidate: Candidate) -> Evidence:
    """Say whether a file, or files of a folder, are CreateML's."""
    found = first_like(candidate, ".json", is_createml)
    return NO_EVIDENCE if found is None else Evidence("likely", found)


def is_createml(file: Path) -> bool:
    """Say whether a JSON file looks like CreateML's, from its bytes."""
    return mentions(file, b'"image"', b'"annotations"', b'"coordinates"', b'"label"')


def read_createml(path: Path, options: LabelOptions) -> LabelSet:
    """Read a file, or all of a folder that are CreateML's.

    Raises:
        InputError: If there is none, one is no such list, or a box is malformed.
    """
    folder, names = files_like(path, ".json", is_createml)
    if not names:
        raise InputError("no file of CreateML in the folder", file=path, expected="JSON files of image and annotations")
    labels = LabelsByName(options, Report(options.skip_bad), folder)
    for name in names:
        _take(labels, folder / name, name.rpartition("/")[0])
    return LabelSet("createml", path, labels.dataset(path), labels.report.problems())


def _take(labels: LabelsByName, file: Path, part: str) -> None:
    """Read a file whose pictures lie in a part of the set."""
    document = read_json(file)
    if not isinstance(document, list):
        raise InputError("not a file of CreateML", file=file, found=document, expected="a list of pictures")
    for number, entry in enumerate(document):
        at = f"[{number}]"
        try:
            said = entry.get("annotations") if isinstance(entry, dict) else None
            if not isinstance(entry, dict) or not isinstance(said, list):
                expected = "an object with image and annotations"
                raise InputError("not a picture of CreateML", file=file, at=at, found=entry, expected=expected)
            image = entry.get("image")
            name = f"{part}/{image}" if part and isinstance(image, str) else image
            size = labels.size_of_file(name) if isinstance(name, str) else None
            place = labels.picture(name, size, file=file, at=f"{at}.image")
        except InputError as error:
            labels.report.bad("bad-image", error)
            continue
        for row, box in enumerate(said):
            try:
                labels.add(place, _box(labels, box))
            except BadShape as bad:
                labels.report.bad("bad-shape", bad.error(file, f"{at}.annotations[{row}]"))


def _box(labels: LabelsByName, said: Any) -> Shape:
    coordinates = said.get("coordinates") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(coordinates, dict):
        raise BadShape("not a box of CreateML", said, "an object with label and coordinates")
    label = said.get("label")
    if not isinstance(label, str | None):
        raise BadShape("a label is no text", label, "a text")
    x, y, wide, high = (_number(coordinates, side) for side in SIDES)
    if wide < 0 or high < 0:
        raise BadShape("a box of less than nothing", coordinates, "a width and a height from 0")
    return Shape(labels.named(label), (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))


def _number(coordinates: Mapping[str, Any], side: str) -> float:
    value = coordinates.get(side)
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= MAX_SIDE:
        raise BadShape(f"not a number of pixels: {side}", value, f"at most {MAX_SIDE}")
    return float(value)
