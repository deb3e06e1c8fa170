from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from support import box, make_dataset, with_boxes

from loopviz.scene import FramePicture, Rect, Scene, SceneOptions, Sprite, Text, View, build_scene, load_theme
from loopviz.scene import Path as Outline

SIZE = (640, 480)
THREE = "extends: contact\nwidgets: {cells: {cells: 3}}\n"


def built(tmp_path: Path, order: tuple[int, ...] | None = None, text: str = THREE) -> Scene:
    (tmp_path / "mine.yaml").write_text(text)
    return build_scene(make_dataset(size=SIZE), load_theme(tmp_path / "mine.yaml"), SIZE, SceneOptions(order=order))


def frames(scene: Scene, so_far: int) -> list[tuple[int, int]]:
    """The frames in the cells, and how far right each is."""
    pictures = scene.frame_pictures(View(0, so_far=so_far))
    return [(picture.frame, sorted({p.x for p in pictures}).index(picture.x)) for picture in pictures]


def test_the_last_frames_stand_in_their_cells_until_others_come(tmp_path: Path):
    scene = built(tmp_path)
    assert frames(scene, 0) == []
    assert frames(scene, 2) == [(0, 0), (1, 1)]
    assert frames(scene, 3) == [(0, 0), (1, 1), (2, 2)]
    assert frames(scene, 5) == [(2, 2), (3, 0), (4, 1)]
    assert [frame for frame, _ in frames(built(tmp_path, order=(4, 0, 2, 1)), 4)] == [0, 2, 1]


def test_there_is_no_other_picture_and_nothing_outside_the_canvas(tmp_path: Path):
    scene = built(tmp_path)
    assert scene.pictures == ()
    elements = scene.elements(View(4, so_far=5))
    assert [each for each in elements if isinstance(each, FramePicture)] == list(
        scene.frame_pictures(View(4, so_far=5))
    )
    for each in elements:
        if isinstance(each, FramePicture):
            assert each.x + each.width <= scene.canvas_size[0]
            assert each.y + each.height <= scene.canvas_size[1]


def cell(scene: Scene, frame: int, drawn: float = 1.0) -> list[object]:
    """What is drawn on a frame's picture, and under it."""
    elements = list(scene.elements(View(frame, so_far=frame + 1, drawn=drawn)))
    place = next(i for i, each in enumerate(elements) if isinstance(each, FramePicture) and each.frame == frame)
    drawn_on = elements[place + 1]
    assert isinstance(drawn_on, Sprite)
    return list(drawn_on.drawing.shapes)


def test_rejected_work_is_pale_and_broken_and_said_to_be_unpaid(tmp_path: Path):
    scene = built(tmp_path)
    paled = {picture.frame: picture.paled for picture in scene.frame_pictures(View(2, so_far=3))}
    assert paled == {0: 0.0, 1: 0.0, 2: 0.5}
    for frame, dashed in ((1, False), (2, True)):
        assert all(bool(shape.dash) == dashed for shape in cell(scene, frame) if isinstance(shape, Outline))
    assert "not paid" in [shape.text for shape in cell(scene, 2) if isinstance(shape, Text)]


def test_only_the_present_cell_is_still_being_drawn_and_marked(tmp_path: Path):
    scene = built(tmp_path)
    assert not [shape for shape in cell(scene, 1, drawn=0.0) if isinstance(shape, Outline)]
    assert [shape for shape in cell(scene, 1) if isinstance(shape, Outline)]
    accents = [
        e for e in scene.elements(View(1, so_far=2)) if isinstance(e, Rect) and e.color == scene.theme.colors.accent
    ]
    picture = scene.frame_pictures(View(1, so_far=2))[1]
    assert [(accent.x_min, accent.y_min) for accent in accents] == [(picture.x, picture.y + picture.height)]


def test_keys_tell_moments_apart_and_everybody_in_the_cells_is_found(tmp_path: Path):
    scene = built(tmp_path)
    views = [View(1, so_far=2), View(1, so_far=3), View(1, so_far=2, drawn=0.5)]
    assert len({scene.key(view) for view in views}) == len(views)
    assert len(scene.people([View(2, so_far=3)])) == 3


@pytest.mark.parametrize("covered", [1.0, 0.5])
def test_no_picture_is_decoded_for_a_card_that_covers_all(tmp_path: Path, covered: float):
    scene = built(tmp_path)
    assert bool(scene.frame_pictures(View(1, so_far=2, card=0, card_opacity=covered))) == (covered < 1)


def test_a_pose_has_the_edges_of_its_skeleton_over_its_box(tmp_path: Path):
    pose = box(10, 10, 200, 200, keypoints=[20, 20, 2, 180, 30, 1, 0, 0, 0])
    point = box(50, 60, 50, 60, keypoints=[50, 60, None], shape="points", class_id=1)
    labels = with_boxes(make_dataset(), pose, point)
    names = pl.Series([["a", "b", "c"], None], dtype=pl.List(pl.String))
    edges = pl.Series([[[0, 1], [1, 2]], None], dtype=pl.List(pl.List(pl.Int64)))
    labels = labels.replace(categories=labels.categories.with_columns(keypoint_names=names, skeleton=edges))
    (tmp_path / "mine.yaml").write_text(THREE)
    scene = build_scene(labels, load_theme(tmp_path / "mine.yaml"), (320, 240), SceneOptions(order=(0,)))
    drawn = [shape for shape in cell(scene, 0) if isinstance(shape, Outline)]
    assert [(shape.is_open, len(shape.outlines), len(shape.outlines[0])) for shape in drawn] == [
        (False, 1, 8), (True, 1, 4), (False, 1, 64)
    ]  # fmt: skip
