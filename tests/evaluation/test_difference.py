"""What changed between two sets: told by place, overlap, category and person."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import box

from loopviz.dataset import Dataset
from loopviz.evaluation.difference import OUTCOMES, difference, shared_people
from loopviz.schema import table

SQUARE, BENT = [0.0, 0.0, 10.0, 0.0, 10.0, 10.0], [0.0, 0.0, 10.0, 1.0, 10.0, 10.0]


def made(*rows: dict[str, Any], people: str = "") -> Dataset:
    """Two frames and labels on them; ``people`` did one assignment each on frame 0, called after them."""
    frames = table("frames", {"frame": [0, 1], "width": [100] * 2, "height": [100] * 2})
    categories = table("categories", {"class_id": [0, 1], "name": ["body", "wheel"]})
    said = [{"annotation_id": n, "frame": 0, "class_id": 0} | row for n, row in enumerate(rows)]
    work = table("assignments", [{"assignment_id": p, "worker_id": p, "frame": 0} for p in people])
    workers = table("workers", [{"worker_id": p} for p in people])
    return Dataset(frames, categories, table("annotations", said), work, workers)


def told(before: Dataset, after: Dataset, **how: float) -> list[tuple[object, ...]]:
    return difference(before, after, **how).select("outcome", "before_id", "after_id").rows()


CASES = {
    "the same": ([box(0, 0, 10, 10)], [box(0, 0, 10, 10)], [("same", 0, 0)]),
    "within the tolerance": ([box(0, 0, 10, 10)], [box(0, 0, 10, 11)], [("same", 0, 0)]),
    "moved": ([box(0, 0, 10, 10)], [box(3, 0, 13, 10)], [("moved", 0, 0)]),
    "too far to be the same": ([box(0, 0, 10, 10)], [box(30, 0, 40, 10)], [("went", 0, None), ("came", None, 0)]),
    "renamed": ([box(0, 0, 10, 10)], [box(0, 0, 10, 10, class_id=1)], [("renamed", 0, 0)]),
    "of two the category decides": (
        [box(0, 0, 10, 10)],
        [box(0, 0, 10, 10, class_id=1), box(0, 0, 10, 13)],
        [("moved", 0, 1), ("came", None, 0)],
    ),
    "another frame": ([box(0, 0, 9, 9)], [box(0, 0, 9, 9, frame=1)], [("went", 0, None), ("came", None, 0)]),
    "redrawn": ([box(0, 0, 10, 10, polygons=[SQUARE])], [box(0, 0, 10, 10, polygons=[BENT])], [("redrawn", 0, 0)]),
    "drawn twice": ([box(0, 0, 9, 9), box(0, 0, 9, 9)], [box(0, 0, 9, 9)], [("same", 0, 0), ("went", 1, None)]),
    "without an area": ([box(5, 5, 5, 5)], [box(5, 5, 5, 5)], [("same", 0, 0)]),
    "points": ([box(5, 5, 5, 5, shape="points", keypoints=[5.0, 5.0, None])], [], []),
}


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES)
def test_what_became_of_it(before: list[dict[str, Any]], after: list[dict[str, Any]], expected: list[object]):
    assert told(made(*before), made(*after)) == expected


def test_how_far_and_how_much():
    changes = difference(made(box(0, 0, 10, 10)), made(box(2, 0, 10, 10)))
    assert changes.select("shift_pixels", "iou").row(0) == (2.0, pytest.approx(0.8))
    assert told(made(box(0, 0, 10, 10)), made(box(2, 0, 10, 10)), overlap=0.9)[0][0] == "went"
    assert told(made(box(0, 0, 10, 10)), made(box(2, 0, 10, 10)), tolerance=2)[0][0] == "same"


class TestPeople:
    def test_each_persons_labels_are_paired_among_themselves(self):
        drawn = [box(0, 0, 10, 10, assignment_id="a"), box(0, 0, 10, 10, assignment_id="b")]
        before, after = made(*drawn, people="ab"), made(drawn[1], people="b")
        rows = difference(before, after).select("outcome", "worker_id", "before_id", "after_id").rows()
        assert rows == [("went", "a", 0, None), ("same", "b", 1, 0)]

    def test_where_nobody_stands_on_both_sides_all_are_paired(self):
        before, after = (made(box(0, 0, 10, 10, assignment_id=who), people=who) for who in "ab")
        assert not shared_people(before, after)
        assert difference(before, after).select("outcome", "worker_id").rows() == [("same", "a")]

    def test_where_one_side_does_not_say(self):
        before = made(box(0, 0, 10, 10, assignment_id="a"), people="a")
        assert difference(before, made(box(0, 0, 10, 10))).select("outcome", "worker_id").rows() == [("same", "a")]


BOXES = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 9), st.integers(0, 9), st.integers(0, 1)),
    max_size=6,
).map(lambda rows: made(*(box(x, y, x + w, y + h, class_id=c) for x, y, w, h, c in rows)))


@settings(max_examples=60)
@given(BOXES, BOXES)
def test_every_label_is_told_once_and_the_other_way_round(before: Dataset, after: Dataset):
    changes = difference(before, after)
    for side, dataset in (("before_id", before), ("after_id", after)):
        assert sorted(changes[side].drop_nulls()) == dataset.annotations["annotation_id"].to_list()
    counts, other = (dict(each.group_by("outcome").len().iter_rows()) for each in (changes, difference(after, before)))
    assert (counts.get("went", 0), counts.get("came", 0)) == (other.get("came", 0), other.get("went", 0))
    assert set(counts) <= set(OUTCOMES)


@settings(max_examples=20)
@given(BOXES)
def test_nothing_changed_against_itself(dataset: Dataset):
    assert difference(dataset, dataset)["outcome"].unique().to_list() in ([], ["same"])
    assert difference(dataset, dataset).filter(pl.col("before_id") != pl.col("after_id")).height == 0
