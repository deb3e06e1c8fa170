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

from loopviz.dataset import Dataset
from loopviz.errors import InputError, OutputError
from loopviz.formats.names import check_file_name

_SEPARATORS = re.compile(r"([^A-Za-z0-9]+)")


@contextmanager
def whole(target: Path, overwrite: bool) -> Iterator[Path]:
    """Give a path beside the target to write a file or a folder to; it takes the target's place when all went well.

    Raises:
        OutputError: If the target exists and must not be overwritten, or cannot be written. What stood there is intact.
    """
    if target.exists() and not overwrite:
        raise OutputError("it exists already", file=target, remedy="Choose another name, or allow overwriting.")
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
        try:
            names[frame] = check_file_name(name, file=Path(name), at=f"frame {frame}") if name else f"frame_{frame:06d}"
        except (InputError, ValueError) as error:
            remedy = "Rename the frame."
            raise OutputError(
                "a frame's file name leads outside", at=f"frame {frame}", found=name, remedy=remedy
            ) from error
    return names


def without_ids(dataset: Dataset) -> Dataset:
    """Return a Dataset in which aliases stand for the workers' ids, in names of frames and of assignments too.

    Raises:
        OutputError: If a worker has no alias, or two share one.
    """
    workers = dataset.workers
    if not workers.height:
        return dataset
    if workers["alias"].null_count() or workers["alias"].is_duplicated().any():
        remedy = "Name the people first with apply_identity, or ask for the full ids."
        raise OutputError("a worker has no alias, or two share one", remedy=remedy)
    alias = dict(workers.select("worker_id", "alias").iter_rows())
    tasks = {name: f"assignment-{i:06d}" for i, name in enumerate(dataset.assignments["assignment_id"], 1)}
    files = [name and renamed(name, alias) for name in dataset.frames["file"]]
    named = pl.col("worker_id").replace_strict(alias, return_dtype=pl.String)
    task = pl.col("assignment_id").replace_strict(tasks, return_dtype=pl.String)
    return Dataset(
        frames=dataset.frames.with_columns(pl.Series("file", files, dtype=pl.String)),
        categories=dataset.categories,
        annotations=dataset.annotations.with_columns(task) if tasks else dataset.annotations,
        assignments=dataset.assignments.with_columns(task, named) if tasks else dataset.assignments,
        workers=workers.with_columns(worker_id="alias"),
        questions=dataset.questions,
        answers=dataset.answers.with_columns(named),
    )


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
