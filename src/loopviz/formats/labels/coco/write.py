"""Writing COCO instances, and traceable COCO with the keys of the thesis.

Image and category ids count from 1. Annotation ids are the Dataset's, all moved up if they would begin below 1:
pycocotools' COCOeval takes a match with annotation 0 for none. A frame of a video is called as ``loopviz split`` calls
it. What was carried over from other frames says so (``attributes.origin``). Traceable COCO gives every annotation its
worker (``attributes.worker_id``) and that worker's answers (``attributes.form_responses``); a worker whose frame has no
annotation cannot stand in it.
A segmentation is one thing: the exact mask where there is one, else the polygons. Rotated boxes, points and lines say
what they are (``attributes.shape``); of keypoints of which nobody knows whether they are seen, COCO says that they are.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.atomic import write_text
from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.formats.align.frame_names import picture_names
from loopviz.formats.format import WriteOptions
from loopviz.geometry import polygon_area, rle_area, rle_from_string
from loopviz.notes import Note, note
from loopviz.schema import POINT
from loopviz.work import HAS_AREA


def write_coco(dataset: Dataset, file: Path, _: WriteOptions, *, traceable: bool = False) -> None:
    """Write a COCO file, which says nothing of people unless it is traceable.

    Raises:
        OutputError: If a mask cannot be read, or a number is none that JSON has.
    """
    frames = dataset.frames.select("frame", "width", "height").rows()
    sizes = {frame: (width, height) for frame, width, height in frames}
    names = picture_names(dataset)
    document = {
        "images": [
            {"id": frame + 1, "file_name": names[frame], **_sides(width, height)} for frame, width, height in frames
        ],
        "annotations": _annotations(dataset, sizes, traceable),
        "categories": [
            {"id": row["class_id"] + 1, "name": row["name"], **_skeleton(row)}
            for row in dataset.categories.iter_rows(named=True)
        ],
    }
    try:
        write_text(file, json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")
    except ValueError as error:
        raise OutputError("a number cannot be written as JSON", file=file, remedy="Correct the labels.") from error


def write_traceable(dataset: Dataset, file: Path, options: WriteOptions) -> None:
    """Write a traceable COCO file; see ``write_coco``."""
    write_coco(dataset, file, options, traceable=True)


def losses(dataset: Dataset, plain: bool) -> list[Note]:
    """Return what of a Dataset's work and people a file cannot hold."""
    done = dataset.assignments.join(dataset.annotations, on="assignment_id", how="semi")
    silent = dataset.workers.join(done, on="worker_id", how="anti").height
    idle = dataset.assignments.height - done.height
    lost = _without_place(dataset)
    if plain or not (idle or silent):
        return lost
    return [note("no-place-in-coco", assignments=idle, workers=silent), *lost]


def _without_place(dataset: Dataset) -> list[Note]:
    """Return what is lost of keypoints, and what others may take for a box."""
    rows = dataset.annotations
    sure = rows.height - rows["keypoint_confidence"].null_count()
    unsaid = int(rows["keypoints"].list.eval(pl.element().is_null()).list.any().sum() or 0)
    bare = rows.filter(~HAS_AREA).height
    return [
        *([note("no-place", format="COCO", what="keypoints' confidences", count=sure)] if sure else []),
        *([note("written-as-seen", count=unsaid)] if unsaid else []),
        *([note("boxes-around-points", count=bare)] if bare else []),
    ]


def _skeleton(row: dict[str, Any]) -> dict[str, Any]:
    if row["keypoint_names"] is None and row["skeleton"] is None:
        return {}
    edges = [[one + 1, other + 1] for one, other in row["skeleton"] or ()]
    return {"keypoints": row["keypoint_names"] or [], "skeleton": edges}


def _sides(width: int | None, height: int | None) -> dict[str, int]:
    """Return an image's size; where it is not known the keys are missing, and a reader may be told it."""
    return {side: value for side, value in (("width", width), ("height", height)) if value is not None}


def _annotations(dataset: Dataset, sizes: dict[int, tuple[int, int]], traceable: bool) -> list[dict[str, Any]]:
    workers = dict(dataset.assignments.select("assignment_id", "worker_id").iter_rows()) if traceable else {}
    answers: dict[str, dict[str, str | None]] = {}
    for worker, question, answer in dataset.answers.select("worker_id", "question_id", "answer").iter_rows():
        answers.setdefault(worker, {})[question] = answer
    entries = []
    up = max(0, 1 - min(dataset.annotations["annotation_id"], default=1))
    for row in dataset.annotations.iter_rows(named=True):
        entry = {"id": row["annotation_id"] + up} | _entry(row, sizes[row["frame"]])
        attributes = {} if row["track_id"] is None else {"track_id": row["track_id"]}
        if row["shape"] is not None:
            attributes["shape"] = row["shape"]
        if row["origin"] == "interpolated":  # nobody drew it: that must not be lost
            attributes["origin"] = row["origin"]
        worker = workers.get(row["assignment_id"])
        if worker is not None:
            attributes |= {"worker_id": worker, "form_responses": answers.get(worker, {})}
        if attributes:
            entry["attributes"] = attributes
        entries.append(entry)
    return entries


def _entry(row: dict[str, Any], size: tuple[int, int]) -> dict[str, Any]:
    x, y, width, height = row["x_min"], row["y_min"], row["x_max"] - row["x_min"], row["y_max"] - row["y_min"]
    area: float = width * height
    segmentation: Any = []
    if row["mask_rle"] is not None:
        area, segmentation = _mask_area(row["mask_rle"]), {"size": [size[1], size[0]], "counts": row["mask_rle"]}
    elif row["polygons"] is not None:
        area, segmentation = sum(polygon_area(part) for part in row["polygons"]), row["polygons"]
    if row["shape"] in ("points", "line"):
        area = 0
    entry = {
        "image_id": row["frame"] + 1,
        "category_id": row["class_id"] + 1,
        "bbox": [x, y, width, height],
        "area": area,
        "segmentation": segmentation,
        "iscrowd": int(bool(row["is_crowd"])),
    }
    if row["keypoints"] is not None:
        points = [2 if value is None else value for value in row["keypoints"]]  # only a visibility is null
        entry |= {"keypoints": points, "num_keypoints": sum(seen > 0 for seen in points[2::POINT])}
    return entry if row["confidence"] is None else {**entry, "score": row["confidence"]}


def _mask_area(mask: str) -> int:
    try:
        return rle_area(rle_from_string(mask))
    except ValueError as error:
        raise OutputError(f"a mask cannot be read: {error}", found=mask, remedy="Correct the labels.") from error
