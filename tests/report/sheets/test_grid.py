"""Pages of many pictures are full, whatever shape pictures and paper have, and names have room."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from loopviz.report.sheets.contents import Cell
from loopviz.report.sheets.grid import NARROW, grid_of
from loopviz.report.sheets.paper import MM, POINT, Paper, parse_paper

CELL = Cell(0, None, "Worker 1234", "not paid", ("frame 1",))


@dataclass
class Sheet:
    """What a grid asks of a sheet."""

    paper: Paper
    ratio: float

    @property
    def room(self) -> float:
        return self.paper.width - 28 * MM * self.paper.scale

    def points(self, size: float) -> float:
        return size * POINT * self.paper.scale

    def head(self, *_: str) -> tuple[list[object], float]:
        return [], 0.09 * self.paper.height

    def foot(self, *_: int) -> tuple[list[object], float]:
        return [], 0.93 * self.paper.height


@pytest.mark.parametrize("ratio", [16 / 9, 1.5, 1.0, 2 / 3, 9 / 16], ids=lambda ratio: f"{ratio:.2f}")
@pytest.mark.parametrize("paper", ["A4", "A3", "50x70cm", "11x17in"])
@pytest.mark.parametrize("landscape", [False, True])
def test_many_pictures_of_any_shape_fill_a_page(ratio: float, paper: str, landscape: bool):
    sheet = Sheet(parse_paper(paper, landscape=landscape), ratio)
    grid = grid_of(sheet, [CELL] * 1000, None)  # type: ignore[arg-type]
    tall = 0.84 * sheet.paper.height
    assert grid.rows * grid.pitch > 0.9 * tall
    assert (grid.rows - 1) * grid.pitch + grid.height < tall
    assert grid.width >= NARROW * sheet.paper.scale
    assert grid.columns * (grid.width + grid.gutter) - grid.gutter == pytest.approx(sheet.room)


def test_a_few_pictures_are_as_large_as_one_page_has_room_for():
    sheet = Sheet(parse_paper("A4"), 2 / 3)
    one, six = (grid_of(sheet, [CELL] * count, None) for count in (1, 6))  # type: ignore[arg-type]
    assert (one.columns, six.columns) == (1, 2)
    assert grid_of(sheet, [CELL] * 6, 5).columns == 5  # type: ignore[arg-type]
