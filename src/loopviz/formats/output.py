"""Writing whole or not at all, and without anybody's real id unless that was asked for."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import polars as pl

from loopviz.dataset import SCHEMAS, Dataset
from loopviz.errors import OutputError
from loopviz.paths import folders_and_name, strays

TELLING_LENGTH = 8  # characters: a shorter worker's id ("7", "anna") may well be an ordinary word
_SEPARATORS = re.compile(r"([^A-Za-z0-9]+)")
_IMAGE = re.compile(r"/\d+$")
_BATCH = r"(?i)^Batch_\d+"  # as the platform calls its files
_PLATFORM_ID = re.compile(r"[A-Z0-9]{16,}")  # of a task: others may be the names of images
# The people's own columns and the keys of questions, and text that is no words: a mask may hold any letters by chance.
_NO_WORDS = frozenset({"worker_id", "alias", "assignment_id", "question_id", "mask_rle", "color"})


@contextmanager
def whole(target: Path, overwrite: bool) -> Iterator[Path]:
    """Give a path beside the target to write a file or a folder to; it takes the target's place when all went well.

    Raises:
        OutputError: If the target exists and must not be overwritten, or cannot be written. What stood there is intact.
    """
    if target.exists() and not overwrite:
        raise OutputError("it exists already", file=target, remedy="Choose another name, or allow it with --overwrite.")
    mark = uuid4().hex[:8]
    part, old = (target.with_name(f".{target.name}.{mark}.{kind}") for kind in ("part", "old"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        if target.is_dir():  # a folder cannot be replaced in one step: the old one stays until the new one stands
            target.rename(old)
        part.replace(target)
    except OSError as error:
        if old.exists():
            old.rename(target)
        raise OutputError(
            f"cannot be written: {error.strerror or error}", file=target, remedy="Check the folder and the disk."
        ) from error
    finally:
        for rest in (part, old):
            if rest.is_dir():
                shutil.rmtree(rest, ignore_errors=True)
            else:
                rest.unlink(missing_ok=True)


def write_text(file: Path, text: str) -> None:
    """Write a UTF-8 text and wait until the disk has it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def frame_names(dataset: Dataset) -> dict[int, str]:
    """Return a file name for every frame: its own, or ``frame_000012`` for a video's frame, counted from 0.

    Raises:
        OutputError: If a name leads outside its folder.
    """
    names: dict[int, str] = {}
    for frame, name in dataset.frames.select("frame", "file").iter_rows():
        if name and (strays(name) or "\\" in name or "\0" in name or not folders_and_name(name)):
            what, remedy = "a frame's file name leads outside", "Rename the frame."
            raise OutputError(what, at=f"frame {frame}", found=name, remedy=remedy)
        names[frame] = name or f"frame_{frame:06d}"
    return names


def without_ids(dataset: Dataset) -> Dataset:
    """Return a Dataset without the platform's ids: aliases stand for the workers', numbers for those of their work.

    Assignments and tasks are numbered in the order of their table, and so are batches that bear the platform's number.
    Where an id stands in a text or in a frame's name, what stands for it takes its place.

    Raises:
        OutputError: If a worker has no alias, or two share one.
    """
    workers, work = dataset.workers, dataset.assignments
    if workers["alias"].null_count() or workers["alias"].is_duplicated().any():
        remedy = "Name the people first with apply_identity, or ask for the full ids."
        raise OutputError("a worker has no alias, or two share one", remedy=remedy)
    alias = dict(workers.select("worker_id", "alias").iter_rows())
    tasks = _numbers(work["assignment_id"], "assignment-{:06d}")
    hits = _numbers(work["hit_id"], "hit-{:06d}")
    batches = _numbers(work["batch"].filter(work["batch"].str.contains(_BATCH)), "batch-{}")
    files = [name and renamed(name, alias) for name in dataset.frames["file"]]
    shown = dataset.replace(frames=dataset.frames.with_columns(pl.Series("file", files, dtype=pl.String)))
    keys = {"worker_id": alias, "assignment_id": tasks, "hit_id": hits, "batch": batches}
    words = {i: name for i, name in alias.items() if len(i) >= TELLING_LENGTH}
    words |= {_task(i): _task(name) for i, name in (tasks | hits).items() if _PLATFORM_ID.fullmatch(_task(i))}
    return Dataset(**{name: _without(getattr(shown, name), keys, words) for name in SCHEMAS})


def _numbers(ids: pl.Series, form: str) -> dict[str, str]:
    """Return a number for every id, in their order; the images of one task (``…/1``, ``…/2``) stay together."""
    tasks = dict.fromkeys(_task(i) for i in ids.drop_nulls())
    numbers = {task: form.format(number) for number, task in enumerate(tasks, 1)}
    return {i: numbers[_task(i)] + i[len(_task(i)) :] for i in ids.drop_nulls()}


def _task(assignment_id: str) -> str:
    """Return the platform's id of an assignment, without the number of the image that we added."""
    return _IMAGE.sub("", assignment_id)


def _without(table: pl.DataFrame, keys: Mapping[str, Mapping[str, str]], words: Mapping[str, str]) -> pl.DataFrame:
    """Return a table with other ids in its key columns, and in its texts, however their letters are written."""
    # The longest first: where one id begins with another, it is the whole of it that goes.
    ids = sorted(words, key=len, reverse=True)
    names = [words[i] for i in ids]
    columns = []
    for name, kind in table.schema.items():
        column = pl.col(name).replace(keys[name]) if name in keys else pl.col(name)
        if kind == pl.String and name not in _NO_WORDS and ids:
            column = column.str.replace_many(ids, names, ascii_case_insensitive=True, leftmost=True)
        columns.append(column)
    return table.with_columns(columns)


def renamed(name: str, alias: Mapping[str, str]) -> str:
    """Return a file name with every worker's id in it replaced by the alias.

    An id is found where it stands between separators, and may hold separators itself.
    """
    pieces = _SEPARATORS.split(name)
    start = 0
    result: list[str] = []
    while start < len(pieces):
        for stop in range(len(pieces), start, -1):
            known = alias.get("".join(pieces[start:stop]))
            if known is not None:
                result.append(known)
                start = stop
                break
        else:
            result.append(pieces[start])
            start += 1
    return "".join(result)
