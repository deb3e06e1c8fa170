"""Every composition of the package in every shape and size: all on the canvas, no word on another, people marked."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import pytest
from support import make_dataset

from loopviz.scene import Rect, Scene, Sprite, Text, build_scene, load_theme, theme_names
from loopviz.scene.tabular import DIGITS
from loopviz.scene.theme import on_canvas
from loopviz.scene.view import View
from loopviz.scene.widgets.picture import Picture

THEMES = [name for name in theme_names() if name != "versus"]  # it needs a model: see versus/test_versus.py
SIZES = ["1920x1080", "1440x960", "1024x768", "1080x1080", "1080x1920", "320x180", "180x320", "3840x2160", "2160x3840"]
SOURCES = [(640, 480), (1280, 720), (360, 640)]
Box = tuple[float, float, float, float]


def scene_of(theme: str, size: str | None, source: tuple[int, int]) -> Scene:
    return build_scene(make_dataset(size=source), on_canvas(load_theme(theme), size), source)


@pytest.fixture(
    scope="module",
    params=[pytest.param(given, id="-".join(map(str, given))) for given in product(THEMES, (None, *SIZES), SOURCES)],
)
def composition(request: pytest.FixtureRequest) -> tuple[str, str | None, Scene]:
    """A theme, the size that is asked for, and the scene: what is held against it is held one after the other."""
    theme, size, source = request.param
    return theme, size, scene_of(theme, size, source)


def words(scene: Scene, view: View) -> list[tuple[str, Box]]:
    """The texts on the canvas and the boxes that their letters fill, without plates, which stand where labels are."""
    found = []
    for element in scene.elements(view):
        if not isinstance(element, Sprite) or any(isinstance(shape, Rect) for shape in element.drawing.shapes):
            continue
        for shape in element.drawing.shapes:
            if isinstance(shape, Text):
                wide, _, lines = scene.typesetter.measure(shape.text, shape.style, shape.width)
                x = element.x + shape.x + {"left": 0.0, "center": 0.5, "right": 1.0}[shape.align] * (shape.width - wide)
                if shape.text in DIGITS:  # in a cell that is a little narrower than the widest
                    x, wide = x + 0.03 * wide, 0.94 * wide
                y, size = element.y + shape.y, shape.style.size
                deep = (lines - 1) * scene.typesetter.line_height(shape.style)
                found.append((shape.text, (x, y - 0.7 * size, x + wide, y + deep + 0.02 * size)))
    return found


def overlap(one: Box, other: Box) -> bool:
    return min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 1


def test_words_are_on_the_canvas_and_not_on_each_other(composition: tuple[str, str | None, Scene]):
    _, size, scene = composition
    width, height = scene.canvas_size
    assert size in {None, f"{width}x{height}"}
    for frame in (0, 2, 5):  # work that stands, that was rejected, and nobody's
        said = words(scene, View(frame))
        assert any("imulated" in text for text, _ in said)
        for text, (x0, y0, x1, y1) in said:
            assert x0 >= -1, text
            assert y0 >= -1, text
            assert x1 <= width + 1, text
            assert y1 <= height + 1, text
        for (text, box), (other, its_box) in combinations(said, 2):
            assert not overlap(box, its_box), (text, other)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", ["1920x1080", "1080x1920", "320x180"])
def test_no_line_of_a_label_runs_through_words(theme: str, size: str):
    scene = scene_of(theme, size, (640, 480))
    ours = {category.color for category in scene._stage.categories}
    for frame in (0, 2):
        lines = [each for each in scene.elements(frame) if isinstance(each, Rect) and each.color in ours]
        for text, box in words(scene, View(frame)):
            for line in lines:
                edges = line.x_min, line.y_min, line.x_max, line.y_max
                assert not overlap(box, edges), (text, line)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_the_picture_is_on_the_canvas_and_is_all_there_or_fills_its_place(theme: str, size: str):
    scene = scene_of(theme, size, (640, 480))
    layout = scene.layout
    if not any(scene.theme.parts(Picture)):  # it has none, or many
        assert scene.pictures == ()
        return
    assert layout.picture.x >= 0
    assert layout.picture.y >= 0
    assert layout.picture.right <= layout.width
    assert layout.picture.bottom <= layout.height
    shown = (640, 480) if layout.window is None else (layout.window.width, layout.window.height)
    assert layout.picture.width == pytest.approx(shown[0] * layout.scale, abs=2 + 2 * layout.scale)
    assert layout.picture.height == pytest.approx(shown[1] * layout.scale, abs=2 + 2 * layout.scale)


LEAST, SAFE = 0.019, 0.05
SMALLER = {"contact": 0.014}  # 24 captions on a canvas: names are whole, in cells that are narrow on some


def test_the_smallest_type_can_be_read_and_words_keep_off_the_edges(composition: tuple[str, str | None, Scene]):
    theme, _, scene = composition
    width, height = scene.canvas_size
    for frame in (0, 2, 5):
        sizes = [
            shape.style.size
            for element in scene.elements(View(frame))
            if isinstance(element, Sprite)
            for shape in element.drawing.shapes
            if isinstance(shape, Text)
        ]
        assert min(sizes) >= SMALLER.get(theme, LEAST) * min(width, height) - 0.02 or min(width, height) < 400
        slack = 2 + 0.001 * max(width, height)
        for text, (x0, y0, x1, y1) in words(scene, View(frame)):
            assert x0 >= SAFE * width - slack, text
            assert y0 >= SAFE * height - slack, text
            assert x1 <= (1 - SAFE) * width + slack, text
            assert y1 <= (1 - SAFE) * height + slack, text


@pytest.mark.parametrize("theme", THEMES)
def test_a_type_scale_makes_all_type_larger_and_moves_nothing_else(theme: str, tmp_path: Path):
    plain = load_theme(theme)
    (tmp_path / "large.yaml").write_text(f"extends: {theme}\nname: large\ntype_scale: 1.1\n")
    large = load_theme(tmp_path / "large.yaml")
    sizes = [{(type(s).__name__, key): value for key, value in s.model_dump().items()} for s in plain.widgets.values()]
    larger = [{(type(s).__name__, key): value for key, value in s.model_dump().items()} for s in large.widgets.values()]
    changed = {key: (one[key], other[key]) for one, other in zip(sizes, larger, strict=True)
               for key in one if one[key] != other[key]}  # fmt: skip
    assert changed
    assert all(after == pytest.approx(1.1 * before) for before, after in changed.values())
    assert {key for _, key in changed} <= {
        "size", "label", "kicker", "name", "line", "figure", "figure_label", "row", "row_pitch", "sentence",
    }  # fmt: skip
    assert large.areas == plain.areas
