"""The unpaid time that people say they search for tasks, from the survey, as seconds beside their work here.

The thesis asks how long somebody searches, and not whether for one task, or on one day. Both readings can be had. Once
a day on which the person worked here is the smaller one, and the default: tasks taken one after another were found
together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import polars as pl

from loopviz.crowd.durations import Per, parse_duration
from loopviz.crowd.wages import Task
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError

MINUTE = 60
WORD = "search"


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


def search_of(answer: str | None, per: Per, rated: Sequence[Task]) -> Search:
    """Return a person's search time for some tasks; an answer that says itself what it is for ("a day") is believed."""
    if answer is None or not answer.strip():
        return Search("silent")
    span = parse_duration(answer)
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


def search_question(dataset: Dataset, wanted: str | None) -> str | None:
    """Return the question that asks for the search time: the one wanted, or the only one that speaks of searching.

    Raises:
        ConfigError: If the survey does not have the question wanted.
    """
    asked = dataset.questions
    if wanted is not None:
        if wanted not in asked["question_id"]:
            known = ", ".join(asked["question_id"]) or "no question at all"
            raise ConfigError("the survey has no such question", at="search question", found=wanted, expected=known)
        return wanted
    words = pl.concat_str(pl.col("heading", "text").fill_null(""), separator=" ").str.to_lowercase()
    found = asked.filter(words.str.contains(WORD, literal=True))["question_id"]
    return found[0] if len(found) == 1 else None


def answers_to(dataset: Dataset, question: str | None) -> dict[str, str | None]:
    """Return each person's answer to a question, in its normal form where it has one."""
    given = dataset.answers.filter(pl.col("question_id") == question)
    return dict(given.select("worker_id", pl.coalesce("normal", "answer")).iter_rows())
