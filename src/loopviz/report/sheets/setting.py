"""Sets a sheet: margins, the line at its head, the legend at its foot, and pictures with what is said under them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from loopviz.report.page_marks import PageMarks
from loopviz.report.sheets.paper import MM, POINT, Paper
from loopviz.report.sheets.press import Item, Photograph, Pixels
from loopviz.scene import Rect, Sprite, Text, TextStyle, Typesetter
from loopviz.scene.contrast import channels
from loopviz.scene.layout import Area, Layout
from loopviz.scene.mark_drawing import draw_mark
from loopviz.scene.marks import Category, Mark, Marks
from loopviz.scene.style import Colors

MARGIN = 14 * MM
UPRIGHT = 1.1  # a picture's height, in its widths
MOST_LINES = 3  # of a legend
PALE = 0.4  # how far the picture of work that does not count goes towards the paper
LINE = 1.0 * POINT
SPACE = 16 * POINT  # between a legend's categories
SWATCH = 5.5 * POINT
LEGEND = 12.0  # points, from line to line
LINES = Marks(draw="auto", line=1.0, bracket=0, bracket_length=0, outline=1.0, fill_opacity=0.2)  # unit: a line


@dataclass(frozen=True)
class Look:
    """What all pages of a sheet have in common.

    Attributes:
        paper: How large it is.
        colors: The theme's.
        typesetter: What type is measured with, in tenths of a point.
        categories: How each category is shown, by ``class_id``.
        used: Those that the legend lists.
        marks: What places labels.
        source_size: The pictures' width and height in pixels.
        note: What is said of invented people.
    """

    paper: Paper
    colors: Colors
    typesetter: Typesetter
    categories: Sequence[Category]
    used: Sequence[int]
    marks: PageMarks
    source_size: tuple[int, int]
    note: str = ""

    @property
    def margin(self) -> float:
        """From the cut to what is set."""
        return MARGIN * self.paper.scale

    @property
    def room(self) -> float:
        """How wide what is set is."""
        return self.paper.width - 2 * self.margin

    @property
    def ratio(self) -> float:
        """A picture's height, in its widths."""
        return self.source_size[1] / self.source_size[0]

    @property
    def is_beside(self) -> bool:
        """Whether words stand beside one large picture, not under it: on wide paper, and with an upright picture."""
        return self.paper.width > 1.15 * self.paper.height or self.ratio > UPRIGHT

    def points(self, size: float) -> float:
        """Return a size in points, as on A4, on this sheet."""
        return size * POINT * self.paper.scale

    def style(self, size: float, weight: int = 400, *, quiet: bool = False, mono: bool = False) -> TextStyle:
        """Return a style of a size in points, as on A4."""
        color = self.colors.quiet if quiet else self.colors.ink
        return TextStyle("mono" if mono else "sans", weight, self.points(size), color)

    def line(self, text: str, style: TextStyle, at: tuple[float, float], width: float, align: Any = "left") -> Text:
        """Return a text in one line, cut to its room."""
        return Text(self.typesetter.fit(text, style, width), style, *at, width + POINT, align)

    def head(self, title: str, facts: str) -> tuple[list[Item], float]:
        """Return a page's title, what it holds beside it, and where the next thing may begin."""
        base, big, small = self.margin + self.points(14), self.style(17, 600), self.style(8.5, quiet=True)
        wide = min(self.typesetter.width(facts, small), 0.62 * self.room)
        items: list[Item] = [self.line(title, big, (self.margin, base), self.room - wide - self.points(12))]
        if facts:
            at = self.margin + self.room - wide - POINT, base
            items.append(self.line(facts, small, at, wide + POINT, "right"))
        return items, base + self.points(15)

    def foot(self, number: int, count: int) -> tuple[list[Item], float]:
        """Return a page's legend, what is said of invented people, its number, and where they begin."""
        base, style = self.paper.height - self.margin, self.style(7.5)
        right = ", ".join(filter(None, (self.note, f"{number} of {count}" if count > 1 else "")))
        quiet = self.style(7.5, quiet=True)
        wide = self.typesetter.width(right, quiet)
        items, lines = self._legend(base, style, self.room - wide - self.points(16))
        if right:
            items.append(Text(right, quiet, self.margin, base, self.room, "right"))
        return items, base - self.points(18) - (lines - 1) * self.points(LEGEND)

    def _legend(self, base: float, style: TextStyle, room: float) -> tuple[list[Item], int]:
        """Return the categories in as many lines as they need, and that number; what ``MOST_LINES`` lack is counted."""
        side, gap, more = self.points(SWATCH / POINT), self.points(4), self.points(24)
        names = [self.typesetter.fit(self.categories[i].name, style, 0.3 * self.room) for i in self.used]
        steps = [side + gap + self.typesetter.width(name, style) + self.points(SPACE / POINT) for name in names]
        rows: list[list[int]] = [[]]
        for place, step in enumerate(steps):
            taken = sum(steps[i] for i in rows[-1])
            left = more if len(rows) == MOST_LINES and place < len(steps) - 1 else 0.0
            if rows[-1] and taken + step + left > room:
                if len(rows) == MOST_LINES:
                    break
                rows.append([])
            rows[-1].append(place)
        items: list[Item] = []
        for number, row in enumerate(rows):
            x, y = self.margin, base - (len(rows) - 1 - number) * self.points(LEGEND)
            for place in row:
                items.append(Rect(x, y - side, x + side, y, self.categories[self.used[place]].color))
                items.append(Text(names[place], style, x + side + gap, y, steps[place]))
                x += steps[place]
        if rest := len(names) - sum(map(len, rows)):
            items.append(Text(f"+ {rest}", style, x, base, more))
        return items, len(rows)

    def picture(
        self, pixels: Pixels, labels: pl.DataFrame, frame: int, area: Area, *, line: float = 1.0, pale: bool = False
    ) -> Iterator[Item]:
        """Yield a picture with labels on it.

        Args:
            pixels: The picture.
            labels: The labels.
            frame: The frame that both are of.
            area: Where it lies.
            line: How thick lines are, in those of a picture of usual size.
            pale: Whether the work does not count: the picture is pale then, and the lines are grey and broken.
        """
        if pale:
            ground = np.array(channels(self.colors.paper), np.float32)
            pixels = np.rint(pixels + (ground - pixels) * PALE).astype(np.uint8)
        yield Photograph(pixels, area.x, area.y, area.width, area.height)
        thick = self.points(LINE / POINT) * line
        page = Layout(*self.source_size, area, float(round(thick)), 1)
        for mark in self.marks.on(labels, frame, area):
            for element in draw_mark(self._dismissed(mark) if pale else mark, LINES, page):
                if isinstance(element, Rect | Sprite):
                    yield element

    def _dismissed(self, mark: Mark) -> Mark:
        return replace(mark, color=self.colors.quiet, kind="carried")
