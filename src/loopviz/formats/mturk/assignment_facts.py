"""What the platform says of an assignment: who, when, how long, for how much, and what became of it.

``$0.15``; ``Wed Nov 20 21:03:26 PST 2019`` (also ``UTC``); ``Submitted``, ``Approved`` or ``Rejected``. Columns that
somebody deleted are unknown, and so is an empty cell; a value that cannot be read is an error, because wages are
counted from them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.mturk.rows import ASSIGNMENT, WORKER
from loopviz.formats.people.assignments import iso_moment
from loopviz.paths import folded
from loopviz.schema import STATUSES

SIMULATED = "simulated:"  # how the title of invented work begins: nobody is to be taken for a real person
KNOWN = {
    "HITId": "tasks",
    "AssignmentStatus": "status",
    "Reward": "pay",
    "WorkTimeInSeconds": "work time",
    "SubmitTime": "time of submission",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ZONES = {"UTC": 0, "GMT": 0, "PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CST": -6, "CDT": -5, "EST": -5, "EDT": -4}
_TIME = re.compile(r"\w{3} (\w{3}) (\d{1,2}) (\d\d):(\d\d):(\d\d) (\w{3}) (\d{4})", re.ASCII)
_NUMBER = re.compile(r"\$?(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(\.\d{1,12})?", re.ASCII)
_AS_NUMBER = re.compile(r"\s*(\d([.,]\d+)?E\+\d+|#[\w/]+[!?]?)\s*")  # or as an error, such as #NAME?
_THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+", re.ASCII)  # the platform counts whole seconds


@dataclass(frozen=True)
class Facts:
    """A row's facts; None is what the file does not say."""

    worker_id: str
    assignment_id: str | None
    hit_id: str | None
    status: str | None
    reason: str | None
    reward_usd: float | None
    work_seconds: float | None
    submitted_at: datetime | None
    simulated: bool | None = None


def facts_of(cells: Mapping[str, str], file: Path, number: int) -> Facts:
    """Return the facts of a row.

    Raises:
        InputError: If there is no worker, a value cannot be read, or a spreadsheet has made an id a number.
    """

    def refuse(column: str, expected: str, remedy: str = "Correct the cell, or download the file again.") -> InputError:
        what = f"{column} cannot be read"
        return InputError(what, file=file, at=f"row {number}", found=cells[column], expected=expected, remedy=remedy)

    def amount(column: str, expected: str) -> float | None:
        text = cells.get(column, "").strip()
        value = number_of(text)
        if text and value is None:
            raise refuse(column, expected)
        return value

    worker = folded(cells[WORKER]).strip()
    if not worker:
        raise refuse(WORKER, "a worker's id")
    for column in (WORKER, ASSIGNMENT, "HITId"):
        if _AS_NUMBER.fullmatch(cells.get(column, "")):
            raise refuse(column, "an id", "A spreadsheet has changed it: download the file again.")
    if _THOUSANDS.fullmatch(cells.get("WorkTimeInSeconds", "").strip()):
        remedy = "A spreadsheet has put a point between the thousands: download the file again."
        raise refuse("WorkTimeInSeconds", "whole seconds", remedy)
    status = cells.get("AssignmentStatus", "").strip().lower()
    if status and status not in STATUSES:
        raise refuse("AssignmentStatus", "Submitted, Approved or Rejected")
    submitted = cells.get("SubmitTime", "").strip()
    moment = moment_of(submitted)
    if submitted and moment is None:
        raise refuse("SubmitTime", "a time such as Wed Nov 20 21:03:26 PST 2019")
    return Facts(
        worker_id=worker,
        assignment_id=cells.get(ASSIGNMENT, "").strip() or None,
        hit_id=cells.get("HITId", "").strip() or None,
        status=status or None,
        reason=cells.get("RequesterFeedback", "").strip() or cells.get("Reject", "").strip() or None,
        reward_usd=amount("Reward", "an amount such as $0.15"),
        work_seconds=amount("WorkTimeInSeconds", "a number of seconds"),
        submitted_at=moment,
        simulated=True if cells.get("Title", "").strip().lower().startswith(SIMULATED) else None,
    )


def number_of(text: str) -> float | None:
    """Return the number that a cell holds: ``$0.15``, ``63``, ``1,204.5``; None where it is none."""
    found = _NUMBER.fullmatch(text.strip())
    return float(found.group().lstrip("$").replace(",", "")) if found else None


def moment_of(text: str) -> datetime | None:
    """Return the moment that ``Wed Nov 20 21:03:26 PST 2019`` or ISO 8601 names, in UTC; None where it is neither."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return iso_moment(text.strip())
    try:
        month, day, hour, minute, second, zone, year = found.groups()
        here = timezone(timedelta(hours=_ZONES[zone]))
        local = datetime(
            int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=here
        )
        return local.astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return None
