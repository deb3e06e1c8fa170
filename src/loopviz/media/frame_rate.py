"""Frame rates: recovered as exact fractions from time stamps that a container has rounded."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from loopviz.media.types import Pts

# What cameras and editors use (SMPTE ST 12, ITU-R BT.2020), besides whole numbers.
BROADCAST = tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120))
MILLISECOND = Fraction(1, 1000)  # Matroska's and many recorders' grain, which stays when a file is converted
DEFAULT_RATE = Fraction(24)
MOST_DIGITS = 100_000


def is_constant(pts: Pts, time_base: Fraction, rate: Fraction, grain: Fraction) -> bool:
    """Say whether every time stamp is where a constant rate puts it, but for rounding to a grain in seconds."""
    period = float(1 / (rate * time_base))
    drift = (pts - pts[0]).astype(np.float64) - np.arange(len(pts)) * period
    # Rounded twice, stamps spread over up to one and a half grains. Half a frame is no rounding, however coarse.
    return bool(np.ptp(drift) <= min(1.5 * float(grain / time_base), 0.45 * period))


def measure_rate(
    pts: Pts, end_pts: int, time_base: Fraction, stated: Iterable[Fraction | None]
) -> tuple[Fraction, bool]:
    """Return the frame rate and whether it varies.

    Args:
        pts: Strictly ascending.
        end_pts: The end of the last frame.
        time_base: Seconds a unit of pts.
        stated: Rates that the file states; the first that fits the time stamps is taken.

    Returns:
        A rate that explains every time stamp: a stated one, a usual one or the measured one. Where none does, the
        average and True.
    """
    average = (len(pts) / ((end_pts - int(pts[0])) * time_base)).limit_denominator(MOST_DIGITS)
    if len(pts) == 1:
        return average, False
    measured = (len(pts) - 1) / ((int(pts[-1]) - int(pts[0])) * time_base)
    usual = min(BROADCAST, key=lambda rate: abs(rate - measured))
    candidates = (*stated, Fraction(max(1, round(measured))), usual, measured.limit_denominator(MOST_DIGITS))
    for grain in (time_base, MILLISECOND):
        for rate in candidates:
            if rate and is_constant(pts, time_base, rate, grain):
                return rate, False
    return average, True
