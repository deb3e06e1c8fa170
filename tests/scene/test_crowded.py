"""Many people on one frame: one is named, the others are a density."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from support import box, changed_theme, make_dataset

from loopviz.dataset import Dataset
from loopviz.scene import Path, Scene, SceneOptions, Sprite, Text, View, build_scene, load_theme
from loopviz.scene.crowded import DARKEST, PALEST, density, is_behind
from loopviz.scene.layout import Area, Layout
from loopviz.scene.marks import Mark
from loopviz.scene.typography import Typesetter
from loopviz.schema import table
from loopviz.work import MOST_PEOPLE

SIZE = (1280, 960)


def crowd(people: int, statuses: tuple[str, ...] = ("approved", "rejected")) -> Dataset:
    """Everybody labels the first frame, each with two boxes; the second frame is one person's."""
    plain, work, rows = make_dataset(2, SIZE), [], []
    for n in range(people + 1):
        frame = 0 if n < people else 1
        work.append(
            {"assignment_id": f"T{n}", "worker_id": f"W{n}", "frame": frame, "status": statuses[n % len(statuses)]}
            | {"reward_usd": 0.1 + 0.01 * (n % 5), "work_seconds": 60.0}
        )
        rows += [
            {"annotation_id": 2 * n + c, "frame": frame, "class_id": c, "assignment_id": f"T{n}"}
            | box(300 + 3 * n + 200 * c, 300, 480 + 3 * n + 200 * c, 500)
            for c in (0, 1)
        ]
    people_rows = [{"worker_id": f"W{n}", "alias": f"Worker {n}", "simulated": True} for n in range(people + 1)]
    empty = plain.replace(
        annotations=table("annotations", []), assignments=table("assignments", []), answers=table("answers", [])
    )
    named = empty.replace(workers=table("workers", people_rows))
    return named.replace(assignments=table("assignments", work)).replace(annotations=table("annotations", rows))


def scene_of(people: int, name: str = "house", **options: object) -> Scene:
    return build_scene(crowd(people), load_theme(name), SIZE, SceneOptions(**options))  # type: ignore[arg-type]


def thin_lines(scene: Scene, view: View | int) -> list[Path]:
    shapes = [shape for each in scene.elements(view) if isinstance(each, Sprite) for shape in each.drawing.shapes]
    return [shape for shape in shapes if isinstance(shape, Path) and shape.casing is None]


def said(scene: Scene, frame: int) -> list[str]:
    shapes = [shape for each in scene.elements(frame) if isinstance(each, Sprite) for shape in each.drawing.shapes]
    return [shape.text for shape in shapes if isinstance(shape, Text)]


@pytest.mark.parametrize(("people", "behind"), [(1, 0), (MOST_PEOPLE, 0), (MOST_PEOPLE + 1, 2 * MOST_PEOPLE), (40, 78)])
def test_more_than_four_people_are_a_crowd(people: int, behind: int):
    found = is_behind(crowd(people))
    assert found.sum() == behind
    assert not found[:2].any()  # the first one's
    assert not found[-2:].any()  # who is alone on a frame


def test_labels_of_nobody_are_nobodys():
    data = crowd(8)
    nobodys = data.annotations.head(4).with_columns(assignment_id=pl.lit(None, pl.String))
    assert not is_behind(data.replace(annotations=nobodys)).any()


@pytest.mark.parametrize("name", ["house", "margin"])
def test_one_is_named_and_the_others_are_thin_lines(name: str):
    scene = scene_of(40, name)
    assert len(thin_lines(scene, 0)) == 78
    assert thin_lines(scene, 1) == []
    plates = [text for text in said(scene, 0) if text in {"button", "wheel"}]
    assert len(plates) == 2  # beside the boxes, or in the legend


def test_how_many_they_are_and_what_it_paid_is_said():
    assert "one of 40 people on this frame, paid $0.00 – $0.14" in scene_of(40).caption(0).line
    assert scene_of(40).caption(1).line == ""
    assert scene_of(3).caption(0).line == ""
    undecided = build_scene(crowd(6, ("submitted",)), load_theme("margin"), SIZE)
    assert "one of 6 people;" in undecided.caption(0).line
    alike = build_scene(crowd(6, ("rejected",)), load_theme("margin"), SIZE)
    assert "one of 6 people, who were paid $0.00;" in alike.caption(0).line


def test_the_legend_says_what_the_lines_are():
    assert "labels of everybody else on the frame" in said(scene_of(40, "margin"), 0)
    assert "labels of everybody else on the frame" not in said(scene_of(4, "margin"), 0)


def test_they_fade_with_the_labels_and_are_keyed():
    scene = scene_of(40)
    whole, half = (
        next(e for e in scene.elements(view) if isinstance(e, Sprite) and isinstance(e.drawing.shapes[0], Path))
        for view in (View(0), View(0, marks_opacity=0.5))
    )
    assert (whole.opacity, half.opacity) == (1.0, 0.5)
    assert scene.key(0) != scene_of(39).key(0)


def test_work_that_is_hidden_is_no_part_of_it():
    scene = scene_of(40, rejected="hide")
    assert len(thin_lines(scene, 0)) == 38  # every second one's is not rejected, of whom one is named


LAYOUT = Layout(200, 160, Area(20, 20, 160, 120), 160.0, 1)


def test_lines_add_up_where_people_agree():
    alike = [Mark((60, 50, 120, 90), 0, "#0072B2", "a", kind="behind")] * 20
    sprite = density(alike, 20, 4.0, LAYOUT)
    assert sprite is not None
    (one,) = {path.stroke_opacity for path in sprite.drawing.shapes if isinstance(path, Path)}
    assert PALEST <= one <= DARKEST
    alpha = Typesetter().paint(sprite.drawing)[..., 3]
    assert alpha[30, 60] > 0.9 * 255  # the upper line
    assert alpha[50, 60] == 0


def test_outlines_are_in_the_pictures_own_pixels():
    ring = (60.0, 50.0, 120.0, 50.0, 120.0, 90.0)
    sprite = density([Mark((60, 50, 120, 90), 0, "#0072B2", "a", (ring,), kind="behind")], 1, 4.0, LAYOUT)
    assert sprite is not None
    assert sprite.drawing.shapes[0].outlines == ((40.0, 30.0, 100.0, 30.0, 100.0, 70.0),)  # type: ignore[union-attr]
    assert (sprite.x, sprite.y) == (20, 20)


def test_nobody_behind_is_nothing():
    assert density([], 0, 4.0, LAYOUT) is None


def test_a_theme_without_labels_has_no_lines():
    scene = build_scene(crowd(40), changed_theme("margin", without=("marks",)), SIZE)
    assert thin_lines(scene, 0) == []
    assert np.isfinite(scene.layout.unit)
