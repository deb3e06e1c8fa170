from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from loopviz.dataset import Dataset
from loopviz.evaluation.comparison import PART, Judge, by_batch, by_person, compare
from loopviz.schema import table

JUDGE = Judge()


def at(x: float, side: float = 10, **more: Any) -> dict[str, Any]:
    return {"frame": 0, "class_id": 0, "x_min": x, "y_min": 0, "x_max": x + side, "y_max": side, **more}


def dataset(*rows: dict[str, Any], work: dict[str, Any] | None = None) -> Dataset:
    tasks = work or {}
    return Dataset(
        frames=table("frames", {"frame": range(4), "pts_seconds": [i / 4 for i in range(4)]}),
        categories=table("categories", {"class_id": range(3), "name": ["a", "b", "c"]}),
        annotations=table("annotations", [{"annotation_id": i, **row} for i, row in enumerate(rows)]),
        assignments=table("assignments", tasks),
        workers=table("workers", {"worker_id": list(dict.fromkeys(tasks.get("worker_id", ())))}),
    )


LABELS = (at(0), at(50), at(0, frame=1), at(0, frame=1, class_id=1), at(100, frame=2))
FOUND = (
    at(0, confidence=0.9),  # right
    at(200, confidence=0.8),  # extra
    at(0, frame=1, class_id=2, confidence=0.7),  # for a, or b
    at(100, frame=2, confidence=0.1),  # not sure enough
)


def test_what_it_comes_to() -> None:
    found = compare(dataset(*LABELS), dataset(*FOUND), range(4), JUDGE)
    (whole,) = found.whole.iter_rows(named=True)
    assert [whole[name] for name in ("matched", "confused", "missed", "extra", "ignored")] == [1, 1, 3, 1, 0]
    assert (whole["frames"], whole["labels"], whole["detections"]) == (4, 5, 3)
    assert (whole["precision"], whole["recall"], whole["mean_iou"]) == (pytest.approx(1 / 3), 0.2, 1)
    assert found.scores.map50 == whole["map50"]


def test_a_threshold_is_for_what_is_matched_and_not_for_the_average_precision() -> None:
    low = compare(dataset(*LABELS), dataset(*FOUND), range(4), Judge(confidence=0.05))
    high = compare(dataset(*LABELS), dataset(*FOUND), range(4), Judge(confidence=0.95))
    assert (low.whole["matched"][0], high.whole["matched"][0]) == (2, 0)
    assert low.scores.map50 == high.scores.map50 > 0
    assert high.whole["precision"][0] is None


def test_each_category() -> None:
    rows = compare(dataset(*LABELS), dataset(*FOUND), range(4), JUDGE).categories
    assert rows.schema == {"class_id": pl.Int64(), "name": pl.String(), **PART}
    by_name = {row["name"]: row for row in rows.iter_rows(named=True)}
    labels = {name: row["labels"] for name, row in by_name.items()}
    assert labels == {"a": 4, "b": 1, "c": 0}
    assert {name: row["detections"] for name, row in by_name.items()} == {"a": 2, "b": 0, "c": 1}
    assert {name: row["precision"] for name, row in by_name.items()} == {"a": 0.5, "b": None, "c": 0}
    assert by_name["c"]["map50"] is None


def test_each_frame_that_is_judged() -> None:
    rows = compare(dataset(*LABELS), dataset(*FOUND), [0, 1, 3], JUDGE).frames
    assert rows.select("frame", "matched", "confused", "missed", "extra").rows() == [
        (0, 1, 0, 1, 1),
        (1, 0, 1, 1, 0),
        (3, 0, 0, 0, 0),
    ]
    assert rows["pts_seconds"].to_list() == [0, 0.25, 0.75]


def test_what_was_taken_for_what() -> None:
    labels = (at(0), at(50), at(0, frame=1, class_id=1), at(100, frame=2))
    rows = compare(dataset(*labels), dataset(*FOUND), range(4), JUDGE).confusion.rows()
    assert rows == [("a", "a", 1), ("a", None, 2), ("b", "c", 1), (None, "a", 1)]


WORK = {
    "assignment_id": ["t0", "t1", "t2", "t3"],
    "worker_id": ["one", "one", "two", "three"],
    "frame": [0, 1, 1, 2],
    "batch": ["x", "x", "x", "y"],
    "labels_read": [True, None, True, False],
}


def test_each_person_is_compared_with_what_they_drew_themselves() -> None:
    crowd = dataset(
        at(0, assignment_id="t0"), at(0, frame=1, assignment_id="t1"), at(80, frame=1, assignment_id="t2"), work=WORK
    )
    found = dataset(at(0, confidence=0.9), at(0, frame=1, confidence=0.9)).annotations
    rows = by_person(crowd, found, range(4), JUDGE, ["two", "one", "three"])
    assert rows.select("worker_id", "frames", "matched", "missed", "extra").rows() == [
        ("two", 1, 0, 1, 1),
        ("one", 2, 2, 0, 0),
    ]  # what the third drew is not known
    assert rows["map50"].to_list() == [0, pytest.approx(1)]
    assert not by_person(crowd, found, range(4), JUDGE, []).height
    assert by_person(crowd, found, [1], JUDGE, ["one"])["frames"].to_list() == [1]


def test_of_a_frame_that_somebody_labelled_twice_the_last_time_counts() -> None:
    work = {"assignment_id": ["t0", "t1"], "worker_id": ["one", "one"], "frame": [0, 0]}
    crowd = dataset(at(50, assignment_id="t0"), at(0, assignment_id="t1"), work=work)
    rows = by_person(crowd, dataset(at(0, confidence=0.9)).annotations, range(4), JUDGE, ["one"])
    assert rows.select("frames", "labels", "matched").rows() == [(1, 1, 1)]


def test_each_batch_is_compared_with_the_reference_on_its_frames() -> None:
    crowd = dataset(*LABELS, work=WORK)
    rows = by_batch(crowd, crowd.annotations, dataset(*FOUND).annotations, range(4), JUDGE)
    assert rows.select("batch", "frames", "labels", "matched").rows() == [("x", 2, 4, 1), ("y", 1, 1, 0)]
