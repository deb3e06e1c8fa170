"""What work took and paid, in exact numbers: money in decimals, time in fractions, so that sums balance to a digit.

Approved work is paid, rejected work is not, submitted work is open, and of work without a status nobody knows. Pay an
hour is a ratio of sums: what a person's decided work paid over the time that it took. Work counts in it if both are
known; rejected work paid nothing of what was offered for it. (K. Hara et al.,
"A Data-Driven Analysis of Workers' Earnings on Amazon Mechanical Turk", CHI 2018, show how much a wage depends on how
unpaid work is counted: work that was rejected, and searching.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.schema import STATUSES

MILL = Decimal("0.0001")  # dollars: what sums are kept to; shares of a reward add up to it again
HOUR = 3600
MOST_USD = 1e6  # for one task or one hour: beyond it a decimal point is lost
MOST_SECONDS = 1e9  # thirty years
TICKS = 1000  # a second: what times are kept to
_SHARE = re.compile(r"/\d+$")


@dataclass(frozen=True)
class Task:
    """What one person handed in at once; the images of one task count once.

    Args:
        worker: The person's id, or None where nobody knows who it was.
        status: One of ``STATUSES``, or None.
        reward: What was offered, in dollars.
        seconds: How long it took, by the platform's clock: from accepting it to handing it in, breaks included.
        day: When it was handed in, as a day in UTC.
        used: Whether any of its labels count; None where nobody decided.
        rows: How many assignments of the Dataset it is: one for each of its images.
        labels: How many annotations came of it.
    """

    worker: str | None
    status: str | None
    reward: Decimal | None
    seconds: Fraction | None
    day: date | None
    used: bool | None
    rows: int
    labels: int

    @property
    def rated(self) -> bool:
        """Whether it counts in pay an hour: it is decided, and both what was offered and the time are known.

        Without a reward nobody knows whether rejected work lost anything: counted as nothing, it would pull down the
        pay of those whose approved work is not counted either.
        """
        return self.status in ("approved", "rejected") and None not in (self.reward, self.seconds)


def tasks_of(dataset: Dataset) -> list[Task]:
    """Return the tasks of a Dataset, in the order of its assignments.

    Assignments ``ABC/1`` and ``ABC/2`` of one task (the same worker, ``hit_id`` and status) are one task: their shares
    of the reward and of the time are added, the reward to the hundredth of a cent, the time to the millisecond.

    Raises:
        InputError: If a reward or a time is no amount: negative, not finite, or absurd.
    """
    counts = dataset.annotations.group_by("assignment_id").agg(pl.len().alias("labels"))
    work = dataset.assignments.join(counts, on="assignment_id", how="left", maintain_order="left")
    groups: dict[object, list[dict[str, Any]]] = {}
    for number, row in enumerate(work.iter_rows(named=True), 1):
        _check(row, number)
        groups.setdefault(_task_key(row), []).append(row)
    return [_task(rows) for rows in groups.values()]


def _check(row: dict[str, Any], number: int) -> None:
    for column, most in (("reward_usd", MOST_USD), ("work_seconds", MOST_SECONDS)):
        value = row[column]
        if value is not None and not 0 <= value <= most:
            expected = f"a number from 0 to {most:,.0f}, or nothing where it is not known"
            place = f"table 'assignments', row {number}"
            raise InputError(f"{column} is not an amount", at=place, found=value, expected=expected)


def _task_key(row: dict[str, Any]) -> object:
    name = row["assignment_id"]
    if row["hit_id"] is None or row["worker_id"] is None or not _SHARE.search(name):
        return name
    return _SHARE.sub("", name), row["worker_id"], row["hit_id"], row["status"]


def _task(rows: Sequence[dict[str, Any]]) -> Task:
    first = rows[0]
    rewards = [row["reward_usd"] for row in rows]
    seconds = [row["work_seconds"] for row in rows]
    used = {row["accepted"] for row in rows}
    return Task(
        worker=first["worker_id"],
        status=first["status"],
        reward=None if None in rewards else _mills(sum(Decimal(repr(reward)) for reward in rewards)),
        seconds=None if None in seconds else _time(sum(map(Fraction, seconds), Fraction(0))),
        day=first["submitted_at"].date() if first["submitted_at"] else None,
        used=True if True in used else None if None in used else False,
        rows=len(rows),
        labels=sum(row["labels"] or 0 for row in rows),
    )


def _time(value: Fraction) -> Fraction | None:
    """Return a time to the millisecond. A clock that shows nothing was not running: no work takes no time."""
    return Fraction(round(value * TICKS), TICKS) or None


def _mills(value: Decimal | int) -> Decimal:
    return Decimal(value).quantize(MILL, ROUND_HALF_EVEN)


def mills(value: Fraction) -> Decimal:
    """Return an exact amount as a decimal of four places, half to even."""
    return _mills(round(value / Fraction(MILL)) * MILL)


def usd(tasks: Sequence[Task], status: str | None) -> Decimal:
    """Return the rewards offered for the tasks in one state, as far as they are known."""
    return sum((t.reward for t in tasks if t.status == status and t.reward is not None), Decimal("0.0000"))


def seconds(tasks: Sequence[Task]) -> Fraction:
    """Return the time of tasks, as far as it is known."""
    return sum((t.seconds for t in tasks if t.seconds is not None), Fraction(0))


def per_hour(paid: Decimal, time: Fraction) -> Fraction | None:
    """Return pay an hour, exactly; None where no time is known."""
    return Fraction(paid) / time * HOUR if time else None


def due(time: Fraction, wage: Decimal) -> Decimal:
    """Return what a time comes to at a wage an hour."""
    return mills(time / HOUR * Fraction(wage))


def sum_up(tasks: Sequence[Task]) -> dict[str, Any]:
    """Return the counts and sums of some tasks, of one person or of all; each adds up over disjoint sets of tasks."""
    rated = [t for t in tasks if t.rated]
    return {
        "tasks": len(tasks),
        "images": sum(t.rows for t in tasks),
        **{status: sum(t.status == status for t in tasks) for status in STATUSES},
        "status_unknown": sum(t.status is None for t in tasks),
        "reward_unknown": sum(t.reward is None for t in tasks),
        "time_unknown": sum(t.seconds is None for t in tasks),
        "used": sum(t.used is True for t in tasks),
        "used_unpaid": sum(t.used is True and t.status == "rejected" for t in tasks),
        "labels": sum(t.labels for t in tasks),
        "labels_unpaid": sum(t.labels for t in tasks if t.status == "rejected"),
        "seconds": seconds(tasks),
        "seconds_unpaid": seconds([t for t in tasks if t.status == "rejected"]),
        "paid_usd": usd(tasks, "approved"),
        "unpaid_usd": usd(tasks, "rejected"),
        "open_usd": usd(tasks, "submitted"),
        "unknown_usd": usd(tasks, None),
        "rated_tasks": len(rated),
        "rated_usd": usd(rated, "approved"),
        "rated_seconds": seconds(rated),
    }
