"""Small pictures side by side: one for each person, only their labels, and how many there is no picture for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from scene.widgets.test_differing import SIZE, crowd

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.scene import FramePicture, Scene, Sprite, Text, View, build_scene, load_theme
from loopviz.scene import Path as Lines
from loopviz.scene.theme import on_canvas
from loopviz.schema import table

THEME = """extends: contact
widgets: {{cells: null, foot: null, note: null, people: {{widget: multiples, area: cells, {says}}}}}
"""


def scene_of(folder: Path, dataset: Dataset, says: str = "", size: str = "640x360") -> Scene:
    (folder / "mine.yaml").write_text(THEME.format(says=says))
    return build_scene(dataset, on_canvas(load_theme(folder / "mine.yaml"), size), SIZE)


def shapes(scene: Scene, kind: type, view: View | int = 0) -> list[list[Any]]:
    """The shapes of a kind, a list for each picture in reading order."""
    sprites = [each for each in scene.elements(view) if isinstance(each, Sprite)]
    found = [[shape for shape in sprite.drawing.shapes if isinstance(shape, kind)] for sprite in sprites]
    return [each for each in found if each]


def names(scene: Scene, view: View | int = 0) -> list[str]:
    return [text.text for texts in shapes(scene, Text, view) for text in texts]


def places(scene: Scene, frame: int = 0) -> list[FramePicture]:
    return [each for each in scene.elements(frame) if isinstance(each, FramePicture)]


def test_each_person_has_a_picture_with_their_labels_alone(tmp_path: Path):
    scene = scene_of(tmp_path, crowd((0, 10, 0), (0, 100, 0), (1, 10, 0), people=2))
    first, second = places(scene)
    assert (first.frame, second.frame) == (0, 0)
    assert (first.width, first.height) == (second.width, second.height)
    assert first.x + first.width <= second.x or first.y + first.height <= second.y
    assert [len(lines) for lines in shapes(scene, Lines)] == [2, 1]
    assert names(scene) == ["Person 0", "Person 1"]


def test_a_label_lies_where_it_lies_in_the_frame(tmp_path: Path):
    dataset = crowd((0, 10, 0), (1, 10, 0))
    scene = scene_of(tmp_path, dataset)
    picture, (line,) = places(scene)[0], shapes(scene, Lines)[0]
    scale, row = picture.width / SIZE[0], dataset.annotations.row(0, named=True)
    assert min(line.outlines[0][::2]) == pytest.approx(row["x_min"] * scale, abs=0.5)
    assert max(line.outlines[0][1::2]) == pytest.approx(row["y_max"] * scale, abs=0.5)


def test_for_whom_there_is_no_picture_is_said(tmp_path: Path):
    scene = scene_of(tmp_path, crowd(*((who, 10, 0) for who in range(5)), people=5), "most: 3")
    assert len(places(scene)) == 2
    assert names(scene)[-1] == "3 more"
    assert len(places(scene_of(tmp_path, crowd(*((who, 10, 0) for who in range(3))), "most: 3"))) == 3


def test_one_after_the_other(tmp_path: Path):
    scene = scene_of(tmp_path, crowd(*((who, 10, 0) for who in range(3))), "most: 2, in_turn: true")
    assert (scene.turns(0), scene.turns(1)) == (2, 1)
    said = [names(scene, View(0, turn=turn)) for turn in range(3)]
    assert said == [["Person 0", "Person 1"], ["Person 2"], ["Person 2"]]  # no turn is empty
    assert scene.key(View(0, turn=0)) != scene.key(View(0, turn=1))
    assert scene.said_beside(View(0)) == ("Person 0", "Person 1", "Person 2")  # as long as all take to read


def test_one_place_is_nothing_to_count_in(tmp_path: Path):
    with pytest.raises(ConfigError, match="in_turn"):
        scene_of(tmp_path, crowd((0, 10, 0)), "most: 1")
    assert len(places(scene_of(tmp_path, crowd((0, 10, 0)), "most: 1, in_turn: true"))) == 1


def test_one_person_alone_has_a_picture_too_and_places_are_the_same_on_all_frames(tmp_path: Path):
    whole = crowd((0, 10, 0), (1, 10, 0))
    work = pl.concat([whole.assignments, table("assignments", [{"assignment_id": "B", "worker_id": "W0", "frame": 1}])])
    scene = scene_of(tmp_path, whole.replace(assignments=work))
    assert (len(places(scene)), len(places(scene, 1))) == (3, 1)
    assert (places(scene, 1)[0].x, places(scene, 1)[0].width) == (places(scene)[0].x, places(scene)[0].width)


@pytest.mark.parametrize("size", ["640x360", "360x640", "500x500"])
def test_pictures_stay_on_the_canvas_at_any_shape(tmp_path: Path, size: str):
    scene = scene_of(tmp_path, crowd(*((who, 10, 0) for who in range(4)), people=4), size=size)
    assert len(places(scene)) == 4
    for each in places(scene):
        assert each.x >= 0 and each.y >= 0
        assert each.x + each.width <= scene.canvas_size[0]
        assert each.y + each.height <= scene.canvas_size[1]
