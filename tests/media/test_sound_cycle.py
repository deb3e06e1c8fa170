from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.media.sound_cycle import cycle_length


@pytest.mark.parametrize(
    ("seconds", "rate", "repetitions"),
    [
        pytest.param(Fraction(120), 48_000, 1, id="two minutes are 5625 packets"),
        pytest.param(Fraction(37, 3), 48_000, 8, id="296 frames, 24 a second"),
        pytest.param(Fraction(50, 25), 48_000, 4, id="50 frames, 25 a second"),
        pytest.param(Fraction(50, 25), 44_100, 128, id="44100 fits worse"),
    ],
)
def test_a_cycle_is_whole_packets_after_a_few_repetitions(seconds, rate, repetitions):
    found = cycle_length(seconds * rate, 1024, 10_000, rate)
    assert found.repetitions == repetitions and not found.samples % 1024


@given(
    st.fractions(Fraction(1, 50), 200, max_denominator=2000),
    st.sampled_from([1, 960, 1024]),
    st.integers(1, 400),
    st.sampled_from([44_100, 48_000]),
)
def test_sound_stays_beside_its_pictures(seconds, packet, times, rate):
    once = seconds * rate
    found = cycle_length(once, packet, times, rate)
    assert not found.samples % packet and 1 <= found.repetitions <= times
    drift = Fraction(times, found.repetitions) * found.samples - times * once
    # Played to the end, the sound is at most a hundredth of a second early; or it is one cycle, and covers all.
    assert -Fraction(rate, 100) <= drift <= 0 or found.repetitions == times
    assert found.repetitions < times or found.samples >= math.floor(times * once) - rate / 100
