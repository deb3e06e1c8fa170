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
    bounds = np.concatenate([[0], true_places(flat[1:] != flat[:-1]) + 1, [flat.size]])
    codes = flat[bounds[:-1]]
    order = codes.argsort(kind="stable")
    parts = codes[order].searchsorted(np.arange(1, colors + 2)).tolist()
    painted = order[parts[0] :]
    places = np.stack([bounds[painted], bounds[painted + 1] - 1], axis=1)
    columns = places // len(canvas.labels)
    rows = places - columns * len(canvas.labels)
    edges: Ints = (canvas.left + columns) * canvas.shape[0] + rows + np.array([canvas.top, canvas.top + 1])
    own = (slice(begin - parts[0], end - parts[0]) for begin, end in pairwise(parts))
    runs = [(edges[mine], columns[mine], rows[mine]) for mine in own]
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
    counts = np.concatenate([edges.reshape(-1), [height * width]])
    counts[1:] -= edges.reshape(-1)
    across = bool((columns[:, 0] != columns[:, 1]).any())  # a run over a column's end touches the next one's top
    left, right = int(columns[0, 0]), int(columns[-1, 1]) + 1
    top, bottom = (0, height) if across else (int(rows.min()), int(rows.max()) + 1)
    mask = canvas.labels[top:bottom, left:right] == number
    box = (left + canvas.left, top + canvas.top, right + canvas.left, bottom + canvas.top)
    return Region(counts[: len(counts) - (counts[-1] == 0)], int(counts[1::2].sum()), box, mask)
