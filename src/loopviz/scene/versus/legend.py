"""What the boxes of a picture are: a cell a category, each in its own place from frame to frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loopviz.scene.elements import Rect, Text, TextStyle
from loopviz.scene.marks import Category, Kind, Mark
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.typography import Typesetter
from loopviz.scene.versus.marks import sample

SIZE, PITCH, LINE, GAP = 0.0195, 0.0335, 0.03, 0.0095  # fractions of the unit
WORST: tuple[Kind, ...] = ("drawn", "matched", "extra", "missed")  # of several objects the last one is named
WORDS: Mapping[Kind, str] = {"missed": "missed", "extra": "extra"}


@dataclass(frozen=True)
class Legend:
    """Sets the legend under one picture.

    Attributes:
        categories: All categories.
        used: Those that have labels in the clip, by class id; the first have a cell of their own.
        typesetter: What measures text.
        unit: The length that sizes are fractions of.
        ink: The text's colour.
        cells: How many cells it has across and down.
    """

    categories: Sequence[Category]
    used: Sequence[int]
    typesetter: Typesetter
    unit: float
    ink: str
    cells: tuple[int, int]

    def set(self, marks: Sequence[Mark], place: tuple[float, float], width: float) -> Iterator[Text | Rect]:
        """Yield the legend of a frame's marks.

        Args:
            marks: The frame's, of one side.
            place: Where the first cell's base line begins.
            width: Of all cells of a row together, in pixels.
        """
        by_class: dict[int, list[Mark]] = {}
        for mark in marks:
            by_class.setdefault(mark.class_id, []).append(mark)
        shown = sorted(by_class)
        columns, cells = self.cells[0], self.cells[0] * self.cells[1]
        if len(self.used) <= cells:  # a cell for each, used or not
            numbers = {class_id: self.used.index(class_id) for class_id in shown}
        else:
            kept = shown if len(shown) <= cells else shown[: cells - 1]
            numbers = {class_id: number for number, class_id in enumerate(kept)}
        for class_id, number in numbers.items():
            yield from self._cell(by_class[class_id], self._corner(number, place, width), width / columns)
        if len(numbers) < len(shown):
            x, y = self._corner(cells - 1, place, width)
            yield Text(f"+ {len(shown) - len(numbers)}", self._style, x, y, width / columns)

    @property
    def _style(self) -> TextStyle:
        return TextStyle("sans", 500, SIZE * self.unit, self.ink)

    def _corner(self, number: int, place: tuple[float, float], width: float) -> tuple[float, float]:
        row, column = divmod(number, self.cells[0])
        return round(place[0] + column * width / self.cells[0]), round(place[1] + row * PITCH * self.unit)

    def _cell(self, marks: Sequence[Mark], corner: tuple[float, float], width: float) -> Iterator[Text | Rect]:
        """A piece of the line, how sure the model is, the category, and what became of it."""
        (x, y), style, unit = corner, self._style, self.unit
        worst = max(marks, key=lambda mark: WORST.index(mark.kind) if mark.kind in WORST else 0)
        yield from sample(worst.kind, x, y - CAP_HEIGHT * style.size / 2, LINE * unit, unit, worst.color)
        left = x + (LINE + GAP) * unit
        before = "" if worst.confidence is None else f"{worst.confidence:.2f}\u2002"
        said, room = before + self.categories[worst.class_id].name, width - (left - x) - GAP * unit
        whole = said + _what_became(marks, worst)  # the line says it too: where it has no room a name goes before it
        fitting = whole if self.typesetter.fits(whole, style, room) else self.typesetter.fit(said, style, room)
        yield Text(fitting, style, left, y, room + GAP * unit)


def _what_became(marks: Sequence[Mark], worst: Mark) -> str:
    word = WORDS.get(worst.kind)
    alike = sum(mark.kind == worst.kind for mark in marks)
    if len(marks) == 1:
        return f": {word}" if word else ""
    return f": {alike} {word}" if word else f" \u00d7 {len(marks)}"
