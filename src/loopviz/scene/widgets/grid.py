"""A grid of many people at once: in each cell a picture, what one person drew on it, and a caption.

The frames that were shown last stand in it, each in its cell until the one comes that stands there next: so a second
of film, or 24 people, is seen at once, and nothing is cleared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import ClassVar

import polars as pl
from pydantic import Field

from loopviz.scene.caption_shapes import CaptionShapes, scaled
from loopviz.scene.casings import casing_of
from loopviz.scene.cells import Cells, Wanted, solve_cells
from loopviz.scene.draw_on import begun
from loopviz.scene.elements import Drawing, Element, FramePicture, Path, Rect, Sprite, Text, TextStyle
from loopviz.scene.layout import Area, even
from loopviz.scene.marks import ClipMarks, Mark, kinds_of_work, largest_first
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.stage import Stage, is_dismissed
from loopviz.scene.strokes import DASH
from loopviz.scene.style import Length, Placed, Size, Type
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget
from loopviz.work import IS_DISMISSED

ABOVE, LEAD, DEEP = 0.85, 1.35, 1.8  # sizes of type from a picture to its caption, from line to line, of a line in all
LEAST = 0.72  # of the size of type, where a caption is wider than a cell
EVENLY = 0.97  # of the room: type does not scale quite evenly
REJECTED = 0.8  # how opaque lines of rejected work are
NOW = 0.2  # sizes: how thick the line is that marks the present cell


class Grid(Placed):
    """What a theme says of it.

    Attributes:
        cells: How many there are.
        gap: How far they are from each other at least, in units.
        size: How large the type of captions is.
        beside: Which of ``caption.texts`` stands beside the name.
        line: How thick lines of labels are, in units.
        paled: How far a picture of rejected work is paled to grey and to the paper.
    """

    cells: int = Field(default=24, ge=2, le=400)
    gap: Size = 0.0245
    size: Type = 0.02
    beside: str = ""
    line: Length = 0.0019
    paled: float = Field(default=0.5, ge=0.0, le=1.0)


class GridWidget(Widget):
    """Draws the cells."""

    style_type: ClassVar[type[Placed]] = Grid
    of_all_frames: ClassVar[bool] = True
    placed: Grid

    def __init__(self, style: Grid, stage: Stage) -> None:
        super().__init__(style, stage)
        self._said, self._cell = lru_cache(maxsize=1024)(self._say), lru_cache(maxsize=256)(self._draw)
        self._hash = lru_cache(maxsize=1024)(self._hashed)

    def key(self, view: View) -> object:
        """Return whose cells there are, and how much of the last is drawn."""
        return [(cell, self._hash(frame)) for cell, frame in self._seen(view)], view.frame, view.drawn

    def pictures(self, view: View) -> Iterable[FramePicture]:
        """Return the picture of each cell."""
        places = self._cells.places
        return [self._picture(frame, places[cell]) for cell, frame in self._seen(view)]

    def elements(self, view: View) -> Iterable[Element]:
        """Return the cells, and a line under the picture of the present one."""
        last = self._last(view)
        for cell, frame in self._seen(view):
            area, drawn = self._cells.places[cell], view.drawn if frame == last else 1.0
            yield self._picture(frame, area)
            yield Sprite(int(area.x), int(area.y), self._cell(frame, drawn))
            if frame == last:
                thick = 2 * max(1, round(NOW * self._style.size / 2))
                accent = self.stage.theme.colors.accent
                yield Rect(area.x, area.bottom, area.right, area.bottom + thick, accent)

    def other_frames(self, view: View) -> Iterable[int]:
        """Return the frames in the cells."""
        return [frame for _, frame in self._seen(view)]

    def _last(self, view: View) -> int | None:
        shown = self.stage.shown(view)
        return self.stage.order[shown - 1] if shown else None

    def _seen(self, view: View) -> list[tuple[int, int]]:
        """Return the cells in which somebody is by then, and which frame is in each."""
        shown, count = self.stage.shown(view), self.placed.cells
        return [(place % count, self.stage.order[place]) for place in range(max(0, shown - count), shown)]

    def _picture(self, frame: int, area: Area) -> FramePicture:
        paled = self.placed.paled if frame in self._dismissed else 0.0
        return FramePicture(frame, int(area.x), int(area.y), int(area.width), int(area.height), paled)

    def _hashed(self, frame: int) -> str:
        shown = self._clip.on(frame), self._said(frame), frame in self._dismissed
        return hashlib.sha256(repr(shown).encode()).hexdigest()

    def _say(self, frame: int) -> tuple[str, str]:
        caption = self.stage.caption(View(frame))
        return caption.name, dict(caption.others).get(self.placed.beside, "")

    def _draw(self, frame: int, drawn: float) -> Drawing:
        """What is drawn on a cell's picture, and its caption under it."""
        area, rejected = self._cells.places[0], frame in self._dismissed
        marks = largest_first(begun(self._clip.on(frame), drawn))
        boxes = [path for mark in marks for path in self._lines(mark, rejected=rejected)]
        shapes = (*boxes, *self._caption(*self._said(frame), area, rejected=rejected))
        return Drawing(even(max(area.width, self._cells.room)), even(self._cells.high + 0.3 * self._style.size), shapes)

    def _lines(self, mark: Mark, *, rejected: bool) -> Iterable[Path]:
        """A box, and over it the edges of a skeleton; there is no room for dots."""
        box = self._box(mark, rejected=rejected)
        yield box
        if mark.points is not None and mark.points.edges and not mark.is_bare:
            yield replace(box, outlines=mark.points.rings(0.0), is_open=True, dash=0.0)

    def _box(self, mark: Mark, *, rejected: bool) -> Path:
        line = max(1, round(self.placed.line * self.stage.layout.unit))
        x0, y0, x1, y1 = (round(edge) for edge in mark.box)
        left, top = x0 + line / 2, y0 + line / 2
        right, bottom = max(left, x1 - line / 2), max(top, y1 - line / 2)
        outline = (left, top, right, top, right, bottom, left, bottom)
        outlines = mark.rings if mark.is_bare or mark.is_turned else (outline,)
        if rejected:  # on a picture that is paled no colour stands out on light and on dark footage, but ink does
            ink = self.stage.theme.colors.ink
            return Path(outlines, ink, line, dash=DASH * line, stroke_opacity=REJECTED)
        return Path(outlines, mark.color, line, casing=casing_of(mark.color, line))

    def _caption(self, name: str, beside: str, area: Area, *, rejected: bool) -> Iterable[Text | Rect]:
        out, style = CaptionShapes(self.stage.typesetter), self._style
        colors = self.stage.theme.colors
        ink, weight = (colors.quiet, 400) if rejected else (colors.ink, 600)
        mono, plain = replace(style, weight=weight, color=ink), replace(style, family="sans", weight=weight, color=ink)
        y = area.height + (ABOVE + CAP_HEIGHT) * style.size
        one = self._cells.lines == 1
        wide = area.width if one else self._cells.room
        room = wide - (self.stage.typesetter.width(beside, plain) + style.size if one and beside else 0)
        out.put(name, mono, (0, round(y)), max(1.0, room))
        if beside:
            below = y if one else y + LEAD * style.size
            out.put(beside, plain, (0, round(below)), wide, 1, "right" if one else "left")
        return out.shapes

    @cached_property
    def _clip(self) -> ClipMarks:
        """All marks as they lie on a cell's picture."""
        stage, area = self.stage, self._cells.places[0]
        picture = Area(0, 0, area.width, area.height)
        layout = replace(stage.layout, picture=picture, scale=area.width / stage.size[0], window=None)
        annotations = stage.dataset.annotations
        ghosts = is_dismissed(stage.dataset) if stage.options.rejected == "ghost" else None
        return ClipMarks(annotations, layout, stage.categories, False, kinds_of_work(annotations, ghosts))

    @cached_property
    def _dismissed(self) -> frozenset[int]:
        """The frames on which all work was rejected, or does not count."""
        work = self.stage.dataset.assignments.select("frame", dismissed=IS_DISMISSED).drop_nulls("frame")
        gone = work.group_by("frame").agg(pl.col("dismissed").all()).filter("dismissed")
        return frozenset(gone["frame"].to_list())

    @property
    def _style(self) -> TextStyle:
        return self._grid[0]

    @property
    def _cells(self) -> Cells:
        return self._grid[1]

    @cached_property
    def _grid(self) -> tuple[TextStyle, Cells]:
        """The captions' type, smaller for the whole clip where one is wider than a cell; and the cells."""
        unit, placed, (width, height) = self.stage.layout.unit, self.placed, self.stage.size
        style = TextStyle("mono", 600, placed.size * unit, self.stage.theme.colors.ink)
        wide = [self._wide(frame, style) for frame in self.stage.order]
        both = max((name + beside for name, beside in wide), default=0.0) + style.size
        name = max((max(pair) for pair in wide), default=0.0)
        cells = solve_cells(
            self.area, Wanted(placed.cells, width / height, placed.gap * unit, DEEP * style.size, both, name)
        )
        widest = name if cells.lines == 2 else both
        share = min(1.0, max(LEAST, EVENLY * cells.room / max(1.0, widest)))
        return scaled(style, share), cells

    def _wide(self, frame: int, style: TextStyle) -> tuple[float, float]:
        name, beside = self._said(frame)
        setter = self.stage.typesetter
        return setter.width(name, style), setter.width(beside, replace(style, family="sans"))
