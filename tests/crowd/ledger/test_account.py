from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import WORKERS, make_dataset

from loopviz.crowd.ledger.account import SUMS, Ledger, LedgerOptions, check_balance, ledger, people
from loopviz.crowd.ledger.text import people_lines
from loopviz.crowd.ledger.wages import sum_up, tasks_of
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError, LoopvizError
from loopviz.formats.people.assignments import read_assignments
from loopviz.formats.people.read import read_people
from loopviz.formats.reading import read_labels
from loopviz.schema import STATUSES, table

MONDAY = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
SEARCH = {"Q5": "Searching for tasks"}


def dataset(
    work: Sequence[Mapping[str, Any]],
    answers: Mapping[str, str | None] | None = None,
    questions: Mapping[str, str] = SEARCH,
    idle: Sequence[str] = (),
) -> Dataset:
    """A Dataset of assignments, and the answers to the first question."""
    rows = [{"assignment_id": f"T{i}", **row} for i, row in enumerate(work)]
    names = dict.fromkeys([*(row["worker_id"] for row in rows if row["worker_id"]), *(answers or {}), *idle])
    people = [{"worker_id": name, "alias": f"Worker {i}"} for i, name in enumerate(names)]
    said = [{"worker_id": w, "question_id": next(iter(questions)), "answer": a} for w, a in (answers or {}).items()]
    return Dataset(
        assignments=table("assignments", rows),
        workers=table("workers", people),
        questions=table("questions", [{"question_id": q, "heading": heading} for q, heading in questions.items()]),
        answers=table("answers", said),
    )


def done(
    worker: str | None,
    status: str | None = "approved",
    reward: float | None = 0.15,
    seconds: float | None = 60,
    day: int | None = 0,
    **more: Any,
) -> dict[str, Any]:
    date = None if day is None else MONDAY + timedelta(days=day)
    row = {"worker_id": worker, "status": status, "reward_usd": reward, "work_seconds": seconds, "submitted_at": date}
    return row | more


def value(account: Ledger, name: str) -> Any:
    return account.figure(name).value


# Four people, by hand:
#            approved        rejected        submitted   search
#   anna     2 x 0.15, 300s  1 x 0.15, 60s               10 - 20 minutes
#   ben                      2 x 0.15, 240s              More tha 30 minutes
#   cleo     1 x 0.40, 720s                  1 x 0.40    NON
#   dora     1 x 0.15 (no time), 1 x no reward, 30s      (no answer)
HAND = dataset(
    [
        done("anna", seconds=100, day=0),
        done("anna", seconds=200, day=0),
        done("anna", "rejected", seconds=60, day=1),
        done("ben", "rejected", seconds=120),
        done("ben", "rejected", seconds=120),
        done("cleo", reward=0.40, seconds=720),
        done("cleo", "submitted", reward=0.40, seconds=80),
        done("dora", seconds=None),
        done("dora", reward=None, seconds=30),
    ],
    {"anna": "10 - 20 minutes", "ben": "More tha 30 minutes", "cleo": "NON"},
    idle=["emil"],
)


class TestByHand:
    @pytest.mark.parametrize(
        ("name", "expected", "people", "assignments"),
        [
            ("assignments", 9, 4, 9),
            ("approved", 5, 3, 5),
            ("rejected", 3, 2, 3),
            ("submitted", 1, 1, 1),
            ("people", 4, 4, 9),
            ("people_unpaid", 1, 1, 2),  # ben
            ("hours", pytest.approx(1430 / 3600), 4, 8),  # 100 + 200 + 60 + 120 + 120 + 720 + 80 + 30; one has no time
            ("hours_unpaid", pytest.approx(300 / 3600), 2, 3),  # 60 + 120 + 120
            ("paid_usd", Decimal("0.85"), 3, 4),  # 0.15 + 0.15 + 0.40 + 0.15; one has no reward
            ("unpaid_usd", Decimal("0.45"), 2, 3),  # 3 x 0.15
            ("open_usd", Decimal("0.40"), 1, 1),
            # Decided, pay and time known: anna 0.30 in 360 s, ben 0 in 240 s, cleo 0.40 in 720 s.
            # 0.70 in 1320 s = 0.70 x 3600 / 1320 = 1.90909…
            ("usd_per_hour", Decimal("1.9091"), 3, 6),
            # anna 0.30 x 10 = 3.00, ben 0, cleo 0.40 x 5 = 2.00: the middle one is cleo's.
            ("usd_per_hour_median", Decimal("2.00"), 3, 6),
            # A day: anna worked on two, 2 x 15 min = 1800 s; ben on one, 30 min = 1800 s.
            ("hours_search", 1.0, 2, 5),
            # 0.30 in 360 + 240 + 3600 = 4200 s: 0.30 x 3600 / 4200 = 0.25714…
            ("usd_per_hour_with_search", Decimal("0.2571"), 2, 5),
            ("usd_per_hour_same_people", Decimal("1.80"), 2, 5),  # 0.30 in 600 s
            # anna 0.30 in 2160 s = 0.50, ben 0: between the two.
            ("usd_per_hour_with_search_median", Decimal("0.25"), 2, 5),
            ("reference", Decimal("2.5"), 3, 6),
            ("people_below", 2, 3, 6),  # ben and cleo; anna has 3.00
            # ben 240 s x 2.50 / 3600 = 0.16666… = 0.1667; cleo 720 s = 0.50 - 0.40 = 0.10; anna is above: 0
            ("short_usd", Decimal("0.2667"), 3, 6),
            ("people_below_with_search", 2, 2, 5),
            # anna 2160 s = 1.50 - 0.30 = 1.20; ben 2040 s = 1.41666… = 1.4167
            ("short_usd_with_search", Decimal("2.6167"), 2, 5),
        ],
    )
    def test_a_figure(self, name: str, expected: Any, people: int, assignments: int):
        figure = ledger(HAND, LedgerOptions(reference_usd_per_hour=2.5)).figure(name)
        assert (figure.value, figure.people, figure.assignments) == (expected, people, assignments)

    def test_per_task_the_search_is_as_long_as_there_are_tasks(self):
        account = ledger(HAND, LedgerOptions(search_question="Q5", search_per="task"))
        # anna 3 tasks x 15 min, ben 2 x 30 min: 105 min. 0.30 in 600 + 6300 s = 0.15652…
        assert value(account, "hours_search") == 1.75
        assert value(account, "usd_per_hour_with_search") == Decimal("0.1565")

    def test_an_answer_without_an_end_makes_a_bound(self):
        account = ledger(HAND, LedgerOptions(reference_usd_per_hour=2.5))
        bounds = {figure.name: figure.bound for figure in account.totals if figure.bound}
        assert bounds == {
            "hours_search": "at least",
            "usd_per_hour_with_search": "at most",
            "usd_per_hour_with_search_median": "at most",
            "short_usd_with_search": "at least",
        }
        known = dataset([done("anna")], {"anna": "5 minutes"})
        assert not any(figure.bound for figure in ledger(known).totals)

    def test_what_is_not_known_is_said(self):
        account = ledger(HAND)
        assert "1 assignment without a time" in account.figure("hours").how
        assert "1 assignment without a reward" in account.figure("paid_usd").how
        assert "3 assignments open, or without" in account.figure("usd_per_hour").how  # one open, two of dora's
        assert "1 person more without one" in account.figure("people").how  # emil
        assert "1 person gave an answer that names no time" in account.figure("hours_search").how  # cleo

    def test_a_person(self):
        row = people(HAND).row(0, named=True)
        assert (row["worker_id"], row["alias"], row["answer_Q5"]) == ("anna", "Worker 0", "10 - 20 minutes")
        assert (row["tasks"], row["approved"], row["rejected"], row["seconds"]) == (3, 2, 1, 360)
        assert (row["paid_usd"], row["unpaid_usd"]) == (Decimal("0.30"), Decimal("0.15"))
        assert (row["usd_per_hour"], row["usd_per_hour_with_search"]) == (Decimal("3.00"), Decimal("0.50"))

    def test_pay_that_is_not_known_is_not_zero(self):
        rows = {row["worker_id"]: row for row in people(HAND).iter_rows(named=True)}
        assert rows["ben"]["usd_per_hour"] == 0
        assert rows["dora"]["usd_per_hour"] is None
        assert rows["emil"]["usd_per_hour"] is None

    def test_labels_that_were_not_read_are_said(self):
        unread = HAND.replace(assignments=HAND.assignments.with_columns(labels_read=pl.lit(False)))
        assert f"those of {HAND.assignments.height} assignments were not read" in ledger(unread).figure("labels").how
        assert "were not read" not in ledger(HAND).figure("labels").how


class TestRules:
    def test_the_images_of_a_task_are_one_assignment(self):
        share = 0.10 / 3  # no number of binary digits is a third of ten cents
        rows = [
            done("anna", reward=share, seconds=20, assignment_id=f"ABC/{i}", hit_id="H", batch="one") for i in (1, 2, 3)
        ]
        account = ledger(dataset(rows))
        assert value(account, "assignments") == 1
        assert "3 images" in account.figure("assignments").how
        assert value(account, "paid_usd") == Decimal("0.1000")
        assert value(account, "usd_per_hour") == Decimal("6.00")  # 0.10 a minute

    def test_names_that_only_look_like_shares_are_not_added(self):
        rows = [done("anna", assignment_id=f"clip/{i}") for i in (1, 2)]
        assert value(ledger(dataset(rows)), "assignments") == 2

    def test_cents_add_up(self):
        assert value(ledger(dataset([done("anna", reward=0.1)] * 3)), "paid_usd") == Decimal("0.3")

    def test_work_of_nobody_known_is_in_the_totals_and_no_person(self):
        account = ledger(dataset([done("anna"), done(None, reward=1.0)]))
        assert (value(account, "people"), value(account, "paid_usd")) == (1, Decimal("1.15"))
        assert account.figure("paid_usd").people == 1
        assert value(account, "usd_per_hour_median") == Decimal("9.00")  # anna's alone
        assert "1 assignment by nobody known" in account.figure("people").how
        assert people(dataset([done("anna"), done(None)])).height == 1

    def test_without_a_status_nothing_is_said_of_pay(self):
        account = ledger(dataset([done("anna", None)]))
        assert value(account, "status_unknown") == 1
        assert value(account, "paid_usd") == 0
        assert value(account, "unknown_usd") == Decimal("0.15")
        assert value(account, "usd_per_hour") is None

    def test_paid_without_a_single_reward_is_not_known(self):
        assert value(ledger(dataset([done("anna", reward=None)])), "paid_usd") is None

    def test_a_person_of_whose_pay_and_time_nothing_is_known(self):
        row = people(dataset([done("anna", reward=None, seconds=None), done("anna", "rejected")])).row(0, named=True)
        assert (row["paid_usd"], row["unpaid_usd"], row["seconds"]) == (None, Decimal("0.15"), 60)
        row = people(dataset([done("anna", reward=None, seconds=None)])).row(0, named=True)
        assert (row["paid_usd"], row["unpaid_usd"], row["seconds"], row["seconds_unpaid"]) == (None, 0, None, 0)
        assert value(ledger(dataset([done("anna", seconds=None)])), "hours") is None

    def test_a_clock_at_zero_was_not_running(self):
        account = ledger(dataset([done("anna", seconds=1e-177), done("anna", seconds=60)]))
        assert account.totals == ledger(dataset([done("anna", seconds=0), done("anna", seconds=60)])).totals
        assert value(account, "usd_per_hour") == Decimal("9.00")
        assert "1 assignment without a time" in account.figure("hours").how

    def test_labels_that_count_are_another_matter_than_pay(self):
        rows = [done("anna", accepted=True), done("ben", "rejected", accepted=True), done("ben", accepted=False)]
        account = ledger(dataset(rows))
        assert (value(account, "used"), value(account, "used_unpaid")) == (2, 1)
        assert "of 3 that were reviewed" in account.figure("used").how

    def test_an_answer_that_says_what_it_is_for_is_believed(self):
        work = [done("anna"), done("anna")]
        account = ledger(dataset(work, {"anna": "6 minutes a day"}), LedgerOptions(search_per="task"))
        assert value(account, "hours_search") == pytest.approx(0.1)

    def test_work_without_a_date_has_no_search_a_day(self):
        account = ledger(dataset([done("anna", day=None)], {"anna": "10 minutes"}))
        assert value(account, "usd_per_hour_with_search") is None
        assert "1 person worked without a date" in account.figure("hours_search").how

    def test_no_question_no_search(self):
        account = ledger(dataset([done("anna")], {"anna": "10 minutes"}, {"Q1": "Age"}))
        assert "hours_search" not in [figure.name for figure in account.totals]

    def test_two_questions_that_speak_of_searching_are_none(self):
        asked = {"Q5": "Searching for tasks", "Q6": "Searching for food"}
        assert "hours_search" not in [f.name for f in ledger(dataset([done("anna")], {}, asked)).totals]

    def test_nobody_and_nothing(self):
        account = ledger(Dataset())
        assert value(account, "assignments") == value(account, "people") == value(account, "paid_usd") == 0
        assert value(account, "usd_per_hour") is None
        assert account.lines()
        assert people_lines(people(Dataset())) == ["Who"]

    def test_labels_without_an_assignment_are_said(self):
        account = ledger(make_dataset(people=False))
        assert (value(account, "labels"), account.figure("labels").assignments) == (0, 0)
        assert "10 more come of none" in account.figure("labels").how


class TestRefused:
    @pytest.mark.parametrize("column", ["reward_usd", "work_seconds"])
    @pytest.mark.parametrize("number", [-0.1, float("nan"), float("inf"), 1e10])
    def test_no_amount(self, column: str, number: float):
        with pytest.raises(InputError, match=rf"row 2: {column} is not an amount"):
            ledger(dataset([done("anna"), done("anna") | {column: number}]))

    @pytest.mark.parametrize("wage", [0, -7.25, float("nan"), float("inf"), 1e7])
    def test_no_wage(self, wage: float):
        with pytest.raises(ConfigError, match="reference wage"):
            ledger(HAND, LedgerOptions(reference_usd_per_hour=wage))

    def test_no_such_question(self):
        with pytest.raises(ConfigError, match="no such question"):
            ledger(HAND, LedgerOptions(search_question="Q55"))

    @pytest.mark.parametrize("key", SUMS)
    def test_an_account_that_does_not_balance(self, key: str):
        tasks = tasks_of(HAND)
        rows = [sum_up([task for task in tasks if task.worker == name]) for name in HAND.workers["worker_id"]]
        check_balance(HAND, rows, sum_up(tasks))
        rows[0][key] += 1
        with pytest.raises(LoopvizError, match=rf"does not balance: {key}"):
            check_balance(HAND, rows, sum_up(tasks))

    def test_a_row_that_is_lost_on_the_way(self):
        tasks = tasks_of(HAND)[:-1]
        rows = [sum_up([task for task in tasks if task.worker == name]) for name in HAND.workers["worker_id"]]
        with pytest.raises(LoopvizError, match="does not balance: images"):
            check_balance(HAND, rows, sum_up(tasks))


works = st.lists(
    st.builds(
        done,
        st.sampled_from([None, "anna", "ben", "cleo"]),
        st.sampled_from([None, *STATUSES]),
        st.none() | st.floats(0, 1000),
        st.none() | st.floats(0, 1e6),
        st.none() | st.integers(0, 3),
        hit_id=st.none() | st.sampled_from(["H1", "H2"]),
        accepted=st.none() | st.booleans(),
    ),
    max_size=12,
)
said = st.dictionaries(
    st.sampled_from(["anna", "ben", "dora"]), st.none() | st.sampled_from(["5 - 15 minutes", "More than 1 hour", "NON"])
)


@given(works, said, st.sampled_from(["task", "day"]), st.booleans())
@settings(max_examples=80)
def test_totals_always_balance(work: list[dict[str, Any]], answers: dict[str, str | None], per: Any, shares: bool):
    rows = [row | {"assignment_id": f"A/{i}"} for i, row in enumerate(work)] if shares else work
    account = ledger(dataset(rows, answers), LedgerOptions(reference_usd_per_hour=7.25, search_per=per))
    states = [value(account, name) for name in STATUSES]
    unknown = account.people["status_unknown"].sum()
    assert sum(states) + unknown == value(account, "assignments") == account.people["tasks"].sum()
    for name in ("paid_usd", "unpaid_usd"):
        if value(account, name) is not None:
            assert account.people[name].sum() == value(account, name)
    offered = sum((task.reward for task in tasks_of(dataset(rows)) if task.reward is not None), Decimal(0))
    assert sum(account.people[f"{kind}_usd"].sum() for kind in ("paid", "unpaid", "open", "unknown")) == offered
    wages = [row["usd_per_hour"] for row in account.people.iter_rows(named=True) if row["usd_per_hour"] is not None]
    assert all(wage >= 0 for wage in wages)
    slower = account.people.filter(pl.col("usd_per_hour_with_search") > pl.col("usd_per_hour"))
    assert slower.height == 0
    json.dumps(account.as_json(), allow_nan=False)


class TestShown:
    def test_by_name_for_captions(self):
        someone, everyone = ledger(HAND).by_name()
        assert someone["anna"]["usd_per_hour_with_search"] == 0.5
        assert someone["dora"]["usd_per_hour"] is None
        assert {
            "people": 4,
            "tasks": 9,
            "rejected": 3,
            "paid_usd": 0.85,
            "usd_per_hour": 1.9091,
        }.items() <= everyone.items()
        assert everyone["seconds"] == pytest.approx(1430)
        assert [someone[name]["search_at_least"] for name in ("anna", "ben", "dora")] == [False, True, None]
        assert everyone["search_at_least"] is True

    def test_lines_are_aligned_and_fit(self):
        account = ledger(HAND, LedgerOptions(reference_usd_per_hour=7.25))
        lines = account.lines(110)
        assert max(map(len, lines)) <= 110
        heads = [line for line in lines if not line.startswith(" " * 8)]
        assert len(heads) == len(account.totals)
        assert any(line.startswith("Paid ") and " $0.85  rewards of approved work" in line for line in heads)

    def test_a_narrow_terminal_has_it_below(self):
        lines = ledger(HAND).lines(60)
        assert max(map(len, lines)) <= 60
        assert "    what one person handed in at once (4 people, 9" in lines

    def test_little_is_not_nothing(self):
        account = ledger(dataset([done("anna", reward=0.001, seconds=60 * 60)]))
        assert any("under $0.01" in line for line in account.lines())

    def test_people(self):
        assert people_lines(people(HAND))[:3] == [
            "Who       Tasks  Approved  Rejected  Open  Labels     Time   Paid  Unpaid  An hour  With search",
            "Worker 0      3         2         1     0       0  0:06:00  $0.30   $0.15    $3.00        $0.50",
            "Worker 1      2         0         2     0       0  0:04:00  $0.00   $0.30    $0.00        $0.00",
        ]

    def test_nobody_is_named_by_the_platforms_id(self):
        account = ledger(make_dataset(), LedgerOptions(reference_usd_per_hour=7.25))
        text = json.dumps(account.as_json()) + "\n".join([*account.lines(), *people_lines(account.people)])
        hidden = dataclasses.replace(account, people=account.people.with_columns(alias=pl.lit(None, pl.String)))
        text += json.dumps(hidden.as_json()) + "\n".join(people_lines(hidden.people))
        assert not any(worker in text for worker in WORKERS)

    def test_json(self):
        found = {figure["name"]: figure for figure in ledger(HAND).as_json()["totals"]}
        assert (found["paid_usd"]["value"], found["paid_usd"]["unit"], found["paid_usd"]["people"]) == (0.85, "USD", 3)


def test_the_sample(sample: Path):
    read = read_labels(sample, format="thesis", frame_size=(1440, 960)).dataset
    account = ledger(read_assignments(sample / "assignments.csv", read_people(sample / "metadata.json", read)))
    # Counted with the csv module: 288 rows at 0.15, 138 approved (20.70), 150 rejected (22.50), 112 people.
    names = ("assignments", "approved", "rejected", "people", "paid_usd", "unpaid_usd")
    assert [value(account, name) for name in names] == [288, 138, 150, 112, Decimal("20.70"), Decimal("22.50")]
    # The work_seconds are 72,539 together: 20.70 x 3600 / 72539 = 1.02730…
    assert value(account, "hours") == pytest.approx(72539 / 3600)
    assert value(account, "usd_per_hour") == Decimal("1.0273")
    assert "52 people said more than some time" in account.figure("hours_search").how
    assert "10 people did not answer" in account.figure("hours_search").how
