"""Detections in COCO's results form, as evaluators take them and Ultralytics writes ``predictions.json``.

A list of ``{"image_id": 12, "category_id": 3, "bbox": [x, y, w, h], "score": 0.9}``, boxes in pixels; ``segmentation``
may be there too. It says neither what the images are called nor the categories: the one COCO instances file in the same
folder does. Where Ultralytics has no number for an image it writes the name's stem as ``image_id``, and it writes
``file_name`` as well, which counts: its numbers are made of names, and need not be the ids of the other file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.coco.entries import check_objects
from loopviz.formats.labels.coco.read import Listed, Part, assemble, is_coco, read_listed
from loopviz.formats.strict_json import collector_paused, read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import mentions
from loopviz.paths import NameIndex

WORDS = (b'"image_id"', b'"category_id"', b'"score"')
BLOCK = 50_000  # entries
BESIDE = "the COCO file with its images and categories, in the same folder"


def detect_results(candidate: Candidate) -> Evidence:
    """Say whether a file looks like a list of detections."""
    file = candidate.path
    if not mentions(file, *WORDS) or is_coco(file):
        return NO_EVIDENCE
    with file.open("rb") as content:
        begun = content.read(200).lstrip(b"\xef\xbb\xbf \t\r\n")
    return Evidence("likely", file.name) if begun.startswith(b"[") else NO_EVIDENCE


def read_results(path: Path, options: LabelOptions) -> LabelSet:
    """Read a list of detections, with the images and categories of the COCO file beside it.

    Raises:
        InputError: If there is no such file, or more than one; or an entry belongs to none of its images or categories,
            or is no detection.
    """
    report = Report(options.skip_bad)
    with collector_paused():
        listed = read_json(path)
        if not isinstance(listed, list):
            expected = "a list of image_id, category_id, bbox and score"
            raise InputError("not a list of detections", file=path, found=type(listed).__name__, expected=expected)
        check_objects(listed, "annotations", path)
        beside = _beside(path)
        images, _ = read_listed(beside, options, report)
        reader = images.reader(path, report)
        for block in _blocks(listed, images):
            reader.add(block)
        annotations, attributes = reader.finish()
        part = Part(path, images.names, images.sizes, images.categories, images.skeletons, annotations, attributes)
        dataset, _ = assemble([part], options, report)
    report.note("results-beside", path, beside=beside.name)
    return LabelSet("coco-results", path, _as_models(dataset), report.problems())


def _beside(path: Path) -> Path:
    found = sorted(file for file in path.parent.glob("*.json") if file != path and is_coco(file))
    if len(found) == 1:
        return found[0]
    names = ", ".join(file.name for file in found) or None
    what = "nothing says what the images of these detections are" if not found else "several files name images"
    remedy = "Put that file beside it, and no other COCO file."
    raise InputError(what, file=path, found=names, expected=BESIDE, remedy=remedy)


def _blocks(listed: list[dict[str, Any]], images: Listed) -> Iterator[list[dict[str, Any]]]:
    """Yield the entries as annotations: numbered, and with the ids of their images."""
    index = NameIndex((name, int(number)) for name, number in zip(images.names, images.ids, strict=True))
    for start in range(0, len(listed), BLOCK):
        part = listed[start : start + BLOCK]
        yield [entry | {"id": number, "image_id": _image(entry, index)} for number, entry in enumerate(part, start + 1)]


def _image(entry: dict[str, Any], index: NameIndex) -> object:
    """Return the id of an entry's image; what is found nowhere is left as it is, to be refused."""
    number, name = entry.get("image_id"), entry.get("file_name")
    if isinstance(name, str):
        found = index.find(name)
        return f"{number} ({name})" if found is None else found
    if isinstance(number, str) and not number.strip().lstrip("-").isdigit():
        found = index.find(number)
        return number if found is None else found
    return number


def _as_models(dataset: Dataset) -> Dataset:
    rows = dataset.annotations
    return dataset.replace(annotations=rows.with_columns(origin=pl.lit("model", rows.schema["origin"])))
