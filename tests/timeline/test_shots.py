from __future__ import annotations

from collections import Counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.schema import table
from loopviz.timeline.shots import SHOTS, arrange, choose, one_a_person, seats_of, shots_of, stands_of
from loopviz.timeline.spec import Order, Show


def shots(**columns: list[object]) -> pl.DataFrame:
    height = len(next(iter(columns.values())))
    usual: dict[str, list[object]] = {
        "frame": list(range(height)),
        "worker_id": [f"W{i}" for i in range(height)],
        "worked": [worker is not None for worker in columns.get("worker_id", range(height))],
        "labels": [1] * height,
        "stands": [True] * height,
        "status": ["approved"] * height,
        "paid_usd": [0.1] * height,
        "work_seconds": [30.0] * height,
        "submitted_at": [None] * height,
        "of_frame": [False] * height,
    }
    return pl.DataFrame(usual | columns, schema=dict(SHOTS))


def dataset() -> Dataset:
    """Four frames: A's approved work, B's rejected work, two people's, nobody's."""
    assignments = {
        "assignment_id": ["a", "b", "c", "d"],
        "worker_id": ["A", "B", "B", "C"],
        "frame": [0, 1, 2, 2],
        "status": ["approved", "rejected", "approved", "approved"],
        "reward_usd": [0.1, 0.2, 0.3, 0.4],
    }
    annotations = {
        "annotation_id": [0, 1, 2],
        "frame": [0, 1, 2],
        "class_id": [0, 0, 0],
        **dict.fromkeys(("x_min", "y_min"), [0.0] * 3),
        **dict.fromkeys(("x_max", "y_max"), [4.0] * 3),
        "is_crowd": [False] * 3,
        "origin": ["worker"] * 3,
        "assignment_id": ["a", "b", "d"],
    }
    return Dataset(
        frames=table("frames", {"frame": range(4), "width": [8] * 4, "height": [8] * 4}),
        categories=table("categories", {"class_id": [0], "name": ["mouse"]}),
        workers=table("workers", {"worker_id": ["A", "B", "C"]}),
        assignments=table("assignments", assignments),
        annotations=table("annotations", annotations),
    )


def test_labels_that_nobody_drew_make_no_frame_a_labelled_one():
    carried = (
        dataset()
        .annotations.tail(1)
        .with_columns(
            annotation_id=pl.lit(9, pl.Int64),
            frame=pl.lit(3, pl.Int64),
            assignment_id=pl.lit(None, pl.String),
            origin=pl.lit("interpolated").cast(dataset().annotations.schema["origin"]),
        )
    )
    found = shots_of(dataset().replace(annotations=pl.concat([dataset().annotations, carried])))
    assert found.equals(shots_of(dataset()))


def test_a_shot_of_every_frame():
    found = shots_of(dataset())
    assert found.select("frame", "worker_id", "labels", "stands", "paid_usd").rows() == [
        (0, "A", 1, True, 0.1),
        (1, "B", 1, False, 0.0),  # rejected: paid nothing
        (2, "B", 1, True, 0.3),  # the caption speaks of the first
        (3, None, 0, False, None),
    ]


@pytest.mark.parametrize(
    ("show", "frames"),
    [
        (Show(), [0, 1, 2, 3, 4, 5]),
        (Show("labelled"), [0, 1, 2, 4]),  # work without a label is work: silence is shown
        (Show("accepted"), [0, 4]),
        (Show("every", 2), [0, 2]),
        (Show("ranges", ranges=("2:5",)), [2, 3, 4]),
        (Show("people"), [0, 2, 4]),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_what_is_shown(show: Show, frames: list[int]):
    clip = shots(
        worker_id=["A", "A", "B", None, "C", None],
        labels=[2, 0, 0, 0, 1, 0],
        stands=[True, False, False, False, True, False],
    )
    assert choose(clip, show, 1, [range(2, 5)])["frame"].to_list() == frames


@pytest.mark.parametrize("show", [Show("labelled"), Show("accepted"), Show("people"), Show("people", 3)], ids=str)
def test_where_nothing_is_left_it_is_said(show: Show):
    with pytest.raises(ConfigError):
        choose(shots(worker_id=[None, None], labels=[0, 0], stands=[False, False]), show, 1)


def test_more_people_than_there_are():
    with pytest.raises(ConfigError, match="at most 2"):
        one_a_person(shots(worker_id=["A", "B", "A"]), 3, 1)


def test_people_are_chosen_fairly_and_by_the_seed():
    """Of 100 people 60 were rejected throughout, half of the others paid a lot: ten people have the same shares."""
    paid = [0.0] * 60 + [0.1] * 20 + [0.9] * 20
    clip = shots(paid_usd=list(paid), status=["rejected"] * 60 + ["approved"] * 40)
    first, again, other = (one_a_person(clip, 10, seed)["worker_id"].to_list() for seed in (1, 1, 2))
    assert first == again != other
    chosen = clip.filter(pl.col("worker_id").is_in(first))
    assert Counter(chosen["status"]) == {"rejected": 6, "approved": 4}
    assert sum(chosen["paid_usd"] == 0.9) == 2
    assert chosen["frame"].is_sorted()


def test_a_person_is_shown_with_a_label_where_there_is_one():
    clip = shots(worker_id=["A"] * 5 + ["B"], labels=[0, 0, 3, 0, 0, 0])
    for seed in range(5):
        assert one_a_person(clip, None, seed)["frame"].to_list() == [2, 5]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=9), st.data())
def test_seats(sizes: list[int], data: st.DataObject):
    number = data.draw(st.integers(1, sum(sizes)))
    seats = seats_of(sizes, number)
    assert sum(seats) == number
    assert all(abs(seat - size * number / sum(sizes)) < 1 for seat, size in zip(seats, sizes, strict=True))
    assert all(seat <= size for seat, size in zip(seats, sizes, strict=True))


@pytest.mark.parametrize(
    ("order", "frames"), [("source", [0, 1, 2, 3]), ("worker", [0, 2, 1, 3]), ("pay", [1, 3, 0, 2])]
)
def test_orders(order: Order, frames: list[int]):
    clip = shots(worker_id=["Z", "A", "Z", "B"], paid_usd=[0.3, 0.1, 0.4, 0.2])
    assert arrange(clip, order, 1)["frame"].to_list() == frames


def test_a_random_order_follows_the_seed():
    clip = shots(labels=[1] * 20)
    one, same, other = (arrange(clip, "random", seed)["frame"].to_list() for seed in (1, 1, 2))
    assert one == same != other
    assert sorted(one) == sorted(other) == list(range(20))


def test_an_order_that_some_lack_is_refused():
    with pytest.raises(ConfigError, match="1 of 3"):
        arrange(shots(paid_usd=[0.1, None, 0.2]), "pay", 1)


def test_stands():
    assert stands_of(shots(worker_id=["A", "A", "B", None, None, "B", "A"])).tolist() == [0, 0, 1, 2, 3, 4, 5]
