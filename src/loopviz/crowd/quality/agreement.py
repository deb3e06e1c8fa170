"""How far people agree about a frame, with each other and with a known answer.

Two people's labels are compared category by category. What each drew of a category is pooled into one region, the two
regions' intersection is divided by their union (``regions.region_iou``), and the mean is taken over the categories
that either used: the mean Jaccard index of semantic segmentation (Everingham et al. 2010). A category that only one of
the two used counts 0. Where one drew a box and the other a shape, both are compared as boxes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz import geometry
from loopviz.crowd.quality.pixel_runs import (
    Runs,
    Size,
    covered,
    has_shape,
    region_iou,
    room_for,
    runs_of,
)
from loopviz.dataset import Dataset
from loopviz.geometry import box_iou
from loopviz.work import HAS_AREA, IS_GOLD

SAME_OBJECT = 0.5  # least overlap at which two people's boxes are taken for one object, as PASCAL VOC's detections are

Row = Mapping[str, Any]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Labels:
    """What one assignment drew on its frame: rows of annotations by category."""

    assignment_id: str
    worker_id: str | None
    by_class: Mapping[int, Sequence[Row]]


def drawn_by_assignment(dataset: Dataset) -> dict[str, pl.DataFrame]:
    """Return the annotations of every assignment that has any."""
    theirs = dataset.annotations.filter(pl.col("assignment_id").is_not_null())
    return {str(task): part for (task,), part in theirs.partition_by("assignment_id", as_dict=True).items()}


def is_read(assignments: pl.DataFrame) -> pl.DataFrame:
    """Return the assignments but those of which it is not known what was drawn."""
    return assignments.filter(pl.col("labels_read").fill_null(value=True))


def labels_by_frame(dataset: Dataset, *, counted: bool = False) -> Iterator[tuple[int, list[Labels]]]:
    """Yield what every assignment drew, frame by frame, in the assignments' order; silent ones with nothing.

    Rows of annotations are unpacked for one frame at a time: a crowd's masks are large.

    Args:
        dataset: The Dataset; its gold and consensus annotations belong to nobody and are left out, and so is work
            whose labels were not read: it says neither yes nor no. Points and lines are left out as well, and so is
            work that has nothing else, for an overlap has no meaning for them.
        counted: Leave out assignments whose labels do not count, and all but a person's last one on a frame.
    """
    work = is_read(dataset.assignments).filter(pl.col("frame").is_not_null())
    if counted:
        work = work.filter(pl.col("accepted").fill_null(True)).sort("submitted_at", maintain_order=True)
        person = pl.coalesce("worker_id", "assignment_id")  # two whose names are not known are two
        work = work.filter(pl.struct("frame", person).is_last_distinct())
    drawn = drawn_by_assignment(dataset.replace(annotations=dataset.annotations.filter(HAS_AREA)))
    points = dataset.annotations.filter(~HAS_AREA)["assignment_id"].drop_nulls()
    work = work.filter(pl.col("assignment_id").is_in(list(drawn)) | ~pl.col("assignment_id").is_in(points.implode()))
    frames = work.group_by("frame", maintain_order=True).agg("assignment_id", "worker_id").sort("frame")
    for frame, tasks, workers in frames.iter_rows():
        yield frame, [Labels(task, who, _by_class(drawn.get(task))) for task, who in zip(tasks, workers, strict=True)]


def _by_class(rows: pl.DataFrame | None) -> dict[int, list[Row]]:
    classes: dict[int, list[Row]] = {}
    for row in rows.iter_rows(named=True) if rows is not None else ():
        classes.setdefault(row["class_id"], []).append(row)
    return classes


def frame_sizes(dataset: Dataset) -> dict[int, Size]:
    """Return the width and height of the frames whose size is known."""
    known = dataset.frames.select("frame", "width", "height").drop_nulls()
    return {frame: (width, height) for frame, width, height in known.iter_rows()}


def agreement(one: Labels, other: Labels, size: Size | None) -> float:
    """Return how far two people's labels of a frame agree, from 0 to 1; 1 where neither drew anything.

    Args:
        one: What one drew.
        other: What the other drew; the order makes no difference.
        size: The frame's width and height; None where it is not known: then boxes are compared.
    """
    classes = one.by_class.keys() | other.by_class.keys()
    shared = class_ious(one, other, size)
    return float(np.mean([shared.get(c, 0.0) for c in sorted(classes)])) if classes else 1.0


def class_ious(one: Labels, other: Labels, size: Size | None) -> dict[int, float]:
    """Return the overlap of what two people drew of each category that both used, from 0 to 1."""
    both = sorted(one.by_class.keys() & other.by_class.keys())
    return {c: _class_iou(one.by_class[c], other.by_class[c], size) for c in both}


def _class_iou(one: Sequence[Row], other: Sequence[Row], size: Size | None) -> float:
    rows = [*one, *other]
    as_box = size is None or not all(map(has_shape, rows))
    room = size or room_for(rows)
    return region_iou(_pooled(one, room, as_box), _pooled(other, room, as_box))


def _pooled(rows: Iterable[Row], size: Size, as_box: bool = False) -> Runs:
    parts = [runs_of(row, size, as_box=as_box) for row in rows]
    return parts[0] if len(parts) == 1 else covered(parts, 1)


def pairs(dataset: Dataset) -> Iterator[tuple[int, Labels, Labels]]:
    """Yield every frame's labels by two people, each pair once."""
    for frame, group in labels_by_frame(dataset):
        for place, one in enumerate(group):
            for other in group[place + 1 :]:
                if one.worker_id != other.worker_id or one.worker_id is None:  # nobody vouches for themselves
                    yield frame, one, other


def agreements(dataset: Dataset) -> dict[str, float]:
    """Return each assignment's mean agreement with what other people drew on its frame, where anyone did."""
    sizes, scores = frame_sizes(dataset), dict[str, list[float]]()
    for frame, one, other in pairs(dataset):
        score = agreement(one, other, sizes.get(frame))
        scores.setdefault(one.assignment_id, []).append(score)
        scores.setdefault(other.assignment_id, []).append(score)
    return {task: float(np.mean(each)) for task, each in scores.items()}


def gold_scores(dataset: Dataset) -> dict[str, float]:
    """Return each assignment's agreement with the known answer of its frame, where there is one (origin ``gold``)."""
    gold = dataset.annotations.filter(IS_GOLD, HAS_AREA).partition_by("frame", as_dict=True)
    answers = {frame: Labels("gold", None, _by_class(rows)) for (frame,), rows in gold.items()}
    if not answers:
        return {}
    sizes = frame_sizes(dataset)
    return {
        labels.assignment_id: agreement(labels, answers[frame], sizes.get(frame))
        for frame, group in labels_by_frame(dataset)
        if frame in answers
        for labels in group
    }


def boxes_of(rows: Sequence[Row]) -> geometry.Boxes:
    """Return the ``(N, 4)`` corner boxes of annotations."""
    return np.array([[row["x_min"], row["y_min"], row["x_max"], row["y_max"]] for row in rows]).reshape(-1, 4)


def same_objects(votes: Sequence[geometry.Boxes]) -> list[list[tuple[int, int]]]:
    """Group several voters' boxes of one category into objects: boxes that overlap by half or more, one of each voter.

    Returns:
        Of every object the voter and the place among the voter's boxes of each box of it, in the voters' order.
    """
    groups: list[list[tuple[int, int]]] = []
    for voter, boxes in enumerate(votes):
        medians = [np.median([votes[v][p] for v, p in group], axis=0) for group in groups]
        overlaps = box_iou(boxes, np.array(medians).reshape(-1, 4))
        free = np.ones(len(groups), dtype=np.bool_)
        for place in np.argsort(-overlaps.max(axis=1, initial=0.0), kind="stable").tolist():
            row = np.where(free, overlaps[place], 0.0)
            best = int(row.argmax()) if len(row) else 0
            if len(row) and row[best] >= SAME_OBJECT:
                groups[best].append((voter, place))
                free[best] = False
            else:
                groups.append([(voter, place)])
    return groups
