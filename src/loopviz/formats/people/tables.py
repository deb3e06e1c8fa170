"""The people tables: who worked, on what, and what they answered, built from whatever form a file gives them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

import polars as pl

from loopviz.dataset import Dataset
from loopviz.formats.people.consent_words import questions_meant, squashed
from loopviz.formats.types import Report
from loopviz.paths import natural_key
from loopviz.schema import table

LONGEST_HEADING = 32  # characters
_SHORT_ID = 12  # longer question ids are taken for the question's own words


@dataclass(frozen=True)
class Person:
    """One mention of a worker, with the answers and the flags that stood there.

    Args:
        worker_id: Who.
        answers: By question id.
        file: Where it stands, for messages.
        at: The place in that file.
        consent: Whether the person agrees; None: nobody asked.
        simulated: Whether it is an invented person.
        texts: The questions' own words, by id, where they are known.
        consents: Whether a single answer may be used, by question id or a key that names it (``consent_Q4``).
    """

    worker_id: str
    answers: Mapping[str, str | None]
    file: str = ""
    at: str | None = None
    consent: bool | None = None
    simulated: bool | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    consents: Mapping[str, bool | None] = field(default_factory=dict)


def answer_text(value: object) -> str | None:
    """Return an answer as it was written: text verbatim, null as null, several choices joined by commas."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(answer_text(part) or "" for part in value)
    return json.dumps(value, ensure_ascii=False)


def people_tables(people: Iterable[Person], report: Report) -> dict[str, pl.DataFrame]:
    """Return the tables ``workers``, ``questions`` and ``answers`` of the people mentioned, in the order of mention.

    Somebody mentioned several times is one worker. Where the mentions answer a question differently, the first answer
    that is not null stands, and the report says so.
    """
    flags: dict[str, list[bool | None]] = {}
    given: dict[str, dict[str, str | None]] = {}
    texts: dict[str, str] = {}
    consents: dict[tuple[str, str], bool] = {}
    for person in people:
        known = flags.setdefault(person.worker_id, [None, None])
        known[0] = strictest((known[0], person.consent))
        known[1] = person.simulated if known[1] is None else known[1]
        texts |= {question: text for question, text in person.texts.items() if question not in texts}
        for question, consent in person.consents.items():
            for name in questions_meant(question) if consent is not None else ():
                key = person.worker_id, name
                consents[key] = bool(consent) and consents.get(key, True)
        mine = given.setdefault(person.worker_id, {})
        for question, answer in person.answers.items():
            before = mine.get(question)
            if before is None:
                mine[question] = answer
            elif answer is not None and answer != before:
                report.warn("answers-differ", person.file, at=person.at, question=question)
    questions = sort_questions({question for answers in given.values() for question in answers}, given.values())
    rows = [(worker, q, mine[q]) for worker, mine in given.items() for q in questions if q in mine]
    said = [consents.get((worker, squashed(question))) for worker, question, _ in rows]
    answers = dict(zip(("worker_id", "question_id", "answer"), zip(*rows, strict=True), strict=False))
    return {
        "workers": table(
            "workers",
            {
                "worker_id": list(flags),
                "consent": [flag[0] for flag in flags.values()],
                "simulated": [flag[1] for flag in flags.values()],
            },
        ),
        "questions": questions_table(questions, texts),
        "answers": table("answers", {**answers, "consent": said}),
    }


def strictest(said: Iterable[bool | None]) -> bool | None:
    """Return what is said of a person in several places: who refused once, refused; None where nobody asked."""
    return min((each for each in said if each is not None), default=None)


def sort_questions(ids: set[str], mentions: Iterable[Mapping[str, object]]) -> list[str]:
    """Return question ids as people number them (Q2 before Q10), or in the order of mention where they are words."""
    if all(len(question) <= _SHORT_ID and question[-1:].isdecimal() for question in ids):
        return sorted(ids, key=natural_key)
    return list(dict.fromkeys(question for answers in mentions for question in answers))


def questions_table(ids: Sequence[str], texts: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Return the ``questions`` table of ids: the heading is the text, shortened, or the id where none is known."""
    words = [(texts or {}).get(question) for question in ids]
    headings = [shortened(text) if text else question for question, text in zip(ids, words, strict=True)]
    return table("questions", {"question_id": list(ids), "text": words, "heading": headings})


def shortened(text: str) -> str:
    """Return a question's text as a heading, cut after a word."""
    if len(text) <= LONGEST_HEADING:
        return text
    words = text[:LONGEST_HEADING].rsplit(" ", 1)
    return (words[0] if len(words[0]) > LONGEST_HEADING // 2 else text[: LONGEST_HEADING - 1]).rstrip(" ,;:-") + "…"


def assignment_id(number: int) -> str:
    """Return the neutral id of the work with a number: never made of the worker's own."""
    return f"assignment-{number:06d}"


def number_assignments(pairs: Iterable[tuple[int, str]], taken: Iterable[str] = ()) -> dict[tuple[int, str], str]:
    """Return a neutral id for every pair of frame and worker, in the order of the frames: never the worker's own id."""
    distinct = sorted(dict.fromkeys(pairs), key=lambda pair: pair[0])
    used = set(taken)
    free = (name for name in map(assignment_id, count(1)) if name not in used)
    return dict(zip(distinct, free, strict=False))


def assignments_table(ids: Mapping[tuple[int, str], str]) -> pl.DataFrame:
    """Return the ``assignments`` table of numbered pairs of frame and worker."""
    frames, workers = [frame for frame, _ in ids], [worker for _, worker in ids]
    return table("assignments", {"assignment_id": list(ids.values()), "frame": frames, "worker_id": workers})


def assign(dataset: Dataset, pairs: Sequence[tuple[int, str]]) -> Dataset:
    """Return a Dataset in which workers are assigned to frames.

    The annotations of a frame that nobody was assigned to become the work of its new worker, if there is only one.
    """
    known = set(dataset.assignments.select("frame", "worker_id").iter_rows())
    ids = number_assignments([pair for pair in pairs if pair not in known], dataset.assignments["assignment_id"])
    if not ids:
        return dataset
    sole = pl.DataFrame({"frame": [frame for frame, _ in ids], "new": list(ids.values())}).filter(
        ~pl.col("frame").is_duplicated()
    )
    linked = dataset.annotations.join(sole, on="frame", how="left", maintain_order="left").with_columns(
        pl.coalesce("assignment_id", "new").alias("assignment_id"),
        pl.when(pl.col("assignment_id").is_null() & pl.col("new").is_not_null() & pl.col("origin").is_null())
        .then(pl.lit("worker"))
        .otherwise("origin")
        .cast(dataset.annotations.schema["origin"])
        .alias("origin"),
    )
    grown = dataset.replace(assignments=pl.concat([dataset.assignments, assignments_table(ids)]))
    return grown.replace(annotations=linked.drop("new"))


def with_people(labels: Dataset, people: Mapping[str, pl.DataFrame], pairs: Sequence[tuple[int, str]]) -> Dataset:
    """Return labels with people, who are assigned to frames; what the labels said of the same people gives way."""
    mentioned = people["workers"]["worker_id"].implode()
    older = labels.workers.filter(~pl.col("worker_id").is_in(mentioned))
    before = labels.workers.select("worker_id", "alias", said="consent")
    newer = people["workers"].drop("alias").join(before, on="worker_id", how="left", maintain_order="left")
    # Who refused in either place, refused.
    newer = newer.with_columns(consent=pl.min_horizontal("consent", "said"))
    workers = pl.concat([labels.workers.clear(), newer.select(labels.workers.columns), older])
    keys = ["worker_id", "question_id"]
    answers = pl.concat(
        [people["answers"], labels.answers.join(people["answers"], on=keys, how="anti", maintain_order="left")]
    )
    listed = pl.concat([people["questions"], labels.questions])["question_id"].unique(maintain_order=True).to_list()
    questions = questions_table(sort_questions(set(listed), [dict.fromkeys(listed)]))
    questions = questions.update(people["questions"].select("question_id", "text"), on="question_id")
    questions = questions.update(labels.questions.select("question_id", "text", "heading"), on="question_id")
    joined = labels.replace(workers=workers)
    joined = joined.replace(questions=questions)
    return assign(joined.replace(answers=answers), pairs)
