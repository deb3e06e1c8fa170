from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.scene.boxes import DASH, LONG_DASH, Frame, apart, brackets, frame_in, whole_line
from loopviz.scene.casings import DARK, LIGHT
from loopviz.scene.elements import Rect
from loopviz.scene.layout import Area

PICTURE, BLUE, YELLOW = Area(0, 0, 60, 40), "#0072B2", "#F0E442"
LETTERS = {DARK: "d", LIGHT: "l", BLUE: "b", YELLOW: "y"}


def drawn(bars: Iterable[Rect]) -> npt.NDArray[np.str_]:
    """What is seen: a letter a pixel."""
    canvas = np.full((40, 60), ".")
    for bar in bars:
        assert 0 <= bar.x_min < bar.x_max <= 60
        assert 0 <= bar.y_min < bar.y_max <= 40
        canvas[int(bar.y_min) : int(bar.y_max), int(bar.x_min) : int(bar.x_max)] = LETTERS[bar.color]
    return canvas


def row(canvas: npt.NDArray[np.str_], y: int) -> str:
    return "".join(canvas[y].tolist())


@pytest.mark.parametrize(
    ("color", "across"),
    [
        pytest.param(BLUE, "dbbbl" + "." * 32 + "lbbbd", id="dark outside, light inside"),
        pytest.param(YELLOW, "dyyyd" + "." * 32 + "dyyyd", id="dark on both sides"),
    ],
)
def test_a_cased_box_to_the_pixel(color: str, across: str):
    canvas = drawn(Frame((10, 8, 50, 32), 3, color).cased(PICTURE))
    assert row(canvas, 20) == "." * 9 + across + "." * 9
    assert "".join(canvas[:, 30].tolist()) == "." * 7 + across[:5] + "." * 16 + across[-5:] + "." * 7
    assert row(canvas, 7) == row(canvas, 32) == "." * 9 + "d" * 42 + "." * 9
    assert row(canvas, 8) == "." * 9 + "d" + across[1] * 40 + "d" + "." * 9


def test_at_the_pictures_edge_a_box_gives_way_to_its_casing():
    canvas = drawn(Frame((0, 0, 60, 40), 3, BLUE).cased(PICTURE))
    assert row(canvas, 20) == "dbbbl" + "." * 50 + "lbbbd"


def test_a_dash_has_its_casing_alone():
    canvas = drawn(Frame((10, 8, 50, 32), 2, BLUE, DASH).cased(PICTURE))
    line = row(canvas, 8)
    assert line[9:20] == "d" + "b" * 8 + ".."
    assert row(canvas, 7)[9:20] == "d" * 9 + ".."
    assert row(canvas, 10)[9:20] == "dbbllllll.."
    assert line == line[::-1]


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (3, 30)])
def test_a_box_without_an_inside_has_both_casings_around_it(size: tuple[int, int]):
    canvas = drawn(Frame((20, 5, 20 + size[0], 5 + size[1]), 2, BLUE).cased(PICTURE))
    assert row(canvas, 5).strip(".") == "ld" + "b" * size[0] + "dl"


def test_heavier_corners_have_their_casing_too():
    canvas = drawn(brackets(Frame((4, 4, 56, 36), 2, BLUE), 4, 12, PICTURE))
    assert row(canvas, 5)[3:20] == "d" + "b" * 16
    assert row(canvas, 7)[3:20] == "d" + "b" * 12 + "l" + "..."
    assert row(canvas, 10)[3:20] == "dbbbbl" + "." * 11


@given(
    st.integers(0, 58),
    st.integers(0, 38),
    st.integers(1, 60),
    st.integers(1, 40),
    st.integers(1, 6),
    st.sampled_from([0, DASH, LONG_DASH]),
)
def test_no_box_leaves_the_picture_and_only_full_ones_lie_over_each_other(
    x: int, y: int, width: int, height: int, line: int, dash: int
):
    frame = Frame((x, y, min(60, x + width), min(40, y + height)), line, BLUE, dash)
    bars = list(frame.cased(PICTURE))
    canvas = drawn(bars)
    assert (canvas == "b").any()
    if len({bar.color for bar in bars}) > 1 and bars[-1].color != BLUE:
        assert sum((bar.x_max - bar.x_min) * (bar.y_max - bar.y_min) for bar in bars) == (canvas != ".").sum()


@given(st.integers(0, 30), st.integers(0, 20), st.integers(20, 30), st.integers(12, 20), st.booleans())
def test_bars_that_are_apart_look_the_same(x: int, y: int, width: int, height: int, heavy: bool):
    frame = Frame((x, y, x + width, y + height), 2, BLUE)
    bars = list(brackets(frame, 4, 6, PICTURE) if heavy else frame.cased(PICTURE))
    cut = apart(bars)
    np.testing.assert_array_equal(drawn(cut), drawn(bars))
    assert sum((bar.x_max - bar.x_min) * (bar.y_max - bar.y_min) for bar in cut) == (drawn(bars) != ".").sum()


def test_nothing_apart_is_nothing():
    assert apart([]) == []


@pytest.mark.parametrize(("line", "whole"), [(0.2, 1), (1.4, 1), (2.5, 2), (3.0, 3), (3.4, 3), (4.5, 4), (5.1, 6)])
def test_lines_of_more_than_three_pixels_are_even(line: float, whole: int):
    assert whole_line(line) == whole
    assert frame_in((3.4, 3.4, 40.2, 30.9), line, BLUE).line == whole
