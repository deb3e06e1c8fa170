"""When a survey's responses were recorded: dates as programs and forms of several languages write them.

ISO dates are read as they are. Where a year comes first it is followed by month and day, and dots part day, month and
year. Of ``21/11/2019`` a column decides as a whole: a number above 12 says which one is the day. Where none does, the
heading's language does: the month comes first under an English one.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from loopviz.formats.survey.cells import Cells
from loopviz.formats.survey.column_names import DATES, STAMPS, squash
from loopviz.formats.survey.qualtrics import SurveyColumn
from loopviz.formats.types import Report

_DATE = re.compile(
    r"(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{1,4})"
    r"(?:[,\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(?:([ap])\.?\s?m\.?)?(?:\s*([a-z]{1,5})([+-]\d{1,2})?(?::?(\d{2}))?)?)?",
    re.IGNORECASE,
)


def are_dates(cells: Sequence[str | None]) -> bool:
    """Say whether at least half of what stands in a column are dates; nothing at all is."""
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    return 2 * sum(_iso(cell) is not None or _DATE.fullmatch(cell) is not None for cell in filled) >= len(filled)


def read_moments(columns: Sequence[SurveyColumn], cells: Cells, report: Report) -> list[datetime | None]:
    """Return when each response was recorded, in UTC, from its record, its end or its start."""
    dated = {c.meaning: c for c in reversed(columns) if c.role == "metadata" and c.meaning in DATES}
    column = next((dated[meaning] for meaning in DATES if meaning in dated), None)
    if column is None:
        return [None] * cells.height
    given = cells.of(column)
    zone = _zone(column.zone)
    if zone is None:
        report.note("time-zone", cells.file, column=column.name)
    day_first = _day_first(given, column, cells, report)
    moments = [_moment(cell, zone or UTC, day_first=day_first) for cell in given]
    lost = sum(cell is not None and moment is None for cell, moment in zip(given, moments, strict=True))
    if lost:
        report.warn("bad-date", cells.file, count=lost, column=column.name)
    return moments


def _day_first(given: Sequence[str | None], column: SurveyColumn, cells: Cells, report: Report) -> bool:
    found = [match for cell in given if cell and (match := _DATE.fullmatch(cell.strip()))]
    parts = [(int(m[1]), int(m[3])) for m in found if m[2] != "." and len(m[1]) < 3]
    days = any(first > 12 for first, _ in parts)
    if not parts or days or any(second > 12 for _, second in parts):
        return days
    squashed = squash(column.name)
    foreign = squashed in STAMPS and squashed != "timestamp"
    report.note("date-order", cells.file, column=column.name, order="day/month" if foreign else "month/day")
    return foreign


def _moment(cell: str | None, zone: tzinfo, *, day_first: bool) -> datetime | None:
    text = (cell or "").strip()
    if not text:
        return None
    try:
        found = _iso(text) or _written(text, day_first=day_first)
        return found and (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):  # no day of the calendar, or the first hours of the year 1
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if not text.isdigit() else None
    except ValueError:
        return None


def _written(text: str, *, day_first: bool) -> datetime | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    first, second, last = (int(found[i]) for i in (1, 3, 4))
    if len(found[1]) == 4:
        year, month, day = first, second, last
    else:
        day, month = (first, second) if day_first or found[2] == "." else (second, first)
        year = last if len(found[4]) == 4 else last + 2000
    hour, minute, seconds = (int(found[i] or 0) for i in (5, 6, 7))
    if found[8]:
        hour = hour % 12 + (12 if found[8].lower() == "p" else 0)
    moment = datetime(year, month, day, hour, minute, seconds)  # its zone follows
    if (found[9] or "").upper() not in ("GMT", "UTC", "Z"):
        return moment
    return moment.replace(tzinfo=_offset(found[10], found[11]))


def _offset(hours: str | None, minutes: str | None) -> timezone:
    whole = int(hours or 0)
    part = int(minutes or 0)
    return timezone(timedelta(hours=whole, minutes=-part if whole < 0 else part))


def _zone(name: str) -> tzinfo | None:
    if name in ("Z", "UTC"):
        return UTC
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # an unknown name, one that leads elsewhere, a folder of zones
        return None
