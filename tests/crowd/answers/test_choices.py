"""One spelling for one choice: dashes, spaces and capitals; amounts; and the ways of saying nothing."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.crowd.answers import choices as answers
from loopviz.crowd.answers.choices import amount, missing_kind, normalise
from loopviz.dataset import Dataset, table


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


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param("$1,200 laptop", (1200.0, "laptop"), id="an amount and a thing"),
        pytest.param("laptop, $1,200.50", (1200.5, "Laptop"), id="the thing first"),
        pytest.param("500000", (500000.0, None), id="a number alone"),
        pytest.param("Software", (None, "Software"), id="a thing alone"),
        pytest.param("1.200,50 €", (1200.5, None), id="a European number"),
        pytest.param("300 USD for a chair", (300.0, "chair"), id="the currency behind"),
        pytest.param("Laptop for $230, a mouse", (230.0, "Laptop for $230, a mouse"), id="words on both sides"),
        pytest.param("About $ 1800", (1800.0, None), id="about"),
        pytest.param("$300 USD", (300.0, None), id="the currency twice"),
        pytest.param("2 monitors", (None, "2 monitors"), id="a count is no price"),
        pytest.param("$100 mouse and $900 laptop", (None, "$100 mouse and $900 laptop"), id="two sums"),
        pytest.param("$500 - $1,000", (None, "$500–$1,000"), id="a range"),
        pytest.param("$12345678901234567890", (None, "$12345678901234567890"), id="no number of money"),
        pytest.param("NON", (None, None), id="NON"),
        pytest.param("None", (None, None), id="None"),
        pytest.param(None, (None, None), id="null"),
    ],
)
def test_amounts(answer: str | None, expected: tuple[float | None, str | None]) -> None:
    assert amount(answer) == expected


@given(st.text(alphabet="0123456789$€ ,.-kusdax") | st.text())
def test_an_amount_is_never_negative_nor_an_error(answer: str) -> None:
    number, _ = amount(answer)
    assert number is None or number >= 0


def test_ways_of_saying_nothing_are_told_apart() -> None:
    said = [missing_kind(answer) for answer in (None, "", "None", "NON", "n/a", "Oslo", "0")]
    assert said == ["empty", "empty", "none", "no", "not applicable", None, None]


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
