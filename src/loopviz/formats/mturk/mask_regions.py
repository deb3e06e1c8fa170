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
    columns, rows = np.divmod(np.stack([begins[order], ends[order] - 1], axis=1), len(canvas.labels))
    edges: Ints = (canvas.left + columns) * canvas.shape[0] + np.array([canvas.top, canvas.top + 1]) + rows
    runs = [(edges[begin:end], columns[begin:end], rows[begin:end]) for begin, end in pairwise(bounds)]
    return tuple(_region(canvas, number, *mine) if len(mine[0]) else None for number, mine in enumerate(runs, 1))


def _region(canvas: Canvas, number: int, edges: Ints, columns: Ints, rows: Ints) -> Region:
    """Return a region from its runs down the columns.

    Args:
        canvas: What was painted.
        number: The region's in the canvas.
        edges: ``(N, 2)``, where runs begin and end in the picture, column by column.
        columns: ``(N, 2)``, the columns of the first and of the last pixel in the canvas.
        rows: ``(N, 2)``, their rows.
    """
    height, width = canvas.shape
    counts = np.append(edges, height * width)
    counts[1:] -= edges.reshape(-1)
    across = bool(np.any(columns[:, 0] != columns[:, 1]))  # a run over a column's end touches the next one's top
    left, right = int(columns[0, 0]), int(columns[-1, 1]) + 1
    top, bottom = (0, height) if across else (int(rows.min()), int(rows.max()) + 1)
    mask = canvas.labels[top:bottom, left:right] == number
    box = (left + canvas.left, top + canvas.top, right + canvas.left, bottom + canvas.top)
    return Region(counts[: len(counts) - (counts[-1] == 0)], int(counts[1::2].sum()), box, mask)
