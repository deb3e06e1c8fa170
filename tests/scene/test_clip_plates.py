"""While one person's work is shown, plates glide with what they name; they never leap."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from support import WORKERS, box, make_dataset, with_boxes

from loopviz.dataset import Dataset
from loopviz.scene import Scene, Sprite, Text, View, build_scene, load_theme
from loopviz.scene.clip_plates import first_frames

SIZE, FRAMES = (1280, 960), 12
A, B = WORKERS[:2]


def clip(workers: list[str]) -> Dataset:
    """A button that moves slowly, and a wheel that goes round it, over every place of its plate."""
    whole = make_dataset(FRAMES, SIZE)
    work = whole.assignments.head(1).select(pl.all().repeat_by(FRAMES).explode())
    work = work.with_columns(
        assignment_id=pl.Series([f"A{i}" for i in range(FRAMES)]),
        worker_id=pl.Series(workers),
        frame=pl.Series(range(FRAMES), dtype=pl.Int64),
    )
    rows = []
    for frame in range(FRAMES):
        x, turn = 500 + 4 * frame, 2 * np.pi * frame / FRAMES
        left, top = x + 20 + 150 * np.cos(turn), 400 + 130 * np.sin(turn)
        rows += [
            box(x, 400, x + 240, 600, frame=frame, assignment_id=f"A{frame}"),
            box(left, top, left + 200, top + 200, frame=frame, class_id=1, assignment_id=f"A{frame}"),
        ]
    empty = whole.replace(annotations=whole.annotations.clear())
    return with_boxes(empty.replace(assignments=work), *rows)


def plates(scene: Scene, view: View | int, names: tuple[str, ...] = ("button", "wheel")) -> dict[str, tuple[int, int]]:
    sprites = [element for element in scene.elements(view) if isinstance(element, Sprite)]
    texts = [(sprite, [shape.text for shape in sprite.drawing.shapes if isinstance(shape, Text)]) for sprite in sprites]
    return {said[0]: (sprite.x, sprite.y) for sprite, said in texts if said and said[0] in names}


def steps(dataset: Dataset) -> np.ndarray:
    """How far the button's plate goes from frame to frame, in pixels."""
    scene = build_scene(dataset, load_theme("house"), SIZE)
    return np.hypot(*np.diff([plates(scene, frame)["button"] for frame in range(FRAMES)], axis=0).T)


def test_within_one_persons_time_a_plate_goes_as_far_as_its_box():
    assert steps(clip([A] * FRAMES)).max() <= 6  # four pixels a frame, on even ones


def test_between_people_it_may_stand_elsewhere():
    assert steps(clip([A, B] * (FRAMES // 2))).max() > 100  # else the test above tests nothing


@pytest.mark.parametrize("frame", [0, 3, 7])
def test_while_a_frame_is_held_plates_do_not_move(frame: int):
    scene = build_scene(clip([A] * FRAMES), load_theme("house"), SIZE)
    still = plates(scene, frame)
    for share in np.linspace(0, 1, 11).tolist():
        moving = plates(scene, View(frame, drawn=share, caption_opacity=share, words="sentence"))
        assert moving.items() <= still.items()


def test_frames_are_asked_for_in_any_order():
    ahead, back = (build_scene(clip([A] * FRAMES), load_theme("house"), SIZE) for _ in range(2))
    found = [plates(ahead, frame) for frame in range(FRAMES)]
    assert [plates(back, frame) for frame in reversed(range(FRAMES))] == found[::-1]
    assert [ahead.key(frame) for frame in range(FRAMES)] == [back.key(frame) for frame in range(FRAMES)]


def test_when_somebody_elses_work_begins():
    assert first_frames(clip([*[A] * 5, *[B] * 4, *[A] * 3])).tolist() == [0, 5, 9]
    gaps = clip([A] * FRAMES)
    gaps = gaps.replace(annotations=gaps.annotations.clear()).replace(
        assignments=gaps.assignments.filter(pl.col("frame").is_in([2, 7]))
    )
    assert first_frames(gaps).tolist() == [2]
    assert first_frames(make_dataset(people=False)).tolist() == []


def test_at_the_pictures_edge_a_plate_is_pushed_along():
    whole = clip([A] * FRAMES)
    up = 45 * pl.col("frame")
    upwards = whole.annotations.filter(pl.col("class_id") == 0).with_columns(
        y_min=pl.col("y_min") - up, y_max=pl.col("y_max") - up, x_min=700.0, x_max=940.0
    )
    scene = build_scene(whole.replace(annotations=upwards), load_theme("house"), SIZE)
    y = [plates(scene, frame)["button"][1] for frame in range(FRAMES)]
    assert all(step <= 0 for step in np.diff(y))
    assert min(y) >= 0
