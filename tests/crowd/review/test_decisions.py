from __future__ import annotations

import dataclasses
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import WORKERS, box, make_dataset, with_boxes

from loopviz.crowd.quality.consensus import consensus_of
from loopviz.crowd.quality.measures import measures
from loopviz.crowd.review.decisions import Review, accepted, frames_left, review
from loopviz.crowd.review.evidence import NOT_READ, evidence, sentences, value_text
from loopviz.crowd.review.rules import Condition, parse_rule
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.schema import table

NAMES = ("Body", "Cable", "Left", "Right", "Wheel")
PLAIN = {"used": ["Body", "Cable"], "offered": 5, "others": 2}


def batch(*tasks: dict[str, Any], frames: int = 4) -> Dataset:
    """Assignments, each a row's columns and ``draws``: class ids of boxes of 10 by 10 pixels on 100 by 100."""
    rows = [
        {"assignment_id": f"T{i}", "worker_id": f"W{i}", "frame": 0, "status": "submitted", **t}
        for i, t in enumerate(tasks)
    ]
    drawn = [
        {"frame": row["frame"], "class_id": c, "assignment_id": row["assignment_id"]}
        | {"x_min": 10 * i, "y_min": 0, "x_max": 10 * i + 10, "y_max": 10}
        for row in rows
        for i, c in enumerate(row.pop("draws", []))
    ]
    return Dataset(
        frames=table("frames", {"frame": range(frames), "width": [100] * frames, "height": [100] * frames}),
        categories=table("categories", {"class_id": range(5), "name": NAMES}),
        annotations=table("annotations", [{"annotation_id": i, **each} for i, each in enumerate(drawn)]),
        assignments=table("assignments", rows),
        workers=table("workers", {"worker_id": sorted({row["worker_id"] for row in rows if row["worker_id"]})}),
    )


def judged(dataset: Dataset, *texts: str, **more: Any) -> Review:
    return review(dataset, [parse_rule(text) for text in texts], **more)


def by_id(made: Review, column: str) -> dict[str, Any]:
    return dict(made.decisions.select("assignment_id", column).iter_rows())


@pytest.mark.parametrize(
    ("rule", "measured", "sentence"),
    [
        ("categories >= 3", {"categories": 2}, "2 of 5 categories used (Body, Cable); the rule asks for 3."),
        ("categories >= 3", {"categories": 0, "used": []}, "0 of 5 categories used; the rule asks for 3."),
        ("categories >= 3", {"categories": 5, "used": list(NAMES)}, "5 of 5 categories used; the rule asks for 3."),
        ("boxes <= 2", {"boxes": 7}, "7 labels drawn; the rule asks for at most 2."),
        ("boxes > 1", {"boxes": 1}, "1 label drawn; the rule asks for more than 1."),
        ("area >= 0.01", {"area": 0.0042}, "0.4 % of the picture labelled; the rule asks for 1 %."),
        ("area >= 0.01", {"area": 0.00999}, "0.999 % of the picture labelled; the rule asks for 1 %."),
        ("area >= 0.01", {"area": 1e-7}, "less than 0.1 % of the picture labelled; the rule asks for 1 %."),
        ("area >= 0.01", {"area": None}, "The picture's size is not known, so area is not held against anyone."),
        ("seconds >= 30", {"seconds": 12.2}, "12 s of work; the rule asks for 30 s."),
        ("seconds >= 30", {"seconds": 29.6}, "29.6 s of work; the rule asks for 30 s."),
        (
            "seconds < 3600",
            {"seconds": None},
            "It is not known how long the work took, so seconds is not held against anyone.",
        ),
        ("agreement >= 0.5", {"agreement": 0.314}, "Agreement of 0.31 with 2 other people; the rule asks for 0.5."),
        ("agreement >= 0.5", {"agreement": 0.4999}, "Agreement of 0.4999 with 2 other people; the rule asks for 0.5."),
        (
            "agreement >= 0.5",
            {"agreement": 0.1, "others": 1},
            "Agreement of 0.10 with 1 other person; the rule asks for 0.5.",
        ),
        (
            "agreement >= 0.5",
            {"agreement": None},
            "Nobody else labelled this frame, so agreement is not held against anyone.",
        ),
        ("gold >= 0.7", {"gold": 0.9}, "Agreement of 0.90 with the known answer; the rule asks for 0.7."),
        ("gold >= 0.7", {"gold": None}, "There is no known answer for this frame, so gold is not held against anyone."),
    ],
)
def test_evidence_is_one_sentence_that_can_be_checked(rule: str, measured: dict[str, Any], sentence: str):
    (condition,) = parse_rule(rule).conditions
    assert sentences([evidence(condition, PLAIN | measured)]) == [sentence]


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_value_never_reads_like_what_it_fails(value: float, asked: float):
    condition = Condition("agreement", ">=", round(asked, 3))
    if round(value, 9) != condition.value:
        assert float(value_text(condition, value)) != condition.value


def test_measures_of_a_small_crowd():
    found = measures(batch({"draws": [0, 0, 1], "work_seconds": 60}, {"draws": [0], "worker_id": "W9"}, {"frame": 1}))
    assert found.select("categories", "boxes", "area", "seconds", "used", "offered", "others").rows() == [
        (2, 3, 0.03, 60.0, ["Body", "Cable"], 5, 1),
        (1, 1, 0.01, None, ["Body"], 5, 1),
        (0, 0, 0.0, None, [], 5, 0),
    ]
    # One of two drew twice as much of the body, and a cable that the other left out.
    assert found["agreement"].to_list() == [pytest.approx(0.25), pytest.approx(0.25), None]


def test_labels_that_lie_on_each_other_are_counted_once_as_area():
    overlapping = with_boxes(
        make_dataset(), box(0, 0, 160, 240, assignment_id="T0"), box(80, 0, 160, 240, assignment_id="T0")
    )
    assert measures(overlapping)["area"][0] == 0.5


def test_usage_counted_from_pixels_goes_before_annotations():
    usage = pl.DataFrame(
        {
            "assignment_id": ["T0"] * 3,
            "category": ["Body", "Cable", "Left"],
            "used": [True, False, True],
            "pixels": [9, 1, 8],
        }
    )
    found = measures(batch({"draws": [0]}, {"draws": [1]}), usage)
    assert found.select("categories", "used", "offered").rows() == [(2, ["Body", "Left"], 3), (1, ["Cable"], 5)]


def test_decisions_stand_worst_first_with_the_evidence_of_what_was_broken():
    made = judged(
        batch({"draws": [0, 1, 2], "work_seconds": 10}, {"draws": [0, 1]}, {}), "categories >= 3", "seconds >= 5"
    )
    assert made.decisions["assignment_id"].to_list() == ["T2", "T1", "T0"]
    assert by_id(made, "passes") == {"T0": True, "T1": False, "T2": False}
    assert by_id(made, "reason")["T1"] == "2 of 5 categories used (Body, Cable); the rule asks for 3."
    assert by_id(made, "reason")["T0"] is None
    assert by_id(made, "evidence")["T0"][-1] == {"found": "10 s of work", "asked": "5 s"}
    assert by_id(made, "measure")["T1"] == "categories"


def test_what_cannot_be_measured_is_held_against_nobody():
    made = judged(batch({"draws": [0]}, frames=1), "agreement >= 0.9 and gold >= 0.9 and seconds >= 30")
    assert by_id(made, "passes") == {"T0": True}


def test_the_cost_is_told_in_people_work_and_money():
    task = {"reward_usd": 0.15, "work_seconds": 1800.0}
    made = judged(
        batch({**task, "draws": [0]}, task, {**task, "worker_id": "W0"}, {"worker_id": "W1", "reward_usd": 0.15}),
        "boxes >= 1",
    )
    assert str(made.cost.note()) == (
        "Leaves 2 people unpaid for 3 of 4 tasks: 1.0 hours of work, 0.45 USD. For 1 of them it is all that they did. "
        "Pay or time of 1 task is not known and not counted."
    )


@pytest.mark.parametrize(
    ("status", "passes", "pay_all", "approve"),
    [
        ("submitted", True, False, True),
        ("submitted", False, False, False),
        ("submitted", False, True, True),
        (None, False, False, False),
        ("approved", False, False, True),
        ("rejected", False, False, False),
        ("rejected", True, False, True),
        ("rejected", False, True, True),
    ],
)
def test_pay_follows_the_rule_but_is_never_taken_back(status: str | None, passes: bool, pay_all: bool, approve: bool):
    made = judged(batch({"draws": [0] if passes else [], "status": status}), "boxes >= 1", pay_all=pay_all)
    assert made.decisions.select("passes", "approve").rows() == [(passes, approve)]
    assert (made.decisions["reason"][0] is None) == approve


def test_a_rejected_task_says_what_was_wrong_with_each_of_its_pictures():
    parts = [
        {"assignment_id": "A/1", "worker_id": "W", "draws": [0]},
        {"assignment_id": "A/2", "worker_id": "W", "frame": 1},
    ]
    reasons = set(by_id(judged(batch(*parts), "boxes >= 2"), "reason").values())
    assert reasons == {"1 label drawn; the rule asks for 2. 0 labels drawn; the rule asks for 2."}


def test_a_task_of_several_pictures_is_one_payment():
    parts = [
        {"assignment_id": "A/1", "worker_id": "W", "draws": [0]},
        {"assignment_id": "A/2", "worker_id": "W", "frame": 1},
        {"assignment_id": "B/1", "worker_id": "V"},
        {"assignment_id": "B/2", "worker_id": "V", "frame": 1},
        {"assignment_id": "B/3", "worker_id": "U", "draws": [0]},
    ]
    made = judged(batch(*parts), "boxes >= 1")
    assert by_id(made, "passes") == {"A/1": True, "A/2": False, "B/1": False, "B/2": False, "B/3": True}
    assert by_id(made, "approve") == {"A/1": True, "A/2": True, "B/1": False, "B/2": False, "B/3": True}
    assert by_id(made, "task") == {"A/1": "A", "A/2": "A", "B/1": "B", "B/2": "B", "B/3": "B"}
    assert by_id(made, "reason")["B/1"] == "0 labels drawn; the rule asks for 1."
    assert (made.cost.tasks_unpaid, made.cost.tasks, made.cost.people_unpaid) == (1, 3, 1)


@pytest.mark.parametrize("reason", [None, "", "  \n"], ids=repr)
def test_a_rejection_without_a_reason_cannot_be_made(reason: str | None):
    made = judged(batch({}), "boxes >= 1")
    mute = made.decisions.with_columns(pl.lit(reason, pl.String).alias("reason"))
    with pytest.raises(ConfigError, match="without a reason"):
        dataclasses.replace(made, decisions=mute)


def test_nobody_is_decided_on_twice_and_nobody_by_no_rule():
    made = judged(batch({}), "boxes >= 1")
    with pytest.raises(ConfigError, match="decided twice"):
        dataclasses.replace(made, decisions=pl.concat([made.decisions] * 2))
    with pytest.raises(ConfigError, match="no rule"):
        review(batch({}), [])


def test_accepting_is_apart_from_paying():
    dataset = batch({"draws": [0]}, {"frame": 1}, {"frame": 2, "status": "rejected", "reason": "blurred"})
    made = judged(dataset, "boxes >= 1", pay_all=True)
    assert accepted(dataset, made).assignments.select("accepted", "status").rows() == [
        (True, "submitted"),
        (False, "submitted"),
        (False, "rejected"),
    ]
    assert made.decisions["approve"].to_list() == [True] * 3
    assert by_id(judged(dataset, "boxes >= 1"), "approve") == {"T0": True, "T1": False, "T2": False}


def test_frames_without_accepted_work_or_a_label_of_nobodys_are_left():
    dataset = batch({"draws": [0]}, {"frame": 1}, {"frame": 2}, {"frame": None})
    assert frames_left(dataset) == [0, 1, 2, 3]
    assert frames_left(accepted(dataset, judged(dataset, "boxes >= 1"))) == [1, 2, 3]
    gold = with_boxes(dataset, box(0, 0, 5, 5, frame=3, origin="gold"))
    assert frames_left(gold) == [0, 1, 2]


tasks = st.fixed_dictionaries(
    {
        "worker_id": st.sampled_from(["W0", "W1", "W2", None]),
        "frame": st.sampled_from([0, 1, 2, None]),
        "status": st.sampled_from(["submitted", "approved", "rejected", None]),
        "reward_usd": st.none() | st.floats(0, 5),
        "work_seconds": st.none() | st.floats(0, 9000),
    }
)
texts = st.sampled_from(
    ["categories >= 2", "seconds >= 60 and area >= 0.01", "agreement >= 0.5", "boxes < 3", "gold > 0.2"]
)


@settings(max_examples=40)
@given(st.lists(st.tuples(tasks, st.lists(st.integers(0, 4), max_size=4)), max_size=8), texts)
def test_every_assignment_gets_one_decision_and_paying_all_costs_nobody_anything(
    rows: list[tuple[dict[str, Any], list[int]]], text: str
):
    dataset = batch(*({**task, "draws": draws if task["frame"] is not None else []} for task, draws in rows))
    made, paid = judged(dataset, text), judged(dataset, text, pay_all=True)
    for each in (made, paid):
        assert sorted(each.decisions["assignment_id"]) == sorted(dataset.assignments["assignment_id"])
        assert each.decisions["score"].is_sorted()
        assert each.decisions.filter(pl.col("approve") == pl.col("reason").is_not_null()).is_empty()
        assert each.decisions.filter(pl.col("passes") & ~pl.col("approve")).is_empty()
    assert (paid.cost.people_unpaid, paid.cost.tasks_unpaid, paid.cost.usd, paid.cost.hours) == (0, 0, 0, 0)
    assert str(paid.cost.note()) == "Nobody is left unpaid."
    assert by_id(paid, "passes") == by_id(made, "passes")
    unpaid = made.decisions.filter(~pl.col("approve")).height
    assert made.cost.tasks_unpaid <= made.cost.tasks == dataset.assignments.height
    assert made.cost.tasks_unpaid == unpaid


def test_no_sentence_names_a_person():
    made = judged(make_dataset(people=True), "categories >= 5")
    text = f"{made.decisions['evidence'].to_list()} {made.cost.note()!s}"
    assert not any(worker in text for worker in WORKERS)


UNREAD = {"labels_read": False}


class TestWorkWhoseLabelsWereNotRead:
    """What was not read is not work that was not done."""

    @pytest.mark.parametrize("rule", ["boxes >= 1", "categories >= 1", "area >= 0.01", "boxes <= 9 and seconds >= 5",
                                      "agreement >= 0.5", "gold >= 0.5"])  # fmt: skip
    @pytest.mark.parametrize("status", ["submitted", "rejected", None])
    def test_a_rule_about_labels_does_not_judge_it(self, rule: str, status: str | None) -> None:
        work = batch({**UNREAD, "status": status, "work_seconds": 1.0}, {"draws": [0], "work_seconds": 9.0})
        made = judged(work, rule)
        row = made.decisions.filter(pl.col("assignment_id") == "T0").row(0, named=True)
        assert [row[name] for name in ("passes", "approve", "reason", "value")] == [None] * 4
        assert row["evidence"] == [NOT_READ]
        assert made.cost.not_judged == 1 and "1 task is neither approved nor rejected" in str(made.cost.note())
        before = status == "rejected"
        assert made.cost.still_rejected == before and ("1 of them stays rejected" in str(made.cost.note())) == before
        assert ("Nobody is left unpaid." in str(made.cost.note())) != before
        after = accepted(work, made).assignments.row(0, named=True)
        assert (after["accepted"], after["status"], after["reason"]) == (None, status, None)

    def test_a_rule_about_time_does(self) -> None:
        made = judged(batch({**UNREAD, "work_seconds": 1.0}, {**UNREAD, "work_seconds": 9.0}), "seconds >= 5")
        assert by_id(made, "approve") == {"T0": False, "T1": True}

    def test_what_is_paid_stays_paid_and_everybody_can_be(self) -> None:
        assert by_id(judged(batch({**UNREAD, "status": "approved"}), "boxes >= 1"), "approve") == {"T0": True}
        assert by_id(judged(batch(UNREAD), "boxes >= 1", pay_all=True), "approve") == {"T0": True}

    def test_it_says_nothing_against_the_work_of_others(self) -> None:
        alone = batch({"draws": [0, 1]}, UNREAD)
        assert by_id(judged(alone, "agreement >= 0.5"), "passes") == {"T0": True, "T1": None}
        assert measures(alone)["others"].to_list() == [0, 0]
        pair = batch({"draws": [0]}, {"draws": [0]}, UNREAD)
        assert consensus_of(pair, "majority").dataset.annotations["origin"].to_list() == ["consensus"]

    @pytest.mark.parametrize(
        ("other", "paid"), [({"draws": [0]}, True), ({"draws": []}, None), ({"labels_read": False}, None)]
    )
    def test_a_task_of_several_pictures_is_one_payment(self, other: dict[str, Any], paid: bool | None) -> None:
        one = {"assignment_id": "A/1", "worker_id": "W0", **UNREAD}
        made = judged(batch(one, {"assignment_id": "A/2", "worker_id": "W0", **other}), "boxes >= 1")
        assert by_id(made, "approve") == {"A/1": paid, "A/2": paid}
        assert made.cost.tasks_unpaid == 0

    def test_its_frames_are_not_published_again(self) -> None:
        work = batch({**UNREAD, "frame": 1}, {"frame": 2, "draws": []}, frames=3)
        assert frames_left(accepted(work, judged(work, "boxes >= 1"))) == [0, 2]
