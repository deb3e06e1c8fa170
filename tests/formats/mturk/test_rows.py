"""Rows of a batch's file: what Python's csv finds in it."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopviz.errors import InputError
from loopviz.formats.mturk.rows import open_batch

BEGIN = "iVBORw0KGgo"  # of a PNG in base64
HEADER = ["WorkerId", "Answer.one", "Answer.two"]
PIECES = [BEGIN, BEGIN, "AA=", '"', ",", "\n", BEGIN[:6], BEGIN[6:], "data:image/png;base64,"]
CELL = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
TABLE = st.lists(st.tuples(CELL, CELL, CELL), max_size=3)


def written(rows: list[tuple[str, ...]], quoting: int, delimiter: str) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=quoting, delimiter=delimiter)
    writer.writerows([HEADER, *rows])
    return text.getvalue()


def check(file: Path, text: str, delimiter: str) -> None:
    """See that a batch's rows are those of the csv module, or refused as it refuses them."""
    file.write_bytes(text.encode())
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))[1:]
    except csv.Error:
        with pytest.raises(InputError), open_batch(file) as table:
            list(table.rows)
        return
    with open_batch(file) as table:
        assert [fields for _, fields in table.rows] == [row for row in rows if any(row)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLE, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.sampled_from(",;\t"))
def test_cells_that_hold_pictures_come_back_whole(
    tmp_path: Path, rows: list[tuple[str, ...]], quoting: int, delimiter: str
) -> None:
    check(tmp_path / "batch.csv", written(rows, quoting, delimiter), delimiter)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(f"W,{BEGIN}AA=,A", id="no quotation mark in the line"),
        pytest.param(f'W,{BEGIN}AA=,"b,c"', id="the next cell is quoted"),
        pytest.param(f'{BEGIN},""', id="the next cell is empty"),
        pytest.param(f'W,{BEGIN}A"A,b', id="a quotation mark inside"),
        pytest.param(f'W,"{BEGIN}AA","{BEGIN}BB"', id="two"),
        pytest.param(f'W,"[{{""png"": ""{BEGIN}AA""}}, ""{BEGIN}""]",b', id="JSON"),
        pytest.param(f'W,"{BEGIN}A\nA","b"', id="over two lines"),
        pytest.param(f'W,"{BEGIN}AA', id="not closed"),
        pytest.param(f'W,"{BEGIN}"AA,b', id="letters behind the quotation mark"),
    ],
)
def test_pictures_in_lines_of_any_form(tmp_path: Path, line: str) -> None:
    check(tmp_path / "batch.csv", ",".join(HEADER) + "\r\n" + line, ",")
