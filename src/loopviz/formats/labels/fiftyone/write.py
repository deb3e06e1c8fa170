"""Writing a FiftyOne dataset: ``metadata.json`` and ``samples.json``, a sample a picture, in places as fractions.

The form is ``fiftyone.types.FiftyOneDataset`` as FiftyOne reads it where no version of its own stands in
``metadata.json`` (https://docs.voxel51.com/user_guide/import_datasets.html#fiftyonedataset). Pictures are looked for in
``data/``. Boxes and masks are ``Detections``, outlines and lines ``Polylines``, points ``Keypoints``; what a model drew
is in fields of its own, ``predictions``. Who drew a label, its confidence and track stand with it.
"""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.atomic import write_text
from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.formats.format import WriteOptions
from loopviz.formats.labels.by_picture import Picture, Row, edges_of, mask_of, pictures, without_place
from loopviz.notes import Note, note

SAMPLES, METADATA, PICTURES = "samples.json", "metadata.json", "data"
NAN = float("nan")  # a keypoint that is not labelled: so FiftyOne has it in memory, and in this file
LISTS = {"Detections": "detections", "Polylines": "polylines", "Keypoints": "keypoints"}
ENDINGS = {"Detections": "", "Polylines": "_polylines", "Keypoints": "_keypoints"}
NO_PLACE = ("which outlines are rotated boxes", "which keypoints are of which object", "which labels are of crowds")


def write_fiftyone(dataset: Dataset, folder: Path, _: WriteOptions) -> None:
    """Write the samples of all pictures.

    Raises:
        OutputError: If a frame has no size, two have the same name, a mask does not fit its frame, or a number is none
            that JSON has.
    """
    _check_numbers(dataset, folder / SAMPLES)
    people = dict(dataset.assignments.select("assignment_id", "worker_id").iter_rows())
    splits = dict(dataset.frames.select("frame", "split").iter_rows())
    samples = [_sample(each, splits[each.frame], people) for each in pictures(dataset, folder, sized=True)]
    metadata = {"media_type": "image", "info": {"categories": dataset.categories["name"].to_list()}}
    for name, data in ((SAMPLES, {"samples": samples}), (METADATA, metadata)):
        write_text(folder / name, json.dumps(data, ensure_ascii=False) + "\n")


def losses(dataset: Dataset, _: bool) -> list[Note]:
    """Return what of a Dataset samples cannot hold."""
    people = dataset.workers.height
    work = [note("no-place", format="FiftyOne", what="the answers, pay and times of people", count=people)]
    return [*without_place(dataset, "FiftyOne", NO_PLACE), *(work if people else [])]


def _check_numbers(dataset: Dataset, file: Path) -> None:
    rows = dataset.annotations
    numbers = [rows["polygons"].explode().explode(), rows["confidence"], rows["keypoint_confidence"].explode()]
    if not all(each.drop_nulls().is_finite().all() for each in numbers):
        raise OutputError("a number cannot be written as JSON", file=file, remedy="Correct the labels.")


def _sample(picture: Picture, split: str | None, people: Mapping[str, str]) -> dict[str, Any]:
    assert picture.size is not None  # noqa: S101 - asked for
    width, height = picture.size
    fields: dict[str, Any] = {"ground_truth": {"_cls": "Detections", "detections": []}}
    for row in picture.labels:
        said = _said(row, people)
        for kind, label in _labels(row, picture.size):
            field = ("predictions" if row["origin"] == "model" else "ground_truth") + ENDINGS[kind]
            listed = fields.setdefault(field, {"_cls": kind, LISTS[kind]: []})
            listed[LISTS[kind]].append({"_cls": kind.removesuffix("s"), "label": row["category"], **label, **said})
    return {
        "filepath": f"{PICTURES}/{picture.name}",
        "tags": [split] if split else [],
        "metadata": {"_cls": "ImageMetadata", "width": width, "height": height},
        **fields,
    }


def _said(row: Row, people: Mapping[str, str]) -> dict[str, Any]:
    """Return what stands with a label beside its place."""
    said = {"index": row["track_id"], "origin": row["origin"], "worker": people.get(row["assignment_id"])}
    return {name: value for name, value in said.items() if value is not None}


def _labels(row: Row, size: tuple[int, int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a label is in FiftyOne: its kind, and its place."""
    sure = {} if row["confidence"] is None else {"confidence": row["confidence"]}
    if row["shape"] == "line":
        yield "Polylines", {"points": [_points(row, size)], "closed": False, "filled": False, **sure}
        return
    if row["keypoints"] is not None:
        each = row["keypoint_confidence"]
        yield "Keypoints", {"points": _points(row, size), **({} if each is None else {"confidence": each})}
    if row["shape"] == "points":
        return
    if row["mask_rle"] is not None:
        mask = mask_of(row, size)
        assert mask is not None  # noqa: S101 - the label has one
        box, part = _cut(mask)
        yield "Detections", {"bounding_box": _fractions(box, size), "mask": _packed(part), **sure}
    elif row["polygons"]:
        parts = [
            [[x / size[0], y / size[1]] for x, y in zip(part[::2], part[1::2], strict=True)] for part in row["polygons"]
        ]
        yield "Polylines", {"points": parts, "closed": True, "filled": True, **sure}
    else:
        yield "Detections", {"bounding_box": _fractions(edges_of(row), size), **sure}


def _points(row: Row, size: tuple[int, int]) -> list[list[Any]]:
    """Return keypoints in their order, as fractions of the picture."""
    flat = row["keypoints"]
    triples = zip(flat[::3], flat[1::3], flat[2::3], strict=True)
    return [[NAN, NAN] if seen == 0 else [x / size[0], y / size[1]] for x, y, seen in triples]


def _fractions(edges: list[float], size: tuple[int, int]) -> list[float]:
    """Return a box as its left upper corner, width and height, in fractions of the picture."""
    x_min, y_min, x_max, y_max = edges
    return [x_min / size[0], y_min / size[1], (x_max - x_min) / size[0], (y_max - y_min) / size[1]]


def _cut(mask: npt.NDArray[np.bool_]) -> tuple[list[float], npt.NDArray[np.bool_]]:
    """Return the box around a mask, and the part of it in there."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return [0.0] * 4, mask[:1, :1]
    x_min, x_max, y_min, y_max = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
    return [float(x_min), float(y_min), float(x_max), float(y_max)], mask[y_min:y_max, x_min:x_max]


def _packed(mask: npt.NDArray[np.bool_]) -> str:
    """Return a mask as FiftyOne has arrays in JSON: NumPy's own format, compressed, in base64."""
    stream = io.BytesIO()
    np.save(stream, mask)
    return base64.b64encode(zlib.compress(stream.getvalue())).decode("ascii")
