"""Labels on a picture of a page: smaller than they were drawn, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import polars as pl

from loopviz.scene.layout import Area, Layout
from loopviz.scene.marks import Category, ClipMarks, Mark, largest_first


class PageMarks:
    """Places the labels of pictures of one size.

    Args:
        size: Width and height of the pictures that were labelled, in pixels.
        categories: How each category is shown.
    """

    def __init__(self, size: tuple[int, int], categories: Sequence[Category]) -> None:
        self._size, self._categories = size, categories

    def on(self, labels: pl.DataFrame, frame: int, area: Area) -> list[Mark]:
        """Return a frame's labels on an area of a page, the largest first.

        Args:
            labels: Rows of the Dataset's annotations, of one canvas of that size.
            frame: The frame.
            area: Where its picture lies.
        """
        width, height = self._size
        source = Layout(width, height, Area(0, 0, width, height), 1.0, 1)
        marks = ClipMarks(labels, source, self._categories, with_shape=True).on(frame)
        return [_moved(mark, area, area.width / width) for mark in largest_first(marks)]


def _moved(mark: Mark, area: Area, scale: float) -> Mark:
    def placed(points: Sequence[float]) -> tuple[float, ...]:
        pairs = np.asarray(points).reshape(-1, 2) * scale + (area.x, area.y)
        return tuple(pairs.ravel().tolist())

    x0, y0, x1, y1 = placed(mark.box)
    points = None if mark.points is None else mark.points.moved(scale, area.x, area.y)
    return dataclasses.replace(mark, box=(x0, y0, x1, y1), outlines=tuple(map(placed, mark.outlines)), points=points)
