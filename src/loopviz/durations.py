"""Lengths of time as people write them: ``1.5s``, ``3m``, ``12h``, ``1:30``, ``0:00:30``."""

from __future__ import annotations

import re
from fractions import Fraction

LONGEST = 7 * 24 * 3600  # seconds: nobody renders a longer film
UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600}
EXPECTED = "a time such as 1.5s, 90s, 3m, 12h or 1:30"
_UNIT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(s|m|min|h)")
CLOCK = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,2}):([0-5][0-9](?:\.[0-9]{1,9})?)")


def parse_duration(text: str) -> Fraction:
    """Return the exact seconds of a length of time.

    Raises:
        ValueError: If it is none, nothing, or longer than a week; its text says what is expected.
    """
    if match := _UNIT.fullmatch(text.strip()):
        seconds = Fraction(match[1]) * UNITS[match[2]]
    else:
        clock = clock_seconds(text.strip())
        if clock is None:
            raise ValueError(EXPECTED)
        seconds = clock
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"{EXPECTED}, above nothing and at most a week")
    return seconds


def clock_seconds(text: str) -> Fraction | None:
    """Return the exact seconds of ``0:02.5`` or ``00:00:02.5``; None if it is no clock's time."""
    match = CLOCK.fullmatch(text)
    return match and Fraction(int(match[1] or 0) * 3600 + int(match[2]) * 60) + Fraction(match[3])
