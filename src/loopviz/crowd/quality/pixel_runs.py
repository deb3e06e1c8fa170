"""Labels as runs of pixels: the one form in which boxes, polygons and masks can be counted and laid over each other.

Pixels are counted down the columns, as COCO's run lengths count them. Runs are an ``(N, 2)`` array of starts and stops
(exclusive). A mask of millions of pixels is some thousands of runs, so that no picture is ever unpacked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz import geometry

Runs = npt.NDArray[np.int64]
Size = tuple[int, int]  # width, height


def has_shape(row: Mapping[str, Any]) -> bool:
    """Say whether an annotation is more than a box."""
    return bool(row["mask_rle"] or row["polygons"])


def room_for(rows: Sequence[Mapping[str, Any]]) -> Size:
    """Return a picture's size that some boxes fit into, where the picture's own is not known."""
    return ceil(max(row["x_max"] for row in rows)) + 1, ceil(max(row["y_max"] for row in rows)) + 1


def runs_of(row: Mapping[str, Any], size: Size, *, as_box: bool = False) -> Runs:
    """Return an annotation's pixels: of its mask, else of its polygons, else of its box, to whole pixels.

    Args:
        row: A row of the Dataset's annotations.
        size: The frame's width and height.
        as_box: Take the box, whatever else there is.

    Raises:
        InputError: If the mask does not fit the frame.
    """
    width, height = size
    if row["mask_rle"] and not as_box:
        return _set(geometry.row_runs(row, height, width))
    if row["polygons"] and not as_box:
        return _set(geometry.rle_from_mask(geometry.polygons_to_mask(row["polygons"], height, width)))
    corners = np.array([[row["x_min"], row["y_min"], row["x_max"], row["y_max"]]])
    x0, y0, x1, y1 = np.rint(geometry.clip_boxes(corners, width, height)[0]).astype(np.int64).tolist()
    if y1 <= y0 or x1 <= x0:
        return np.zeros((0, 2), dtype=np.int64)
    columns = np.arange(x0, x1, dtype=np.int64) * height
    return covered([np.stack([columns + y0, columns + y1], axis=1)], 1)  # full columns become one run


def _set(counts: geometry.Counts) -> Runs:
    ends = np.cumsum(counts)
    runs = np.stack([ends[0::2][: len(counts[1::2])], ends[1::2]], axis=1)
    return np.asarray(runs[runs[:, 1] > runs[:, 0]], dtype=np.int64)


def covered(parts: Sequence[Runs], at_least: int) -> Runs:
    """Return the pixels that lie in at least so many of some parts: 1 is their union, all of them their overlap.

    A part counts as often as it covers a pixel: give unions where one must count once.
    """
    runs = np.concatenate(parts) if parts else np.zeros((0, 2), dtype=np.int64)
    places = runs.ravel()
    order = np.argsort(places, kind="stable")
    places, depth = places[order], np.cumsum(np.where(order % 2, -1, 1))  # every second place is a stop
    last = np.append(places[1:] != places[:-1], np.ones(min(1, len(places)), dtype=np.bool_))
    places, inside = places[last], depth[last] >= at_least
    edges = np.diff(inside.astype(np.int8), prepend=0)
    return np.stack([places[edges == 1], places[edges == -1]], axis=1)


def depths(parts: Sequence[Runs], most: int) -> Runs:
    """Return ``(most + 1,)``: how many pixels lie in exactly so many of some parts; of those in none 0 is said.

    Args:
        parts: What is laid over each other; of each part no pixel twice.
        most: How many parts there are at most.
    """
    places = np.concatenate([each.ravel() for each in parts]) if parts else np.zeros(0, dtype=np.int64)
    order = np.argsort(places, kind="stable")
    depth = np.cumsum(np.where(order % 2, -1, 1))[:-1]  # every second place is a stop
    found = np.bincount(depth, weights=np.diff(places[order]), minlength=most + 1).astype(np.int64)
    found[0] = 0
    return found


def pixels(runs: Runs) -> int:
    """Return how many pixels some runs hold."""
    return int((runs[:, 1] - runs[:, 0]).sum())


def region_iou(one: Runs, other: Runs) -> float:
    """Return the intersection over the union of two regions, from 0 to 1; 1 where both are empty.

    The Jaccard index ``|A ∩ B| / |A ∪ B|``, as Everingham et al. 2010, "The PASCAL Visual Object Classes Challenge",
    section 4.2, measure an overlap.
    """
    union = pixels(covered([one, other], 1))
    return pixels(covered([one, other], 2)) / union if union else 1.0


def counts_of(runs: Runs, size: Size) -> geometry.Counts:
    """Return runs as COCO's run lengths, beginning with background and filling the frame."""
    places = np.concatenate([[0], runs.ravel(), [size[0] * size[1]]]).astype(np.int64)
    counts = np.diff(places)
    return counts[:-1] if len(counts) > 1 and counts[-1] == 0 else counts
