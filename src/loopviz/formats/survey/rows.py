"""Rows of a survey's export: CSV or TSV, in UTF-8 or UTF-16, from Qualtrics or through a spreadsheet.

Rows end CRLF, and a quoted cell holds bare LF: the text is parsed as a whole, and a row is numbered as a spreadsheet
does, the first being row 1. Blank rows are left out. A row with more or fewer cells than the header is no row: only
the nameless column that a comma at the end makes may be missing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.types import Report
from loopviz.formats.untrusted_files import decode, read_bytes

LARGEST = 2**27  # bytes: a hundred thousand people who write an essay each
MOST_COLUMNS = 10_000
MOST_KNOWN = 100_000  # different answers that are kept once
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 2**20
csv.field_size_limit(2**31 - 1)

Row = tuple[int, list[str]]


def read_rows(file: Path) -> list[Row]:
    """Return every row that is not blank with its number.

    Raises:
        InputError: If there is no such file, it is empty, neither UTF-8 nor UTF-16, or a quotation mark is not closed.
    """
    text = _text(read_bytes(file, LARGEST), file)
    rows: list[Row] = []
    known: dict[str, str] = {}  # most answers are one of a few choices: each is kept once
    try:
        for number, cells in enumerate(_reader(text, _delimiter(text)), 1):
            if any(cells):
                few = len(known) < MOST_KNOWN
                rows.append((number, [known.setdefault(cell, cell) for cell in cells] if few else cells))
    except csv.Error as error:
        at = f"row {rows[-1][0] + 1 if rows else 1}"
        raise InputError(f"not a CSV file: {error}", file=file, at=at, remedy="Export the survey again.") from error
    if not rows:
        raise InputError("the survey is empty", file=file, expected="a header and responses")
    if len(rows[0][1]) > MOST_COLUMNS:
        found = f"{len(rows[0][1])} columns"
        raise InputError("not a survey", file=file, found=found, expected=f"at most {MOST_COLUMNS:,}")
    return rows


def rectangular(rows: Sequence[Row], header: Sequence[str], file: Path, report: Report) -> list[Row]:
    """Return the rows with as many cells as the header has; others end the reading, or are reported."""
    width, kept = len(header), []
    for number, cells in rows:
        if any(header[len(cells) :]) or any(cells[width:]):
            error = InputError(
                "the row has not as many cells as the header",
                file=file, at=f"row {number}", found=f"{len(cells)} cells", expected=str(width),
                remedy="Export the survey again.",
            )  # fmt: skip
            report.bad("bad-row", error)
            continue
        same = len(cells) == width  # the list itself: a copy of all would be half of the memory that reading takes
        kept.append((number, cells if same else [*cells, *[""] * (width - len(cells))][:width]))
    return kept


def _text(data: bytes, file: Path) -> str:
    if not data.startswith(_UTF16):
        return decode(data, file)
    try:
        return data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise InputError("the text is not UTF-16", file=file, remedy="Save the file as UTF-8.") from error


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str) -> str:
    """Return what parts the first row into most cells."""

    def cells(delimiter: str) -> int:
        try:
            return len(next(_reader(text[:_HEAD], delimiter), []))
        except csv.Error:
            return 0

    return max(",\t;", key=cells)
