"""The annotations of a COCO file, block by block, as rows of the Dataset's table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from loopviz.dataset import empty_table, table
from loopviz.errors import InputError
from loopviz.formats.coco_entries import (
    Columns,
    Known,
    Sieve,
    check_objects,
    real_numbers,
    refuse_repeated,
    whole_numbers,
)
from loopviz.formats.coco_people import shared_responses
from loopviz.formats.coco_shapes import read_shapes
from loopviz.formats.columns import Bools, Ints, optional_column
from loopviz.formats.types import Report

_FLAGS = {"true": 1, "false": 0}
_NOTHING: dict[str, Any] = {}


class AnnotationReader:
    """Takes a file's annotations in blocks, and gives them as one table.

    Args:
        file: The file, for messages.
        sizes: ``(N, 2)`` width and height of each image.
        images: The images' ids.
        categories: The categories' ids.
        report: Decides whether a bad entry ends the reading.
    """

    def __init__(self, file: Path, sizes: Ints, images: Known, categories: Known, report: Report) -> None:
        self._file, self._report = file, report
        self._sizes = sizes if len(sizes) else np.ones((1, 2), dtype=np.int64)  # every look-up leads somewhere
        self._images, self._categories = images, categories
        self._tables = [empty_table("annotations")]
        self._sound: list[Bools] = []
        self._attributes: list[dict[str, Any]] = []
        self._count = 0
        self._has_keypoints = False
        self._responses: dict[object, Any] = {}

    def add(self, block: Sequence[Any]) -> None:
        """Read the next entries.

        Raises:
            InputError: If one is no annotation, unless the report allows that.
        """
        check_objects(block, "annotations", self._file, self._count)
        entries = Columns(block)
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
        refuse_repeated(annotations["annotation_id"].to_numpy(), sieve)
        if sieve.sound.all():
            return annotations, self._attributes
        chosen = [a for a, good in zip(self._attributes, sieve.sound, strict=True) if good]
        return annotations.filter(pl.Series(sieve.sound)), chosen

    def _look_at_kind(self, entries: Columns) -> None:
        if "segments_info" in entries.keys:
            what, remedy = "this is panoptic COCO, which loopviz does not read", "Export the instances."
            raise InputError(what, file=self._file, remedy=remedy)
        if not self._has_keypoints and any(entries["keypoints"]):
            self._has_keypoints = True
            self._report.note("keypoints", self._file, "keypoints are left out; boxes and outlines are read")

    def _columns(self, entries: Columns, attributes: Sequence[dict[str, Any]], sieve: Sieve) -> dict[str, Any]:
        numbers = whole_numbers(entries["id"], "id", sieve)
        image = whole_numbers(entries["image_id"], "image_id", sieve)
        frame = self._images.look_up(image, "image_id", "the annotation belongs to no image", sieve)
        category = whole_numbers(entries["category_id"], "category_id", sieve)
        what = "the annotation belongs to no category"
        class_id = self._categories.look_up(category, "category_id", what, sieve)
        shapes = read_shapes(entries, self._sizes[frame], sieve)
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
        }


def _attributes(entries: Columns) -> list[dict[str, Any]]:
    if "attributes" not in entries.keys:
        return [_NOTHING] * len(entries)
    return [value if type(value) is dict else _NOTHING for value in entries["attributes"]]


def _flags(values: list[Any]) -> list[Any]:
    if set(map(type, values)) == {int}:
        return values
    texts = (_FLAGS.get(value.lower(), value) if isinstance(value, str) else value for value in values)
    return [int(value) if isinstance(value, bool) else value or 0 for value in texts]


def _scores(entries: Columns, sieve: Sieve) -> dict[str, pl.Series]:
    if "score" not in entries.keys:
        return {}
    scores = real_numbers(entries["score"], "score", sieve)
    known = ~np.isnan(scores)
    sieve.reject_where(known & ~((scores >= 0) & (scores <= 1)), "score", "not a confidence", scores, "0 to 1")
    return {"confidence": optional_column("confidence", scores, known, pl.Float64())}


def _tracks(entries: Columns, attributes: Sequence[dict[str, Any]], sieve: Sieve) -> dict[str, pl.Series]:
    """Return the track ids, from the annotation or from its attributes, where some writers put them."""
    if not entries.keys & {"track_id", "attributes"}:
        return {}
    values = entries["track_id"]
    given = [a.get("track_id") if v is None and a else v for v, a in zip(values, attributes, strict=True)]
    known = np.array([track is not None for track in given], dtype=np.bool_)
    tracks = whole_numbers([0 if track is None else track for track in given], "track_id", sieve)
    return {"track_id": optional_column("track_id", tracks, known, pl.Int64())}
