"""The boxes of those who came before: they fade, the older the paler, under those of whom is spoken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from pydantic import Field

from loopviz.scene.elements import Element, Rect, faded
from loopviz.scene.marks import Mark, dashed_frame, solid_frame
from loopviz.scene.style import Length, Placed
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class Trail(Placed):
    """What a theme says of it.

    Attributes:
        frames: How many frames with labels before this one are seen.
        fade: After how many of them a box is as pale as 37 %.
        opacity: How opaque the first of them is.
        line: How thick its lines are, in units.
    """

    frames: int = Field(default=24, ge=1, le=240)
    fade: float = Field(default=7.0, gt=0, le=1000)
    opacity: float = Field(default=0.8, gt=0, le=1)
    line: Length = 0.0016


class TrailWidget(Widget):
    """Draws boxes of the clip's frames before this one."""

    style_type: ClassVar[type[Placed]] = Trail
    placed: Trail

    def key(self, view: View) -> object:
        """Return the earlier marks."""
        return [self._marks(frame) for frame in self._before(view.frame)], view.marks_opacity

    def elements(self, view: View) -> Iterable[Element]:
        """Return their boxes, the oldest first."""
        before = self._before(view.frame)
        for age, frame in zip(range(len(before), 0, -1), before, strict=True):
            opacity = self.placed.opacity * math.exp(-age / self.placed.fade) * view.marks_opacity
            yield from faded([bar for mark in self._marks(frame) for bar in self._box(mark)], opacity)

    def other_frames(self, view: View) -> Iterable[int]:
        """Return the frames before."""
        return self._before(view.frame)

    def _box(self, mark: Mark) -> Iterator[Rect]:
        line = max(1, round(self.placed.line * self.stage.layout.unit))
        x0, y0, x1, y1 = (round(edge) for edge in mark.box)
        draw = dashed_frame if mark.kind == "ghost" else solid_frame
        yield from draw(x0, y0, max(x1, x0 + 1), max(y1, y0 + 1), line, mark.color)

    def _marks(self, frame: int) -> tuple[Mark, ...]:
        """Return a frame's marks; those of work that was rejected are quiet, and dashed."""
        marks = self.stage.marks(frame)
        if self.stage.states[frame] != "rejected":
            return marks
        return tuple(replace(mark, kind="ghost", color=self.stage.theme.colors.quiet) for mark in marks)

    def _before(self, frame: int) -> list[int]:
        place = self._places.get(frame)
        return [] if place is None else self._order[max(0, place - self.placed.frames) : place]

    @cached_property
    def _order(self) -> list[int]:
        """The frames with labels, in the order of the clip: its pictures are alike where they follow each other."""
        return [frame for frame, state in self.stage.states.items() if state != "none"]

    @cached_property
    def _places(self) -> dict[int, int]:
        return {frame: place for place, frame in enumerate(self._order)}
