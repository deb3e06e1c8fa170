"""Many people on one frame: one of them is spoken of, and the labels of all others become a density.

More than ``MOST_PEOPLE`` who labelled one frame cannot be told apart by their boxes. The caption speaks of the first,
as it does where two are; only that person's labels are drawn as labels and named by plates. Those of others are thin
lines under them, each so pale that they add up where half of these people agree.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from loopviz.dataset import Dataset
from loopviz.scene.elements import Drawing, Path, Sprite
from loopviz.scene.layout import Layout, even
from loopviz.scene.marks import Mark
from loopviz.work import MOST_PEOPLE

THIN = 0.4  # of the labels' lines
PALEST, DARKEST = 0.06, 0.35  # how opaque a line is
AGREEING = 0.5  # of the people's lines: where so many meet they hide the picture by DENSE
DENSE = 0.9


def is_behind(dataset: Dataset) -> pl.Series:
    """Return which annotations are of others than the one who is spoken of, on frames of more people than can be told.

    Labels of nobody who is known are nobody's: they stay as they are.
    """
    work = dataset.assignments.select("assignment_id", "worker_id", "frame").drop_nulls()
    crowded = pl.col("worker_id").n_unique().over("frame") > MOST_PEOPLE
    others = work.filter(crowded & (pl.col("worker_id") != pl.col("worker_id").first().over("frame")))
    return dataset.annotations["assignment_id"].is_in(others["assignment_id"].implode()).fill_null(value=False)


def density(marks: Sequence[Mark], people: int, line: float, layout: Layout) -> Sprite | None:
    """Return the labels of others in one drawing, None where there are none.

    Args:
        marks: Theirs.
        people: About how many they are.
        line: How thick the labels' lines are, in pixels.
        layout: The clip's.
    """
    picture = layout.picture
    opacity = min(DARKEST, max(PALEST, 1 - (1 - DENSE) ** (1 / max(1.0, AGREEING * people))))
    thin = max(1.0, THIN * line)
    paths = tuple(
        Path(tuple(_moved(ring, mark, thin, layout) for ring in mark.rings), mark.color, thin, stroke_opacity=opacity)
        for mark in marks
    )
    if not paths:
        return None
    return Sprite(int(picture.x), int(picture.y), Drawing(even(picture.width), even(picture.height), paths))


def _moved(ring: Sequence[float], mark: Mark, thin: float, layout: Layout) -> tuple[float, ...]:
    """An outline in the picture's own pixels; a box's line lies inside its edges, on whole pixels."""
    left, top = layout.picture.x, layout.picture.y
    if mark.outlines or mark.is_bare:
        return tuple(value - (top if place % 2 else left) for place, value in enumerate(ring))
    x0, y0, x1, y1 = (round(value) for value in mark.box)
    a, b, half = x0 - left, y0 - top, thin / 2
    c, d = max(a + thin, x1 - left), max(b + thin, y1 - top)
    return (a + half, b + half, c - half, b + half, c - half, d - half, a + half, d - half)
