from __future__ import annotations

import time
import unicodedata
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import WORKERS, make_dataset

from loopviz.dataset import Dataset, table
from loopviz.errors import ConfigError
from loopviz.scene import load_theme
from loopviz.scene.caption import (
    MAX_TEXT,
    NOT_KNOWN,
    Accounts,
    Caption,
    CaptionWriter,
    Figure,
    Row,
    clean,
    clock,
    compiled,
    duration,
    fill,
    money,
    questions_in,
    shows_accounts,
)
from loopviz.scene.theme import CaptionText

TEXT = CaptionText(line="line")


def caption(dataset: Dataset, frame: int = 0, headings: dict[str, str] | None = None, **text: Any) -> Caption:
    return CaptionWriter(dataset, TEXT.model_copy(update=text), headings or {}).write(frame)


def figure(value: str, label: str = "label") -> Any:
    return load_theme("margin").caption.figures[0].model_copy(update={"value": value, "label": label})


def answering(answer: str | None, worker: str = WORKERS[0]) -> Dataset:
    """One question, one answer to it."""
    return make_dataset().replace(
        questions=table("questions", {"question_id": ["Q1"], "text": ["Why?"]}),
        answers=table("answers", {"worker_id": [worker], "question_id": ["Q1"], "answer": [answer]}),
    )


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


class TestHostileAnswers:
    @pytest.mark.parametrize(
        ("answer", "shown"),
        [
            pytest.param("{{ 7*7 }}", "{{ 7*7 }}", id="an expression"),
            pytest.param("{% for i in x %}", "{% for i in x %}", id="a statement"),
            pytest.param("{# gone #}", "{# gone #}", id="a comment"),
            pytest.param("<script>&amp;", "<script>&amp;", id="HTML"),
            pytest.param("a\x1b[31mb\x00c\x7f\x9b", "a [31mb c", id="control characters"),
            pytest.param("abc\u202egnp.exe\u2066x", "abcgnp.exex", id="direction overrides"),
            pytest.param("a\nb\r\n\tc\u2028d\u2029e\x0bf", "a b c d e f", id="lines"),
            pytest.param("\ufeff  x \u200b ", "x", id="invisible edges"),
            pytest.param("e\u0301", "é", id="composed"),
            pytest.param("می\u200cخواهم", "می\u200cخواهم", id="joiners stay"),
            pytest.param("50\u200e%\u200f", "50%", id="marks of direction where all runs from the left"),
            pytest.param("שלום\u200f!", "שלום\u200f!", id="a mark of direction among letters from the right"),
            pytest.param("Kuala\u200bLumpur", "Kuala\u200bLumpur", id="a place for a line to break"),
            pytest.param("Aus\u00adbildung", "Aus\u00adbildung", id="a soft hyphen"),
            pytest.param("a\u3164b\uffa0c\u115fd\u2063e\U000e0067f", "abcdef", id="fillers and what is not seen"),
            pytest.param("a \u00ad\u200b b \u3164", "a b", id="words of nothing"),
            pytest.param("e\u034f\u0301", "é", id="composed over a joiner"),
            pytest.param("\u06dd\u0600 7", "\u06dd\u0600 7", id="Arabic signs that are seen"),
            pytest.param("\u200b\u00ad\ufeff", None, id="nothing that is seen"),
            pytest.param("\ue000\U0010fffd\u0378", None, id="nothing that anybody can read"),
            pytest.param(" \t ", None, id="blank"),
            pytest.param("None", "None", id="somebody wrote None"),
            pytest.param("0", "0", id="zero is an answer"),
        ],
    )  # fmt: skip
    def test_an_answer_stays_text(self, answer: str, shown: str | None):
        row = caption(answering(answer)).rows[0]
        assert (row.answer, row.given) == (shown or "", bool(shown))
        in_figure = caption(answering(answer), figures=(figure("{{ answers.Q1 }}"),)).figures
        assert [f.value for f in in_figure] == ([shown] if shown else [])

    def test_a_book_is_cut(self):
        begin = time.process_time()
        shown = caption(answering("long " * 20_000)).rows[0].answer
        assert len(shown) <= 4000
        assert shown.endswith("…")
        assert time.process_time() - begin < 1

    @given(st.text(max_size=600))
    def test_clean_text_is_one_printable_line_and_stays_so(self, text: str):
        once = clean(text)
        assert len(once) <= 4000
        assert "\n" not in once
        assert all(c.isprintable() or unicodedata.category(c) == "Cf" for c in once)
        assert not set(once) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
        assert clean(once) == once

    def test_headings_and_aliases_are_cleaned_too(self):
        dataset = answering("x")
        dataset = dataset.replace(
            questions=dataset.questions.with_columns(heading=pl.lit("a\x1bb\u202ec")),
            workers=dataset.workers.with_columns(alias=pl.lit("al\u202eias\n{{ x }}")),
        )
        shown = caption(dataset)
        assert shown.rows[0].heading == "a bc"
        assert shown.name == "alias {{ x }}"


class TestPeople:
    def test_who_answered_everything(self):
        rows = caption(make_dataset()).rows
        assert rows == (
            Row("Age", "31", True),
            Row("Country", "India", True),
            Row("The whole question Q3?", "I like it", True),
        )

    def test_missing_answers_are_said(self):
        assert [(r.answer, r.given) for r in caption(make_dataset(), 1).rows] == [
            ("no answer", False),
            ("Kenya", True),
            ("no answer", False),
        ]

    def test_missing_answers_are_left_blank_when_asked(self):
        rows = caption(make_dataset(), 1, missing="leave out").rows
        assert [(r.answer, r.given) for r in rows] == [("", False), ("Kenya", True), ("", False)]

    @pytest.mark.parametrize("missing", ["say so", "leave out"])
    def test_a_silent_person_has_an_empty_form(self, missing: str):
        assert [(r.answer, r.given) for r in caption(make_dataset(), 2, missing=missing).rows] == [("", False)] * 3

    @pytest.mark.parametrize(("frame", "line"), [(0, "spoke"), (1, "spoke"), (2, "silent")])
    def test_a_template_may_ask_who_is_silent(self, frame: int, line: str):
        assert caption(make_dataset(), frame, line="{{ 'silent' if worker.silent else 'spoke' }}").line == line

    def test_a_question_that_nobody_answered_is_dropped_only_when_left_out(self):
        dataset = make_dataset()
        dataset = dataset.replace(answers=dataset.answers.filter(pl.col("question_id") != "Q3"))
        assert len(caption(dataset).rows) == 3
        assert [r.heading for r in caption(dataset, missing="leave out").rows] == ["Age", "Country"]

    def test_a_frame_that_nobody_labelled(self):
        shown = caption(make_dataset(), 5, kicker="by", figures=(figure("{{ pay.usd | money }}"),))
        assert shown == Caption("by", "Nobody", "labelled frame 6 of 6", (), (), "Simulated data")

    @pytest.mark.parametrize(
        ("frame", "usd", "hourly"),
        [
            pytest.param(0, "$0.15", "$9.00", id="approved"),
            pytest.param(2, "$0.00", "$0.00", id="rejected work is not paid"),
        ],
    )
    def test_pay(self, frame: int, usd: str, hourly: str):
        figures = (figure("{{ pay.usd | money }}"), figure("{{ pay.usd_per_hour | money }}"))
        assert [f.value for f in caption(make_dataset(), frame, figures=figures).figures] == [usd, hourly]

    @pytest.mark.parametrize("status", ["submitted", None])
    def test_pay_is_not_known_before_it_is_decided(self, status: str | None):
        dataset = make_dataset()
        state = pl.lit(status).cast(dataset.assignments.schema["status"])
        open_work = dataset.replace(assignments=dataset.assignments.with_columns(status=state))
        assert caption(open_work, line="{{ pay.usd | money }}").line == ""

    def test_whether_labels_count_and_their_batch(self):
        dataset = make_dataset()
        work = dataset.assignments.with_columns(accepted=pl.lit(value=True), batch=pl.lit("first\u202e\n"))
        line = "{% if work.accepted %}in {{ work.batch }}{% endif %}"
        assert caption(dataset.replace(assignments=work), line=line).line == "in first"
        assert caption(dataset, line=line).line == ""

    def test_all_the_work_of_a_person_and_of_everybody(self):
        line = "{{ account.usd_per_hour | money }} of {{ everyone.usd_per_hour | money }}"
        accounts = Accounts({WORKERS[0]: {"usd_per_hour": 3.0}}, {"usd_per_hour": 1.25})
        writer = CaptionWriter(make_dataset(), TEXT.model_copy(update={"line": line}), {}, accounts)
        assert [writer.write(frame).line for frame in (0, 1)] == ["$3.00 of $1.25", ""]
        assert shows_accounts(TEXT.model_copy(update={"line": line}))
        assert not shows_accounts(TEXT.model_copy(update={"line": "{{ pay.usd_per_hour | money }}"}))

    def test_an_account_without_that_number(self):
        with pytest.raises(ConfigError):
            caption(make_dataset(), line="{{ account.wages }}")

    def test_no_time_no_hourly_pay(self):
        dataset = make_dataset()
        for seconds in (0.0, None):
            first = pl.col("frame") == 0
            work = dataset.assignments.with_columns(
                work_seconds=pl.when(first).then(pl.lit(seconds, pl.Float64)).otherwise("work_seconds")
            )
            figures = (figure("{{ pay.usd_per_hour | money }}"),)
            assert caption(dataset.replace(assignments=work), figures=figures).figures[0].value is None

    def test_several_workers_on_one_frame(self):
        dataset = make_dataset()
        work = dataset.assignments.with_columns(frame=pl.lit(0, pl.Int64))
        line = "{{ work.labels }} labels on {{ frame.number }}, as did {{ frame.others }} more"
        shown = caption(dataset.replace(assignments=work), line=line)
        assert (shown.name, shown.line) == ("Worker 0000", "2 labels on 1, as did 4 more")

    def test_work_without_a_label_is_zero_labels(self):
        dataset = make_dataset()
        shown = caption(dataset.replace(annotations=dataset.annotations.clear()), line="{{ work.labels }}")
        assert shown.line == "0"

    def test_labels_that_were_not_read_are_not_counted(self):
        dataset = make_dataset()
        unread = dataset.replace(assignments=dataset.assignments.with_columns(labels_read=pl.lit(False)))
        assert caption(dataset, figures=(figure("{{ work.labels }}"),)).figures
        assert not caption(unread, figures=(figure("{{ work.labels }}"),)).figures

    def test_a_hidden_person_is_somebody(self):
        dataset = make_dataset()
        hidden = dataset.replace(workers=dataset.workers.with_columns(alias=pl.lit(None, pl.String)))
        assert caption(hidden).name == "Somebody"
        assert caption(hidden, name="{{ worker.alias }}").name == ""

    def test_work_of_nobody_known(self):
        dataset = make_dataset()
        work = dataset.assignments.with_columns(worker_id=pl.lit(None, pl.String))
        shown = caption(dataset.replace(assignments=work))
        assert (shown.name, shown.rows[0].answer) == ("Somebody", "")

    def test_a_dataset_without_people_or_questions(self):
        assert caption(make_dataset(people=False)) == Caption("", "Nobody", "labelled frame 1 of 6", (), (), "")
        assert caption(Dataset()).line == "labelled frame 1 of 0"


class TestFigures:
    def test_a_figure_that_nobody_has_is_left_out_of_the_whole_clip(self):
        dataset = make_dataset()
        free = dataset.replace(assignments=dataset.assignments.with_columns(reward_usd=pl.lit(None, pl.Float64)))
        figures = (figure("{{ pay.usd | money }}", "paid"), figure("{{ work.seconds | clock }}", "minutes"))
        writer = CaptionWriter(free, TEXT.model_copy(update={"figures": figures}), {})
        assert [writer.write(frame).figures for frame in (0, 1)] == [
            (Figure("1:00", "minutes"),),
            (Figure("1:01", "minutes"),),
        ]

    def test_a_figure_that_only_others_have_keeps_its_place(self):
        shown = [caption(make_dataset(), f, figures=(figure("{{ answers.Q1 }}", "years"),)).figures for f in (0, 1)]
        assert shown == [(Figure("31", "years"),), (Figure(None, "years"),)]

    @pytest.mark.parametrize("source", ["{{ answers.Q2 }}", "{{ answers['Q2'] | upper }}"])
    def test_a_question_that_a_figure_shows_is_no_row(self, source: str):
        assert [r.heading for r in caption(make_dataset(), figures=(figure(source),)).rows] == [
            "Age",
            "The whole question Q3?",
        ]

    def test_a_figure_about_a_question_that_is_not_there_is_no_error(self):
        shown = caption(make_dataset(), figures=(figure("{{ answers.Q99 }}"), figure("{{ answers.Q98 ~ ' x' }}")))
        assert (shown.figures, len(shown.rows)) == ((), 3)

    def test_rows_can_be_left_out(self):
        assert caption(make_dataset(), rows=False).rows == ()

    @pytest.mark.parametrize(
        ("headings", "heading"),
        [
            pytest.param({"Q1": "Mine"}, "Mine", id="the project's"),
            pytest.param({"Q1": ""}, "Age", id="an empty one says nothing"),
            pytest.param({"Q9": "Mine"}, "Age", id="of another question"),
        ],
    )
    def test_headings(self, headings: dict[str, str], heading: str):
        assert caption(make_dataset(), headings=headings).rows[0].heading == heading


@pytest.mark.parametrize("name", ["margin", "house"])
@pytest.mark.parametrize("gap", ["reward_usd", "work_seconds", "status", "worker_id", None])
def test_no_caption_of_a_package_theme_ever_says_none(name: str, gap: str | None):
    dataset = make_dataset()
    blank = [pl.lit(None).cast(dataset.assignments.schema[gap]).alias(gap)] if gap else []
    dataset = dataset.replace(assignments=dataset.assignments.with_columns(blank))
    writer = CaptionWriter(dataset, load_theme(name).caption, {})
    for frame in range(6):
        shown = writer.write(frame)
        words = [shown.name, shown.line, *(f.label for f in shown.figures), *(r.answer for r in shown.rows)]
        words += [f.value or "" for f in shown.figures]
        assert not any(word in {"None", "nan", "Undefined"} for text in words for word in text.split())


def test_the_margin_theme_tells_who_did_what():
    writer = CaptionWriter(make_dataset(), load_theme("margin").caption, {})
    assert writer.write(1).line == "labelled frame 2 of 6 in 1 min 1 s"
    assert writer.write(2).line == "labelled frame 3 of 6 in 1 min 2 s; answered no question"
    assert writer.write(2).figures[0] == Figure("$0.00", "for this, rejected")
    assert writer.write(0).figures[0] == Figure("$0.15", "for this")
