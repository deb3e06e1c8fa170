"""What is wrong with what is known of the people and their work. A person is named by their place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from loopviz.crowd.consent.counts import check_consent
from loopviz.dataset import Dataset
from loopviz.paths import IGNORABLE
from loopviz.project.check.findings import SHOWN_PLACES, Finding, Place, finding, quoted
from loopviz.wording import counted

LONG = 500  # characters
DAY = 86_400.0  # seconds
MOST_PAY = 100.0  # US dollars for one piece of work
# Controls other than tab and line ends, and what Unicode calls ignorable: marks of direction, fillers, soft hyphens.
# Joiners and selectors of variants are at work after a letter of another script, an emoji, and the digit of a keycap.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]"
    f"|(?![\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]){IGNORABLE.pattern}"
    "|(?<![^\x00-\x7f])(?![0-9#*]?\ufe0f\u20e3)[\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_ODD = r"[^\x20-\x7E\t\n\r]"
_CONTACT = (
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}|\b(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\b"
)


def check_people(dataset: Dataset, *, file: str | None = None) -> Iterator[Finding]:
    """Yield what is wrong with the people of a Dataset.

    Args:
        dataset: The Dataset, with the people joined to the labels where there are labels.
        file: Where the answers come from.
    """
    said = check_consent(dataset)
    yield from _found("consent-refused", [Place(file, detail=counted(said.refused, "person", "people"))], said.refused)
    yield from _found("refusal-unmet", [Place(file, detail=counted(said.unmet, "person", "people"))], said.unmet)
    yield from _found("answer-refused", [Place(file, detail=counted(said.single, "answer"))], said.single)
    given = dataset.answers.filter(pl.col("answer").str.strip_chars() != "")
    yield from _unmatched(dataset, given, file)
    if dataset.answers.height:
        silent = dataset.questions.join(given, on="question_id", how="anti", maintain_order="left")
        yield from _found("question-unanswered", [Place(file, None, quoted(i)) for i in silent["question_id"]])
    numbers = _numbers(dataset)
    placed = dataset.answers.drop_nulls("answer").join(numbers, on="worker_id", how="left", maintain_order="left")
    answer = pl.col("answer")
    texts = placed["answer"].unique()  # most answers are in plain letters, and many are the same
    odd = texts.filter(texts.str.contains(_ODD))
    hidden = pl.Series("answer", [text for text in odd if _HIDDEN.search(text)], dtype=pl.String)
    for code, wrong in (
        ("hidden-characters", answer.is_in(hidden.implode())),
        ("contact-data", answer.str.contains(_CONTACT)),
        ("answer-long", answer.str.len_chars() > LONG),
    ):
        yield from _found(code, list(_answers(placed.filter(wrong), file)))


def check_work(dataset: Dataset, *, file: str | None = None) -> Iterator[Finding]:
    """Yield what is odd about the work of a Dataset: its frames, its pay, its time."""
    work = dataset.assignments
    lost = work.filter(pl.col("frame").is_null())
    yield from _found("work-without-frame", [Place(file)] * min(1, lost.height), lost.height)
    for code, column, most in (("pay-odd", "reward_usd", MOST_PAY), ("time-odd", "work_seconds", DAY)):
        odd = work.filter((pl.col(column) <= 0) | (pl.col(column) > most))
        rows = odd.select("frame", column).head(SHOWN_PLACES).iter_rows()
        yield from _found(code, [Place(file, frame, column, f"{value:g}") for frame, value in rows], odd.height)
    loose = dataset.annotations.filter(pl.col("assignment_id").is_null())
    if 0 < loose.height < dataset.annotations.height:
        frames = loose["frame"].unique(maintain_order=True).head(SHOWN_PLACES)
        yield from _found("labels-of-nobody", [Place(None, frame) for frame in frames], loose.height)


def _unmatched(dataset: Dataset, given: pl.DataFrame, file: str | None) -> Iterator[Finding]:
    """Yield who is known from one side only, where both sides are there."""
    workers = _numbers(dataset)
    busy = workers.join(dataset.assignments, on="worker_id", how="semi", maintain_order="left")
    idle = workers.join(dataset.assignments, on="worker_id", how="anti", maintain_order="left")
    answered = dataset.answers["worker_id"].implode()
    if dataset.answers.height:
        unheard = busy.filter(~pl.col("worker_id").is_in(answered))
        first = dataset.assignments.drop_nulls("frame").unique("worker_id", keep="first", maintain_order=True)
        frames = unheard.join(first, on="worker_id", how="left", maintain_order="left")["frame"]
        places = [Place(None, frame, None, "the first frame of a worker") for frame in frames.head(SHOWN_PLACES)]
        yield from _found("worker-without-answers", places, unheard.height)
    if dataset.assignments.height:
        strangers = idle.filter(pl.col("worker_id").is_in(answered))
        yield from _found("answers-without-work", _people(strangers, file), strangers.height)
    asked = workers.filter(pl.col("worker_id").is_in(answered))
    blank = asked.join(given, on="worker_id", how="anti", maintain_order="left")
    yield from _found("answers-empty", _people(blank, file), blank.height)


def _numbers(dataset: Dataset) -> pl.DataFrame:
    """Return the workers' ids and their places in the file, from 1."""
    return dataset.workers.select("worker_id").with_row_index("number", offset=1)


def _people(rows: pl.DataFrame, file: str | None) -> list[Place]:
    return [Place(file, None, f"person {number}") for number in rows["number"].head(SHOWN_PLACES)]


def _answers(rows: pl.DataFrame, file: str | None) -> Iterator[Place]:
    for number, question in rows.select("number", "question_id").iter_rows():
        yield Place(file, None, f"person {number}, {quoted(question)}")


def _found(code: str, places: list[Place], count: int | None = None) -> Iterator[Finding]:
    if places and count != 0:
        yield finding(code, places, count=count)
