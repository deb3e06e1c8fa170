"""The time line: a tick for every frame, and a marker where the film is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import ClassVar

from loopviz.scene.elements import Element, Rect, Sprite
from loopviz.scene.layout import Area
from loopviz.scene.style import Placed
from loopviz.scene.timeline_strip import TimelineStrip
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class Timeline(Placed):
    """What a theme says of the time line."""


class TimelineWidget(Widget):
    """Draws the strip of all frames."""

    style_type: ClassVar[type[Placed]] = Timeline
    placed: Timeline

    @property
    def still(self) -> object:
        """Return the ticks."""
        return self._ticks

    @property
    def solid(self) -> Iterable[Area]:
        """Return the canvas' foot, from the marker's upper end on."""
        layout, top = self.stage.layout, self._strip.top
        return (Area(0, top, layout.width, layout.height - top),)

    def key(self, view: View) -> object:
        """Return the marker."""
        return self._marker(view)

    def elements(self, view: View) -> Iterable[Element]:
        """Return ticks and marker."""
        return self._ticks, self._marker(view)

    def _marker(self, view: View) -> Rect:
        return self._strip.marker(view.frame)

    @cached_property
    def _strip(self) -> TimelineStrip:
        states = list(self.stage.states.values())
        return TimelineStrip(states, self.area, self.stage.layout.unit, self.stage.theme.colors)

    @cached_property
    def _ticks(self) -> Sprite:
        return self._strip.ticks()
