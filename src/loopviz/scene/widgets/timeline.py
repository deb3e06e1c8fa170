"""The time line: a tick for every frame, and a marker where the film is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import ClassVar, Literal

from loopviz.scene.elements import Element, Rect, Sprite
from loopviz.scene.layout import Area
from loopviz.scene.style import Placed
from loopviz.scene.timeline_strip import TimelineBars, TimelineStrip
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class Timeline(Placed):
    """What a theme says of the time line.

    Attributes:
        draw: ``ticks`` of a few pixels on the area's lower edge, or ``bars`` as high as the area: filled where labels
            stand, low where the work was rejected, none where nobody drew; what is still to come is paler.
    """

    draw: Literal["ticks", "bars"] = "ticks"


class TimelineWidget(Widget):
    """Draws the strip of all frames."""

    style_type: ClassVar[type[Placed]] = Timeline
    of_all_frames: ClassVar[bool] = True
    placed: Timeline

    @property
    def still(self) -> object:
        """Return the ticks."""
        return self._ticks

    @property
    def solid(self) -> Iterable[Area]:
        """Return the canvas' foot, from the marker's upper end on."""
        if self.placed.draw == "bars":
            return (self.area,)
        layout, top = self.stage.layout, self._strip.top
        return (Area(0, top, layout.width, layout.height - top),)

    def key(self, view: View) -> object:
        """Return the marker."""
        return self._marker(view)

    def elements(self, view: View) -> Iterable[Element]:
        """Return ticks and marker; over bars that are still to come a veil of paper."""
        return (self._ticks, *self._strip.veil(view.frame), self._marker(view))

    def _marker(self, view: View) -> Rect:
        return self._strip.marker(view.frame)

    @cached_property
    def _strip(self) -> TimelineStrip:
        states = list(self.stage.states.values())
        kind = TimelineBars if self.placed.draw == "bars" else TimelineStrip
        return kind(states, self.area, self.stage.layout.unit, self.stage.theme.colors)

    @cached_property
    def _ticks(self) -> Sprite:
        return self._strip.ticks()
