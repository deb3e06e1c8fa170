"""What stands in a survey's cells: choices split over columns, moments in a time zone, and whether it was finished."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from loopviz.formats.qualtrics import Column
from loopviz.formats.survey_rows import Row
from loopviz.formats.types import Report

_DATES = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M", "%Y/%m/%d %H:%M:%S", "%m/%d/%Y")
_TRUE, _FALSE = {"1", "true", "yes", "wahr", "vrai", "verdadero"}, {"0", "false", "no", "falsch", "faux", "falso"}
_TICKED = {"1", "true", "x", "on", "yes"}


@dataclass(frozen=True)
class Cells:
    """The responses of a survey, every row with a cell for every column."""

    file: Path
    rows: Sequence[Row]

    def of(self, column: Column) -> list[str | None]:
        """Return a column's cells as they stand there, null where empty."""
        return [cells[column.place] or None for _, cells in self.rows]

    def any(self, column: Column) -> bool:
        """Say whether anything stands in a column."""
        return any(cells[column.place] for _, cells in self.rows)

    def all_match(self, column: Column, pattern: re.Pattern[str]) -> bool:
        """Say whether something stands in a column, and all of it looks like a pattern."""
        filled = [cell.strip() for cell in self.of(column) if cell and cell.strip()]
        return bool(filled) and all(pattern.fullmatch(cell) for cell in filled)


def fold_choices(columns: Sequence[Column], cells: Cells) -> tuple[list[Column], dict[str, list[str | None]]]:
    """Return the questions and their answers; choices that are split over columns are one answer, joined by commas."""
    groups: dict[str, list[Column]] = {}
    for column in columns:
        groups.setdefault(_question_of(column, cells), []).append(column)
    questions, values = [], {}
    for name, members in groups.items():
        if name == members[0].name:
            questions += members
            values[name] = cells.of(members[0])
            continue
        free = _free(name, {c.name for c in columns} | set(values))
        questions.append(replace(members[0], name=free, text=_stem(members)))
        values[free] = [_joined(row) for row in zip(*(_choices(c, cells) for c in members), strict=True)]
    return questions, values


def read_finished(columns: Sequence[Column], cells: Cells) -> list[bool | None]:
    """Return whether each response was finished: as the survey says, or because all of it was seen."""
    said = next((cells.of(c) for c in columns if c.meaning == "finished"), [None] * len(cells.rows))
    seen = next((cells.of(c) for c in columns if c.meaning == "progress"), [None] * len(cells.rows))
    return [_finished(word, share) for word, share in zip(said, seen, strict=True)]


def read_moments(columns: Sequence[Column], cells: Cells, report: Report) -> list[datetime | None]:
    """Return when each response was recorded, in UTC, from its record, its end or its start."""
    dated = {c.meaning: c for c in columns if c.meaning in ("recorded", "ended", "started")}
    column = next((dated[meaning] for meaning in ("recorded", "ended", "started") if meaning in dated), None)
    if column is None:
        return [None] * len(cells.rows)
    zone = _zone(column.zone)
    if zone is None:
        report.note("time-zone", cells.file, f"{column.name} names no time zone that is known; it is taken as UTC")
    moments = [_moment(cell, zone or UTC) for cell in cells.of(column)]
    lost = sum(cell is not None and moment is None for cell, moment in zip(cells.of(column), moments, strict=True))
    if lost:
        report.warn("bad-date", cells.file, f"{lost} cells of {column.name} are no dates; they are left empty")
    return moments


def _question_of(column: Column, cells: Cells) -> str:
    """Return a name shared by the columns of one question's choices, or the column's own."""
    base = re.fullmatch(r"(.+?)_\d+", column.name, re.DOTALL)
    if column.choice:
        return base[1] if base else column.import_id
    label = _label(column)
    given = {cell.strip() for cell in cells.of(column) if cell}
    return base[1] if base and label and given == {label} else column.name


def _label(column: Column) -> str:
    """Return the choice that a column's text ends with: ``Which apply? - Selected Choice - Wrist pain``."""
    return column.text.rsplit(" - ", 1)[1] if " - " in column.text else ""


def _stem(members: Sequence[Column]) -> str:
    text = members[0].text
    return text.rsplit(" - ", 1)[0].removesuffix(" - Selected Choice") if " - " in text else text


def _choices(column: Column, cells: Cells) -> list[str | None]:
    """Return a choice's cells, its words where the export has only ticks or its number."""
    ticks, label = {*_TICKED, column.choice}, _label(column)
    return [label if cell and label and cell.strip().lower() in ticks else cell for cell in cells.of(column)]


def _joined(choices: Iterable[str | None]) -> str | None:
    return ", ".join(choice for choice in choices if choice) or None


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free


def _finished(word: str | None, share: str | None) -> bool | None:
    told = (word or "").strip().lower()
    if told in _TRUE or told in _FALSE:
        return told in _TRUE
    return share.strip() == "100" if share else None


def _zone(name: str) -> tzinfo | None:
    if name in ("Z", "UTC"):
        return UTC
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # an unknown name, one that leads elsewhere, a folder of zones
        return None


def _moment(cell: str | None, zone: tzinfo) -> datetime | None:
    text = (cell or "").strip()
    found = _naive(text)
    try:
        return found and (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):  # the first hours of the year 1
        return None


def _naive(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _DATES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=None)
        except ValueError:
            continue
    return None
