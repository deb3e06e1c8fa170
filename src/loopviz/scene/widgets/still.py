"""A widget that draws one thing, the same at every moment, over which no plate stands."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from loopviz.scene.elements import Element, Sprite
from loopviz.scene.layout import Area
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class StillWidget(Widget):
    """Draws a sprite; others say which."""

    @cached_property
    def sprite(self) -> Sprite:
        """What it draws."""
        raise NotImplementedError

    @property
    def still(self) -> object:
        """Return what it draws."""
        return self.sprite

    @property
    def solid(self) -> Iterable[Area]:
        """Return where it stands."""
        return (Area(self.sprite.x, self.sprite.y, self.sprite.drawing.width, self.sprite.drawing.height),)

    def elements(self, view: View) -> Iterable[Element]:  # noqa: ARG002 - the same at every moment
        """Return what it draws."""
        return (self.sprite,)
