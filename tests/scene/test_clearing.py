from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.scene.clearing import ASIDE, PALER, given_way, on_picture, room_of_words
from loopviz.scene.elements import Clearing, Drawing, Element, Path, Rect, Sprite, Text, TextStyle
from loopviz.scene.layout import Area
from loopviz.scene.typography import Typesetter

SETTER = Typesetter()
STYLE = TextStyle("sans", 400, 10, "#ffffff")
SIDE = 24
edges = st.tuples(*[st.integers(0, SIDE)] * 4).map(
    lambda e: (min(e[0], e[2]), min(e[1], e[3]), max(e[0], e[2]), max(e[1], e[3]))
)
bars = edges.filter(lambda e: e[0] < e[2] and e[1] < e[3]).map(lambda e: Rect(*e, "#ff0000", 0.8))
holes = edges.filter(lambda e: e[0] < e[2] and e[1] < e[3]).map(lambda e: Clearing(*e))


def covered(bars: list[Element]) -> np.ndarray:
    """How often each pixel is covered, by how opaque a bar."""
    found = np.zeros((SIDE, SIDE))
    for bar in bars:
        assert isinstance(bar, Rect)
        assert bar.x_min < bar.x_max
        assert bar.y_min < bar.y_max
        found[int(bar.y_min) : int(bar.y_max), int(bar.x_min) : int(bar.x_max)] += bar.opacity
    return found


def inside(room: list[Clearing]) -> np.ndarray:
    found = np.zeros((SIDE, SIDE), bool)
    for each in room:
        found[int(each.y_min) : int(each.y_max), int(each.x_min) : int(each.x_max)] = True
    return found


class TestBars:
    @given(bars, st.lists(holes, max_size=4))
    def test_a_bar_is_whole_but_for_the_room_of_words(self, bar: Rect, room: list[Clearing]):
        expected = np.where(inside(room), 0.0, covered([bar]))
        assert covered(list(given_way([bar], room))) == pytest.approx(expected)

    def test_the_clearest_counts_where_two_lie_on_each_other(self):
        room = [Clearing(4, 4, 8, 8, 0.75), Clearing(0, 0, SIDE, SIDE, 0.25)]
        found = covered([*given_way([Rect(0, 0, SIDE, SIDE, "#ff0000")], room)])
        assert np.unique(found).tolist() == [0.25, 0.75]
        assert (found == 0.25).sum() == 16

    def test_no_line_shows_through_another_that_is_paler(self):
        lines = [Rect(0, 10, SIDE, 14, "#ff0000"), Rect(10, 0, 14, SIDE, "#00ff00")]
        found = [*given_way(lines, [Clearing(0, 0, SIDE, SIDE, 0.5)])]
        assert covered(found).max() == 0.5
        (crossing,) = [each for each in found if each.x_min <= 10 < each.x_max and each.y_min <= 10 < each.y_max]
        assert crossing.color == "#00ff00"

    @given(bars, holes, st.floats(0.0, 1.0))
    def test_of_half_opaque_words_half_of_the_line_stays(self, bar: Rect, hole: Clearing, opacity: float):
        room = [replace(hole, opacity=opacity)]
        expected = covered([bar]) * np.where(inside(room), 1 - opacity, 1.0)
        assert covered(list(given_way([bar], room))) == pytest.approx(expected)


def line(*shapes: Path | Text) -> Sprite:
    return Sprite(10, 10, Drawing(40, 40, shapes))


class TestDrawings:
    STROKE = Path(((0.0, 20.0, 40.0, 20.0),), "#ff0000", 4.0, is_open=True)

    def test_a_line_is_cut_where_words_stand(self):
        (cut,) = given_way([line(self.STROKE)], [Clearing(20, 0, 30, 60), Clearing(25, 0, 40, 60, 0.5)])
        assert isinstance(cut, Sprite)
        alpha = SETTER.paint(cut.drawing)[20, :, 3]
        assert alpha[[2, 8]].tolist() == [255, 255]
        assert alpha[[11, 18]].tolist() == [0, 0]
        assert alpha[[21, 28]].tolist() == pytest.approx([128, 128], abs=1)
        assert alpha[[32, 38]].tolist() == [255, 255]

    @pytest.mark.parametrize(
        ("sprite", "room"),
        [
            pytest.param(line(STROKE), Clearing(60, 0, 80, 60), id="words elsewhere"),
            pytest.param(line(Text("Body", STYLE, 0, 20, 40)), Clearing(0, 0, 60, 60), id="a plate is words itself"),
        ],
    )
    def test_what_is_left_as_it_is(self, sprite: Sprite, room: Clearing):
        assert [*given_way([sprite], [room])] == [sprite]


class TestRoom:
    @pytest.mark.parametrize(("align", "left"), [("left", 20), ("center", 60), ("right", 100)])
    def test_it_lies_around_the_words_and_not_around_their_column(self, align, left):
        wide = SETTER.width("Age", STYLE)
        first, _ = room_of_words([Sprite(20, 0, Drawing(100, 40, (Text("Age", STYLE, 0, 20, 80, align),)))], SETTER)
        start = left - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * wide
        assert (first.x_min, first.x_max) == pytest.approx((start - ASIDE * 10, start + wide + ASIDE * 10), abs=1)
        assert first.y_min < 20 - 7.3
        assert first.y_max > 22

    def test_between_words_lines_are_paler(self):
        words = [Sprite(0, y, Drawing(100, 40, (Text("Age", STYLE, 0, 20, 80),)), 0.5) for y in (0, 100)]
        *own, between = room_of_words(words, SETTER)
        assert [each.opacity for each in own] == [0.5, 0.5]
        assert between == Clearing(own[0].x_min, own[0].y_min, own[1].x_max, own[1].y_max, 0.5 * PALER)

    def test_several_lines_have_room_for_all(self):
        words = Sprite(0, 0, Drawing(60, 80, (Text("one two three four", STYLE, 0, 20, 50),)))
        first, _ = room_of_words([words], SETTER)
        assert SETTER.lines("one two three four", STYLE, 50) == 2
        assert first.y_max - first.y_min > SETTER.line_height(STYLE) + STYLE.size

    def test_only_what_lies_on_the_picture_is_wanted_the_clearest_first(self):
        pale, clear, gone, beside = (
            Clearing(x, 0, x + 10, 10, o) for x, o in ((0, 0.5), (5, 1.0), (5, 0.0), (90, 1.0))
        )
        assert on_picture([pale, clear, gone, beside], Area(0, 0, 80, 80)) == [clear, pale]

    def test_no_words_want_none(self):
        assert room_of_words([Rect(0, 0, 9, 9, "#ffffff"), line(TestDrawings.STROKE)], SETTER) == []
