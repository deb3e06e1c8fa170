"""Plates glide with what they name, at rest as long as they can, the same whatever part of a clip is asked for."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from support import WORKERS, box, make_dataset, with_boxes

from loopviz.dataset import Dataset
from loopviz.scene import Scene, SceneOptions, Sprite, Text, View, build_scene, load_theme
from loopviz.scene.clip_plates import BLOCK, MOST_NAMED, frames_of, named

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


@pytest.mark.parametrize("workers", [[A] * FRAMES, [A, B] * (FRAMES // 2)], ids=["one", "two in turn"])
def test_a_plate_goes_as_far_as_its_box_whoever_drew_it(workers: list[str]):
    assert steps(clip(workers)).max() <= 6  # four pixels a frame, on even ones


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


def test_a_film_that_holds_frames_has_plates_on_these_and_on_stills_of_others():
    options = SceneOptions(order=(7, 2, 9))
    scene = build_scene(clip([A] * FRAMES), load_theme("house"), SIZE, options)
    assert [len(plates(scene, frame)) for frame in (2, 3, 7, 9)] == [2, 2, 2, 2]


def test_blocks_of_a_long_clip_meet_without_a_leap():
    frames = 2 * BLOCK + 40
    whole = make_dataset(frames, (640, 480), people=False)
    rows = []
    for frame in range(frames):
        turn = 2 * np.pi * frame / 300
        x, y = 250 + 60 * np.cos(turn), 180 + 50 * np.sin(turn)
        rows += [
            box(x, y, x + 120, y + 90, frame=frame),
            box(260, 120, 300, 300, frame=frame, class_id=1),
            box(120 + 0.2 * frame, 200, 220 + 0.2 * frame, 290, frame=frame, class_id=1),
        ]
    data = with_boxes(whole.replace(annotations=whole.annotations.clear()), *rows)
    scene, late = (build_scene(data, load_theme("house"), (640, 480)) for _ in range(2))
    found = [plates(scene, frame) for frame in range(frames)]
    for seam in (BLOCK, 2 * BLOCK):
        for name in ("button", "wheel"):
            step = np.abs(np.subtract(found[seam][name], found[seam - 1][name])).max()
            assert step <= 0.01 * 1280 + 2
    assert plates(late, 2 * BLOCK + 3) == found[2 * BLOCK + 3]  # without what came before


def test_of_many_labels_the_largest_of_each_category_is_named():
    boxes = np.array([(0, 0, 10 + n, 10) for n in range(MOST_NAMED + 1)], np.float64)
    classes = np.arange(len(boxes)) % 3
    assert named(boxes[:MOST_NAMED], classes[:MOST_NAMED]) == list(range(MOST_NAMED))
    assert named(boxes, classes) == [10, 11, 12]


def test_what_half_a_second_is():
    frames = make_dataset(12).frames
    assert frames_of(frames, 0.5) == 12
    assert frames_of(frames.with_columns(pts_seconds=pl.col("pts_seconds") * 2), 0.5) == 6
    assert frames_of(frames.with_columns(pts_seconds=None), 0.5) == 12
    assert frames_of(frames.head(1), 0.5) == 12
