"""The legend of the labels, and the note that people are invented."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import ClassVar

from loopviz.scene.elements import Element
from loopviz.scene.legend import Legend, LegendSetter
from loopviz.scene.style import Placed
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class LegendWidget(Widget):
    """Sets the legend: the same on every frame."""

    has_words: ClassVar[bool] = True
    style_type: ClassVar[type[Placed]] = Legend
    placed: Legend

    @property
    def texts(self) -> Iterable[str]:
        """Return what it calls groups of labels."""
        return () if self.stage.coloring is None else [group.name for group in self.stage.coloring.groups]

    @property
    def still(self) -> object:
        """Return what is drawn."""
        return self._drawn

    def elements(self, view: View) -> Iterable[Element]:  # noqa: ARG002 - the same at every moment
        """Return the legend."""
        return self._drawn

    @cached_property
    def _drawn(self) -> tuple[Element, ...]:
        stage, style = self.stage, self.placed
        shown = [*stage.groups, *stage.kinds] if style.categories else []
        setter = LegendSetter(style, stage.theme.colors, stage.typesetter, self.area, stage.layout.unit)
        return tuple(stage.typesetter.place(setter.set(shown, stage.note if style.note else ""), 0, 0))
