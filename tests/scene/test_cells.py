from __future__ import annotations

from itertools import pairwise

import pytest

from loopviz.scene.cells import Cells, Wanted, solve_cells
from loopviz.scene.layout import Area


def solved(area: Area, count: int = 24, aspect: float = 1.5, caption: float = 150) -> tuple[Cells, int]:
    cells = solve_cells(area, Wanted(count, aspect, gap=20, line=40, caption=caption))
    return cells, len({place.x for place in cells.places})


@pytest.mark.parametrize(
    ("size", "columns"), [((1700, 920), 6), ((1260, 840), 6), ((900, 900), 5), ((900, 1700), 3), ((3000, 300), 12)]
)
def test_columns_follow_the_canvas(size: tuple[int, int], columns: int):
    cells, found = solved(Area(100, 50, *size))
    assert found == columns
    for place in cells.places:
        assert place.width / place.height == pytest.approx(1.5, rel=0.06)
        assert place.x >= 100
        assert place.y >= 50
        assert place.right <= 100 + size[0] + 1
        assert place.y + cells.high <= 50 + size[1] + 2
        assert not (place.x % 2 or place.y % 2 or place.width % 2 or place.height % 2)


@pytest.mark.parametrize("aspect", [0.5, 1.0, 16 / 9])
@pytest.mark.parametrize("count", [2, 7, 12, 24, 60])
def test_no_cell_lies_on_another(aspect: float, count: int):
    cells, _ = solved(Area(0, 0, 1600, 900), count, aspect)
    assert len(cells.places) == count
    taken = [(place.x, place.y, place.right, place.y + cells.high) for place in cells.places]
    for i, (x0, y0, x1, y1) in enumerate(taken):
        assert all(x0 >= b[2] or b[0] >= x1 or y0 >= b[3] - 2 or b[1] >= y1 - 2 for b in taken[:i])


def test_a_caption_that_is_wider_than_a_picture_takes_two_lines():
    assert solved(Area(0, 0, 1700, 920), caption=150)[0].lines == 1
    assert solved(Area(0, 0, 1700, 920), caption=500)[0].lines == 2


@pytest.mark.parametrize("size", [(1700, 900), (1400, 900), (1240, 900), (900, 900), (900, 1600)], ids=str)
@pytest.mark.parametrize("aspect", [9 / 16, 2 / 3, 1.0, 1.5, 16 / 9], ids=lambda aspect: f"{aspect:.2f}")
def test_cells_fill_the_area_and_names_have_room(size: tuple[int, int], aspect: float):
    name = 0.14 * min(size)
    cells = solve_cells(Area(0, 0, *size), Wanted(24, aspect, gap=24, line=38, caption=1.7 * name, name=name))
    right, bottom = max(place.x for place in cells.places) + cells.room, max(p.y for p in cells.places) + cells.high
    assert right <= size[0] + 2
    assert right > 0.95 * size[0]
    assert 0.85 * size[1] < bottom <= size[1] + 2
    assert cells.room >= 0.75 * name
    starts = sorted({place.x for place in cells.places})
    assert all(b - a >= cells.room for a, b in pairwise(starts))
