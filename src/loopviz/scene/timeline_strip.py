"""The strip along the picture's foot in which every frame is a tick: tall if its labels stand, short if rejected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from loopviz.scene.elements import Drawing, Rect, Sprite
from loopviz.scene.layout import Area, even
from loopviz.scene.style import Colors

State = Literal["labelled", "rejected", "none"]
HEIGHTS: dict[State, float] = {"labelled": 0.0170, "rejected": 0.0080, "none": 0.0022}
FOOT, ABOVE = 0.002, 0.03  # units: from the ticks' foot to the area's edge, and what belongs to them above it
BARS: dict[State, float] = {"labelled": 1.0, "rejected": 0.3, "none": 0.0}  # of the area's height
PALE, VEIL, OVER = 0.55, 0.62, 0.012  # rejected work; how much of what is to come is hidden; units over the bars
NARROWEST = 3.0  # pixels a tick; longer clips share a tick between neighbours
RANK: tuple[State, ...] = ("none", "rejected", "labelled")


class TimelineStrip:
    """The strip of a clip.

    Args:
        states: What became of each frame's labels, in frame order.
        area: Where it stands: ticks stand on its lower edge.
        unit: A unit in pixels.
        colors: The theme's.
    """

    def __init__(self, states: Sequence[State], area: Area, unit: float, colors: Colors) -> None:
        self._colors, self._unit = colors, unit
        self._count = len(states)
        self._left, self._span = even(area.x), even(area.width) - 2
        self._foot = even(area.bottom - FOOT * unit)
        self._bins = shared_ticks(states, max(1, int(self._span // NARROWEST)))

    @property
    def top(self) -> float:
        """Where the marker's upper end is, and some room above it, in canvas pixels."""
        return self._foot - ABOVE * self._unit

    def ticks(self) -> Sprite:
        """Return all ticks: the same drawing for every frame."""
        height = even(HEIGHTS["labelled"] * self._unit)
        pitch = self._span / len(self._bins)
        thick = max(1, round(min(0.58 * pitch, 0.006 * self._unit)))
        shapes = [
            Rect(x, height - tall, x + thick, height, self._colors.ink, 1.0 if state == "labelled" else 0.6)
            for i, state in enumerate(self._bins)
            for x, tall in ((self._place(i, len(self._bins), thick), max(2, round(HEIGHTS[state] * self._unit))),)
        ]
        return Sprite(self._left, self._foot - height, Drawing(self._span, height, tuple(shapes)))

    def marker(self, frame: int) -> Rect:
        """Return the bar that marks where in the clip a frame is."""
        unit = self._unit
        thick = max(2, round(0.0045 * unit))
        x = self._left + self._place(frame, self._count, thick)
        middle = self._foot - HEIGHTS["labelled"] * unit / 2
        half = 0.0162 * unit
        return Rect(x, round(middle - half), x + thick, round(middle + half), self._colors.accent)

    def veil(self, frame: int) -> tuple[Rect, ...]:  # noqa: ARG002 - of bars
        """Return what covers what is still to come; ticks are alike all through."""
        return ()

    def _place(self, index: int, count: int, thick: int) -> int:
        """Return where in the strip one of ``count`` bars begins: the first and the last are flush with its ends."""
        return round(index / max(1, count - 1) * (self._span - thick))


class TimelineBars(TimelineStrip):
    """The strip as bars that fill its area; neighbours that are alike touch, so that no pattern of gaps appears."""

    def __init__(self, states: Sequence[State], area: Area, unit: float, colors: Colors) -> None:
        super().__init__(states, area, unit, colors)
        self._area = area

    def ticks(self) -> Sprite:
        """Return all bars: the same drawing for every frame."""
        height, count = even(self._area.height), len(self._bins)
        edges = [round(i * self._span / count) for i in range(count + 1)]
        starts = [i for i in range(count) if not i or self._bins[i] != self._bins[i - 1]]
        shapes = []
        for first, after in zip(starts, [*starts[1:], count], strict=True):
            state, tall = self._bins[first], round(BARS[self._bins[first]] * height)
            opacity = 1.0 if state == "labelled" else PALE
            shapes.append(Rect(edges[first], height - tall, edges[after], height, self._colors.ink, opacity))
        return Sprite(self._left, even(self._area.y), Drawing(self._span, height, tuple(shapes)))

    def veil(self, frame: int) -> tuple[Rect, ...]:
        """Return the paper over the bars that are still to come."""
        start = self._at(frame) + self._thick / 2
        top = even(self._area.y)
        return (Rect(start, top, self._left + self._span, top + even(self._area.height), self._colors.paper, VEIL),)

    def marker(self, frame: int) -> Rect:
        """Return the bar that marks where in the clip a frame is, a little higher than the others."""
        top, over = even(self._area.y), round(OVER * self._unit)
        bottom = top + even(self._area.height)
        return Rect(self._at(frame), top - over, self._at(frame) + self._thick, bottom + over, self._colors.accent)

    @property
    def _thick(self) -> int:
        return max(2, 2 * round(0.0024 * self._unit))

    def _at(self, frame: int) -> int:
        return self._left + self._place(frame, self._count, self._thick)


def shared_ticks(states: Sequence[State], room: int) -> list[State]:
    """Return at most ``room`` ticks; frames that share one show the best that happened to any of them."""
    if len(states) <= room:
        return list(states)
    groups = np.array_split(np.array([RANK.index(s) for s in states]), room)
    return [RANK[int(group.max())] for group in groups]
