"""A Dataset as CSV files for people and their spreadsheets, one a table.

UTF-8, commas, a header of the Dataset's own column names. Null is an empty cell, an empty text is ``""``; polygons are
JSON; times are ISO 8601 in UTC.

What people typed may begin as a formula does, and a spreadsheet would run it: an apostrophe stands before such a cell.
It stands before one that has apostrophes already, too, so that taking one away always gives the text as it was.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import polars as pl

from loopviz.dataset import Dataset
from loopviz.formats.format import WriteOptions
from loopviz.schema import SCHEMAS

# The wide forms of the signs count as the narrow ones in some languages' spreadsheets.
_FORMULA = r"^'*[=+\-@\t\r＝＋－＠]"
_IS_FORMULA = re.compile(_FORMULA)
_TIME = "%Y-%m-%dT%H:%M:%S%.fZ"


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet might take a cell for a formula."""
    return _IS_FORMULA.match(text) is not None


def plain_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe stands before what begins like one."""
    return f"'{text}" if is_formula(text) else text


def write_tables(dataset: Dataset, folder: Path, _: WriteOptions) -> None:
    """Write ``<table>.csv`` for every table of a Dataset into a folder that nobody looks into yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        with (folder / f"{name}.csv").open("wb") as stream:
            as_cells(getattr(dataset, name)).write_csv(stream)
            stream.flush()
            os.fsync(stream.fileno())


def as_cells(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table of plain cells: no lists, no times, no formulas."""
    cells = []
    for name, kind in table.schema.items():
        if isinstance(kind, pl.List):
            texts = [None if value is None else json.dumps(value) for value in table[name].to_list()]
            cells.append(pl.Series(name, texts, dtype=pl.String))
        elif isinstance(kind, pl.Datetime):
            cells.append(table[name].dt.strftime(_TIME))
        elif kind == pl.String:
            cells.append(table[name].str.replace(f"({_FORMULA})", "'${1}"))
        else:
            cells.append(table[name])
    return pl.DataFrame(cells)
