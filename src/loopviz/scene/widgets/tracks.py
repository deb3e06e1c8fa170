"""The ways of tracks: lines through the middles of an object's boxes on the frames before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from pydantic import Field

from loopviz.scene.elements import Element, faded
from loopviz.scene.leaders import polyline
from loopviz.scene.marks import NO_TRACK, in_front
from loopviz.scene.style import Length, Placed
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget

Way = tuple[str, tuple[tuple[float, float], ...]]


class Tracks(Placed):
    """What a theme says of them.

    Attributes:
        frames: How many frames before this one a way goes back.
        line: How thick its line is, in units.
    """

    frames: int = Field(default=48, ge=1, le=1000)
    line: Length = 0.0031


class TracksWidget(Widget):
    """Draws where each object came from that labels follow from frame to frame, in the colour of its label."""

    gives_way: ClassVar[bool] = True
    style_type: ClassVar[type[Placed]] = Tracks
    of_all_frames: ClassVar[bool] = True
    placed: Tracks

    def key(self, view: View) -> object:
        """Return the ways."""
        return self._ways(view.frame), view.marks_opacity

    def elements(self, view: View) -> Iterable[Element]:
        """Return a line for each object that is on the frame and was on one before."""
        layout, thick = self.stage.layout, max(1.0, self.placed.line * self.stage.layout.unit)
        lines = [polyline(np.array(points), color, thick, layout) for color, points in self._ways(view.frame)]
        return faded(lines, view.marks_opacity)

    def other_frames(self, view: View) -> Iterable[int]:
        """Return the frames before."""
        return range(max(0, view.frame - self.placed.frames), view.frame)

    def _ways(self, frame: int) -> tuple[Way, ...]:
        clip = self.stage.clip
        marks = zip(clip.labels(frame).keys, in_front(self.stage.marks(frame)), strict=True)
        ways = {key: (mark.color, [_middle(mark.box)]) for key, mark in marks if key[1] != NO_TRACK}
        for before in range(frame - 1, max(-1, frame - self.placed.frames - 1), -1) if ways else ():
            labels = clip.labels(before)
            for key, box in zip(labels.keys, labels.boxes.tolist(), strict=True):
                if key in ways:
                    ways[key][1].append(_middle(box))
        return tuple((color, tuple(points)) for color, points in ways.values() if len(points) > 1)


def _middle(box: Iterable[float]) -> tuple[float, float]:
    x0, y0, x1, y1 = box
    return (x0 + x1) / 2, (y0 + y1) / 2
