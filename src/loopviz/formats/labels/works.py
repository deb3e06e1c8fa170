"""Who drew the labels of a set, and how long it took, where its files say so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import polars as pl

from loopviz.formats.people.tables import Person, assignment_id, people_tables
from loopviz.formats.types import Report
from loopviz.paths import id_key
from loopviz.schema import table


class Work(NamedTuple):
    """What somebody did on a picture.

    Attributes:
        worker: Who, as the files spell it.
        seconds: How long it took; None: nobody says.
        submitted: When it was sent in.
        labels_read: Whether all of its labels are there.
        batch: What it was a part of.
    """

    worker: str
    seconds: float | None = None
    submitted: datetime | None = None
    labels_read: bool = True
    batch: str | None = None


class Works:
    """Collects work; each has a neutral id, which is never made of the worker's own."""

    def __init__(self) -> None:
        self._works: list[tuple[int, Work]] = []

    def add(self, picture: int, work: Work) -> str:
        """Take somebody's work on a picture, and return its id."""
        self._works.append((picture, work))
        return assignment_id(len(self._works))

    def tables(self, frames: Sequence[int], report: Report) -> dict[str, pl.DataFrame]:
        """Return the tables of the people and of what they did.

        Args:
            frames: The number of each picture's frame.
            report: Is told what does not agree.
        """
        if not self._works:
            return {}
        spelt: dict[str, str] = {}
        who = [spelt.setdefault(id_key(work.worker), work.worker) for _, work in self._works]
        works = [work for _, work in self._works]
        assignments: dict[str, Sequence[Any]] = {
            "assignment_id": [assignment_id(number) for number in range(1, len(works) + 1)],
            "worker_id": who,
            "frame": [frames[picture] for picture, _ in self._works],
            "work_seconds": [work.seconds for work in works],
            "submitted_at": [work.submitted for work in works],
            "labels_read": [None if work.labels_read else False for work in works],
            "batch": [work.batch for work in works],
        }
        people = people_tables([Person(worker, {}) for worker in spelt.values()], report)
        return {**people, "assignments": table("assignments", assignments)}


def moment(text: object) -> datetime | None:
    """Return a point in time that is written after ISO 8601, None where it is none; without a zone it is in UTC."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found and (found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC))
