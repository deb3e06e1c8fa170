"""Boxes, polygons and masks of COCO annotations, as columns.

A mask stays the compressed text that it came as, if its runs fill its image. Run lengths given as numbers are
compressed on reading. A box that is missing is taken from the segmentation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import polars as pl

from loopviz.formats.labels.coco.entries import EntryColumns, Sieve, as_whole
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.table_columns import Bools, Floats, Ints, polygon_column, row_bounds
from loopviz.geometry import check_runs, rle_bounds, rle_from_string, rle_to_string

_ALPHABET = re.compile(r"[0-o]+")  # ASCII 48 to 111
BOX = "[x, y, width, height] in pixels"
POLYGON = "x1, y1, x2, y2, x3, y3 …"


@dataclass(frozen=True)
class Shapes:
    """Shapes of N annotations: ``(N, 4)`` corner boxes in pixels, the ``polygons`` column and the compressed masks.

    Those that are ``bare`` have nothing but keypoints.
    """

    boxes: Floats
    polygons: pl.Series
    masks: list[str | None]
    bare: Bools


@dataclass(frozen=True)
class _Polygons:
    values: Floats
    points: Ints  # numbers of each polygon
    owner: Ints  # the annotation of each polygon


def read_shapes(annotations: EntryColumns, sizes: Ints, around: Floats, sieve: Sieve) -> Shapes:
    """Read the shapes of annotations.

    Args:
        annotations: The entries.
        sizes: ``(N, 2)`` width and height of each annotation's image.
        around: ``(N, 4)``: the box around its keypoints, for want of another; NaN where there are none.
        sieve: Refuses what is malformed: numbers that are none or absurd, run lengths of another size than the image's,
            an annotation with neither a box nor a segmentation.
    """
    polygons, runs = _split(annotations["segmentation"], sieve)
    masks: list[str | None] = [None] * len(annotations)
    for index, mask in runs.items():
        masks[index] = _compressed(mask, index, sizes[index], sieve)
    given = annotations["bbox"]
    boxes, missing = _boxes(given, sieve)
    _fill(boxes, missing, polygons, masks, sizes)
    bare = np.isnan(boxes[:, 0]) & missing & ~np.isnan(around[:, 0])
    boxes[bare] = around[bare]
    nothing = np.isnan(boxes[:, 0]) & missing
    sieve.reject_where(np.asarray(nothing), "bbox", "neither a box nor a segmentation", [None] * len(annotations), BOX)
    room = np.tile(np.where(sizes == 0, np.inf, sizes), 2)
    absurd = ((boxes < -room) | (boxes > 2 * room)).any(axis=1)
    sieve.reject_where(np.asarray(absurd), "bbox", "a box far outside its image", given, BOX)
    parts = np.bincount(polygons.owner, minlength=len(annotations))
    return Shapes(boxes, polygon_column(polygons.values, polygons.points, parts), masks, bare)


def _split(shapes: Sequence[Any], sieve: Sieve) -> tuple[_Polygons, dict[int, dict[str, Any]]]:
    """Return the polygons as arrays, and the run lengths by annotation."""
    parts: list[list[Any]] = []
    owners: list[int] = []
    runs: dict[int, dict[str, Any]] = {}
    for index, shape in enumerate(shapes):
        if not shape:
            continue
        if type(shape) is dict:
            runs[index] = shape
        elif type(shape) is list:
            flat = not any(type(part) is list or part is None for part in shape)  # some write one polygon so
            polygons = [shape] if flat else shape
            for part in polygons:
                if part:
                    parts.append(part)
                    owners.append(index)
        else:
            sieve.reject(index, "segmentation", "neither polygons nor run lengths", shape)
    return _flatten(parts, np.array(owners, dtype=np.int64), sieve), runs


def _flatten(parts: list[list[Any]], owner: Ints, sieve: Sieve) -> _Polygons:
    try:
        if not set(map(type, parts)) <= {list}:
            raise TypeError
        points = np.fromiter(map(len, parts), np.int64, len(parts))
        values = np.fromiter(chain.from_iterable(parts), np.float64, int(points.sum()))
        if not np.isfinite(values).all():
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        return _flatten_sound(parts, owner, sieve)
    wrong = (points % 2 == 1) | (points < 6)
    if wrong.any():
        return _drop_short(_Polygons(values, points, owner), sieve)
    return _Polygons(values, points, owner)


def _flatten_sound(parts: list[list[Any]], owner: Ints, sieve: Sieve) -> _Polygons:
    """Find the polygons that are not lists of finite numbers, refuse their annotations, and flatten the others."""
    good: list[int] = []
    for number, part in enumerate(parts):
        values = _numbers(part)
        if values is None:
            sieve.reject(int(owner[number]), "segmentation", "a polygon that is no list of numbers", part, POLYGON)
        else:
            parts[number] = values
            good.append(number)
    return _flatten([parts[number] for number in good], owner[good], sieve)


def _drop_short(polygons: _Polygons, sieve: Sieve) -> _Polygons:
    for number in np.flatnonzero(polygons.points % 2 == 1).tolist():
        found = f"{polygons.points[number]} numbers"
        sieve.reject(int(polygons.owner[number]), "segmentation", "a polygon with a point cut in half", found, POLYGON)
    for number in np.flatnonzero((polygons.points % 2 == 0) & (polygons.points < 6)).tolist():
        place = sieve.place(int(polygons.owner[number]), "segmentation")
        sieve.report.warn("short-polygon", sieve.file, at=place)
    keep = (polygons.points % 2 == 0) & (polygons.points >= 6)
    return _Polygons(polygons.values[np.repeat(keep, polygons.points)], polygons.points[keep], polygons.owner[keep])


def _numbers(values: object) -> list[float] | None:
    if not isinstance(values, list):
        return None
    try:
        numbers = [float(value) for value in values]
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers if np.isfinite(numbers).all() else None


def mask_size(shape: object) -> tuple[int, int] | None:
    """Return the width and height that run lengths say of their image, None where they say none."""
    given = shape.get("size") if isinstance(shape, dict) else None
    sides = [as_whole(side) for side in given] if isinstance(given, list) and len(given) == 2 else [None]
    height, width = (sides[0], sides[-1]) if None not in sides else (None, None)
    if height is None or width is None or not (0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE):
        return None
    return width, height


def _compressed(mask: dict[str, Any], index: int, size: Ints, sieve: Sieve) -> str | None:
    width, height = int(size[0]), int(size[1])
    given = mask.get("size")
    if (given is None and not width * height) or (given is not None and mask_size(mask) != (width, height)):
        expected = f"[{height}, {width}], the image's height and width"
        sieve.reject(index, "segmentation.size", "run lengths of another size than their image", given, expected)
        return None
    counts = mask.get("counts")
    if isinstance(counts, str) and _ALPHABET.fullmatch(counts):
        return counts if _fills(counts, index, (height, width), sieve) else None
    runs, area = _run_lengths(counts), width * height
    # The sum of absurdly long ones may come round to the size of the image.
    if runs is not None and runs.max(initial=0) <= area and int(runs.sum()) == area:
        return rle_to_string(runs)
    what = "not run lengths" if runs is None else "run lengths that do not fill the image"
    expected = "numbers from 0 that add up to the image, or compressed text"
    sieve.reject(index, "segmentation.counts", what, counts, expected)
    return None


def _fills(counts: str, index: int, size: tuple[int, int], sieve: Sieve) -> bool:
    """Say whether compressed runs fill an image of a height and width; refuse them where they do not."""
    try:
        check_runs(rle_from_string(counts), *size)
    except ValueError as error:
        expected = f"runs that add up to {size[0] * size[1]}, the image's pixels"
        sieve.reject(index, "segmentation.counts", "run lengths that do not fill the image", str(error), expected)
        return False
    return True


def _run_lengths(counts: object) -> Ints | None:
    """Return run lengths written as numbers, None where they are not from 0."""
    if not isinstance(counts, list):
        return None
    runs = counts if set(map(type, counts)) == {int} else [as_whole(v) for v in counts]
    try:
        lengths = np.array(runs, dtype=np.int64)
    except (TypeError, OverflowError):  # one is no number, or beyond 64 bits
        return None
    return lengths if lengths.min(initial=0) >= 0 else None


def _boxes(given: Sequence[Any], sieve: Sieve) -> tuple[Floats, Bools]:
    """Return the corner boxes that the annotations give, NaN where they give none, and where that is."""
    missing = np.array([not box for box in given], dtype=np.bool_)
    boxes = np.full((len(given), 4), np.nan)
    present = np.flatnonzero(~missing)
    try:
        chosen = [box for box in given if box]
        if not (set(map(type, chosen)) <= {list} and set(map(len, chosen)) <= {4}):
            raise TypeError
        boxes[present] = np.fromiter(chain.from_iterable(chosen), np.float64, 4 * len(chosen)).reshape(-1, 4)
    except (TypeError, ValueError, OverflowError):
        for index in present.tolist():
            box = _numbers(given[index])
            if box is None or len(box) != 4:
                sieve.reject(index, "bbox", "not a box", given[index], BOX)
            else:
                boxes[index] = box
    sieve.reject_where(np.asarray(~np.isfinite(boxes).all(axis=1) & ~missing), "bbox", "not a box", given, BOX)
    sieve.reject_where(np.asarray((boxes[:, 2:] < 0).any(axis=1)), "bbox", "a box with a negative side", given, BOX)
    with np.errstate(invalid="ignore", over="ignore"):  # what is far outside is refused by whoever knows the image
        boxes[:, 2:] += boxes[:, :2]
    return boxes, missing


def _fill(boxes: Floats, missing: Any, polygons: _Polygons, masks: Sequence[str | None], sizes: Ints) -> None:
    """Put boxes around the segmentations of annotations that give none, in place."""
    if not missing.any():
        return
    if len(polygons.owner):
        bounds = row_bounds(polygons.values, np.cumsum(polygons.points) - polygons.points)
        first = np.flatnonzero(np.diff(polygons.owner, prepend=-1))
        owners = polygons.owner[first]
        lows = np.minimum.reduceat(bounds[:, :2], first, axis=0)
        around = np.concatenate([lows, np.maximum.reduceat(bounds[:, 2:], first, axis=0)], axis=1)
        wanted = missing[owners]
        boxes[owners[wanted]] = around[wanted]
    for index in np.flatnonzero(missing).tolist():
        mask = masks[index]
        if mask is not None:
            boxes[index] = rle_bounds(rle_from_string(mask), int(sizes[index][1]))
