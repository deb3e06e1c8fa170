"""Boxes of both sides, told apart by their lines: matched thin, missed heavy, extra dashed."""

from __future__ import annotations

from collections.abc import Iterator

from loopviz.scene.boxes import DASH, Frame
from loopviz.scene.elements import Rect
from loopviz.scene.layout import Area
from loopviz.scene.marks import Kind, Mark

# Line widths as fractions of the unit; what there is nothing to compare with is drawn as if it matched.
LINES: dict[Kind, float] = {"drawn": 0.0022, "matched": 0.0022, "missed": 0.0074, "extra": 0.0037}
CLEAR = 9  # a heavy line may take this part of a small box's side: what is in it must be seen


def line_of(kind: Kind, unit: float) -> int:
    """Return how thick the lines of a kind are, in whole pixels; even ones keep their full colour."""
    return max(2, 2 * round(LINES.get(kind, LINES["drawn"]) * unit / 2))


def draw_outcome(mark: Mark, unit: float, picture: Area) -> Iterator[Rect]:
    """Yield the box of a mark, its line inside its edges, and all of it inside its picture."""
    x0, y0, x1, y1 = (2 * round(value / 2) for value in mark.box)
    edges = x0, y0, max(x1, x0 + 2), max(y1, y0 + 2)
    side = min(edges[2] - edges[0], edges[3] - edges[1])
    line = min(line_of(mark.kind, unit), max(line_of("extra", unit), 2 * (side // (2 * CLEAR))))
    yield from Frame(edges, line, mark.color, DASH if mark.kind == "extra" else 0).cased(picture)


def sample(kind: Kind, x: float, middle: float, width: float, unit: float, color: str) -> Iterator[Rect]:
    """Yield a piece of a kind's line, as a legend shows it."""
    line = line_of(kind, unit)
    left, right, top = round(x), round(x + width), round(middle - line / 2)
    if kind != "extra":
        yield Rect(left, top, right, top + line, color)
        return
    dash = (right - left) / 5
    for number in (0, 2, 4):
        yield Rect(round(left + number * dash), top, round(left + (number + 1) * dash), top + line, color)
