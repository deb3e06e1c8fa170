from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from timeline.test_shots import shots

from loopviz.errors import ConfigError
from loopviz.timeline.pace import Paced, frames_of_shots, portraits_of, words_of
from loopviz.timeline.spec import Pace, Rhythm

RATE = Fraction(24)


def paced(
    workers: Sequence[str | None], texts: Sequence[str] | None = None, portraits: Sequence[bool] | None = None
) -> Paced:
    count = len(workers)
    natural = [1 / RATE] * count
    return Paced(shots(worker_id=list(workers)), texts or [""] * count, portraits or [False] * count, natural, RATE)


@pytest.mark.parametrize(
    ("pace", "frames"),
    [
        pytest.param(Pace(), [1, 1, 1, 1], id="as in the source"),
        pytest.param(Pace("fixed", Fraction(1)), [24, 24, 24, 24], id="a second a frame"),
        pytest.param(Pace("person", Fraction(1)), [12, 12, 24, 1], id="a second a person; nobody as in the source"),
        pytest.param(Pace("length", Fraction(3)), [12, 12, 24, 24], id="three seconds in all"),
    ],
)
def test_paces(pace: Pace, frames: list[int]):
    assert frames_of_shots(paced(["A", "A", "B", None]), pace).tolist() == frames


def test_reading_time():
    texts = ["x" * 34, "x" * 17, "x" * 17, "x" * 170, "x" * 170, ""]
    film = paced(["A", "A", "B", "C", "D", None], texts, [False, False, False, False, True, False])
    # The longest text of a person; at most 7 s, a portrait as long as it needs; who is nobody passes.
    assert frames_of_shots(film, Pace("reading")).tolist() == [24, 24, 24, 7 * 24, 10 * 24, 1]


def test_a_frame_of_which_something_is_said_stands_until_that_is_read():
    film = paced(["A", "A", "B"], ["x" * 34, "x" * 51, "x" * 17])
    own = replace(film, shots=film.shots.with_columns(of_frame=pl.lit(value=True)))
    assert frames_of_shots(own, Pace("reading")).tolist() == [48, 72, 24]


def test_film_time_is_work_time():
    texts = ["", "x" * 34, "", "x" * 34]
    film = paced(["A", "A", "B", None], texts)
    times = [60.0, None, 0.1, None]  # not known: as long as the words need; nobody's passes
    timed = replace(film, shots=film.shots.with_columns(work_seconds=pl.Series(times, dtype=pl.Float64)))
    assert frames_of_shots(timed, Pace("work", faster=Fraction(30))).tolist() == [48, 48, 1, 1]
    nothing = replace(film, shots=film.shots.with_columns(work_seconds=pl.lit(None, dtype=pl.Float64)))
    with pytest.raises(ConfigError, match="how long the work took"):
        frames_of_shots(nothing, Pace("work"))


def test_a_film_too_short_for_what_it_shows():
    with pytest.raises(ConfigError, match=r"at least 0\.2 s"):
        frames_of_shots(paced(["A", "A", "B"]), Pace("length", Fraction(1, 12)))


@given(st.integers(1, 300), st.fractions(Fraction(1, 10), 9))
def test_times_are_rounded_where_they_add_up(count: int, seconds: Fraction):
    frames = frames_of_shots(paced([f"W{i}" for i in range(count)]), Pace("person", seconds))
    assert abs(int(frames.sum()) - count * seconds * RATE) <= 1
    assert np.ptp(frames) <= 1


def test_rhythm():
    clip = shots(worker_id=["A", "A", "B", "C", "D"])
    rhythm = Rhythm("sentence", "full", 2)
    assert words_of(clip, rhythm) == ["sentence", "sentence", "full", "sentence", "full"]
    assert portraits_of(clip, rhythm) == [False, False, True, False, True]
    assert words_of(clip, Rhythm()) == ["full"] * 5
    assert portraits_of(clip, Rhythm()) == [False] * 5


def test_who_must_not_be_named_has_time_to_be_read_too():
    texts = ["x" * 34] * 3
    film = Paced(
        shots(worker_id=[None, None, "A"], worked=[True, False, True]), texts, [False] * 3, [1 / RATE] * 3, RATE
    )
    assert frames_of_shots(film, Pace("reading")).tolist() == [48, 1, 48]


@pytest.mark.parametrize("kind", ["reading", "person"])
def test_a_pace_of_people_where_nobody_worked(kind: str):
    with pytest.raises(ConfigError, match="nobody is known"):
        frames_of_shots(paced([None, None]), Pace(kind, Fraction(1)))  # type: ignore[arg-type]
