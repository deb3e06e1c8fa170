from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.scene.tracks import Lengths, Track, TrackText, parse_track, resolve

LENGTHS = Lengths(unit=100, side=1000, picture=640)


@pytest.mark.parametrize(
    ("text", "pixels"),
    [
        pytest.param(0.5, 50, id="units"),
        pytest.param("0.5", 50, id="units in quotes"),
        pytest.param(2, 200, id="whole units"),
        pytest.param("30%", 300, id="a share of the side"),
        pytest.param("1fr", 1000, id="what is left"),
        pytest.param("picture", 640, id="the picture"),
        pytest.param("auto", 70, id="what stands in it"),
        pytest.param("min(4, 32%)", 320, id="the shorter of two"),
        pytest.param("max(4, 32%)", 400, id="the longer of two"),
        pytest.param(" min( .5 , auto ) ", 50, id="blanks"),
    ],
)
def test_lengths(text: TrackText, pixels: float):
    expected = pytest.approx(pixels)
    assert resolve([parse_track(text)], LENGTHS, [0.7]) == [expected]


@pytest.mark.parametrize(
    "text", ["", "fr", "-1", "1em", "1 fr 2", "min(1)", "min(1, 1fr)", "max(picture, 1)", "5", "1e9", "calc(1)", True]
)
def test_what_is_no_track_is_refused(text: TrackText):
    with pytest.raises(ValueError, match="a number of units, '30%'"):
        parse_track(text)


@pytest.mark.parametrize(
    ("side", "picture", "lengths"),
    [(None, 640, [640, 50]), (1000, 640, [640, 50]), (1000, None, [950, 50])],
    ids=["around it", "on a canvas of a size", "before that is known"],
)
def test_the_picture_is_as_long_as_it_is_or_takes_what_is_left(
    side: float | None, picture: float | None, lengths: list[float]
):
    assert resolve([parse_track("picture"), parse_track(0.5)], Lengths(100, side, picture), [0, 0]) == lengths


@given(
    fixed=st.lists(st.floats(0, 2), max_size=4),
    parts=st.lists(st.floats(0.1, 9), min_size=1, max_size=4),
    taken=st.floats(0, 100),
)
def test_parts_share_what_is_left_and_nothing_is_lost(fixed: list[float], parts: list[float], taken: float):
    tracks = [*(Track("units", value) for value in fixed), *(Track("part", value) for value in parts)]
    lengths = resolve(tracks, LENGTHS, [0.0] * len(tracks), taken)
    assert sum(lengths) + taken == pytest.approx(max(1000, sum(fixed) * 100 + taken))
    shares = [length / part for length, part in zip(lengths[len(fixed) :], parts, strict=True)]
    assert max(shares) == pytest.approx(min(shares))
