"""Cells in columns and rows: pictures of one shape with a caption each, as large as they can be in an area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from loopviz.scene.layout import Area

APART = 2.5  # gaps: what is left over goes between cells, until they are so far apart


@dataclass(frozen=True)
class Cells:
    """A grid.

    Attributes:
        places: Each cell's picture on the canvas, at even pixels, row by row.
        lines: Of how many lines its caption is.
        high: How high a cell is, its caption included, in pixels.
        room: How wide its caption may be: as wide as its picture, or as its column where a name is wider than that.
    """

    places: tuple[Area, ...]
    lines: int
    high: int
    room: float


@dataclass(frozen=True)
class Wanted:
    """What a grid is made for, in pixels.

    Attributes:
        count: How many cells.
        aspect: A picture's width by its height.
        gap: Between cells at least.
        line: How high a line of a caption is, with what is above it.
        caption: How wide a caption on one line is; where that is more than a picture it takes two.
        name: How wide the wider one of two lines is.
    """

    count: int
    aspect: float
    gap: float
    line: float
    caption: float
    name: float = 0.0


def solve_cells(area: Area, wanted: Wanted) -> Cells:
    """Return the grid whose pictures are largest; what it leaves of the area is between them.

    A grid counts as much less as it has places that stay empty, as its rows leave of the area's height, and as its
    columns are narrower than a name.
    """
    grids = [grid for columns in range(1, wanted.count + 1) for grid in _grids(area, wanted, columns)]
    _, width, columns, lines = max(grids)
    rows = -(-wanted.count // columns)
    wide, tall = 2 * max(1, int(width / 2)), 2 * max(1, round(width / wanted.aspect / 2))
    high = tall + round(lines * wanted.line)
    across = (area.width - (columns - 1) * wanted.gap) / columns
    is_beyond = lines == 2 and wanted.name > wide  # then columns are as wide as they can be
    right = across + wanted.gap if is_beyond else _pitch(area.width, columns, wide, wanted.gap, 4 * APART)
    down = _pitch(area.height, rows, high, wanted.gap, APART)
    places = (divmod(place, columns) for place in range(wanted.count))
    found = (Area(_even(area.x + column * right), _even(area.y + row * down), wide, tall) for row, column in places)
    return Cells(tuple(found), lines, high, max(across, wide) if is_beyond else wide)


def _grids(area: Area, wanted: Wanted, columns: int) -> Iterator[tuple[float, float, int, int]]:
    """Yield what counts of a grid of so many columns, and how wide a picture is: with captions of one line, or two."""
    rows = -(-wanted.count // columns)
    across = (area.width - (columns - 1) * wanted.gap) / columns
    full = wanted.count / (columns * rows)
    for lines in (1, 2):
        deep = (area.height - (rows - 1) * wanted.gap) / rows - lines * wanted.line
        width = min(across, deep * wanted.aspect)
        if lines == 2 or width >= wanted.caption:
            high = width / wanted.aspect + lines * wanted.line
            fills = ((rows - 1) * _pitch(area.height, rows, high, wanted.gap, APART) + high) / area.height
            names = min(1.0, across / wanted.name) if lines == 2 and wanted.name else 1.0
            yield width * full**2 * min(1.0, fills) ** 0.5 * names, width, columns, lines


def _pitch(room: float, count: int, size: float, gap: float, most: float) -> float:
    """Return how far cells are from each other, so that the last ends where the room does, or nearly."""
    return size + min((room - count * size) / max(1, count - 1), most * gap)


def _even(value: float) -> int:
    return 2 * round(value / 2)
