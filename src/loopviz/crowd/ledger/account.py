"""The account of the labour: who worked how long for what, every figure with how it was got and on whom it rests.

What is not known (no reward, no time, no status, no answer) is counted and said, and is never a zero. Sums over the
people are the sums over all work to the last digit, or nothing is returned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from loopviz.crowd.answers.durations import Per, Unit
from loopviz.crowd.ledger.figures import Account, AccountFigure, figures
from loopviz.crowd.ledger.search_time import Search, answers_to, find_search, search_of
from loopviz.crowd.ledger.text import ledger_lines
from loopviz.crowd.ledger.wages import HOUR, MOST_USD, Task, due, mills, per_hour, sum_up, tasks_of
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, LoopvizError
from loopviz.notes import Note
from loopviz.schema import STATUSES

MONEY = pl.Decimal(38, 4)
STATES = ("approved", "rejected", "submitted", None)  # of the work that the sums of money are of, in their order
COUNTS = ("tasks", "images", *STATUSES, "status_unknown", "reward_unknown", "time_unknown", "used", "used_unpaid")
SUMS: Mapping[str, pl.DataType] = {
    **dict.fromkeys((*COUNTS, "labels", "labels_unpaid"), pl.Int64()),
    **dict.fromkeys(("seconds", "seconds_unpaid"), pl.Float64()),
    **dict.fromkeys(("paid_usd", "unpaid_usd", "open_usd", "unknown_usd"), MONEY),
    # The work that counts in pay an hour: decided, its pay and its time known.
    "rated_tasks": pl.Int64(),
    "rated_usd": MONEY,
    "rated_seconds": pl.Float64(),
}
COLUMNS: Mapping[str, pl.DataType] = {
    "worker_id": pl.String(),  # null in the row of work of which nobody knows whose it is
    "alias": pl.String(),
    **SUMS,
    "usd_per_hour": MONEY,
    "search_seconds": pl.Float64(),
    "search_at_least": pl.Boolean(),
    "usd_per_hour_with_search": MONEY,
    "short_usd": MONEY,  # what is missing to the reference wage, for the rated work; 0 at or above it
    "short_usd_with_search": MONEY,
}


@dataclass(frozen=True)
class LedgerOptions:
    """What an account is held against.

    Args:
        reference_usd_per_hour: A wage to compare with, such as a minimum wage.
        search_question: The question that asks how long people search for tasks; ``none``: nobody was asked; None: the
            one that speaks of searching, if it is the only one and its answers are times.
        search_per: What the answers are taken to be for: each ``task``, or each ``day`` on which the person worked
            here (the smaller figure). An answer that says so itself is taken at its word.
        search_unit: What an answer that is only a number counts; None: it names no time.
    """

    reference_usd_per_hour: float | Decimal | None = None
    search_question: str | None = None
    search_per: Per = "day"
    search_unit: Unit | None = None


@dataclass(frozen=True, eq=False)
class Ledger:
    """The account: one row a person, and the totals.

    Args:
        people: The columns of ``COLUMNS``. It holds raw worker ids; ``lines`` and ``as_json`` do not.
        totals: The figures, in the order in which they are read.
        notes: What was taken for the search time, or was not.
    """

    people: pl.DataFrame
    totals: tuple[AccountFigure, ...]
    notes: tuple[Note, ...] = ()

    def figure(self, name: str) -> AccountFigure:
        """Return a total by its name; KeyError where the account has none of that name."""
        return {figure.name: figure for figure in self.totals}[name]

    def lines(self, width: int = 100) -> list[str]:
        """Return the totals as a person reads them: name, value, and how it was got, aligned and wrapped."""
        return ledger_lines(self.totals, width)

    def by_name(self) -> tuple[dict[str, dict[str, float | None]], dict[str, float | None]]:
        """Return what captions show: each person's numbers by worker id, and everybody's; None is not known."""
        rows = self.people.with_columns(pl.col(MONEY).cast(pl.Float64)).drop("alias").rows(named=True)
        people = {worker: row for row in rows if (worker := row.pop("worker_id")) is not None}
        totals = {figure.name: figure.as_json()["value"] for figure in self.totals}
        hours = totals["hours"]
        open_end = any(figure.name == "hours_search" and figure.bound for figure in self.totals)
        more = {"tasks": totals["assignments"], "search_at_least": open_end}
        return people, totals | more | {"seconds": None if hours is None else hours * HOUR}

    def as_json(self) -> dict[str, Any]:
        """Return the account for ``json.dump``; people stand in it by alias, null where that is hidden."""
        people = self.people.drop("worker_id").with_columns(pl.col(MONEY).cast(pl.Float64))
        return {
            "totals": [figure.as_json() for figure in self.totals],
            "people": people.to_dicts(),
            "notes": list(map(str, self.notes)),
        }


def ledger(dataset: Dataset, options: LedgerOptions = LedgerOptions()) -> Ledger:
    """Account for the labour in a Dataset.

    Raises:
        InputError: If a reward or a time is no amount.
        ConfigError: If the reference wage is not an amount, or the survey does not have the search question.
        LoopvizError: If the account does not balance.
    """
    wage = _wage(options.reference_usd_per_hour)
    asking = find_search(dataset, options.search_question, options.search_unit)
    question, tasks = asking.question, tasks_of(dataset)
    searches = _searches(dataset, question, options, tasks)
    rows = _people(dataset, tasks, searches, wage)
    totals = sum_up(tasks)
    check_balance(dataset, rows, totals)
    account = Account(tasks, rows, totals, wage, question, options.search_per, _outcomes(rows, searches))
    return Ledger(_table(rows), figures(dataset, account), asking.taken)


def _wage(value: float | Decimal | None) -> Decimal | None:
    if value is None:
        return None
    wage = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not (wage.is_finite() and 0 < wage <= MOST_USD):
        raise ConfigError("the reference wage is not an amount", found=value, expected="dollars an hour, above 0")
    return wage


def _searches(
    dataset: Dataset, question: str | None, options: LedgerOptions, tasks: Sequence[Task]
) -> dict[str, Search]:
    """Return how long each person searched, nobody if the survey does not ask."""
    if question is None:
        return {}
    answers = answers_to(dataset, question)
    rated: dict[str | None, list[Task]] = {}
    for task in tasks:
        if task.rated:
            rated.setdefault(task.worker, []).append(task)
    people = dataset.workers["worker_id"]
    per, unit = options.search_per, options.search_unit
    return {worker: search_of(answers.get(worker), per, rated.get(worker, []), unit) for worker in people}


def _outcomes(rows: Sequence[Mapping[str, Any]], searches: Mapping[str, Search]) -> Counter[str]:
    """Return how many of the people with a pay an hour told their search time, and how many did not, by why."""
    paid = [row["worker_id"] for row in rows if row["usd_per_hour"] is not None]
    return Counter(searches[worker].outcome for worker in paid if worker in searches)


def _people(
    dataset: Dataset, tasks: Sequence[Task], searches: Mapping[str, Search], wage: Decimal | None
) -> list[dict[str, Any]]:
    mine: dict[str | None, list[Task]] = {}
    for task in tasks:
        mine.setdefault(task.worker, []).append(task)
    names: list[tuple[str | None, str | None]] = list(dataset.workers.select("worker_id", "alias").iter_rows())
    names += [(None, None)] if None in mine else []
    return [
        {"worker_id": worker, "alias": alias, "unknown": _unknown(mine.get(worker, []))}
        | _person(sum_up(mine.get(worker, [])), searches.get(worker or ""), worker is not None, wage)
        for worker, alias in names
    ]


def _unknown(tasks: Sequence[Task]) -> set[str]:
    """Return the sums of which nothing is known, though there is work: in a table they are null, and not zero."""
    states = dict(zip(("paid_usd", "unpaid_usd", "open_usd", "unknown_usd"), STATES, strict=True))
    rewards = {key: [t.reward for t in tasks if t.status == status] for key, status in states.items()}
    times = {
        "seconds": [t.seconds for t in tasks],
        "seconds_unpaid": [t.seconds for t in tasks if t.status == "rejected"],
    }
    return {key for key, known in (rewards | times).items() if known and all(value is None for value in known)}


def _person(sums: dict[str, Any], search: Search | None, known: bool, wage: Decimal | None) -> dict[str, Any]:
    """Add what is no sum: pay an hour and what is missing to a wage. Work of nobody knows whom is no person's pay."""
    paid, time = sums["rated_usd"], sums["rated_seconds"]
    looked = search.seconds if search and time and known else None
    longer = None if looked is None else time + looked
    return sums | {
        "usd_per_hour": per_hour(paid, time) if known else None,
        "search_seconds": looked,
        "search_at_least": search.at_least if search and looked is not None else None,
        "usd_per_hour_with_search": None if longer is None else per_hour(paid, longer),
        "short_usd": _short(paid, time if known else None, wage),
        "short_usd_with_search": _short(paid, longer, wage),
    }


def _short(paid: Decimal, time: Fraction | None, wage: Decimal | None) -> Decimal | None:
    return max(due(time, wage) - paid, Decimal("0.0000")) if time and wage is not None else None


def check_balance(dataset: Dataset, rows: Sequence[Mapping[str, Any]], totals: Mapping[str, Any]) -> None:
    """Check that the people's sums are the totals, and the totals the Dataset's own counts.

    Raises:
        LoopvizError: If anything is lost or counted twice, naming it.
    """
    sums = {key: sum((row[key] for row in rows), type(totals[key])(0)) for key in SUMS}
    wrong = [(key, sums[key], totals[key]) for key in SUMS if sums[key] != totals[key]]
    states = totals["status_unknown"] + sum(totals[status] for status in STATUSES)
    traced = int(dataset.annotations["assignment_id"].is_not_null().sum())
    wrong += [
        (key, found, expected)
        for key, found, expected in (
            ("approved, rejected, submitted and unknown", states, totals["tasks"]),
            ("images", totals["images"], dataset.assignments.height),
            ("labels", totals["labels"], traced),
        )
        if found != expected
    ]
    if wrong:
        key, found, expected = wrong[0]
        remedy = "This is a fault of the program: please report it."
        raise LoopvizError(
            f"the account does not balance: {key}", found=str(found), expected=str(expected), remedy=remedy
        )


def _table(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    columns = {
        key: [None if key in row["unknown"] else _cell(row[key], kind) for row in rows] for key, kind in COLUMNS.items()
    }
    return pl.DataFrame({key: pl.Series(key, values, dtype=COLUMNS[key]) for key, values in columns.items()})


def _cell(value: Any, kind: pl.DataType) -> Any:
    if isinstance(value, Fraction):
        return mills(value) if kind == MONEY else float(value)
    return value


def people(dataset: Dataset, options: LedgerOptions = LedgerOptions()) -> pl.DataFrame:
    """Return who worked: the account's columns for each person, and the answers, one column a question by its id.

    The first columns are ``worker_id`` (raw) and ``alias`` (what may be shown).

    Raises:
        InputError: If a reward or a time is no amount.
        LoopvizError: If the account does not balance.
    """
    answers = dataset.answers_wide()
    names = {question: f"answer_{question}" for question in answers.columns[1:]}
    known = ledger(dataset, options).people.filter(pl.col("worker_id").is_not_null())
    return known.join(answers.rename(names), on="worker_id", how="left", maintain_order="left")
