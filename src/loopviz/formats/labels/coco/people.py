"""The people of traceable COCO: each annotation names its worker and repeats that worker's answers.

``"attributes": {"worker_id": "…", "form_responses": {"Q1": "25 - 34", …, "Q10": null}}``. A worker who labelled a frame
has one assignment there, whatever number of annotations came of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.errors import InputError
from loopviz.formats.people.answers import NESTED, read_answers
from loopviz.formats.people.consent_words import squashed
from loopviz.formats.people.flags import WORKER_KEYS, given, is_flag
from loopviz.formats.people.persons import as_person, heard, note_taken, settled
from loopviz.formats.people.tables import Person, assignments_table, number_assignments, people_tables
from loopviz.formats.types import Report
from loopviz.paths import id_key


def traceable_people(
    annotations: pl.DataFrame, attributes: Sequence[dict[str, Any]], file: Path, report: Report
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return the people's tables, none where no worker is named, and the annotations with their assignments.

    Args:
        annotations: The ``annotations`` table, its frames numbered already.
        attributes: The ``attributes`` of each of its rows.
        file: The file, for messages.
        report: Is told where one worker answers differently in two places.
    """
    spelt: dict[str, str] = {}
    found = (given(entry, WORKER_KEYS) if entry else None for entry in attributes)
    workers = [spelt.setdefault(id_key(worker), worker) if worker else None for worker in found]
    if not any(workers):
        return {}, annotations
    frames = annotations["frame"].to_list()
    rows = sorted((i for i, worker in enumerate(workers) if worker), key=lambda i: frames[i])
    known = set(spelt)
    mentions: dict[tuple[object, ...], Person] = {}
    heard_of: Counter[tuple[str, bool | None]] = Counter()
    for i in rows:
        said = {key: value for key, value in attributes[i].items() if _is_about_people(key, value)}
        mention = (workers[i], *((key, id(v) if isinstance(v, dict | list) else v) for key, v in said.items()))
        if mention not in mentions:
            at = f"annotations[{i}].attributes"
            try:
                answers = read_answers(said, lambda key: id_key(key) in known)
                heard_of.update(heard(answers))
                mentions[mention] = as_person(str(workers[i]), answers, at, file, report)
            except InputError as error:
                error.file, error.at = str(file), ".".join(filter(None, (at, error.at if error.file is None else None)))
                report.bad("bad-person", error)
                mentions[mention] = Person(str(workers[i]), {})
    note_taken(heard_of, file, report)
    tables = people_tables(settled(mentions.values()), report)
    ids = number_assignments([(frames[i], str(workers[i])) for i in rows])
    tables["assignments"] = assignments_table(ids)
    column = [ids[frame, worker] if worker else None for frame, worker in zip(frames, workers, strict=True)]
    origin = pl.when(pl.col("assignment_id").is_not_null()).then(pl.lit("worker")).otherwise("origin")
    annotations = annotations.with_columns(assignment_id=pl.Series(column, dtype=pl.String))
    return tables, annotations.with_columns(origin=origin.cast(annotations.schema["origin"]))


def shared_responses(attributes: Sequence[dict[str, Any]], known: dict[object, Any]) -> Sequence[dict[str, Any]]:
    """Return attributes in which a worker's answers are one object as long as they stay the same.

    Every annotation repeats them: of a million, there would be a million copies.

    Args:
        attributes: The ``attributes`` of some annotations.
        known: Each worker's answers until here; it is added to.
    """
    for entry in attributes:
        if entry:
            worker, responses = str(entry.get("worker_id")), entry.get("form_responses")
            if known.setdefault(worker, responses) == responses:
                entry["form_responses"] = known[worker]
            else:
                known[worker] = responses
    return attributes


def _is_about_people(key: str, value: object) -> bool:
    return squashed(key) in NESTED or is_flag(key, value)
