"""YOLO rows of a fixed length: rotated boxes, ``class x1 y1 … x4 y4``, and poses, ``class cx cy w h`` and keypoints.

A pose has ``kpt_shape: [K, D]`` keypoints of D numbers (``data.yaml``): x and y as fractions and, where D is 3, whether
it is not labelled (0), hidden (1) or seen (2), as in COCO; in what ``Results.save_txt`` of Ultralytics writes it is the
model's confidence. Keypoints of two numbers are labelled, but at 0, 0, where writers put what is not there.
``flip_idx`` says which each one is in a mirrored picture, ``kpt_names`` what they are called, by class id.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from loopviz.errors import InputError
from loopviz.formats.label_names import Skeleton
from loopviz.formats.labels.skeletons import is_mirror, known
from loopviz.formats.labels.yolo.rows import Refusal, Rows, refuse_rows
from loopviz.formats.table_columns import Floats, Ints, optional_column, optional_lists
from loopviz.formats.types import Report
from loopviz.geometry import are_rectangles
from loopviz.schema import POINT

BOX, CORNERS = 5, 9  # numbers of a row without what stands behind it
MOST = 1000  # keypoints
SHAPE = "kpt_shape: [17, 3] in data.yaml, how many keypoints there are and how many numbers each has, 2 or 3"
LENGTH = Refusal("bad-row", "a row of another length than the task has", "", "Correct the row, or the task.")
SEEN = Refusal(
    "bad-row",
    "a keypoint's third number is neither a visibility nor a confidence",
    "0, 1 or 2 in all rows, or fractions from 0 to 1",
    "Correct the row.",
)


@dataclass(frozen=True)
class PoseShape:
    """How many keypoints a pose has, and how many numbers each of them."""

    count: int
    dims: int


def pose_shape(spec: Mapping[str, Any], rows: Rows, root: Path, report: Report) -> PoseShape:
    """Return the shape of poses: as ``data.yaml`` says it, else the one that all rows can have.

    Raises:
        InputError: If it is none, or nothing says it and the rows could have several.
    """
    said = spec.get("kpt_shape")
    if said is not None:
        numbers = [int(each) if str(each).isdecimal() and len(str(each)) < 5 else 0 for each in said]
        if not isinstance(said, list) or len(numbers) != 2 or not 0 < numbers[0] <= MOST or numbers[1] not in (2, 3):
            raise InputError("not a shape of keypoints", file=root, at="kpt_shape", found=said, expected=SHAPE)
        return PoseShape(*numbers)
    fitting = _fitting(rows)
    if len(fitting) != 1:
        found = ", ".join(f"[{shape.count}, {shape.dims}]" for shape in fitting) or None
        what = "nothing says how many keypoints the poses have"
        raise InputError(what, file=root, found=found, expected=SHAPE, remedy="Write it into a data.yaml there.")
    report.note("pose-shape", root, count=fitting[0].count, dims=fitting[0].dims)
    return fitting[0]


def _fitting(rows: Rows) -> list[PoseShape]:
    """Return the shapes that poses of one length can have, whatever stands behind the keypoints."""
    lengths = set(rows.counts.tolist())
    if not 0 < len(lengths) <= 2:
        return []
    found = []
    for dims in (3, 2):
        for tail in (0, 1, 2):
            numbers = min(lengths) - BOX - tail
            shape = PoseShape(numbers // dims, dims)
            if numbers > 0 and numbers % dims == 0 and max(lengths) - min(lengths) + tail <= 2 and _fits(rows, shape):
                found.append(shape)
    return found


def _fits(rows: Rows, shape: PoseShape) -> bool:
    """Say whether the third numbers are visibilities or confidences, and the others fractions."""
    points = _points(rows, shape)
    seen = points[..., 2:]
    may_be = np.isin(seen, (0, 1, 2)).all() or bool(((seen >= 0) & (seen <= 1)).all() and (seen % 1 != 0).any())
    return bool(may_be and (np.abs(points[..., :2] - 0.5) <= 0.51).all())


def _points(rows: Rows, shape: PoseShape) -> Floats:
    """Return the ``(R, K, D)`` numbers of the rows' keypoints."""
    at = rows.starts[:, None] + BOX + np.arange(shape.count * shape.dims)
    return np.asarray(rows.values[at]).reshape(-1, shape.count, shape.dims)


def with_fixed_tails(rows: Rows, own: int, dims: int, root: Path, report: Report) -> Rows:
    """Return rows that have so many numbers of their own, with what they end in told apart.

    Args:
        rows: Rows of five numbers or more, all finite.
        own: How many numbers a row has before a confidence and a track id.
        dims: How many numbers a keypoint has; 2: all are coordinates.
        root: The folder, for messages.
        report: Decides whether a row of another length ends the reading.
    """
    more = rows.counts - own
    refusal = dataclasses.replace(LENGTH, expected=f"{own} numbers, and perhaps a confidence and a track id")
    rows = refuse_rows(rows, (more < 0) | (more > 2), root, report, refusal)
    tail = rows.counts - own
    # One number is a confidence, as models' rows have it, but a whole number above 1, as CVAT's tracks.
    tracked = (tail == 2) | ((tail == 1) & (rows.last > 1))
    return dataclasses.replace(rows, tail=tail, tracked=tracked, dims=dims)


def sound_points(rows: Rows, shape: PoseShape, root: Path, report: Report) -> Rows:
    """Return the rows whose keypoints' third numbers are what they can be."""
    if shape.dims == 2:
        return rows
    seen = _points(rows, shape)[..., 2]
    whole = np.isin(seen, (0, 1, 2))
    sound = whole if whole.all() else (seen >= 0) & (seen <= 1)
    return refuse_rows(rows, np.asarray(~sound.all(axis=1)), root, report, SEEN)


def keypoint_columns(rows: Rows, shape: PoseShape, size: Ints) -> dict[str, pl.Series]:
    """Return the columns ``keypoints`` and ``keypoint_confidence`` of poses, on pictures of ``(R, 2)`` pixels."""
    points = _points(rows, shape)
    at, seen = np.clip(points[..., :2], 0.0, 1.0), points[..., 2:]
    confident = bool(seen.size) and not np.isin(seen, (0, 1, 2)).all()
    unsaid = shape.dims == 2 or confident  # nobody says whether it is seen
    visible = np.where((at == 0).all(axis=-1), 0.0, np.nan) if unsaid else seen[..., 0]
    placed = np.where((visible == 0)[..., None], 0.0, at * size[:, None, :])
    some = (visible != 0).any(axis=1)
    values = pl.Series(np.concatenate([placed, visible[..., None]], axis=-1)[some].ravel()).fill_nan(None)
    counts = np.full(int(some.sum()), shape.count)
    columns = {"keypoints": optional_lists(values, POINT * counts, some)}
    if confident:
        columns["keypoint_confidence"] = optional_lists(pl.Series(seen[some].ravel()), counts, some)
    return columns


def corner_columns(corners: Floats) -> tuple[pl.Series, int]:
    """Return the column ``shape`` of ``(R, 8)`` corners in pixels, and how many of them are no rectangle's."""
    turned = are_rectangles(corners.reshape(-1, 4, 2))
    named = optional_column("shape", np.full(len(corners), "rotated_box"), turned, pl.String())
    return named, int((~turned).sum())


def skeletons(
    spec: Mapping[str, Any], names: Sequence[str], count: int, report: Report, root: Path
) -> dict[str, Skeleton]:
    """Return the skeletons that ``data.yaml`` says of its categories."""
    mirror = _mirror(spec, count, report, root)
    said = spec.get("kpt_names")
    by_class = said if isinstance(said, dict) else {str(number): said for number in range(len(names))}
    found = {}
    for number, name in enumerate(names):
        own = by_class.get(str(number))
        called = tuple(map(str, own)) if isinstance(own, list) and len(own) == count else ()
        found[name] = known(Skeleton(called, (), mirror))
    return {name: skeleton for name, skeleton in found.items() if skeleton != Skeleton()}


def _mirror(spec: Mapping[str, Any], count: int, report: Report, root: Path) -> tuple[int, ...]:
    said = spec.get("flip_idx")
    if said is None:
        return ()
    numbers = [int(each) if str(each).isdecimal() and len(str(each)) < 5 else -1 for each in said]
    if not is_mirror(numbers, count):
        report.warn("bad-value", root, at="flip_idx", value=f"flip_idx {said}", expected=f"{count} keypoints in pairs")
        return ()
    return tuple(numbers)
