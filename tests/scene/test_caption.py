from __future__ import annotations

import time
import unicodedata
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import WORKERS, make_dataset

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.scene import load_theme
from loopviz.scene.caption import Accounts, Caption, CaptionWriter, Figure, Row, shows_accounts
from loopviz.scene.style import CaptionText
from loopviz.scene.templates import clean
from loopviz.schema import table

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


class TestOwnWords:
    ANSWERS = (("Q1", "short"), ("Q2", "a much longer answer"), ("Q3", None), ("Q4", "  "))

    @pytest.mark.parametrize(
        ("answers", "said"),
        [
            pytest.param(ANSWERS, "Two: a much longer answer; empty: Three", id="the longest, and what is empty"),
            pytest.param(ANSWERS[:2], "Two: a much longer answer; empty: Three", id="not asked is empty too"),
            pytest.param((("Q3", "yes"),), "Three: yes; empty: One", id="one"),
            pytest.param((), "", id="who said nothing is not blamed question by question"),
        ],
    )
    def test_the_longest_answer_and_a_silence(self, answers: tuple[tuple[str, str | None], ...], said: str):
        names = ["One", "Two", "Three", "Four"]
        data = make_dataset().replace(
            questions=table("questions", {"question_id": [f"Q{i}" for i in range(1, 5)], "text": names}),
            answers=table(
                "answers", [{"worker_id": WORKERS[0], "question_id": key, "answer": text} for key, text in answers]
            ),
        )
        line = "{{ own_words.heading }}: {{ own_words.answer }}; empty: {{ own_words.silence }}"
        assert caption(data, line=line).line == said


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
    assert writer.write(2).figures[0] == Figure("$0.00", "for this, rejected", emphasised=True)
    assert writer.write(0).figures[0] == Figure("$0.15", "for this")
