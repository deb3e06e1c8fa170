"""A widget of another package, as somebody would write one: a bar as long as the clip that has passed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from loopviz.scene.elements import Element, Rect
from loopviz.scene.style import Length, Placed
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class Bar(Placed):
    """What a theme says of it: how high it is, in units."""

    height: Length = 0.02


class BarWidget(Widget):
    style_type: ClassVar[type[Placed]] = Bar
    placed: Bar

    def key(self, view: View) -> object:
        return view.frame

    def elements(self, view: View) -> Iterable[Element]:
        area, share = self.area, (view.frame + 1) / self.stage.dataset.frames.height
        top = area.bottom - self.placed.height * self.stage.layout.unit
        return [Rect(area.x, top, area.x + share * area.width, area.bottom, self.stage.theme.colors.accent)]
