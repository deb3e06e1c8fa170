"""The panel's rows: a heading and an answer between hairlines.

Rows keep one pitch through the clip. An answer that is too long for its line is set smaller, then on two lines. One
that is longer still stands under its heading, in as many lines as it needs while the column has room; if it has not,
rows move together, type becomes smaller, and at last lines are shared out and the answer is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from loopviz.scene.caption import Row
from loopviz.scene.caption_shapes import CaptionShapes, LeftOut, scaled, shrunk
from loopviz.scene.elements import Align, Rect, TextStyle
from loopviz.scene.style import Colors
from loopviz.scene.typography import Typesetter, from_the_right

SMALLEST_PITCH = 0.62  # of the theme's own; rows that do not fit then are counted, not squeezed in
SMALL = 0.76  # of a row's type: two lines in the place of one
ROW_ROOM = 2.27  # sizes of type from row to row: two small lines at the smallest pitch do not touch
CLOSE = 0.88  # of a row's type: answers under their headings where there is hardly room
REMEMBERED = 4096  # rows: many people give the same answer
MOST_HEADING = 3  # lines
UNDER = 1.5  # sizes of type from a heading to the answer under it


@dataclass(frozen=True)
class Setting:
    """How some rows are set.

    Attributes:
        pitch: From row to row, in pixels.
        share: The type of answers under their headings, as a share of the headings'.
        lines: How many lines each heading, and each answer under it, has; None where they stand beside each other.
    """

    pitch: float
    share: float
    lines: tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class RowStyle:
    """How large the type of rows is, and how far they are apart, in units."""

    size: float
    pitch: float


@dataclass(frozen=True)
class RowSetter:
    """Sets rows in a column of ``width`` pixels, in a style at a unit in pixels."""

    style: RowStyle
    colors: Colors
    typesetter: Typesetter
    width: float
    unit: float

    @property
    def pitch(self) -> float:
        """From row to row where there is room, in pixels: the style's own, unless its type would overlap."""
        return max(self.style.pitch, ROW_ROOM * self.style.size) * self.unit

    def set(self, rows: tuple[Row, ...], top: float, room: float, out: CaptionShapes) -> None:
        """Set rows from ``top`` on, in ``room`` pixels down the column."""
        pitch = max(SMALLEST_PITCH * self.pitch, min(self.pitch, room / len(rows)))
        fitting = max(1, int(room / pitch + 1e-6))
        if len(rows) > fitting:
            hidden = len(rows) - fitting + 1
            out.left_out += LeftOut(answers=hidden)
            rows = (*rows[: fitting - 1], Row(f"and {hidden} more answers", "", False))
        setting = self._setting(rows, pitch, room)
        line = max(1, round(0.0011 * self.unit))
        heading_room, further = self._heading_room(rows, setting.pitch), 0.0
        for i, (row, lines) in enumerate(zip(rows, setting.lines, strict=True)):
            y = round(top + i * setting.pitch + further)
            out.shapes.append(Rect(0, y, self.width, y + line, self.colors.hairline))
            if lines is None:
                self._beside(row, y, setting.pitch, heading_room, out)
            else:
                self._under(row, y, setting, lines, out)
                further += self._taller(setting, lines)
        end = round(top + len(rows) * setting.pitch + further)
        out.shapes.append(Rect(0, end, self.width, end + line, self.colors.hairline))

    def _setting(self, rows: Sequence[Row], pitch: float, room: float) -> Setting:
        """Return the roomiest setting in which every text is whole, or the closest."""
        plain = Setting(pitch, 1.0, (None,) * len(rows))
        heading_room = self._heading_room(rows, pitch)
        if all(self._lines_beside(row, pitch, heading_room) for row in rows):
            return plain
        for closer, share, beside in self._ladder(pitch):
            heading_room = self._heading_room(rows, closer)
            lines = (self._lines(row, heading_room, closer, share, beside) for row in rows)
            setting = Setting(closer, share, tuple(lines))
            free = room - len(rows) * closer - sum(self._taller(setting, lines) for lines in setting.lines)
            if free >= 0:
                return setting
        under = [lines for lines in setting.lines if lines]
        line = self.typesetter.line_height(scaled(self._heading_style(closer), share))
        more = free / line + sum(answer - 1 for _, answer in under if answer)
        if more < 0:
            return plain
        needs = [answer for _, answer in under]
        given = iter(shared_out(needs, sum(map(bool, needs)) + int(more)))
        return Setting(closer, share, tuple(lines and (lines[0], next(given)) for lines in setting.lines))

    def _ladder(self, pitch: float) -> Iterator[tuple[float, float, int]]:
        """Yield pitches, shares of type, and how many lines may stand beside a heading, from roomy to close."""
        least = SMALLEST_PITCH * self.pitch
        for step in (1.0, 0.75, 0.5, 0.25, 0.0):
            for beside in (1, 2):
                yield least + step * (pitch - least), 1.0, beside
        yield least, CLOSE, 2

    def _lines(self, row: Row, heading_room: float, pitch: float, share: float, beside: int) -> tuple[int, int] | None:
        """Return the lines of a heading and of an answer under it; None if they can stand beside each other."""
        if 0 < self._lines_beside(row, pitch, heading_room) <= beside:
            return None
        heading = self._heading_style(pitch)
        answer = self._answer_style(row, heading.size * share)
        return (
            min(MOST_HEADING, self._count(row.heading, heading)),
            self._count(row.answer, answer) if row.answer else 0,
        )

    def _taller(self, setting: Setting, lines: tuple[int, int] | None) -> float:
        """How much taller than a pitch a row is whose answer stands under its heading."""
        if lines is None:
            return 0.0
        heading = self._heading_style(setting.pitch)
        line = self.typesetter.line_height(scaled(heading, setting.share))
        below = UNDER * heading.size + (lines[1] - 1) * line if lines[1] else 0.0
        return (lines[0] - 1) * self.typesetter.line_height(heading) + below

    def _count(self, text: str, style: TextStyle) -> int:
        return self.typesetter.lines(self.typesetter.hyphenated(text, style, self.width), style, self.width)

    def _heading_style(self, pitch: float) -> TextStyle:
        scale = min(1.0, 1.15 * pitch / self.pitch)
        return TextStyle("sans", 400, self.style.size * self.unit * scale, self.colors.quiet)

    def _answer_style(self, row: Row, size: float) -> TextStyle:
        colors = self.colors
        return TextStyle("sans", 500 if row.given else 400, size, colors.ink if row.given else colors.quiet)

    def _heading_room(self, rows: Sequence[Row], pitch: float) -> float:
        style = self._heading_style(pitch)
        return min(0.58 * self.width, max(self.typesetter.width(row.heading, style) for row in rows) + 1)

    @cached_property
    def _answer_beside(self) -> Callable[[Row, float, float], tuple[TextStyle, float]]:
        """Returns, remembered, the style of an answer beside its heading, and the room that it has there."""
        return lru_cache(maxsize=REMEMBERED)(self._find_answer_beside)

    @cached_property
    def _lines_beside(self) -> Callable[[Row, float, float], int]:
        """Returns, remembered, how many lines an answer takes beside its heading; 0 if it or the heading is cut."""
        return lru_cache(maxsize=REMEMBERED)(self._count_lines_beside)

    def _find_answer_beside(self, row: Row, pitch: float, heading_room: float) -> tuple[TextStyle, float]:
        heading = self._heading_style(pitch)
        style = self._answer_style(row, heading.size)
        own = self.typesetter.width(row.heading, heading)
        room = self.width - min(own, heading_room) - 1.2 * heading.size
        one_line = shrunk(self.typesetter, row.answer, style, 0.8, room)
        return one_line if self.typesetter.fits(row.answer, one_line, room) else scaled(style, SMALL), room

    def _count_lines_beside(self, row: Row, pitch: float, heading_room: float) -> int:
        if not self.typesetter.fits(row.heading, self._heading_style(pitch), heading_room):
            return 0
        style, room = self._answer_beside(row, pitch, heading_room)
        if not row.answer or self.typesetter.fits(row.answer, style, room):
            return 1
        return 2 if self.typesetter.fits(self.typesetter.hyphenated(row.answer, style, room), style, room, 2) else 0

    def _beside(self, row: Row, y: float, pitch: float, heading_room: float, out: CaptionShapes) -> None:
        baseline = round(y + 0.64 * pitch)
        out.put(row.heading, self._heading_style(pitch), (0, baseline), heading_room)
        if not row.answer:
            return
        style, room = self._answer_beside(row, pitch, heading_room)
        if self.typesetter.fits(row.answer, style, room):
            out.put(row.answer, style, (0, baseline), self.width, align="right")
            return
        first = round(y + 0.5 * pitch - 0.29 * style.size)
        out.put(row.answer, style, (self.width - room, first), room, 2, "right")

    def _under(self, row: Row, y: float, setting: Setting, lines: tuple[int, int], out: CaptionShapes) -> None:
        heading = self._heading_style(setting.pitch)
        baseline = round(y + 0.64 * setting.pitch)
        out.put(row.heading, heading, (0, baseline), self.width, lines[0])
        if not lines[1]:
            return
        style = self._answer_style(row, heading.size * setting.share)
        first = baseline + round((lines[0] - 1) * self.typesetter.line_height(heading) + UNDER * heading.size)
        align: Align = "right" if from_the_right(row.answer) else "left"
        out.put(row.answer, style, (0, first), self.width, lines[1], align)


def shared_out(needs: Sequence[int], total: int) -> list[int]:
    """Return as many lines as there are for each need: nobody has more than another who could use them, but by one."""
    given = [0] * len(needs)
    while sum(given) < min(total, sum(needs)):
        least = min((g, i) for i, (g, need) in enumerate(zip(given, needs, strict=True)) if g < need)[1]
        given[least] += 1
    return given
