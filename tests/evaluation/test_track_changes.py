"""What became of tracks: told by the boxes that they share, whatever their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import box

from loopviz.dataset import Dataset
from loopviz.evaluation.difference import difference
from loopviz.evaluation.track_changes import TrackChanges, has_tracks, track_changes
from loopviz.schema import table

WIDTH = 10  # of a box; object ``n`` stands at ``20 n``


def seen(objects: Mapping[int, Sequence[int | None]], classes: Mapping[tuple[int, int], int] = {}) -> Dataset:
    """Objects, each where it always is, and the track that it has on each frame; None: it is not labelled there."""
    rows = [
        box(20 * n, 0, 20 * n + WIDTH, 10, frame=frame, track_id=track, class_id=classes.get((n, frame), 0))
        for n, tracks in objects.items()
        for frame, track in enumerate(tracks)
        if track is not None
    ]
    return made(*rows)


def made(*rows: dict[str, Any], people: str = "") -> Dataset:
    """Labels on 20 frames; ``people`` have an assignment each, called after them."""
    frames = table("frames", {"frame": range(20), "width": [100] * 20, "height": [100] * 20})
    categories = table("categories", {"class_id": [0, 1], "name": ["body", "wheel"]})
    said = [{"annotation_id": n, "frame": 0, "class_id": 0} | row for n, row in enumerate(rows)]
    work = table("assignments", [{"assignment_id": p, "worker_id": p, "frame": 0} for p in people])
    workers = table("workers", [{"worker_id": p} for p in people])
    return Dataset(frames, categories, table("annotations", said), work, workers)


def found(before: Dataset, after: Dataset) -> TrackChanges:
    return track_changes(before, after, difference(before, after))


def told(before: Dataset, after: Dataset) -> list[tuple[object, ...]]:
    """Return kind, tracks before, after and of the other, first and last frame, boxes and boxes back."""
    return found(before, after).table.drop("before_class", "after_class", "worker_id").rows()


def run(*parts: tuple[int | None, int]) -> list[int | None]:
    """Return tracks frame by frame, of tracks and for how many frames they stand."""
    return [track for track, times in parts for _ in range(times)]


TWO = {0: run((1, 10)), 1: run((2, 10))}
CASES: dict[str, tuple[Any, Any, list[tuple[object, ...]]]] = {
    "the same": (TWO, TWO, []),
    "renumbered": (TWO, {0: run((8, 10)), 1: run((1, 10))}, []),
    "longer": ({0: run((1, 2))}, {0: run((5, 10))}, []),
    "went": (TWO, {0: run((1, 10))}, [("went", 2, None, None, 0, 9, 10, None)]),
    "came": ({0: run((1, 10))}, {**TWO, 1: run((None, 3), (2, 4))}, [("came", None, 2, None, 3, 6, 4, None)]),
    "split in two": (
        {0: run((1, 10))},
        {0: run((1, 6), (2, 4))},
        [("split", 1, 1, None, 0, 5, 6, None), ("split", 1, 2, None, 6, 9, 4, None)],
    ),
    "split in equal parts, and the first goes on": (
        {0: run((1, 10))},
        {0: run((7, 5), (8, 5))},
        [("split", 1, 7, None, 0, 4, 5, None), ("split", 1, 8, None, 5, 9, 5, None)],
    ),
    "split in more parts than any could go on with": (
        {0: run((1, 10))},
        {0: run((1, 2), (2, 2), (3, 2), (4, 2), (5, 2))},
        [("split", 1, n + 1, None, 2 * n, 2 * n + 1, 2, None) for n in range(5)],
    ),
    "split by a flicker of one frame": (
        {0: run((1, 10))},
        {0: run((1, 4), (9, 1), (1, 5))},
        [("split", 1, 1, None, 0, 9, 9, None), ("split", 1, 9, None, 4, 4, 1, None)],
    ),
    "merged": (
        {0: run((1, 6), (2, 4))},
        {0: run((3, 10))},
        [("merged", 1, 3, None, 0, 5, 6, None), ("merged", 2, 3, None, 6, 9, 4, None)],
    ),
    "exchanged from some frame on": (
        TWO,
        {0: run((1, 7), (2, 3)), 1: run((2, 7), (1, 3))},
        [("exchanged", 1, 2, 2, 7, 9, 3, 3)],
    ),
    "exchanged half way, and what they begin with is theirs": (
        TWO,
        {0: run((1, 5), (2, 5)), 1: run((2, 5), (1, 5))},
        [("exchanged", 1, 2, 2, 5, 9, 5, 5)],
    ),
    "exchanged and renumbered": (
        TWO,
        {0: run((5, 7), (6, 3)), 1: run((6, 7), (5, 3))},
        [("exchanged", 1, 6, 2, 7, 9, 3, 3)],
    ),
    "exchanged on one frame": (
        TWO,
        {0: run((1, 3), (2, 1), (1, 6)), 1: run((2, 3), (1, 1), (2, 6))},
        [("exchanged", 1, 2, 2, 3, 3, 1, 1)],
    ),
    "exchanged twice": (
        TWO,
        {0: run((1, 3), (2, 1), (1, 4), (2, 2)), 1: run((2, 3), (1, 1), (2, 4), (1, 2))},
        [("exchanged", 1, 2, 2, 3, 3, 1, 1), ("exchanged", 1, 2, 2, 8, 9, 2, 2)],
    ),
    "one gave, and nothing came back": (
        {0: run((1, 10)), 1: run((2, 4), (None, 2), (2, 4))},
        {0: run((1, 4), (2, 2), (1, 4)), 1: run((2, 4), (None, 2), (2, 4))},
        [("exchanged", 1, 2, 2, 4, 5, 2, 0)],
    ),
    "exchanged where one is away for a while": (
        {0: run((1, 10)), 1: run((2, 6), (None, 2), (2, 2))},
        {0: run((1, 5), (2, 5)), 1: run((2, 5), (1, 1), (None, 2), (1, 2))},
        [("exchanged", 1, 2, 2, 5, 9, 5, 3)],
    ),
    "three in turn": (
        {0: run((1, 10)), 1: run((2, 10)), 2: run((3, 10))},
        {
            0: run((1, 4), (2, 3), (3, 3)),
            1: run((2, 4), (3, 3), (1, 3)),
            2: run((3, 4), (1, 3), (2, 3)),
        },
        [
            ("exchanged", 1, 2, 2, 4, 6, 3, 0),
            ("exchanged", 2, 3, 3, 4, 6, 3, 0),
            ("exchanged", 3, 1, 1, 4, 6, 3, 0),
            ("exchanged", 1, 3, 3, 7, 9, 3, 0),
            ("exchanged", 2, 1, 1, 7, 9, 3, 0),
            ("exchanged", 3, 2, 2, 7, 9, 3, 0),
        ],
    ),
    "the pairs with the most boxes, not each the most it can have": (
        {0: run((1, 19)), 1: run((None, 10), (2, 9))},
        {0: run((7, 10), (8, 9)), 1: run((None, 10), (7, 9))},
        [("exchanged", 1, 7, 2, 0, 9, 10, 0)],
    ),
    "two that meet on one frame": (
        {0: run((1, 10))},
        {0: run((None, 9), (2, 1)), 1: run((2, 9))},
        [
            ("went", 1, None, None, 0, 9, 10, None),
            ("came", None, 2, None, 0, 9, 10, None),
            ("exchanged", 1, 2, None, 9, 9, 1, 0),
        ],
    ),
    "cut to a tenth": ({0: run((1, 10))}, {0: run((None, 4), (1, 1))}, []),
    "merged but for one box, which is no track of its own": (
        {0: run((1, 10)), 1: run((None, 10), (2, 10))},
        {0: run((3, 9), (4, 1)), 1: run((None, 10), (3, 10))},
        [
            ("split", 1, 4, None, 9, 9, 1, None),
            ("merged", 1, 3, None, 0, 8, 9, None),
            ("merged", 2, 3, None, 10, 19, 10, None),
        ],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES)
def test_what_became_of_tracks(before: Any, after: Any, expected: list[object]):
    assert told(seen(before), seen(after)) == expected


def test_counts():
    before = seen({**TWO, 2: run((3, 4)), 3: run((4, 10)), 4: run((5, 10))})
    after = seen({0: run((1, 7), (2, 3)), 1: run((2, 7), (1, 3)), 3: run((9, 10)), 4: run((5, 6), (6, 4))})
    assert found(before, after).counts == {
        "before": 5,
        "after": 5,
        "same": 1,
        "went": 1,
        "came": 0,
        "split": 1,
        "merged": 0,
        "exchanged": 1,
        "renamed": 0,
        "renumbered": 1,
    }


class TestCategories:
    def test_most_boxes_of_a_track_are_called_otherwise(self):
        before, after = seen({0: run((1, 10))}), seen({0: run((4, 10))}, {(0, n): 1 for n in range(3, 10)})
        rows = found(before, after).table.select("kind", "first_frame", "boxes", "before_class", "after_class").rows()
        assert rows == [("renamed", 3, 7, 0, 1)]

    def test_few_are_a_matter_of_labels(self):
        assert told(seen({0: run((1, 10))}), seen({0: run((1, 10))}, {(0, 3): 1})) == []

    def test_where_categories_are_numbered_apart_each_has_its_tracks(self):
        both = {0: run((1, 10)), 1: run((1, 10))}
        wheel = {(1, frame): 1 for frame in range(10)}
        rows = found(seen(both, wheel), seen({0: both[0]})).table.select("kind", "before_track", "before_class").rows()
        assert rows == [("went", 1, 1)]


class TestPeople:
    def test_each_has_tracks_where_ids_stand_twice_on_a_frame(self):
        drawn = [box(0, 0, 9, 9, frame=n, track_id=1, assignment_id=who) for who in "ab" for n in range(4)]
        after = [row | {"track_id": 2} if row["assignment_id"] == "b" and row["frame"] > 1 else row for row in drawn]
        rows = found(made(*drawn, people="ab"), made(*after, people="ab")).table
        assert rows.select("kind", "before_track", "after_track", "worker_id").rows() == [
            ("split", 1, 1, "b"),
            ("split", 1, 2, "b"),
        ]

    def test_a_track_that_people_drew_in_turn_is_one_and_nobodys(self):
        drawn = [box(0, 0, 9, 9, frame=n, track_id=1, assignment_id="ab"[n % 2]) for n in range(4)]
        assert found(made(*drawn, people="ab"), made(people="ab")).table.select("kind", "worker_id").rows() == [
            ("went", None)
        ]


class TestWhatIsATrack:
    def test_labels_without_a_track_or_an_area_are_of_none(self):
        points = box(5, 5, 5, 5, track_id=1, shape="points", keypoints=[5.0, 5.0, None])
        assert not has_tracks(made(box(0, 0, 9, 9), points))
        assert has_tracks(made(box(0, 0, 9, 9, track_id=0)))

    def test_what_lost_its_track_went_though_its_boxes_are_there(self):
        before = made(box(0, 0, 9, 9, track_id=1), box(20, 0, 29, 9, track_id=2))
        assert told(before, made(box(0, 0, 9, 9), box(20, 0, 29, 9, track_id=2))) == [
            ("went", 1, None, None, 0, 0, 1, None)
        ]

    def test_boxes_that_moved_are_the_tracks_still(self):
        assert told(made(box(0, 0, 10, 10, track_id=1)), made(box(3, 0, 13, 10, track_id=2))) == []


@st.composite
def frames_of_tracks(draw: st.DrawFn) -> Dataset:
    """Four objects on six frames; no track is on two of them at once."""
    columns = [draw(st.permutations([1, 2, 3, 4, None, None])) for _ in range(6)]
    kept = [columns[max(0, n - draw(st.integers(0, 1)))] for n in range(6)]  # tracks often go on
    return seen({n: [column[n] for column in kept] for n in range(4)})


@settings(max_examples=20)
@given(frames_of_tracks(), frames_of_tracks(), st.permutations([1, 2, 3, 4]))
def test_ids_are_no_matter(before: Dataset, after: Dataset, ids: list[int]):
    def renumbered(dataset: Dataset) -> Dataset:
        rows = dataset.annotations.with_columns(pl.col("track_id").replace_strict([1, 2, 3, 4], ids))
        return dataset.replace(annotations=rows)

    assert found(before, renumbered(before)).table.is_empty()
    numbers = pl.exclude("before_track", "after_track", "other_track")
    one, other = found(before, after), found(renumbered(before), after)
    assert one.table.select(numbers).rows() == other.table.select(numbers).rows()
    assert one.counts | {"renumbered": 0} == other.counts | {"renumbered": 0}


@settings(max_examples=40)
@given(frames_of_tracks(), frames_of_tracks())
def test_the_other_way_round(before: Dataset, after: Dataset):
    one, other = found(before, after).counts, found(after, before).counts
    turned = {"before": "after", "went": "came", "split": "merged"}
    turned |= {there: here for here, there in turned.items()}
    assert {turned.get(name, name): count for name, count in one.items()} == other


@settings(max_examples=20)
@given(frames_of_tracks(), frames_of_tracks())
def test_no_track_whose_boxes_went_apart_is_passed_over(before: Dataset, after: Dataset):
    rows = found(before, after).table
    pairs = difference(before, after).drop_nulls(["before_id", "after_id"])
    for name, side in (("before", before), ("after", after)):
        tracks = side.annotations.select(pl.col("annotation_id").alias(f"{name}_id"), pl.col("track_id").alias(name))
        pairs = pairs.join(tracks, on=f"{name}_id")
    ways = pairs.group_by("before").agg(pl.col("after").n_unique())
    apart = ways.filter(pl.col("after") > 1)["before"].to_list()
    assert set(apart) <= {*rows["before_track"], *rows["other_track"]}
