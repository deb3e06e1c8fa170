"""What is known of care: planted careless people come out below careful ones, and nobody loses by what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import planted
from support import box, make_dataset

from loopviz.crowd.quality.agreement import Labels
from loopviz.dataset import Dataset
from loopviz.schema import table
from loopviz.train.care import EVIDENCE, borne_out, care, commonness, evidence_of, likely, model_evidence


def auc(low: Sequence[float], high: Sequence[float]) -> float:
    """How likely one of the low values lies below one of the high ones (Mann and Whitney 1947)."""
    one, other = np.array(low)[:, None], np.array(high)[None, :]
    return float(np.mean(one < other) + np.mean(one == other) / 2)


def apart(dataset: Dataset, careless: frozenset[str], values: pl.DataFrame, column: str = "care") -> tuple[Any, Any]:
    known = values.join(dataset.assignments, on="assignment_id")
    theirs = pl.col("worker_id").is_in(list(careless))
    return known.filter(theirs)[column].to_list(), known.filter(~theirs)[column].to_list()


@pytest.mark.parametrize("each", [2, 3, 5])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_careless_people_are_told_from_careful_ones(each: int, seed: int):
    crowd = planted(each=each, seed=seed)
    bad, good = apart(crowd.dataset, crowd.careless, care(crowd.dataset, evidence_of(crowd.dataset)))
    assert auc(bad, good) > 0.97
    assert np.mean(bad) < 0.7 * np.mean(good)


def test_a_model_tells_them_apart_where_nobody_shares_a_frame():
    crowd = planted(each=1, frames=120)
    assert not evidence_of(crowd.dataset).height
    sides = ("x_min", "y_min", "x_max", "y_max")
    rows = [{"frame": f, "class_id": c, **dict(zip(sides, b, strict=True))} for (f, c), b in crowd.truth.items()]
    found = table("annotations", [{"annotation_id": i, "origin": "model", **row} for i, row in enumerate(rows)])
    bad, good = apart(crowd.dataset, crowd.careless, care(crowd.dataset, model_evidence(crowd.dataset, found)))
    assert auc(bad, good) > 0.97


def test_known_answers_count():
    crowd = planted(each=1, frames=120)
    sides = ("x_min", "y_min", "x_max", "y_max")
    rows = [{"frame": f, "class_id": c, **dict(zip(sides, b, strict=True))} for (f, c), b in crowd.truth.items()]
    gold = table("annotations", [{"annotation_id": 10_000 + i, "origin": "gold", **row} for i, row in enumerate(rows)])
    dataset = crowd.dataset.replace(annotations=pl.concat([crowd.dataset.annotations, gold]))
    bad, good = apart(dataset, crowd.careless, care(dataset, evidence_of(dataset)))
    assert auc(bad, good) > 0.97


def test_of_whom_nothing_is_known_the_care_is_that_of_the_mean():
    crowd = planted(each=2)
    alone = crowd.dataset.assignments.head(1).with_columns(
        assignment_id=pl.lit("alone"), worker_id=pl.lit(None, pl.String), frame=pl.lit(None, pl.Int64)
    )
    dataset = crowd.dataset.replace(assignments=pl.concat([crowd.dataset.assignments, alone]))
    found = care(dataset, evidence_of(dataset)).filter(pl.col("assignment_id") == "alone")
    assert found.rows() == [("alone", 1.0, 0)]


def test_without_any_evidence_all_are_alike():
    dataset = make_dataset()
    found = care(dataset, pl.DataFrame(schema=dict(EVIDENCE)))
    assert set(found["care"]) == {1.0}
    assert set(found["pieces"]) == {0}


def test_a_review_speaks_of_the_work_and_not_of_the_person():
    crowd = planted(each=1)
    first = crowd.dataset.assignments["worker_id"][0]
    mine = crowd.dataset.assignments.filter(pl.col("worker_id") == first)["assignment_id"].to_list()
    assert len(mine) > 1
    dismissed = pl.when(pl.col("assignment_id") == mine[0]).then(pl.lit(value=False))
    dataset = crowd.dataset.replace(assignments=crowd.dataset.assignments.with_columns(accepted=dismissed))
    found = dict(care(dataset, evidence_of(dataset)).select("assignment_id", "care").iter_rows())
    assert found[mine[0]] < 0.6
    assert found[mine[1]] == 1.0


def labels(*classes: int, at: float = 0) -> Labels:
    row = box(at, 0, at + 10, 10) | {"mask_rle": None, "polygons": None}
    return Labels("T", None, {c: [row] for c in classes})


def test_who_left_out_what_stands_on_every_frame_has_the_blame():
    common = {0: 1.0, 1: 1.0, 2: 0.0}
    whole, half = labels(0, 1), labels(0)
    assert borne_out(whole, half, (20, 20), common) == (1.0, 0.5)
    assert borne_out(half, whole, (20, 20), common) == (0.5, 1.0)
    # Of what stands nowhere else who drew it has.
    assert borne_out(labels(0, 2), half, (20, 20), common) == (0.5, 1.0)
    assert borne_out(half, labels(0, 2), (20, 20), common) == (1.0, 0.5)


def test_two_who_drew_nothing_say_nothing_of_each_other():
    assert borne_out(labels(), labels(), (20, 20), {}) == (0.0, 0.0)


@given(st.floats(0, 1))
def test_of_two_one_is_right(share: float):
    assert likely(share) + likely(1 - share) == pytest.approx(1)


def test_how_common_a_category_is_counts_frames():
    dataset = make_dataset()
    assert commonness(dataset) == {0: 1.0, 1: 1.0}
    only = dataset.replace(annotations=dataset.annotations.filter((pl.col("class_id") == 0) | (pl.col("frame") == 0)))
    assert commonness(only) == {0: 1.0, 1: 0.2}
