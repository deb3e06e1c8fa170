"""Regions of a painted canvas: the pixels of one colour as run lengths, as a box, and as a mask within it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.formats.mturk.png_runs import true_places
from loopviz.formats.table_columns import Bools, Ints

Labels = npt.NDArray[Any]  # uint8, or uint16 of more than 254 colours


@dataclass(frozen=True)
class Canvas:
    """The painted part of a picture, with a row and a column more on every side where the picture has them.

    Args:
        labels: 0 for nothing, else 1 + the number of the colour.
        left: The part's first column in the picture.
        top: Its first row.
        shape: The picture's height and width.
    """

    labels: Labels
    left: int
    top: int
    shape: tuple[int, int]


@dataclass(frozen=True)
class Region:
    """The pixels of one colour.

    Args:
        counts: Run lengths in COCO's order.
        pixels: How many are set.
        box: The corner box around them.
        mask: Which pixels of the box are set.
    """

    counts: Ints
    pixels: int
    box: tuple[int, int, int, int]
    mask: Bools


def regions_of(canvas: Canvas, colors: int) -> tuple[Region | None, ...]:
    """Return the region of every colour, None where no pixel has it.

    Args:
        canvas: What was painted.
        colors: How many colours there are.
    """
    import cv2

    flat = cv2.transpose(canvas.labels).reshape(-1)
    begins = np.append(0, true_places(flat[1:] != flat[:-1]) + 1)
    codes, ends = flat[begins], np.append(begins[1:], flat.size)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(1, colors + 2)).tolist()
    first, last = (np.divmod(places[order], len(canvas.labels)) for places in (begins, ends - 1))
    runs = [np.stack([*first, *last])[:, begin:end] for begin, end in pairwise(bounds)]
    return tuple(_region(canvas, number, mine) if mine.size else None for number, mine in enumerate(runs, 1))


def _region(canvas: Canvas, number: int, runs: Ints) -> Region:
    """Return a region from the column and the row of the first and of the last pixel of its runs down the columns."""
    (height, width), (x0, y0, x1, y1) = canvas.shape, runs
    edges = np.empty(2 * len(x0) + 1, np.int64)
    edges[:-1:2] = (canvas.left + x0) * height + canvas.top + y0
    edges[1::2] = (canvas.left + x1) * height + canvas.top + y1 + 1
    edges[-1] = height * width
    counts = edges.copy()
    counts[1:] -= edges[:-1]
    across = bool(np.any(x0 != x1))  # a run over a column's end touches that column's bottom and the next one's top
    left, right = int(x0[0]), int(x1[-1]) + 1
    top, bottom = (0, height) if across else (int(y0.min()), int(y1.max()) + 1)
    mask = canvas.labels[top:bottom, left:right] == number
    box = (left + canvas.left, top + canvas.top, right + canvas.left, bottom + canvas.top)
    return Region(counts[: len(counts) - (counts[-1] == 0)], int(counts[1::2].sum()), box, mask)
