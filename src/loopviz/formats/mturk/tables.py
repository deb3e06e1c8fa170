"""The rows of batches, gathered file by file and made into the Dataset's tables.

An assignment that comes again replaces what came before; its older shapes are left behind at the end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.dataset import Dataset
from loopviz.formats.label_names import categories_table
from loopviz.formats.mturk.annotations import Annotations, Place
from loopviz.formats.mturk.assignment_facts import Facts
from loopviz.formats.mturk.shape_file import Shapes
from loopviz.formats.mturk.widget_shapes import Drawn
from loopviz.formats.mturk.widgets import Refuse, fold_choices
from loopviz.formats.types import Report
from loopviz.paths import id_key, natural_key
from loopviz.schema import table

USAGE = {"assignment_id": pl.String(), "category": pl.String(), "pixels": pl.Int64(), "used": pl.Boolean()}
ANSWERS = {"assignment_id": pl.String(), "worker_id": pl.String(), "column": pl.String(), "value": pl.String()}


@dataclass(frozen=True)
class Done:
    """One image of an assignment: its frame's image name, None where nothing names it, and what was drawn on it."""

    image: str | None
    drawn: Drawn


@dataclass
class _Assignment:
    facts: Facts
    batch: str
    images: tuple[str | None, ...]
    usage: tuple[tuple[tuple[str, int, bool], ...], ...]
    read: tuple[bool, ...]
    answers: Mapping[str, str]
    serial: int  # tells its shapes from those of the same assignment in an earlier file

    def ids(self) -> list[str]:
        """Return the ids of its parts: its own, or ``<id>/1`` and so on where it has several images."""
        own = self.facts.assignment_id or ""
        several = len(self.images) > 1
        return [f"{own}/{part}" for part in range(1, len(self.images) + 1)] if several else [own]


@dataclass
class _Batch:
    """What is known of a file until it is read to its end."""

    name: str = ""
    again: int = 0
    labels: set[str] = field(default_factory=set)
    mine: dict[str, _Assignment] = field(default_factory=dict)


class BatchWork:
    """Everything that batches hold; files are begun and ended, rows added between."""

    def __init__(self, report: Report, folder: Path | None = None) -> None:
        self.report = report
        self._assignments: dict[str, _Assignment] = {}
        self._sizes: dict[str, tuple[int, int] | None] = {}
        self._categories: dict[str, None] = {}
        self._annotations = Annotations(folder)
        self._serial = self._unclear = self._painted = self._small = self._outside = 0
        self._batch = _Batch()
        self._people: dict[str, None] = {}
        self._about: dict[str, None] = {}  # the task
        self._spelt: dict[str, str] = {}  # people's ids as they were met first, by what spellings share
        self._other: set[str] = set()  # spellings of these that were met later

    def begin(self, name: str) -> None:
        """Begin a file; its stem is the batch's name."""
        self._batch = _Batch(name)

    def check_size(self, image: str | None, size: tuple[int, int] | None, refuse: Refuse) -> None:
        """See that an image has the size that it had in other rows.

        Raises:
            InputError: If it has another one.
        """
        known = None if image is None else self._sizes.get(image)
        if known is not None and size is not None and known != size:
            found, expected = "{}x{}".format(*size), "{}x{}, as in an earlier row".format(*known)
            raise refuse(f"the image {image} has two sizes", found=found, expected=expected)

    def add(self, facts: Facts, done: Sequence[Done], answers: Mapping[str, str], refuse: Refuse) -> None:
        """Add a row.

        Raises:
            InputError: If its assignment is another worker's in an earlier row.
        """
        facts = self._as_met_first(facts)
        key = facts.assignment_id or ""
        before = self._assignments.get(key)
        if before is not None:
            if before.facts.worker_id != facts.worker_id:
                raise refuse("the assignment is another worker's in an earlier row", found=key)
            facts = _newer(facts, before.facts)
            self._batch.again += 1
        images = tuple(part.image for part in done)
        usage = tuple(part.drawn.usage for part in done)
        self._serial += 1
        read = tuple(part.drawn.read for part in done)
        mine = _Assignment(facts, self._batch.name, images, usage, read, answers, self._serial)
        if before is not None and not any(usage) and (any(before.usage) or (any(before.read) and not any(read))):
            older = {name: getattr(before, name) for name in ("images", "usage", "read", "serial")}
            mine = dataclasses.replace(mine, **older)
        else:
            self._take(done)
        if before is not None and not any(answers.values()):
            mine.answers = before.answers
        self._assignments[key] = self._batch.mine[key] = mine

    def _as_met_first(self, facts: Facts) -> Facts:
        first = self._spelt.setdefault(id_key(facts.worker_id), facts.worker_id)
        if first == facts.worker_id:
            return facts
        self._other.add(facts.worker_id)
        return dataclasses.replace(facts, worker_id=first)

    def _take(self, done: Sequence[Done]) -> None:
        for part, (image, drawn) in enumerate((one.image, one.drawn) for one in done):
            if image is not None:
                self._sizes[image] = drawn.size or self._sizes.get(image)
            self._annotations.add(self._serial, part, drawn.shapes)
            self._batch.labels.update(label for label, _, _ in drawn.usage)
            self._unclear += drawn.unclear
            self._outside += drawn.outside
            self._painted += sum(shape.mask is not None for shape in drawn.shapes)
            self._small += sum(not used and pixels > 0 for _, pixels, used in drawn.usage)

    def end(self, people: Collection[str]) -> None:
        """End a file: its new labels become categories, in natural order behind those of earlier files.

        Args:
            people: The columns with answers of people.
        """
        batch = self._batch
        theirs = {*people, *(name.partition(".")[0] for name in people)}
        self._categories |= dict.fromkeys(sorted(batch.labels - self._categories.keys(), key=natural_key))
        for one, answers in zip(
            batch.mine.values(), fold_choices([one.answers for one in batch.mine.values()]), strict=True
        ):
            one.answers = answers
            self._about |= dict.fromkeys(answers.keys() - theirs)
            self._people |= dict.fromkeys(answers.keys() & theirs)
        if batch.again:
            self.report.note("assignment-again", batch.name, count=batch.again)

    def say(self, tolerance: int, min_area: int) -> None:
        """Note how labels were told from pixels, what was shared, and what belongs to no image."""
        everybody = list(self._assignments.values())
        if self._other:
            self.report.warn("ids-alike", "workers", count=len(self._other))
        if self._painted or self._small:
            told = {"fewer": self._small, "unclear": self._unclear}
            self.report.note("labels-from-pixels", "masks", tolerance=tolerance, min_area=min_area, **told)
        several = sum(len(one.images) > 1 for one in everybody)
        if several:
            self.report.note("shared-pay", "assignments", count=several)
        lost = sum(
            image is None and bool(used) for one in everybody for image, used in zip(one.images, one.usage, strict=True)
        )
        if lost:
            self.report.warn("no-image", "assignments", count=lost)
        unread = sum(not read for one in everybody for read in one.read)
        if unread and (self._categories or any(map(any, (one.read for one in everybody)))):
            self.report.warn("labels-unknown", "assignments", count=unread)
        if self._outside:
            self.report.warn("outside-image", "annotations", count=self._outside)

    def dataset(self) -> tuple[Dataset, Shapes]:
        """Return the tables of everything added, and the masks and outlines of its annotations, which lack them."""
        names = sorted(self._sizes, key=natural_key)
        frames = {name: number for number, name in enumerate(names)}
        sizes = [self._sizes[name] or (None, None) for name in names]
        rows = [row for one in self._assignments.values() for row in _rows(one, frames)]
        workers: dict[str, bool | None] = {}
        for one in self._assignments.values():
            workers[one.facts.worker_id] = workers.get(one.facts.worker_id) or one.facts.simulated
        annotations, shapes = self._annotations.table(self._places(frames), list(self._categories))
        dataset = Dataset(
            frames=table(
                "frames",
                {
                    "frame": list(range(len(names))),
                    "file": names,
                    "width": [width for width, _ in sizes],
                    "height": [height for _, height in sizes],
                },
            ),
            categories=categories_table(list(self._categories)),
            annotations=annotations,
            assignments=table("assignments", rows),
            workers=table("workers", {"worker_id": list(workers), "simulated": list(workers.values())}),
        )
        return dataset, shapes

    def _places(self, frames: Mapping[str, int]) -> list[Place]:
        """Return where the shapes that count belong."""
        return [
            (one.serial, part, frames[image], key)
            for one in self._assignments.values()
            for part, (image, key) in enumerate(zip(one.images, one.ids(), strict=True))
            if image is not None
        ]

    def usage(self) -> pl.DataFrame:
        """Return the pixels of every label of every row's list, and whether it counts as used."""
        rows = [
            (key, *entry)
            for one in self._assignments.values()
            for key, usage in zip(one.ids(), one.usage, strict=True)
            for entry in usage
        ]
        return pl.DataFrame(rows, schema=USAGE, orient="row")

    def people(self) -> frozenset[str]:
        """Return the questions that people answered; what is about the task in one file is so in all."""
        return frozenset(self._people.keys() - self._about.keys())

    def answers(self) -> pl.DataFrame:
        """Return what was answered beside the widgets; of a task of several images, under the first one's id."""
        rows = [
            (one.ids()[0], one.facts.worker_id, column, value)
            for one in self._assignments.values()
            for column, value in one.answers.items()
        ]
        return pl.DataFrame(rows, schema=ANSWERS, orient="row")


def _newer(facts: Facts, before: Facts) -> Facts:
    """Return what the later row says, and the earlier one where that is silent."""
    pairs = ((name, getattr(facts, name)) for name in (one.name for one in dataclasses.fields(facts)))
    return Facts(**{name: getattr(before, name) if value is None else value for name, value in pairs})


def _rows(one: _Assignment, frames: Mapping[str, int]) -> list[dict[str, Any]]:
    facts, share = one.facts, len(one.images)
    return [
        {
            "assignment_id": key,
            "worker_id": facts.worker_id,
            "hit_id": facts.hit_id,
            "frame": None if image is None else frames[image],
            "status": facts.status,
            "reason": facts.reason,
            "reward_usd": None if facts.reward_usd is None else facts.reward_usd / share,
            "work_seconds": None if facts.work_seconds is None else facts.work_seconds / share,
            "submitted_at": facts.submitted_at,
            "batch": one.batch,
            "labels_read": read,
        }
        for image, key, read in zip(one.images, one.ids(), one.read, strict=True)
    ]
