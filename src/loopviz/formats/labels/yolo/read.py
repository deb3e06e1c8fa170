"""YOLO text labels as Ultralytics defines them: detect, segment, obb and pose.

One ``.txt`` per image with the same stem, one row per object, coordinates normalised to 0–1, class ids from 0.
``class cx cy w h`` is a box, ``class x1 y1 x2 y2 x3 y3 …`` a polygon. Behind them may stand a confidence and a track
id, see ``row_forms``. Rotated boxes (``class x1 y1 … x4 y4``) and poses (``class cx cy w h`` and keypoints) are told by
the task, see ``poses``; a row of nine tokens could be either of them or a polygon of four points. Tolerated as
Ultralytics tolerates them: a byte order mark, a missing or an empty file (a background image), values from -0.01 to
1.01 (clipped), repeated rows (dropped), a class such as ``0.0``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.formats.label_names import categories_table
from loopviz.formats.labels.yolo.layout import YoloFolder, find_yolo, image_name
from loopviz.formats.labels.yolo.poses import (
    BOX,
    CORNERS,
    PoseShape,
    corner_columns,
    keypoint_columns,
    pose_shape,
    skeletons,
    sound_points,
    with_fixed_tails,
)
from loopviz.formats.labels.yolo.row_forms import FIXED, TASKS, check_forms, with_tails
from loopviz.formats.labels.yolo.rows import Rows, read_rows, sound_rows, whole_rows
from loopviz.formats.picture_size import image_size
from loopviz.formats.table_columns import Bools, Ints, optional_column, polygon_column, row_bounds
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.geometry import Boxes, boxes_from_centres
from loopviz.paths import split_of
from loopviz.schema import table


def read_yolo(path: Path, options: LabelOptions) -> LabelSet:
    """Read a YOLO dataset: a folder, a folder of texts, or a ``data.yaml``.

    Raises:
        ConfigError: If the options name a task that there is not.
        InputError: If a row is malformed, a class is not in the names, an image's size cannot be known, or the rows
            could be of several kinds and nobody says which.
    """
    report = Report(options.skip_bad)
    dataset = read_yolo_folder(find_yolo(path, report, named=options.names is not None), options, report)
    return LabelSet("yolo", path, dataset, report.problems(), normalised=lacks_sizes(dataset))


def lacks_sizes(dataset: Dataset) -> bool:
    """Say whether some frames have no size, so that what is labelled on them is in fractions of the picture."""
    return dataset.frames["width"].null_count() > 0


def read_yolo_folder(found: YoloFolder, options: LabelOptions, report: Report) -> Dataset:
    """Read the files that ``find_yolo`` found; see ``read_yolo``."""
    if options.task is not None and options.task not in TASKS:
        raise ConfigError("loopviz does not read that task", found=options.task, expected=" or ".join(TASKS))
    files, sizes, labels = _frames(found, options, report)
    task = options.task or str(found.spec.get("task", "pose" if "kpt_shape" in found.spec else ""))
    rows = whole_rows(read_rows(found.root, labels, report), found.root, report)
    shape = pose_shape(found.spec, rows, found.root, report) if task == "pose" and len(rows.counts) else None
    if task in FIXED:
        own, dims = (CORNERS, 2) if shape is None else (BOX + shape.count * shape.dims, shape.dims)
        rows = with_fixed_tails(rows, own, dims, found.root, report)
    else:
        rows = with_tails(rows, task, found.root, report)
    check_forms(rows, task, found.root)
    names = list(options.names) if options.names is not None else found.names
    rows = sound_rows(rows, found.root, None if names is None else len(names), report)
    if names is None:
        names = [f"class {i}" for i in range(int(rows.classes.max(initial=-1)) + 1)]
        report.note("no-names", found.root)
    if shape is not None:
        rows = sound_points(rows, shape, found.root, report)
    known = {} if shape is None else skeletons(found.spec, names, shape.count, report, found.root)
    frames: dict[str, Any] = {"frame": range(len(files)), "file": files, "split": list(map(split_of, files))}
    frames |= {side: pl.Series(sizes[:, at]).replace(0, None) for at, side in enumerate(("width", "height"))}
    return Dataset(
        frames=table("frames", frames),
        categories=categories_table(names, known),
        annotations=_annotations(rows, np.maximum(sizes, 1), task, shape, report, found.root),
    )


def _frames(found: YoloFolder, options: LabelOptions, report: Report) -> tuple[list[str], Ints, list[str | None]]:
    """Return the frames' file names, their ``(N, 2)`` sizes (0 where nobody knows) and their label files."""
    files: list[str] = []
    sizes: list[tuple[int, int]] = []
    labels: list[str | None] = []
    for image, label in found.pairs:
        name = image or image_name(str(label))
        try:
            size = _image_size(found.root, image, options, report) if image else options.size_of(name)
            if size is None and not options.unsized:
                raise _no_size(found.root / str(label), options)
        except InputError as error:
            report.bad("no-size", error)
            continue
        files.append(name)
        sizes.append(size or (0, 0))
        labels.append(label)
    return files, np.array(sizes, dtype=np.int64).reshape(-1, 2), labels


def _image_size(root: Path, image: str, options: LabelOptions, report: Report) -> tuple[int, int] | None:
    """Return an image's size; of one that cannot be read, where that is no reason to stop, what the source says."""
    try:
        return image_size(f"{root}/{image}")
    except InputError as error:
        known = options.size_of(image) if options.skip_bad else None
        if known is None and not (options.skip_bad and options.unsized):
            raise
        report.warn("image-unreadable", root / image, trouble=error.problem)
        return known


def _no_size(label: Path, options: LabelOptions) -> InputError:
    if options.frame_size is not None:
        return InputError(
            "the images are of several sizes, and none is called as this label file",
            file=label,
            expected="labels that are called as the images",
            remedy="Rename them alike, or put the images beside the labels.",
        )
    return InputError(
        "no image lies beside this label file, so the size of its frame is unknown",
        file=label,
        remedy="Put the images beside the labels, or name their video or images in a project file "
        "(in Python: frame_size).",
    )


def _annotations(
    rows: Rows, sizes: Ints, task: str, shape: PoseShape | None, report: Report, root: Path
) -> pl.DataFrame:
    size = sizes[rows.frame]
    long = (rows.counts - rows.tail > BOX) & (shape is None)
    outlines = rows.keep(long)
    points = outlines.counts - 1 - outlines.tail
    coordinates = np.clip(outlines.values[outlines.coordinate], 0.0, 1.0)
    boxes = np.zeros((len(long), 4))
    boxes[~long] = _boxes(rows, ~long)
    if long.any():
        boxes[long] = row_bounds(coordinates, np.cumsum(points) - points)
        if not long.all():
            report.note("mixed-rows", root, boxes=int((~long).sum()), polygons=int(long.sum()))
    boxes[:, :2] *= size
    boxes[:, 2:] *= size
    if np.any(boxes[:, 2:] <= boxes[:, :2]):
        report.note("empty-box", root)
    coordinates *= np.repeat(size[long], points // 2, axis=0).ravel()
    columns: dict[str, Any] = {
        "annotation_id": range(len(long)),
        "frame": rows.frame,
        "class_id": rows.classes.astype(np.int64),
        **dict(zip(("x_min", "y_min", "x_max", "y_max"), boxes.T, strict=True)),
        "polygons": polygon_column(coordinates, points, long.astype(np.int64)),
        "is_crowd": np.zeros(len(long), dtype=np.bool_),
        **(_extras(rows) if rows.tail.any() else {}),
        **({} if shape is None else keypoint_columns(rows, shape, size)),
    }
    if task == "obb":
        columns["shape"], skew = corner_columns(coordinates.reshape(-1, 8))
        if skew:
            report.note("skew-boxes", root, count=skew)
    return table("annotations", columns)


def _boxes(rows: Rows, short: Bools) -> Boxes:
    """Return the ``(N, 4)`` corner boxes of the rows that are boxes, as fractions of the picture."""
    values = rows.values[rows.starts[short, None] + np.arange(1, 5)]
    return boxes_from_centres(np.clip(values, 0.0, 1.0, out=values))


def _extras(rows: Rows) -> dict[str, pl.Series]:
    """Return the columns of the confidences and the track ids that rows end with."""
    confidence, track = rows.confidence, np.where(rows.tracked, rows.last, 0).astype(np.int64)
    return {
        "confidence": optional_column("confidence", confidence, ~np.isnan(confidence), pl.Float64()),
        "track_id": optional_column("track_id", track, rows.tracked, pl.Int64()),
    }
