from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.media.frame_rate import BROADCAST, measure_rate

NTSC = Fraction(30000, 1001)
RATES = [*BROADCAST, *(Fraction(n) for n in (5, 10, 12, 15, 24, 25, 30, 48, 50, 60, 100, 120))]


def rounded(count: int, rate: Fraction, time_base: Fraction) -> np.ndarray:
    return np.array([round(index / rate / time_base) for index in range(count)], np.int64)


@given(
    rate=st.sampled_from(RATES),
    grain=st.sampled_from([1, 600, 1000, 12800, 15360, 30000, 90000, 1_000_000]),
    count=st.integers(40, 400),
    start=st.integers(-1000, 10**9),
)
def test_constant_rates_come_back_exactly(rate: Fraction, grain: int, count: int, start: int) -> None:
    time_base = Fraction(1, grain) if grain > 1 else 1 / rate
    pts = rounded(count, rate, time_base)
    end = int(pts[-1] + pts[1] - pts[0])
    assert measure_rate(pts + start, end + start, time_base, (rate,)) == (rate, False)
    if rate.denominator == 1 or count > 60:
        found, varies = measure_rate(pts, end, time_base, ())
        assert not varies
        assert found == pytest.approx(rate, rel=2e-3)


@pytest.mark.parametrize(
    ("pts", "end", "grain", "stated", "expected"),
    [
        pytest.param([0, 33, 67, 100, 133, 167], 200, 1000, [], (Fraction(30), False), id="milliseconds-are-not-vfr"),
        pytest.param([0, 20, 40, 60, 81], 101, 600, [NTSC], (NTSC, False), id="ntsc-in-600ths"),
        pytest.param([0, 20, 40, 60, 80], 100, 600, [NTSC], (NTSC, False), id="too-short-to-deny-the-claim"),
        pytest.param([0, 528, 1072, 1600, 2128], 2672, 16000, [], (Fraction(30), False), id="milliseconds-converted"),
        pytest.param([0, 2, 5, 7, 10], 12, 60, [], (Fraction(24), False), id="24-in-60ths"),
        pytest.param([0, 1001, 2002, 3003], 4004, 30000, [], (NTSC, False), id="ntsc-unsaid"),
        pytest.param([0, 1, 2, 4, 5], 6, 30, [Fraction(30)], (Fraction(25), True), id="a-dropped-frame"),
        pytest.param([0, 40, 140, 180], 200, 1000, [Fraction(25)], (Fraction(20), True), id="phone"),
        pytest.param([0, 10, 70, 80], 90, 100, [Fraction(10)], (Fraction(400, 90), True), id="gif-with-holds"),
        pytest.param([7], 17, 100, [Fraction(100)], (Fraction(10), False), id="one-frame"),
        pytest.param([0, 3000, 6000], 9000, 90000, [Fraction(60)], (Fraction(30), False), id="claim-twice-the-truth"),
    ],
)
def test_measured(
    pts: list[int], end: int, grain: int, stated: list[Fraction], expected: tuple[Fraction, bool]
) -> None:
    assert measure_rate(np.array(pts), end, Fraction(1, grain), stated) == expected
