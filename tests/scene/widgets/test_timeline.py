from __future__ import annotations

from itertools import pairwise

import pytest

from loopviz.scene import Rect, load_theme
from loopviz.scene.layout import Area
from loopviz.scene.timeline_strip import TimelineBars

COLORS = load_theme("wake").colors
AREA = Area(100, 50, 602, 40)
STATES = ["labelled", "labelled", "rejected", "none", "labelled", "rejected"] * 10


@pytest.fixture
def bars() -> TimelineBars:
    return TimelineBars(STATES, AREA, 1000, COLORS)


def test_neighbours_that_are_alike_are_one_bar(bars: TimelineBars):
    sprite = bars.ticks()
    rects = [shape for shape in sprite.drawing.shapes if isinstance(shape, Rect)]
    heights = [rect.y_max - rect.y_min for rect in rects]
    assert len(rects) == 10 * 5
    assert heights[:4] == [40, 12, 0, 40]
    assert [rect.x_max - rect.x_min for rect in rects[:2]] == [20, 10]
    assert all(a.x_max == b.x_min for a, b in pairwise(rects))


@pytest.mark.parametrize("frame", [0, 30, 59])
def test_what_is_to_come_is_under_a_veil_that_begins_at_the_marker(bars: TimelineBars, frame: int):
    (veil,), marker = bars.veil(frame), bars.marker(frame)
    assert (veil.color, veil.x_max) == (COLORS.paper, 700)
    assert marker.x_min < veil.x_min < marker.x_max
    assert 100 <= marker.x_min < marker.x_max <= 700
    assert marker.y_min < veil.y_min < veil.y_max < marker.y_max
