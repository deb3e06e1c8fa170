"""Pages of many pictures: as many columns as let each be seen, and no more pages than that takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from loopviz.errors import ConfigError
from loopviz.report.sheets.contents import Cell
from loopviz.report.sheets.paper import MM
from loopviz.report.sheets.press import Item, Pixels, Sheet
from loopviz.report.sheets.setting import Look
from loopviz.scene import Text
from loopviz.scene.layout import Area

USUAL = 42 * MM  # how wide a picture is on A4, of many
NARROW = 32 * MM  # at least, where narrower ones fill more of the page, as upright ones may: a name has room
GUTTER = 4.5 * MM
NAME, SMALL, LEADING = 7.5, 6.5, 8.8  # points, on A4
FIRST = 10.5  # from a picture to the name under it
AFTER = 11.0  # from the last line to the next picture
MORE = 0.2  # of the distance of two rows, that it may grow by
REASON = 2  # lines of one
MOST_COLUMNS = 40


@dataclass(frozen=True)
class Grid:
    """Where pictures stand on a page, in tenths of a point.

    Attributes:
        columns: Pictures in a row.
        rows: Rows on a page.
        width: A picture's.
        height: A picture's.
        pitch: From row to row.
        gutter: Between two pictures of a row.
    """

    columns: int
    rows: int
    width: float
    height: float
    pitch: float
    gutter: float

    @property
    def most(self) -> int:
        """How many pictures a page holds."""
        return self.columns * self.rows


def grid_of(look: Look, cells: Sequence[Cell], columns: int | None) -> Grid:
    """Return the grid for some pictures: all on one page as large as fits, or pages of the usual size.

    Args:
        look: The sheet.
        cells: The pictures.
        columns: How many in a row; None: as many as fit.

    Raises:
        ConfigError: If the paper has no room for one.
    """
    top, bottom = look.head("x", "")[1], look.foot(1, 1)[1]
    under = look.points(FIRST + AFTER) + look.points(LEADING) * max(_lines(cell) for cell in cells)
    usual = max(1, min(MOST_COLUMNS, round(look.room / (USUAL * look.paper.scale))))
    counts = [columns] if columns else range(1, MOST_COLUMNS + 1)
    grids = [_grid(look, count, bottom - top, under) for count in counts]
    whole = (grid for grid in grids[:usual] if grid.most >= len(cells))
    wide = (grid for grid in grids[usual:] if grid.width >= NARROW * look.paper.scale)
    fullest = max((*grids[:usual][-1:], *wide), key=lambda each: each.most * each.width * each.height)
    grid = next(whole, fullest)
    if not grid.rows or grid.width < look.points(30):
        raise ConfigError(
            "the sheet has no room for a picture",
            at="--size",
            found=f"{look.paper.width / MM:.0f}x{look.paper.height / MM:.0f}mm"
            + (f" with {columns} columns" if columns else ""),
            expected="a larger one, or fewer columns",
        )
    return grid


def _grid(look: Look, columns: int, tall: float, under: float) -> Grid:
    gutter = GUTTER * look.paper.scale
    width = (look.room - (columns - 1) * gutter) / columns
    height = width * look.ratio
    pitch = height + under
    rows = int((tall + look.points(AFTER)) // pitch)
    if rows > 1:  # what is left over at the foot goes between the rows, as far as they stay rows of one page
        pitch += min(MORE * pitch, (tall + look.points(AFTER) - rows * pitch) / (rows - 1))
    return Grid(columns, rows, width, height, pitch, gutter)


def _lines(cell: Cell) -> int:
    return sum(1 if place == 0 else REASON for place, _ in enumerate(cell.lines))


def pages(
    look: Look,
    grid: Grid,
    cells: Sequence[Cell],
    said: tuple[str, str],
    picture: Callable[[int], Pixels],
    labels: Callable[[Cell], pl.DataFrame],
) -> Iterator[Sheet]:
    """Yield the pages.

    Args:
        look: The sheet.
        grid: Where pictures stand.
        cells: The pictures, in order.
        said: The title, and what the sheet holds.
        picture: Returns a frame's pixels.
        labels: Returns the labels of a picture.
    """
    count = -(-len(cells) // grid.most)
    for number in range(count):
        part = cells[number * grid.most : (number + 1) * grid.most]
        items, top = look.head(*said)
        for place, cell in enumerate(part):
            x = look.margin + place % grid.columns * (grid.width + grid.gutter)
            y = top + place // grid.columns * grid.pitch
            area = Area(round(x), round(y), round(grid.width), round(grid.height))
            items.extend(look.picture(picture(cell.frame), labels(cell), cell.frame, area, pale=cell.is_dismissed))
            items.extend(_caption(look, cell, area))
        items.extend(look.foot(number + 1, count)[0])
        yield Sheet(items, look.colors.paper)


def _caption(look: Look, cell: Cell, area: Area) -> Iterator[Item]:
    """Who it is and what it paid in one line, and what else is said below."""
    quiet, base = cell.is_dismissed, area.y + area.height + look.points(FIRST)
    name = look.style(NAME, 400 if quiet else 600, quiet=quiet, mono=True)
    value = look.style(NAME, 400, quiet=quiet)
    wide = min(look.typesetter.width(cell.value, value) + look.points(4), 0.7 * area.width) if cell.value else 0.0
    if cell.name:
        yield look.line(cell.name, name, (area.x, base), area.width - wide)
    if cell.value:
        at = area.x + area.width - wide, base
        yield look.line(cell.value, value, at, wide - look.points(0.1), "right")
    small, y = look.style(SMALL, quiet=True), base
    for place, line in enumerate(cell.lines):
        y += look.points(LEADING)
        fitting = look.typesetter.fit(line, small, area.width, 1 if place == 0 else REASON)
        yield Text(fitting, small, area.x, y, area.width + look.points(0.1))
