"""The strip of alpha: an honest scale, gaps where nobody can be compared, and what is said of the moment."""

from __future__ import annotations

from pathlib import Path

import pytest
from scene.widgets.test_differing import crowd

from loopviz.dataset import Dataset
from loopviz.project.agreement import with_agreement
from loopviz.scene import Rect, Scene, SceneOptions, Sprite, build_scene, load_theme
from loopviz.scene.elements import Text
from loopviz.scene.stage import Stretch
from loopviz.scene.widgets.agreement import signed

SIZE = (640, 360)
THEME = """name: mine
extends: margin
areas:
  columns: [picture]
  rows: [picture, 0.3]
  grid: [picture, strip]
  unit: 1
widgets:
  agreement: {area: strip, stretches: 2}
  marks: null
  panel: null
  legend: null
  plates: null
  timeline: null
"""


def scene_of(folder: Path, *agreement: Stretch, dataset: Dataset | None = None) -> Scene:
    (folder / "mine.yaml").write_text(THEME)
    theme = load_theme(folder / "mine.yaml")
    return build_scene(dataset or crowd((0, 10, 0), (1, 10, 0)), theme, SIZE, SceneOptions(agreement=agreement))


def bars(scene: Scene) -> list[Rect]:
    """The bars of the strip: what is in ink."""
    sprites = (each for each in scene.elements(0) if isinstance(each, Sprite))
    shapes = (shape for sprite in sprites for shape in sprite.drawing.shapes if isinstance(shape, Rect))
    return [shape for shape in shapes if shape.color == scene.theme.colors.ink]


def said(scene: Scene, frame: int = 0) -> list[str]:
    sprites = (each for each in scene.elements(frame) if isinstance(each, Sprite))
    return [shape.text for sprite in sprites for shape in sprite.drawing.shapes if isinstance(shape, Text)]


def test_bars_stand_on_the_line_of_chance_and_hang_below_it(tmp_path: Path):
    up, down = bars(scene_of(tmp_path, Stretch(0, 0, 1, 0.5), Stretch(1, 1, 1, -0.5)))
    assert up.y_max == down.y_min
    assert up.y_max - up.y_min == pytest.approx(down.y_max - down.y_min, abs=1)
    assert up.y_min == pytest.approx((up.y_max - up.y_min), abs=1)  # as far from full agreement as from chance
    assert up.x_max < down.x_min


def test_where_nobody_can_be_compared_there_is_no_bar(tmp_path: Path):
    scene = scene_of(tmp_path, Stretch(0, 0, 0, None), Stretch(1, 1, 1, 0.0))
    (one,) = bars(scene)
    assert one.y_max > one.y_min  # 0 is no gap
    assert "Nobody to compare: no two people labelled the same frame here" in said(scene)
    assert said(scene, 1)[:2] == ["α 0.00", "Krippendorff\N{RIGHT SINGLE QUOTATION MARK}s alpha"]


def test_less_than_chance_is_said_and_on_the_scale(tmp_path: Path):
    words = said(scene_of(tmp_path, Stretch(0, 1, 2, -0.4)))
    assert words == [
        "α −0.40",
        "Krippendorff\N{RIGHT SINGLE QUOTATION MARK}s alpha, less than chance",
        "1 all agree",
        "0 chance",
        "−0.40",
    ]


def test_without_a_number_of_any_stretch_nothing_is_drawn(tmp_path: Path):
    assert said(scene_of(tmp_path)) == bars(scene_of(tmp_path)) == []


def test_a_project_reckons_what_a_theme_shows(tmp_path: Path):
    dataset = crowd((0, 10, 0), (1, 10, 0), (2, 100, 0))
    scene = scene_of(tmp_path, dataset=dataset)
    assert with_agreement(SceneOptions(), load_theme("margin"), dataset).agreement == ()
    first, second = with_agreement(SceneOptions(), scene.theme, dataset).agreement
    assert (first.first, first.last, first.frames) == (0, 0, 1)
    assert first.alpha is not None
    assert first.alpha < 0.5
    assert (second.frames, second.alpha) == (0, None)


def test_no_number_is_a_negative_zero():
    assert [signed(value) for value in (-0.001, 0.004, -0.125, 1.0)] == ["0.00", "0.00", "−0.12", "1.00"]
