"""What stands for people and their work in what leaves the house: one way for every output.

What a column may say of people is its role in ``loopviz.schema.COLUMNS``; nothing else decides here what is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.mentions import Mentions, Text, looks_like_an_id
from loopviz.schema import COLUMNS, KEYS, Role

SOMEBODY = "…"
KINDS: Mapping[Role, Text] = {
    "platform id": "words",
    "free text": "prose",
    "file name": "file name",
    "requester text": "words",
}
# What names a row, or a file that is written: two of them stay two.
_APART = frozenset(key for keys in KEYS.values() for key in keys) | {"file"}
_IMAGE = re.compile(r"/\d+$")
_LAST = re.compile(r"\d_([0-9A-Za-z-]+)(?:\.\w+)?$")
_BATCH = r"(?i)^Batch_\d+"  # as the platform calls its files
_PLATFORM_ID = re.compile(r"[A-Z0-9]{16,}")  # of a task: others may be the names of images


def pseudonymise(
    dataset: Dataset,
    names: Mapping[str, str | None],
    *,
    ids: Mapping[str, Mapping[str, str]] | None = None,
    held: Collection[str] = (),
) -> tuple[Dataset, dict[str, int]]:
    """Return a Dataset with other names wherever some ids stand: in every column that may say something of people.

    Args:
        dataset: The Dataset.
        names: By id, what stands for it; None for one that stays although another is a part of it.
        ids: By column, what stands there for whole values.
        held: Columns that stay as they are, because what is kept elsewhere is joined by them.

    Returns:
        The Dataset, and in how many cells of which ``table.column`` something was replaced.
    """
    mentions, exact = Mentions(names), ids or {}
    tables = {name: getattr(dataset, name) for name in COLUMNS}
    changed: dict[str, int] = {}
    for column, role in _columns().items():
        if column in held:
            continue
        places = [name for name in tables if column in tables[name].columns]
        texts = _texts([tables[name][column] for name in places])
        known, kind = exact.get(column, {}), KINDS[role]
        after = {text: mentions.replaced(text, kind) for text in mentions.possible(texts)} | {
            text: known[text] for text in texts if text in known
        }
        new = {text: other for text, other in after.items() if other != text}
        if column in _APART:
            new = _apart(new, set(texts))
        for name in places if new else ():
            before = tables[name][column]
            after_it = _replaced(before, new)
            count = int(before.ne_missing(after_it).sum())
            changed |= {f"{name}.{column}": count} if count else {}
            tables[name] = tables[name].with_columns(after_it)
    return dataset.replace(**{place.partition(".")[0]: tables[place.partition(".")[0]] for place in changed}), changed


def _texts(columns: Iterable[pl.Series]) -> list[str]:
    """Return all texts of some columns once: those in lists, too."""
    flat = [column.explode() if column.dtype == pl.List else column for column in columns]
    return pl.concat(flat).unique(maintain_order=True).drop_nulls().to_list()


def _replaced(column: pl.Series, new: Mapping[str, str]) -> pl.Series:
    """Return a column, of texts or of lists of them, with other texts."""
    if column.dtype == pl.List:
        return column.list.eval(pl.element().replace(new))
    return column.replace(new)


def _columns() -> dict[str, Role]:
    """Return the columns that may say something of people; a column of one name has one role in every table."""
    return {
        name: column.role for columns in COLUMNS.values() for name, column in columns.items() if column.role in KINDS
    }


def _apart(changed: Mapping[str, str], taken: set[str]) -> dict[str, str]:
    """Return the changes with a number where two values would become one."""
    used = taken - set(changed)
    apart: dict[str, str] = {}
    for old, new in changed.items():
        suffix, number, free = PurePosixPath(new).suffix, 2, new
        while free in used:
            free = f"{new.removesuffix(suffix)} ({number}){suffix}"
            number += 1
        used.add(free)
        apart[old] = free
    return apart


def without_ids(dataset: Dataset) -> Dataset:
    """Return a Dataset without the platform's ids: aliases stand for the workers', numbers for those of their work.

    Assignments and tasks are numbered in the order of their table, and so are batches that bear the platform's number.

    Raises:
        OutputError: If a worker has no alias, or two share one.
    """
    workers = dataset.workers
    if workers["alias"].null_count() or workers["alias"].is_duplicated().any():
        remedy = "Name the people first with apply_identity, or ask for the full ids."
        raise OutputError("a worker has no alias, or two share one", remedy=remedy)
    alias = dict(workers.select("worker_id", "alias").iter_rows())
    return pseudonymise(dataset, mentioned(dataset), ids={"worker_id": alias, **work_numbers(dataset)})[0]


def mentioned(dataset: Dataset, names: Iterable[str] = ()) -> dict[str, str | None]:
    """Return what stands in texts for the ids of people (their aliases, or ``…``) and of their work (its numbers).

    An id of somebody unknown that ends a frame's name after its number, as in ``mouse_0001_A1B2C3D4E5F6G7.png``, is one
    too, if it has a platform's form.

    Args:
        dataset: The Dataset.
        names: Names of files besides those of its frames.
    """
    numbers = work_numbers(dataset)
    tasks = numbers["assignment_id"] | numbers["hit_id"]
    words: dict[str, str | None] = {
        _task(i): _task(name) for i, name in tasks.items() if _PLATFORM_ID.fullmatch(_task(i))
    }
    last = (_LAST.search(name) for name in (*dataset.frames["file"].drop_nulls(), *names))
    words |= {found[1]: SOMEBODY for found in last if found and looks_like_an_id(found[1])}
    return words | {i: alias or SOMEBODY for i, alias in dataset.workers.select("worker_id", "alias").iter_rows()}


def work_numbers(dataset: Dataset) -> dict[str, dict[str, str]]:
    """Return numbers for assignments, tasks and batches with the platform's number, by column and id."""
    work = dataset.assignments
    return {
        "assignment_id": _numbers(work["assignment_id"], "assignment-{:06d}"),
        "hit_id": _numbers(work["hit_id"], "hit-{:06d}"),
        "batch": _numbers(work["batch"].filter(work["batch"].str.contains(_BATCH)), "batch-{}"),
    }


def _numbers(ids: pl.Series, form: str) -> dict[str, str]:
    """Return a number for every id, in their order; the images of one task (``…/1``, ``…/2``) stay together."""
    tasks = dict.fromkeys(_task(i) for i in ids.drop_nulls())
    numbers = {task: form.format(number) for number, task in enumerate(tasks, 1)}
    return {i: numbers[_task(i)] + i[len(_task(i)) :] for i in ids.drop_nulls()}


def _task(assignment_id: str) -> str:
    """Return the platform's id of an assignment, without the number of the image that we added."""
    return _IMAGE.sub("", assignment_id)
