"""CSV files to upload to Mechanical Turk: reviews, reversals of rejections, and the input of a next batch.

A review is the batch's own file with ``x`` in ``Approve`` **or** a reason in ``Reject``; within thirty days a rejection
is reversed by ``x`` in ``Approve`` and an empty ``Reject``. The platform compares every other column, so all are kept,
and every cell as it was, also one that a spreadsheet would take for a formula: these files go to the platform, not to a
spreadsheet. What is written by us, the reason, never begins as a formula does.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopviz.atomic import new_file, writing
from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.formats.csv_write import is_formula, plain_cell
from loopviz.formats.mturk.rows import ASSIGNMENT, INPUT, VERDICTS, cells_of, open_batch

YES = "x"


@dataclass(frozen=True)
class Verdict:
    """What becomes of an assignment.

    Args:
        approve: Whether its worker is paid.
        reason: Why not, which the worker reads.

    Raises:
        ConfigError: If somebody is to be rejected without a reason.
    """

    approve: bool
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.approve and not self.reason.strip():
            raise ConfigError("a rejection without a reason", remedy="Say why: the worker reads it.")


def write_review(file: Path, verdicts: Mapping[str, Verdict], target: Path) -> int:
    """Write a batch's file with the verdicts filled in; rows without one are left out.

    Args:
        file: The batch's results.
        verdicts: By ``AssignmentId``.
        target: The file to write; one that stands there is replaced.

    Returns:
        How many rows were written.

    Raises:
        InputError: If the file is no batch's results or has no ``AssignmentId``.
        OutputError: If the target cannot be written, or is the batch's own file.
    """

    def marks(cells: Mapping[str, str]) -> tuple[str, str] | None:
        verdict = verdicts.get(cells[ASSIGNMENT].strip())
        if verdict is None:
            return None
        return (YES, "") if verdict.approve else ("", plain_text(verdict.reason))

    return _write_marked(Path(file), Path(target), marks)


def write_reversals(file: Path, assignment_ids: Collection[str], target: Path) -> int:
    """Write the rows that approve assignments which had been rejected; those that had not are left out.

    Args:
        file: The batch's results, downloaded after the rejection.
        assignment_ids: The assignments to approve after all.
        target: The file to write; one that stands there is replaced.

    Returns:
        How many rows were written.

    Raises:
        InputError: If the file is no batch's results, or has no ``AssignmentId`` or ``AssignmentStatus``.
        OutputError: If the target cannot be written, or is the batch's own file.
    """

    def marks(cells: Mapping[str, str]) -> tuple[str, str] | None:
        rejected = cells["AssignmentStatus"].strip().lower() == "rejected"
        return (YES, "") if rejected and cells[ASSIGNMENT].strip() in assignment_ids else None

    return _write_marked(Path(file), Path(target), marks, "AssignmentStatus")


def write_next_batch(urls: Sequence[str], target: Path, column: str = "image_url") -> None:
    """Write the input of a batch: one column with the images' addresses, named as the task's page calls it.

    Raises:
        ConfigError: If the column's name is none that a page can use.
        InputError: If an address is empty, or would be a formula.
        OutputError: If the target cannot be written.
    """
    name = column.removeprefix(INPUT)
    if not name.isidentifier():
        raise ConfigError("not a column that a task's page can use", found=column, expected="a name such as image_url")
    for number, url in enumerate(urls):
        if not url.strip() or is_formula(url):
            raise InputError("not an image's address", at=f"image {number}", found=url, expected="https://…")
    with _writer(Path(target)) as writer:
        writer.writerow([name])
        writer.writerows([url] for url in urls)


def plain_text(text: str) -> str:
    """Return text as one line that no spreadsheet takes for a formula."""
    return plain_cell(" ".join(text.split()))


def _write_marked(
    file: Path, target: Path, marks: Callable[[Mapping[str, str]], tuple[str, str] | None], *needed: str
) -> int:
    if target.exists() and target.samefile(file):
        raise OutputError("this is the batch's own file", file=target, remedy="Choose another name.")
    written = 0
    with open_batch(file) as table, _writer(target) as writer:
        header = [*table.header, *(name for name in VERDICTS if name not in table.header)]
        for column in (ASSIGNMENT, *needed):
            if column not in header:
                remedy = "Give the file as it was downloaded."
                raise InputError(f"there is no {column}", file=file, at="row 1", remedy=remedy)
        places = [header.index(name) for name in VERDICTS]
        writer.writerow(header)
        for number, fields in table.rows:
            found = marks(cells_of(table.header, fields, (file, number)))
            if found is None:
                continue
            row = [*fields, *[""] * (len(header) - len(fields))][: len(header)]
            for place, mark in zip(places, found, strict=True):
                row[place] = mark
            writer.writerow(row)
            written += 1
    return written


@contextmanager
def _writer(target: Path) -> Iterator[Any]:
    """Give a CSV writer for a file that takes the target's place when all went well; rows end as the platform's do."""
    with (
        new_file(target, replace=True) as part,
        writing(target),
        part.open("x", encoding="utf-8", newline="") as stream,
    ):
        yield csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
