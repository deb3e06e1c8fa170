"""What is taught of a frame that several labelled, or on which something lacks."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from planted import NAMES, planted
from support import box

from loopviz.dataset import Dataset
from loopviz.schema import SCHEMAS, table
from loopviz.train.lesson import Lesson, lesson
from loopviz.train.options import Whose
from loopviz.train.whose_work import WEIGHTS, weights

GOOD, OTHER = (10.0, 10.0, 30.0, 30.0), (60.0, 60.0, 80.0, 80.0)


def crowd(*drawn: tuple[str | None, int, int, tuple[float, ...]], more: dict[str, Any] | None = None) -> Dataset:
    """Labels as (assignment, frame, category, box); each assignment is somebody's of their own."""
    rows = [
        {
            "annotation_id": i,
            "assignment_id": task,
            "frame": frame,
            "class_id": c,
            **box(*edges),
            **(more or {}).get(i, {}),
        }
        for i, (task, frame, c, edges) in enumerate(drawn)
    ]
    frame_of = {row["assignment_id"]: row["frame"] for row in rows if row["assignment_id"]}
    frames = sorted({row["frame"] for row in rows})
    work = [{"assignment_id": task, "worker_id": f"W{task}", "frame": frame} for task, frame in frame_of.items()]
    return Dataset(
        frames=table("frames", [{"frame": f, "width": 100, "height": 100} for f in frames]),
        categories=table("categories", {"class_id": [0, 1, 2], "name": NAMES}),
        annotations=table("annotations", rows),
        assignments=table("assignments", work),
        workers=table("workers", [{"worker_id": each["worker_id"]} for each in work]),
    )


def weighed(dataset: Dataset, **care: float) -> pl.DataFrame:
    rows = [
        {"assignment_id": task, "weight": min(1.0, care.get(task, 1.0)), "care": care.get(task, 1.0), "why": "kept"}
        for task in dataset.assignments["assignment_id"]
    ]
    return pl.DataFrame(rows, schema=dict(WEIGHTS))


def taught(dataset: Dataset, whose: Whose = "weighted", **care: float) -> list[tuple[Any, ...]]:
    found = lesson(dataset, weighed(dataset, **care), whose).objects
    return sorted(found.select("frame", "class_id", "x_min", "y_min", "x_max", "y_max").rows())


def near(dx: float) -> tuple[float, ...]:
    return tuple(edge + dx for edge in GOOD)


def test_labels_stand_side_by_side_where_nobody_asks_for_one():
    dataset = crowd(("a", 0, 0, GOOD), ("b", 0, 0, near(2)))
    for whose in ("all", "accepted"):
        assert taught(dataset, whose) == [(0, 0, *GOOD), (0, 0, *near(2))]  # type: ignore[arg-type]


def test_consensus_is_the_medians_and_says_of_whom():
    dataset = crowd(("a", 0, 0, GOOD), ("b", 0, 0, near(2)), ("c", 1, 0, OTHER))
    assert taught(dataset, "consensus") == [(0, 0, *near(1)), (1, 0, *OTHER)]
    found = lesson(dataset, weighed(dataset), "consensus").objects.sort("frame")
    assert [sorted(ids) for ids in found["assignment_ids"].to_list()] == [["a", "b"], ["c"]]


def test_the_more_careful_has_the_say():
    dataset = crowd(("a", 0, 0, GOOD), ("b", 0, 0, OTHER))
    assert taught(dataset, a=1.0, b=0.4) == [(0, 0, *GOOD)]
    assert taught(dataset, a=0.4, b=1.0) == [(0, 0, *OTHER)]


def test_two_against_one():
    dataset = crowd(("a", 0, 0, GOOD), ("b", 0, 0, near(2)), ("c", 0, 0, OTHER))
    assert taught(dataset, a=0.6, b=0.6, c=1.0) == [(0, 0, *near(1))]


def test_boxes_are_weighted_medians():
    dataset = crowd(("a", 0, 0, GOOD), ("b", 0, 0, near(2)), ("c", 0, 0, near(4)))
    assert taught(dataset) == [(0, 0, *near(2))]
    assert taught(dataset, a=1.5, b=0.5, c=0.5) == [(0, 0, *GOOD)]


def test_what_stands_on_nearly_every_frame_is_taken_from_the_less_careful():
    """One forgot the second category, and the other is less careful: it is taught all the same."""
    others = [(f"n{frame}", frame, c, GOOD) for frame in range(1, 9) for c in (0, 1)]
    dataset = crowd(("a", 0, 0, GOOD), ("b", 0, 0, GOOD), ("b", 0, 1, OTHER), *others)
    assert (0, 1, *OTHER) in taught(dataset, a=1.0, b=0.5)


def test_what_stands_almost_nowhere_is_not():
    others = [(f"n{frame}", frame, 0, GOOD) for frame in range(1, 9)]
    dataset = crowd(("a", 0, 0, GOOD), ("b", 0, 0, GOOD), ("b", 0, 2, OTHER), *others)
    assert (0, 2, *OTHER) not in taught(dataset, a=1.0, b=0.5)


def test_frames_that_lack_what_is_nearly_everywhere_weigh_less_or_teach_nothing():
    whole = [(f"n{frame}", frame, c, GOOD) for frame in range(9) for c in (0, 1, 2)]
    dataset = crowd(*whole, ("two", 9, 0, GOOD), ("two", 9, 1, GOOD), ("one", 10, 0, GOOD))
    found = lesson(dataset, weighed(dataset), "weighted")
    assert found.frames[0] == 1.0
    assert 0.3 < found.frames[9] < 0.6
    assert 10 not in found.frames
    assert found.incomplete == 1


def test_several_objects_of_a_category_stay_several():
    dataset = crowd(("a", 0, 0, GOOD), ("a", 0, 0, OTHER), ("b", 0, 0, near(2)), ("b", 0, 0, OTHER))
    assert taught(dataset) == [(0, 0, *near(1)), (0, 0, *OTHER)]


@pytest.mark.parametrize("whose", ["all", "accepted", "consensus", "weighted"])
def test_a_known_answer_stands_for_what_people_drew(whose: Whose):
    dataset = crowd(("a", 0, 0, OTHER), (None, 0, 0, GOOD), ("b", 1, 0, OTHER), more={1: {"origin": "gold"}})
    assert taught(dataset, whose) == [(0, 0, *GOOD), (1, 0, *OTHER)]


@pytest.mark.parametrize("origin", ["interpolated", "model"])
def test_what_nobody_drew_there_teaches_nothing(origin: str):
    dataset = crowd(("a", 0, 0, GOOD), (None, 1, 0, OTHER), more={1: {"origin": origin}})
    assert taught(dataset, "all") == [(0, 0, *GOOD)]


def test_labels_without_people_teach():
    dataset = crowd((None, 0, 0, GOOD), (None, 1, 1, OTHER))
    for whose in ("all", "accepted", "consensus", "weighted"):
        assert taught(dataset, whose) == [(0, 0, *GOOD), (1, 1, *OTHER)]  # type: ignore[arg-type]


def test_shapes_are_those_of_the_most_careful():
    ring = [[10.0, 10.0, 30.0, 10.0, 30.0, 30.0]]
    dataset = crowd(("a", 0, 0, GOOD), ("b", 0, 0, near(1)), more={0: {"polygons": ring}})
    found = lesson(dataset, weighed(dataset, a=1.2, b=0.8), "weighted").objects
    assert found["polygons"].to_list() == [ring]


def errors(found: Lesson, truth: Any) -> float:
    """The mean share of taught objects that overlap the truth by less than half, or that lack."""
    wrong = 0
    for row in found.objects.iter_rows(named=True):
        t = truth[row["frame"], row["class_id"]]
        width = min(row["x_max"], t[2]) - max(row["x_min"], t[0])
        height = min(row["y_max"], t[3]) - max(row["y_min"], t[1])
        inner = max(width, 0) * max(height, 0)
        own = (row["x_max"] - row["x_min"]) * (row["y_max"] - row["y_min"])
        wrong += inner / (own + (t[2] - t[0]) * (t[3] - t[1]) - inner) < 0.5
    return wrong / found.objects.height


@pytest.mark.parametrize("each", [2, 3])
def test_with_careless_people_planted_weighing_teaches_far_fewer_errors(each: int):
    made = planted(each=each, frames=120)
    by = {whose: lesson(made.dataset, weights(made.dataset, whose), whose) for whose in ("all", "weighted")}  # type: ignore[arg-type]
    assert errors(by["all"], made.truth) > 0.15
    assert errors(by["weighted"], made.truth) < 0.03
    assert by["weighted"].objects["frame"].n_unique() > 100


def test_nothing_is_taught_of_nothing():
    empty = Dataset(
        frames=table("frames", {"frame": [0]}), categories=table("categories", {"class_id": [0], "name": ["a"]})
    )
    for whose in ("all", "accepted", "consensus", "weighted"):
        found = lesson(empty, weights(empty, whose), whose)  # type: ignore[arg-type]
        assert (found.objects.height, found.frames) == (0, {})
    assert set(SCHEMAS["annotations"]) - {"assignment_id"} < set(found.objects.columns)
