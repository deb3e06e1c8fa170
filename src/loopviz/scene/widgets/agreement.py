"""How far people agree along the clip: Krippendorff's alpha of its stretches, and which of them the film is in.

The scale is alpha's own: 1 where all agree, 0 where they do as far as chance would have it, and below 0 less than that.
A stretch on which nobody can be compared has no bar and no line of chance. Agreement is not correctness.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import ClassVar, Literal

from pydantic import Field

from loopviz.scene.caption_shapes import CaptionShapes
from loopviz.scene.elements import Drawing, Element, Rect, Sprite, Text, TextStyle
from loopviz.scene.layout import Area, even
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.stage import Stage, Stretch
from loopviz.scene.style import Placed, Type
from loopviz.scene.timeline_strip import TimelineBars
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget

ABOVE, BESIDE, APART = 2.0, 0.7, 1.3  # sizes of type: what is said, to the plot; to the scale; between its numbers
GAP, THIN, DOT = 0.0016, 0.0011, 0.004  # units: between bars; how thick lines are; a dot of the line of full agreement
ALPHA, MINUS = "\N{GREEK SMALL LETTER ALPHA}", "\N{MINUS SIGN}"


class Agreement(Placed):
    """What a theme says of it.

    Attributes:
        of: Whether people see the same objects and call them the same (``found``), or only the latter (``names``).
        stretches: Into how many stretches the clip is cut.
        size: How large its type is, in units.
        name: What the number is called that stands over it.
        full: What stands beside 1.
        chance: What stands beside 0.
        below: What is said beside the name where it is less than that.
        alone: What is said where no two people labelled the same frame.
        apart: What is said where they did, and drew no object twice.
    """

    of: Literal["found", "names"] = "found"
    stretches: int = Field(default=50, ge=2, le=400)
    size: Type = 0.02
    name: str = "Krippendorff\N{RIGHT SINGLE QUOTATION MARK}s alpha"
    full: str = "all agree"
    chance: str = "chance"
    below: str = "less than chance"
    alone: str = "Nobody to compare: no two people labelled the same frame here"
    apart: str = "Nothing to compare: no two people drew the same object here"


class AgreementWidget(Widget):
    """Draws the strip."""

    style_type: ClassVar[type[Placed]] = Agreement
    of_all_frames: ClassVar[bool] = True
    about_people: ClassVar[bool] = True
    placed: Agreement

    def __init__(self, style: Agreement, stage: Stage) -> None:
        super().__init__(style, stage)
        self._said = lru_cache(maxsize=256)(self._say)

    @property
    def texts(self) -> Iterable[str]:
        """Return its words, and every number's characters."""
        placed = self.placed
        return (
            placed.name,
            placed.full,
            placed.chance,
            placed.below,
            placed.alone,
            placed.apart,
            f"{ALPHA}{MINUS}0123456789.",
        )

    @property
    def still(self) -> object:
        """Return the bars and their scale."""
        return self._bars, self._scale

    @property
    def solid(self) -> Iterable[Area]:
        """Return all of its area."""
        return (self.area,)

    def key(self, view: View) -> object:
        """Return where the film is, and what is said of that stretch."""
        return (self._strip.marker(view.frame), self._said(view.frame)) if self.stage.options.agreement else ()

    def elements(self, view: View) -> Iterable[Element]:
        """Return bars and scale, over what is still to come a veil, the marker, and what is said of its stretch."""
        if not self.stage.options.agreement:
            return
        yield self._bars
        yield from self._strip.veil(now.last if (now := self._stretch(view.frame)) else view.frame)
        yield self._strip.marker(view.frame)
        words, size, area = CaptionShapes(self.stage.typesetter), self._size, self.area
        number, said = self._said(view.frame)
        y, start = round(CAP_HEIGHT * size), 0.0
        if number:
            words.put(number, self._type(600, "ink", cell=1.0), (0, y), area.width)
            start = (
                self.stage.typesetter.width(f"{ALPHA} {MINUS}0.00", self._type(600, "ink", cell=1.0)) + BESIDE * size
            )
        if said:
            words.put(said, self._type(400, "quiet"), (start, y), area.width - start)
        yield from self.stage.typesetter.place((*words.shapes, *self._scale), area.x, area.y)

    def _say(self, frame: int) -> tuple[str, str]:
        """Return a stretch's number, and what there is to say of it."""
        found = self._stretch(frame)
        if found is None or found.alpha is None:
            return "", self.placed.alone if found is None or not found.frames else self.placed.apart
        words = (self.placed.name, self.placed.below if round(found.alpha, 2) < 0 else "")
        return f"{ALPHA} {signed(found.alpha)}", ", ".join(filter(None, words))

    def _stretch(self, frame: int) -> Stretch | None:
        return next((each for each in self.stage.options.agreement if each.first <= frame <= each.last), None)

    @property
    def _size(self) -> float:
        return self.placed.size * self.stage.layout.unit

    def _type(self, weight: int, color: Literal["ink", "quiet"], cell: float = 0.0) -> TextStyle:
        return TextStyle("sans", weight, self._size, getattr(self.stage.theme.colors, color), cell=cell)

    @cached_property
    def _least(self) -> float:
        """Where the scale ends below."""
        known = [each.alpha for each in self.stage.options.agreement if each.alpha is not None]
        return min([0.0, *known])

    @cached_property
    def _plot(self) -> Area:
        """Where the bars are: under what is said, and beside the scale."""
        style, setter, area = self._type(400, "quiet"), self.stage.typesetter, self.area
        wide = max(setter.width(text, style) for text, _ in self._numbers) + BESIDE * self._size
        top = even(ABOVE * self._size)
        return Area(area.x, area.y + top, area.width - wide, area.height - top - CAP_HEIGHT * self._size / 2)

    @property
    def _numbers(self) -> list[tuple[str, float]]:
        """What stands on the scale, and where on it."""
        placed = self.placed
        numbers = [(f"1 {placed.full}", 1.0), (f"0 {placed.chance}", 0.0)]
        return [*numbers, (signed(self._least), self._least)] if self._least < 0 else numbers

    def _y(self, alpha: float) -> float:
        """Return how far below the plot's upper edge a value is."""
        return (1 - alpha) / (1 - self._least) * self._plot.height

    @cached_property
    def _scale(self) -> tuple[Text, ...]:
        """The scale's numbers, each in the middle of its line; none on another."""
        found, last = [], -self._plot.height
        for said, value in self._numbers:
            y = self._plot.y - self.area.y + self._y(value)
            if y - last >= APART * self._size:
                x, last = self._plot.width + BESIDE * self._size, y
                style = self._type(400, "quiet")
                found.append(Text(said, style, x, round(y + CAP_HEIGHT * self._size / 2), self.area.width - x + 2))
        return tuple(found)

    @cached_property
    def _strip(self) -> TimelineBars:
        return TimelineBars([*self.stage.states.values()], self._plot, self.stage.layout.unit, self.stage.theme.colors)

    @cached_property
    def _bars(self) -> Sprite:
        """The bars from the line of chance, and the line of full agreement, of dots."""
        plot, unit, colors = self._plot, self.stage.layout.unit, self.stage.theme.colors
        span, thin = even(plot.width) - 2, max(1, round(THIN * unit))
        dot = max(2, round(DOT * unit))
        dots = [Rect(x, 0, min(x + dot, span), thin, colors.quiet) for x in range(0, span, 3 * dot)]
        shapes = (*dots, *self._stretches(span, thin))
        return Sprite(even(plot.x), even(plot.y), Drawing(span, even(plot.height) + 2 * thin, tuple(shapes)))

    def _stretches(self, span: int, thin: int) -> Iterator[Rect]:
        count, zero, colors = len(self.stage.states), round(self._y(0.0)), self.stage.theme.colors
        gap = max(1, round(GAP * self.stage.layout.unit))
        for each in self.stage.options.agreement:
            if each.alpha is not None:
                x0, x1 = round(each.first / count * span), round((each.last + 1) / count * span)
                y = round(self._y(each.alpha))
                foot = max(y, zero) if abs(y - zero) >= thin else zero + thin  # 0 is no gap
                yield Rect(x0, min(y, zero), max(x0 + 1, x1 - gap), foot, colors.ink)


def signed(value: float) -> str:
    """Return a number with two digits, and a minus sign as long as a plus: never a negative zero."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", MINUS)
