from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.scene.draw_on import begun
from loopviz.scene.marks import Mark

BOX = Mark((10.0, 20.0, 30.0, 60.0), 0, "#ffffff", "mouse")
SHAPE = Mark((0.0, 0.0, 10.0, 10.0), 1, "#ffffff", "wheel", ((0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0),))


def length(mark: Mark) -> float:
    """How long a mark's open lines are."""
    points = [np.asarray(outline).reshape(-1, 2) for outline in mark.outlines]
    return float(sum(np.hypot(*np.diff(ring, axis=0).T).sum() for ring in points))


def test_all_is_what_there_is():
    assert begun((BOX, SHAPE), 1.0) == (BOX, SHAPE)
    assert begun((), 0.5) == ()
    assert begun((BOX, SHAPE), 0.0) == ()


def test_one_after_the_other():
    assert begun((BOX, SHAPE), 0.5) == (BOX,)
    first, second = begun((BOX, SHAPE), 0.75)
    assert first == BOX
    assert second.is_open
    assert second.outlines == ((0.0, 0.0, 10.0, 0.0, 10.0, 10.0),)


def test_a_box_is_pulled_open_from_its_corner():
    (half,) = begun((BOX,), 0.5)
    assert half.box == (10.0, 20.0, 20.0, 40.0)
    (least,) = begun((BOX,), 0.001)
    assert least.box == (10.0, 20.0, 11.0, 21.0)  # a pixel is seen


@pytest.mark.parametrize(("share", "tip"), [(0.125, (5.0, 0.0)), (0.3, (10.0, 2.0)), (0.9, (0.0, 4.0))])
def test_an_outline_follows_its_points(share: float, tip: tuple[float, float]):
    (part,) = begun((SHAPE,), share)
    assert part.outlines[0][:2] == (0.0, 0.0)
    assert part.outlines[0][-2:] == pytest.approx(tip)


def test_a_second_ring_begins_when_the_first_is_closed():
    rings = Mark(SHAPE.box, 0, "#ffffff", "mouse", (SHAPE.outlines[0], (2.0, 2.0, 4.0, 2.0, 4.0, 4.0, 2.0, 4.0)))
    (part,) = begun((rings,), 44 / 48)
    assert part.outlines[0] == (*SHAPE.outlines[0], 0.0, 0.0)
    assert part.outlines[1] == pytest.approx((2.0, 2.0, 4.0, 2.0, 4.0, 4.0))


@given(st.floats(0.001, 0.999))
def test_so_much_is_drawn_of_an_outline(share: float):
    (part,) = begun((SHAPE,), share)
    assert length(part) == pytest.approx(40 * share, abs=1e-6)
