"""Joins a survey's answers to the work: who answered, who was silent, who answered twice.

One response stands for each worker: the last complete one; where none is complete, the last. People who answered
without having worked are counted, not taken in: a dataset says nothing of those who had no part in it, unless that is
asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl

from loopviz.crowd.answers.choices import with_normal
from loopviz.crowd.answers.join_report import JoinReport
from loopviz.crowd.answers.survey_key import Whose, find_whose, shared_codes
from loopviz.crowd.consent.given import BEFORE, agreed, all_agreed, last_consent, refusals
from loopviz.crowd.consent.question import FOUND_OUT, Consent, ConsentAsked, find_consent
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.formats.people.yes_no import is_yes
from loopviz.formats.survey.column_names import is_code, is_protected, is_worker_key, squash
from loopviz.formats.survey.read import OWN, Survey, questions_of
from loopviz.schema import table

KEY = ("worker_id", "question_id", "answer", "consent")


def join_survey(
    dataset: Dataset,
    survey: Survey,
    *,
    key: str | None = None,
    consent: ConsentAsked = FOUND_OUT,
    codes: pl.DataFrame | None = None,
) -> tuple[Dataset, JoinReport]:
    """Join a survey's answers to a Dataset's workers.

    Args:
        dataset: The work.
        survey: The survey.
        key: The column that says who answered; it is found if it is not named.
        consent: In which columns a person agrees that the answers are used, and with what; they are found if none is
            named. A column such as ``consent_<question>`` says it for one question.
        codes: A batch's own answers (``assignment_id``, ``worker_id``, ``column``, ``value``), in which the survey's
            completion codes may stand, and a question of consent that is named.

    Returns:
        The Dataset with questions, answers and their normal forms, and consent; and what the join came to.

    Raises:
        ConfigError: If a column that is named is not in the survey, or consent is not clear.
        InputError: If no column says who answered.
    """
    whose = find_whose(dataset, survey, key, codes)
    consent = replace(consent, questions=consent.questions or survey.consent)
    known = {*survey.responses.columns, *(codes["column"] if codes is not None else ())}
    lost = next((question for question in consent.questions if question not in known), None)
    if lost is not None and not consent.nobody:
        expected = ", ".join(survey.responses.columns)
        raise ConfigError("the survey has no such column", file=survey.path, found=lost, expected=expected)
    joined, report = _join(dataset, survey, whose, _consent(survey, whose.key, consent))
    return joined, replace(report, shared_codes=shared_codes(codes))


def join_batch_answers(
    dataset: Dataset,
    answers: pl.DataFrame,
    headings: Mapping[str, str] | None = None,
    consent: ConsentAsked = FOUND_OUT,
    people: Collection[str] | None = None,
) -> tuple[Dataset, JoinReport]:
    """Join answers that stand in a batch's own rows.

    An assignment is one response, complete where every question that the batches ask is answered; completion codes,
    workers' ids and what could find a person are no questions.

    Args:
        dataset: The work.
        answers: One row an answer: ``assignment_id``, ``worker_id``, ``column``, ``value``.
        headings: Short headings of the questions, by column.
        consent: As in ``join_survey``; a column that stands in no batch may stand in the survey.
        people: The columns that are answers of people; others are only looked at for consent. None: all are.

    Raises:
        ConfigError: If consent is not clear.
    """
    survey = _as_survey(dataset, answers, headings or {})
    workers = tuple(survey.responses["worker_id"])
    whose = Whose("worker_id", "by name", workers, workers)
    found = replace(_consent(survey, whose.key, consent), handed_in=True)
    survey = replace(survey, responses=_with_finished(survey.responses, found))
    if people is not None:
        theirs = pl.col("question_id").is_in([*people, *found.columns])
        survey = replace(survey, questions=survey.questions.filter(theirs))
    joined, report = _join(dataset, survey, whose, found)
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
    when = _submitted(dataset)
    own = [
        pl.Series("response", range(len(said)), dtype=pl.Int64),
        pl.Series("recorded_at", [when.get(a) for a, _ in said], dtype=pl.Datetime("us", "UTC")),
        pl.Series("finished", [None] * len(said), dtype=pl.Boolean),
        pl.Series("worker_id", [worker for _, worker in said], dtype=pl.String),
    ]
    given = [pl.Series(c, [r.get(c) for r in said.values()], dtype=pl.String) for c in columns]
    questions = questions_of(dict.fromkeys(columns, ""), headings)
    return Survey(Path("batch"), "table", questions, pl.DataFrame([*own, *given]), ("worker_id",), ())


def _with_finished(responses: pl.DataFrame, consent: Consent) -> pl.DataFrame:
    """Return a batch's responses with whether each answers every question: a box that is not ticked is no gap."""
    asked = [c for c in responses.columns if c not in (*OWN, "worker_id", *consent.columns)]
    gaps = pl.any_horizontal(pl.lit(value=False), *(pl.col(column).is_null() for column in asked))
    return responses.with_columns(finished=~gaps)


def _submitted(dataset: Dataset) -> dict[str, datetime]:
    """Return when each assignment was handed in; one of several images stands as ``A/1``, ``A/2`` … in the dataset."""
    work = dataset.assignments.select("assignment_id", "submitted_at").drop_nulls()
    return dict(work.iter_rows()) | {name.rsplit("/", 1)[0]: at for name, at in work.iter_rows() if "/" in name}


def _consent(survey: Survey, key: str, asked: ConsentAsked) -> Consent:
    told = survey.questions.select("question_id", pl.coalesce("text", "heading").fill_null(""))
    words = dict(told.iter_rows())
    texts = {c: words.get(c, "") for c in survey.responses.columns if c not in (*OWN, key)}  # it may be no question
    return find_consent(survey.path, survey.responses, texts, asked)


def _join(dataset: Dataset, survey: Survey, whose: Whose, consent: Consent) -> tuple[Dataset, JoinReport]:
    theirs: dict[str, list[int]] = {}
    nameless = unclear = strangers = 0
    for place, (worker, given) in enumerate(zip(whose.workers, whose.given, strict=True)):
        if worker is not None:
            theirs.setdefault(worker, []).append(place)
        elif given is None:
            nameless += 1
        elif given in whose.shared:
            unclear += 1
        else:
            strangers += 1
    order = survey.responses.select("finished", "recorded_at", "response").rows()
    standing = {worker: max(places, key=lambda p: _rank(*order[p])) for worker, places in theirs.items()}
    stand = survey.responses[list(standing.values())]
    stand = stand.with_columns(last_consent(survey.responses, theirs, consent))
    workers = pl.Series("worker_id", list(standing), pl.String)
    asked = survey.questions.filter(~pl.col("question_id").is_in([whose.key, *consent.columns]))
    said = _answers(workers, stand, asked["question_id"].to_list(), consent)
    people = _people(dataset.workers, workers, stand, consent)
    stand = stand.select("finished", *set(consent.columns))  # the answers would be in memory twice
    questions = _questions(dataset.questions, asked, survey.path)
    joined, changed = _taken_in(dataset, people, questions, said)
    report = JoinReport(
        whose.key, whose.how, len(order), dataset.workers.height, len(theirs), dataset.workers.height - len(theirs),
        twice=sum(len(places) > 1 for places in theirs.values()),
        superseded=sum(len(places) - 1 for places in theirs.values()),
        without_work=strangers, nameless=nameless, unclear=unclear,
        unfinished=int((~stand["finished"]).sum()),
        refused=int((~all_agreed(stand, consent)).sum()) if consent.whole else 0,
        refused_unknown=refusals(survey.responses, whose, consent), changed=changed, taken=consent.taken,
    )  # fmt: skip
    return joined, report


def _rank(finished: bool | None, recorded_at: datetime | None, response: int) -> tuple[bool, datetime, int]:
    """Order one person's responses: complete ones last, then by time, then by their place in the file."""
    return finished is not False, recorded_at or BEFORE, response


def _taken_in(
    dataset: Dataset, people: pl.DataFrame, questions: pl.DataFrame, said: pl.DataFrame
) -> tuple[Dataset, int]:
    """Return the Dataset with what the responses that stand say, and how many answers known before they replaced."""
    told, changed = _with_earlier(dataset.answers.select(KEY), said)
    answers = with_normal(told.with_columns(normal=pl.lit(None, pl.String)).select(dataset.answers.columns))
    return dataset.replace(workers=people, questions=questions, answers=answers), changed


def _with_earlier(known: pl.DataFrame, said: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Return answers known before with what is said now, and how many another one replaces; silence replaces none."""
    if not known.height:
        return said, 0
    both = known.join(said, on=KEY[:2], how="left", maintain_order="left", suffix="_now")
    later = [pl.coalesce(f"{column}_now", column).alias(column) for column in KEY[2:]]
    new = said.join(known, on=KEY[:2], how="anti", maintain_order="left")
    return pl.concat([both.select(*KEY[:2], *later), new]), int((both["answer_now"] != both["answer"]).sum())


def _answers(workers: pl.Series, stand: pl.DataFrame, asked: Sequence[str], consent: Consent) -> pl.DataFrame:
    """Return the answers of the responses that stand, person by person, with the consent to single ones."""
    if not asked or not stand.height:
        return table("answers", []).select(KEY)
    single = {question: agreed(stand, column, means) for question, (column, means) in consent.single.items()}
    consents = [pl.lit(single[q]) if q in single else pl.lit(None, pl.Boolean) for q in asked]
    rows = stand.lazy().select(  # lazy, as what is not exploded yet takes as much again
        pl.lit(workers).alias("worker_id"),
        pl.lit(pl.Series([list(asked)], dtype=pl.List(pl.Categorical))).first().alias("question_id"),
        answer=pl.concat_list(pl.col(list(asked))),
        consent=pl.concat_list(consents),
    )
    return rows.explode("question_id", "answer", "consent").cast({"question_id": pl.String}).collect()


def _people(known: pl.DataFrame, workers: pl.Series, stand: pl.DataFrame, consent: Consent) -> pl.DataFrame:
    """Return the workers with their consent and whether they are invented, as the survey says it."""
    marks = [agreed(stand, c, {w: is_yes(w) is True for w in stand[c].unique() if w}) for c in _simulated(stand)]
    nothing = pl.Series([None] * len(workers), dtype=pl.Boolean)
    said = pl.DataFrame(
        {
            "worker_id": workers,
            "consent": all_agreed(stand, consent) if consent.whole else nothing,
            "simulated": pl.select(pl.any_horizontal(*marks)).to_series().replace(False, None) if marks else nothing,
        }
    )
    people = known.join(said, on="worker_id", how="full", coalesce=True, maintain_order="left_right", suffix="_now")
    # Another question elsewhere may have been refused: a no stays.
    both = pl.min_horizontal("consent", "consent_now").alias("consent")
    return people.with_columns(both, pl.coalesce("simulated_now", "simulated").alias("simulated")).select(known.columns)


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


def _simulated(stand: pl.DataFrame) -> list[str]:
    return [column for column in stand.columns if squash(column) == "simulated"]
