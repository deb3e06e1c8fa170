from __future__ import annotations

import itertools
from fractions import Fraction
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.errors import InputError
from loopviz.timeline import Shown, Timeline
from loopviz.timeline.table import SCHEMA, rows

ROWS = {"pts": [0, 2, 3], "source_frame": [4, 4, 5], "label_frame": [4, 4, 5]}


def timeline(start: int = 0, end: int = 9, **columns: list[Any]) -> Timeline:
    return Timeline(rows(ROWS | columns), Fraction(1, 24), Fraction(24), end, start)


def test_the_columns_are_the_time_and_what_is_shown():
    assert tuple(SCHEMA) == ("pts", *Shown._fields)


def test_a_film():
    film = timeline(start=7)
    assert (len(film), film.numbers, film.pts.tolist()) == (3, range(7, 10), [0, 2, 3])
    assert film.duration_seconds == pytest.approx(9 / 24)
    assert list(film.runs()) == [(Shown(4, 4), [0, 2]), (Shown(5, 5), [3])]


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        pytest.param({"pts": [0, 2, 2]}, r"times do not ascend \(found \[2, 2\]", id="two at once"),
        pytest.param({"pts": [0, 2, 1]}, "times do not ascend", id="back in time"),
        pytest.param({"end": 3}, "times do not ascend", id="the last one lasts no time"),
        pytest.param({"source_frame": [4, None, 5]}, "lacks a value", id="no picture"),
        pytest.param({"source_frame": [4, -1, 5]}, "negative", id="a frame before the first"),
        pytest.param({"label_frame": [-2, 4, 5]}, "negative", id="labels before the first"),
        pytest.param({"mix_frame": [4, None, -5]}, "negative", id="a second picture before the first"),
        pytest.param({"card": [None, None, -1]}, "negative", id="a card before the first"),
        pytest.param({"caption_opacity": [0.0, 1.0, 1.5]}, r"not from 0 to 1 \(found 1.5", id="more than opaque"),
        pytest.param({"drawn": [-0.5, 1.0, 1.0]}, r"not from 0 to 1 \(found -0.5", id="less than nothing drawn"),
        pytest.param({"start": -1}, "negative", id="a number before the first"),
    ],
)
def test_what_is_no_timeline_is_refused(columns: dict[str, Any], problem: str):
    with pytest.raises(InputError, match=problem):
        timeline(**columns)


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param(pl.DataFrame(schema=dict(SCHEMA)), id="no frame"),
        pytest.param(rows(ROWS).drop("label_frame"), id="no labels"),
        pytest.param(rows(ROWS).with_columns(pl.col("pts").cast(pl.Float64)), id="times that are not exact"),
        pytest.param(rows(ROWS | {"mood": [0, 1, 2]}), id="a column that nobody knows"),
    ],
)
def test_other_columns_are_refused(frames: pl.DataFrame):
    with pytest.raises(InputError, match="not those of a timeline"):
        Timeline(frames, Fraction(1, 24), Fraction(24), 9)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30))
def test_runs_are_all_rows_in_order_and_neighbours_differ(shown: list[tuple[int, int]]):
    columns = {"source_frame": [row[0] for row in shown], "label_frame": [row[1] for row in shown]}
    film = Timeline(rows({"pts": range(len(shown)), **columns}), Fraction(1, 24), Fraction(24), len(shown))
    runs = list(film.runs())
    wanted = list(enumerate(itertools.starmap(Shown, shown)))
    assert [(pts, row) for row, stamps in runs for pts in stamps] == wanted
    assert all(one != other for (one, _), (other, _) in pairwise(runs))
