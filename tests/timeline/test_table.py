from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.errors import InputError
from loopviz.timeline import Shown, Timeline
from loopviz.timeline.table import SCHEMA

ROWS = {"pts": [0, 2, 3], "source_frame": [4, 4, 5], "label_frame": [4, 4, 5]}


def timeline(start: int = 0, end: int = 9, **columns: list[int | None]) -> Timeline:
    frames = pl.DataFrame(ROWS | columns, schema=dict(SCHEMA))
    return Timeline(frames, Fraction(1, 24), Fraction(24), end, start)


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
        pytest.param({"start": -1}, "negative", id="a number before the first"),
    ],
)
def test_what_is_no_timeline_is_refused(columns: dict[str, list[int | None]], problem: str):
    with pytest.raises(InputError, match=problem):
        timeline(**columns)


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param(pl.DataFrame(schema=dict(SCHEMA)), id="no frame"),
        pytest.param(pl.DataFrame(ROWS).drop("label_frame"), id="no labels"),
        pytest.param(pl.DataFrame(ROWS | {"pts": [0.0, 1.0, 2.0]}), id="times that are not exact"),
        pytest.param(pl.DataFrame(ROWS | {"mood": [0, 1, 2]}), id="a column that nobody knows"),
    ],
)
def test_other_columns_are_refused(frames: pl.DataFrame):
    with pytest.raises(InputError, match="not those of a timeline"):
        Timeline(frames, Fraction(1, 24), Fraction(24), 9)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30))
def test_runs_are_all_rows_in_order_and_neighbours_differ(rows: list[tuple[int, int]]):
    columns = {"pts": range(len(rows)), "source_frame": [r[0] for r in rows], "label_frame": [r[1] for r in rows]}
    film = Timeline(pl.DataFrame(columns, schema=dict(SCHEMA)), Fraction(1, 24), Fraction(24), len(rows))
    runs = list(film.runs())
    assert [(pts, shown) for shown, stamps in runs for pts in stamps] == list(enumerate(map(Shown._make, rows)))
    assert all(one != other for (one, _), (other, _) in pairwise(runs))
