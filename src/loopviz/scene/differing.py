"""Where people who labelled one frame differ: pixel by pixel, and who sides with whom on each category.

Two people agree on a category if what they drew of it overlaps by half or more; those who agree with one of a group
belong to it. Who saw the frame and drew nothing of the category is on the side of those who did not either. What a
majority says need not be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.dataset import Dataset
from loopviz.geometry import Mask, polygons_to_mask, row_mask
from loopviz.scene.layout import Layout
from loopviz.scene.marks import outlines_of, place_boxes
from loopviz.schema import EDGES
from loopviz.work import HAS_AREA, IS_CARRIED

SAME = 0.5  # least overlap of two people's labels that agree
Floats = npt.NDArray[np.float64]


class Work(NamedTuple):
    """What a person drew on a frame.

    Attributes:
        name: What the person may be called; empty where they may not be named.
        rows: Their annotations.
    """

    name: str
    rows: tuple[Mapping[str, Any], ...]


class Sides(NamedTuple):
    """Who sides with whom on a category.

    Attributes:
        class_id: The category.
        drew: Groups of people who drew the same, the largest first.
        absent: Who drew nothing of it.
    """

    class_id: int
    drew: tuple[tuple[str, ...], ...]
    absent: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether all say the same."""
        return len(self.drew) == 1 and not self.absent


def works_of(dataset: Dataset, least: int = 2) -> dict[int, tuple[Work, ...]]:
    """Return the work of everybody on each frame that two people or more saw, in the assignments' order.

    Work whose labels were not read says nothing; points and lines have no area that could differ.

    Args:
        dataset: The Dataset.
        least: How many people saw a frame at least.
    """
    seen = dataset.assignments.filter(pl.col("labels_read").fill_null(value=True), pl.col("worker_id").is_not_null())
    seen = seen.drop_nulls("frame").select("assignment_id", "frame", "worker_id")
    people = pl.col("worker_id").n_unique().over("frame") >= least
    names = dict(dataset.workers.select("worker_id", pl.col("alias").fill_null("")).iter_rows())
    labels = dataset.annotations.filter(HAS_AREA, ~IS_CARRIED).drop("frame")
    joined = seen.filter(people).join(labels, on="assignment_id", how="left", maintain_order="left")
    found: dict[int, dict[str, list[Mapping[str, Any]]]] = {}
    for row in joined.iter_rows(named=True):
        own = found.setdefault(row["frame"], {}).setdefault(row["worker_id"], [])
        if row["annotation_id"] is not None:
            own.append(row)
    return {frame: tuple(Work(names[who], tuple(rows)) for who, rows in work.items()) for frame, work in found.items()}


def outlines_on(row: Mapping[str, Any], layout: Layout) -> Iterable[Sequence[float]]:
    """Return an annotation's outlines on the canvas, else its box."""
    if found := outlines_of(row, layout):
        return found
    ((x0, y0, x1, y1),) = place_boxes(np.array([[row[edge] for edge in EDGES]]), layout).tolist()
    return ((x0, y0, x1, y0, x1, y1, x0, y1),)


def region_of(row: Mapping[str, Any], size: tuple[int, int]) -> Mask:
    """Return the ``(height, width)`` pixels of an annotation: of its mask, else its polygons, else its box."""
    width, height = size
    if row["mask_rle"]:
        return row_mask(row, height, width)
    if row["polygons"]:
        return polygons_to_mask(row["polygons"], height, width)
    x0, y0, x1, y1 = (max(0, round(row[edge])) for edge in EDGES)
    found = np.zeros((height, width), dtype=np.bool_)
    found[y0:y1, x0:x1] = True
    return found


def regions_of(work: Work, size: tuple[int, int]) -> dict[int, Mask]:
    """Return what a person drew of each category, as one region."""
    found: dict[int, Mask] = {}
    for row in work.rows:
        region = region_of(row, size)
        found[row["class_id"]] = found[row["class_id"]] | region if row["class_id"] in found else region
    return found


def split_of(regions: Sequence[Mapping[int, Mask]], size: tuple[int, int]) -> Floats:
    """Return ``(height, width)``: how people are split over each pixel, 0 where all say the same, 1 where half differ.

    Of several categories the one over which they are split most; of an odd number of people, as near to half as can be.
    """
    people = len(regions)
    most = max(1, (people // 2) * (people - people // 2))
    found = np.zeros((size[1], size[0]))
    for class_id in {each for person in regions for each in person}:
        count = sum(person[class_id].astype(np.int64) for person in regions if class_id in person)
        found = np.maximum(found, count * (people - count) / most)
    return found


def sides_of(works: Sequence[Work], regions: Sequence[Mapping[int, Mask]]) -> list[Sides]:
    """Return who sides with whom, of each category that anybody drew, in the order of the categories."""
    found = []
    both = list(zip(works, regions, strict=True))
    for class_id in sorted({each for person in regions for each in person}):
        drawn = [(work.name, person[class_id]) for work, person in both if class_id in person]
        absent = tuple(work.name for work, person in both if class_id not in person)
        groups = sorted(_groups([region for _, region in drawn]), key=len, reverse=True)
        found.append(Sides(class_id, tuple(tuple(drawn[n][0] for n in group) for group in groups), absent))
    return found


def _groups(regions: Sequence[Mask]) -> list[list[int]]:
    """Return the places of regions that overlap, each group in their order."""
    groups: list[list[int]] = []
    for place, region in enumerate(regions):
        near = [group for group in groups if any(_overlap(region, regions[other]) >= SAME for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), place])
    return sorted(groups)


def _overlap(one: Mask, other: Mask) -> float:
    union = np.count_nonzero(one | other)
    return np.count_nonzero(one & other) / union if union else 1.0
