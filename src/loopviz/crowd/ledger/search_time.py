"""The unpaid time that people say they search for tasks, from the survey, as seconds beside their work here.

The thesis asks how long somebody searches, and not whether for one task, or on one day. Both readings can be had. Once
a day on which the person worked here is the smaller one, and the default: tasks taken one after another were found
together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import polars as pl

from loopviz.crowd.answers.durations import Per, Unit, parse_duration
from loopviz.crowd.consent.question import NOBODY
from loopviz.crowd.ledger.wages import Task
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, shown
from loopviz.notes import Note, note

MINUTE = 60
_WORDS = re.compile(r"\b(search(es|ed|ing)?)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+([.,]\d+)?(\s*[-–]\s*\d+([.,]\d+)?)?")


@dataclass(frozen=True)
class Search:
    """How long one person searched for the tasks that count in pay an hour.

    Args:
        outcome: Whether that is known, or why not: nothing was answered, the answer names no time, or work has no date.
        seconds: The time, or None where it is not known.
        at_least: Whether it may have been longer ("more than 30 minutes").
    """

    outcome: Literal["said", "silent", "not understood", "no dates"]
    seconds: Fraction | None = None
    at_least: bool = False


@dataclass(frozen=True)
class Asking:
    """The question that asks for the search time, or None, and what was taken for it or not."""

    question: str | None
    taken: tuple[Note, ...] = ()


def search_of(answer: str | None, per: Per, rated: Sequence[Task], unit: Unit | None = None) -> Search:
    """Return a person's search time for some tasks; an answer that says itself what it is for ("a day") is believed."""
    if answer is None or not answer.strip():
        return Search("silent")
    span = parse_duration(answer, unit)
    if span is None:
        return Search("not understood")
    days = {task.day for task in rated}
    if (span.per or per) == "task":
        times = len(rated)
    elif None in days:
        return Search("no dates")
    else:
        times = len(days)
    return Search("said", span.minutes * MINUTE * times, span.at_least)


def find_search(dataset: Dataset, wanted: str | None = None, unit: Unit | None = None) -> Asking:
    """Find the question that asks for the search time.

    It is the one wanted; or the only one that has the word in it and whose answers are times, at least half of them.

    Args:
        dataset: The answers.
        wanted: The question's id; ``none`` where nobody was asked.
        unit: What an answer that is only a number counts.

    Raises:
        ConfigError: If the survey does not have the question wanted, or its answers are numbers without a unit.
    """
    asked = dataset.questions
    if wanted == NOBODY:
        return Asking(None)
    if wanted is not None:
        if wanted not in asked["question_id"]:
            known = ", ".join(asked["question_id"]) or "no question at all"
            raise ConfigError("the survey has no such question", at="search question", found=wanted, expected=known)
        return Asking(wanted, (_said(dataset, wanted, unit, named=True),))
    words = pl.concat_str(pl.col("question_id", "heading", "text").fill_null(""), separator=" ").alias("words")
    texts = asked.select("question_id", words).iter_rows()
    speaking = [question for question, text in texts if _WORDS.search(text)]
    found = [question for question in speaking if _counts(dataset, question, unit).times_half]
    if len(found) == 1:
        return Asking(found[0], (_said(dataset, found[0], unit, named=False),))
    if found:
        return Asking(None, (note("search-several", questions=found),))
    numbers = [question for question in speaking if _counts(dataset, question, unit).numbers]
    return Asking(None, tuple(note("search-without-unit", question=question) for question in numbers))


@dataclass(frozen=True)
class _Counts:
    """How many answers a question has, how many are times, and how many numbers without a unit."""

    given: int
    times: int
    numbers: int

    @property
    def times_half(self) -> bool:
        return 2 * self.times >= self.given


def _counts(dataset: Dataset, question: str, unit: Unit | None) -> _Counts:
    given = [answer for answer in answers_to(dataset, question).values() if answer and answer.strip()]
    other = [answer for answer in given if parse_duration(answer, unit) is None]
    numbers = sum(_NUMBER.fullmatch(answer.strip()) is not None for answer in other)
    return _Counts(len(given), len(given) - len(other), numbers)


def _said(dataset: Dataset, question: str, unit: Unit | None, *, named: bool) -> Note:
    counts = _counts(dataset, question, unit)
    if named and counts.numbers and not counts.times:
        remedy = "Say what they count: --search-unit minutes, hours or seconds (crowd: search: unit)."
        found = f"{counts.numbers} of {counts.given}"
        raise ConfigError("answers are numbers without a unit", at=question, found=found, remedy=remedy)
    heading = heading_of(dataset, question)
    facts = {"times": counts.times, "others": counts.given - counts.times, "numbers": counts.numbers}
    return note("search-time", question=question, heading=heading, **facts)


def heading_of(dataset: Dataset, question: str) -> str:
    """Return a question's text or heading in quotes, after a blank; nothing where it has none but its id."""
    row = dataset.questions.filter(pl.col("question_id") == question).row(0, named=True)
    text = row["text"] or row["heading"]
    return f" {shown(text)}" if text and text != question else ""


def answers_to(dataset: Dataset, question: str | None) -> dict[str, str | None]:
    """Return each person's answer to a question, in its normal form where it has one."""
    given = dataset.answers.filter(pl.col("question_id") == question)
    return dict(given.select("worker_id", pl.coalesce("normal", "answer")).iter_rows())
