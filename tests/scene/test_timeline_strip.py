from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.dataset import Dataset
from loopviz.scene import build_scene, load_theme
from loopviz.scene.elements import Rect
from loopviz.scene.layout import even
from loopviz.scene.timeline_strip import RANK, TimelineStrip, shared_ticks
from loopviz.schema import table

THEME = load_theme("house")
SIZES = [(1920, 1080), (1080, 1920), (321, 241), (10, 5), (2560, 640)]


def strip(states: list[str], size: tuple[int, int] = (1920, 1080)) -> TimelineStrip:
    layout = build_scene(Dataset(frames=table("frames", {"frame": [0]})), THEME, size).layout
    return TimelineStrip(states, layout.area("strip"), layout.unit, THEME.colors)


class TestSharing:
    def test_with_room_every_frame_has_its_tick(self):
        assert shared_ticks(["none", "labelled", "rejected"], 3) == ["none", "labelled", "rejected"]

    def test_frames_that_share_a_tick_show_the_best(self):
        states = ["none", "rejected", "rejected", "labelled", "none", "none"]
        assert shared_ticks(states, 3) == ["rejected", "labelled", "none"]

    @given(st.lists(st.sampled_from(RANK), min_size=1, max_size=60), st.integers(1, 30))
    def test_nothing_is_lost_and_order_is_kept(self, states: list[str], room: int):
        ticks = shared_ticks(states, room)
        assert len(ticks) == min(len(states), room)
        assert max(map(RANK.index, ticks)) == max(map(RANK.index, states))
        if states == sorted(states, key=RANK.index):
            assert ticks == sorted(ticks, key=RANK.index)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 7, 300, 100_000])
def test_ticks_and_marker_stay_in_the_strip(size: tuple[int, int], count: int):
    shown = strip(["labelled", "none", "rejected"] * (count // 3 + 1), size) if count > 1 else strip(["labelled"], size)
    sprite = shown.ticks()
    rects = sprite.drawing.shapes
    assert sprite.x % 2 == sprite.y % 2 == sprite.drawing.width % 2 == sprite.drawing.height % 2 == 0
    assert len(rects) <= sprite.drawing.width / 3 + 1
    for rect in rects:
        assert isinstance(rect, Rect)
        assert 0 <= rect.x_min < rect.x_max <= sprite.drawing.width
        assert 0 <= rect.y_min < rect.y_max == sprite.drawing.height
    for frame in (0, count // 2, count - 1):
        marker = shown.marker(frame)
        assert sprite.x <= marker.x_min < marker.x_max <= sprite.x + sprite.drawing.width
        assert shown.top <= marker.y_min < marker.y_max <= even(size[1] * max(1, math.ceil(640 / size[1])))


def test_the_marker_is_first_at_the_left_then_moves_and_ends_at_the_right():
    shown = strip(["labelled"] * 296)
    sprite = shown.ticks()
    places = [shown.marker(frame).x_min for frame in range(296)]
    assert places[0] == sprite.x
    assert shown.marker(295).x_max == sprite.x + sprite.drawing.width
    assert all(a < b for a, b in pairwise(places))


@pytest.mark.parametrize("size", SIZES[:2])
@pytest.mark.parametrize("count", [1, 2, 10, 48, 296])
def test_the_marker_stands_on_its_frames_tick(size: tuple[int, int], count: int):
    shown = strip(["labelled"] * count, size)
    sprite = shown.ticks()
    assert len(sprite.drawing.shapes) == count
    for frame, tick in enumerate(sprite.drawing.shapes):
        marker = shown.marker(frame)
        assert marker.x_min < sprite.x + tick.x_max
        assert sprite.x + tick.x_min < marker.x_max


def test_ticks_say_what_became_of_each_frame():
    labelled, rejected, none = strip(["labelled", "rejected", "none"]).ticks().drawing.shapes
    heights = [shape.y_max - shape.y_min for shape in (labelled, rejected, none)]
    assert heights[0] > 1.5 * heights[1] > 1.5 * heights[2]
    assert labelled.opacity > rejected.opacity == none.opacity
    assert labelled.x_min < rejected.x_min < none.x_min


def test_the_marker_is_of_the_accents_colour_and_taller_than_the_ticks():
    shown = strip(["labelled"] * 9)
    marker = shown.marker(4)
    assert marker.color == THEME.colors.accent
    assert marker.y_max - marker.y_min > shown.ticks().drawing.height
