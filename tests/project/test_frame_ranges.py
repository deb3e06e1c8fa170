from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.errors import ConfigError
from loopviz.project.frame_ranges import parse_moment, parse_range

STEADY = np.arange(48) / 24  # two seconds
UNEVEN = np.array([0.0, 0.1, 0.5, 0.6])


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        pytest.param("10:20", range(10, 20), id="numbers"),
        pytest.param(":5", range(5), id="from-the-start"),
        pytest.param("40:", range(40, 48), id="to-the-end"),
        pytest.param(":", range(48), id="all"),
        pytest.param("0s:1s", range(24), id="seconds"),
        pytest.param("0.5s:20", range(12, 20), id="mixed"),
        pytest.param("1.9s:100s", range(46, 48), id="seconds-beyond-the-end"),
        pytest.param(" 1 : 2 ", range(1, 2), id="spaces"),
        pytest.param("10-20", range(10, 20), id="a hyphen"),
        pytest.param("0:01-0:02", range(24, 48), id="clock times"),
        pytest.param("0:00:0:01", range(24), id="clock times and a colon"),
        pytest.param("00:00:00.5:00:00:01.5", range(12, 36), id="hours"),
        pytest.param("0:01:", range(24, 48), id="from a clock time"),
        pytest.param(":0:01", range(24), id="to a clock time"),
        pytest.param("0.5s:0:01", range(12, 24), id="seconds and a clock time"),
    ],
)
def test_ranges(text: str, frames: range):
    assert parse_range(text, STEADY) == frames


def test_a_range_in_seconds_goes_by_the_clock_not_by_a_rate():
    assert parse_range("0.1s:0.6s", UNEVEN) == range(1, 3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "20:10",
        "5:5",
        "0:49",
        "a:b",
        "-1:5",
        "1:2:3",
        "1.5:3",
        "5s:2s",
        "1.99s:9s",
        "2e0s:3s",
        "٣:٥",
        "9" * 5000 + ":",
        "infs:",
        "-5",
        "5-",
        "0:61-0:62",
        "0:01:20",
        "1:00:00",
    ],
)
def test_no_range(text: str):
    with pytest.raises(ConfigError, match=r"range: not a range.*expected START:STOP with 0 <= START < STOP <= 48"):
        parse_range(text, STEADY)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        pytest.param("0", 0, id="first"),
        pytest.param("3", 3, id="last"),
        pytest.param("0s", 0, id="at-zero"),
        pytest.param("0.49s", 1, id="what-is-on-screen"),
        pytest.param("0.5s", 2, id="on-the-stroke"),
        pytest.param("0.69s", 3, id="while-the-last-frame-lasts"),
    ],
)
def test_moments(text: str, frame: int):
    assert parse_moment(text, UNEVEN, 0.7) == frame


@pytest.mark.parametrize("text", ["4", "-1", "0.7s", "x", "", "1.0", "1:2"])
def test_no_moment(text: str):
    with pytest.raises(
        ConfigError, match=r"preview: the source has no such frame \(found .*; expected 0 to 3, or a time"
    ):
        parse_moment(text, UNEVEN, 0.7)


@given(st.integers(0, 47), st.integers(1, 48), st.sampled_from([24, 25, 30000 / 1001, 1000]))
def test_frames_and_their_own_times_mean_the_same(start: int, length: int, rate: float):
    starts = np.arange(48) / rate
    stop = min(48, start + length)
    end = f"{starts[stop]:.9f}s" if stop < 48 else ""
    assert (
        parse_range(f"{starts[start]:.9f}s:{end}", starts)
        == parse_range(f"{start}:{stop}", starts)
        == range(start, stop)
    )
    assert parse_moment(f"{starts[start]:.9f}s", starts, 48 / rate) == start


@pytest.mark.parametrize(
    ("text", "frames", "times"),
    [("0:01", "0:1", "0:00-0:01"), ("00:10", "0:10", "0:00-00:10"), ("1:05", "1:5", "0:00-1:05")],
)
def test_what_could_be_frames_or_a_time_is_asked_back(text: str, frames: str, times: str):
    with pytest.raises(ConfigError, match=f"could be frames or a time.*{frames} for frames.*as {times}"):
        parse_range(text, STEADY)


@pytest.mark.parametrize(("text", "frame"), [("0:01", 24), ("00:00:01.5", 36), ("0:00.5", 12), ("0:00", 0)])
def test_a_moment_by_the_clock(text: str, frame: int):
    assert parse_moment(text, STEADY, 2.0) == frame


@pytest.mark.parametrize("text", ["0:02", "1:00:00", "0:1", "0:60", "1:2:3:4", "-0:01", "0:01s"])
def test_no_moment_by_the_clock(text: str):
    with pytest.raises(ConfigError, match="the source has no such frame"):
        parse_moment(text, STEADY, 2.0)
