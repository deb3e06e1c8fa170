from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import box, make_dataset, with_boxes

from loopviz.dataset import empty_table, table
from loopviz.errors import ConfigError
from loopviz.scene import load_theme
from loopviz.scene.layout import Area, Layout, even, solve_layout

NOTHING = empty_table("annotations")
THEMES = {name: load_theme(name) for name in ("margin", "house")}
SIZES = [
    pytest.param((1920, 1080), id="landscape"),
    pytest.param((1080, 1920), id="portrait"),
    pytest.param((1000, 1000), id="square"),
    pytest.param((640, 641), id="a little upright"),
    pytest.param((2560, 640), id="panorama"),
    pytest.param((600, 150), id="small panorama"),
    pytest.param((321, 241), id="odd"),
    pytest.param((1279, 719), id="odd and large"),
    pytest.param((10, 5), id="tiny"),
    pytest.param((1, 1), id="one pixel"),
    pytest.param((1000, 10), id="a line"),
    pytest.param((10, 1000), id="an upright line"),
    pytest.param((7680, 4320), id="8K"),
]


def inside(inner: Area, width: float, height: float) -> bool:
    return inner.x >= 0 and inner.y >= 0 and inner.right <= width and inner.bottom <= height


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_everything_is_on_an_even_canvas_and_nothing_is_larger_than_it_may_be(name: str, size: tuple[int, int]):
    layout = solve_layout(THEMES[name], size, NOTHING)
    assert layout.width % 2 == layout.height % 2 == layout.picture.x % 2 == layout.picture.y % 2 == 0
    assert (layout.picture.width, layout.picture.height) == (size[0] * layout.scale, size[1] * layout.scale)
    assert inside(layout.picture, layout.width, layout.height)
    assert inside(layout.panel, layout.width, layout.height)
    assert layout.panel.width > 0
    assert layout.panel.height > 0
    assert max(layout.width, layout.height) <= 4 * max(4096, *size)


@given(width=st.integers(16, 3000), height=st.integers(16, 3000), name=st.sampled_from(sorted(THEMES)))
def test_any_size_has_a_layout(width: int, height: int, name: str):
    layout = solve_layout(THEMES[name], (width, height), NOTHING)
    assert inside(layout.picture, layout.width, layout.height)
    assert inside(layout.panel, layout.width, layout.height)
    if name == "house":
        assert (layout.width, layout.height) == (even(layout.picture.width), even(layout.picture.height))
    else:
        assert layout.panel.x >= layout.picture.right
        assert layout.panel.height == layout.picture.height


@pytest.mark.parametrize(
    ("size", "scale"),
    [
        pytest.param((1920, 1080), 1, id="large enough"),
        pytest.param((800, 640), 1, id="just large enough"),
        pytest.param((800, 639), 2, id="just too small"),
        pytest.param((320, 240), 3, id="small"),
        pytest.param((10, 5), 128, id="tiny"),
        pytest.param((2600, 600), 1, id="wide enough"),
        pytest.param((1000, 10), 4, id="a line is not blown up to its height"),
        pytest.param((90, 160), 4, id="upright"),
    ],
)
def test_small_pictures_are_enlarged_by_whole_numbers(size: tuple[int, int], scale: int):
    for theme in THEMES.values():
        assert solve_layout(theme, size, NOTHING).scale == scale


def test_margins_are_fractions_of_the_height():
    layout = solve_layout(THEMES["margin"], (1920, 1080), NOTHING)
    margins, unit = THEMES["margin"].margins, 1080
    assert layout.unit == unit
    assert layout.picture == Area(even(margins.left * unit), even(margins.top * unit), 1920, 1080)
    assert layout.panel.x == pytest.approx(layout.picture.right + margins.gap * unit, abs=0.5)
    assert layout.height == even(1080 + layout.picture.y + margins.bottom * unit)
    assert layout.place == "beside"


def test_the_same_theme_looks_the_same_at_every_size():
    small, large = (solve_layout(THEMES["margin"], size, NOTHING) for size in ((960, 720), (1920, 1440)))
    for name in ("x", "y", "width", "height"):
        assert getattr(large.panel, name) == pytest.approx(2 * getattr(small.panel, name), abs=4)


def place(theme: str, size: tuple[int, int], *boxes: dict[str, float]) -> Layout:
    return solve_layout(THEMES[theme], size, with_boxes(make_dataset(), *boxes).annotations)


@pytest.mark.parametrize(
    ("boxes", "side"),
    [
        pytest.param([], "left", id="nothing: left"),
        pytest.param([box(0, 0, 400, 900)], "right", id="all is on the left"),
        pytest.param([box(1500, 0, 1920, 900)], "left", id="all is on the right"),
        pytest.param([box(0, 0, 400, 100), box(1520, 0, 1920, 800)], "left", id="more on the right"),
        pytest.param([box(0, 0, 1920, 1080)], "left", id="everywhere: left"),
        pytest.param([box(-900, 0, -800, 999), box(1800, 0, 1900, 10)], "left", id="outside does not count"),
    ],
)  # fmt: skip
def test_an_overlay_keeps_to_the_emptier_side(boxes: list[dict[str, float]], side: str):
    layout = place("house", (1920, 1080), *boxes)
    assert layout.place == side
    assert (layout.panel.right < 960) == (side == "left")


def test_the_side_is_that_of_the_picture_not_of_its_enlargement():
    assert place("house", (192, 108), box(0, 0, 40, 90)).place == "right"
    assert place("house", (192, 108), box(150, 0, 192, 90)).place == "left"


def test_an_overlay_on_an_upright_picture_is_below():
    layout = place("house", (1080, 1920), box(0, 0, 100, 100))
    assert layout.place == "below"
    assert layout.panel.y >= 1920 / 2
    assert layout.panel.width > 0.7 * 1080


@pytest.mark.parametrize("size", [(1920, 1080), (1000, 1000), (1080, 1920)])
def test_margins_that_leave_no_room_are_refused(tmp_path: Path, size: tuple[int, int]):
    (tmp_path / "mine.yaml").write_text("extends: house\nmargins: {left: 1.0, right: 1.0}\n")
    with pytest.raises(ConfigError, match=r"no room.*margins"):
        solve_layout(load_theme(tmp_path / "mine.yaml"), size, NOTHING)


@pytest.mark.parametrize(("value", "result"), [(0, 0), (0.1, 2), (2, 2), (2.0001, 4), (3, 4), (-1, 0)])
def test_even(value: float, result: int):
    assert even(value) == result


def test_boxes_of_crowds_do_not_change_the_layout_of_a_margin():
    crowd = table(
        "annotations", [{"annotation_id": i, "frame": 0, "class_id": 0, **box(i, 0, i + 9, 9)} for i in range(50)]
    )
    assert isinstance(crowd, pl.DataFrame)
    assert solve_layout(THEMES["margin"], (640, 480), crowd) == solve_layout(THEMES["margin"], (640, 480), NOTHING)
