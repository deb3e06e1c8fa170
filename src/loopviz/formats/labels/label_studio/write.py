"""Writing tasks of Label Studio, and the labelling interface that they fit: ``tasks.json``, ``label_config.xml``.

A task is a picture; of a video whose boxes have tracks, it is the video (``timelines``). Each person's work on it is an
annotation, with the time that it took; what a model drew is a prediction (https://labelstud.io/guide/predictions), from
which somebody may go on. Who drew it is not said: Label Studio takes no task that names somebody it does not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import polars as pl

from loopviz.atomic import write_text
from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.formats.format import WriteOptions
from loopviz.formats.labels.by_picture import (
    PEOPLE,
    Picture,
    Row,
    mask_of,
    outline_of,
    pictures,
    points_of,
    without_place,
    written_as_masks,
)
from loopviz.formats.labels.label_studio.brush import encoded
from loopviz.formats.labels.label_studio.places import percent, rectangle_place
from loopviz.formats.labels.label_studio.timelines import add_labels, has_timelines, video_interface, video_task
from loopviz.formats.xml_write import added, write_xml
from loopviz.notes import Note, note
from loopviz.work import IS_CARRIED, IS_MODELS

TASKS, INTERFACE = "tasks.json", "label_config.xml"
TAGS = {
    "rectangle": "RectangleLabels",
    "polygon": "PolygonLabels",
    "brush": "BrushLabels",
    "keypoint": "KeyPointLabels",
}
IMAGE = "image"
DOT = 0.5  # percent: how large a keypoint is drawn
NO_PLACE = ("keypoints", "points and lines of several points", "track ids", "which labels are of crowds", PEOPLE)
NO_PLACE_ON_VIDEO = ("keypoints", "confidences", "which labels are of crowds", PEOPLE)


def write_label_studio(dataset: Dataset, folder: Path, _: WriteOptions) -> None:
    """Write the tasks of all pictures, and their interface.

    Raises:
        OutputError: If a frame has no size, two have the same name, a mask does not fit its frame, or a number is none
            that JSON has.
    """
    if has_timelines(dataset):
        _write(dataset, folder, [video_task(dataset, list(pictures(dataset, folder, sized=True)))])
        return
    work = {row["assignment_id"]: row for row in dataset.assignments.iter_rows(named=True)}
    idle = _idle(dataset)
    _write(dataset, folder, [_task(picture, work, idle) for picture in pictures(dataset, folder, sized=True)])


def write_predictions(dataset: Dataset, folder: Path, _: WriteOptions) -> None:
    """Write all labels as predictions, whoever drew them, for people to go on from.

    Raises:
        OutputError: As ``write_label_studio``.
    """
    every = list(pictures(dataset, folder, sized=True))
    if has_timelines(dataset):
        _write(dataset, folder, [video_task(dataset, every, predicted=True)])
        return
    _write(dataset, folder, [_predicted(each, each.labels) for each in every])


def _write(dataset: Dataset, folder: Path, tasks: list[dict[str, Any]]) -> None:
    _number(tasks)
    try:
        text = json.dumps(tasks, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        remedy = "Correct the labels."
        raise OutputError("a number cannot be written as JSON", file=folder / TASKS, remedy=remedy) from error
    write_text(folder / TASKS, text + "\n")
    root = video_interface(dataset) if has_timelines(dataset) else _interface(dataset, tasks)
    write_xml(root, folder / INTERFACE, declared=False)  # it is pasted into a form


def losses(dataset: Dataset, _: bool) -> list[Note]:
    """Return what of a Dataset tasks cannot hold."""
    if has_timelines(dataset):
        return without_place(dataset, "Label Studio", NO_PLACE_ON_VIDEO)
    carried = dataset.annotations.filter(IS_CARRIED).height
    origin = [note("origin-lost", format="Label Studio", count=carried)] if carried else []
    return [*origin, *without_place(dataset, "Label Studio", NO_PLACE), *written_as_masks(dataset)]


def losses_of_predictions(dataset: Dataset, plain: bool) -> list[Note]:
    """Return what of a Dataset predictions cannot hold."""
    drawn = dataset.annotations.filter(~IS_MODELS & ~IS_CARRIED & pl.col("origin").is_not_null()).height
    said = [note("no-place", format="Label Studio", what="which labels people drew", count=drawn)] if drawn else []
    return [*losses(dataset, plain), *said]


def _idle(dataset: Dataset) -> Mapping[int, Sequence[str]]:
    """Return, by frame, the work of which nothing is drawn: somebody looked, and found nothing."""
    drawn = dataset.annotations.select("assignment_id").drop_nulls().unique()
    rest = dataset.assignments.filter(pl.col("labels_read").fill_null(value=True)).drop_nulls("frame")
    found: dict[int, list[str]] = {}
    for frame, work in rest.join(drawn, on="assignment_id", how="anti").select("frame", "assignment_id").iter_rows():
        found.setdefault(frame, []).append(work)
    return found


def _task(picture: Picture, work: Mapping[str, Row], idle: Mapping[int, Sequence[str]]) -> dict[str, Any]:
    drawn: dict[str | None, list[Row]] = {each: [] for each in idle.get(picture.frame, ())}
    predicted = [row for row in picture.labels if row["origin"] == "model"]
    for row in picture.labels:
        if row["origin"] != "model":
            drawn.setdefault(row["assignment_id"], []).append(row)
    made = [_made(rows, picture, work.get(who or "")) for who, rows in drawn.items()]
    return {**_predicted(picture, predicted), "annotations": made}


def _predicted(picture: Picture, rows: Sequence[Row]) -> dict[str, Any]:
    """Return a task without annotations, and labels as its prediction."""
    guessed = [{"model_version": "loopviz", "result": list(_results(rows, picture))}] if rows else []
    return {"data": {IMAGE: picture.name}, "annotations": [], "predictions": guessed}


def _number(tasks: Sequence[dict[str, Any]]) -> None:
    """Give tasks, annotations and predictions their ids, from 1: programs that read exports look for them."""
    for number, task in enumerate(tasks, 1):
        task["id"] = number
    for part in ("annotations", "predictions"):
        for number, made in enumerate((made for task in tasks for made in task[part]), 1):
            made["id"] = number


def _made(rows: Sequence[Row], picture: Picture, work: Row | None) -> dict[str, Any]:
    said: dict[str, Any] = {"result": list(_results(rows, picture)), "was_cancelled": False, "ground_truth": False}
    if work is not None and work["work_seconds"] is not None:
        said["lead_time"] = work["work_seconds"]
    return said


def _results(rows: Sequence[Row], picture: Picture) -> Iterator[dict[str, Any]]:
    assert picture.size is not None  # noqa: S101 - asked for
    width, height = picture.size
    for row in rows:
        kind, value = _region(row, picture.size)
        if kind is None:
            continue
        tag = f"{kind}labels"
        said = {
            "id": f"label-{row['annotation_id']}",
            "type": tag,
            "from_name": kind,
            "to_name": IMAGE,
            "original_width": width,
            "original_height": height,
            "image_rotation": 0,
            "value": {**value, tag: [row["category"]]},
        }
        yield said if row["confidence"] is None else {**said, "score": row["confidence"]}


def _region(row: Row, size: tuple[int, int]) -> tuple[str | None, dict[str, Any]]:
    """Return a label's kind and its place, in percent of the picture; None for the kind of what has no place."""
    if row["shape"] in {"points", "line"}:
        points = points_of(row)
        if len(points) > 1 or row["shape"] == "line" or not points:
            return None, {}
        return "keypoint", {**percent(*points[0], size), "width": DOT}
    if (mask := mask_of(row, size)) is not None:
        return "brush", {"format": "rle", "rle": encoded(mask)}
    outline = outline_of(row)
    if outline is not None and row["shape"] != "rotated_box":
        pairs = (percent(x, y, size) for x, y in zip(outline[::2], outline[1::2], strict=True))
        return "polygon", {"points": [[pair["x"], pair["y"]] for pair in pairs], "closed": True}
    return "rectangle", rectangle_place(row, size)


def _interface(dataset: Dataset, tasks: Sequence[Mapping[str, Any]]) -> Element:
    """Return the tags that the tasks' regions are of, with all categories."""
    used = {
        result["from_name"]
        for task in tasks
        for made in (*task["annotations"], *task["predictions"])
        for result in made["result"]
    }
    root = Element("View")
    added(root, "Image", name=IMAGE, value=f"${IMAGE}")
    for kind, tag in TAGS.items():
        if kind in used or (kind == "rectangle" and not used):
            labels = added(root, tag, name=kind, toName=IMAGE)
            add_labels(labels, dataset)
    return root
