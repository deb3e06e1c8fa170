"""One spelling for one choice: dashes, spaces and capitals."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.crowd.answers import choices as answers
from loopviz.crowd.answers.choices import normalise
from loopviz.dataset import Dataset
from loopviz.schema import table


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param("18- 24", "18–24", id="a space after the dash"),
        pytest.param("18 - 24", "18–24", id="spaces on both sides"),
        pytest.param("18–24", "18–24", id="already so"),
        pytest.param("18\u00a0—\u00a024", "18–24", id="an em dash and no-break spaces"),
        pytest.param("1-2 hours", "1–2 hours", id="a range with a unit"),
        pytest.param("30 minutes - 2 hours", "30 minutes – 2 hours", id="a range of two units"),
        pytest.param("$1,000 - $2,000", "$1,000–$2,000", id="a range of money"),
        pytest.param("2026-01-05", "2026-01-05", id="a date is no range"),
        pytest.param("COVID-19", "COVID-19", id="a dash in a word"),
        pytest.param("-5", "-5", id="a negative number"),
        pytest.param("More tha 30 minutes", "More tha 30 minutes", id="the form's own misspelling stays"),
        pytest.param(" illinois\n", "Illinois", id="blank around it, and a capital"),
        pytest.param("USA", "USA", id="capitals stay"),
        pytest.param("NON", "NON", id="NON is not None"),
        pytest.param("None", "None", id="None is an answer"),
        pytest.param("eye strain,wrist pain", "Eye strain, wrist pain", id="several choices"),
        pytest.param("$1,200 laptop", "$1,200 laptop", id="a comma in a number"),
        pytest.param("Bachelor's degree", "Bachelor’s degree", id="an apostrophe"),
        pytest.param("a\u200bb\x00c", "Abc", id="what cannot be seen"),
        pytest.param('=HYPERLINK("https://x.y")', '=HYPERLINK("https://x.y")', id="a formula is text"),
        pytest.param("", None, id="empty"),
        pytest.param(" \n", None, id="blank"),
        pytest.param(None, None, id="null"),
    ],
)
def test_one_spelling_for_one_choice(answer: str | None, expected: str | None) -> None:
    assert normalise(answer) == expected


@given(st.text() | st.from_regex(r"[a-z0-9 $,.'–-]{0,20}", fullmatch=True))
def test_normalising_twice_changes_nothing_more(answer: str) -> None:
    once = normalise(answer)
    assert normalise(once) == once


def test_capitals_make_no_two_choices_of_one() -> None:
    given_answers = ["Female", "female", "FEMALE", "FEMALE", "NON", "None", None, "18- 24"]
    ids = [f"w{number}" for number in range(len(given_answers))]
    dataset = Dataset(
        workers=table("workers", {"worker_id": ids}),
        questions=table("questions", {"question_id": ["Q"]}),
        answers=table("answers", {"worker_id": ids, "question_id": ["Q"] * len(ids), "answer": given_answers}),
    )
    done = answers.with_normal(dataset.answers)
    assert done["normal"].to_list() == ["Female"] * 4 + ["NON", "None", None, "18–24"]
    assert done["answer"].to_list() == given_answers


def test_however_few_answers_are_looked_at_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [(f"W{i}", f"Q{i % 3}", text) for i, text in enumerate(["yes", "Yes", "18- 24", None, " ", "YES", "no"] * 9)]
    given = pl.DataFrame(said, schema=["worker_id", "question_id", "answer"], orient="row")
    given = given.with_columns(normal=pl.lit(None, pl.String))
    whole = answers.with_normal(given)
    monkeypatch.setattr(answers, "AT_ONCE", 1)
    assert answers.with_normal(given).equals(whole)
