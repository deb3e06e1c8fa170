from __future__ import annotations

import numpy as np
import pytest

from loopviz.scene.layout import Area, Layout
from loopviz.scene.leaders import leaders, nearest
from loopviz.scene.marks import Mark, Outlines
from loopviz.scene.typography import Typesetter

LAYOUT = Layout(400, 300, Area(0, 0, 400, 300), 300.0, 1)
BOX = (100.0, 100.0, 200.0, 200.0)


def mark(outlines: Outlines = ()) -> Mark:
    return Mark(BOX, 0, "#0072B2", "a", outlines)


@pytest.mark.parametrize(
    ("plate", "has_one"),
    [
        pytest.param((100, 76, 150, 96), False, id="beside its box"),
        pytest.param((100, 52, 150, 72), False, id="1.4 heights away"),
        pytest.param((100, 40, 150, 60), True, id="two heights away"),
        pytest.param((240, 140, 290, 160), True, id="on the right"),
    ],
)
def test_a_plate_that_is_further_than_one_and_a_half_heights_has_a_leader(plate: tuple[float, ...], has_one: bool):
    assert bool(list(leaders([(mark(), plate)], LAYOUT, 4))) == has_one


def test_a_leader_goes_from_the_plate_to_the_outline():
    ring = (150.0, 150.0, 200.0, 200.0, 100.0, 200.0)
    (sprite,) = leaders([(mark((ring,)), (120, 76, 180, 96))], LAYOUT, 4)
    ((x0, y0, x1, y1),) = sprite.drawing.shapes[0].outlines
    assert (x0 + sprite.x, y0 + sprite.y) == (150, 96)
    assert (x1 + sprite.x, y1 + sprite.y) == (150, 150)
    assert sprite.x % 2 == sprite.y % 2 == 0
    assert Typesetter().paint(sprite.drawing)[..., 3].any()


@pytest.mark.parametrize(
    ("point", "end"),
    [((150, 20), (150, 100)), ((20, 20), (100, 100)), ((110, 150), (100, 150)), ((300, 190), (200, 190))],
)
def test_the_nearest_point_of_a_box(point: tuple[float, float], end: tuple[float, float]):
    assert nearest(mark(), np.array(point, np.float64)).tolist() == list(end)
