"""The person's panel: a caption set in type, in a column of given size, with the origin at the column's corner.

The rhythm (distances between baselines) is given in sizes of the type itself, so that a theme needs to name only the
sizes. A text that is too long for its line is set smaller, then on more lines while the column has room, and is cut
only after that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from loopviz.errors import ConfigError
from loopviz.scene.caption import Caption, Figure
from loopviz.scene.caption_shapes import CaptionShapes, LeftOut, scaled, shrunk
from loopviz.scene.elements import Rect, Text, TextStyle
from loopviz.scene.rows import SMALLEST_PITCH, RowSetter, RowStyle
from loopviz.scene.style import Colors, Length, Placed
from loopviz.scene.typography import Typesetter

CAP_HEIGHT = 0.73  # of Inter and IBM Plex Mono, in sizes
HEAD = (("kicker", 500, "quiet", CAP_HEIGHT), ("name", 600, "ink", 1.25), ("line", 400, "quiet", 2.05))
Sizes = tuple[float, tuple[float, ...]]  # shares of a size: the least of one line, and those of several, the best first
HEAD_SIZES: Sizes = (0.6, (1.0, 0.8, 0.6))
VALUE_SIZES: Sizes = (0.55, (0.55, 0.4))
LABEL_SIZES: Sizes = (0.85, (1.0, 0.85))
SENTENCE_SIZES: Sizes = (1.0, (1.0, 0.8, 0.6))
COLUMN_LEAD, ROW_LEAD, LABEL_LEAD, SENTENCE_LEAD = 1.63, 1.94, 1.85, 1.9
ABOVE_ROWS, NOTE = 0.036, 0.05  # units
REMEMBERED = 512  # captions, some KB each
NARROWEST = 6  # sizes of a row's type, at its smallest: a heading and an answer of a word each


class Panel(Placed):
    """What a theme says of the panel, in units: its width, its type, and whether figures stand in a row or a column.

    Attributes:
        note: Whether it says at its foot that people are invented.
    """

    width: Length
    figures: Literal["row", "column"]
    kicker: Length = 0.0134
    name: Length
    line: Length
    figure: Length
    figure_label: Length
    row: Length
    row_pitch: Length
    sentence: Length = 0.046
    note: bool = False


@dataclass(frozen=True)
class PanelSetter:
    """Sets captions in a column of ``width`` by ``height`` pixels, in a style at a unit in pixels."""

    style: Panel
    colors: Colors
    typesetter: Typesetter
    width: float
    height: float
    unit: float

    def set(self, caption: Caption, note_inside: bool) -> tuple[Text | Rect, ...]:
        """Return the shapes of a caption; the note (``Simulated data``) stands at the column's foot, if it is in it."""
        return tuple(self._shapes(caption, note_inside).shapes)

    def left_out(self, caption: Caption, note_inside: bool) -> LeftOut:
        """Return what of a caption the column has no room for."""
        return self._shapes(caption, note_inside).left_out

    def check_room(self, figures: int, rows: bool, note: bool) -> None:
        """Refuse a theme whose type has no room in the column.

        Raises:
            ConfigError: If one line of each text and one row are too high, or rows too wide; with what would fit.
        """
        caption = Caption("x", "x", "x", (Figure("x", "x"),) * figures, (), "x")
        needed, sizes = self._least(caption, int(rows), note), self.style
        if needed > self.height + 1:
            share = 0.995 * self.height / needed
            raise ConfigError(
                "the theme's panel is too low for its type",
                found=f"type of {needed / self.unit:.3f} units in all, in {self.height / self.unit:.3f}",
                remedy=f"Make its sizes at most {share:.2f} of what they are, or show fewer figures.",
            )
        widest = self.width / (NARROWEST * 1.15 * SMALLEST_PITCH * self.unit)
        if rows and sizes.row > widest:
            raise ConfigError(
                "the theme's panel is too narrow for its rows",
                found=f"row: {sizes.row:g}, in a panel of {self.width / self.unit:.3f} units",
                expected=f"at most {0.995 * widest:.4f}",
            )

    @cached_property
    def _shapes(self) -> Callable[[Caption, bool], CaptionShapes]:
        """Sets a caption, or returns it as it was set before: all are looked through for what has no room."""
        return lru_cache(maxsize=REMEMBERED)(self._set)

    def _set(self, caption: Caption, note_inside: bool) -> CaptionShapes:
        note = caption.note if note_inside else ""
        out = CaptionShapes(
            self.typesetter, max(0.0, self.height - self._least(caption, len(caption.rows), bool(note)))
        )
        y = self._figures(caption.figures, self._head(caption, out), out)
        if caption.sentence:
            self._sentence(caption.sentence, y, out)
        if caption.rows:
            top = y + ABOVE_ROWS * self.unit
            room = self.height - top - (NOTE * self.unit if note else 0)
            self._rows.set(caption.rows, top, room, out)
        if note:
            out.put(note, self._style("figure_label", 400, self.colors.quiet), (0, round(self.height)), self.width)
        return out

    @cached_property
    def _rows(self) -> RowSetter:
        return RowSetter(
            RowStyle(self.style.row, self.style.row_pitch), self.colors, self.typesetter, self.width, self.unit
        )

    def _least(self, caption: Caption, rows: int, note: bool) -> float:
        """How high a caption is at least, in pixels: every text in one line, rows as close as they come."""
        sizes, high = self.style, 0.0
        for size, _, _, lead in HEAD:
            if getattr(caption, size):
                high += getattr(sizes, size) * (lead if high else CAP_HEIGHT)
        if caption.sentence:
            high += SENTENCE_LEAD * sizes.sentence
        if caption.figures:
            deep = sizes.figures == "column"
            one = (COLUMN_LEAD if deep else ROW_LEAD) * sizes.figure + LABEL_LEAD * sizes.figure_label
            high += one * (len(caption.figures) if deep else 1)
        high += (ABOVE_ROWS if rows else 0) + (NOTE if note else 0)
        return high * self.unit + rows * SMALLEST_PITCH * self._rows.pitch

    def _style(self, size: str, weight: int, color: str) -> TextStyle:
        family: Literal["sans", "mono"] = "mono" if size == "name" else "sans"
        tracking = 0.09 * self.unit * self.style.kicker if size == "kicker" else 0.0
        return TextStyle(family, weight, getattr(self.style, size) * self.unit, color, tracking)

    def _head(self, caption: Caption, out: CaptionShapes) -> float:
        """Kicker, name and line; returns the last baseline."""
        y = 0.0
        for size, weight, color, lead in HEAD:
            text = getattr(caption, size)
            text = text.upper() if size == "kicker" else text
            if not text:
                continue
            style = self._style(size, weight, getattr(self.colors, color))
            style, lines = self._block(text, style, HEAD_SIZES, self.width, out.spare)
            y += style.size * (lead if y else CAP_HEIGHT)
            out.put(text, style, (0, round(y)), self.width, lines)
            y += self._further(style, lines)
            out.spare -= self._further(style, lines)
        return y

    def _sentence(self, text: str, y: float, out: CaptionShapes) -> None:
        """What is said of most people in a film that lets them pass: large, under the name."""
        style = self._style("sentence", 300, self.colors.ink)
        style, lines = self._block(text, style, SENTENCE_SIZES, self.width, out.spare)
        out.put(text, style, (0, round(y + SENTENCE_LEAD * style.size)), self.width, lines)

    def _block(self, text: str, style: TextStyle, sizes: Sizes, width: float, spare: float) -> tuple[TextStyle, int]:
        """Return a text's style and its lines, ``spare`` being the pixels that more lines than one may take."""
        least, shares = sizes
        one = shrunk(self.typesetter, text, style, least, width)
        if self.typesetter.fits(text, one, width):
            return one, 1
        for share in shares:
            smaller = scaled(style, share)
            most = 1 + int(spare / max(1.0, self.typesetter.line_height(smaller)))
            lines = self.typesetter.lines(self.typesetter.hyphenated(text, smaller, width), smaller, width)
            if lines <= most:
                break
        return smaller, min(lines, most)

    def _further(self, style: TextStyle, lines: int) -> float:
        """How much further down the last line of a text stands than its first."""
        return (lines - 1) * self.typesetter.line_height(style)

    def _figures(self, figures: tuple[Figure, ...], y: float, out: CaptionShapes) -> float:
        """Large numbers with their labels, in a row or a column; returns the last baseline."""
        size = self.style.figure * self.unit
        if self.style.figures == "column":
            for figure in figures:
                y, further = self._figure(figure, (0, y + COLUMN_LEAD * size), self.width, out)
                out.spare -= further
            return y
        step = self.width / max(3, len(figures))
        top, room = y + ROW_LEAD * size, step - 0.35 * size
        set_ = [self._figure(figure, (i * step, top), room, out) for i, figure in enumerate(figures)]
        out.spare -= max((further for _, further in set_), default=0.0)
        return max((last for last, _ in set_), default=y)

    def _figure(
        self, figure: Figure, place: tuple[float, float], room: float, out: CaptionShapes
    ) -> tuple[float, float]:
        """Set a number and its label; returns the last baseline, and how much of that more lines than one each took."""
        colors = self.colors
        big = self._style("figure", 300, colors.ink if figure.value else colors.quiet)
        value = figure.value or "–"
        big, lines = self._block(value, big, VALUE_SIZES, room, out.spare / 2)  # rows want some of it
        further = round(self._further(big, lines))
        label = self._style("figure_label", 400, colors.quiet)
        label, label_lines = self._block(figure.label, label, LABEL_SIZES, room, out.spare - further)
        x, baseline = place[0], round(place[1])
        out.put(value, big, (x, baseline), room, lines)
        y = baseline + round(LABEL_LEAD * label.size) + further
        out.put(figure.label, label, (x, y), room, label_lines)
        below = round(self._further(label, label_lines))
        return y + below, further + below
