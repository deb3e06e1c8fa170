"""Results of Amazon Mechanical Turk batches: who did which task, what was drawn, and what was answered beside it.

A batch's file has a row for every assignment. Several files add up: another file over the same frames adds people's
work to them, and never replaces any. Only where an ``AssignmentId`` stands in two rows are they one assignment: the
platform offers a batch anew after each review, and the later file knows more. See ``rows`` for the file,
``assignment_facts`` for the columns of the platform, ``widgets`` for those of the task and ``masks`` for the masks.

A task of several images becomes as many assignments, ``<AssignmentId>/1`` and so on, each with its share of the pay and
of the time.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import polars as pl

from loopviz.errors import ConfigError, InputError, check_is_file
from loopviz.formats.label_names import check_file_name
from loopviz.formats.mturk.assignment_facts import KNOWN, Facts, facts_of
from loopviz.formats.mturk.columns import BatchColumns, columns_of
from loopviz.formats.mturk.requester_shapes import content_of, own_widgets
from loopviz.formats.mturk.rows import ASSIGNMENT, BATCH, Table, cells_of, open_batch
from loopviz.formats.mturk.shape_file import Shapes
from loopviz.formats.mturk.tables import BatchWork, Done
from loopviz.formats.mturk.widget_shapes import Drawn, Limits, read_widget
from loopviz.formats.mturk.widgets import (
    DOCUMENT,
    BatchLayout,
    Refuse,
    answers_of_row,
    image_name,
    images_of,
    layout_of,
    tasks_of,
    text_of,
)
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.geometry import without_opencv_threads
from loopviz.paths import inside


@dataclass(frozen=True)
class BatchOptions:
    """How batches are read.

    Args:
        images: The frame's image name for an image's address, or for the file name in it. None: the last part of the
            address' path is the name.
        tolerance: Largest distance of a pixel to a label's colour, in red, in green and in blue.
        min_area: Pixels below which a label does not count as used.
        largest: Pixels of the largest mask that is unpacked.
        label_columns: The columns in which a requester's own page wrote labels, in pixels; None finds them.
        image_column: The column ``Input.*`` that names the image which was labelled; None finds it.

    Raises:
        ConfigError: If a number is impossible.
    """

    images: Mapping[str, str] | None = None
    tolerance: int = 40
    min_area: int = 25
    largest: int = 64_000_000
    label_columns: tuple[str, ...] | None = None
    image_column: str | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.tolerance <= 255 and self.min_area >= 0 and self.largest > 0):
            found = f"tolerance {self.tolerance}, min_area {self.min_area}, largest {self.largest}"
            expected = "a tolerance from 0 to 255, and areas"
            raise ConfigError("batches cannot be read with these options", found=found, expected=expected)


@dataclass(frozen=True)
class Batches:
    """What batches hold.

    Args:
        bare: The labels without masks and outlines; frames are numbered in the natural order of their images' names.
        shapes: Their masks and outlines.
        usage: ``assignment_id``, ``category``, ``pixels`` and ``used``: every label of every row's list of labels.
        answers: ``assignment_id``, ``worker_id``, ``column`` and ``value``: what was answered beside the widget,
            verbatim; questions of one column a choice are folded into one.
        people: Which of these columns are answers of people, a survey; others are about the task.
    """

    bare: LabelSet
    shapes: Shapes
    usage: pl.DataFrame
    answers: pl.DataFrame
    people: frozenset[str]

    @cached_property
    def labels(self) -> LabelSet:
        """The labels, masks and outlines in memory."""
        return with_shapes(self.bare, self.shapes)


def with_shapes(bare: LabelSet, shapes: Shapes) -> LabelSet:
    """Return labels with their masks and outlines."""
    whole = shapes.put_in(bare.dataset.annotations)
    return bare.with_dataset(bare.dataset.replace(annotations=whole))


def read_batches(
    files: Sequence[Path | str],
    options: BatchOptions = BatchOptions(),
    report: Report | None = None,
    *,
    folder: Path | None = None,
) -> Batches:
    """Read the results of batches, in the order given.

    Args:
        files: The files as they were downloaded.
        options: See ``BatchOptions``.
        report: Decides whether a row that cannot be used ends the reading, and collects what is worth knowing.
        folder: On whose disk masks and outlines are kept; None: where temporary files are.

    Raises:
        InputError: If a file is no batch, or a row cannot be used.
        ConfigError: If no file is given.
        OutputError: If that disk has no room.
    """
    if not files:
        raise ConfigError("no batch is given", remedy="Give the CSV files of the results.")
    report = report or Report()
    work = BatchWork(report, folder)
    known: set[bytes] = set()
    for path in map(Path, files):
        check_is_file(path, BATCH)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").digest()
        if digest in known:
            report.warn("batch-twice", path)
        else:
            _read_file(path, options, work)
        known.add(digest)
    work.say(options.tolerance, options.min_area)
    dataset, shapes = work.dataset()
    bare = LabelSet("mturk", Path(files[0]), dataset, report.problems())
    return Batches(bare, shapes, work.usage(), work.answers(), work.people())


def read_batch(path: Path, options: LabelOptions) -> LabelSet:
    """Read the labels of one batch; see ``read_batches``."""
    return read_batches([path], report=Report(options.skip_bad)).labels


def _read_file(path: Path, options: BatchOptions, work: BatchWork) -> None:
    known = frozenset(options.images or ())
    with open_batch(path) as table:
        columns = columns_of(table, known, labels=options.label_columns, image=options.image_column, report=work.report)
    work.begin(path.stem)
    with open_batch(path) as table:
        layout = layout_of(table.header)
        _say_unknown(table, layout, work.report)
        rows, short = _read_rows(table, Plan(layout, columns, options), work)
    work.end(columns.people)
    if short:
        work.report.note("short-rows", path, count=short, rows=rows)


def _say_unknown(table: Table, layout: BatchLayout, report: Report) -> None:
    missing = [what for column, what in KNOWN.items() if column not in table.header]
    if missing:
        report.note("columns-missing", table.file, what=missing)
    if ASSIGNMENT not in table.header:
        report.note("no-assignment-id", table.file)
    if layout.masks_deleted:
        report.warn("no-mask-column", table.file)


@dataclass(frozen=True)
class Plan:
    """How the rows of a file are read: what its columns are, and what was asked for."""

    layout: BatchLayout
    columns: BatchColumns
    options: BatchOptions


def _read_rows(table: Table, plan: Plan, work: BatchWork) -> tuple[int, int]:
    rows = short = 0
    masks = any(path[-1] == "pngImageData" for _, _, path in plan.layout.fields) or DOCUMENT in table.header
    with without_opencv_threads() if masks else nullcontext():
        for number, fields in table.rows:
            rows += 1
            short += len(fields) < len(table.header)
            try:
                facts, done, answers, refuse = _read_row(fields, number, table, plan)
                for part in done:
                    work.check_size(part.image, part.drawn.size, refuse)
                work.add(facts, done, answers, refuse)
            except InputError as error:
                work.report.bad("bad-row", error)
    return rows, short


class _Row(NamedTuple):
    """What a row holds, and what makes an error that names it."""

    facts: Facts
    done: list[Done]
    answers: dict[str, str]
    refuse: Refuse


def _read_row(fields: Sequence[str], number: int, table: Table, plan: Plan) -> _Row:
    at, file = f"row {number}", table.file
    cells = cells_of(table.header, fields, (file, number))

    def refuse(
        problem: str, *, found: object = None, expected: str | None = None, remedy: str | None = None
    ) -> InputError:
        remedy = remedy or "Correct the row, or leave it out."
        return InputError(problem, file=file, at=at, found=found, expected=expected, remedy=remedy)

    facts = facts_of(cells, file, number)
    facts = dataclasses.replace(facts, assignment_id=facts.assignment_id or f"{file.stem}-row-{number}")
    columns, options = plan.columns, plan.options
    widgets, others = answers_of_row(cells, plan.layout, refuse)
    widgets |= own_widgets({name: value for name, value in others.items() if name in columns.labels})
    hidden = any(content_of(others[name]).kind != "nothing" for name in columns.unread & others.keys())
    images = images_of(cells, columns.images)
    tasks = tasks_of(widgets, images, refuse)
    limits = Limits(options.tolerance, options.min_area, options.largest)
    done = []
    for task in tasks:
        image = None if task.image is None else _frame_name(task.image, options.images, refuse)
        drawn = Drawn(read=False) if task.widget is None else read_widget(task.widget, limits, refuse)
        done.append(Done(image, dataclasses.replace(drawn, read=drawn.read and not hidden)))
    labels = columns.labels | columns.unread
    answers = {name: text_of(value) for name, value in others.items() if name not in labels}
    return _Row(facts, done, answers, refuse)


def _frame_name(url: str, known: Mapping[str, str] | None, refuse: Refuse) -> str:
    """Return the image name of a frame for an image's address."""
    name: str | None = image_name(url)
    if known is not None:
        name = known.get(url) or known.get(image_name(url))
        if name is None:
            raise refuse("the table of images does not know this one", found=url, remedy="Add it to the table.")
    try:
        return inside([check_file_name(name, file=Path(url), at="")])[0]
    except InputError as error:
        raise refuse(error.problem, found=url, expected="an address that ends in a file's name") from error
