"""The account as a person reads it in a terminal: aligned columns, a line for each figure, how it was got beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from loopviz.crowd.ledger.figures import AccountFigure
from loopviz.wording import counted, dollars

GAP = "  "
LEAST_HOW = 32  # characters; in a narrower terminal how a figure was got stands under it
UNKNOWN = "–"
# Heading, column, and how its numbers are written.
PEOPLE = (
    ("Tasks", "tasks", "count"),
    ("Approved", "approved", "count"),
    ("Rejected", "rejected", "count"),
    ("Open", "submitted", "count"),
    ("Labels", "labels", "count"),
    ("Time", "seconds", "time"),
    ("Paid", "paid_usd", "money"),
    ("Unpaid", "unpaid_usd", "money"),
    ("An hour", "usd_per_hour", "money"),
    ("With search", "usd_per_hour_with_search", "money"),
)


def ledger_lines(figures: Sequence[AccountFigure], width: int = 100) -> list[str]:
    """Return a line or more for each figure; what belongs to the figure above it is indented."""
    names = [("  " if figure.part else "") + figure.label for figure in figures]
    values = [figure_text(figure) for figure in figures]
    left, middle = (max((len(text) for text in column), default=0) for column in (names, values))
    used = left + middle + 2 * len(GAP)
    lines: list[str] = []
    for figure, name, value in zip(figures, names, values, strict=True):
        said = f"{figure.how} ({_basis(figure)})"
        head = f"{name:<{left}}{GAP}{value:>{middle}}"
        if width - used >= LEAST_HOW:
            first, *more = textwrap.wrap(said, width - used)
            lines += [f"{head}{GAP}{first}", *(" " * used + line for line in more)]
        else:
            lines += [head, *textwrap.wrap(said, width, initial_indent="    ", subsequent_indent="    ")]
    return lines


def figure_text(figure: AccountFigure) -> str:
    """Return a figure's value with its unit and its bound, a dash where it is not known."""
    if figure.value is None:
        return UNKNOWN
    if figure.unit == "":
        text = f"{figure.value:,}"
    elif figure.unit == "h":
        text = f"{figure.value:,.1f} h"
    else:
        text = dollars(figure.value)
    return f"{figure.bound} {text}".lstrip()


def _basis(figure: AccountFigure) -> str:
    return f"{counted(figure.people, 'person', 'people')}, {counted(figure.assignments, 'assignment')}"


def people_lines(people: pl.DataFrame) -> list[str]:
    """Return a table of people by alias, one line each, under a line of headings; numbers stand to the right.

    Args:
        people: What ``people`` or ``Ledger.people`` gave. Answers are not in the table; a column that nobody has a
            value in is left out.
    """
    kept = [(heading, key, kind) for heading, key, kind in PEOPLE if people[key].null_count() < people.height]
    rows = [["Who", *(heading for heading, _, _ in kept)]]
    for number, row in enumerate(people.iter_rows(named=True), 1):
        who = row["alias"] or (f"Person {number}" if row["worker_id"] else "Nobody knows who")
        rows.append([_safe(who), *(_cell(row[key], kind) for _, key, kind in kept)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [GAP.join(_placed(row, widths)) for row in rows]


def _placed(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [row[0].ljust(widths[0]), *(text.rjust(size) for text, size in zip(row[1:], widths[1:], strict=True))]


def _safe(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def _cell(value: Any, kind: str) -> str:
    if value is None:
        return UNKNOWN
    if kind == "time":
        minutes, rest = divmod(round(value), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
    return dollars(Decimal(value)) if kind == "money" else f"{value:,}"
