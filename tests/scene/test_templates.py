"""Caption templates: what they can do, what they are refused, and within what limits."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import make_dataset

from loopviz.errors import ConfigError
from loopviz.scene import load_theme
from loopviz.scene.caption import CaptionWriter
from loopviz.scene.style import CaptionText
from loopviz.scene.templates import (
    MAX_TEXT,
    NOT_KNOWN,
    _seen,
    clean,
    clock,
    compiled,
    duration,
    fill,
    money,
    questions_in,
)

TEXT = CaptionText(line="line")


def figure(value: str, label: str = "label") -> Any:
    return load_theme("margin").caption.figures[0].model_copy(update={"value": value, "label": label})


class TestFilters:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            pytest.param(0, "$0.00", id="nothing"),
            pytest.param(0.15, "$0.15", id="cents"),
            pytest.param(2.145, "$2.15", id="rounded"),
            pytest.param(1234567.5, "$1,234,567.50", id="thousands"),
            pytest.param(-3, "−$3.00", id="owed"),
        ],
    )
    def test_money(self, value: float, text: str):
        assert money(value) == text

    @pytest.mark.parametrize(
        ("seconds", "words", "digits"),
        [
            pytest.param(0, "0 s", "0:00", id="none"),
            pytest.param(52.4, "52 s", "0:52", id="seconds"),
            pytest.param(59.6, "1 min", "1:00", id="rounded to a minute"),
            pytest.param(252, "4 min 12 s", "4:12", id="minutes"),
            pytest.param(3599.7, "1 h", "1:00:00", id="rounded to an hour"),
            pytest.param(7500, "2 h 5 min", "2:05:00", id="hours"),
            pytest.param(3729, "1 h 2 min", "1:02:09", id="seconds of an hour"),
            pytest.param(360000, "100 h", "100:00:00", id="many hours"),
        ],
    )
    def test_time(self, seconds: float, words: str, digits: str):
        assert duration(seconds) == words
        assert clock(seconds) == digits

    @pytest.mark.parametrize(
        ("source", "text"),
        [
            pytest.param("{{ v | money }}", "$3.70", id="money"),
            pytest.param("{{ v | duration }}", "4 s", id="duration"),
            pytest.param("{{ v | clock }}", "0:04", id="clock"),
            pytest.param("{{ v | round }}", "4.0", id="round"),
            pytest.param("{{ v | round(1) }}", "3.7", id="round to a place"),
            pytest.param("{{ v | round(precision=1) }}", "3.7", id="round by name"),
            pytest.param("{{ v | round(1, 'floor') | int }}", "3", id="round down"),
            pytest.param("{{ v | int }}", "3", id="int"),
            pytest.param("{{ t | int(7) }}", "7", id="int of no number"),
            pytest.param("{{ -v | duration }}, {{ -v | clock }}", "−4 s, −0:04", id="a time owed"),
            pytest.param("{{ t[0] }}", "a", id="a letter"),
            pytest.param("{{ t | upper }}", "A STREET", id="upper"),
            pytest.param("{{ t | lower }}", "a street", id="lower"),
            pytest.param("{{ t | capitalize }}", "A street", id="capitalize"),
            pytest.param("{{ t | title }}", "A Street", id="title"),
            pytest.param("[{{ t | trim }}]", "[a Street]", id="trim"),
            pytest.param(
                "{{ 'yes' if t else 'no' }}, {{ v + 1 }}, {{ v - 1 }}, {{ -v }}", "yes, 4.7, 2.7, -3.7", id="sums"
            ),
            pytest.param(
                "{% if v > 3 and not (v == 4) %}\n  a\n  b\n{% endif %}", "a b", id="conditions, lines joined"
            ),
            pytest.param("{{ t ~ '/' ~ v }}", "a Street/3.7", id="joined"),
            pytest.param("{% if t in ('a Street', 'b') %}in{% endif %}", "in", id="one of"),
        ],
    )
    def test_every_filter_and_form_of_a_template(self, source: str, text: str):
        assert fill(source, {"v": 3.7, "t": "a Street"}) == text

    @pytest.mark.parametrize(
        "source",
        [
            "{{ v }}",
            "{{ v | money }}",
            "{{ v | duration }}",
            "{{ v | clock }}",
            "{{ v | round }}",
            "{{ v | round(1) }}",
            "{{ v | int }}",
            "{{ v | upper }}",
            "{{ v | lower }}",
            "{{ v | capitalize }}",
            "{{ v | title }}",
            "{{ v | trim }}",
            "{{ v ~ ' tasks' }}",
            "{{ 'over ' ~ v }}",
            "{{ v + 1 }}",
            "{{ 60 / v }}",
            "{% if v > 1 %}many{% endif %}",
            "before {{ v }} after",
        ],
    )
    def test_what_needs_a_value_that_is_not_known_is_left_out(self, source: str):
        assert fill(source, {"v": NOT_KNOWN}) is None

    @pytest.mark.parametrize(
        ("source", "text"),
        [
            pytest.param("{{ v or 'nobody' }}", "nobody", id="or"),
            pytest.param("a{% if v %}b{% endif %}", "a", id="if"),
            pytest.param("{{ 'a' if v else 'b' }}", "b", id="if else"),
            pytest.param("{% if v == 'rejected' %}a{% else %}b{% endif %}", "b", id="equals"),
            pytest.param("{{ 'a' if v is defined else 'b' }}", "b", id="is defined"),
        ],
    )
    def test_one_may_ask_whether_a_value_is_known(self, source: str, text: str):
        assert fill(source, {"v": NOT_KNOWN}) == text

    def test_a_none_that_a_template_makes_is_not_printed_either(self):
        assert fill("{{ none }}", {}) is None


class TestHostileTemplates:
    @pytest.mark.parametrize(
        "source",
        [
            pytest.param("{% for i in answers %}x{% endfor %}", id="loop"),
            pytest.param("{{ 'x' * 1000000000 }}", id="product"),
            pytest.param("{{ 9 ** 9 ** 9 }}", id="power"),
            pytest.param("{{ '%0999999999d' % 1 }}", id="a wide format"),
            pytest.param("{{ 'x'.center(1000000000) }}", id="a method that pads"),
            pytest.param("{{ 'x'.join(['y']) }}", id="any method"),
            pytest.param("{{ range(1000000000) }}", id="range"),
            pytest.param("{{ lipsum() }}", id="lipsum"),
            pytest.param("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", id="macro"),
            pytest.param("{% set x = 'a' %}{% set x = x ~ x %}", id="doubling by assignment"),
            pytest.param(
                "{% with a = 'aa' %}{% with b = a ~ a %}{{ b }}{% endwith %}{% endwith %}", id="doubling by with"
            ),
            pytest.param("{% block a %}x{% endblock %}{{ self.a() }}", id="block"),
            pytest.param("{% include '/etc/passwd' %}", id="include"),
            pytest.param("{% import 'os' as os %}", id="import"),
            pytest.param("{% extends 'x' %}", id="extends"),
            pytest.param("{% filter upper %}a{% endfilter %}", id="filter block"),
            pytest.param("{% call x() %}{% endcall %}", id="call block"),
            pytest.param("{{ answers[0:10] }}", id="slice"),
            pytest.param("{{ {'a': 1} }}", id="a mapping"),
            pytest.param("{{ unclosed", id="broken"),
            pytest.param("{% if %}", id="half a condition"),
            pytest.param("x" * 4001, id="too long"),
            pytest.param("{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}", id="too deep"),
            pytest.param("{{ " + "-" * 3000 + "1 }}", id="too many signs"),
        ],
    )
    def test_what_does_more_than_put_values_into_text_is_refused(self, source: str):
        begin = time.process_time()
        for use in (compiled, questions_in, lambda s: fill(s, {"answers": {}, "x": "x"})):
            with pytest.raises(ConfigError, match=r"caption") as caught:
                use(source)
            assert len(str(caught.value)) < 600
        assert time.process_time() - begin < 2

    @pytest.mark.parametrize(
        "source",
        [
            pytest.param("{{ ''.__class__ }}", id="class of text"),
            pytest.param("{{ ''['__class__'] }}", id="class by key"),
            pytest.param("{{ worker.__class__ }}", id="class of a value"),
            pytest.param("{{ worker.__init__.__globals__ }}", id="globals"),
            pytest.param("{{ answers.__class__.__mro__[1] }}", id="up the tree"),
            pytest.param("{{ worker.worker_id }}", id="what captions do not have"),
            pytest.param("{{ wroker.alias }}", id="misspelt"),
            pytest.param("{{ answers.Q99 }}", id="a question that is not there"),
            pytest.param("{{ 1 / 0 }}", id="division by zero"),
            pytest.param("{{ worker.alias | attr('__class__') }}", id="attr"),
            pytest.param("{{ worker.alias | map('upper') | list }}", id="a filter that captions do not have"),
            pytest.param("{{ worker.alias + 1 }}", id="a sum of word and number"),
            pytest.param("{{ worker.alias | money }}", id="money of a word"),
            pytest.param("{{ worker.alias.upper }}", id="a method"),
            pytest.param("{{ worker }}", id="a group of values"),
            pytest.param("{{ ('a', 'b') }}", id="a list"),
            pytest.param("{{ 'x' is divisibleby(0) }}", id="a remainder of nothing"),
            pytest.param("{{ 1 | round(150) }}", id="round to ten times the places"),
            pytest.param("{{ 1 | round(30000000, 'floor') }}", id="round to millions of places"),
            pytest.param("{{ 1 | round(-150) }}", id="round to far above the point"),
            pytest.param("{{ 1 | round('a') }}", id="round to a word"),
            pytest.param("{{ 1 | round(1, 'up') }}", id="round in no way there is"),
            pytest.param("{{ '1' | int(0, 36) }}", id="int of another base"),
            pytest.param("{{ '1e300' | int }}", id="int of a huge number"),
            pytest.param("{{ 1e14 + 1e14 + 9e14 | money }}", id="a huge sum, shown"),
            pytest.param("{{ (9e14 + 9e14) | duration }}", id="a huge sum, as a duration"),
            pytest.param("{{ 10000000000000000 | duration }}", id="ten times the largest number"),
            *(
                pytest.param(f"{{{{ ({number}) {use} }}}}", id=f"{number} {use}")
                for number in ("1e308 + 1e308", "1e999", "1e308 + 1e308 - 1e308 - 1e308", "9" * 3000)
                for use in ("", "| money", "| duration", "| clock", "| round", "| int", "+ 1")
            ),
            *(
                pytest.param(f"{{{{ {value} | {use} }}}}", id=f"{value} | {use}")
                for value in ("huge", "nan", "less")
                for use in ("money", "duration", "clock", "round", "int")
            ),
            *(
                pytest.param(f"{{{{ book | {use} }}}}", id=f"a book, {use}")
                for use in ("upper", "lower", "capitalize", "title", "trim", "int")
            ),
            *(
                pytest.param(f"{{{{ worker.alias | {use} }}}}", id=f"no filter {use}")
                for use in (
                    "center(10)",
                    "indent(9)",
                    "wordwrap(9)",
                    "truncate(9)",
                    "replace('W', 'WW')",
                    "join",
                    "format",
                )
            ),
        ],
    )
    def test_what_cannot_be_filled_says_what_can(self, source: str):
        context = {"worker": {"alias": "W"}, "answers": {}, "huge": float("inf"), "nan": float("nan"), "less": -1e300}
        context |= {"book": "x" * 10 * MAX_TEXT, "frame": {"index": 7}}
        with pytest.raises(ConfigError, match=r"cannot be filled|not a caption template") as caught:
            fill(source, context)
        assert "built-in" not in str(caught.value)
        assert caught.value.at in {"caption", "caption of frame 7"}
        assert len(str(caught.value)) < 600

    @pytest.mark.parametrize(
        ("source", "said"),
        [
            ("{{ worker.name }}", "no 'name' among alias, silent ("),
            ("{{ answers['Q 9'] }}", "no 'Q 9' among none ("),
            ("{{ wroker.alias }}", "'wroker' is undefined ("),
            ("{{ worker.alias | default('x') }}", "expected the filters money, duration, clock, round, int, upper"),
        ],
    )
    def test_a_name_that_is_not_there_is_said_with_those_that_are(self, source: str, said: str):
        with pytest.raises(ConfigError) as caught:
            fill(source, {"worker": {"alias": "W", "silent": False}, "answers": {}})
        assert said in str(caught.value)

    @pytest.mark.parametrize("part", ["name", "line", "nobody_line", "figures"])
    def test_a_template_that_cannot_be_one_is_refused_before_the_first_frame(self, part: str):
        broken = "{% for i in answers %}{% endfor %}"
        with pytest.raises(ConfigError, match="caption"):
            CaptionWriter(
                make_dataset(),
                TEXT.model_copy(update={part: (figure("a", broken),) if part == "figures" else broken}),
                {},
            )

    @pytest.mark.parametrize(
        ("source", "asked"),
        [
            pytest.param("{{ answers.Q6 }}", {"Q6"}, id="by attribute"),
            pytest.param("{{ answers['Q 6'] }}", {"Q 6"}, id="by key"),
            pytest.param("{% if answers.Q1 %}{{ answers.Q2 | upper }}{% endif %}", {"Q1", "Q2"}, id="several"),
            pytest.param("{{ headings.Q1 }} answers.Q2", set(), id="not an answer"),
        ],
    )
    def test_the_questions_that_a_template_shows(self, source: str, asked: set[str]):
        assert questions_in(source) == asked


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80))
def test_plain_text_is_cleaned_as_any_other_is(text: str) -> None:
    assert clean(text) == _seen(text)
