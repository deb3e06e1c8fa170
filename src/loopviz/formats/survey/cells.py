"""What stands in a survey's cells: choices split over columns, and whether it was finished."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

from loopviz.formats.survey.qualtrics import SurveyColumn
from loopviz.formats.survey.rows import Row

_TRUE, _FALSE = {"1", "true", "yes", "wahr", "vrai", "verdadero"}, {"0", "false", "no", "falsch", "faux", "falso"}
_TICKED = {"1", "true", "x", "on", "yes"}


@dataclass(frozen=True)
class Cells:
    """The responses of a survey by column: as many cells in each as there are responses."""

    file: Path
    columns: Sequence[Sequence[str]]
    height: int

    @classmethod
    def of_rows(cls, file: Path, rows: Sequence[Row], width: int) -> Cells:
        """Return the cells of rows that all are as wide."""
        return cls(file, list(zip(*(cells for _, cells in rows), strict=True)) or [()] * width, len(rows))

    def of(self, column: SurveyColumn) -> list[str | None]:
        """Return a column's cells as they stand there, null where empty."""
        return [cell or None for cell in self.columns[column.place]]

    def any(self, column: SurveyColumn) -> bool:
        """Say whether anything stands in a column."""
        return any(self.columns[column.place])

    def share(self, column: SurveyColumn, pattern: re.Pattern[str]) -> float:
        """Return how much of what stands in a column looks like a pattern; 0 where nothing does."""
        filled = [cell.strip() for cell in self.columns[column.place] if cell and not cell.isspace()]
        return sum(pattern.fullmatch(cell) is not None for cell in filled) / len(filled) if filled else 0.0

    def kept(self, wanted: Sequence[bool]) -> Cells:
        """Return the responses that are wanted."""
        if all(wanted):
            return self
        return Cells(self.file, [list(compress(column, wanted)) for column in self.columns], sum(wanted))


def fold_choices(
    columns: Sequence[SurveyColumn], cells: Cells
) -> tuple[list[SurveyColumn], dict[str, list[str | None]]]:
    """Return the questions and their answers; choices that are split over columns are one answer, joined by commas."""
    groups: dict[str, list[SurveyColumn]] = {}
    for column in columns:
        groups.setdefault(_question_of(column, cells), []).append(column)
    questions, values = [], {}
    for name, members in groups.items():
        if name == members[0].name:
            questions += members
            values[name] = cells.of(members[0])
            continue
        free = free_name(name, {c.name for c in columns} | set(values))
        questions.append(replace(members[0], name=free, text=_stem(members)))
        values[free] = [_joined(row) for row in zip(*(_choices(c, cells) for c in members), strict=True)]
    return questions, values


def read_finished(columns: Sequence[SurveyColumn], cells: Cells) -> list[bool | None]:
    """Return whether each response was finished: as the survey says, or because all of it was seen."""
    said = next((cells.of(c) for c in columns if c.meaning == "finished"), [None] * cells.height)
    seen = next((cells.of(c) for c in columns if c.meaning == "progress"), [None] * cells.height)
    if not any(c.meaning in ("finished", "progress") for c in columns):
        sent = next((cells.of(c) for c in columns if c.meaning == "submitted"), None)
        return [None] * cells.height if sent is None else [cell is not None for cell in sent]
    return [_finished(word, share) for word, share in zip(said, seen, strict=True)]


def _question_of(column: SurveyColumn, cells: Cells) -> str:
    """Return a name shared by the columns of one question's choices, or the column's own."""
    base = re.fullmatch(r"(.+?)_\d+", column.name, re.DOTALL)
    if column.choice:
        return base[1] if base else column.import_id
    label = _label(column)
    given = {cell.strip() for cell in cells.of(column) if cell}
    return base[1] if base and label and given == {label} else column.name


def _label(column: SurveyColumn) -> str:
    """Return the choice that a column's text ends with: ``Which apply? - Selected Choice - Wrist pain``."""
    return column.text.rsplit(" - ", 1)[1] if " - " in column.text else ""


def _stem(members: Sequence[SurveyColumn]) -> str:
    text = members[0].text
    return text.rsplit(" - ", 1)[0].removesuffix(" - Selected Choice") if " - " in text else text


def _choices(column: SurveyColumn, cells: Cells) -> list[str | None]:
    """Return a choice's cells, its words where the export has only ticks or its number."""
    ticks, label = {*_TICKED, column.choice}, _label(column)
    return [label if cell and label and cell.strip().lower() in ticks else cell for cell in cells.of(column)]


def _joined(choices: Iterable[str | None]) -> str | None:
    return ", ".join(choice for choice in choices if choice) or None


def free_name(name: str, taken: set[str]) -> str:
    """Return a name that is not taken: the second ``Q1`` is ``Q1 (2)``."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free


def _finished(word: str | None, share: str | None) -> bool | None:
    told = (word or "").strip().lower()
    if told in _TRUE or told in _FALSE:
        return told in _TRUE
    return share.strip() == "100" if share else None
