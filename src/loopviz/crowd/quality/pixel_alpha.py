"""Krippendorff's alpha over single pixels, for people who drew masks or polygons.

A unit is a pixel and a category: each person who saw the frame says whether the pixel is of it. So it tells how far
outlines agree, where alpha of finding (``reliability``) tells whether objects are found at all; large objects and
disagreement along their edges weigh by their pixels. Of m people, k of whom give a pixel to the category, ``k (m - k)``
pairs of two differ; pixels are counted by k, from runs, and never listed: a picture of any size costs as much as its
outlines are long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.crowd.quality.agreement import Labels, frame_sizes, labels_by_frame
from loopviz.crowd.quality.alpha import Floats, Sums
from loopviz.crowd.quality.pixel_runs import Size, covered, depths, has_shape, runs_of
from loopviz.dataset import Dataset

HAS_SHAPE = (pl.col("mask_rle").str.len_bytes() > 0).fill_null(value=False) | (
    pl.col("polygons").list.len() > 0
).fill_null(value=False)


def pixel_sums(dataset: Dataset) -> dict[int, Sums]:
    """Return what alpha over pixels is made of, by the category; nothing where nobody drew shapes.

    Frames count whose size is known, and that two people or more saw who drew nothing but shapes there, or nothing.
    Each counts for every category that anybody drew as a shape anywhere.

    Args:
        dataset: The Dataset.
    """
    shapes = dataset.annotations.filter(HAS_SHAPE)
    if not shapes.height:
        return {}
    classes = sorted(shapes["class_id"].unique())
    frames, counts = list[int](), {class_id: list[Floats]() for class_id in classes}
    for frame, size, people in _shared(dataset):
        frames.append(frame)
        for class_id in classes:
            counts[class_id].append(_counts(people, class_id, size))
    return {class_id: _sums(np.array(frames, dtype=np.int64), each) for class_id, each in counts.items() if each}


def pooled(sums: Mapping[int, Sums]) -> Sums | None:
    """Return the sums of all categories together; None where there are none."""
    if not sums:
        return None
    first, *rest = sums.values()
    for each in rest:
        first = Sums(
            first.frames, first.disagreement + each.disagreement, first.values + each.values, first.units + each.units
        )
    return first


def _shared(dataset: Dataset) -> Iterator[tuple[int, Size, list[Labels]]]:
    """Yield the frames that two people or more saw who drew shapes or nothing, and what these drew."""
    sizes = frame_sizes(dataset)
    for frame, work in labels_by_frame(dataset):
        last = {each.worker_id: each for each in work if each.worker_id}
        people = [
            each for each in last.values() if all(has_shape(row) for rows in each.by_class.values() for row in rows)
        ]
        if len(people) >= 2 and frame in sizes and any(each.by_class for each in people):
            yield frame, sizes[frame], people


def _counts(people: list[Labels], class_id: int, size: Size) -> Floats:
    """Return ``(people + 1,)``: how many pixels so many people gave to a category."""
    theirs = [[runs_of(row, size) for row in each.by_class[class_id]] for each in people if class_id in each.by_class]
    by_depth = depths([covered(parts, 1) for parts in theirs], len(people)).astype(np.float64)
    by_depth[0] = size[0] * size[1] - by_depth[1:].sum()
    return by_depth


def _sums(frames: npt.NDArray[np.int64], counts: list[Floats]) -> Sums:
    """Return the sums of a category by frame."""
    disagreement, values = np.zeros(len(frames)), np.zeros((len(frames), 2))
    for place, pixels in enumerate(counts):
        people = len(pixels) - 1
        given = np.arange(people + 1)
        disagreement[place] = (pixels * given * (people - given)).sum() / (people - 1)
        values[place] = (pixels * given).sum(), (pixels * (people - given)).sum()
    return Sums(frames, disagreement, values, np.array([int(each.sum()) for each in counts], dtype=np.int64))
