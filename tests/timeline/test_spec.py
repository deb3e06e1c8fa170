from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from loopviz.timeline.spec import (
    Between,
    DrawOn,
    Loop,
    Pace,
    Show,
    parse_between,
    parse_draw_on,
    parse_loop,
    parse_pace,
    parse_show,
)

READ = [
    (parse_pace, "frame", Pace()),
    (parse_pace, "reading", Pace("reading", profile="netflix")),
    (parse_pace, "reading:museum", Pace("reading", profile="museum")),
    (parse_pace, "2s", Pace("fixed", Fraction(2))),
    (parse_pace, "person:1.5s", Pace("person", Fraction(3, 2))),
    (parse_pace, "by-length 3m", Pace("length", Fraction(180))),
    (parse_pace, "by-length: 3m", Pace("length", Fraction(180))),
    (parse_pace, "work / 60", Pace("work", faster=Fraction(60))),
    (parse_pace, "work/0.5", Pace("work", faster=Fraction(1, 2))),
    (parse_show, "all", Show()),
    (parse_show, "labelled", Show("labelled")),
    (parse_show, "accepted", Show("accepted")),
    (parse_show, "everyone", Show("people")),
    (parse_show, "24 people", Show("people", 24)),
    (parse_show, "1 person", Show("people", 1)),
    (parse_show, "every 5th", Show("every", 5)),
    (parse_show, "every 3", Show("every", 3)),
    (parse_show, ["0:20", "2s:5s"], Show("ranges", ranges=("0:20", "2s:5s"))),
    (parse_between, "cut", Between()),
    (parse_between, "fade 6 frames", Between("fade", 6)),
    (parse_between, "dissolve 12 frames", Between("dissolve", 12)),
    (parse_loop, "natural", Loop()),
    (parse_loop, "none", Loop()),
    (parse_loop, "ping-pong", Loop("ping-pong")),
    (parse_loop, "hold 2s", Loop("hold", Fraction(2))),
    (parse_loop, "cross-fade 0.5s", Loop("cross-fade", Fraction(1, 2))),
    (parse_draw_on, "1.2s", DrawOn(seconds=Fraction(6, 5))),
    (parse_draw_on, "work / 60", DrawOn(faster=Fraction(60))),
]


@pytest.mark.parametrize(("parse", "text", "value"), READ, ids=[f"{text}" for _, text, _ in READ])
def test_words_become_values(parse: Callable[[object], object], text: object, value: object):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_pace, "slow"),
        (parse_pace, "0s"),
        (parse_pace, "24h"),
        (parse_pace, "person:2h"),
        (parse_pace, "person:0s"),
        (parse_pace, "person"),
        (parse_pace, "400h"),
        (parse_pace, "reading:comics"),
        (parse_pace, "by-length"),
        (parse_pace, "work"),
        (parse_pace, "work / 0"),
        (parse_pace, "work / -60"),
        (parse_pace, 2),
        (parse_show, "people"),
        (parse_show, "0 people"),
        (parse_show, "every 0"),
        (parse_show, []),
        (parse_show, [3]),
        (parse_between, "fade"),
        (parse_between, "fade 1 frame"),
        (parse_between, "wipe 6 frames"),
        (parse_loop, "hold"),
        (parse_loop, "cross-fade now"),
        (parse_loop, "for ever"),
        (parse_draw_on, "slowly"),
        (parse_draw_on, "work / 0"),
    ],
)
def test_other_words_are_refused_with_what_is_possible(parse: Callable[[object], object], text: object):
    with pytest.raises(ValueError, match="or"):
        parse(text)
