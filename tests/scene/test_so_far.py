from __future__ import annotations

import random

import polars as pl
import pytest
from support import make_dataset

from loopviz.crowd.ledger.account import ledger
from loopviz.scene.caption import CaptionWriter
from loopviz.scene.so_far import running_totals
from loopviz.scene.style import CaptionText, FigureText

DATASET = make_dataset(12)
NAMES = ("people", "tasks", "approved", "rejected", "seconds", "paid_usd", "unpaid_usd")


@pytest.mark.parametrize("seed", range(4))
def test_after_every_frame_counters_are_the_account_of_what_was_shown(seed: int):
    order = DATASET.frames["frame"].to_list()
    random.Random(seed).shuffle(order)  # noqa: S311
    for count, totals in enumerate(running_totals(DATASET, order), 1):
        shown = DATASET.filter(frames=order[:count])
        worked = set(shown.assignments["worker_id"].drop_nulls())
        _, everyone = ledger(shown.filter(workers=sorted(worked))).by_name()
        assert totals["labels"] == shown.annotations.height
        if not worked:
            assert (totals["people"], totals["tasks"]) == (0, 0)
            continue
        for name in NAMES:
            assert (totals[name] or 0) == pytest.approx(everyone[name] or 0), name
        assert totals["hours"] == pytest.approx((everyone["seconds"] or 0) / 3600)


def test_what_nobody_knows_is_not_nothing():
    unknown = DATASET.replace(
        assignments=DATASET.assignments.with_columns(
            pl.lit(None, dtype=pl.Float64).alias(name) for name in ("work_seconds", "reward_usd")
        )
    )
    last = running_totals(unknown, DATASET.frames["frame"].to_list())[-1]
    assert last["seconds"] is last["hours"] is None
    assert last["paid_usd"] == 0  # what was rejected paid nothing, whatever it was worth
    assert last["tasks"] == DATASET.assignments["frame"].is_not_null().sum()


def test_captions_count_in_the_order_of_the_film():
    writer = CaptionWriter(DATASET, CaptionText(line="{{ so_far.tasks }}"), {}, order=(5, 3, 1))
    assert [writer.write(frame).line for frame in (5, 3, 1)] == ["1", "2", "3"]
    assert writer.write(5, so_far=3).line == "3"  # shown again: nothing is counted twice
    assert writer.write(8).line == ""  # not shown


def test_what_is_not_asked_for_is_not_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("loopviz.scene.caption.running_totals", lambda *_: pytest.fail("counted"))
    CaptionWriter(DATASET, CaptionText(line="{{ frame.number }}"), {}, order=(1, 2)).write(1)


def test_a_counter_may_be_a_figure():
    figures = (FigureText(value="{{ so_far.tasks }}", label="tasks"),)
    writer = CaptionWriter(DATASET, CaptionText(line="", figures=figures), {}, order=(5, 3, 1))
    assert [writer.write(frame).figures[0].value for frame in (5, 3, 1)] == ["1", "2", "3"]
