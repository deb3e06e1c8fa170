"""Cards: pages of text that stand before and after a film; a title, and credits with everybody who worked.

Sizes are shares of the card's unit: the canvas' height, or three quarters of its width where that is less. No type is
smaller than the least of a theme, a share of the canvas' shorter side. Cards stand between the same sides as the
composition that they come before and after, and keep the canvas' safe margins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal

from loopviz.scene.caption import Figure
from loopviz.scene.elements import Drawing, Element, Ramp, Rect, Scrim, Sprite, Text, TextStyle, faded
from loopviz.scene.layout import Area, even
from loopviz.scene.style import LEAST_TYPE, Colors
from loopviz.scene.typography import Typesetter
from loopviz.scene.view import View

HEADING, TEXT, ROW, FIGURE, LABEL, NOTE = 0.058, 0.027, 0.0205, 0.042, 0.0195, 0.0195
TITLE = 0.075
LEAST_HEADING = 0.55  # of its size: it is larger than names all the same
LEAD, PITCH = 1.5, 2.05  # of a text, and of a row: from line to line
TOP, BOTTOM, GAP = 0.115, 0.09, 0.055
FADE, FOOT = 0.06, 0.075  # of the paper under a roll's note, and how high it is
MOST_COLUMNS, LEAST_ROWS = 6, 8
FIGURES = 4  # side by side, where there is room
SAFE = 0.05  # of a canvas without margins


@dataclass(frozen=True)
class Person:
    """One of those who worked, by the name that may be shown, and what stands beside it; the id is never shown."""

    name: str
    beside: str = ""
    worker_id: str = ""


@dataclass(frozen=True)
class Card:
    """What stands on a card.

    Attributes:
        kind: ``text``; or people on as many ``pages`` as they need, or as one ``roll`` that passes upwards.
        heading: The large line.
        text: A paragraph under it.
        people: Those who are named, in order.
        figures: Large numbers with their labels, at the foot.
        note: What must be known of the data, as that it is simulated.
    """

    kind: Literal["text", "pages", "roll"]
    heading: str
    text: str = ""
    people: tuple[Person, ...] = ()
    figures: tuple[Figure, ...] = ()
    note: str = ""

    @property
    def texts(self) -> Iterator[str]:
        """All that is set of it."""
        yield from (self.heading, self.text, self.note)
        yield from (text for person in self.people for text in (person.name, person.beside))
        yield from (text for figure in self.figures for text in (figure.shown, figure.label))


@dataclass(frozen=True)
class Page:
    """A page of a card: which card, and which of its people."""

    card: Card
    people: tuple[Person, ...] = ()


class CardSetter:
    """Sets cards on a canvas.

    Args:
        cards: What stands on them.
        colors: The theme's.
        typesetter: What measures text.
        size: The canvas, in pixels.
        place: Where the composition stands on it, within its safe margins; None: within those that are usual.
    """

    def __init__(
        self,
        cards: Sequence[Card],
        colors: Colors,
        typesetter: Typesetter,
        size: tuple[int, int],
        place: Area | None = None,
    ) -> None:
        self._colors, self._typesetter, (self._width, self._height) = colors, typesetter, size
        self._unit = min(float(self._height), 0.75 * self._width)
        self._place_of = place or within(Area(0, 0, *size), size, SAFE)
        self._left, self._inner = round(self._place_of.x), int(self._place_of.width)
        split = [tuple(self._split(card)) for card in cards]
        self.counts = tuple(map(len, split))
        self.pages = tuple(page for pages in split for page in pages)
        self._shapes, self._placed = lru_cache(maxsize=8)(self._set), lru_cache(maxsize=8)(self._place)

    def _type(self, size: float) -> float:
        """How large type of a size is, in pixels."""
        return max(size * self._unit, LEAST_TYPE * min(self._width, self._height))

    def elements(self, view: View) -> list[Element]:
        """Return what a card shows at a moment."""
        assert view.card is not None  # noqa: S101 - it was asked for
        page = self.pages[view.card]
        paper = Rect(0, 0, self._width, self._height, self._colors.paper, view.card_opacity)
        up = self._risen(page, view.card_progress) if page.card.kind == "roll" else 0
        placed = self._placed(page, up)
        return [paper, *faded(placed, view.card_opacity * view.text_opacity)]

    def _place(self, page: Page, up: int) -> tuple[Element, ...]:
        low, high = up - self._unit, up + self._height + self._unit  # of a roll only a part is on the canvas
        seen = [shape for shape in self._shapes(page) if page.card.kind != "roll" or low < _top(shape) < high]
        note = tuple(self._typesetter.place(self._note(page.card), 0, 0))
        foot = (self._foot_of_roll(),) if note and page.card.kind == "roll" else ()
        return (*self._typesetter.place(seen, 0, -up), *foot, *note)

    def _foot_of_roll(self) -> Sprite:
        """The paper that a note stands on: names come out of it."""
        deep = max(FOOT * self._unit, self._height - self._note_line + 2 * self._type(NOTE))
        fade, tall = even(FADE * self._unit), even(FADE * self._unit + deep)
        paper = Scrim(self._colors.paper, along_y=Ramp(0, fade, 0.0, 1.0))
        return Sprite(0, self._height - tall, Drawing(self._width, tall, (paper,)))

    def _risen(self, page: Page, progress: float) -> int:
        """Return how far a roll has moved, in even pixels: it comes from below the canvas and goes over its top."""
        return 2 * round(progress * (self._height + self._deep(page)) / 2) - self._height

    def _deep(self, page: Page) -> float:
        """Return how far down a roll's last line ends."""
        return max(_top(shape) for shape in self._shapes(page)) + round(2 * self._type(ROW))

    def screens(self, page: Page) -> Fraction:
        """Return how many canvases high a page is: 1, of a roll what passes."""
        return Fraction(self._deep(page)) / self._height if page.card.kind == "roll" else Fraction(1)

    def _split(self, card: Card) -> Iterator[Page]:
        if card.kind != "pages":
            yield Page(card, card.people)
            return
        room = self._columns(card) * max(1, int((self._floor(card) - self._ceiling) / self._pitch))
        count = max(1, -(-len(card.people) // room))
        each = -(-len(card.people) // count)
        for i in range(count):
            yield Page(card, card.people[i * each : (i + 1) * each])

    def _columns(self, card: Card) -> int:
        """How many columns people stand in: as many as have room, and no more than make columns of some height."""
        name, beside = self._row_styles
        widest = max((self._typesetter.width(person.name, name) for person in card.people), default=1.0)
        widest += max((self._typesetter.width(person.beside, beside) for person in card.people), default=0.0)
        fit = int((self._inner + GAP * self._unit) / (widest + 0.6 * self._type(ROW) + GAP * self._unit))
        return max(1, min(MOST_COLUMNS, fit, -(-len(card.people) // LEAST_ROWS)))

    @cached_property
    def _row_styles(self) -> tuple[TextStyle, TextStyle]:
        colors = self._colors
        return self._style(ROW, 400, colors.ink, mono=True), self._style(ROW, 400, colors.quiet)

    @property
    def _pitch(self) -> float:
        return PITCH * self._type(ROW)

    @property
    def _ceiling(self) -> float:
        """Where the first row of people may stand."""
        return (TOP + 2.2 * HEADING) * self._unit

    def _floor(self, card: Card) -> float:
        """Where the last row of people may stand."""
        low = self._height - max(BOTTOM * self._unit, self._height - self._note_line + 1.5 * self._type(NOTE))
        return low - (self._figures(card)[0] * self._deep_figure + 0.5 * self._pitch if card.figures else 0)

    @property
    def _deep_figure(self) -> float:
        """How high a large number is with its label, and what is between two."""
        return 1.9 * self._type(FIGURE) + 2.2 * self._type(LABEL)

    def _figures(self, card: Card) -> tuple[int, int]:
        """In how many rows large numbers stand, and in how many columns: four, or as many as have room with labels."""
        wide = max(
            self._typesetter.width(text, style)
            for figure in card.figures
            for text, style in zip((figure.shown, figure.label), self._figure_styles, strict=True)
        )
        gap, count = 0.5 * GAP * self._unit, len(card.figures)
        columns = max(1, min(max(FIGURES, count), int((self._inner + gap) / (wide + gap + 1))))
        rows = -(-count // columns)
        return rows, columns if rows == 1 else -(-count // rows)

    @cached_property
    def _figure_styles(self) -> tuple[TextStyle, TextStyle]:
        return self._style(FIGURE, 300, self._colors.ink), self._style(LABEL, 400, self._colors.quiet)

    @property
    def _note_line(self) -> int:
        """Where a note stands: at the foot of what is safe."""
        return round(min(self._place_of.bottom, self._height - 0.042 * self._unit))

    def _style(self, size: float, weight: int, color: str, *, mono: bool = False) -> TextStyle:
        return TextStyle("mono" if mono else "sans", weight, self._type(size), color)

    def _set(self, page: Page) -> tuple[Text | Rect, ...]:
        if page.card.kind == "text":
            return tuple(self._title(page.card))
        return (*self._head(page.card), *self._people(page), *self._foot(page))

    def _title(self, card: Card) -> Iterator[Text]:
        """A heading a little above the middle, and a paragraph under it."""
        ink, quiet = self._colors.ink, self._colors.quiet
        large = self._style(TITLE, 300, ink)
        lines = self._typesetter.lines(card.heading, large, self._inner)
        y = round(0.46 * self._height - (lines - 1) * self._typesetter.line_height(large) / 2)
        yield Text(card.heading, large, self._left, y, self._inner)
        if card.text:
            y += round((lines - 1) * self._typesetter.line_height(large) + 1.0 * TITLE * self._unit)
            yield Text(card.text, self._style(TEXT, 400, quiet), self._left, y, min(self._inner, 1.1 * self._unit))

    def _head(self, card: Card) -> Iterator[Text]:
        baseline = round((TOP + 0.6 * HEADING) * self._unit)
        style = self._style(HEADING, 300, self._colors.ink)
        room = 0.98 * self._inner  # type does not scale quite evenly
        shrink = room / max(1.0, self._typesetter.width(card.heading, style))
        if shrink < 1:  # it stands on one line, in smaller type, before it is cut
            style = self._style(HEADING * max(LEAST_HEADING, shrink), 300, self._colors.ink)
        yield Text(self._typesetter.fit(card.heading, style, self._inner), style, self._left, baseline, self._inner + 2)

    def _people(self, page: Page) -> Iterator[Text]:
        """Names down one column after the other, what stands beside them at the column's right edge."""
        name, beside = self._row_styles
        columns = self._columns(page.card)
        deep = max(1, -(-len(page.people) // columns))
        gap = GAP * self._unit
        wide = (self._inner - (columns - 1) * gap) / columns
        for place, person in enumerate(page.people):
            column, row = divmod(place, deep)
            x, y = self._left + round(column * (wide + gap)), round(self._ceiling + row * self._pitch)
            room = wide - (
                self._typesetter.width(person.beside, beside) + 0.6 * self._type(ROW) if person.beside else 0
            )
            yield Text(self._typesetter.fit(person.name, name, room), name, x, y, room + 2)
            if person.beside:
                yield Text(person.beside, beside, x, y, wide, "right")

    def _foot(self, page: Page) -> Iterator[Text | Rect]:
        """The account, over a hairline."""
        card, colors = page.card, self._colors
        if not card.figures:
            return
        if card.kind == "roll":
            deep = max(1, -(-len(page.people) // self._columns(card)))
            top = round(self._ceiling + (deep + 1) * self._pitch)
        else:
            top = round(self._floor(card) + 0.5 * self._pitch)
        yield Rect(self._left, top, self._left + self._inner, top + max(2, round(0.0015 * self._unit)), colors.hairline)
        gap, (_, columns), (big, small) = 0.5 * GAP * self._unit, self._figures(card), self._figure_styles
        step = (self._inner + gap) / columns
        for place, figure in enumerate(card.figures):
            row, column = divmod(place, columns)
            x = self._left + round(column * step)
            y = top + round(row * self._deep_figure + 1.5 * self._type(FIGURE))
            room = step - gap
            yield Text(self._typesetter.fit(figure.shown, big, room), big, x, y, room + 2)
            y += round(1.75 * self._type(LABEL))
            yield Text(self._typesetter.fit(figure.label, small, room), small, x, y, room + 2)

    def _note(self, card: Card) -> Iterable[Text]:
        if not card.note:
            return ()
        style = self._style(NOTE, 400, self._colors.quiet)
        return [Text(card.note, style, self._left, self._note_line, self._inner, "right")]


def within(area: Area, size: tuple[int, int], safe: float) -> Area:
    """Return what of an area keeps off a canvas' edges by a share of its sides."""
    (width, height), left, top = size, max(area.x, safe * size[0]), max(area.y, safe * size[1])
    right, bottom = min(area.right, (1 - safe) * width), min(area.bottom, (1 - safe) * height)
    return Area(left, top, max(1.0, right - left), max(1.0, bottom - top))


def _top(shape: Text | Rect) -> float:
    return shape.y if isinstance(shape, Text) else shape.y_min
