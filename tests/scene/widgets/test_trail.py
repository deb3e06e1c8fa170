from __future__ import annotations

import math
from pathlib import Path

import pytest
from support import box, changed_theme, make_dataset, with_boxes

from loopviz.geometry import RotatedBox, polygons_bounds, rotated_corners
from loopviz.scene import Path as Outline
from loopviz.scene import Scene, Sprite, View, build_scene, load_theme

SIZE = (640, 480)
TRAIL = "extends: margin\nwidgets: {trail: {area: picture, frames: 2}, marks: null, legend: null}\n"


def built(tmp_path: Path, text: str = TRAIL) -> Scene:
    (tmp_path / "mine.yaml").write_text(text)
    return build_scene(make_dataset(size=SIZE), load_theme(tmp_path / "mine.yaml"), SIZE)


def drawn(scene: Scene, view: View) -> Sprite | None:
    found = (element for element in scene.elements(view) if isinstance(element, Sprite))
    return next((each for each in found if any(isinstance(shape, Outline) for shape in each.drawing.shapes)), None)


def lines(scene: Scene, frame: int) -> list[Outline]:
    sprite = drawn(scene, View(frame))
    return [] if sprite is None else [shape for shape in sprite.drawing.shapes if isinstance(shape, Outline)]


def test_older_boxes_are_paler_and_only_so_many_are_there(tmp_path: Path):
    scene = built(tmp_path)
    assert lines(scene, 0) == []
    shown = lines(scene, 3)
    opacities = sorted({line.stroke_opacity for line in shown})
    assert opacities == [pytest.approx(0.8 * math.exp(-age / 7)) for age in (2, 1)]
    places = [mark.box for frame in (1, 2) for mark in scene.marks(frame)]
    corner, half = scene.layout.picture, shown[0].stroke / 2
    assert [line.outlines[0][:2] for line in shown] == [
        (round(x) - corner.x + half, round(y) - corner.y + half) for x, y, _, _ in places
    ]


def test_rejected_work_is_quiet_and_broken(tmp_path: Path):
    scene = built(tmp_path)
    quiet = scene.theme.colors.quiet
    assert not any(line.dash or line.color == quiet for line in lines(scene, 2))
    rejected = [line for line in lines(scene, 3) if line.color == quiet]  # the third person's work
    assert len(rejected) == len(scene.marks(2))
    assert all(line.dash for line in rejected)


def test_it_fades_with_the_marks_and_is_keyed(tmp_path: Path):
    scene = built(tmp_path)
    half = drawn(scene, View(3, marks_opacity=0.5))
    assert half is not None
    assert half.opacity == 0.5
    assert scene.key(3) != scene.key(View(3, marks_opacity=0.5))


def test_who_is_seen_only_in_it_is_found(tmp_path: Path):
    plain = build_scene(make_dataset(size=SIZE), changed_theme("margin"), SIZE)
    first, second = (plain.people([View(frame)]) for frame in (0, 1))
    assert built(tmp_path).people([View(1)]) == first | second


def test_of_points_and_rotated_boxes_it_draws_no_box_around_them(tmp_path: Path):
    corners = rotated_corners(RotatedBox(300, 200, 100, 40, 0.5))
    edges = polygons_bounds([corners])
    point = box(100, 100, 100, 100, keypoints=[100, 100, None], shape="points")
    turned = box(*edges, polygons=[corners], shape="rotated_box", class_id=1)
    labels = with_boxes(make_dataset(2, size=SIZE, people=False), point, turned, box(1, 1, 20, 20, frame=1))
    (tmp_path / "mine.yaml").write_text(TRAIL)
    scene = build_scene(labels, load_theme(tmp_path / "mine.yaml"), SIZE)
    dot, outline = lines(scene, 1)
    x0, y0, x1, y1 = polygons_bounds(dot.outlines)
    scale = scene.layout.scale
    assert ((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0) == pytest.approx((100 * scale, 100 * scale, 8))
    assert outline.outlines[0] == pytest.approx([scale * value for value in corners], abs=0.01)
