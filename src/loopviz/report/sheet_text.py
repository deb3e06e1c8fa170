"""What a contact sheet says and where: its head, the caption under each picture and its foot, as pure functions.

All lengths are pixels of the page. A caption answers, from large to small: what was measured, of whom, on which frame,
and why that is enough or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from loopviz.crowd.review.evidence import Evidence, asks, sentences
from loopviz.scene import Rect, Text, TextStyle, Theme, Typesetter
from loopviz.scene.marks import Category

CELL = 352  # a picture's widest
GUTTER, ROW_GAP = 40, 64
MARGIN, TOP = 96, 104
NARROW = 230  # what a figure needs at least
FACTS = 92  # the column of headings before the head's facts
EVIDENCE_SIZE = 16
EVIDENCE, LINE, MOST_LINES = 106, 21, 8  # from a picture's foot to its evidence, whose lines stand so far apart
SOMEBODY = "Somebody"  # whose name is hidden


@dataclass(frozen=True)
class Head:
    """What stands above the pictures.

    Attributes:
        kicker: What kind of page this is.
        title: What these assignments have in common.
        facts: The rule and what it means for labels and people, each with its heading.
        figures: Numbers and what they are.
        legend: The categories.
        note: How the sheet is read; empty where there is nothing to say.
    """

    kicker: str
    title: str
    facts: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, str], ...]
    legend: tuple[Category, ...]
    note: str


@dataclass(frozen=True)
class CellCaption:
    """What stands under one picture; ``share`` is the score, of which 1 keeps the rule, if it was measured."""

    name: str
    place: str
    evidence: Sequence[Evidence]
    value: str
    measure: str
    share: float | None


class SheetType:
    """Sets a sheet's type in a theme's colours, for a page of some columns."""

    def __init__(self, theme: Theme, typesetter: Typesetter, columns: int) -> None:
        self._colors, self._typesetter, self._columns = theme.colors, typesetter, columns
        self.width = 2 * MARGIN + columns * CELL + (columns - 1) * GUTTER
        self._room = self.width - 2 * MARGIN

    def _style(self, size: float, weight: int = 400, *, quiet: bool = False, mono: bool = False) -> TextStyle:
        color = self._colors.quiet if quiet else self._colors.ink
        return TextStyle("mono" if mono else "sans", weight, size, color)

    def _line(self, text: str, style: TextStyle, x: float, y: float, width: float) -> Text:
        return Text(self._typesetter.fit(text, style, width), style, x, y, width + 1)

    def head(self, head: Head) -> tuple[list[Text | Rect], int]:
        """Return the head's shapes, and where it ends."""
        kicker = TextStyle("sans", 500, 17, self._colors.quiet, 1.6)
        beside = self._columns >= len(head.figures) + 2  # each figure above a column of pictures
        room = (self._columns - len(head.figures)) * (CELL + GUTTER) - GUTTER if beside else self._room
        y = TOP + 74
        shapes: list[Text | Rect] = [self._line(head.kicker.upper(), kicker, MARGIN, TOP, room)]
        shapes.append(self._line(head.title, self._style(58, 600, mono=True), MARGIN, y, room))
        if beside:
            shapes.extend(self._figures(head.figures, MARGIN + room + GUTTER, y, CELL + GUTTER))
        else:
            rows = ceil(len(head.figures) / max(1, int(self._room // NARROW)))
            across = ceil(len(head.figures) / rows)
            for start in range(0, len(head.figures), across):
                y += 112
                shapes.extend(self._figures(head.figures[start : start + across], MARGIN, y, self._room / across))
        y = self._facts(head.facts, y + 68, shapes) + 44
        shapes.append(Rect(MARGIN, y, MARGIN + self._room, y + 2, self._colors.hairline))
        return shapes, self._key(head, y + 42, shapes) + 42

    def _figures(self, figures: Sequence[tuple[str, str]], x: float, y: float, step: float) -> Iterator[Text]:
        """Large numbers on one baseline, each with what it is of below; a long one is set smaller."""
        for place, (value, label) in enumerate(figures):
            wide = self._typesetter.width(value, self._style(58, 300))
            style = self._style(58 * min(1.0, max(0.5, 0.99 * (step - 16) / wide)), 300)
            yield self._line(value, style, x + place * step, y, step - 16)
            yield self._line(label, self._style(19, quiet=True), x + place * step, y + 38, step - 16)

    def _facts(self, facts: Sequence[tuple[str, str]], y: int, shapes: list[Text | Rect]) -> int:
        """Headings and what they are of, in as many lines as it takes; returns the last baseline."""
        last = y
        for heading, fact in facts:
            y += 34
            style, room = self._style(20, mono=heading == "Rule"), self._room - FACTS
            shapes.append(self._line(heading, self._style(20, quiet=True), MARGIN, y, FACTS))
            shapes.append(Text(fact, style, MARGIN + FACTS, y, room))
            last = y + 26 * (self._typesetter.measure(fact, style, room)[2] - 1)
            y = last
        return last

    def _key(self, head: Head, y: int, shapes: list[Text | Rect]) -> int:
        """The categories, and the note beside them or, on a narrow page, below; returns the last baseline."""
        quiet = self._style(18, quiet=True)
        note = self._typesetter.width(head.note, quiet)
        if note > self._room / 2:
            shapes.extend(self._legend(head.legend, y, MARGIN + self._room))
            shapes.append(Text(head.note, quiet, MARGIN, y + 34, self._room))
            return y + 34 + 24 * (self._typesetter.measure(head.note, quiet, self._room)[2] - 1)
        shapes.extend(self._legend(head.legend, y, MARGIN + self._room - note - 2 * GUTTER))
        if head.note:
            shapes.append(Text(head.note, quiet, MARGIN, y, self._room, "right"))
        return y

    def _legend(self, legend: Sequence[Category], baseline: int, end: float) -> Iterator[Text | Rect]:
        """The categories as far as there is room; the others are counted."""
        style, x = self._style(18, 500), float(MARGIN)
        for place, category in enumerate(legend):
            shown = self._typesetter.fit(category.name, style, CELL - 26)
            wide = self._typesetter.width(shown, style)
            rest = len(legend) - place
            if x + 26 + wide + (60 if rest > 1 else 0) > end:
                yield Text(f"+ {rest}", style, x, baseline, 60)
                return
            yield Rect(round(x), baseline - 14, round(x) + 15, baseline + 1, category.color)
            yield Text(shown, style, x + 26, baseline, wide + 2)
            x += 26 + wide + 34

    def caption_height(self, evidence: Iterable[Sequence[Evidence]]) -> int:
        """Return how far the longest of some captions reaches below its picture."""
        style = self._style(EVIDENCE_SIZE)
        lines = max(self._typesetter.measure(_lines(grounds), style, CELL)[2] for grounds in evidence)
        return EVIDENCE + LINE * (min(lines, MOST_LINES) - 1)

    def caption(self, cell: CellCaption) -> Iterator[Text | Rect]:
        """Yield a caption's shapes, with the origin at the lower left corner of its picture's place."""
        figure, label = self._style(30, 300), self._style(15, quiet=True)
        value_room = min(
            CELL / 2, max(self._typesetter.width(t, s) for t, s in ((cell.value, figure), (cell.measure, label)))
        )
        room = CELL - value_room - 16
        yield from self._bar(cell)
        yield self._line(cell.name, self._style(18, 600, mono=True), 0, 50, room)
        yield self._line(cell.place, label, 0, 74, room)
        yield Text(self._typesetter.fit(cell.value, figure, CELL / 2), figure, 0, 50, CELL, "right")
        yield Text(cell.measure, label, 0, 74, CELL, "right")
        style = self._style(EVIDENCE_SIZE)
        why = self._typesetter.fit(_lines(cell.evidence), style, CELL, MOST_LINES)
        yield Text(why, style, 0, EVIDENCE, CELL + 1)

    def _bar(self, cell: CellCaption) -> Iterator[Rect]:
        """How far the measure reaches: a line whose middle, the tick, is what the rule asks for."""
        middle = CELL // 2
        yield Rect(0, 13, CELL, 14, self._colors.hairline)
        if cell.share is None:
            return
        reach = round(middle * min(2.0, max(0.0, cell.share)))
        yield Rect(0, 12, reach, 15, self._colors.ink)
        yield Rect(middle - 1, 8, middle + 1, 19, self._colors.ink)

    def foot(self, note: str, sheet: str) -> tuple[list[Text | Rect], int]:
        """Return the foot's shapes, with the origin at the page's left edge, and its height."""
        bold, quiet, y = self._style(18, 500), self._style(18, quiet=True), 36
        shapes: list[Text | Rect] = [Rect(MARGIN, 0, MARGIN + self._room, 2, self._colors.hairline)]
        wide = self._typesetter.width(note, bold) + self._typesetter.width(sheet, quiet) + GUTTER
        if note:
            shapes.append(Text(note, bold, MARGIN, y, self._room))
            if wide > self._room:
                y += 26 * self._typesetter.measure(note, bold, self._room)[2] + 8
        shapes.append(Text(sheet, quiet, MARGIN, y, self._room, "right"))
        return shapes, y + 60


def _lines(grounds: Sequence[Evidence]) -> str:
    """Give every sentence a line of its own, and keep what a rule asks for together."""
    lines = []
    for ground, line in zip(grounds, sentences(grounds), strict=True):
        clause = asks(ground["asked"] or "")
        lines.append(line.replace(clause, clause.replace(" ", "\u00a0")))
    return "\n".join(lines)
