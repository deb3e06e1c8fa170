"""The legend: what each category's labels look like, and what else is drawn, in a line under the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loopviz.scene.elements import Rect, Text, TextStyle
from loopviz.scene.layout import Area
from loopviz.scene.marks import Category, dashed_frame
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.style import Colors, Length, Placed
from loopviz.scene.typography import Typesetter

BASELINE = 0.047  # units under the area's upper edge
SQUARE, BEFORE_TEXT, BETWEEN, MORE = 0.0155, 0.012, 0.036, 0.11  # units
NOTE, NOTE_GAP = 0.0165, 0.04


class Legend(Placed):
    """What a theme says of the legend.

    Attributes:
        size: How large its type is, in units.
        categories: Whether it lists the categories; else it says only what is drawn otherwise, and its note.
        note: Whether the note that people are invented stands at its end.
    """

    size: Length = 0.0195
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
        """Return the line in canvas coordinates; the note, where there is one, stands at its right end."""
        style = TextStyle("sans", 400, NOTE * self.unit, self.colors.quiet)
        room = self.area.width - (self.typesetter.width(note, style) + NOTE_GAP * self.unit if note else 0)
        shapes = list(self._entries(categories, room))
        if note:
            note = self.typesetter.fit(note, style, self.area.width)
            shapes.append(Text(note, style, self.area.x, self.baseline, self.area.width, "right"))
        return shapes

    def _entries(self, categories: Sequence[Category], room: float) -> Iterator[Text | Rect]:
        """Yield the entries; categories that do not fit are counted, what nobody drew is always there, at the end."""
        unit, style = self.unit, TextStyle("sans", 500, self.style.size * self.unit, self.colors.ink)
        before_text, between = round(SQUARE * unit) + BEFORE_TEXT * unit, BETWEEN * unit
        wide = {category: before_text + self.typesetter.width(category.name, style) for category in categories}
        kinds = [category for category in categories if category.kind != "drawn"]
        drawn = [category for category in categories if category.kind == "drawn"]
        x, room = self.area.x, self.area.x + room - sum(between + wide[kind] for kind in kinds)
        for place, category in enumerate(drawn):
            left_over = len(drawn) - place
            if x + wide[category] + (MORE * unit if left_over > 1 else 0) > room:
                yield Text(f"+ {left_over}", style, x, self.baseline, 0.1 * unit)
                x += 0.1 * unit
                break
            yield from self._entry(category, x, style, wide[category])
            x += wide[category] + between
        for kind in kinds:
            yield from self._entry(kind, x, style, wide[kind])
            x += wide[kind] + between

    def _entry(self, category: Category, x: float, style: TextStyle, wide: float) -> Iterator[Text | Rect]:
        """A square as the category's labels are drawn, and its name."""
        square = round(SQUARE * self.unit)
        before_text = square + BEFORE_TEXT * self.unit
        left, top = round(x), round(self.baseline - CAP_HEIGHT * style.size / 2 - square / 2)
        edges = left, top, left + square, top + square
        if category.kind == "carried":
            yield from dashed_frame(*edges, max(1, square // 8), category.color)
        elif category.kind == "ghost":
            bar = max(1, square // 8)
            starts = range(edges[0], edges[2], 2 * bar)
            yield from (Rect(at, edges[1], min(at + bar, edges[2]), edges[3], category.color) for at in starts)
        else:
            yield Rect(*edges, category.color)
        yield Text(category.name, style, x + before_text, self.baseline, wide - before_text + 2)
