from __future__ import annotations

import math
from pathlib import Path

import pytest
from support import changed_theme, make_dataset

from loopviz.scene import Rect, Scene, View, build_scene, load_theme

SIZE = (640, 480)
TRAIL = "extends: margin\nwidgets: {trail: {area: picture, frames: 2}, marks: null, legend: null}\n"


def built(tmp_path: Path, text: str = TRAIL) -> Scene:
    (tmp_path / "mine.yaml").write_text(text)
    return build_scene(make_dataset(size=SIZE), load_theme(tmp_path / "mine.yaml"), SIZE)


def lines(scene: Scene, frame: View | int) -> list[Rect]:
    return [e for e in scene.elements(frame) if isinstance(e, Rect) and e.x_max <= scene.layout.picture.right]


def test_older_boxes_are_paler_and_only_so_many_are_there(tmp_path: Path):
    scene = built(tmp_path)
    assert lines(scene, 0) == []
    shown = lines(scene, 3)
    opacities = sorted({round(line.opacity, 6) for line in shown})
    assert opacities == [pytest.approx(0.8 * math.exp(-age / 7)) for age in (2, 1)]
    places = {mark.box[0] for frame in (1, 2) for mark in scene.marks(frame)}
    assert {line.x_min for line in shown} >= {round(x) for x in places}


def test_rejected_work_is_quiet_and_broken(tmp_path: Path):
    scene = built(tmp_path)
    quiet = scene.theme.colors.quiet
    assert {line.color for line in lines(scene, 2)} & {quiet} == set()
    assert quiet in {line.color for line in lines(scene, 3)}  # the third person's work is rejected


def test_it_fades_with_the_marks_and_is_keyed(tmp_path: Path):
    scene = built(tmp_path)
    assert max(line.opacity for line in lines(scene, View(3, marks_opacity=0.5))) <= 0.4
    assert scene.key(3) != scene.key(View(3, marks_opacity=0.5))


def test_who_is_seen_only_in_it_is_found(tmp_path: Path):
    plain = build_scene(make_dataset(size=SIZE), changed_theme("margin"), SIZE)
    first, second = (plain.people([View(frame)]) for frame in (0, 1))
    assert built(tmp_path).people([View(1)]) == first | second
