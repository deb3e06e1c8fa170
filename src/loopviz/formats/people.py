"""``metadata.json``: what is known of the people, by worker or by image.

By worker: ``{"A1B2": {"Q1": "25 - 34", …}}``. By image: ``{"mouse_0001_A1B2.png": {"Q1": …}}``, with or without a
``worker_id`` in it; images are matched by their stem, because the suffix in the file and on the disk may differ. The
answers stand there flat, or nested under ``form_responses``, ``answers`` or ``survey``. ``simulated`` and ``consent``
may stand at the top for everybody, or with a person. A null, a missing key, an empty text and a text such as ``NON``
all differ, and stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.names import split_worker
from loopviz.formats.people_tables import Person, answers_of, assign, people_tables, questions_table, sort_questions
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import Report
from loopviz.paths import stem_of

NESTED = ("form_responses", "answers", "survey")
WORKER_KEYS = ("worker_id", "WorkerId", "workerId")
FLAGS = ("simulated", "consent")


def read_people(path: Path | str, labels: Dataset, report: Report | None = None) -> Dataset:
    """Join what a ``metadata.json`` says of people to labels.

    Args:
        path: The file.
        labels: The labels; where a frame's name ends with a worker's id, or the file speaks of images, frames without
            an assignment get one.
        report: Collects what was tolerated, such as one worker answering twice, and decides whether an entry that
            cannot be used ends the reading.

    Raises:
        InputError: If the file is no JSON object of objects, or a flag is neither true nor false.
    """
    file = Path(path)
    document = read_json(file)
    if not isinstance(document, dict):
        found, expected = type(document).__name__, 'an object such as {"A1B2": {"Q1": "25 - 34"}}'
        raise InputError("not a file about people", file=file, found=found, expected=expected)
    common = {flag: _flag(document, flag, file, flag) for flag in FLAGS}
    stems = {stem_of(name): frame for frame, name in labels.frames.select("frame", "file").iter_rows() if name}
    by_image = any(stem_of(key) in stems or stem_of(key) != key for key in document)
    known = _assigned(labels)
    report = report or Report()
    people: list[Person] = []
    pairs: list[tuple[int, str]] = []
    for key, value in document.items():
        if key in FLAGS:
            continue
        frame = stems.get(stem_of(key))
        assigned = [] if frame is None else known.get(frame, [])
        try:
            person = _read_entry(key, value, file, assigned, by_image, common)
        except InputError as error:
            report.bad("bad-person", error)
            continue
        people.append(person)
        worker = person.worker_id
        if frame is not None and worker not in assigned:
            pairs.append((frame, worker))
    mentioned = {person.worker_id for person in people}
    pairs += [(frame, worker) for stem, frame in stems.items() for worker in _named(stem, mentioned, known.get(frame))]
    return _join(labels, people_tables(people, report), pairs)


def _read_entry(
    key: str, value: object, file: Path, assigned: list[str], by_image: bool, common: Mapping[str, bool | None]
) -> Person:
    if not isinstance(value, dict):
        expected = "a person's answers by question"
        raise InputError("an entry is no object", file=file, at=key, found=value, expected=expected)
    worker = _worker(key, value, assigned, by_image)
    return _person(worker, value, common, f"{file}, {key}", file)


def _flag(entry: Mapping[str, Any], flag: str, file: Path, at: str) -> bool | None:
    value = entry.get(flag)
    if value is None or isinstance(value, bool):
        return value
    raise InputError(f"{flag} is neither true nor false", file=file, at=at, found=value, expected="true or false")


def _assigned(labels: Dataset) -> dict[int, list[str]]:
    """Return the workers of each frame that has some."""
    found: dict[int, list[str]] = {}
    for frame, worker in labels.assignments.select("frame", "worker_id").drop_nulls().iter_rows():
        found.setdefault(frame, []).append(worker)
    return found


def _worker(key: str, value: Mapping[str, Any], assigned: list[str], by_image: bool) -> str:
    """Return whom an entry is about: the id in it, its image's worker, the id in the image's name, or its key."""
    for name in WORKER_KEYS:
        given = value.get(name)
        if isinstance(given, str | int) and not isinstance(given, bool) and given != "":
            return str(given)
    if len(assigned) == 1:
        return assigned[0]
    stem = stem_of(key)
    return (split_worker(stem)[1] or stem) if by_image else key


def _person(worker: str, value: Mapping[str, Any], common: Mapping[str, bool | None], place: str, file: Path) -> Person:
    nested = next((value[name] for name in NESTED if isinstance(value.get(name), dict)), None)
    flat = {key: answer for key, answer in value.items() if key not in (*FLAGS, *WORKER_KEYS, *NESTED)}
    own = {flag: _flag(value, flag, file, f"{place.rsplit(', ', 1)[-1]}.{flag}") for flag in FLAGS}
    flags = {flag: common[flag] if own[flag] is None else own[flag] for flag in FLAGS}
    answers = answers_of(flat if nested is None else nested)
    return Person(worker, answers, place, consent=flags["consent"], simulated=flags["simulated"])


def _named(stem: str, workers: set[str], assigned: list[str] | None) -> list[str]:
    """Return the worker whose id ends a frame's name, unless the frame has its workers already."""
    if assigned:
        return []
    parts = stem.split("_")
    tails = ("_".join(parts[i:]) for i in range(1, len(parts)))
    return [tail for tail in tails if tail in workers][:1]


def _join(labels: Dataset, people: dict[str, pl.DataFrame], pairs: list[tuple[int, str]]) -> Dataset:
    """Add people to labels; what the labels said of the same people gives way."""
    mentioned = people["workers"]["worker_id"].implode()
    older = labels.workers.filter(~pl.col("worker_id").is_in(mentioned))
    aliases = labels.workers.select("worker_id", "alias")
    newer = people["workers"].drop("alias").join(aliases, on="worker_id", how="left", maintain_order="left")
    workers = pl.concat([labels.workers.clear(), newer.select(labels.workers.columns), older])
    keys = ["worker_id", "question_id"]
    answers = pl.concat(
        [people["answers"], labels.answers.join(people["answers"], on=keys, how="anti", maintain_order="left")]
    )
    listed = pl.concat([people["questions"], labels.questions])["question_id"].unique(maintain_order=True).to_list()
    questions = questions_table(sort_questions(set(listed), [dict.fromkeys(listed)]))
    questions = questions.update(labels.questions.select("question_id", "text", "heading"), on="question_id")
    joined = labels.replace(workers=workers)
    joined = joined.replace(questions=questions)
    return assign(joined.replace(answers=answers), pairs)
