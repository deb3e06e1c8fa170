"""Where people differ: how split they are over each pixel, who sides with whom, and what is drawn and said of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from support import box, make_dataset, with_boxes

from loopviz.dataset import Dataset
from loopviz.scene import Scene, Sprite, View, build_scene, load_theme
from loopviz.scene.differing import regions_of, sides_of, split_of, works_of
from loopviz.scene.elements import Bitmap, Text
from loopviz.scene.elements import Path as Outline
from loopviz.schema import table

SIZE = (320, 240)
THEME = """name: mine
extends: margin
areas:
  columns: [picture, 0.6]
  rows: [picture]
  grid: [picture words]
  unit: 1
widgets:
  differing: {area: picture}
  sides: {area: words, size: 0.02}
  marks: null
  panel: null
  legend: null
  plates: null
"""


def crowd(*drawn: tuple[int, float, int], people: int = 3) -> Dataset:
    """People on frame 0, and what they drew there: who, where from left, and the category."""
    base = make_dataset(2, SIZE)
    ids = [f"W{n}" for n in range(people)]
    work = {"assignment_id": [f"A{n}" for n in range(people)], "worker_id": ids, "frame": [0] * people}
    bare = base.replace(
        annotations=base.annotations.clear(), assignments=base.assignments.clear(), answers=base.answers.clear()
    )
    bare = bare.replace(workers=table("workers", {"worker_id": ids, "alias": [f"Person {n}" for n in range(people)]}))
    bare = bare.replace(assignments=table("assignments", work))
    rows = [box(x, 20, x + 40, 60, frame=0, class_id=c, assignment_id=f"A{who}") for who, x, c in drawn]
    return with_boxes(bare, *rows) if rows else bare


def of_frame(dataset: Dataset) -> tuple[list[dict[int, np.ndarray]], list[tuple[object, ...]]]:
    works = works_of(dataset)[0]
    regions = [regions_of(work, SIZE) for work in works]
    return regions, [tuple(each) for each in sides_of(works, regions)]


def test_how_split_people_are_is_reckoned_pixel_by_pixel():
    regions, _ = of_frame(crowd((0, 10, 0), (1, 10, 0), (2, 30, 0), people=4))
    split = split_of(regions, SIZE)
    assert split.shape == (240, 320)
    assert [split[30, x] for x in (5, 15, 40, 60)] == [0.0, 1.0, 0.75, 0.75]  # of 4: nobody, 2, 3, 1


def test_of_an_odd_number_the_most_is_as_near_to_half_as_can_be():
    regions, _ = of_frame(crowd((0, 10, 0)))
    assert split_of(regions, SIZE).max() == 1.0


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        ([(0, 10, 0), (1, 12, 0), (2, 100, 0)], [(0, (("Person 0", "Person 1"), ("Person 2",)), ())]),
        ([(0, 10, 0), (2, 10, 0)], [(0, (("Person 0", "Person 2"),), ("Person 1",))]),
        (
            [(0, 10, 0), (1, 10, 1), (2, 10, 1)],
            [(0, (("Person 0",),), ("Person 1", "Person 2")), (1, (("Person 1", "Person 2"),), ("Person 0",))],
        ),
        ([], []),
    ],
)
def test_who_sides_with_whom(drawn: list[tuple[int, float, int]], expected: list[tuple[object, ...]]):
    assert of_frame(crowd(*drawn))[1] == expected


def test_frames_of_one_person_and_work_that_was_not_read_say_nothing():
    assert works_of(crowd((0, 10, 0), people=1)) == {}
    two = crowd((0, 10, 0), people=2)
    read = two.assignments.with_columns(labels_read=pl.Series([True, False]))
    assert works_of(two.replace(assignments=read)) == {}


def scene_of(folder: Path, dataset: Dataset, theme: str = THEME) -> Scene:
    (folder / "mine.yaml").write_text(theme)
    return build_scene(dataset, load_theme(folder / "mine.yaml"), SIZE)


def shapes(scene: Scene, view: View | int, kind: type) -> list[object]:
    sprites = (each for each in scene.elements(view) if isinstance(each, Sprite))
    return [shape for sprite in sprites for shape in sprite.drawing.shapes if isinstance(shape, kind)]


def test_a_heat_and_everybodys_edges_are_drawn_where_people_share_a_frame(tmp_path: Path):
    scene = scene_of(tmp_path, crowd((0, 10, 0), (1, 10, 0), (2, 100, 0)))
    assert len(shapes(scene, 0, Bitmap)) == 1
    assert len(shapes(scene, 0, Outline)) == 3
    assert shapes(scene, 1, Bitmap) == []
    assert scene.key(0) != scene.key(1)


@pytest.mark.parametrize(("draw", "heats", "edges"), [("heat", 1, 0), ("edges", 0, 2)])
def test_each_alone(tmp_path: Path, draw: str, heats: int, edges: int):
    theme = THEME.replace("{area: picture}", f"{{area: picture, draw: {draw}}}", 1)
    scene = scene_of(tmp_path, crowd((0, 10, 0), (1, 90, 0), people=2), theme)
    assert (len(shapes(scene, 0, Bitmap)), len(shapes(scene, 0, Outline))) == (heats, edges)


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        ([(0, 10, 0), (1, 10, 0), (2, 100, 0)], "Person 0, Person 1, not Person 2"),
        ([(0, 10, 0)], "only Person 0, not Person 1, Person 2"),
        ([(0, 10, 0), (1, 100, 0)], "Person 0 or Person 1, not Person 2"),
        ([(0, 10, 0), (1, 10, 0), (2, 10, 0)], "Person 0, Person 1, Person 2"),
    ],
)
def test_majority_and_minority_are_named(tmp_path: Path, drawn: list[tuple[int, float, int]], said: str):
    texts = [each.text for each in shapes(scene_of(tmp_path, crowd(*drawn)), 0, Text)]
    assert said in texts
    assert ("All agree" in texts) == (len(drawn) == 3 and drawn[2][1] == 10)


def test_who_may_not_be_named_is_counted(tmp_path: Path):
    dataset = crowd((0, 10, 0), (1, 10, 0), (2, 100, 0))
    hidden = dataset.workers.with_columns(alias=pl.lit(None, pl.String))
    texts = [each.text for each in shapes(scene_of(tmp_path, dataset.replace(workers=hidden)), 0, Text)]
    assert "2, not 1" in texts


def test_of_one_person_that_is_said(tmp_path: Path):
    scene = scene_of(tmp_path, crowd((0, 10, 0), people=1))
    assert [each.text for each in shapes(scene, 0, Text)] == ["Labelled by one person"]
    assert shapes(scene, 1, Text) == []
