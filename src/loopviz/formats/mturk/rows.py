"""Rows of a Mechanical Turk batch's results, streamed: cells may be megabytes, the file gigabytes.

The platform writes UTF-8 with commas, CRLF and quoted fields. Every row is two fields shorter than the header until
somebody reviews it: ``Approve`` and ``Reject`` are missing. People delete columns, and spreadsheets save the file with
a byte order mark, as UTF-16 with tabs, or with semicolons. ``WorkerId`` and one ``Answer.*`` column are needed, nothing
else. Rows are counted as a spreadsheet does: the header is row 1.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from loopviz.errors import InputError, check_is_file
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence

LONGEST_ROW = 2**28  # characters: the largest mask is some fifty million
LONGEST_HEADER = 2**20
VERDICTS = ("Approve", "Reject")
WORKER, ASSIGNMENT, ANSWER, INPUT = "WorkerId", "AssignmentId", "Answer.", "Input."
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_EXPECTED = "WorkerId and columns that begin with Answer."
_PNG = "iVBORw0KGgo"  # how one begins in base64
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Table:
    """An open batch.

    Args:
        file: The file.
        header: Its columns; empty names are those that a spreadsheet added.
        rows: Every row's number and fields, as they stand there.
    """

    file: Path
    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]


class _Lines:
    """A file's lines, none of them and no row of them longer than can be meant."""

    def __init__(self, stream: TextIO, file: Path) -> None:
        self.stream, self.file, self.row, self.left = stream, file, 1, LONGEST_ROW

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.stream.readline(self.left)
        self.left -= len(line)
        if not line:
            raise StopIteration
        if self.left <= 0:
            expected = f"at most {LONGEST_ROW:,} characters"
            remedy = "Look for a quotation mark that is not closed."
            raise InputError("the row is too long", file=self.file, at=self.at, expected=expected, remedy=remedy)
        return line

    @property
    def at(self) -> str:
        return f"row {self.row}"

    def done(self) -> None:
        self.row, self.left = self.row + 1, LONGEST_ROW


class _Pngs:
    """What is taken out of a row's lines and put back into its fields: ``csv`` goes through a PNG letter by letter."""

    def __init__(self) -> None:
        self._rests: list[str] = []

    def cut(self, line: str) -> str:
        """Return a line in which every PNG only begins; what ends at no quotation mark, or holds a delimiter, stays."""
        first, *others = line.split(_PNG)
        for place, part in enumerate(others):
            rest = part[: max(part.find('"'), 0)]
            self._rests.append("" if any(mark in rest for mark in ",;\t") else rest)
            others[place] = part[len(self._rests[-1]) :]
        return _PNG.join([first, *others])

    def restored(self, fields: list[str]) -> list[str]:
        """Return the fields of these lines as they stand there."""
        if not self._rests:
            return fields
        rests, self._rests = iter(self._rests), []
        parts = (field.split(_PNG) for field in fields)
        return [_PNG.join([first, *(next(rests) + part for part in others)]) for first, *others in parts]


BATCH = "the CSV of a batch's results"


@contextmanager
def open_batch(file: Path) -> Iterator[Table]:
    """Open a batch's results; the rows are read while they are asked for, empty ones left out.

    Raises:
        InputError: If there is no such file, it is not UTF-8 or UTF-16, no CSV, or lacks the columns that are needed.
            The rows raise it too.
    """
    check_is_file(file, BATCH)
    try:
        with file.open("rb") as stream:
            head = stream.read(4)
        encoding = next((name for mark, name in _BOMS if head.startswith(mark)), "utf-8")
        with file.open(encoding=encoding, newline="") as text:
            header, delimiter = _header(text, file)
            text.seek(0)
            yield Table(file, header, _rows(text, file, delimiter))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=file, remedy="Check its permissions.") from error


def is_batch(path: Path | str) -> bool:
    """Say whether a file's header is that of a batch's results."""
    try:
        with open_batch(Path(path)):
            return True
    except InputError:
        return False


def detect_batch(candidate: Candidate) -> Evidence:
    """Say whether a file is a batch's results."""
    return Evidence("certain", "a batch of Mechanical Turk") if is_batch(candidate.path) else NO_EVIDENCE


def _header(text: TextIO, file: Path) -> tuple[tuple[str, ...], str]:
    """Return the columns and the delimiter: the one that sets WorkerId apart."""
    try:
        line = text.readline(LONGEST_HEADER).lstrip("\ufeff")
    except UnicodeError as error:
        raise _not_text(file, "row 1") from error
    for delimiter in ",\t;":
        try:
            columns = tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter), []))
        except csv.Error:
            continue
        if WORKER in columns and any(name.startswith(ANSWER) for name in columns):
            return _checked(columns, file), delimiter
    what, remedy = "not a batch's results", "Give the file that the platform's Results page offers for download."
    raise InputError(what, file=file, at="row 1", found=line[:200].strip(), expected=_EXPECTED, remedy=remedy)


def _checked(columns: tuple[str, ...], file: Path) -> tuple[str, ...]:
    named = [name for name in columns if name]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        remedy = "Rename or delete one of them."
        raise InputError("two columns have one name", file=file, at="row 1", found=twice, remedy=remedy)
    return columns


def _rows(text: TextIO, file: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    lines, pngs = _Lines(text, file), _Pngs()
    reader = csv.reader(map(pngs.cut, lines), delimiter=delimiter, strict=True)
    try:
        for short in reader:
            number, fields = lines.row, pngs.restored(short)
            lines.done()
            if number > 1 and any(fields):
                yield number, fields
    except csv.Error as error:
        remedy = "Download the file again."
        raise InputError(f"not a CSV file: {error}", file=file, at=lines.at, remedy=remedy) from error
    except UnicodeError as error:
        raise _not_text(file, lines.at) from error


def _not_text(file: Path, at: str) -> InputError:
    return InputError("the text is not UTF-8", file=file, at=at, remedy="Save the file as UTF-8.")


def cells_of(header: Sequence[str], fields: Sequence[str], place: tuple[Path, int]) -> dict[str, str]:
    """Return a row's cells by column; ``Approve`` and ``Reject`` may be missing, and are empty then.

    Raises:
        InputError: If the row has fewer fields or more.
    """
    missing = header[len(fields) :]
    if any(name and name not in VERDICTS for name in missing) or any(fields[len(header) :]):
        found, expected = f"{len(fields)} fields", f"{len(header)}, or without Approve and Reject"
        file, number = place
        raise InputError(
            "the row has not as many fields as the header", file=file, at=f"row {number}", found=found,
            expected=expected, remedy="Download the file again.",
        )  # fmt: skip
    padded = [*fields, *[""] * len(missing)]
    return {name: value for name, value in zip(header, padded, strict=False) if name}
