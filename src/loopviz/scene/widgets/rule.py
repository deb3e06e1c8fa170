"""A thin line along an area's upper edge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from loopviz.scene.elements import Element, Rect
from loopviz.scene.style import Length, Placed
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class Rule(Placed):
    """What a theme says of a line: how thick it is, in units."""

    line: Length = 0.0012


class RuleWidget(Widget):
    """Draws the line."""

    style_type: ClassVar[type[Placed]] = Rule
    placed: Rule

    def elements(self, view: View) -> Iterable[Element]:  # noqa: ARG002 - the same at every moment
        """Return the line."""
        area, thick = self.area, max(1, round(self.placed.line * self.stage.layout.unit))
        y = round(area.y)
        return (Rect(area.x, y, area.right, y + thick, self.stage.theme.colors.hairline),)
