"""Pseudonyms: every column of the tables has a role, and what may say something of people is followed everywhere."""

from __future__ import annotations

import polars as pl
import pytest
from support import WORKERS, make_dataset

from loopviz.consent import without
from loopviz.dataset import Dataset
from loopviz.pseudonyms import KINDS, pseudonymise, without_ids
from loopviz.schema import COLUMNS, Column

WHO = WORKERS[0]
PLACES = [
    (table, name) for table, columns in COLUMNS.items() for name, column in columns.items() if column.role in KINDS
]


def planted(dataset: Dataset, table: str, column: str, text: str) -> Dataset:
    """The Dataset with a text in one cell of a column, and in whatever points at that cell."""
    rows = getattr(dataset, table)
    old = rows[column].drop_nulls()
    if table == "frames" or not len(old):
        first = pl.int_range(pl.len()) == 0
        value = pl.lit([text]) if rows.schema[column] == pl.List else pl.lit(text)
        return dataset.replace(**{table: rows.with_columns(pl.when(first).then(value).otherwise(column).alias(column))})
    tables = [name for name, columns in COLUMNS.items() if column in columns]
    swap = pl.col(column).replace({old[0]: text})
    return dataset.replace(**{name: getattr(dataset, name).with_columns(swap) for name in tables})


def everything(dataset: Dataset) -> str:
    return "".join(getattr(dataset, name).write_json() for name in COLUMNS)


def test_a_column_must_have_a_role():
    with pytest.raises(TypeError):
        Column(pl.String())
    assert all(column.role for columns in COLUMNS.values() for column in columns.values())


def test_text_that_says_nothing_of_people_is_named_here():
    public = {
        (table, name)
        for table, columns in COLUMNS.items()
        for name, column in columns.items()
        if column.kind == pl.String() and column.role not in KINDS
    }
    # What is written as a colour, what may hold any letters by chance, and what was made to be shown.
    assert public == {("categories", "color"), ("annotations", "mask_rle"), ("workers", "alias")}


def test_a_name_has_one_role_in_all_tables():
    roles: dict[str, set[str]] = {}
    for columns in COLUMNS.values():
        for name, column in columns.items():
            roles.setdefault(name, set()).add(column.role)
    assert all(len(found) == 1 for found in roles.values())


@pytest.mark.parametrize("written", ["{}", "x {} y", "_{}.png"])
@pytest.mark.parametrize(("table", "column"), [place for place in PLACES if place[1] != "worker_id"])
def test_an_id_in_any_column_is_replaced(table: str, column: str, written: str):
    dataset = planted(make_dataset(), table, column, written.format(WHO.lower()))
    assert WHO.lower() in everything(dataset).lower().replace(f'"worker_id":"{WHO.lower()}"', "")
    assert WHO.lower() not in everything(without_ids(dataset)).lower()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("m_0001_A9B8C7D6E5F4G3.png", "m_0001_….png", id="Mechanical Turk"),
        pytest.param("m_0001_5f3a9c0e8b7d6a5c4b3a2f1e.txt", "m_0001_….txt", id="Prolific"),
        pytest.param("m_0001_left2.png", "m_0001_left2.png", id="a word"),
        pytest.param("A9B8C7D6E5F4G3.png", "A9B8C7D6E5F4G3.png", id="a picture's own name"),
    ],
)
def test_the_id_of_somebody_unknown_at_the_end_of_a_name(name: str, shown: str):
    dataset = make_dataset()
    named = dataset.replace(
        frames=dataset.frames.head(6).with_columns(file=pl.Series([name, *[None] * 5], dtype=pl.String))
    )
    assert without_ids(named).frames["file"][0] == shown


def test_rows_that_would_get_one_key_stay_two():
    dataset = make_dataset()
    names = pl.Series([f"Q {WORKERS[0]}?", f"Q {WORKERS[1]}?", "Q …?"])
    swap = dict(zip(dataset.questions["question_id"], names, strict=True))
    asked = dataset.replace(
        questions=dataset.questions.with_columns(pl.col("question_id").replace(swap)),
        answers=dataset.answers.with_columns(pl.col("question_id").replace(swap)),
        frames=dataset.frames.with_columns(file=pl.lit("1_") + pl.Series([*WORKERS, *WORKERS]) + ".png"),
    )
    left, _ = pseudonymise(asked, dict.fromkeys(WORKERS, "…"), held=("worker_id",))
    assert left.questions["question_id"].to_list() == ["Q …? (2)", "Q …? (3)", "Q …?"]
    assert left.frames["file"].to_list()[:3] == ["1_….png", "1_… (2).png", "1_… (3).png"]
    assert left.answers.height == asked.answers.height


class TestWithout:
    def test_a_short_name_is_a_word_of_its_own(self):
        dataset = make_dataset()
        said = dataset.answers.with_columns(answer=pl.lit("anna and Susanna, anna_1, ANNA"))
        left, found = without(dataset.replace(answers=said), ["anna"])
        assert left.answers["answer"][0] == "… and Susanna, …_1, …"
        assert found == {"answers.answer": 4}

    def test_a_short_name_elsewhere_is_something_else(self):
        dataset = make_dataset()
        tasks = dataset.assignments.with_columns(hit_id=pl.lit("anna"), batch=pl.lit("7"), reason=pl.lit("7 errors"))
        named = dataset.replace(assignments=tasks, frames=dataset.frames.with_columns(file=pl.lit("clip_7_7.png")))
        left, found = without(named, ["anna", "7"])
        assert left.assignments.equals(tasks)
        assert left.frames["file"][0] == "clip_7_….png"
        assert list(found) == ["frames.file"]

    def test_a_mask_is_not_a_text(self):
        dataset = make_dataset()
        labels = dataset.annotations.with_columns(mask_rle=pl.lit(f"ab{WHO}c"))
        assert without(dataset.replace(annotations=labels), [WHO])[0].annotations.equals(labels)

    def test_ids_of_assignments_change_with_what_points_at_them(self):
        dataset = make_dataset()
        renamed = pl.col("assignment_id") + f"_{WHO}"
        work, labels = (table.with_columns(renamed) for table in (dataset.assignments, dataset.annotations))
        left, _ = without(dataset.replace(assignments=work, annotations=labels), [WHO])
        assert left.assignments["assignment_id"][0] == left.annotations["assignment_id"][0] == "T0_…"
