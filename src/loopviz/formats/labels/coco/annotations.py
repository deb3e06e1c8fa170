"""The annotations of a COCO file, block by block, as rows of the Dataset's table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from loopviz.errors import InputError
from loopviz.formats.labels.coco.entries import (
    EntryColumns,
    KnownIds,
    Sieve,
    as_share,
    as_whole,
    check_objects,
    optional_numbers,
    refuse_repeated,
    whole_numbers,
)
from loopviz.formats.labels.coco.keypoints import read_keypoints
from loopviz.formats.labels.coco.people import shared_responses
from loopviz.formats.labels.coco.shapes import Shapes, mask_size, read_shapes
from loopviz.formats.people.flags import WORKER_KEYS, given
from loopviz.formats.table_columns import Bools, Ints, optional_column
from loopviz.formats.types import Report
from loopviz.geometry import RotatedBox, boxes_to_centres, is_rectangle, polygons_bounds, rotated_corners
from loopviz.schema import EDGES, POINT, SHAPES, empty_table, table

_FLAGS = {"true": 1, "false": 0}
WHO = ("worker_id", "annotator_id", "rater_id")  # where an annotation may say who drew it, beside its attributes
_NOTHING: dict[str, Any] = {}


class AnnotationReader:
    """Takes a file's annotations in blocks, and gives them as one table.

    Args:
        file: The file, for messages.
        sizes: ``(N, 2)`` width and height of each image, 0 where nobody knows; what a mask says of them is filled in.
        images: The images' ids.
        categories: The categories' ids.
        counts: How many keypoints each category has, 0 where nobody says.
        report: Decides whether a bad entry ends the reading.
    """

    def __init__(
        self, file: Path, sizes: Ints, images: KnownIds, categories: KnownIds, counts: Ints, report: Report
    ) -> None:
        self._file, self._report = file, report
        self._sizes = sizes if len(sizes) else np.zeros((1, 2), dtype=np.int64)  # every look-up leads somewhere
        self._unknown = bool((sizes == 0).any())
        self._images, self._categories = images, categories
        self._counts = counts if len(counts) else np.zeros(1, dtype=np.int64)
        self._tables = [empty_table("annotations")]
        self._sound: list[Bools] = []
        self._attributes: list[dict[str, Any]] = []
        self._count = 0
        self._numberless: list[Bools] = []
        self._responses: dict[object, Any] = {}

    def add(self, block: Sequence[Any]) -> None:
        """Read the next entries.

        Raises:
            InputError: If one is no annotation, unless the report allows that.
        """
        check_objects(block, "annotations", self._file, self._count)
        entries = EntryColumns(block)
        self._look_at_kind(entries)
        sieve = Sieve("annotations", len(block), self._file, self._report, self._count)
        attributes = _attributes(entries)
        self._tables.append(table("annotations", self._columns(entries, attributes, sieve)))
        self._sound.append(sieve.sound)
        self._attributes += shared_responses(attributes, self._responses)
        self._count += len(block)

    def finish(self) -> tuple[pl.DataFrame, list[dict[str, Any]]]:
        """Return the ``annotations`` table, ``frame`` the place of each image, and the ``attributes`` of each row."""
        annotations = pl.concat(self._tables)
        self._tables.clear()
        sieve = Sieve("annotations", self._count, self._file, self._report)
        sieve.sound = np.concatenate([sieve.sound[:0], *self._sound])
        annotations = self._numbered(annotations)
        refuse_repeated(annotations["annotation_id"].to_numpy(), sieve)
        if sieve.sound.all():
            return annotations, self._attributes
        chosen = [a for a, good in zip(self._attributes, sieve.sound, strict=True) if good]
        return annotations.filter(pl.Series(sieve.sound)), chosen

    def _numbered(self, annotations: pl.DataFrame) -> pl.DataFrame:
        """Give annotations without an id the numbers behind the highest one."""
        missing = np.concatenate([np.zeros(0, dtype=np.bool_), *self._numberless])
        if not missing.any():
            return annotations
        ids = annotations["annotation_id"].to_numpy().copy()
        ids[missing] = ids[~missing].max(initial=0) + np.arange(1, missing.sum() + 1)
        self._report.note("renumbered", self._file, count=int(missing.sum()))
        return annotations.with_columns(annotation_id=pl.Series(ids))

    def _sizes_from_masks(self, shapes: Sequence[Any], frame: Ints) -> None:
        """Take the size of images of which nothing else tells it from the run lengths drawn on them."""
        for index in np.flatnonzero((self._sizes[frame] == 0).any(axis=1) & (frame >= 0)).tolist():
            size = mask_size(shapes[index])
            if size is not None:
                self._sizes[frame[index]] = size

    def _look_at_kind(self, entries: EntryColumns) -> None:
        if any(info is not None for info in entries["segments_info"]):
            what, remedy = "this is panoptic COCO", "Name its format: coco-panoptic."
            raise InputError(what, file=self._file, remedy=remedy)
        if any(entries["caption"]) and not entries.keys & {"bbox", "segmentation"}:
            what, remedy = "these are COCO captions, which loopviz does not read", "Export the instances."
            raise InputError(what, file=self._file, remedy=remedy)

    def _columns(self, entries: EntryColumns, attributes: Sequence[dict[str, Any]], sieve: Sieve) -> dict[str, Any]:
        missing = np.array([value is None for value in entries["id"]], dtype=np.bool_)
        self._numberless.append(missing)
        numbers = whole_numbers([0 if value is None else value for value in entries["id"]], "id", sieve)
        image = whole_numbers(entries["image_id"], "image_id", sieve)
        frame = self._images.look_up(image, "image_id", "the annotation belongs to no image", sieve)
        category = whole_numbers(entries["category_id"], "category_id", sieve)
        what = "the annotation belongs to no category"
        class_id = self._categories.look_up(category, "category_id", what, sieve)
        if self._unknown:
            self._sizes_from_masks(entries["segmentation"], np.where(sieve.sound, frame, -1))
        scored = np.array([score is not None for score in entries["score"]], dtype=np.bool_)
        points = read_keypoints(entries["keypoints"], self._counts[class_id], scored, sieve)
        shapes = read_shapes(entries, self._sizes[frame], points.around, sieve)
        crowd = whole_numbers(_flags(entries["iscrowd"]), "iscrowd", sieve)
        return {
            "annotation_id": numbers,
            "frame": frame,
            "class_id": class_id,
            **dict(zip(("x_min", "y_min", "x_max", "y_max"), shapes.boxes.T, strict=True)),
            "mask_rle": shapes.masks,
            "polygons": shapes.polygons,
            "is_crowd": crowd != 0,
            **_scores(entries, sieve),
            **_tracks(entries, attributes, sieve),
            **points.columns,
            **_said_shapes(entries, attributes, shapes),
            "origin": ["interpolated" if a.get("origin") == "interpolated" else None for a in attributes],
        }


def _attributes(entries: EntryColumns) -> list[dict[str, Any]]:
    """Return what is said of each annotation; who drew it may stand beside its attributes too."""
    said = [_NOTHING] * len(entries)
    if "attributes" in entries.keys:
        said = [value if type(value) is dict else _NOTHING for value in entries["attributes"]]
    for key in WHO:
        if key in entries.keys:
            beside = zip(said, entries[key], strict=True)
            said = [one if who is None or given(one, WORKER_KEYS) else {**one, WHO[0]: who} for one, who in beside]
    return said


def _said_shapes(entries: EntryColumns, attributes: Sequence[dict[str, Any]], shapes: Shapes) -> dict[str, Any]:
    """Return the columns that change where labels are rotated boxes, or have nothing but keypoints.

    CVAT's exports turn a box about its middle by ``attributes.rotation`` in degrees, clockwise, unless it has an
    outline; ours say ``attributes.shape``.
    """
    said = [_shape_of(each, not shape) for each, shape in zip(attributes, entries["segmentation"], strict=True)]
    said = ["points" if bare and each != "line" else each for each, bare in zip(said, shapes.bare, strict=True)]
    if not any(said):
        return {}
    boxes, polygons = shapes.boxes.copy(), shapes.polygons.to_list()
    for row in [row for row, each in enumerate(said) if isinstance(each, float)]:
        x, y, width, height = boxes_to_centres(shapes.boxes[row : row + 1])[0].tolist()
        box = RotatedBox(x, y, width, height, math.radians(float(said[row] or 0)))
        polygons[row], said[row] = [rotated_corners(box)], "rotated_box"
        boxes[row] = polygons_bounds(polygons[row])
    points = entries["keypoints"]
    named = [each if _fits(each, polygons[row], points[row]) else None for row, each in enumerate(said)]
    return {
        **dict(zip(EDGES, boxes.T, strict=True)),
        "polygons": pl.Series(polygons, dtype=pl.List(pl.List(pl.Float64))),
        "shape": named,
    }


def _shape_of(attributes: dict[str, Any], is_box: bool) -> str | float | None:
    """Return what attributes say that a label is: a shape, or by how many degrees it is turned."""
    if not attributes:
        return None
    shape, angle = attributes.get("shape"), attributes.get("rotation")
    if isinstance(shape, str) and shape in SHAPES:
        return shape
    turned = isinstance(angle, int | float) and math.isfinite(angle) and angle % 360 != 0
    return float(angle) if turned and is_box else None  # type: ignore[arg-type]


def _fits(shape: str | float | None, polygons: Any, points: Any) -> bool:
    if shape == "rotated_box":
        return polygons is not None and len(polygons) == 1 and len(polygons[0]) == 8 and is_rectangle(polygons[0])
    return bool(points) and any(points[2::POINT])


def _flags(values: list[Any]) -> list[Any]:
    if set(map(type, values)) == {int}:
        return values
    texts = (_FLAGS.get(value.lower(), value) if isinstance(value, str) else value for value in values)
    return [int(value) if isinstance(value, bool) else value or 0 for value in texts]


def _scores(entries: EntryColumns, sieve: Sieve) -> dict[str, pl.Series]:
    if "score" not in entries.keys:
        return {}
    scores = optional_numbers(entries["score"], "score", sieve, as_share, "a confidence from 0 to 1")
    return {"confidence": optional_column("confidence", scores, ~np.isnan(scores), pl.Float64())}


def _tracks(entries: EntryColumns, attributes: Sequence[dict[str, Any]], sieve: Sieve) -> dict[str, pl.Series]:
    """Return the track ids, from the annotation or from its attributes, where some writers put them."""
    if not entries.keys & {"track_id", "attributes"}:
        return {}
    values = entries["track_id"]
    given = [a.get("track_id") if v is None and a else v for v, a in zip(values, attributes, strict=True)]
    tracks = optional_numbers(given, "track_id", sieve, as_whole, "a track id, a whole number")
    known = ~np.isnan(tracks)
    return {"track_id": optional_column("track_id", np.where(known, tracks, 0).astype(np.int64), known, pl.Int64())}
