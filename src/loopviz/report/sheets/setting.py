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
from loopviz.scene.marks import Category, Mark, Marks, draw_mark
from loopviz.scene.style import Colors

MARGIN = 14 * MM
PALE = 0.4  # how far the picture of work that does not count goes towards the paper
LINE = 1.0 * POINT
SPACE = 16 * POINT  # between a legend's categories
SWATCH = 5.5 * POINT
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
        items: list[Item] = list(self._legend(base, style, self.room - wide - self.points(16)))
        if right:
            items.append(Text(right, quiet, self.margin, base, self.room, "right"))
        return items, base - self.points(18)

    def _legend(self, base: float, style: TextStyle, room: float) -> Iterator[Item]:
        """The categories as far as there is room; the others are counted."""
        x, side, gap = self.margin, self.points(SWATCH / POINT), self.points(4)
        for place, class_id in enumerate(self.used):
            category = self.categories[class_id]
            name = self.typesetter.fit(category.name, style, 0.3 * self.room)
            wide = self.typesetter.width(name, style)
            rest = len(self.used) - place
            if x + side + gap + wide + (self.points(24) if rest > 1 else 0) > self.margin + room:
                yield Text(f"+ {rest}", style, x, base, self.points(30))
                return
            yield Rect(x, base - side, x + side, base, category.color)
            yield Text(name, style, x + side + gap, base, wide + POINT)
            x += side + gap + wide + self.points(SPACE / POINT)

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
