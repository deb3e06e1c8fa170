"""Whose labels teach: a weight for every assignment, with why."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from planted import planted
from support import make_dataset

from loopviz.dataset import Dataset
from loopviz.schema import SCHEMAS
from loopviz.train.care import model_evidence
from loopviz.train.whose_work import weights


def decided(**columns: Any) -> Dataset:
    dataset = make_dataset()
    kinds = SCHEMAS["assignments"]
    new = {name: pl.Series(name, values, dtype=kinds[name]) for name, values in columns.items()}
    return dataset.replace(assignments=dataset.assignments.with_columns(**new))


def whys(dataset: Dataset, whose: Any) -> list[str]:
    return weights(dataset, whose)["why"].to_list()


def test_all_takes_all_but_what_was_not_read():
    dataset = decided(labels_read=[True, False, None, True, True])
    assert whys(dataset, "all") == ["kept", "not-read", "kept", "kept", "kept"]
    assert weights(dataset, "all")["weight"].to_list() == [1, 0, 1, 1, 1]


@pytest.mark.parametrize("whose", ["accepted", "consensus"])
def test_what_nobody_decided_on_teaches(whose: str):
    states = ["approved", "rejected", "submitted", None, "approved"]
    dataset = decided(status=states, accepted=[False, True, None, None, True])
    assert whys(dataset, whose) == ["does-not-count", "rejected", "kept", "kept", "kept"]


def test_weights_lie_between_nothing_and_one():
    crowd = planted()
    found = weights(crowd.dataset, "weighted")
    assert found["weight"].is_between(0, 1).all()
    assert found["assignment_id"].equals(crowd.dataset.assignments["assignment_id"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_careless_people_weigh_less_than_a_quarter(seed: int):
    crowd = planted(seed=seed)
    found = weights(crowd.dataset, "weighted").join(crowd.dataset.assignments, on="assignment_id")
    careless = pl.col("worker_id").is_in(list(crowd.careless))
    bad, good = (found.filter(part)["weight"].to_numpy() for part in (careless, ~careless))
    assert np.mean(bad[:, None] < good[None, :]) > 0.95
    assert bad.mean() < good.mean() / 4
    assert good.mean() > 0.9


def test_unknown_people_weigh_as_much_as_careful_ones():
    crowd = planted(each=2)
    mine = crowd.dataset.workers["worker_id"][-1]
    others = pl.col("worker_id") != mine
    shared = set(crowd.dataset.assignments.filter(~others)["frame"])
    alone = crowd.dataset.assignments.filter(~others | ~pl.col("frame").is_in(list(shared)))
    drawn = crowd.dataset.annotations.join(alone, on="assignment_id", how="semi")
    dataset = crowd.dataset.replace(annotations=drawn).replace(assignments=alone)
    found = weights(dataset, "weighted").join(alone, on="assignment_id").filter(pl.col("worker_id") == mine)
    assert set(found.select("weight", "why").rows()) == {(1.0, "nothing-known")}


def test_evidence_from_outside_counts():
    crowd = planted(each=1)
    assert set(whys(crowd.dataset, "weighted")) == {"nothing-known"}
    none = pl.DataFrame(schema=dict(SCHEMAS["annotations"]))
    assert weights(crowd.dataset, "weighted", model_evidence(crowd.dataset, none))["weight"].to_list() == [1.0] * 60
    told = crowd.dataset.annotations.filter(pl.col("frame") < 30).with_columns(
        pl.col("x_min", "x_max") + 200, assignment_id=pl.lit(None, pl.String)
    )
    agreed = crowd.dataset.annotations.filter(pl.col("frame") >= 30).with_columns(assignment_id=pl.lit(None, pl.String))
    found = weights(crowd.dataset, "weighted", model_evidence(crowd.dataset, pl.concat([told, agreed])))
    assert found["weight"].head(30).max() < found["weight"].tail(30).min()  # type: ignore[operator]


def reviewed(each: int) -> tuple[Dataset, set[str]]:
    """A crowd of whose careless people the work on the first frames was rejected, and that of a careful one."""
    crowd = planted(each=each)
    careless = pl.col("worker_id").is_in([*crowd.careless, crowd.dataset.workers["worker_id"][-1]])
    bad = careless & (pl.col("frame") < 30)
    status = pl.when(bad).then(pl.lit("rejected")).otherwise(pl.lit("approved")).cast(SCHEMAS["assignments"]["status"])
    dataset = crowd.dataset.replace(assignments=crowd.dataset.assignments.with_columns(status=status))
    return dataset, set(dataset.assignments.filter(bad)["assignment_id"])


def test_a_review_of_which_nothing_else_is_known_leaves_work_out_as_accepted_does():
    dataset, rejected = reviewed(each=1)
    found = weights(dataset, "weighted")
    assert set(found.filter(pl.col("weight") == 0)["assignment_id"]) == rejected
    assert found["weight"].to_list() == weights(dataset, "accepted")["weight"].to_list()


def test_others_can_speak_for_work_that_was_rejected():
    dataset, rejected = reviewed(each=3)
    careful = dataset.assignments.filter(
        pl.col("worker_id") == dataset.workers["worker_id"][-1], pl.col("assignment_id").is_in(list(rejected))
    )
    found = weights(dataset, "weighted").join(careful, on="assignment_id", how="semi")
    assert found.height > 1
    assert (found["weight"] > 0).all()


@pytest.mark.parametrize("labels_read", [False])
def test_work_that_was_not_read_is_not_called_careless(labels_read: bool):
    crowd = planted()
    first = crowd.dataset.assignments["assignment_id"][0]
    unread = pl.when(pl.col("assignment_id") == first).then(pl.lit(labels_read))
    dataset = crowd.dataset.replace(assignments=crowd.dataset.assignments.with_columns(labels_read=unread))
    assert weights(dataset, "weighted").row(0, named=True)["why"] == "not-read"


def test_a_dataset_without_work_has_no_weights():
    for whose in ("all", "accepted", "consensus", "weighted"):
        assert weights(make_dataset(people=False), whose).height == 0  # type: ignore[arg-type]
