"""The totals of an account, each with a sentence on how it was got and how many people and assignments it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any, Literal

from loopviz.crowd.answers.durations import Per
from loopviz.crowd.ledger.wages import HOUR, Task, mills, per_hour, sum_up
from loopviz.dataset import Dataset
from loopviz.wording import counted, dollars

Unit = Literal["", "USD", "USD/h", "h"]
Bound = Literal["", "at least", "at most"]
PLATFORM_TIME = "by the platform's clock, from accepting to handing in, breaks included"


@dataclass(frozen=True)
class AccountFigure:
    """One number of the account.

    Args:
        name: Stable, for programs.
        label: What a person calls it.
        value: The number, or None where nothing is known.
        unit: ``""`` for a count, ``USD``, ``USD/h`` or ``h``.
        how: How it was got, in a sentence; what is not known, and is not in it.
        people: On how many people it rests.
        assignments: On how many assignments.
        bound: ``at least`` or ``at most``, where the true value is known to lie on one side.
        part: Whether it is a part of the figure above it.
    """

    name: str
    label: str
    value: int | float | Decimal | None
    unit: Unit
    how: str
    people: int
    assignments: int
    bound: Bound = ""
    part: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the figure for ``json.dump``."""
        value = float(self.value) if isinstance(self.value, Decimal) else self.value
        keys = ("name", "label", "value", "unit", "bound", "how", "people", "assignments")
        return {key: getattr(self, key) for key in keys} | {"value": value}


@dataclass(frozen=True)
class Account:
    """What figures are made of: all tasks, a row of sums a person, and what they were reckoned with."""

    tasks: Sequence[Task]
    rows: Sequence[Mapping[str, Any]]
    totals: Mapping[str, Any]
    wage: Decimal | None
    question: str | None
    per: Per
    outcomes: Counter[str]

    def figure(
        self, name: str, label: str, value: Any, how: str, among: Callable[[Task], bool] = lambda _: True, **more: Any
    ) -> AccountFigure:
        """Return a figure that rests on the tasks that fit a condition; its unit follows from its name."""
        mine = [task for task in self.tasks if among(task)]
        people = len({task.worker for task in mine} - {None})
        unit = "USD" if name.endswith("_usd") else "h" if name.startswith("hours") else ""
        if unit == "h" and value is not None:
            value = float(value / HOUR)
        return AccountFigure(name, label, value, unit, how, people, len(mine), **more)  # type: ignore[arg-type]


def figures(dataset: Dataset, account: Account) -> tuple[AccountFigure, ...]:
    """Return the totals in the order in which they are read."""
    return (
        *_work(dataset, account),
        *_time(account),
        *_money(account),
        *_labels(dataset, account),
        *_pay(account),
        *(_search(account) if account.question is not None else ()),
        *(_wage(account, account.wage) if account.wage is not None else ()),
    )


def _is(status: str | None) -> Callable[[Task], bool]:
    return lambda task: task.status == status


def _less(number: int, why: str) -> str:
    """Return what is not in a figure, as the end of its sentence."""
    return f"; {counted(number, 'assignment')} {why}" if number else ""


def _work(dataset: Dataset, a: Account) -> Iterator[AccountFigure]:
    sums = a.totals
    images = f"; they are {sums['images']:,} images" if sums["images"] != sums["tasks"] else ""
    yield a.figure("assignments", "Assignments", sums["tasks"], f"what one person handed in at once{images}")
    says = {
        "approved": "accepted by the requester: paid",
        "rejected": "turned down by the requester: not paid",
        "submitted": "handed in, and not decided: open",
    }
    for status, how in says.items():
        yield a.figure(status, status, sums[status], how, _is(status), part=True)
    if sums["status_unknown"]:
        how = "without a status: whether they were paid is not known"
        yield a.figure("status_unknown", "status not known", sums["status_unknown"], how, _is(None), part=True)
    workers = {task.worker for task in a.tasks} - {None}
    nobody = sum(task.worker is None for task in a.tasks)
    idle = dataset.workers.height - len(workers)
    how = "different people with at least one assignment" + _less(nobody, "by nobody known")
    how += f"; {counted(idle, 'person', 'people')} more without one" if idle else ""
    yield a.figure("people", "People", len(workers), how, lambda task: task.worker is not None)
    unpaid = [row for row in a.rows if row["worker_id"] is not None and row["tasks"] == row["rejected"] > 0]
    names = {row["worker_id"] for row in unpaid}
    how = "all that they handed in was rejected"
    yield a.figure("people_unpaid", "never paid", len(unpaid), how, lambda task: task.worker in names, part=True)


def _time(a: Account) -> Iterator[AccountFigure]:
    timed = [task for task in a.tasks if task.seconds is not None]
    how = f"sum of the work time of {counted(len(timed), 'assignment')}, {PLATFORM_TIME}"
    how += _less(a.totals["time_unknown"], "without a time are not in it")
    value = a.totals["seconds"] if timed or not a.tasks else None
    yield a.figure("hours", "Work", value, how, lambda task: task.seconds is not None)
    lost = [task for task in a.tasks if task.status == "rejected"]
    how = "the part of it that was rejected" + _less(sum(t.seconds is None for t in lost), "without a time not in it")
    value = a.totals["seconds_unpaid"] if not lost or any(t.seconds is not None for t in lost) else None
    among: Callable[[Task], bool] = lambda t: t.status == "rejected" and t.seconds is not None  # noqa: E731
    yield a.figure("hours_unpaid", "for nothing", value, how, among, part=True)


def _money(a: Account) -> Iterator[AccountFigure]:
    says = (
        ("paid_usd", "Paid", "approved", "rewards of approved work, without the platform's fee and without bonuses"),
        ("unpaid_usd", "Rejected, worth", "rejected", "rewards that were offered for rejected work, and not paid"),
        ("open_usd", "Open", "submitted", "rewards of work that is not decided"),
        ("unknown_usd", "Not known if paid", None, "rewards of work without a status"),
    )
    for name, label, status, how in says:
        mine = [task for task in a.tasks if task.status == status]
        if not mine and name in ("open_usd", "unknown_usd"):
            continue
        unknown = sum(task.reward is None for task in mine)
        known = a.totals[name] if unknown < len(mine) or not mine else None
        said = how + _less(unknown, "without a reward are not in it")
        yield a.figure(name, label, known, said, lambda t, s=status: t.status == s and t.reward is not None)  # type: ignore[misc]


def _labels(dataset: Dataset, a: Account) -> Iterator[AccountFigure]:
    untraced = dataset.annotations.height - a.totals["labels"]
    how = "annotations that came of the assignments"
    how += f"; {untraced:,} more come of none" if untraced else ""
    unread = int(dataset.assignments["labels_read"].eq(other=False).sum())
    how += f"; those of {counted(unread, 'assignment')} were not read" if unread else ""
    yield a.figure("labels", "Labels", a.totals["labels"], how, lambda task: task.labels > 0)
    decided = [task for task in a.tasks if task.used is not None]
    if decided:
        how = f"assignments whose labels count, of {len(decided):,} that were reviewed"
        yield a.figure("used", "Labels that count", a.totals["used"], how, lambda task: task.used is not None)
        how = "assignments that were rejected, and whose labels count all the same"
        among: Callable[[Task], bool] = lambda t: t.used is True and t.status == "rejected"  # noqa: E731
        yield a.figure("used_unpaid", "used and not paid", a.totals["used_unpaid"], how, among, part=True)


def _rate(name: str, label: str, value: Fraction | None, how: str, on: tuple[int, int], **more: Any) -> AccountFigure:
    """Return a figure of pay an hour that rests on some people and assignments."""
    return AccountFigure(name, label, None if value is None else mills(value), "USD/h", how, *on, **more)


def _pay(a: Account) -> Iterator[AccountFigure]:
    rated = [task for task in a.tasks if task.rated]
    sums = sum_up(rated)
    rows = [row for row in a.rows if row["usd_per_hour"] is not None]
    on = (len({task.worker for task in rated} - {None}), len(rated))
    how = f"{dollars(sums['paid_usd'])} paid over {_hours(sums['seconds'])} of decided work, what was rejected included"
    how += _less(len(a.tasks) - len(rated), "open, or without a known pay or time, are not in it")
    yield _rate("usd_per_hour", "Pay an hour, in all", per_hour(sums["paid_usd"], sums["seconds"]), how, on)
    middle = median(row["usd_per_hour"] for row in rows) if rows else None
    how = f"the middle of {counted(len(rows), 'person', 'people')}, each with what their own work paid over its time"
    on = (len(rows), sum(row["rated_tasks"] for row in rows))
    yield _rate("usd_per_hour_median", "of the median person", middle, how, on, part=True)


def _search(a: Account) -> Iterator[AccountFigure]:
    rows = [row for row in a.rows if row["usd_per_hour_with_search"] is not None]
    on = (len(rows), sum(row["rated_tasks"] for row in rows))
    longer = sum(row["search_at_least"] for row in rows)
    paid = sum((row["rated_usd"] for row in rows), Decimal(0))
    work, search = (sum((row[key] for row in rows), Fraction(0)) for key in ("rated_seconds", "search_seconds"))
    how = _search_how(a, longer)
    least, most = ("at least", "at most") if longer else ("", "")
    value = float(search / HOUR) if rows else None
    yield AccountFigure("hours_search", "Search, unpaid", value, "h", how, *on, bound=least)  # type: ignore[arg-type]
    how = f"{dollars(paid)} over {_hours(work)} of work and {_hours(search)} of search, of those whose search is known"
    with_search = per_hour(paid, work + search)
    label = "Pay an hour, search included"
    yield _rate("usd_per_hour_with_search", label, with_search, how, on, bound=most)
    how = "the same people's pay from work time alone, to compare with"
    alone = per_hour(paid, work)
    yield _rate("usd_per_hour_same_people", "without the search", alone, how, on, part=True)
    middle = median(row["usd_per_hour_with_search"] for row in rows) if rows else None
    how = "the middle of the same people, each with their own search"
    name = "usd_per_hour_with_search_median"
    yield _rate(name, "of the median person", middle, how, on, bound=most, part=True)


def _search_how(a: Account, longer: int) -> str:
    each = "day on which they worked here" if a.per == "day" else "assignment"
    how = f"answers to {a.question}, once for each {each}, unless the answer says what it is for, "
    how += "and the whole of it reckoned to this work; the middle of a range"
    if longer:
        how += f"; {counted(longer, 'person', 'people')} said more than some time, and that time is reckoned with"
    missing = (
        ("silent", "did not answer"),
        ("not understood", "gave an answer that names no time"),
        ("no dates", "worked without a date"),
    )
    for outcome, words in missing:
        if a.outcomes[outcome]:
            how += f"; {counted(a.outcomes[outcome], 'person', 'people')} {words} and are not in it"
    return how


def _wage(a: Account, wage: Decimal) -> Iterator[AccountFigure]:
    on = (sum(row["short_usd"] is not None for row in a.rows), sum(r["rated_tasks"] for r in a.rows if r["worker_id"]))
    yield AccountFigure("reference", "Reference wage", wage, "USD/h", "set by the user", *on)
    for end, label in (("", "below it"), ("_with_search", "below it, search included")):
        rows = [row for row in a.rows if row[f"short_usd{end}"] is not None]
        if not rows:
            continue
        on = (len(rows), sum(row["rated_tasks"] for row in rows))
        below = [row for row in rows if row[f"usd_per_hour{end}"] < wage]
        open_end = bool(end) and any(row["search_at_least"] for row in rows)
        bound: Bound = "at least" if open_end else ""
        most: Bound = "at least" if open_end and len(below) < len(rows) else ""
        how = f"people whose pay an hour is less, of {len(rows):,}"
        yield AccountFigure(f"people_below{end}", f"people {label}", len(below), "", how, *on, bound=most, part=True)
        how = "what they lack to it for the same time; those above it are not set off"
        total = sum((row[f"short_usd{end}"] for row in rows), Decimal(0))
        words = "what they lack" + (", search included" if end else "")
        yield AccountFigure(f"short_usd{end}", words, total, "USD", how, *on, bound=bound, part=True)


def _hours(seconds: Fraction) -> str:
    """Return a time as hours with one decimal, and what is under an hour in minutes."""
    return f"{float(seconds / HOUR):,.1f} h" if seconds >= HOUR else f"{float(seconds / 60):,.1f} min"
