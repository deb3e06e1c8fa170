"""Sediment: the boxes of everybody, laid down one after the other, and all of them stay: the crowd's drawing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from loopviz.scene.elements import Element, Rect, faded
from loopviz.scene.marks import has_room, place_boxes
from loopviz.scene.stage import is_dismissed
from loopviz.scene.strokes import Accumulation, Strokes, density, inks_of
from loopviz.scene.style import Length, Placed
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget
from loopviz.schema import EDGES
from loopviz.work import HAS_AREA, IS_CARRIED

DENSEST = 0.9  # how much of the paper is hidden where most lines lie over each other
PALEST, DEEPEST = 0.02, 0.5  # how opaque a line is, then
EVEN = (0, 0, 1, 1)  # to the even pixels around a bar
CROWDED = 99.5  # percentile of how many lines lie on a pixel that counts as most


class Sediment(Placed):
    """What a theme says of it.

    Attributes:
        line: How thick lines are, in units.
        opacity: How opaque a line is; None: so that they are dark at the end where most lie over each other.
        picture: How much of the picture is seen beneath at first, and when all is drawn.
    """

    line: Length = 0.0018
    opacity: float | None = Field(default=None, gt=0, le=1)
    picture: tuple[float, float] = (0.0, 0.0)


class SedimentWidget(Widget):
    """Draws all boxes of the frames that were shown by then; over them those that are being drawn."""

    style_type: ClassVar[type[Placed]] = Sediment
    of_all_frames: ClassVar[bool] = True
    placed: Sediment

    @property
    def still(self) -> object:
        """Return all that is drawn by the end: how opaque a line is depends on it."""
        return self._strokes.size, self._strokes.paper, self._strokes.line, self._digests[-1]

    def key(self, view: View) -> object:
        """Return how much of it is laid down, and what is being drawn."""
        shown = self.stage.shown(view)
        return shown, self._digests[self._laid(view)], view.drawn, view.marks_opacity

    def elements(self, view: View) -> Iterable[Element]:
        """Return the paper over the picture, the boxes that lie on it, and those that are being drawn."""
        picture, shown = self.stage.layout.picture, self.stage.shown(view)
        first, last = self.placed.picture
        share = shown / max(1, len(self.stage.order))
        paper, veil = self.stage.theme.colors.paper, 1 - first - (last - first) * share
        yield Rect(picture.x, picture.y, picture.right, picture.bottom, paper, round(veil, 3))
        yield Accumulation(int(picture.x), int(picture.y), self._strokes, self._ends[self._laid(view)])
        yield from faded(self._fresh(shown, view.drawn), view.marks_opacity)

    def other_frames(self, view: View) -> Iterable[int]:
        """Return the frames that were shown."""
        return self.stage.order[: self.stage.shown(view)]

    def _laid(self, view: View) -> int:
        """Return of how many frames the boxes lie there: those of the last when they are drawn whole."""
        shown = self.stage.shown(view)
        return max(0, shown - 1) if view.drawn < 1 else shown

    def _fresh(self, shown: int, drawn: float) -> Iterator[Rect]:
        """Yield the bars of the boxes that are being drawn, one after the other, as they are pulled open."""
        if not shown or drawn >= 1:
            return
        first, stop = self._ends[shown - 1 : shown + 1]
        picture, done = self.stage.layout.picture, drawn * (stop - first)
        for place in range(first, stop):
            open_by = min(1.0, done - (place - first))
            if open_by > 0:
                color = self.stage.categories[self._classes[place]].color
                bars = self._strokes.bars(place, open_by) + EVEN & -2  # whole chroma samples: drawn much faster
                for x0, y0, x1, y1 in bars.tolist():
                    yield Rect(picture.x + x0, picture.y + y0, picture.x + x1, picture.y + y1, color)

    @cached_property
    def _rows(self) -> pl.DataFrame:
        """The boxes that people drew, in the order in which they are shown."""
        order, layout, annotations = self.stage.order, self.stage.layout, self.stage.dataset.annotations
        steps = pl.DataFrame({"frame": order, "step": range(len(order))}, schema={"frame": pl.Int64, "step": pl.Int64})
        boxes = place_boxes(annotations.select(EDGES).to_numpy(), layout) - [layout.picture.x, layout.picture.y] * 2
        placed = pl.DataFrame(np.rint(boxes).astype(np.int64), schema=["x0", "y0", "x1", "y1"], orient="row")
        rows = pl.concat(
            [annotations.select("frame", "class_id", drawn=~IS_CARRIED & HAS_AREA), placed], how="horizontal"
        )
        rows = rows.with_columns(broken=is_dismissed(self.stage.dataset), seen=pl.Series(has_room(boxes)))
        shown = rows.filter("drawn", "seen").join(steps, on="frame", maintain_order="left")
        return shown.sort("step", maintain_order=True)

    @cached_property
    def _ends(self) -> list[int]:
        """How many boxes lie there after 0, 1, 2 … frames."""
        counts = np.bincount(self._rows["step"].to_numpy(), minlength=len(self.stage.order))
        return [0, *np.cumsum(counts).tolist()]

    @cached_property
    def _classes(self) -> list[int]:
        return self._rows["class_id"].to_list()

    @cached_property
    def _strokes(self) -> Strokes:
        stage, layout, rows = self.stage, self.stage.layout, self._rows
        line = max(1, round(self.placed.line * layout.unit))
        size = int(layout.picture.width), int(layout.picture.height)
        paper, boxes = stage.theme.colors.paper, rows.select("x0", "y0", "x1", "y1").to_numpy()
        bare = Strokes(size, boxes, np.ones((rows.height, 3), np.int64), rows["broken"].to_numpy(), line, paper)
        inks = inks_of([category.color for category in stage.categories], self._opacity(bare), paper)
        return Strokes(size, boxes, inks[rows["class_id"].to_numpy()], bare.broken, line, paper)

    def _opacity(self, strokes: Strokes) -> float:
        """Return how opaque a line is: by how many lie over each other when all are laid down."""
        if self.placed.opacity is not None:
            return self.placed.opacity
        lines = density(strokes, len(strokes.boxes))[..., 0]
        most = float(np.percentile(lines[lines > 0], CROWDED)) if lines.any() else 1.0
        return float(min(max(1 - (1 - DENSEST) ** (1 / most), PALEST), DEEPEST))

    @cached_property
    def _digests(self) -> list[str]:
        """A hash of the boxes that lie there after 0, 1, 2 … frames, each made of the one before."""
        strokes, found = self._strokes, [hashlib.sha256()]
        table = np.column_stack((strokes.boxes, strokes.inks, strokes.broken)).astype(np.int64)
        for first, stop in pairwise(self._ends):
            after = found[-1].copy()
            after.update(np.ascontiguousarray(table[first:stop]).tobytes())
            found.append(after)
        return [each.hexdigest() for each in found]
