from __future__ import annotations

from typing import Any, cast

import polars as pl
import pytest
from support import box, make_dataset, with_boxes

from loopviz.dataset import Dataset
from loopviz.interpolation import carry_labels
from loopviz.interpolation.carry import carriable, gaps_of
from loopviz.media import Source

NO_SOURCE = cast(Source, None)  # tracks look at no picture


def labelled(**second: Any) -> Dataset:
    """Five frames; somebody labelled the first and the last of them, and nobody those between."""
    whole = make_dataset(6)
    work = whole.assignments.filter(pl.col("frame").is_in([0, 4])).with_columns(
        **{
            name: pl.when(pl.col("frame") == 4).then(pl.lit(value)).otherwise(name).cast(whole.assignments.schema[name])
            for name, value in second.items()
        }
    )
    rows = [box(0, 0, 20, 20, frame=0, assignment_id="T0"), box(40, 0, 60, 20, frame=4, assignment_id="T4")]
    return with_boxes(whole.replace(annotations=whole.annotations.clear()).replace(assignments=work), *rows)


def interpolated(dataset: Dataset) -> pl.DataFrame:
    return carry_labels(dataset, NO_SOURCE, "track", 24).annotations.filter(pl.col("origin") == "interpolated")


def test_labels_that_are_carried_are_nobodys():
    found = interpolated(labelled())
    assert found["frame"].to_list() == [1, 2, 3]
    assert found["x_min"].to_list() == [10, 20, 30]
    assert found["assignment_id"].null_count() == found["confidence"].null_count() == 3
    assert found["annotation_id"].to_list() == [2, 3, 4]


def test_nothing_is_carried_where_it_is_not_asked_for():
    dataset = labelled()
    assert carry_labels(dataset, NO_SOURCE, "none", 24) is dataset


@pytest.mark.parametrize("second", [{"status": "rejected"}, {"accepted": False}])
def test_work_that_does_not_count_is_not_carried(second: dict[str, Any]):
    assert not interpolated(labelled(**second)).height


def test_labels_of_who_refused_are_not_carried():
    dataset = labelled()
    whose = dataset.assignments.filter(pl.col("frame") == 4)["worker_id"][0]
    refused = pl.when(pl.col("worker_id") == whose).then(pl.lit(value=False)).otherwise("consent")
    assert not interpolated(dataset.replace(workers=dataset.workers.with_columns(consent=refused))).height


def test_work_of_nobody_known_is_not_carried():
    dataset = labelled()
    nobodys = dataset.assignments.with_columns(worker_id=pl.lit(None, pl.String))
    assert not interpolated(dataset.replace(assignments=nobodys)).height


@pytest.mark.parametrize("origin", ["gold", "interpolated"])
def test_what_is_nobodys_view_of_the_frame_is_not_carried(origin: str):
    dataset = labelled()
    given = dataset.annotations.with_columns(origin=pl.lit(origin).cast(dataset.annotations.schema["origin"]))
    assert not carriable(dataset.replace(annotations=given)).height


def test_a_frame_left_without_labels_is_an_answer():
    whole = labelled()
    more = make_dataset(6).assignments.filter(pl.col("frame") == 2)
    dataset = whole.replace(assignments=pl.concat([whole.assignments, more]))
    assert gaps_of(dataset).select("before", "after").rows()[:2] == [(0, 2), (2, 4)]
    assert not interpolated(dataset).height


def test_a_clip_without_labels_has_no_gaps():
    nothing = with_boxes(make_dataset(6, people=False))
    assert not gaps_of(nothing).height
    assert carry_labels(nothing, NO_SOURCE, "track", 24).equals(nothing)
