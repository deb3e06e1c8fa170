"""COCO's panoptic segmentation: a JSON with the segments, and a PNG for each picture in whose colours they lie.

An annotation has ``file_name``, the PNG's, and ``segments_info`` with ``id``, ``category_id`` and ``iscrowd``; a pixel
belongs to the segment of the id ``R + 256 G + 256² B``, and 0 to none (https://cocodataset.org/#format-data). The PNGs
lie in a folder that is called as the JSON, beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import (
    MOST_MASK,
    BadShape,
    LabelsByName,
    Shape,
    Size,
    files_like,
    first_like,
    masked,
)
from loopviz.formats.labels.coco.read import is_coco, is_panoptic
from loopviz.formats.labels.said_shapes import cornered, pixels, size_said
from loopviz.formats.picture_size import image_size
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import list_files
from loopviz.paths import last_part

Segments = npt.NDArray[np.int64]


def detect_panoptic(candidate: Candidate) -> Evidence:
    """Say whether a file, or one of a folder, is panoptic COCO; beside instances it is not asked for."""
    found = first_like(candidate, ".json", is_panoptic)
    if found is not None and first_like(candidate, ".json", is_coco) is not None:
        return NO_EVIDENCE
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def read_panoptic(path: Path, options: LabelOptions) -> LabelSet:
    """Read a file, or all of a folder that are panoptic COCO.

    Raises:
        InputError: If there is none, or one is malformed. Where a PNG is missing or does not fit, boxes are read.
    """
    folder, names = files_like(path, ".json", is_panoptic)
    if not names:
        raise InputError("no panoptic COCO in the folder", file=path, expected="JSON files with segments_info")
    labels, known = LabelsByName(options, Report(options.skip_bad), folder), dict[str, None]()
    boxes = 0
    for name in names:
        listed, without = _take(labels, folder / name)
        known.update(dict.fromkeys(listed))
        boxes += without
    if boxes:
        labels.report.warn("masks-missing", path, count=boxes)
    return LabelSet("coco-panoptic", path, labels.dataset(path, list(known)), labels.report.problems())


def _take(labels: LabelsByName, file: Path) -> tuple[list[str], int]:
    """Read a file, and return its categories in their order, and of how many segments only the box is known."""
    boxes = 0
    document = read_json(file)
    images, annotations, categories = (_by_id(document, key, file) for key in ("images", "annotations", "categories"))
    called = {number: str(one.get("name", f"class {number}")) for number, one in categories.items()}
    pictures = {name.rpartition("/")[2]: name for name in list_files(file.parent) if name.lower().endswith(".png")}
    places: dict[Any, int] = {}
    for number, image in images.items():
        try:
            places[number] = labels.picture(image.get("file_name"), size_said(image), file=file, at=f"image {number}")
        except InputError as error:
            labels.report.bad("bad-image", error)
    for number, entry in annotations.items():
        try:
            at, place = f"annotations, image {number}", places.get(number)
            if place is None:
                raise InputError("the annotation belongs to no image", file=file, at=at, found=number)
            png = _png(file, pictures, entry.get("file_name"))
            segments = None if png is None else _segments(png, labels.size(place), at)
        except InputError as error:
            labels.report.bad("bad-annotation", error)
            continue
        said = entry.get("segments_info")
        for index, info in enumerate(said if isinstance(said, list) else []):
            make, where = partial(_segment, info, segments, called), f"{at}, segments_info[{index}]"
            crowd = isinstance(info, dict) and info.get("iscrowd") in (1, True)
            is_read = labels.attempt(place, make, file, where, crowd=crowd)
            boxes += is_read and segments is None
    return list(called.values()), boxes


def _by_id(document: Any, key: str, file: Path) -> dict[Any, dict[str, Any]]:
    """Return the entries of a list by their ids; of annotations by those of their images.

    Raises:
        InputError: If it is no list of objects, or an id stands twice or is none.
    """
    said = document.get(key) if isinstance(document, dict) else None
    if not isinstance(said, list):
        raise InputError("not panoptic COCO", file=file, at=key, found=said, expected="a list")
    found: dict[Any, dict[str, Any]] = {}
    for number, entry in enumerate(said):
        name = "image_id" if key == "annotations" else "id"
        own = entry.get(name) if isinstance(entry, dict) else None
        if not isinstance(own, int | str) or own in found:
            at, expected = f"{key}[{number}].{name}", "an id that no other has"
            raise InputError("not an id", file=file, at=at, found=own, expected=expected)
        found[own] = entry
    return found


def _png(file: Path, pictures: Mapping[str, str], name: Any) -> Path | None:
    """Return the PNG of a picture: in the folder called as the JSON, or beside it, or below; None: it is not there."""
    last = last_part(name) if isinstance(name, str) and name else ""
    places = [file.with_suffix("") / last, file.parent / last] if last else []
    places += [file.parent / pictures[last]] if last in pictures else []
    return next(filter(_is_file, places), None)


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _segments(png: Path, size: Size | None, at: str) -> Segments | None:
    """Return the ids of the segments that pixels belong to, ``(height, width)``; None where it is of another size.

    Raises:
        InputError: If it is no PNG in colour.
    """
    from PIL import Image  # here: whoever looks for a format's files asks its module

    wide, high = image_size(png)
    if size not in (None, (wide, high)) or wide * high > MOST_MASK:
        return None
    try:
        with Image.open(png, formats=("PNG",)) as image:
            if image.mode not in ("RGB", "RGBA", "P"):
                raise InputError("not a PNG of segments", file=png, at=at, found=image.mode, expected="colours")
            colours = np.asarray(image.convert("RGB"), dtype=np.int64)
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError("not a PNG of segments", file=png, at=at, found=str(error)) from None
    ids: Segments = colours @ np.array([1, 256, 65_536], dtype=np.int64)
    return ids


def _segment(info: Any, segments: Segments | None, called: Mapping[Any, str]) -> Shape:
    number, category = (info.get("id"), info.get("category_id")) if isinstance(info, dict) else (None, None)
    if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        raise BadShape("not a segment", info, "an object with id and category_id")
    if not isinstance(category, int | str) or category not in called:
        raise BadShape("the segment belongs to no category", category, ", ".join(map(str, called)))
    if segments is None:
        box = info.get("bbox")
        if not isinstance(box, list) or len(box) != 4:
            raise BadShape("neither a PNG nor a box of the segment", box, "bbox with x, y, width and height")
        return cornered(called[category], *(pixels(value, "bbox") for value in box))
    rows, columns = np.nonzero(segments == number)
    if not len(rows):
        raise BadShape("no pixel of the PNG has the segment's id", number, "R + 256 G + 256² B")
    top, left, bottom, right = rows.min(), columns.min(), rows.max() + 1, columns.max() + 1
    part = segments[top:bottom, left:right] == number
    high, wide = segments.shape
    return masked(called[category], part, (int(left), int(top)), (wide, high))
