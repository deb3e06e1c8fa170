"""Thousands of thin lines over each other, as ink on paper: the drawing that the boxes of a crowd make together.

Each line lets a share of red, green and blue through, and the shares of lines that lie over each other are multiplied;
on dark paper it is light that is added, and what is missing to white that is multiplied (the blend modes *multiply* and
*screen* of W3C's Compositing and Blending). What comes of it does not depend on the order. The shares' logarithms are
added as whole numbers, so that a drawing is the same to the last bit, whether it was built up box by box or at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.scene.contrast import channels, luminance

Numbers = npt.NDArray[np.int64]
Field = npt.NDArray[np.int32]  # (height, width, 3): how dense red, green and blue are, in 1 / SCALE
Pixels = npt.NDArray[np.float32]
Edges = tuple[int, int, int, int]
SCALE, STEP = 1 << 16, 4
# By density: a table gives the same bits for one pixel as for a whole field.
THROUGH: Pixels = np.exp(-np.arange(8 << 12) / (SCALE >> STEP)).astype(np.float32)
DASH = 4  # line widths: a dash, and a gap
AT_ONCE = 160  # boxes: more than these are laid down in one pass over the whole field


@dataclass(frozen=True, eq=False)
class Strokes:
    """The boxes of a clip in the order in which they are laid down.

    Attributes:
        size: The field's width and height in pixels, both even.
        boxes: ``(N, 4)`` whole pixels of the field, maximum edges exclusive.
        inks: ``(N, 3)``: what a line of each box adds to the density of red, green and blue; see ``inks_of``.
        broken: ``(N,)``: whose lines are broken.
        line: How thick lines are, in pixels.
        paper: What they lie on, ``#rrggbb``.
    """

    size: tuple[int, int]
    boxes: Numbers
    inks: Numbers
    broken: npt.NDArray[np.bool_]
    line: int
    paper: str

    def bars(self, place: int, share: float = 1.0) -> Numbers:
        """Return the bars of a box's lines, ``(M, 4)``, none on another; of a box that is pulled open by a share."""
        x0, y0, x1, y1 = self.boxes[place].tolist()
        x1, y1 = x0 + max(1, round(share * (x1 - x0))), y0 + max(1, round(share * (y1 - y0)))
        line = self.line
        if min(x1 - x0, y1 - y0) <= 2 * line:
            return np.array([[x0, y0, x1, y1]])
        dash = DASH * line if self.broken[place] else 0
        across, down = _pieces(x0, x1, dash), _pieces(y0 + line, y1 - line, dash)
        flat = [_bars(across, y, line)[:, [0, 2, 1, 3]] for y in (y0, y1 - line)]
        return np.concatenate([*flat, *(_bars(down, x, line)[:, [2, 0, 3, 1]] for x in (x0, x1 - line))])

    def pixels(self, field: Field) -> Pixels:
        """Return ``(…, 4)`` red, green, blue multiplied by alpha, and alpha, from 0 to 255, of a part of the field.

        Over the paper it is what the lines leave of it; over anything else it hides as little as gives that.
        """
        through = THROUGH[np.minimum(field >> STEP, len(THROUGH) - 1)]
        least = through.min(axis=-1, keepdims=True)
        painted = np.array(channels(self.paper), np.float32) * (through - least)
        if is_dark(self.paper):
            painted += 255 * (1 - through)
        return np.concatenate([painted, 255 * (1 - least)], axis=-1)


def _pieces(start: int, stop: int, dash: int) -> Numbers:
    """Return where a line is, ``(N, 2)``: all of it, or dashes of about that length, one at each end."""
    if not dash or stop - start < 3 * dash:
        return np.array([[start, stop]])
    gaps = round(((stop - start) / dash - 1) / 2)
    starts = start + np.arange(gaps + 1) * (stop - start - dash) // gaps
    return np.column_stack((starts, starts + dash))


def _bars(pieces: Numbers, at: int, line: int) -> Numbers:
    """Return ``(N, 4)``: where pieces of a line begin and end along it, and across it."""
    return np.column_stack((pieces, np.full(len(pieces), at), np.full(len(pieces), at + line)))


def is_dark(paper: str) -> bool:
    """Say whether lines on a paper are light rather than ink."""
    return luminance(paper) < 0.2


def inks_of(colors: Sequence[str], opacity: float, paper: str) -> Numbers:
    """Return ``(K, 3)``: what a line of each colour that is so opaque adds to the density of red, green and blue."""
    light = np.array([channels(color) for color in colors], np.float64).reshape(-1, 3) / 255
    through = 1 - opacity * (light if is_dark(paper) else 1 - light)
    return np.asarray(np.rint(-np.log(np.maximum(through, 1e-3)) * SCALE), np.int64)


@dataclass(frozen=True)
class Accumulation:
    """The first boxes of some strokes, laid down with the field's top left corner at even pixels of the canvas."""

    x: int
    y: int
    strokes: Strokes
    count: int
    opacity: float = 1.0


class LaidStrokes:
    """The field of some strokes on which a number of boxes is laid down, and which goes on from there."""

    def __init__(self, strokes: Strokes) -> None:
        self.strokes, self._count = strokes, 0
        width, height = strokes.size
        self.field: Field = np.zeros((height, width, 3), np.int32)

    def go_to(self, count: int) -> Iterator[Edges]:
        """Lay down so many boxes in all; yield what has changed, as rectangles at even pixels."""
        before, self._count = self._count, count
        if not 0 <= count - before <= AT_ONCE:
            self.field[...] = density(self.strokes, count)
            yield (0, 0, *self.strokes.size)
            return
        for place in range(before, count):
            bars = self.strokes.bars(place)
            ink = self.strokes.inks[place].astype(np.int32)
            for x0, y0, x1, y1 in bars.tolist():
                self.field[y0:y1, x0:x1] += ink
            yield from _sides(self.strokes.boxes[place].tolist(), self.strokes.line, self.strokes.size)


def density(strokes: Strokes, count: int) -> Any:
    """Return ``(height, width, 3)``: the density of the first boxes, by sums over the corners of their bars.

    A rectangle adds at its corners what its pixels shall have, and the two running sums spread it (F. Crow, "Summed-
    area tables", 1984, the other way round).
    """
    width, height = strokes.size
    corners = np.zeros((height + 1, width + 1, 3), np.int64)
    bars = [strokes.bars(place) for place in range(count)]
    if bars:
        ink = np.repeat(strokes.inks[:count], [len(some) for some in bars], axis=0)
        x0, y0, x1, y1 = np.concatenate(bars).T
        for y, x, sign in ((y0, x0, 1), (y0, x1, -1), (y1, x0, -1), (y1, x1, 1)):
            np.add.at(corners, (y, x), sign * ink)
    return corners.cumsum(axis=0).cumsum(axis=1)[:height, :width]


def _sides(box: Sequence[int], line: int, size: tuple[int, int]) -> Iterator[Edges]:
    """Yield the four sides of a box, as far as even pixels around them."""
    x0, y0, x1, y1 = box
    for a, b, c, d in (
        (x0, y0, x1, y0 + line),
        (x0, y1 - line, x1, y1),
        (x0, y0, x0 + line, y1),
        (x1 - line, y0, x1, y1),
    ):
        left, top = max(0, a - a % 2), max(0, b - b % 2)
        yield left, top, min(size[0], c + c % 2), min(size[1], d + d % 2)
