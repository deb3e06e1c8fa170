from __future__ import annotations

from pathlib import Path

import pytest
from support import make_dataset

from loopviz.scene import Rect, Scene, SceneOptions, View, build_scene, load_theme
from loopviz.scene.strokes import Accumulation

SIZE = (640, 480)
ALONE = "extends: margin\nwidgets: {sediment: {area: picture}, marks: null, legend: null}\n"


def built(tmp_path: Path, order: tuple[int, ...] | None = None, text: str = ALONE, **options: str) -> Scene:
    (tmp_path / "mine.yaml").write_text(text)
    said = SceneOptions(order=order, **options)  # type: ignore[arg-type]
    return build_scene(make_dataset(size=SIZE), load_theme(tmp_path / "mine.yaml"), SIZE, said)


def laid(scene: Scene, view: View) -> Accumulation:
    (found,) = (element for element in scene.elements(view) if isinstance(element, Accumulation))
    return found


def test_boxes_of_all_frames_shown_so_far_lie_there_and_stay(tmp_path: Path):
    scene = built(tmp_path)
    counts = [laid(scene, View(frame, so_far=frame + 1)).count for frame in range(4)]
    marks = [len(scene.marks(frame)) for frame in range(4)]
    assert counts == [sum(marks[: frame + 1]) for frame in range(4)]
    assert laid(scene, View(3)).count == counts[3]  # a frame alone: all up to it
    assert laid(scene, View(0, so_far=0)).count == 0
    corner = scene.layout.picture
    first = scene.marks(0)[0].box
    assert laid(scene, View(0)).strokes.boxes[0].tolist() == [
        round(edge - (corner.x, corner.y)[axis % 2]) for axis, edge in enumerate(first)
    ]


def test_the_films_order_is_kept(tmp_path: Path):
    scene = built(tmp_path, order=(2, 0))
    assert laid(scene, View(2, so_far=1)).count == len(scene.marks(2))
    assert laid(scene, View(0, so_far=2)).count == len(scene.marks(2)) + len(scene.marks(0))


def test_what_is_being_drawn_is_pulled_open_over_it_and_settles(tmp_path: Path):
    scene = built(tmp_path)
    colors = {mark.color for mark in scene.marks(1)}

    def fresh(drawn: float) -> list[Rect]:
        elements = scene.elements(View(1, drawn=drawn))
        return [each for each in elements if isinstance(each, Rect) and each.color in colors]

    assert laid(scene, View(1, drawn=0.5)).count == len(scene.marks(0))
    assert fresh(0.1)
    assert fresh(0.1)[0].x_max <= fresh(0.9)[0].x_max
    assert not fresh(1.0)
    assert len({scene.key(View(1, drawn=drawn)) for drawn in (0.1, 0.5, 1.0)}) == 3


def test_broken_lines_are_of_rejected_work_and_hidden_work_does_not_settle(tmp_path: Path):
    scene = built(tmp_path)
    strokes, kept = laid(scene, View(5)).strokes, laid(built(tmp_path, rejected="hide"), View(5)).strokes
    assert strokes.broken.sum() == len(scene.marks(2))  # the third person's work
    assert len(kept.boxes) == len(strokes.boxes) - strokes.broken.sum()


def test_the_picture_goes_as_the_drawing_comes(tmp_path: Path):
    scene = built(tmp_path, text=ALONE.replace("{area: picture}", "{area: picture, picture: [1, 0.25]}"))
    veils = [
        each.opacity
        for frame in (0, 5)
        for each in scene.elements(View(frame, so_far=6 * (frame // 5)))
        if isinstance(each, Rect) and each.color == scene.theme.colors.paper
    ]
    assert veils == [0.0, pytest.approx(0.75)]


def test_everybody_whose_boxes_lie_there_is_found(tmp_path: Path):
    scene = built(tmp_path)
    alone = [scene.people([View(frame, so_far=frame + 1)]) for frame in range(3)]
    assert alone[0] < alone[1] < alone[2]
