"""Labels that come frame by frame are drawn as those of a clip are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from support import box, make_dataset, with_boxes

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.scene import Drawing, Element, LiveScene, Rect, Sprite, build_scene, load_theme
from loopviz.scene.live import FrameLabels, PlacesSoFar, without_all_frames

SIZE, FRAMES = (640, 480), 4
ROWS = [
    box(100, 100, 300, 250, class_id=0),
    box(101.5, 99.2, 180.7, 400, class_id=1),
    box(0, 0, 640, 480, class_id=0),
    box(400, 400, 400.4, 460, class_id=1),  # has no room
    box(600, 440, 660, 500, class_id=1),  # reaches over the edge
]


def labels(rows: Sequence[int], frame: int) -> FrameLabels:
    chosen = [ROWS[row] for row in rows]
    boxes = np.array([[each[edge] for edge in ("x_min", "y_min", "x_max", "y_max")] for each in chosen]).reshape(-1, 4)
    return FrameLabels(frame, boxes, np.array([each["class_id"] for each in chosen], np.int64), np.ones(len(chosen)))


def nobodys(rows: Sequence[int]) -> Dataset:
    whole = make_dataset(FRAMES, SIZE)
    plain = Dataset(frames=whole.frames, categories=whole.categories, annotations=whole.annotations.clear())
    return with_boxes(plain, *(ROWS[row] | {"frame": 1} for row in rows))


def drawings(elements: Sequence[Element]) -> list[Drawing]:
    return [each.drawing for each in elements if isinstance(each, Sprite)]


@pytest.mark.parametrize("name", ["house", "margin"])
@pytest.mark.parametrize("rows", [[], [0], [0, 1], [1, 0, 2], [0, 1, 2, 3, 4]], ids=str)
def test_marks_are_those_of_a_clip(name: str, rows: list[int]) -> None:
    dataset = nobodys(rows)
    live, clip = (
        LiveScene(dataset, load_theme(name), SIZE, 2),
        build_scene(dataset, without_all_frames(load_theme(name)), SIZE),
    )
    live.show(labels(rows, 1))
    mine, theirs = live.elements(1), clip.elements(1)
    assert (live.canvas_size, live.pictures, live.layout) == (clip.canvas_size, clip.pictures, clip.layout)
    boxes = [element for element in theirs if isinstance(element, Rect)]
    assert [element for element in mine if isinstance(element, Rect)][: len(boxes)] == boxes
    if name == "house":  # a legend lists all categories here, and there those that come
        assert sorted(map(repr, drawings(mine))) == sorted(map(repr, drawings(theirs)))


def test_a_legend_lists_every_category_before_one_has_come() -> None:
    live = LiveScene(nobodys([]), load_theme("margin"), SIZE, 2)
    first = live.elements(0)
    live.show(labels([0], 1))
    assert first
    assert set(map(repr, first)) <= set(map(repr, live.elements(1)))


def test_labels_of_another_frame_are_not_drawn() -> None:
    live = LiveScene(nobodys([]), load_theme("house"), SIZE, 2)
    live.show(labels([0, 1], 1))
    assert not live.elements(2)


def test_a_theme_that_shows_people_is_refused() -> None:
    with pytest.raises(ConfigError) as raised:
        LiveScene(nobodys([]), load_theme("versus"), SIZE, 2)
    assert "versus" in str(raised.value.found)


def costs(*best: int) -> np.ndarray:
    table = np.ones((len(best), 16))
    table[np.arange(len(best)), best] = 0
    return table


def test_a_place_is_the_cheapest_so_far_and_is_kept_for_a_while() -> None:
    places = PlacesSoFar(3)
    assert places.of([0], costs(4)) == [4]
    assert places.of([0, 1], costs(5, 7)) == [4, 7]  # who comes later gets its place at once
    assert places.of([], np.zeros((0, 16))) == []
    assert places.of([1, 0], costs(2, 5)) == [2, 5]  # looked at again, over all frames until now
    assert places.of([0], costs(4)) == [5]


def test_one_impossible_frame_gives_no_place_up() -> None:
    places, never = PlacesSoFar(1), np.full((1, 16), 2.0)
    never[0, 3] = np.inf
    for _ in range(20):
        places.of([0], costs(3))
    assert places.of([0], never) == [3]
