from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import box, changed_theme, make_dataset, with_boxes

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.scene import SceneOptions, Theme, load_theme
from loopviz.scene.areas import Areas, Canvas, Margins
from loopviz.scene.layout import Area, Fit, Layout, Picture, even, solve_layout
from loopviz.scene.scene import layout_of
from loopviz.schema import table

NOTHING = make_dataset()
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


def solved(theme: Theme, size: tuple[int, int], dataset: Dataset = NOTHING) -> Layout:
    return layout_of(theme, size, dataset, SceneOptions())


def panel_of(layout: Layout) -> Area:
    return layout.area("panel")


def inside(inner: Area, width: float, height: float) -> bool:
    return inner.x >= 0 and inner.y >= 0 and inner.right <= width and inner.bottom <= height


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_everything_is_on_an_even_canvas_and_nothing_is_larger_than_it_may_be(name: str, size: tuple[int, int]):
    layout = solved(THEMES[name], size)
    assert layout.width % 2 == layout.height % 2 == layout.picture.x % 2 == layout.picture.y % 2 == 0
    assert (layout.picture.width, layout.picture.height) == (size[0] * layout.scale, size[1] * layout.scale)
    assert inside(layout.picture, layout.width, layout.height)
    assert inside(panel_of(layout), layout.width, layout.height)
    assert panel_of(layout).width > 0
    assert panel_of(layout).height > 0
    assert max(layout.width, layout.height) <= 4 * max(4096, *size)


@given(width=st.integers(16, 3000), height=st.integers(16, 3000), name=st.sampled_from(sorted(THEMES)))
def test_any_size_has_a_layout(width: int, height: int, name: str):
    layout = solved(THEMES[name], (width, height))
    assert inside(layout.picture, layout.width, layout.height)
    assert inside(panel_of(layout), layout.width, layout.height)
    if name == "house":
        assert (layout.width, layout.height) == (even(layout.picture.width), even(layout.picture.height))
    else:
        assert panel_of(layout).x >= layout.picture.right
        assert panel_of(layout).height == layout.picture.height


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
        assert solved(theme, size).scale == scale


@pytest.mark.parametrize(("safe", "left"), [(0.0, 0.075 * 1080), (0.05, 0.05 * 2814)])
def test_margins_are_fractions_of_the_height_and_at_least_so_much_of_the_canvas(safe: float, left: float):
    layout = solved(changed_theme("margin", canvas={"safe": safe}), (1920, 1080))
    margins, unit = THEMES["margin"].canvas.margins, 1080
    assert layout.unit == unit
    assert layout.picture == Area(even(left), even(margins.top * unit), 1920, 1080)
    assert layout.width - panel_of(layout).right == pytest.approx(left, abs=4)
    assert panel_of(layout).x == pytest.approx(layout.picture.right + THEMES["margin"].areas.gap * unit, abs=0.5)
    assert layout.height == even(1080 + layout.picture.y + 0.125 * unit)
    assert layout.area("foot").y == layout.picture.bottom


def test_the_same_theme_looks_the_same_at_every_size():
    small, large = (solved(THEMES["margin"], size) for size in ((960, 720), (1920, 1440)))
    for name in ("x", "y", "width", "height"):
        assert getattr(panel_of(large), name) == pytest.approx(2 * getattr(panel_of(small), name), abs=4)


def side(theme: str, size: tuple[int, int], *boxes: dict[str, float]) -> str:
    layout = place(theme, size, *boxes)
    return layout.side_of(panel_of(layout))


def place(theme: str, size: tuple[int, int], *boxes: dict[str, float]) -> Layout:
    return solved(THEMES[theme], size, with_boxes(make_dataset(size=size), *boxes))


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
    assert layout.side_of(panel_of(layout)) == side
    assert (panel_of(layout).right < 960) == (side == "left")


def test_the_side_is_that_of_the_picture_not_of_its_enlargement():
    assert side("house", (192, 108), box(0, 0, 40, 90)) == "right"
    assert side("house", (192, 108), box(150, 0, 192, 90)) == "left"


def test_an_overlay_on_an_upright_picture_is_below():
    layout = place("house", (1080, 1920), box(0, 0, 100, 100))
    assert layout.side_of(panel_of(layout)) == "below"
    assert panel_of(layout).y >= 1920 / 2
    assert panel_of(layout).width > 0.7 * 1080


@pytest.mark.parametrize("size", [(1920, 1080), (1000, 1000), (1080, 1920)])
def test_margins_that_leave_no_room_are_refused(tmp_path: Path, size: tuple[int, int]):
    (tmp_path / "mine.yaml").write_text("extends: house\ncanvas: {margins: {left: 1.0, right: 1.0}}\n")
    with pytest.raises(ConfigError, match=r"no room.*margins.*smaller by \d+ pixels"):
        solved(load_theme(tmp_path / "mine.yaml"), size)


@pytest.mark.parametrize(("value", "result"), [(0, 0), (0.1, 2), (2, 2), (2.0001, 4), (3, 4), (-1, 0)])
def test_even(value: float, result: int):
    assert even(value) == result


def test_boxes_of_crowds_do_not_change_the_layout_of_a_margin():
    crowd = table(
        "annotations", [{"annotation_id": i, "frame": 0, "class_id": 0, **box(i, 0, i + 9, 9)} for i in range(50)]
    )
    many = make_dataset(size=(640, 480)).replace(annotations=crowd)
    assert solved(THEMES["margin"], (640, 480), many) == solved(THEMES["margin"], (640, 480))


def test_without_people_the_canvas_has_no_column_for_them():
    nobody = make_dataset(people=False)
    with_people, without = (solved(THEMES["margin"], (640, 480), data) for data in (NOTHING, nobody))
    gap = THEMES["margin"].areas.gap
    assert (without.picture.width, without.picture.y) == (with_people.picture.width, with_people.picture.y)
    columns = [layout.width - 2 * layout.picture.x for layout in (with_people, without)]  # without margins
    assert columns[0] - columns[1] == pytest.approx((0.51 + gap) * without.unit, abs=4)


FREE = Areas(columns=(0.5, "1fr"), rows=("picture", 0.1), grid=("words picture", "words foot"), gap=0.05)
CANVAS = Canvas(size="1920x1080", margins=Margins(left=0.1, right=0.1, top=0.05, bottom=0.05))


def free(size: tuple[int, int], fit: Fit, canvas: Canvas = CANVAS, areas: Areas = FREE) -> Layout:
    return solve_layout(canvas, areas, Picture(size, NOTHING.annotations), fit)


class TestCanvasesOfASize:
    def test_columns_and_rows_share_what_is_left(self):
        layout = free((1600, 900), Fit("picture"))
        assert (layout.width, layout.height, layout.unit) == (1920, 1080, 1080)
        assert layout.area("words") == Area(108, 174, 540, 732)  # what the picture leaves is shared above and below
        assert layout.area("picture") == Area(702, 174, 1110, 624)
        assert layout.area("foot") == Area(702, 798, 1110, 108)

    @pytest.mark.parametrize(
        ("size", "upscale", "shown"),
        [
            pytest.param((1600, 900), False, (1110, 624), id="made smaller, by its width"),
            pytest.param((900, 1600), False, (486, 864), id="made smaller, by its height"),
            pytest.param((320, 240), False, (320, 240), id="not larger unless it is asked for"),
            pytest.param((320, 240), True, (1110, 832), id="larger"),
        ],
    )
    def test_the_picture_is_fitted(self, size: tuple[int, int], upscale: bool, shown: tuple[int, int]):
        layout = free(size, Fit("picture", upscale))
        assert (layout.picture.width, layout.picture.height) == shown
        assert layout.fitted
        assert layout.scale == pytest.approx(shown[0] / size[0], rel=2 / size[0])

    @pytest.mark.parametrize(
        ("boxes", "x"),
        [
            pytest.param([], 240, id="no labels: the middle"),
            pytest.param([box(0, 0, 90, 90)], 0, id="on the left"),
            pytest.param([box(1510, 0, 1600, 90)], 480, id="on the right"),
            pytest.param([box(500, 0, 900, 90)], 140, id="about the labels"),
            pytest.param([box(500, 0, 900, 90)] * 30 + [box(0, 0, 9, 9)], 140, id="one far away does not move it"),
        ],
    )
    def test_a_picture_that_covers_its_area_is_cut_off_about_the_labels(self, boxes: list[dict[str, float]], x: float):
        picture = Picture((1600, 900), with_boxes(make_dataset(), *boxes).annotations)
        square = FREE.model_copy(update={"columns": ("1fr", 1.12), "rows": (0.9, 0.1), "grid": (". picture", ". foot")})
        layout = solve_layout(Canvas(size="1920x1080"), square, picture, Fit("picture", upscale=True, covers=True))
        assert layout.area("picture").width == pytest.approx(1209.6)
        assert (layout.picture.width, layout.picture.height, layout.scale) == (1210, 972, pytest.approx(1.08))
        assert layout.window == Area(x, 0, 1120, 900)
        assert layout.origin == (pytest.approx(layout.picture.x - 1.08 * x), layout.picture.y)

    @given(size=st.tuples(st.integers(16, 5000), st.integers(16, 5000)), x=st.floats(0, 1), y=st.floats(0, 1))
    def test_it_stays_in_its_area_to_a_sample(self, size: tuple[int, int], x: float, y: float):
        layout = free(size, Fit("picture", upscale=True, align=(x, y)))
        area, shown = layout.area("picture"), layout.picture
        assert shown.x % 2 == shown.y % 2 == shown.width % 2 == shown.height % 2 == 0
        assert area.x - 1 <= shown.x <= shown.right <= area.right + 2
        assert area.y - 1 <= shown.y <= shown.bottom <= area.bottom + 2

    @pytest.mark.parametrize(
        ("canvas", "source", "size"),
        [
            pytest.param("16:9", (640, 480), (1920, 1080), id="not under 1080 lines"),
            pytest.param("16:9", (2560, 1440), (2560, 1440), id="as high as the source"),
            pytest.param("16:9", (9000, 8000), (3840, 2160), id="not over 2160"),
            pytest.param("9:16", (1440, 960), (1080, 1920), id="upright: the short side"),
            pytest.param("1:1", (1440, 1200), (1200, 1200), id="square"),
        ],
    )
    def test_an_aspect_is_as_large_as_the_source(self, canvas: str, source: tuple[int, int], size: tuple[int, int]):
        layout = free(source, Fit("picture"), CANVAS.model_copy(update={"size": canvas}))
        assert (layout.width, layout.height) == size

    def test_what_has_no_room_says_how_much_it_lacks(self):
        wide = FREE.model_copy(update={"columns": (1.8, "1fr")})
        with pytest.raises(ConfigError, match="columns have no room") as caught:
            free((1600, 900), Fit("picture"), areas=wide)
        assert "smaller by 294 pixels" in (caught.value.remedy or "")


@pytest.mark.parametrize(
    ("size", "columns"),
    [((1920, 1080), 2), ((1440, 1080), 2), ((1400, 1080), 3), ((1080, 1080), 3), ((900, 1080), 3), ((1080, 1920), 1)],
)
def test_each_shape_of_canvas_has_its_grid(size: tuple[int, int], columns: int):
    grids = Areas(
        columns=(1.0, "1fr"),
        grid=("a b",),
        square={"columns": (0.2, 0.2, "1fr"), "grid": ("a b c",)},
        portrait={"columns": ("1fr",), "grid": ("a",)},
    )
    canvas = Canvas(size=f"{size[0]}x{size[1]}")
    layout = solve_layout(canvas, grids, Picture((640, 480), NOTHING.annotations), Fit())
    assert len(layout.areas) == columns
