"""The boxes of those who came before: they fade, the older the paler, under those of whom is spoken."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from pydantic import Field

from loopviz.scene.boxes import DASH
from loopviz.scene.elements import Drawing, Element, Path, Sprite
from loopviz.scene.layout import even
from loopviz.scene.marks import Mark
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

    gives_way: ClassVar[bool] = True
    style_type: ClassVar[type[Placed]] = Trail
    of_all_frames: ClassVar[bool] = True
    placed: Trail

    def key(self, view: View) -> object:
        """Return the earlier marks."""
        return [self._marks(frame) for frame in self._before(view.frame)], view.marks_opacity

    def elements(self, view: View) -> Iterable[Element]:
        """Return their boxes in one drawing, the oldest first: as elements of their own they would take an age."""
        before, picture = self._before(view.frame), self.stage.layout.picture
        boxes = [
            self._box(mark, self.placed.opacity * math.exp(-age / self.placed.fade))
            for age, frame in zip(range(len(before), 0, -1), before, strict=True)
            for mark in self._marks(frame)
        ]
        if not boxes:
            return ()
        drawing = Drawing(even(picture.width), even(picture.height), tuple(boxes))
        return (Sprite(int(picture.x), int(picture.y), drawing, view.marks_opacity),)

    def other_frames(self, view: View) -> Iterable[int]:
        """Return the frames before."""
        return self._before(view.frame)

    def _box(self, mark: Mark, opacity: float) -> Path:
        """A box's line inside its edges, in pixels of the picture's place."""
        picture, line = self.stage.layout.picture, max(1, round(self.placed.line * self.stage.layout.unit))
        x0, y0, x1, y1 = (round(edge) for edge in mark.box)
        left, top = x0 - picture.x + line / 2, y0 - picture.y + line / 2
        right, bottom = max(left, x1 - picture.x - line / 2), max(top, y1 - picture.y - line / 2)
        outline = (left, top, right, top, right, bottom, left, bottom)
        outlines = tuple(map(self._local, mark.rings)) if mark.is_bare or mark.is_turned else (outline,)
        dash = DASH * line if mark.kind in {"ghost", "rejected"} else 0.0
        return Path(outlines, mark.color, line, dash=dash, stroke_opacity=opacity)

    def _local(self, ring: tuple[float, ...]) -> tuple[float, ...]:
        corner = self.stage.layout.picture.x, self.stage.layout.picture.y
        return tuple(value - corner[place % 2] for place, value in enumerate(ring))

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
