"""CSV for people: everything stands there, null is not an empty text, and nothing is a formula."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import make_dataset

from loopviz.dataset import Dataset
from loopviz.formats.csv_write import is_formula, plain_cell
from loopviz.formats.people.assignments import read_assignments
from loopviz.formats.writing import write_labels
from loopviz.outputs import MARKER
from loopviz.schema import SCHEMAS, table

FORMULA = '=HYPERLINK("https://example.org/","a laptop")'


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param(FORMULA, f"'{FORMULA}", id="a formula"),
        pytest.param("+1", "'+1", id="plus"),
        pytest.param("-5", "'-5", id="a negative number as text"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="at"),
        pytest.param("\t=1", "'\t=1", id="a tab"),
        pytest.param("\r=1", "'\r=1", id="a carriage return"),
        pytest.param("＝1+1", "'＝1+1", id="a wide sign"),
        pytest.param("'=1", "''=1", id="made plain before"),
        pytest.param("'tis", "'tis", id="an apostrophe alone"),
        pytest.param("a=1", "a=1", id="a sign within"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_what_begins_like_a_formula(text: str, cell: str) -> None:
    assert plain_cell(text) == cell
    assert is_formula(text) == (text != cell)


@given(st.text("='+-@＝\t\ra", max_size=6))
def test_one_apostrophe_less_is_the_text(text: str) -> None:
    cell = plain_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert (cell[1:] if re.match(r"'+[=+\-@\t\r＝]", cell) else cell) == text


@given(st.lists(st.text("='+-@\t\r\n,\"a ", max_size=5), min_size=1, max_size=5))
def test_the_files_have_what_the_function_says(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("csv") / "out"
    questions = table("questions", {"question_id": [f"q{i}" for i in range(len(texts))], "text": texts})
    write_labels(Dataset(questions=questions), folder, "csv")
    with (folder / "questions.csv").open(newline="", encoding="utf-8") as stream:
        assert [row["text"] for row in csv.DictReader(stream)] == [plain_cell(text) for text in texts]


def test_every_table_is_there_with_all_that_it_has(tmp_path: Path) -> None:
    dataset = make_dataset()
    shape = pl.Series("polygons", [[[1.0, 2.5, 3.0, 4.0, 5.0, 6.0]]] * dataset.annotations.height)
    answers = dataset.answers.with_columns(answer=pl.Series(["", None, FORMULA, 'élan, "so"\n']))
    dataset = dataset.replace(answers=answers).replace(annotations=dataset.annotations.with_columns(shape))
    write_labels(dataset, tmp_path / "out", "csv", full=True)
    written = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert written == sorted([MARKER, *(f"{name}.csv" for name in SCHEMAS)])
    for name in SCHEMAS:
        kinds = {key: pl.String() if isinstance(kind, pl.List) else kind for key, kind in SCHEMAS[name].items()}
        found = pl.read_csv(tmp_path / "out" / f"{name}.csv", schema=kinds)
        if name == "annotations":
            assert json.loads(found["polygons"][0]) == [[1.0, 2.5, 3.0, 4.0, 5.0, 6.0]]
            found = found.with_columns(shape)
        if name == "answers":
            assert found["answer"].to_list() == ["", None, f"'{FORMULA}", 'élan, "so"\n']
            found = found.with_columns(answers["answer"])
        assert found.equals(getattr(dataset, name)), name


def test_the_table_of_work_is_an_assignments_csv(tmp_path: Path) -> None:
    dataset = make_dataset()
    write_labels(dataset, tmp_path / "out", "csv", full=True)
    bare = dataset.replace(annotations=dataset.annotations.with_columns(assignment_id=pl.lit(None, pl.String)))
    bare = bare.replace(assignments=bare.assignments.clear())
    again = read_assignments(tmp_path / "out" / "assignments.csv", bare)
    columns = [column for column in again.assignments.columns if column != "assignment_id"]
    assert again.assignments.select(columns).equals(dataset.assignments.select(columns))
