"""Consent: who refused is in nothing that is made, and what they did is nobody's."""

from __future__ import annotations

import polars as pl
import pytest
from support import WORKERS, make_dataset

from loopviz.consent import consented
from loopviz.dataset import Dataset
from loopviz.schema import COLUMNS


def asked(*consents: bool | None) -> Dataset:
    dataset = make_dataset()
    return dataset.replace(workers=dataset.workers.with_columns(consent=pl.Series(consents, dtype=pl.Boolean)))


@pytest.mark.parametrize(
    ("consents", "left"),
    [
        pytest.param((True, True, True), WORKERS, id="all agreed"),
        pytest.param((None, None, None), WORKERS, id="nobody was asked"),
        pytest.param((False, True, None), WORKERS[1:], id="one refused"),
        pytest.param((False, False, False), (), id="all refused"),
    ],
)
def test_who_is_left(consents: tuple[bool | None, ...], left: tuple[str, ...]):
    dataset = asked(*consents)
    kept = consented(dataset)
    assert tuple(kept.workers["worker_id"]) == left
    assert set(kept.answers["worker_id"]) <= set(left)
    assert kept.annotations.equals(dataset.annotations)
    assert kept.assignments.drop("worker_id").equals(dataset.assignments.drop("worker_id"))
    assert kept.assignments["worker_id"].null_count() == sum(
        worker not in left for worker in dataset.assignments["worker_id"]
    )


def test_no_mention_of_them_is_left():
    dataset = asked(False, True, True)
    telling = dataset.replace(
        frames=dataset.frames.with_columns(file=pl.format(f"{{}}_{WORKERS[0]}.png", "frame")),
        answers=dataset.answers.with_columns(answer=pl.lit(f"with {WORKERS[0].lower()}, Worker 0000")),
    )
    text = "".join(getattr(consented(telling), name).write_json() for name in COLUMNS).lower()
    assert WORKERS[0].lower() not in text
    assert "worker 0000" not in text


def test_a_single_answer():
    dataset = asked(True, True, True)
    one = (pl.col("worker_id") == WORKERS[0]) & (pl.col("question_id") == "Q2")
    private = dataset.answers.with_columns(consent=pl.when(one).then(pl.lit(value=False)))
    kept = consented(dataset.replace(answers=private))
    assert kept.answers["answer"].to_list() == ["31", "I like it", "Kenya"]
    assert kept.workers.height == 3
