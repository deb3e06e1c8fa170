from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from support import make_dataset

from loopviz.scene import Path as Outline
from loopviz.scene import Rect, Scene, Sprite, Text, View, build_scene, load_theme
from loopviz.scene.widgets.figure import hours_minutes_seconds
from loopviz.scene.widgets.workday import hours

SIZE = (640, 480)


def built(tmp_path: Path, widgets: str) -> Scene:
    every = ("picture", "marks", "clock", "name", "line", "paid", "unpaid", "workday", "foot", "note")
    others = ", ".join(f"{name}: null" for name in every if f"{name}:" not in widgets)
    (tmp_path / "mine.yaml").write_text(f"extends: shift\nwidgets: {{{widgets}{', ' if widgets else ''}{others}}}\n")
    return build_scene(make_dataset(size=SIZE), load_theme(tmp_path / "mine.yaml"), SIZE)


def line(tmp_path: Path) -> Scene:
    return built(tmp_path, "workday: {area: line_of}")


def drawn(scene: Scene, view: View) -> tuple[Sprite, list[Rect]]:
    """The still drawing, and veil and marker over it."""
    elements = scene.elements(view)
    sprite = next(each for each in elements if isinstance(each, Sprite))
    return sprite, [each for each in elements if isinstance(each, Rect)]


def said(scene: Scene, view: View) -> str:
    sprites = (each for each in scene.elements(view) if isinstance(each, Sprite))
    return "".join(shape.text for each in sprites for shape in each.drawing.shapes if isinstance(shape, Text))


def test_paid_work_is_solid_and_rejected_work_is_hollow(tmp_path: Path):
    scene = line(tmp_path)
    (sprite, _), tasks = drawn(scene, View(0, so_far=1)), scene._stage.tasks
    ink, timed = scene.theme.colors.ink, [task for task in tasks if task.seconds]
    bars = [shape for shape in sprite.drawing.shapes if isinstance(shape, Rect) and shape.color == ink]
    hollow = [shape for shape in sprite.drawing.shapes if isinstance(shape, Outline) and not shape.is_open]
    assert len(bars) == sum(task.fate == "paid" for task in timed)
    assert len(hollow) == sum(task.fate == "rejected" for task in timed)
    total = sum(task.seconds for task in tasks)
    wide = [bar.x_max - bar.x_min for bar in bars]
    shares = [task.seconds / total for task in timed if task.fate == "paid"]
    assert [each / sprite.drawing.width for each in wide] == pytest.approx(shares, abs=4 / sprite.drawing.width)


def test_steps_rise_where_work_was_paid_and_nowhere_else(tmp_path: Path):
    scene = line(tmp_path)
    sprite, _ = drawn(scene, View(0, so_far=1))
    (steps,) = [shape for shape in sprite.drawing.shapes if isinstance(shape, Outline) and shape.is_open]
    y = steps.outlines[0][1::2]
    rises = sum(b < a for a, b in pairwise(y))
    assert rises == sum(task.paid > 0 for task in scene._stage.tasks)
    assert all(b <= a for a, b in pairwise(y))


def test_the_present_task_grows_and_what_is_to_come_is_veiled(tmp_path: Path):
    scene = line(tmp_path)
    colors, ends = scene.theme.colors, []
    for worked in (0.25, 0.5, 1.0):
        _, rects = drawn(scene, View(1, so_far=2, worked=worked))
        veils = [rect for rect in rects if rect.color == colors.paper]
        bar, marker = (rect for rect in rects if rect.color == colors.accent)
        assert {veil.x_min for veil in veils} == {marker.x_min}
        assert bar.x_max == marker.x_min
        ends.append(bar.x_max)
    assert ends == sorted(set(ends))
    assert len({scene.key(View(1, so_far=2, worked=worked)) for worked in (0.25, 0.5)}) == 2


def test_the_clock_runs_through_the_work_and_stands_where_no_time_is_known(tmp_path: Path):
    scene = built(tmp_path, "clock: {area: clock, label: 0, size: 0.1}")
    tasks = scene._stage.tasks
    assert said(scene, View(0, so_far=0)) == "00:00:00"
    for number, task in enumerate(tasks, 1):
        for worked in (0.0, 0.5, 1.0):
            expected = hours_minutes_seconds(task.start + worked * task.seconds)
            assert said(scene, View(number - 1, so_far=number, worked=worked)) == expected


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00:00"), (59.9, "00:00:59"), (3661, "01:01:01"), (360_000, "100:00:00")]
)
def test_a_clock_says_hours_minutes_and_whole_seconds(seconds: float, text: str):
    assert hours_minutes_seconds(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0"), (1800, "0:30 h"), (3600, "1:00 h"), (86_400, "24:00 h")])
def test_hours(seconds: int, text: str):
    assert hours(seconds) == text


def test_work_that_is_being_done_does_not_count_yet(tmp_path: Path):
    scene = built(tmp_path, "paid: {widget: counter, area: paid, says: paid, label: 0, size: 0.05}")
    assert said(scene, View(0, so_far=1, worked=0.5)) == "$0.00"
    first = said(scene, View(0, so_far=1))
    assert first == said(scene, View(1, so_far=2, worked=0.5))
    assert first != "$0.00"
