"""A large number and what it is: its digits stand in cells of one width, so that a number that changes stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from loopviz.scene.caption import Caption, Figure
from loopviz.scene.caption_shapes import CaptionShapes, LeftOut, scaled
from loopviz.scene.elements import Element, Text, TextStyle, faded
from loopviz.scene.panel import CAP_HEIGHT, LARGE_CELL
from loopviz.scene.style import IS_TYPE, Placed, Size, Type
from loopviz.scene.tabular import Part
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget

BELOW, LABEL_LEAD = 0.12, 1.05  # sizes of the number that signs reach under it; and of the label from there
BEARING = 0.055  # sizes: what is empty at the left of a digit or a sign; large ones would stand beside the margin


class Digits(Placed):
    """What a theme says of a large number.

    Attributes:
        size: How large its type is, in units; smaller for the whole clip where one number of it is too wide.
        weight: From 100, thin, to 900.
        label: How large the type of its label is; 0 for none.
        valign: Whether the number's top is at the area's upper edge, or its base line at the lower.
        align: At which edge it stands.
    """

    size: Type
    weight: int = Field(default=300, ge=100, le=900)
    label: Annotated[Size, IS_TYPE] = 0.02
    valign: Literal["top", "bottom"] = "top"
    align: Literal["left", "right"] = "left"


class Number(Digits):
    """What a theme says of a figure: which of ``caption.figures`` it is, from 0."""

    figure: int = Field(default=0, ge=0, le=20)


class Counter(Digits):
    """What a theme says of a counter.

    Attributes:
        says: Which of ``caption.texts`` is the number.
        of: Which of them stands under it.
    """

    says: str
    of: str = ""


class DigitsWidget(Widget):
    """Sets a number and what stands under it."""

    has_words: ClassVar[bool] = True
    placed: Digits

    def key(self, view: View) -> object:
        """Return the number."""
        return self._at(view), self._opacity(view)

    def elements(self, view: View) -> Iterable[Element]:
        """Return the number as it is set, and its label."""
        figure = self._at(view)
        if figure is None:
            return ()
        return faded(self._set(figure), self._opacity(view))

    @cached_property
    def _set(self) -> Callable[[Figure], tuple[Element, ...]]:
        """Return a number as it is set, and its label; those of the last moments are kept."""
        return lru_cache(maxsize=64)(self._placed)

    def _placed(self, figure: Figure) -> tuple[Element, ...]:
        shapes = [*self._number(figure), *self._label(figure).shapes]
        return tuple(self.stage.typesetter.place(shapes, self.area.x, self.area.y))

    def _at(self, view: View) -> Figure | None:
        """Return what is shown at a moment."""
        return self._figure(self.stage.caption(view))

    def _opacity(self, view: View) -> float:
        """Words of a person come and go with them."""
        return view.caption_opacity

    def left_out(self, caption: Caption) -> LeftOut:
        """Return what of the label there is no room for."""
        figure = self._figure(caption)
        return LeftOut() if figure is None else self._label(figure).left_out

    def _figure(self, caption: Caption) -> Figure | None:  # noqa: ARG002 - of others
        """Return the number and its label, None where there is none."""
        return None

    @property
    def _baseline(self) -> int:
        top = CAP_HEIGHT * self._style.size
        return round(top if self.placed.valign == "top" else self.area.height)

    def _number(self, figure: Figure) -> Iterator[Text]:
        value = figure.shown
        style = self._style if figure.value else replace(self._style, color=self.stage.theme.colors.quiet)
        setter, left = self.stage.typesetter, -BEARING * style.size
        if self.placed.align == "right":
            left = self.area.width - setter.width(value, style)
        cells = setter.cells(value, style)
        plain = replace(style, cell=0.0)
        # Each part is a drawing of its own: of a number that changes all the time ten digits are painted.
        for part in cells.parts if cells else (Part(value, 0.0, setter.width(value, plain)),):
            yield Text(part.text, plain, left + part.x, self._baseline, part.width + 2)

    def _label(self, figure: Figure) -> CaptionShapes:
        out, size = CaptionShapes(self.stage.typesetter), self.placed.label * self.stage.layout.unit
        if size:
            colors = self.stage.theme.colors
            style = TextStyle("sans", 400, size, colors.ink if figure.emphasised else colors.quiet)
            y = self._baseline + round(BELOW * self._style.size + LABEL_LEAD * size)
            out.put(figure.label, style, (0, y), self.area.width, 1, self.placed.align)
        return out

    @cached_property
    def _style(self) -> TextStyle:
        """The type of the clip's widest number, if it is not as large as the theme says."""
        size, ink = self.placed.size * self.stage.layout.unit, self.stage.theme.colors.ink
        full, setter = TextStyle("sans", self.placed.weight, size, ink, cell=LARGE_CELL), self.stage.typesetter
        widest = max((setter.width(value, full) for value in self._values()), default=1.0)
        return scaled(full, min(1.0, self.area.width / widest))

    def _values(self) -> Iterator[str]:
        """Yield the numbers of the clip."""
        figures = (self._figure(caption) for caption in self.stage.written)
        yield from (figure.value for figure in figures if figure and figure.value)


class FigureWidget(DigitsWidget):
    """Sets a number of a frame's person; of one that is not known a dash."""

    style_type: ClassVar[type[Placed]] = Number
    about_people: ClassVar[bool] = True
    placed: Number

    def _figure(self, caption: Caption) -> Figure | None:
        place = self.stage.captions.place_of(self.placed.figure)
        return caption.figures[place] if place is not None and caption.figures else None


class CounterWidget(DigitsWidget):
    """Sets a number that changes as the film goes on; nothing where it is not known."""

    style_type: ClassVar[type[Placed]] = Counter
    placed: Counter

    def _figure(self, caption: Caption) -> Figure | None:
        said = dict(caption.others)
        value = said.get(self.placed.says)
        return None if value is None else Figure(value, said.get(self.placed.of, ""))

    def _opacity(self, view: View) -> float:  # noqa: ARG002 - a sum is nobody's own
        return 1.0


class Clock(Digits):
    """What a theme says of a clock: which of ``caption.texts`` stands under it."""

    of: str = ""


class ClockWidget(DigitsWidget):
    """Sets how much work has been done by then, in hours, minutes and seconds, on the frames that were shown."""

    style_type: ClassVar[type[Placed]] = Clock
    about_people: ClassVar[bool] = True
    placed: Clock

    def _at(self, view: View) -> Figure | None:
        label = dict(self.stage.caption(view).others).get(self.placed.of, "")
        shown, tasks = self.stage.shown(view), self.stage.tasks
        if not shown:
            return Figure(hours_minutes_seconds(0), label)
        task = tasks[shown - 1]
        return Figure(hours_minutes_seconds(task.start + view.worked * task.seconds), label)

    def _figure(self, caption: Caption) -> Figure | None:
        return Figure(None, dict(caption.others).get(self.placed.of, ""))

    def _values(self) -> Iterator[str]:
        last = self.stage.tasks[-1:]
        yield hours_minutes_seconds(last[0].start + last[0].seconds if last else 0)

    def _opacity(self, view: View) -> float:  # noqa: ARG002 - as of a counter
        return 1.0


def hours_minutes_seconds(seconds: float) -> str:
    """Return seconds as ``00:04:12``."""
    minutes, rest = divmod(int(seconds + 1e-6), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"
