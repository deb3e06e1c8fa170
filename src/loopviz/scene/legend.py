"""The legend: what each category's labels look like, and what else is drawn, in lines under the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loopviz.scene.boxes import DASH, LONG_DASH, Frame
from loopviz.scene.elements import Rect, Text, TextStyle
from loopviz.scene.layout import Area
from loopviz.scene.marks import Category
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.style import Colors, Placed, Type
from loopviz.scene.typography import Typesetter

BASELINE = 0.047  # units under the area's upper edge
LINE = 1.5  # sizes of type from line to line
DEEP = 0.3  # lines: what a last line needs under its base line
SQUARE, BEFORE_TEXT, BETWEEN, NOTE_GAP, TIGHT = 0.78, 0.6, 1.7, 2.0, 0.14  # sizes of type


class Legend(Placed):
    """What a theme says of the legend.

    Attributes:
        size: How large its type is, in units.
        categories: Whether it lists the categories; else it says only what is drawn otherwise, and its note.
        note: Whether the note that people are invented stands at its end.
    """

    size: Type = 0.024
    categories: bool = True
    note: bool = True


@dataclass(frozen=True)
class LegendSetter:
    """Sets a legend in an area of the canvas, in a style at a unit in pixels."""

    style: Legend
    colors: Colors
    typesetter: Typesetter
    area: Area
    unit: float

    @property
    def baseline(self) -> int:
        """Where the line stands, in canvas pixels."""
        return round(self.area.y + BASELINE * self.unit)

    def set(self, categories: Sequence[Category], note: str) -> list[Text | Rect]:
        """Return the lines in canvas coordinates; the note, where there is one, stands at the first's right end."""
        style = TextStyle("sans", 400, self._size, self.colors.quiet)
        taken = self.typesetter.width(note, style) + NOTE_GAP * self._size if note else 0.0
        shapes = [
            shape
            for number, line in enumerate(self._lines(categories, taken))
            for x, entry in line
            for shape in self._entry(entry, x, self.baseline + round(number * LINE * self._size))
        ]
        if note:
            note = self.typesetter.fit(note, style, self.area.width)
            shapes.append(Text(note, style, self.area.x, self.baseline, self.area.width, "right"))
        return shapes

    def _lines(self, categories: Sequence[Category], taken: float) -> list[list[tuple[float, Category | int]]]:
        """Return the entries of each line and where they begin; at last how many there is no room for.

        What nobody drew is always there, at the end.
        """
        kinds = [category for category in categories if category.kind != "drawn"]
        drawn = [category for category in categories if category.kind == "drawn"]
        most = 1 + max(0, int((self.area.bottom - self.baseline) / (LINE * self._size) - DEEP))
        for shown in range(len(drawn), -1, -1):
            more = [len(drawn) - shown] if shown < len(drawn) else []
            lines = self._broken([*drawn[:shown], *more, *kinds], taken)
            if len(lines) <= most:
                return lines
        return self._broken(kinds, taken)[:most]

    def _broken(self, entries: Sequence[Category | int], taken: float) -> list[list[tuple[float, Category | int]]]:
        """Return entries in lines, of which the first leaves some pixels at its end."""
        lines: list[list[tuple[float, Category | int]]] = [[]]
        x = self.area.x
        for entry in entries:
            wide = self._width(entry)
            end = self.area.right - (taken if len(lines) == 1 else 0.0)
            if lines[-1] and x + wide > end:
                lines.append([])
                x = self.area.x
            lines[-1].append((x, entry))
            x += wide + (0.0 if _goes_on(entry) else BETWEEN * self._size)
        return lines

    @property
    def _size(self) -> float:
        return self.style.size * self.unit

    @property
    def _type(self) -> TextStyle:
        return TextStyle("sans", 500, self._size, self.colors.ink)

    @property
    def _square(self) -> int:
        return round(SQUARE * self._size)

    @property
    def _before_text(self) -> float:
        return self._square + BEFORE_TEXT * self._size

    def _width(self, entry: Category | int) -> float:
        if isinstance(entry, int):
            return self.typesetter.width(f"+ {entry}", self._type)
        if _goes_on(entry):
            return self._square + TIGHT * self._size
        return self._before_text + self.typesetter.width(entry.name, self._type)

    def _entry(self, entry: Category | int, x: float, baseline: int) -> Iterator[Text | Rect]:
        """A square as a category's labels are drawn, and its name; or how many there is no room for."""
        style, wide = self._type, self._width(entry)
        if isinstance(entry, int):
            yield Text(f"+ {entry}", style, x, baseline, wide + 2)
            return
        square = self._square
        left, top = round(x), round(baseline - CAP_HEIGHT * style.size / 2 - square / 2)
        edges = left, top, left + square, top + square
        if entry.group is not None:
            line = max(1, round(square / 5 * entry.group.weight))
            yield from Frame(edges, line, entry.color, DASH // 2 if entry.group.dash else 0).bars()
        elif entry.kind == "rejected":
            yield from Frame(edges, max(1, square // 8), entry.color, LONG_DASH // 3).bars()
        elif entry.kind == "carried":
            yield from Frame(edges, max(1, square // 8), entry.color, DASH).bars()
        elif entry.kind == "hidden":
            yield from Frame(edges, max(1, square // 6), entry.color).bars()
        elif entry.kind == "behind":
            thin = max(1, square // 10)
            for inset in (0, 2 * thin, 4 * thin):
                yield from Frame((left + inset, top + inset, left + square, top + square), thin, entry.color).bars()
        elif entry.kind == "ghost":
            bar = max(1, square // 8)
            starts = range(edges[0], edges[2], 2 * bar)
            yield from (Rect(at, edges[1], min(at + bar, edges[2]), edges[3], entry.color) for at in starts)
        else:
            yield Rect(*edges, entry.color)
        yield Text(entry.name, style, x + self._before_text, baseline, wide - self._before_text + 2)


def _goes_on(entry: Category | int) -> bool:
    """Whether it is a step of a scale that is not its last one."""
    return not isinstance(entry, int) and entry.group is not None and entry.group.in_scale and not entry.name
