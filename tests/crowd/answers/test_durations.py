from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.crowd.answers.durations import LONGEST, parse_duration


@pytest.mark.parametrize(
    ("answer", "minutes", "at_least"),
    [
        pytest.param("10 - 20 minutes", 15, False, id="a range is its middle"),
        pytest.param("15 – 30 minutes", Fraction(45, 2), False, id="with a dash of its own"),
        pytest.param("1-2 hours", 90, False, id="one unit for both ends"),
        pytest.param("30 minutes – 2 hours", 75, False, id="two units"),
        pytest.param("between 10 and 20 minutes", 15, False, id="between"),
        pytest.param("5 to 10 mins.", Fraction(15, 2), False, id="to"),
        pytest.param("Less than 5 minutes", Fraction(5, 2), False, id="from nothing"),
        pytest.param("More tha 30 minutes", 30, True, id="no end, as somebody wrote it"),
        pytest.param("More than 8 hours", 480, True, id="no end"),
        pytest.param("30+ minutes", 30, True, id="plus"),
        pytest.param("1 hour or more", 60, True, id="or more"),
        pytest.param("1 hour and 30 minutes", 90, False, id="two numbers"),
        pytest.param("1.5 hrs", 90, False, id="a decimal point"),
        pytest.param("1,5 hours", 90, False, id="a decimal comma"),
        pytest.param("1,200 minutes", 1200, False, id="a comma between thousands"),
        pytest.param("About half an hour", 30, False, id="in words"),
        pytest.param("90 seconds", Fraction(3, 2), False, id="seconds"),
        pytest.param("none", 0, False, id="none"),
        pytest.param("0", 0, False, id="zero needs no unit"),
    ],
)
def test_what_people_say(answer: str, minutes: Fraction | int, at_least: bool):
    span = parse_duration(answer)
    assert span is not None
    assert (span.minutes, span.at_least) == (minutes, at_least)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(None, id="nothing"),
        pytest.param("", id="empty"),
        pytest.param("NON", id="no word"),
        pytest.param("no", id="an answer to another question"),
        pytest.param("10 - 20", id="no unit"),
        pytest.param("1:30", id="of the day or a duration"),
        pytest.param("1h30", id="a number without its unit"),
        pytest.param("30 - 2 hours", id="the first end after the last"),
        pytest.param("30 minutes a week", id="another period"),
        pytest.param("1000 hours", id="longer than a day"),
        pytest.param("lots of minutes", id="no number"),
        pytest.param("less than 5 minutes or more", id="both"),
        pytest.param("1 - 2 - 3 hours", id="three ends"),
        pytest.param("=HYPERLINK(5 minutes)", id="a formula"),
        pytest.param("5 minutes" + " " * 200, id="too long"),
    ],
)
def test_what_is_not_understood_is_not_guessed(answer: str | None):
    assert parse_duration(answer) is None


@pytest.mark.parametrize(
    ("answer", "per"),
    [("20 minutes a day", "day"), ("5 min per HIT", "task"), ("5 minutes for each task", "task"), ("5 minutes", None)],
)
def test_an_answer_may_say_what_it_is_for(answer: str, per: str | None):
    span = parse_duration(answer)
    assert span is not None
    assert span.per == per


@given(st.integers(0, 600), st.integers(0, 600), st.sampled_from(["min", "minutes", "m"]), st.sampled_from("-–—"))
def test_any_range_in_order_is_its_middle(low: int, more: int, unit: str, dash: str):
    span = parse_duration(f"{low} {dash} {low + more} {unit}")
    assert span is not None
    assert span.minutes == Fraction(2 * low + more, 2)


@given(st.text(max_size=130))
def test_any_text_is_a_sane_time_or_none(answer: str):
    span = parse_duration(answer)
    assert span is None or 0 <= span.minutes <= LONGEST


@given(st.from_regex(r"(more than|less than|between)? ?\d{0,7}[-, .+]\d{0,7} ?(hours|h|min|and|to)? ?(per)? ?(day)?"))
def test_almost_any_time_is_a_sane_time_or_none(answer: str):
    span = parse_duration(answer)
    assert span is None or 0 <= span.minutes <= LONGEST
