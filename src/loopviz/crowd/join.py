"""Joins a survey's answers to the work: who answered, who was silent, who answered twice.

One response stands for each worker: the last complete one; where none is complete, the last. People who answered
without having worked are counted, not taken in: a dataset says nothing of those who had no part in it, unless that is
asked for. A column about consent counts as a yes only where it clearly is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.crowd.answers import normalise_answers
from loopviz.crowd.join_report import JoinReport
from loopviz.crowd.survey_key import Whose, find_whose, shared_codes
from loopviz.dataset import Dataset, table
from loopviz.errors import ConfigError, InputError
from loopviz.formats.qualtrics import is_code, is_protected, is_worker_key, squash
from loopviz.formats.survey import OWN, Survey, questions_of

CONSENT = "consent_"
KEY = ("worker_id", "question_id", "answer", "consent")
BEFORE = datetime.min.replace(tzinfo=UTC)
_YES = re.compile(
    r"1|y|true|on|checked|(yes|ja|oui|s[ií]|i (agree|consent|accept)|(agree|accept|consent)(ed)?)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_NOT = re.compile(r"\b(not|don.?t|nicht|pas)\b", re.IGNORECASE)


def join_survey(
    dataset: Dataset,
    survey: Survey,
    *,
    key: str | None = None,
    consent: str | None = None,
    codes: pl.DataFrame | None = None,
    without_work: bool = False,
) -> tuple[Dataset, JoinReport]:
    """Join a survey's answers to a Dataset's workers.

    Args:
        dataset: The work.
        survey: The survey.
        key: The column that says who answered; it is found if it is not named.
        consent: The column in which a person agrees that the answers are used; a column ``consent_<question>`` says it
            for one question.
        codes: A batch's own answers (``assignment_id``, ``worker_id``, ``column``, ``value``), in which the survey's
            completion codes may stand.
        without_work: Take in people who answered without having worked.

    Returns:
        The Dataset with questions, answers and their normal forms, and consent; and what the join came to.

    Raises:
        ConfigError: If a column that is named is not in the survey.
        InputError: If no column says who answered.
    """
    whose = find_whose(dataset, survey, key, codes)
    consent = consent or survey.consent
    if consent is not None and consent not in survey.responses.columns:
        expected = ", ".join(survey.responses.columns)
        raise ConfigError("the survey has no such column", file=survey.path, found=consent, expected=expected)
    joined, report = _join(dataset, survey, whose, consent, without_work)
    return joined, replace(report, shared_codes=shared_codes(codes))


def join_batch_answers(
    dataset: Dataset, answers: pl.DataFrame, headings: Mapping[str, str] | None = None
) -> tuple[Dataset, JoinReport]:
    """Join answers that stand in a batch's own rows.

    An assignment is one response, complete where every question that the batches ask is answered; completion codes,
    workers' ids and what could find a person are no questions.

    Args:
        dataset: The work.
        answers: One row an answer: ``assignment_id``, ``worker_id``, ``column``, ``value``.
        headings: Short headings of the questions, by column.
    """
    survey = _as_survey(dataset, answers, headings or {})
    workers = tuple(survey.responses["worker_id"])
    whose = Whose("worker_id", "by name", workers, workers)
    consent = next((c for c in survey.responses.columns if c.casefold() == "consent"), None)
    joined, report = _join(dataset, survey, whose, consent, False)
    return joined, replace(report, shared_codes=shared_codes(answers))


def _as_survey(dataset: Dataset, answers: pl.DataFrame, headings: Mapping[str, str]) -> Survey:
    """Return a batch's own answers as a survey: an assignment is a response."""
    said: dict[tuple[str, str], dict[str, str | None]] = {}
    columns: dict[str, str | None] = {}  # in the order in which they come
    for assignment, worker, column, value in answers.select(
        "assignment_id", "worker_id", "column", "value"
    ).iter_rows():
        if not (is_code(column) or is_worker_key(column) or is_protected(column)):
            name = f"{column} (2)" if column in (*OWN, "worker_id") else column
            columns[name] = said.setdefault((assignment, worker), {})[name] = value or None
    asked = [c for c in columns if not _is_consent(c)]
    when = _submitted(dataset)
    own = [
        pl.Series("response", range(len(said)), dtype=pl.Int64),
        pl.Series("recorded_at", [when.get(a) for a, _ in said], dtype=pl.Datetime("us", "UTC")),
        pl.Series("finished", [all(r.get(c) for c in asked) for r in said.values()], dtype=pl.Boolean),
        pl.Series("worker_id", [worker for _, worker in said], dtype=pl.String),
    ]
    given = [pl.Series(c, [r.get(c) for r in said.values()], dtype=pl.String) for c in columns]
    questions = questions_of(dict.fromkeys(asked, ""), headings)
    return Survey(Path("batch"), "table", questions, pl.DataFrame([*own, *given]), ("worker_id",), ())


def _submitted(dataset: Dataset) -> dict[str, datetime]:
    """Return when each assignment was handed in; one of several images stands as ``A/1``, ``A/2`` … in the dataset."""
    work = dataset.assignments.select("assignment_id", "submitted_at").drop_nulls()
    return dict(work.iter_rows()) | {name.rsplit("/", 1)[0]: at for name, at in work.iter_rows() if "/" in name}


def _is_consent(column: str) -> bool:
    return column.casefold() == "consent" or column.casefold().startswith(CONSENT)


def _join(
    dataset: Dataset, survey: Survey, whose: Whose, consent: str | None, without_work: bool
) -> tuple[Dataset, JoinReport]:
    theirs: dict[str, list[int]] = {}
    strangers: dict[str, list[int]] = {}
    nameless = unclear = 0
    for place, (worker, given) in enumerate(zip(whose.workers, whose.given, strict=True)):
        if worker is not None:
            theirs.setdefault(worker, []).append(place)
        elif given is None:
            nameless += 1
        elif given in whose.shared:
            unclear += 1
        else:
            strangers.setdefault(given, []).append(place)
    responses = survey.responses.to_dicts()
    wanted = strangers if without_work and whose.how != "by code" else {}
    standing = {worker: max(places, key=lambda p: _rank(responses[p])) for worker, places in (theirs | wanted).items()}
    rows = {worker: responses[place] for worker, place in standing.items()}
    joined, changed = _taken_in(dataset, survey, rows, (whose.key, consent))
    answered = [rows[worker] for worker in theirs]
    report = JoinReport(
        whose.key, whose.how, len(responses), dataset.workers.height, len(theirs), dataset.workers.height - len(theirs),
        twice=sum(len(places) > 1 for places in theirs.values()),
        superseded=sum(len(places) - 1 for places in theirs.values()),
        without_work=sum(map(len, strangers.values())), imported=len(wanted), nameless=nameless, unclear=unclear,
        unfinished=sum(row["finished"] is False for row in answered),
        refused=0 if consent is None else sum(not _agrees(row[consent]) for row in answered), changed=changed,
    )  # fmt: skip
    return joined, report


def _rank(response: Mapping[str, Any]) -> tuple[bool, datetime, int]:
    """Order one person's responses: complete ones last, then by time, then by their place in the file."""
    return response["finished"] is not False, response["recorded_at"] or BEFORE, response["response"]


def _taken_in(
    dataset: Dataset, survey: Survey, rows: Mapping[str, Mapping[str, Any]], used: tuple[str, str | None]
) -> tuple[Dataset, int]:
    """Return the Dataset with the responses that stand, and how many answers known before they replaced."""
    asked = survey.questions.filter(~pl.col("question_id").is_in([c for c in used if c is not None]))
    agreed = {c[len(CONSENT) :].casefold(): c for c in survey.responses.columns if c.casefold().startswith(CONSENT)}
    known = {(w, q): (a, c) for w, q, a, c in dataset.answers.select(KEY).iter_rows()}
    changed = 0
    for worker, row in rows.items():
        for question in asked["question_id"]:
            before, consent = known.get((worker, question), (None, None))
            column = agreed.get(question.casefold())
            answer = row[question] if row[question] is not None else before
            changed += before is not None and answer != before
            known[worker, question] = (answer, consent if column is None else _agrees(row[column]))
    answers = [(*who, *what) for who, what in known.items()]
    told = table("answers", {name: [row[i] for row in answers] for i, name in enumerate(KEY)})
    people = _people(dataset.workers, rows, used[1])
    questions = _questions(dataset.questions, asked, survey.path)
    return normalise_answers(dataset.replace(workers=people, questions=questions, answers=told)), changed


def _people(workers: pl.DataFrame, rows: Mapping[str, Mapping[str, Any]], consent: str | None) -> pl.DataFrame:
    """Return the workers with their consent and whether they are invented, as the survey says it."""
    people = {row["worker_id"]: row for row in workers.to_dicts()}
    for worker, row in rows.items():
        person = people.setdefault(worker, {"worker_id": worker})
        if consent is not None:
            person["consent"] = _agrees(row[consent])
        if any(squash(column) == "simulated" and _agrees(str(cell)) for column, cell in row.items()):
            person["simulated"] = True
    return table("workers", list(people.values())) if people else workers


def _questions(known: pl.DataFrame, asked: pl.DataFrame, file: Path) -> pl.DataFrame:
    """Return the questions of both; one that has no text yet gets it.

    Raises:
        InputError: If one id stands for two different questions.
    """
    questions = {row["question_id"]: row for row in known.to_dicts()}
    for row in asked.to_dicts():
        before = questions.setdefault(row["question_id"], row)
        if before["text"] is None:
            plain = before["heading"] in (None, before["question_id"])
            questions[row["question_id"]] = {
                **before, "text": row["text"], "heading": row["heading"] if plain else before["heading"]
            }  # fmt: skip
        elif row["text"] is not None and squash(row["text"]) != squash(before["text"]):
            raise InputError(
                "the dataset has another question of this id", file=file, at=row["question_id"], found=row["text"],
                expected=before["text"], remedy="Map its column to an id of its own.",
            )  # fmt: skip
    return table("questions", list(questions.values()))


def _agrees(cell: str | None) -> bool:
    text = (cell or "").strip()
    return _YES.fullmatch(text) is not None and _NOT.search(text) is None
