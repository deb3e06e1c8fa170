"""The panel's rows: a heading and an answer between hairlines, on one grid and in one size through the clip.

An answer that does not fit beside its heading stands under it, as a paragraph. Its row is taller by whole steps of the
grid, so that all other rows stay on it. Somebody who said much more than most has a closer grid. Where rows have no
room even then, short ones yield from the last one on, those without an answer first; the first few stay. Only then
lines of paragraphs are shared out, and answers are cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from loopviz.scene.caption import Row
from loopviz.scene.caption_shapes import CaptionShapes, LeftOut
from loopviz.scene.elements import Align, Rect, TextStyle
from loopviz.scene.style import Colors
from loopviz.scene.typography import Typesetter, from_the_right

LEAST_PITCH = 1.7  # sizes of type from row to row
BETWEEN = 1.0  # sizes of type between a heading and the answer beside it
HEADING_ROOM = 0.58  # of the column: a heading with an answer beside it
MOST = 0.9  # of the captions: the grid is as close as these need it, and rarer ones have a closer one of their own
UNDER = 1.5  # sizes of type from a heading to the answer under it
MOST_HEADING = 3  # lines
KEPT = 3  # short rows do not yield to paragraphs
CAP = 0.365  # sizes of type: half the height of a capital, which stands in the middle of its row
REMEMBERED = 4096  # rows: many people give the same answer


@dataclass(frozen=True)
class RowStyle:
    """How large the type of rows is, and how far they are apart, in units."""

    size: float
    pitch: float


class Lines(NamedTuple):
    """How many lines a heading has, and the answer under it: 0 where there is none, or it stands beside."""

    heading: int = 1
    answer: int = 0


class Placed(NamedTuple):
    """A row and its lines; how many steps of the grid they take, and how many they take with one line of its answer."""

    row: Row
    lines: Lines
    steps: int
    least: int


@dataclass(frozen=True)
class RowSetter:
    """Sets rows in a column of ``width`` pixels, in a style at a unit in pixels."""

    style: RowStyle
    colors: Colors
    typesetter: Typesetter
    width: float
    unit: float

    @property
    def size(self) -> float:
        """The size of type, in pixels."""
        return self.style.size * self.unit

    @property
    def least_pitch(self) -> float:
        """From row to row where there is hardly room, in pixels."""
        return LEAST_PITCH * self.size

    def pitch(self, forms: Iterable[tuple[Row, ...]], room: float) -> float:
        """Return the step of the grid of a clip, in pixels: the largest at which most captions are whole.

        Args:
            forms: The rows of every caption.
            room: How much there is of the column, in pixels.
        """
        forms = list(forms)
        fewest = max([1, *map(len, forms)])
        return self._whole(forms, fewest, room) or max(self.least_pitch, min(self._roomy, room / fewest))

    @property
    def _roomy(self) -> float:
        return max(self.style.pitch * self.unit, self.least_pitch)

    def _whole(self, forms: Sequence[tuple[Row, ...]], fewest: int, room: float) -> float | None:
        """Return the largest pitch at which most captions are whole; None where that is none."""
        every = [[self._lines(row) for row in rows] for rows in forms]
        for steps in range(fewest, int(room / self.least_pitch + 1e-6) + 1):
            pitch = min(self._roomy, room / steps)
            whole = sum(sum(self._steps_of(lines, pitch) for lines in rows) <= steps for rows in every)
            if whole >= MOST * len(every):
                return pitch
        return None

    def set(self, rows: tuple[Row, ...], top: float, room: float, pitch: float, out: CaptionShapes) -> None:
        """Set rows from ``top`` on, in ``room`` pixels down the column."""
        line, y = max(1, round(0.0011 * self.unit)), top
        if sum(self._steps_of(self._lines(row), pitch) for row in rows) > int(room / pitch + 1e-2):
            pitch = min(pitch, self._whole([rows], len(rows), room) or self.least_pitch)
        for row, lines, steps, _ in self._chosen(rows, max(1, int(room / pitch + 1e-2)), pitch, out):
            edge = round(y)
            out.shapes.append(Rect(0, edge, self.width, edge + line, self.colors.hairline))
            baseline = round(edge + pitch / 2 + CAP * self.size)
            if lines.answer:
                self._under(row, baseline, lines, out)
            else:
                self._beside(row, baseline, lines, out)
            y += steps * pitch
        out.shapes.append(Rect(0, round(y), self.width, round(y) + line, self.colors.hairline))

    def _chosen(self, rows: tuple[Row, ...], room: int, pitch: float, out: CaptionShapes) -> list[Placed]:
        """Return the rows that have room in so many steps, and a last one that counts those that have none."""
        placed = [self._placed(row, self._lines(row), pitch) for row in rows]
        kept = placed if _steps(placed) <= room else yielded(placed, room)
        if hidden := len(rows) - len(kept):
            out.left_out += LeftOut(answers=hidden)
            more = Row(f"and {hidden} more answers", "", False)
            kept = [*kept, self._placed(more, Lines(), pitch)]
        return self._shared(kept, room, pitch) if _steps(kept) > room else kept

    def _shared(self, placed: Sequence[Placed], room: int, pitch: float) -> list[Placed]:
        """Return rows whose answers are cut: they share the lines for which there is room, evenly."""
        shared = [self._placed(row, Lines(lines.heading, min(1, lines.answer)), pitch) for row, lines, _, _ in placed]
        if _steps(shared) > room:  # a single row: its answer stands beside its heading, as much as there is of it
            return [self._placed(row, Lines(), pitch) for row, _, _, _ in placed[:room]]
        wanting = [i for i, each in enumerate(placed) if each.lines.answer > 1]
        while wanting:
            i = min(wanting, key=lambda place: shared[place].lines.answer)
            row, lines = shared[i].row, shared[i].lines
            longer = self._placed(row, Lines(lines.heading, lines.answer + 1), pitch)
            if _steps(shared) + longer.steps - shared[i].steps > room or longer.lines == placed[i].lines:
                wanting.remove(i)
            if _steps(shared) + longer.steps - shared[i].steps <= room:
                shared[i] = longer
        return shared

    def _placed(self, row: Row, lines: Lines, pitch: float) -> Placed:
        least = Lines(lines.heading, min(1, lines.answer))
        return Placed(row, lines, self._steps_of(lines, pitch), self._steps_of(least, pitch))

    def _steps_of(self, lines: Lines, pitch: float) -> int:
        """Return how many steps of the grid a row takes."""
        high = self.typesetter.line_height(self._heading)
        more = (lines.heading - 1) * high
        if lines.answer:
            more += UNDER * self.size + (lines.answer - 1) * high
        return 1 + math.ceil(more / pitch - 1e-6)

    @cached_property
    def _lines(self) -> Callable[[Row], Lines]:
        """Returns, remembered, the lines of a row that has all the room it wants."""
        return lru_cache(maxsize=REMEMBERED)(self._count)

    def _count(self, row: Row) -> Lines:
        heading, answer = self._heading, self._answer(row)
        own = self.typesetter.width(row.heading, heading)
        beside = self.width - own - BETWEEN * self.size
        if not row.answer and own <= self.width:
            return Lines()
        if own <= HEADING_ROOM * self.width and self.typesetter.fits(row.answer, answer, beside):
            return Lines()
        return Lines(
            min(MOST_HEADING, self._lines_of(row.heading, heading)),
            self._lines_of(row.answer, answer) if row.answer else 0,
        )

    def _lines_of(self, text: str, style: TextStyle) -> int:
        return self.typesetter.lines(self.typesetter.hyphenated(text, style, self.width), style, self.width)

    @cached_property
    def _heading(self) -> TextStyle:
        return TextStyle("sans", 400, self.size, self.colors.quiet)

    def _answer(self, row: Row) -> TextStyle:
        colors = self.colors
        color = colors.ink if row.given else colors.quiet
        cell = 0.0 if any(map(str.isalpha, row.answer)) else 1.0  # numbers line up down the column, words are words
        return TextStyle("sans", 500 if row.given else 400, self.size, color, cell=cell)

    def _beside(self, row: Row, baseline: int, lines: Lines, out: CaptionShapes) -> None:
        own = min(self.typesetter.width(row.heading, self._heading), HEADING_ROOM * self.width) + 1
        out.put(row.heading, self._heading, (0, baseline), own if row.answer else self.width, lines.heading)
        if row.answer:
            x = own - 1 + BETWEEN * self.size
            out.put(row.answer, self._answer(row), (x, baseline), self.width - x, align="right")

    def _under(self, row: Row, baseline: int, lines: Lines, out: CaptionShapes) -> None:
        out.put(row.heading, self._heading, (0, baseline), self.width, lines.heading)
        high = self.typesetter.line_height(self._heading)
        first = baseline + round((lines.heading - 1) * high + UNDER * self.size)
        align: Align = "right" if from_the_right(row.answer) else "left"
        out.put(row.answer, self._answer(row), (0, first), self.width, lines.answer, align)


def _steps(placed: Iterable[Placed]) -> int:
    return sum(each.steps for each in placed)


def yielded(placed: Sequence[Placed], room: int) -> list[Placed]:
    """Return the rows that stay where all of them take more than ``room`` steps; what counts the others takes one.

    Of more rows than steps the last ones go. Else short rows yield to paragraphs, but for the first few: those without
    an answer first, and the last ones first; and then the last ones of all, if the others have no room for one line of
    their answers each.
    """
    short = [i for i, each in enumerate(placed) if not each.lines.answer]
    crowded = len(placed) > room
    order = [] if crowded else sorted(short[KEPT:], key=lambda i: (placed[i].row.given, -i))
    kept = dict(enumerate(placed))
    while order and _steps(kept.values()) > room - (len(kept) < len(placed)):
        del kept[order.pop(0)]
    while len(kept) > 1 and sum(each.steps if crowded else each.least for each in kept.values()) > room - (
        len(kept) < len(placed)
    ):
        kept.popitem()
    return list(kept.values())
