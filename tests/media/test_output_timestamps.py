from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.errors import OutputError
from loopviz.media.output_timestamps import frame_clock

TIME_BASES = st.builds(Fraction, st.integers(1, 2000), st.integers(1, 2**31 - 1))


@st.composite
def reordered_videos(draw):
    """Return (pts, end, time base, order of decoding, delay): groups of frames, each decoded in an order of its own."""
    gaps = draw(st.lists(st.integers(1, 5000), min_size=1, max_size=40))
    edges = np.cumsum([draw(st.integers(-(10**9), 10**9)), *gaps])
    length = draw(st.integers(1, 5))
    order = [
        place
        for first in range(0, len(gaps), length)
        for place in draw(st.permutations(range(first, min(first + length, len(gaps)))))
    ]
    delay = max(index - place for index, place in enumerate(order))
    return edges[:-1], int(edges[-1]), draw(TIME_BASES), np.array(order), delay


@given(reordered_videos())
def test_decoding_is_in_order_and_never_late(video):
    pts, end, time_base, order, delay = video
    try:
        clock = frame_clock(pts, end, time_base, delay)
    except OutputError:
        return  # closer than the coarse clock can tell: refused, see below
    ((shown, decoded, durations),) = clock.packets(order, delay)
    assert np.all(np.diff(decoded) > 0)
    assert np.all(decoded <= shown)
    assert np.all(durations > 0)
    # What an MP4 adds up for the whole track, and where its last frame ends, are both the planned duration.
    assert decoded[-1] + durations[-1] - decoded[0] == clock.end
    assert np.max(shown + durations) == clock.end


@given(reordered_videos())
def test_stamps_stay_exact_or_are_said_to_be_rounded(video):
    pts, end, time_base, _, delay = video
    try:
        clock = frame_clock(pts, end, time_base, delay)
    except OutputError:
        return
    wanted = [int(p - pts[0]) * time_base for p in pts] + [int(end - pts[0]) * time_base]
    found = [Fraction(int(t), clock.scale) for t in [*clock.shown, clock.end]]
    error = max(abs(a - b) for a, b in zip(wanted, found, strict=True))
    assert error == 0 if clock.exact else error <= Fraction(1, 2 * 90_000)


@pytest.mark.parametrize(
    ("pts", "end", "time_base", "delay", "scale"),
    [
        pytest.param([0, 512, 1024], 1536, Fraction(1, 12288), 2, 12288, id="as-ffmpeg-does"),
        pytest.param([0, 1001, 2002], 3003, Fraction(1, 30000), 2, 30000, id="ntsc"),
        pytest.param([7, 8, 9], 10, Fraction(1, 25), 2, 12800, id="coarse-base-is-refined"),
        pytest.param([0, 40_000_000], 80_000_000, Fraction(1, 10**9), 2, 12800, id="nanoseconds-of-25-fps"),
        pytest.param([0, 1], 3, Fraction(1, 2**31 - 1), 0, 2**31 - 1, id="largest"),
        pytest.param([0, 2**31], 2**32 + 1, Fraction(1, 2**31 - 1), 0, 90_000, id="gap-over-32-bit"),
        pytest.param([0, 10**9], 2 * 10**9 + 1, Fraction(1, 2**31 - 1), 0, 2**31 - 1, id="long-but-fits"),
        pytest.param([0, 10**9], 2 * 10**9 + 1, Fraction(1, 2**31 - 1), 2, 90_000, id="reordered-over-32-bit"),
        pytest.param([0, 1], 2, Fraction(2, 1), 2, 16384, id="two-seconds-a-frame"),
    ],
)
def test_scale(pts, end, time_base, delay, scale):
    assert frame_clock(np.array(pts), end, time_base, delay).scale == scale


@pytest.mark.parametrize(
    ("pts", "end", "time_base"),
    [
        pytest.param([], 1, Fraction(1, 24), id="no-frames"),
        pytest.param([0, 0], 1, Fraction(1, 24), id="standing-still"),
        pytest.param([1, 0], 2, Fraction(1, 24), id="backwards"),
        pytest.param([0, 1], 1, Fraction(1, 24), id="last-frame-without-duration"),
        pytest.param([0, 1], 2**33, Fraction(1, 2**31 - 1), id="too-close-for-the-coarse-clock"),
    ],
)
def test_impossible_times(pts, end, time_base):
    with pytest.raises(OutputError):
        frame_clock(np.array(pts, dtype=np.int64), end, time_base, 0)


def test_constant_rate_is_what_every_muxer_writes():
    order = np.array([0, 3, 2, 1, 6, 5, 4])
    clock = frame_clock(np.arange(7) * 512, 7 * 512, Fraction(1, 12288), 2)
    ((shown, decoded, durations),) = clock.packets(order, 2)
    assert decoded.tolist() == [512 * step for step in range(-2, 5)]
    assert shown.tolist() == [512 * place for place in order]
    assert set(durations) == {512}
    assert all(later - earlier == 512 for earlier, later in itertools.pairwise(decoded))
