"""Each kind of trouble with people and their work: a crowd that has it, and one that only nearly has."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from support import WORKERS, make_dataset

from loopviz.dataset import Dataset
from loopviz.project.check.finding_codes import PEOPLE
from loopviz.project.check.findings import Finding
from loopviz.project.check.people import check_people, check_work
from loopviz.schema import table

Change = Callable[[Dataset], Dataset]


def crowd() -> Dataset:
    """Three people who worked, were paid, and answered every question."""
    dataset = make_dataset()
    rows = [(worker, question, "31") for worker in WORKERS for question in dataset.questions["question_id"]]
    workers, questions, answers = zip(*rows, strict=True)
    return dataset.replace(
        answers=table("answers", {"worker_id": workers, "question_id": questions, "answer": answers})
    )


def found(dataset: Dataset) -> dict[str, Finding]:
    return {each.code: each for each in (*check_people(dataset, file="people.json"), *check_work(dataset))}


def answers(text: str | None, worker: int = 0, question: str = "Q1") -> Change:
    """Return what gives one answer another text."""
    which = (pl.col("worker_id") == WORKERS[worker]) & (pl.col("question_id") == question)
    answer = pl.when(which).then(pl.lit(text, pl.String)).otherwise("answer").alias("answer")
    return lambda dataset: dataset.replace(answers=dataset.answers.with_columns(answer))


def work(**values: float | None) -> Change:
    """Return what gives the first piece of work other values."""
    first = pl.int_range(pl.len()) == 0
    columns = [pl.when(first).then(pl.lit(value)).otherwise(name).alias(name) for name, value in values.items()]
    return lambda dataset: dataset.replace(assignments=dataset.assignments.with_columns(columns))


def without_answers(*workers: int) -> Change:
    gone = [WORKERS[worker] for worker in workers]
    return lambda dataset: dataset.replace(answers=dataset.answers.filter(~pl.col("worker_id").is_in(gone)))


def all_answers(where: pl.Expr, text: str | None) -> Change:
    answer = pl.when(where).then(pl.lit(text, pl.String)).otherwise("answer").alias("answer")
    return lambda dataset: dataset.replace(answers=dataset.answers.with_columns(answer))


def without_assignments(worker: int) -> Change:
    def change(dataset: Dataset) -> Dataset:
        theirs = dataset.assignments.filter(pl.col("worker_id") == WORKERS[worker])["assignment_id"].implode()
        lost = pl.col("assignment_id").is_in(theirs)
        return dataset.replace(annotations=dataset.annotations.filter(~lost)).replace(
            assignments=dataset.assignments.filter(~lost)
        )

    return change


def of_nobody(rows: int) -> Change:
    some = pl.int_range(pl.len()) < rows
    owner = pl.when(some).then(None).otherwise("assignment_id").alias("assignment_id")
    return lambda dataset: dataset.replace(annotations=dataset.annotations.with_columns(owner))


def consents(table: str, *said: bool) -> Change:
    """Return what says something of the consent in the first rows of a table."""

    def change(dataset: Dataset) -> Dataset:
        rows = getattr(dataset, table)
        column = pl.Series([*said, *[None] * (rows.height - len(said))], dtype=pl.Boolean)
        return dataset.replace(**{table: rows.with_columns(consent=column)})

    return change


def unchanged(dataset: Dataset) -> Dataset:
    return dataset


SECOND, QUESTION = pl.col("worker_id") == WORKERS[1], pl.col("question_id") == "Q2"
CASES = [
    pytest.param("labels-of-nobody", of_nobody(3), of_nobody(10), 3, id="labels-of-nobody"),
    pytest.param("worker-without-answers", without_answers(1, 2), without_answers(0, 1, 2), 2, id="without answers"),
    pytest.param("answers-without-work", without_assignments(1), unchanged, 1, id="without work"),
    pytest.param(
        "answers-empty", all_answers(SECOND, " "), all_answers(SECOND & ~QUESTION, None), 1, id="answers-empty"
    ),
    pytest.param(
        "question-unanswered", all_answers(QUESTION, None), all_answers(QUESTION & SECOND, ""), 1, id="unanswered"
    ),
    pytest.param(
        "consent-refused", consents("workers", False, True), consents("workers", True), 1, id="a person refused"
    ),
    pytest.param(
        "refusal-unmet",
        lambda dataset: consents("workers", False)(without_assignments(0)(dataset)),
        consents("workers", False),
        1,
        id="a refusal of nobody here",
    ),
    pytest.param(
        "answer-refused", consents("answers", False, False), consents("answers", True), 2, id="answers refused"
    ),
    pytest.param("work-without-frame", work(frame=None), unchanged, 1, id="work-without-frame"),
    pytest.param("hidden-characters", answers("a\u202eb"), answers("a\u0645\n\tb é 中"), 1, id="direction"),
    pytest.param("hidden-characters", answers("\x1b[31mred"), answers("[31mred"), 1, id="escape"),
    pytest.param("hidden-characters", answers("zero\u200bwidth"), answers("می\u200cخواهم"), 1, id="zero width"),
    pytest.param("hidden-characters", answers("Aus\u00adbildung"), answers("Aus-bildung"), 1, id="soft hyphen"),
    pytest.param("hidden-characters", answers("50\u200e%"), answers("50 %"), 1, id="mark of direction"),
    pytest.param("hidden-characters", answers("a\u200db"), answers("क्\u200dष"), 1, id="joiner of nothing"),
    pytest.param("hidden-characters", answers("a\ufe0f"), answers("❤\ufe0f 1\ufe0f\u20e3"), 1, id="variant of nothing"),
    pytest.param("hidden-characters", answers("\u3164"), answers("\u3131"), 1, id="filler"),
    pytest.param("hidden-characters", answers("tag\U000e0061"), answers("tag"), 1, id="tag"),
    pytest.param("answer-long", answers("a" * 501), answers("a" * 500), 1, id="answer-long"),
    pytest.param("contact-data", answers("me: a.b+c@mail.example.org!"), answers("@home, 5@2"), 1, id="e-mail"),
    pytest.param("contact-data", answers("192.168.0.17"), answers("1.2.3, 999.1.1.1"), 1, id="address"),
    pytest.param("pay-odd", work(reward_usd=0.0), work(reward_usd=0.01), 1, id="no pay"),
    pytest.param("pay-odd", work(reward_usd=100.5), work(reward_usd=100.0), 1, id="much pay"),
    pytest.param("time-odd", work(work_seconds=0.0), work(work_seconds=1.0), 1, id="no time"),
    pytest.param("time-odd", work(work_seconds=86_401.0), work(work_seconds=86_400.0), 1, id="much time"),
]


@pytest.mark.parametrize(("code", "bad", "good", "count"), CASES)
def test_trouble_is_found_where_it_is(code: str, bad: Change, good: Change, count: int):
    trouble = found(bad(crowd()))
    assert code in trouble, list(trouble)
    assert trouble[code].count == count
    assert trouble[code].severity == PEOPLE[code].severity
    assert code not in found(good(crowd()))


def test_every_code_has_a_case():
    assert {case.values[0] for case in CASES} == set(PEOPLE)


def test_a_sound_crowd_is_sound():
    assert found(crowd()) == {}


def test_people_alone_are_not_without_work():
    alone = crowd()
    alone = alone.replace(annotations=alone.annotations.clear()).replace(assignments=alone.assignments.clear())
    assert found(alone) == {}


@pytest.mark.parametrize("case", [pytest.param(case.values[1], id=str(case.id)) for case in CASES])
def test_nobody_is_named(case: Change):
    text = str(found(case(crowd())))
    assert not [worker for worker in WORKERS if worker in text]


def test_a_person_is_found_by_their_place_in_the_file():
    (place,) = found(answers("x@y.org", worker=2)(crowd()))["contact-data"].places
    assert str(place) == "people.json, person 3, 'Q1'"
    (place,) = found(without_answers(1)(crowd()))["worker-without-answers"].places
    assert (place.frame, place.detail) == (1, "the first frame of a worker")
