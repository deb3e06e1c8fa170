"""Where things stand on a canvas that shows a frame for the crowd and for a model: twice, or once with a line on it."""

from __future__ import annotations

from dataclasses import dataclass

from loopviz.errors import ConfigError
from loopviz.scene.areas import Margins
from loopviz.scene.layout import Area, Layout, even
from loopviz.scene.style import Placed, Size, Type

LEAST_HEIGHT, MOST_HEIGHT = 1080, 2160  # pixels of the canvas
ASPECT = 16 / 9
TALLEST, TALLEST_ALONE = 0.53, 0.615  # of the canvas: what a picture may take of its height
HIGHEST = 0.16  # of the unit: bars
SIDE_AREA = "side"  # the column of words of the crowd's side
SIDE = 0.3  # of the unit: a column beside a picture that stands alone


class Split(Placed):
    """What a theme says of a model beside the crowd, in units: its type, and what lies between both.

    Attributes:
        name: The type of both names.
        line: The type of what is said of them.
        gap: Between the two pictures.
    """

    name: Type = 0.033
    line: Type = 0.027
    gap: Size = 0.022


def two_pictures(style: Split, margins: Margins, size: tuple[int, int]) -> Layout:
    """Return the layout of two pictures beside each other, the labels' first.

    The canvas is as high as the source, between 1080 and 2160 lines, and 16 to 9; the unit is its height.

    Args:
        style: What the theme says of it.
        margins: Empty space at the canvas' edges, in units.
        size: The source's width and height as shown, in pixels.

    Raises:
        ConfigError: If the theme's margins leave no room.
    """
    (width, height), m = _canvas(style, margins, size), margins
    column = (width - (m.left + m.right + style.gap) * height) / 2
    shown, scale = _fitted(size, column, TALLEST * height)
    top = even(m.top * height)
    inset = (column - shown[0]) / 2
    lefts = m.left * height, m.left * height + column + style.gap * height
    first, second = (Area(even(left + inset), top, *shown) for left in lefts)
    panel = Area(lefts[0], top, column, shown[1])
    return Layout(width, height, first, float(height), scale, {SIDE_AREA: panel}, (second,), fitted=True)


def one_picture(style: Split, margins: Margins, size: tuple[int, int]) -> Layout:
    """Return the layout of one picture between two columns; see ``two_pictures``."""
    (width, height), m = _canvas(style, margins, size), margins
    inside = width - (m.left + m.right) * height
    shown, scale = _fitted(size, inside - 2 * (SIDE + style.gap) * height, TALLEST_ALONE * height)
    picture = Area(even(m.left * height + (inside - shown[0]) / 2), even(0.62 * m.top * height), *shown)
    panel = Area(m.left * height, picture.y, SIDE * height, shown[1])
    return Layout(width, height, picture, float(height), scale, {SIDE_AREA: panel}, fitted=True)


def _canvas(style: Split, m: Margins, size: tuple[int, int]) -> tuple[int, int]:
    height = even(min(max(size[1], LEAST_HEIGHT), MOST_HEIGHT))
    if m.left + m.right + style.gap > 0.6 or m.top + m.bottom > 0.3:
        found = f"left {m.left:g}, right {m.right:g}, top {m.top:g}, bottom {m.bottom:g}, gap {style.gap:g}"
        remedy = "Make its `margins` smaller: left, right and gap 0.6 together at most, top and bottom 0.3."
        raise ConfigError("the theme's margins leave no room for the pictures", found=found, remedy=remedy)
    return even(height * ASPECT), height


def _fitted(size: tuple[int, int], width: float, height: float) -> tuple[tuple[int, int], float]:
    """Return the even size of a picture that is fitted into a place, and its scale."""
    scale = min(width / size[0], height / size[1])
    return (2 * max(1, round(size[0] * scale / 2)), 2 * max(1, round(size[1] * scale / 2))), scale


@dataclass(frozen=True)
class Places:
    """The lines and edges that everything but the pictures stands on, in canvas pixels.

    Attributes:
        columns: Where the two columns of words begin.
        column: How wide a column is.
        left: Where the strip begins.
        right: Where it ends.
        head: The base line of the names.
        legend: The first base line of the legends.
        cells: How many cells a legend has across and down.
        bars: The upper and the lower edge of the strip's bars.
        foot: The base line of the last line.
    """

    columns: tuple[float, float]
    column: float
    left: float
    right: float
    head: float
    legend: float
    cells: tuple[int, int]
    bars: tuple[float, float]
    foot: float

    @classmethod
    def of(cls, layout: Layout, margins: Margins) -> Places:
        """Return the places of a layout."""
        unit, picture = layout.unit, layout.picture
        foot = layout.height - margins.bottom * unit
        column, left, right = (
            layout.areas[SIDE_AREA].width,
            even(margins.left * unit),
            layout.width - even(margins.right * unit),
        )
        if layout.others:
            head, legend = picture.y - 0.023 * unit, picture.bottom + 0.037 * unit
            cells, first = (3, 2), legend + 0.112 * unit
        else:
            head = picture.y + 0.025 * unit
            legend, cells, first = head + 0.13 * unit, (1, 10), picture.bottom + 0.082 * unit
        last = foot - 0.096 * unit
        bars = max(first, last - HIGHEST * unit), last
        return cls((left, right - column), column, left, right, head, legend, cells, bars, foot)
