"""What the columns of a batch are that no widget of the platform's wrote: labels, answers of people, or something else.

The file is read once before it is read for good, for a column is told by all of its cells. It holds labels where
``requester_shapes`` reads shapes in it. It is about the task, and not about the person, where most people who did
several tasks answered differently from one to the next. Which ``Input.*`` column names the image that was labelled is
decided here too, or asked for. Everything that is decided is said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from loopviz.errors import ConfigError, InputError, shown_plain
from loopviz.formats.mturk.requester_shapes import Content, content_of
from loopviz.formats.mturk.rows import ANSWER, INPUT, WORKER, Table, cells_of
from loopviz.formats.mturk.widgets import IMAGE_WORD, NUMBERED, BatchLayout, answers_of_row, image_name, layout_of
from loopviz.formats.survey.column_names import is_code, is_protected, is_worker_key
from loopviz.formats.types import Report
from loopviz.paths import is_image_name, natural_key
from loopviz.wording import listed

WATCHED = 2_000  # people whose answers are compared from task to task
FEW = 10  # one in so many people must have done several tasks before these tell anything
SHORT = 200  # characters of a cell that is worth remembering
LISTED = 8  # columns named in a note
_LABEL_WORD = re.compile(r"box|bound|annot|label|polygon|region|shape|mask|rect|object", re.IGNORECASE)


@dataclass(frozen=True)
class BatchColumns:
    """What columns are, by their names without ``Answer.``.

    Args:
        labels: Those with boxes and polygons.
        unread: Those that may hold labels of a kind that is not read.
        people: Those with answers of people, a survey; what is called as an id, a code or an address is among them.
        images: The ``Input.*`` columns that name the images which were labelled.
    """

    labels: frozenset[str]
    unread: frozenset[str]
    people: frozenset[str]
    images: tuple[str, ...]


@dataclass
class _Seen:
    """What stood in one column."""

    kinds: Counter[str] = field(default_factory=Counter)
    whys: Counter[str] = field(default_factory=Counter)
    largest: float = 0.0
    broken: bool = False  # some coordinate is no whole number

    def add(self, content: Content) -> None:
        self.kinds[content.kind] += 1
        if content.why:
            self.whys[content.why] += 1
        for shape in content.shapes:
            self.largest = max(self.largest, *shape.numbers)
            self.broken = self.broken or any(number % 1 for number in shape.numbers)

    def role(self, name: str, asked: Collection[str] | None) -> str:
        if asked is not None:
            return "labels" if name in asked else "answer"
        if self.kinds["shapes"]:
            return "unread" if self.perhaps_percent() else "labels"
        if self.kinds["not read"] > self.kinds["answer"]:
            return "unread"
        if self.kinds["answer"]:
            return "answer"
        return "labels" if self.kinds["drew nothing"] and _LABEL_WORD.search(name) else "nothing"

    def perhaps_percent(self) -> bool:
        return self.broken and self.largest <= 100

    def why(self) -> str:
        """Say what stands there that is not read."""
        if self.kinds["shapes"]:
            return "numbers up to 100 with fractions, which may be pixels or percentages"
        return self.whys.most_common(1)[0][0]


@dataclass
class _Input:
    """What stood in one of the task's own columns."""

    images: int = 0
    values: set[str] = field(default_factory=set)  # at most two
    address: bool = False


class _Survey:
    """What stands in the columns of a file."""

    def __init__(self) -> None:
        self.seen: dict[str, _Seen] = {}
        self.inputs: dict[str, _Input] = {}
        self.widgets: set[str] = set()
        self.differ = False  # a row's columns name different images
        self.said: dict[str, dict[str, object]] = {}  # by person, the last answer to each question
        self.several: dict[str, set[str]] = {}  # by question, who answered it twice
        self.changed: dict[str, set[str]] = {}  # and who of them otherwise

    def add(self, cells: Mapping[str, str], layout: BatchLayout, known: Collection[str]) -> None:
        """Add a row.

        Raises:
            InputError: If it cannot be read.
        """
        widgets, others = answers_of_row(cells, layout, InputError)
        self.widgets.update(widgets)
        for name, value in others.items():
            self.seen.setdefault(name, _Seen()).add(_content(value))
        self._watch(cells[WORKER].strip(), _answered(others))
        named = set()
        for column in layout.inputs:
            value, given = cells[column].strip(), self.inputs.setdefault(column, _Input())
            if len(given.values) < 2:
                given.values.add(value)
            if is_image_name(name := image_name(value)) or value in known or name in known:
                given.images += 1
                given.address = given.address or "://" in value
                named.add(name)
        self.differ = self.differ or len(named) > 1

    def _watch(self, worker: str, answered: Mapping[str, object]) -> None:
        if worker not in self.said and len(self.said) >= WATCHED:
            return
        before = self.said.setdefault(worker, {})
        for question, answer in answered.items():
            if question in before:
                self.several.setdefault(question, set()).add(worker)
                if before[question] != answer:
                    self.changed.setdefault(question, set()).add(worker)
            before[question] = answer

    def about_the_task(self, name: str) -> bool:
        """Say whether most people who answered several times answered differently."""
        question = _question(name)
        several = len(self.several.get(question, ()))
        return several * FEW >= len(self.said) and 2 * len(self.changed.get(question, ())) > several


@lru_cache(maxsize=2**16)
def _short(text: str) -> Content:
    return content_of(text)


def _content(value: object) -> Content:
    return _short(value) if isinstance(value, str) and len(value) <= SHORT else content_of(value)


def _question(name: str) -> str:
    """Return the question of a column that is one of its choices: ``Q1`` of ``Q1.25-34``."""
    return name.partition(".")[0]


def _answered(others: Mapping[str, object]) -> dict[str, object]:
    """Return what was answered to each question; choices in columns of their own are one answer."""
    chosen: dict[str, list[str]] = {}
    for name, value in others.items():
        text = " ".join(str(value).split()).casefold()
        if text not in ("", "{}", "null"):
            chosen.setdefault(_question(name), []).append(f"{name}={text}"[:SHORT])
    return {question: hash(tuple(answers)) for question, answers in chosen.items()}


def columns_of(
    table: Table,
    known: Collection[str] = (),
    *,
    labels: Sequence[str] | None = None,
    image: str | None = None,
    report: Report | None = None,
) -> BatchColumns:
    """Return what a batch's columns are; the table's rows are used up.

    Args:
        table: The open batch.
        known: The addresses and names in a table of images.
        labels: The columns that hold labels, with or without ``Answer.``; None finds out.
        image: The ``Input.*`` column that names the image; None finds out.
        report: Is told what was decided.

    Raises:
        ConfigError: If a column that is named is not there.
        InputError: If several columns name images, and nothing tells which of them was labelled.
    """
    layout, survey = layout_of(table.header), _Survey()
    for number, fields in table.rows:
        try:
            cells = cells_of(table.header, fields, (table.file, number))
            survey.add(cells, layout, known)
        except InputError:
            continue  # said when the row is read for good
    asked = None if labels is None else [name.removeprefix(ANSWER) for name in labels]
    lost = next((name for name in asked or () if name not in survey.seen), None)
    if lost is not None:
        expected = ", ".join(f"{ANSWER}{name}" for name in survey.seen) or "columns of answers"
        raise ConfigError("the batch has no such column of labels", file=table.file, found=lost, expected=expected)
    roles = {name: seen.role(name, asked) for name, seen in survey.seen.items()}
    mine = frozenset(name for name, role in roles.items() if role == "labels")
    drawn = bool(survey.widgets) or bool({"labels", "unread"} & set(roles.values()))
    images = _images(survey, layout, image, table, drawn)
    answers = [name for name, role in roles.items() if role == "answer"]
    personal = {name for name in answers if is_code(name) or is_worker_key(name) or is_protected(name)}
    tasks = {name for name in answers if name not in personal and survey.about_the_task(name)}
    unread = frozenset(name for name, role in roles.items() if role == "unread")
    columns = BatchColumns(mine, unread, frozenset(answers) - tasks, images)
    _say(columns, tasks, personal, survey, table, report or Report())
    if report and not drawn and not layout.masks_deleted:
        looked_at = [shown_plain(name) for name in table.header if name.startswith(ANSWER)]
        report.warn("no-label-column", table.file, columns=looked_at)
    return columns


def _images(survey: _Survey, layout: BatchLayout, asked: str | None, table: Table, drawn: bool) -> tuple[str, ...]:
    """Return the columns that name the labelled images."""
    if asked is not None:
        column = asked if asked.startswith(INPUT) else INPUT + asked
        if column not in layout.inputs:
            expected = ", ".join(layout.inputs) or "columns Input.*"
            raise ConfigError("the batch has no such column of images", file=table.file, found=asked, expected=expected)
        return (column,)
    named = [column for column, given in survey.inputs.items() if given.images]
    named = named or [column for column in layout.inputs if IMAGE_WORD.search(column.removeprefix(INPUT))]
    if any(len(survey.inputs[c].values) > 1 for c in named if c in survey.inputs):  # an example is the same for all
        named = [column for column in named if len(survey.inputs[column].values) > 1]
    if len(named) < 2 or len({NUMBERED.sub("", column) for column in named}) == 1 or len(survey.widgets) > 1:
        return tuple(named)
    if not survey.differ:
        return (next((column for column in named if survey.inputs[column].address), named[0]),)
    called = [column for column in named if IMAGE_WORD.search(column.removeprefix(INPUT))]
    if len(called) == 1:
        return tuple(called)
    if not drawn:
        return ()
    raise InputError(
        "several columns name images, and nothing tells which one was labelled",
        file=table.file, found=", ".join(sorted(named, key=natural_key)), expected="one, or one for each widget",
        remedy=f"Name it for loopviz crowd import: --image-column {named[0]} (crowd.image_column).",
    )  # fmt: skip


def _say(
    columns: BatchColumns,
    tasks: Collection[str],
    personal: Collection[str],
    survey: _Survey,
    table: Table,
    report: Report,
) -> None:
    def taken(names: Iterable[str], what: str, before: str = ANSWER) -> None:
        if names := sorted(names, key=natural_key):
            report.note("taken-as", table.file, what=what, columns=[shown_plain(before + name) for name in names])

    if len(survey.inputs) > 1 and columns.images:
        taken(columns.images, "the image that was labelled", "")
    taken(columns.labels, "labels, boxes and polygons in pixels")
    taken(_questions(columns.people - set(personal), survey), "answers of people, a survey")
    taken(_questions(tasks, survey), "answers about the task, and not about the person")
    if found := sorted(_questions(filter(is_protected, personal), survey), key=natural_key):
        names = [shown_plain(ANSWER + name) for name in found]
        report.note("protected", table.file, columns=listed(names, LISTED))
    for name in sorted(columns.unread, key=natural_key):
        seen = survey.seen[name]
        count = seen.kinds["not read"] + seen.kinds["shapes"]
        column = shown_plain(ANSWER + name)
        report.warn("labels-not-read", table.file, count=count, column=column, why=seen.why())


def _questions(names: Iterable[str], survey: _Survey) -> set[str]:
    """Return columns with answers, those of choices by their question; what is empty in every row says nothing."""
    return {_question(name) if "." in name else name for name in names if survey.seen[name].kinds["answer"]}
