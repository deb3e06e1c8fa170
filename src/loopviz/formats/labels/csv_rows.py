"""Tables of labels as CSV: a header that says what the columns are, and a row for each label."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.labels.by_name import BadShape
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.untrusted_files import read_text
from loopviz.formats.xml_documents import number_of

HEAD = 65_536  # bytes
DELIMITERS = ",;\t"
csv.field_size_limit(2**31 - 1)  # a cell of JSON may be larger than the module lets pass


def has_columns(file: Path, columns: Collection[str]) -> bool:
    """Say whether a table has some columns, in whatever order, from its first row."""
    try:
        with file.open("rb") as stream:
            head = stream.read(HEAD).decode("utf-8-sig", errors="replace")
    except OSError:
        return False
    first = head.splitlines()[:1]
    return bool(first) and set(columns) <= set(_columns(first[0])[0])


def rows_of(file: Path, columns: Collection[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield where each row stands, and what it says in each column.

    Args:
        file: The table.
        columns: Those that it must have.

    Raises:
        InputError: If it is no CSV, lacks a column, has one twice, or a row is longer or shorter than its header.
    """
    text = read_text(file)
    names, delimiter = _columns(text.partition("\n")[0])
    lacking = [name for name in columns if name not in names]
    twice = [name for name in names if name and names.count(name) > 1]
    if lacking or twice:
        what = "the table lacks a column" if lacking else "two columns have one name"
        found = None if lacking else twice[0]
        raise InputError(what, file=file, at="row 1", found=found, expected=", ".join(columns))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            at = f"line {reader.line_num}"
            if reader.line_num == 1 or not any(cells):
                continue
            if len(cells) != len(names):
                remedy = "Correct the row, or export the table again."
                found, expected = f"{len(cells)} cells", f"{len(names)}, as its header has"
                what = "a row of another length than the header"
                raise InputError(what, file=file, at=at, found=found, expected=expected, remedy=remedy)
            yield at, dict(zip(names, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise InputError(f"not a CSV file: {error}", file=file, at=f"line {reader.line_num}") from None


def number_in(row: Mapping[str, str], column: str, most: float = MAX_SIDE) -> float:
    """Return a row's number.

    Raises:
        BadShape: If it is none, or too large.
    """
    value = number_of(row[column])
    if value is None or abs(value) > most:
        raise BadShape(f"not a number that fits: {column}", row[column], f"a number, at most {most:g}")
    return value


def _columns(line: str) -> tuple[list[str], str]:
    """Return the columns of a header, and what stands between them: whatever sets most of them apart."""
    best = [line.strip()], ","
    for delimiter in DELIMITERS:
        try:
            cells = next(csv.reader([line.lstrip("\ufeff").strip()], delimiter=delimiter), [])
        except csv.Error:
            continue
        if len(cells) > len(best[0]):
            best = [cell.strip() for cell in cells], delimiter
    return best
