"""The people of traceable COCO: each annotation names its worker and repeats that worker's answers.

``"attributes": {"worker_id": "…", "form_responses": {"Q1": "25 - 34", …, "Q10": null}}``. A worker who labelled a frame
has one assignment there, whatever number of annotations came of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.formats.people_tables import Person, answers_of, assignments_table, number_assignments, people_tables
from loopviz.formats.types import Report


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
    workers = [_worker_id(entry.get("worker_id")) if entry else None for entry in attributes]
    if not any(workers):
        return {}, annotations
    frames = annotations["frame"].to_list()
    rows = sorted((i for i, worker in enumerate(workers) if worker), key=lambda i: frames[i])
    mentions = {}
    for i in rows:
        responses = attributes[i].get("form_responses")
        key = (workers[i], id(responses))
        if key not in mentions:
            answers = answers_of(responses) if isinstance(responses, dict) else {}
            mentions[key] = Person(str(workers[i]), answers, f"{file}, annotations[{i}].attributes")
    tables = people_tables(mentions.values(), report)
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


def _worker_id(value: object) -> str | None:
    return value if isinstance(value, str) and value else str(value) if isinstance(value, int) else None
