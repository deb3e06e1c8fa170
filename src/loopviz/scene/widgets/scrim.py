"""The grounds that text stands on where it stands on the picture: just opaque enough to read on."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import ClassVar

from loopviz.scene.contrast import READABLE, scrim_opacity
from loopviz.scene.elements import Element, Ramp
from loopviz.scene.grounds import Ground, foot_ground, foot_ramp, scrim_ground
from loopviz.scene.layout import Area
from loopviz.scene.style import Placed
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget

CALM = 0.86  # a scrim's least opacity: text on busy footage must be calm as well as readable
VISIBLE = 3.0  # the contrast that WCAG asks of graphics


class Scrim(Placed):
    """What a theme says of a scrim: under which area it lies, at an edge of the picture, and whether under its foot.

    Attributes:
        foot: Whether the foot of the canvas has a ground as well, for graphics.
    """

    foot: bool = False


class ScrimWidget(Widget):
    """Draws the ground under an area about people, and under the canvas' foot; both meet without a seam."""

    style_type: ClassVar[type[Placed]] = Scrim
    of_all_frames: ClassVar[bool] = True  # of its time line
    placed: Scrim

    @property
    def still(self) -> object:
        """Return the grounds."""
        return self._panel, self._foot

    @property
    def solid(self) -> Iterable[Area]:
        """Return the part of the panel's ground that is under text."""
        return () if self._panel is None else (self._panel.solid,)

    def elements(self, view: View) -> Iterable[Element]:  # noqa: ARG002 - the same at every moment
        """Return both grounds."""
        return [ground.sprite() for ground in (self._panel, self._foot) if ground is not None]

    @cached_property
    def _ramp(self) -> Ramp | None:
        colors = self.stage.theme.colors
        opacity = scrim_opacity(colors.paper, (colors.ink,), VISIBLE)
        return foot_ramp(self.stage.layout, opacity) if self.placed.foot else None

    @cached_property
    def _panel(self) -> Ground | None:
        if not self.stage.has_people:
            return None
        colors = self.stage.theme.colors
        opacity = max(CALM, scrim_opacity(colors.paper, (colors.ink, colors.quiet), READABLE))
        return scrim_ground(self.stage.layout, self.area, colors.paper, opacity, self._ramp)

    @cached_property
    def _foot(self) -> Ground | None:
        if self._ramp is None:
            return None
        panel = None if self._panel is None else self._panel.area
        return foot_ground(self.stage.layout, self.stage.theme.colors.paper, self._ramp, panel)
