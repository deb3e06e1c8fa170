"""``metadata.json``: what is known of the people, by worker or by image.

By worker: ``{"A1B2": {"Q1": "25 - 34", …}}``. By image: ``{"mouse_0001_A1B2.png": {"Q1": …}}``, with or without a
``worker_id`` in it; images are matched by their stem, because the suffix in the file and on the disk may differ. The
same may stand in a list, or under a key such as ``workers``: ``loopviz.formats.people.entries``. The answers stand
there flat, or nested under ``form_responses`` and the like: ``loopviz.formats.people.answers``. ``simulated`` and
``consent`` may stand at the top for everybody, or with a person. A null, a missing key, an empty text and a text such
as ``NON`` all differ, and stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.people.entries import find_people
from loopviz.formats.people.flags import shape
from loopviz.formats.people.known_ids import KnownNames
from loopviz.formats.people.persons import read_persons
from loopviz.formats.people.tables import Person, people_tables, with_people
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import Report

SHAPES = 3  # of ids, in a message


def read_people(path: Path | str, labels: Dataset, report: Report | None = None, *, last: bool = True) -> Dataset:
    """Join what a ``metadata.json`` says of people to labels.

    Args:
        path: The file.
        labels: The labels; where a frame's name holds a worker's id, or the file speaks of images, frames without an
            assignment get one.
        report: Collects what was tolerated, such as one worker answering twice, and decides whether an entry that
            cannot be used ends the reading.
        last: Nothing else will say who drew what: somebody in the file must have worked on the labels.

    Raises:
        InputError: If the file is not about people, an entry or a flag cannot be used, or nobody in it worked.
    """
    file, report = Path(path), report or Report()
    known = KnownNames.of(labels)
    found = find_people(read_json(file), known.knows, file)
    people, pairs = read_persons(found, known, file, report)
    mentioned = list(dict.fromkeys(person.worker_id for person in people))
    pairs += known.named(mentioned)
    others = dict.fromkeys(worker for _, worker in pairs if worker not in known.workers and worker not in mentioned)
    tables = people_tables([*people, *(Person(worker, {}) for worker in others)], report)
    joined = with_people(labels, tables, pairs)
    if last:
        check_met(joined, mentioned, file, report)
    return joined


def check_met(dataset: Dataset, people: Iterable[str], file: Path, report: Report) -> None:
    """Refuse a file about people of whom nobody worked on the labels, and say how many did where some did not.

    Args:
        dataset: The labels with the people joined to them, and everything else that says who drew what.
        people: The ids of the people in the file.
        file: The file, for messages.
        report: Is told how many of each side met.

    Raises:
        InputError: If nobody did; it says what the ids on both sides look like, and none of them.
    """
    theirs = list(dict.fromkeys(people))
    busy = dataset.assignments["worker_id"].drop_nulls().unique(maintain_order=True).to_list()
    met = len(set(theirs) & set(busy))
    if not theirs or not (busy or dataset.annotations.height):
        return
    if met < max(len(theirs), len(busy)) and met:
        report.note("people-met", file, met=met, people=len(theirs), workers=len(busy))
    if met:
        return
    ours = f"{len(busy)} in the labels, such as {_shapes(busy)}" if busy else "nobody in the labels"
    raise InputError(
        "nobody in this file worked on the labels",
        file=file,
        found=f"{len(theirs)} in the file, such as {_shapes(theirs)}; {ours}",
        expected="the same ids in both (A stands for a letter, 0 for a digit)",
        remedy="Name the label files after them (frame_0001_ID.txt), or say in assignments.csv who drew what.",
    )


def _shapes(ids: Iterable[str]) -> str:
    return ", ".join(list(dict.fromkeys(map(shape, ids)))[:SHAPES])
