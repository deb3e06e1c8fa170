"""What stands on a sheet: whose work, in which order, in which words."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from support import make_dataset

from loopviz.consent import consented
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.report.sheets.contents import By, Cell, Kind, cells_of

ALL = range(12)


@pytest.fixture
def dataset() -> Dataset:
    return make_dataset(12)


def cells(dataset: Dataset, kind: Kind = "contact", by: By = "person", frames: range = ALL, count: int | None = None):
    return cells_of(dataset, kind, by, frames, count)


def test_results_say_who_what_was_decided_and_what_it_paid(dataset: Dataset) -> None:
    work = dataset.assignments.with_columns(
        reason=pl.when(pl.col("status") == "rejected").then(pl.lit("Not labelled:\nwheel \x1b[31m")).otherwise(None)
    )
    found = cells(dataset.replace(assignments=work), "results", frames=range(3))
    assert found == [
        Cell(0, ("T0",), "Worker 0000", "$0.15", ("frame 1, approved",), False),
        Cell(1, ("T1",), "Worker 0001", "$0.15", ("frame 2, approved",), False),
        Cell(2, ("T2",), "Worker 0002", "not paid", found[2].lines, True),
    ]
    assert found[2].lines[0] == "frame 3, rejected"
    assert "\x1b" not in found[2].lines[1]
    assert "\n" not in found[2].lines[1]


def test_paid_work_that_does_not_count_is_called_so(dataset: Dataset) -> None:
    work = dataset.assignments.with_columns(accepted=pl.lit(False))
    found = cells(dataset.replace(assignments=work), "results", frames=range(1))
    assert (found[0].value, found[0].lines, found[0].is_dismissed) == ("$0.15", ("frame 1, paid, and left out",), True)


def test_a_contact_sheet_by_person_keeps_people_together(dataset: Dataset) -> None:
    names = [(cell.name, cell.frame) for cell in cells(dataset)]
    assert names == sorted(names)
    assert len(names) == 11


def test_by_time_is_by_when_it_was_handed_in(dataset: Dataset) -> None:
    late = [datetime(2020, 1, 1, 12, 0, 59 - frame, tzinfo=UTC) if frame > 1 else None for frame in range(11)]
    work = dataset.assignments.with_columns(submitted_at=pl.Series(late, dtype=pl.Datetime("us", "UTC")))
    found = cells(dataset.replace(assignments=work), by="time")
    assert [cell.frame for cell in found] == [10, 9, 8, 7, 6, 5, 4, 3, 2, 0, 1]  # whose time is not known comes last
    assert found[0].lines == ("frame 11, 12:00:49",)
    assert found[-1].lines == ("frame 2",)


def test_by_quality_is_worst_first(dataset: Dataset) -> None:
    fewer = dataset.replace(annotations=dataset.annotations.filter((pl.col("frame") != 7) | (pl.col("class_id") == 0)))
    found = cells(fewer, by="quality")
    assert found[0].frame == 7
    assert found[0].lines == ("frame 8, 1 of 2 categories",)
    assert found[1].lines == ("frame 1, 2 of 2 categories",)


def test_what_could_not_be_measured_is_held_against_nobody(dataset: Dataset) -> None:
    work = dataset.assignments.with_columns(labels_read=pl.col("frame") != 4)
    fewer = dataset.annotations.filter((pl.col("frame") != 7) | (pl.col("class_id") == 0))
    found = cells(dataset.replace(assignments=work, annotations=fewer), by="quality")
    assert [found[0].frame, found[-1].frame] == [7, 4]
    assert found[-1].lines == ("frame 5",)


def test_frames_are_those_with_labels_and_a_sequence_is_all_of_them(dataset: Dataset) -> None:
    assert [cell.frame for cell in cells(dataset, "frames")] == list(range(11))  # nobody labelled the last
    sequence = cells(dataset, "sequence", frames=range(8, 12))
    assert [(cell.frame, cell.name, cell.value) for cell in sequence] == [
        (8, "Worker 0002", "9"), (9, "Worker 0000", "10"), (10, "Worker 0001", "11"), (11, "", "12"),
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "frames"), [(1, [0]), (2, [0, 10]), (3, [0, 5, 10]), (99, list(range(11)))])
def test_so_many_pictures_are_spread_evenly(dataset: Dataset, count: int, frames: list[int]) -> None:
    assert [cell.frame for cell in cells(dataset, "frames", count=count)] == frames


@pytest.mark.parametrize("kind", ["contact", "results", "frames", "sequence"])
def test_who_refused_is_on_no_sheet(dataset: Dataset, kind: Kind) -> None:
    refused = dataset.workers.with_columns(consent=pl.col("alias") != "Worker 0001")
    found = cells(consented(dataset.replace(workers=refused)), kind, count=20)
    assert "Worker 0001" not in str(found)
    assert "Worker 0000" in str(found)


def test_a_name_that_is_hidden_is_somebody(dataset: Dataset) -> None:
    hidden = dataset.replace(workers=dataset.workers.with_columns(alias=pl.lit(None, pl.String)))
    assert {cell.name for cell in cells(hidden)} == {"Somebody"}


@pytest.mark.parametrize("kind", ["contact", "results", "frames"])
def test_nothing_to_show_is_said(dataset: Dataset, kind: Kind) -> None:
    with pytest.raises(ConfigError) as caught:
        cells(dataset, kind, frames=range(11, 12))
    assert "frames 11 to 11" in str(caught.value)
