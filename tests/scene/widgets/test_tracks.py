from __future__ import annotations

from pathlib import Path

import pytest
from support import WORKERS, box, make_dataset, with_boxes

from loopviz.dataset import Dataset
from loopviz.scene import Path as Outline
from loopviz.scene import Scene, Sprite, View, build_scene, load_theme

SIZE = (1280, 960)
THEME = "extends: margin\nname: mine\nwidgets: {tracks: {area: picture, frames: 3}, marks: null, legend: null}\n"


def moving(*tracks: int | None) -> Dataset:
    """A label that goes right by 40 pixels a frame, on a frame for each of some tracks."""
    rows = [
        box(100 + 40 * n, 200, 200 + 40 * n, 300, frame=n, track_id=track, assignment_id=f"T{n % 5}")
        for n, track in enumerate(tracks)
    ]
    whole = make_dataset(6, SIZE)
    return with_boxes(whole.replace(annotations=whole.annotations.clear()), *rows)


def scene_of(tmp_path: Path, dataset: Dataset) -> Scene:
    (tmp_path / "mine.yaml").write_text(THEME)
    return build_scene(dataset, load_theme(tmp_path / "mine.yaml"), SIZE)


def lines(scene: Scene, view: View | int) -> list[Sprite]:
    found = (each for each in scene.elements(view) if isinstance(each, Sprite))
    return [each for each in found if isinstance(each.drawing.shapes[0], Outline)]


def points(sprite: Sprite) -> list[tuple[float, float]]:
    (path,) = sprite.drawing.shapes
    assert isinstance(path, Outline)
    assert path.is_open
    assert path.casing is not None
    flat = path.outlines[0]
    return [(x + sprite.x, y + sprite.y) for x, y in zip(flat[0::2], flat[1::2], strict=True)]


def test_a_line_goes_back_through_the_middles_of_so_many_frames(tmp_path: Path):
    scene = scene_of(tmp_path, moving(7, 7, 7, 7, 7))
    x, y, *_ = scene.pictures[0]
    (sprite,) = lines(scene, 4)
    assert points(sprite) == [(x + 150 + 40 * n, y + 250) for n in (4, 3, 2, 1)]
    assert lines(scene, 0) == []


@pytest.mark.parametrize("tracks", [(None, None, None), (1, 2, 3)])
def test_labels_of_no_track_or_of_others_have_none(tmp_path: Path, tracks: tuple[int | None, ...]):
    assert lines(scene_of(tmp_path, moving(*tracks)), 2) == []


def test_a_frame_without_the_object_is_passed_over(tmp_path: Path):
    scene = scene_of(tmp_path, moving(7, 8, 7))
    (sprite,) = lines(scene, 2)
    assert len(points(sprite)) == 2


def test_it_fades_with_the_labels_is_keyed_and_whose_work_it_shows_is_found(tmp_path: Path):
    scene = scene_of(tmp_path, moving(7, 7, 7, 7, 7))
    (half,) = lines(scene, View(2, marks_opacity=0.5))
    assert half.opacity == 0.5
    assert scene.key(2) != scene.key(View(2, marks_opacity=0.5))
    assert scene.key(2) != scene_of(tmp_path, moving(8, 7, 7, 7, 7)).key(2)
    assert scene.people([View(2)]) == set(WORKERS)
