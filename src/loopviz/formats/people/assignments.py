"""``assignments.csv``: who did which task, for what, and what became of it.

The columns are those of the Dataset's ``assignments`` table: ``worker_id`` is needed; ``file`` (an image's name or
stem) or ``frame`` (the source's index, from 0) says on what, one of them in all rows; ``assignment_id``, ``hit_id``,
``status``, ``reason``, ``reward_usd``, ``work_seconds``, ``submitted_at`` (ISO 8601, UTC unless it says otherwise),
``batch`` and ``accepted`` (``true`` or ``false``: whether the labels count) may be missing or empty.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.people.tables import assign
from loopviz.formats.types import Report
from loopviz.formats.untrusted_files import read_text
from loopviz.paths import NameIndex, id_key
from loopviz.schema import SCHEMAS, STATUSES, table

COLUMNS = frozenset(SCHEMAS["assignments"]) | {"file"}
FACTS = ("hit_id", "status", "reason", "reward_usd", "work_seconds", "submitted_at", "batch", "labels_read", "accepted")
csv.field_size_limit(2**31 - 1)  # the module's 131,072 characters are less than one cell of some exports


def read_assignments(path: Path | str, dataset: Dataset, report: Report | None = None) -> Dataset:
    """Join an ``assignments.csv`` to a Dataset.

    A row whose frame and worker are assigned already adds to that assignment; any other one is a new assignment, and
    takes the annotations of its frame if nobody else has them.

    Args:
        path: The file.
        dataset: The Dataset.
        report: Decides whether a row that does not fit ends the reading, and collects those that were left out.

    Raises:
        InputError: If the file is no such table, a value does not fit its column, or a row names an unknown image.
    """
    file = Path(path)
    frames = _frames_by_name(dataset)
    numbers = set(dataset.frames["frame"])
    rows = _sound_rows(file, frames, numbers, report or Report())
    known = set(dataset.workers["worker_id"])
    spelt = {id_key(worker): worker for worker in known}
    for row in rows:  # as the labels spell it, else as it is met first here
        if row["worker_id"] not in known:
            row["worker_id"] = spelt.setdefault(id_key(row["worker_id"]), row["worker_id"])
    new = [worker for worker in dict.fromkeys(row["worker_id"] for row in rows) if worker not in known]
    dataset = dataset.replace(workers=pl.concat([dataset.workers, table("workers", {"worker_id": new})]))
    dataset = assign(dataset, [(row["frame"], row["worker_id"]) for row in rows if row["frame"] is not None])
    return _with_facts(dataset, rows, file)


def _sound_rows(file: Path, frames: NameIndex, numbers: set[int], report: Report) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    done: set[tuple[int | None, str]] = set()
    for line, raw in _raw_rows(file):
        try:
            row = _row(raw, file, line, frames, numbers)
            pair = (row["frame"], id_key(row["worker_id"]))
            if row["frame"] is not None and pair in done:
                remedy = "Keep one row for a worker and a frame."
                raise InputError("one worker occurs twice on one frame", file=file, at=f"line {line}", remedy=remedy)
        except InputError as error:
            report.bad("bad-assignment", error)
            continue
        done.add(pair)
        rows.append(row)
    return rows


def names_images(path: Path | str) -> bool:
    """Say whether an ``assignments.csv`` names images, which label sets know, and not the source's frames.

    Raises:
        InputError: If the file is no such table, or does both.
    """
    file = Path(path)
    ways: dict[str, int] = {}
    for line, raw in _raw_rows(file):
        way = next((column for column in ("file", "frame") if raw.get(column)), None)
        if way is not None:
            ways.setdefault(way, line)
    if len(ways) > 1:
        expected = "the same column filled in every row"
        at = f"line {max(ways.values())}"
        raise InputError("some rows name an image, others a frame", file=file, at=at, expected=expected)
    return "file" in ways


def _frames_by_name(dataset: Dataset) -> NameIndex:
    return NameIndex(dataset.frames.select("file", "frame").drop_nulls().iter_rows())


def _raw_rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(read_text(file), newline=""), strict=True)
    try:
        header = reader.fieldnames or []
        unknown = [name for name in header if name not in COLUMNS]
        if unknown or "worker_id" not in header or len(set(header)) < len(header):
            found, expected = ", ".join(header), ", ".join(sorted(COLUMNS))
            raise InputError("not a table of assignments", file=file, at="line 1", found=found, expected=expected)
        rows = []
        for raw in reader:
            if None in raw or None in raw.values():
                raise InputError("a row has not as many fields as the header", file=file, at=f"line {reader.line_num}")
            rows.append((reader.line_num, {key: value.strip() for key, value in raw.items()}))
    except csv.Error as error:
        raise InputError(f"not a CSV file: {error}", file=file, at=f"line {reader.reader.line_num}") from error
    return rows


def _row(raw: Mapping[str, str], file: Path, line: int, frames: NameIndex, numbers: set[int]) -> dict[str, Any]:
    """Return a row's values in the types of their columns; an empty field is null."""
    at = f"line {line}"

    def refuse(column: str, expected: str) -> InputError:
        return InputError(
            f"{column} does not fit", file=file, at=at, found=raw[column], expected=expected, remedy="Correct the row."
        )

    row: dict[str, Any] = {key: value or None for key, value in raw.items()}
    if not row["worker_id"]:
        raise refuse("worker_id", "a worker's id")
    for column, (read, expected) in _CELLS.items():
        if row.get(column) is not None:
            row[column] = read(row[column])
            if row[column] is None:
                raise refuse(column, expected)
    if row.get("file"):
        row["frame"] = frames.find(row["file"])
        if row["frame"] is None:
            raise refuse("file", "an image of the label set")
    elif row.get("frame") is not None:
        number = int(row["frame"]) if row["frame"].isdecimal() and len(row["frame"]) < 18 else -1
        if number not in numbers:
            raise refuse("frame", "a frame's number, from 0")
        row["frame"] = number
    return {"frame": None, **row}


def _truth(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _status(text: str) -> str | None:
    return text.lower() if text.lower() in STATUSES else None


def _number(text: str) -> float | None:
    try:
        number = float(text.removeprefix("$"))
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def iso_moment(text: str) -> datetime | None:
    """Return the moment that ISO 8601 names, in UTC, which it is in unless it says otherwise; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


# How cells are read, and what is legal in them.
_CELLS: Mapping[str, tuple[Callable[[str], object], str]] = {
    **dict.fromkeys(("reward_usd", "work_seconds"), (_number, "a number from 0")),
    "status": (_status, ", ".join(STATUSES)),
    "submitted_at": (iso_moment, "a time such as 2024-05-01T12:00:00Z"),
    **dict.fromkeys(("labels_read", "accepted"), (_truth, "true or false")),
}


def _with_facts(dataset: Dataset, rows: list[dict[str, Any]], file: Path) -> Dataset:
    """Put what the rows say into the assignments; a row without a frame is an assignment of its own."""
    key = ["frame", "worker_id"]
    pinned = [row for row in rows if row["frame"] is not None]
    facts = table("assignments", [{k: v for k, v in row.items() if k != "file"} for row in pinned])
    given = facts.select(*key, *FACTS)
    work = dataset.assignments.update(given, on=key, how="left")
    loose = [{k: v for k, v in row.items() if k != "file"} for row in rows if row["frame"] is None]
    for number, row in enumerate(loose, 1):
        row["assignment_id"] = row.get("assignment_id") or f"unplaced-{number:06d}"
    return _rename(dataset.replace(assignments=pl.concat([work, table("assignments", loose)])), facts, file)


def _rename(dataset: Dataset, facts: pl.DataFrame, file: Path) -> Dataset:
    """Give assignments the ids that the file has for them, in every table."""
    given = facts.select("frame", "worker_id", given="assignment_id").drop_nulls()
    if not given.height:
        return dataset
    work = dataset.assignments.join(given, on=["frame", "worker_id"], how="left", maintain_order="left")
    renamed = work.with_columns(new=pl.coalesce("given", "assignment_id"))
    if renamed["new"].is_duplicated().any():
        twice = renamed.filter(pl.col("new").is_duplicated())["new"][0]
        raise InputError("an assignment id occurs twice", file=file, at="assignment_id", found=twice)
    names = renamed.select("assignment_id", "new")
    annotations = dataset.annotations.join(names, on="assignment_id", how="left", maintain_order="left")
    blank = dataset.annotations.with_columns(assignment_id=pl.lit(None, pl.String))
    work = renamed.with_columns(assignment_id="new").select(dataset.assignments.columns)
    dataset = dataset.replace(annotations=blank).replace(assignments=work)
    return dataset.replace(annotations=annotations.with_columns(assignment_id="new").drop("new"))
