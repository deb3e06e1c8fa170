"""Boxes as bars of whole pixels: a line inside the edges, whole or of dashes, heavier corners, casings on both sides.

Bars of a frame meet without overlapping: a half-transparent line would show its corners.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from loopviz.scene.casings import Casing, casing_of
from loopviz.scene.elements import Rect
from loopviz.scene.layout import Area

DASH, LONG_DASH = 4, 12  # line widths: a dash, and a gap, of what nobody drew on a frame; and of what was rejected
LARGE = 8  # line widths: a box of this size may give up a pixel at its edges
Edges = tuple[int, int, int, int]  # x_min, y_min, x_max, y_max in whole pixels; the maximum edges are exclusive
Spans = Sequence[tuple[int, int]]


class Frame(NamedTuple):
    """The line around a box: its edges, how thick it is, its colour, and how long its dashes are; 0: it is whole.

    A dash is so many times as long as it is thick, where a side is long enough for two; each side has one at each end.
    """

    edges: Edges
    line: int
    color: str
    dash: int = 0

    @property
    def is_full(self) -> bool:
        """Whether nothing of the inside is left."""
        x0, y0, x1, y1 = self.edges
        return min(x1 - x0, y1 - y0) <= 2 * self.line

    @property
    def spans(self) -> tuple[Spans, Spans]:
        """What of its sides is drawn, from left to right and from top to bottom."""
        x0, y0, x1, y1 = self.edges
        if not self.dash:
            return [(x0, x1)], [(y0, y1)]
        return [*_dashes(x0, x1, self.dash * self.line)], [*_dashes(y0, y1, self.dash * self.line)]

    def bars(self) -> Iterator[Rect]:
        """Yield the line alone."""
        if self.is_full:
            yield Rect(*self.edges, self.color)
        else:
            yield from _ring(self.edges, self.line, self.color, *self.spans)

    def cased(self, picture: Area) -> Iterator[Rect]:
        """Yield the line and its casing, of which the outer side lies outside the box; both inside the picture."""
        casing = casing_of(self.color, self.line)
        frame = self._replace(edges=_within(self.edges, picture, casing.width))
        if frame.is_full:
            yield from self._cased_whole(casing, picture)
            return
        yield from frame.bars()
        yield from frame.casing_inside(casing)
        yield from frame.casing_outside(casing)

    def casing_outside(self, casing: Casing) -> Iterator[Rect]:
        """Yield the bars along the outer side; where dashes meet at a corner they go around it."""
        x0, y0, x1, y1 = self.edges
        across, down = self.spans
        wide = casing.width
        yield from _ring(
            (x0 - wide, y0 - wide, x1 + wide, y1 + wide),
            wide,
            casing.outside,
            [(a - wide * (a == x0), b + wide * (b == x1)) for a, b in across],
            [(a - wide * (a == y0), b + wide * (b == y1)) for a, b in down],
        )

    def casing_inside(self, casing: Casing) -> Iterator[Rect]:
        """Yield the bars along the inner side, as far as there is one."""
        x0, y0, x1, y1 = (
            self.edges[0] + self.line, self.edges[1] + self.line, self.edges[2] - self.line, self.edges[3] - self.line
        )  # fmt: skip
        inner = Frame((x0, y0, x1, y1), casing.width, casing.inside)
        if inner.is_full and not self.dash:
            yield from inner.bars()
            return
        across, down = self.spans
        within = [(max(a, x0), min(b, x1)) for a, b in across], [(max(a, y0), min(b, y1)) for a, b in down]
        thin = min(casing.width, (x1 - x0) // 2, (y1 - y0) // 2)
        if thin:
            yield from _ring(inner.edges, thin, casing.inside, *within)

    def _cased_whole(self, casing: Casing, picture: Area) -> Iterator[Rect]:
        """A box without an inside has its inner casing around the outer one."""
        sides = [casing.outside] if casing.is_plain else [casing.inside, casing.outside]
        x0, y0, x1, y1 = self.edges
        for far, color in zip(range(len(sides), 0, -1), sides, strict=True):
            wide = far * casing.width
            left, top = max(int(picture.x), x0 - wide), max(int(picture.y), y0 - wide)
            yield Rect(left, top, min(int(picture.right), x1 + wide), min(int(picture.bottom), y1 + wide), color)
        yield Rect(*self.edges, self.color)


def frame_in(box: tuple[float, float, float, float], line: float, color: str, dash: int = 0) -> Frame:
    """Return the frame of a box on the canvas, in whole pixels.

    Chroma is sampled at every second pixel: bars that fill whole samples keep their full colour. So lines of more than
    three pixels are even, and a large box begins and ends at even pixels.

    Args:
        box: In canvas pixels.
        line: How thick its line is to be, in pixels.
        color: The line's.
        dash: How long its dashes are, in line widths; 0: it is whole.
    """
    x0, y0, x1, y1 = (round(v) for v in box)
    x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)  # 1.5 and 2.5 both round to 2
    thick = whole_line(line)
    if thick > 1 and min(x1 - x0, y1 - y0) >= LARGE * thick:
        x0, y0, x1, y1 = x0 + x0 % 2, y0 + y0 % 2, x1 - x1 % 2, y1 - y1 % 2
    return Frame((x0, y0, x1, y1), thick, color, dash)


def whole_line(line: float) -> int:
    """Return how thick a line is in whole pixels: one at least, and even ones beyond three."""
    return max(1, round(line)) if line < 3.5 else 2 * round(line / 2)


def brackets(frame: Frame, heavy: int, length: int, picture: Area) -> Iterator[Rect]:
    """Yield a frame with heavier corners, and its casing.

    Args:
        frame: The frame.
        heavy: How thick its corners are, in pixels.
        length: How long.
        picture: What it stays in.
    """
    casing = casing_of(frame.color, frame.line)
    frame = frame._replace(edges=_within(frame.edges, picture, casing.width))
    yield from frame.casing_inside(casing)
    yield from _corners(frame.edges, heavy + casing.width, length + casing.width, casing.inside)
    yield from frame.bars()
    yield from _corners(frame.edges, heavy, length, frame.color)
    yield from frame.casing_outside(casing)


def apart(bars: Sequence[Rect]) -> list[Rect]:
    """Return bars that look like some opaque ones drawn one after the other, and of which none lies on another."""
    xs = sorted({x for bar in bars for x in (bar.x_min, bar.x_max)})
    ys = sorted({y for bar in bars for y in (bar.y_min, bar.y_max)})
    columns, rows = {x: i for i, x in enumerate(xs)}, {y: i for i, y in enumerate(ys)}
    top = np.full((len(rows), len(columns)), -1)
    for number, bar in enumerate(bars):
        top[rows[bar.y_min] : rows[bar.y_max], columns[bar.x_min] : columns[bar.x_max]] = number
    begins = np.diff(top, prepend=-1) != 0
    starts = np.argwhere(begins).tolist()
    found = []
    for (row, a), (_, b) in pairwise(starts):  # the last column is beyond all bars: what begins in a row ends in it
        if (number := top[row, a]) >= 0:
            bar = bars[number]
            found.append(Rect(xs[a], ys[row], xs[b], ys[row + 1], bar.color, bar.opacity))
    return found


def _corners(edges: Edges, heavy: int, length: int, color: str) -> Iterator[Rect]:
    x0, y0, x1, y1 = edges
    for a, b in ((x0, x0 + length), (x1 - length, x1)):
        yield Rect(a, y0, b, y0 + heavy, color)
        yield Rect(a, y1 - heavy, b, y1, color)
    for c, d in ((y0 + heavy, y0 + length), (y1 - length, y1 - heavy)):
        yield Rect(x0, c, x0 + heavy, d, color)
        yield Rect(x1 - heavy, c, x1, d, color)


def _within(edges: Edges, picture: Area, wide: int) -> Edges:
    """Return edges that leave room for a casing inside the picture."""
    x0, y0, x1, y1 = edges
    return (
        max(x0, int(picture.x) + wide),
        max(y0, int(picture.y) + wide),
        min(x1, int(picture.right) - wide),
        min(y1, int(picture.bottom) - wide),
    )


def _ring(edges: Edges, line: int, color: str, across: Spans, down: Spans) -> Iterator[Rect]:
    """Four bars inside some edges, or parts of them."""
    x0, y0, x1, y1 = edges
    for a, b in across:
        if a < b:
            yield Rect(a, y0, b, y0 + line, color)
            yield Rect(a, y1 - line, b, y1, color)
    for a, b in down:
        top, bottom = max(a, y0 + line), min(b, y1 - line)
        if top < bottom:
            yield Rect(x0, top, x0 + line, bottom, color)
            yield Rect(x1 - line, top, x1, bottom, color)


def _dashes(start: int, stop: int, dash: int) -> Iterator[tuple[int, int]]:
    """Yield dashes along a side, one at each end; all begin an even number of pixels from the first, but the last."""
    dash = max(1, min(dash, (stop - start) // 3))
    gaps = max(1, round(((stop - start) / dash - 1) / 2))
    pitch = (stop - start - dash) / gaps
    for number in range(gaps + 1):
        at = start + 2 * round(number * pitch / 2) if number < gaps else stop - dash
        yield at, at + dash
