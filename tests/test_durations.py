from __future__ import annotations

from fractions import Fraction

import pytest

from loopviz.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2s", 2),
        ("1.5s", Fraction(3, 2)),
        ("0.1s", Fraction(1, 10)),
        ("3m", 180),
        ("3 min", 180),
        ("12h", 43200),
        ("1:30", 90),
        ("0:02.5", Fraction(5, 2)),
        ("1:00:00", 3600),
        (" 2s ", 2),
    ],
)
def test_what_people_write(text: str, seconds: Fraction):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "2", "s", "-2s", "0s", "0:00", "8d", "1e3s", "2 fortnights", "169h", "1:75", "²s"]
)
def test_what_is_no_time(text: str):
    with pytest.raises(ValueError, match="a time such as"):
        parse_duration(text)
