"""The header of a Qualtrics export: which rows it has, and what each column is.

A full export has three header rows: field ids (``Q1``), question texts, and ``{"ImportId":"QID1"}``, which older
exports write as a Python dict, and which may carry ``choiceId`` or ``timeZone``. The legacy form has two: ``V1`` … and
the questions' own ids, then texts, among them the names of the metadata. People delete any of them. What is left is
told by content: an import id looks like nothing else, and under ``StartDate`` stands either a date or a label.

A column's import id says what it is: ``QID…`` a question (``2_QID…`` in the second turn of a loop), ``…_FIRST_CLICK``
and its like a timer, a known word metadata; any other is embedded data, such as a worker's id that came with the link.
Without import ids, the field's name decides.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from loopviz.formats.survey.column_names import (
    COMMON,
    METADATA,
    TELLING,
    is_code,
    is_machine,
    is_protected,
    is_worker_key,
    makers_columns,
    squash,
)
from loopviz.formats.survey.rows import Row

Role = Literal["question", "embedded", "key", "protected", "consent", "metadata"]
LONGEST_TEXT = 4_000  # characters of a question
LONGEST_IMPORT_ID = 2_000

_HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_NUMBERED = re.compile(r"V\d+")
_QUESTION = re.compile(r"(\d+_)*QID")
_PAIR = re.compile(r"u?'(\w+)'\s*:\s*(?:u?'([^'\\]*)'|(\d+))")
_DICT = re.compile(rf"\{{\s*{_PAIR.pattern}(?:\s*,\s*{_PAIR.pattern})*\s*\}}")
_VALUE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|R_\w+|\d+(\.\d+)?|true|false", re.I | re.DOTALL)


@dataclass(frozen=True)
class SurveyColumn:
    """One column of a survey.

    Args:
        place: Its place in a row, from 0.
        name: What it is called: its field id; made unique.
        text: The question as text, without markup; empty where no row tells it.
        import_id: Qualtrics' own id, or empty.
        choice: Which choice of the question it is, where several choices are split over columns.
        zone: The time zone of its dates.
        role: What it holds.
        meaning: ``started``, ``ended``, ``recorded``, ``finished``, ``progress``, ``submitted``, ``status`` or
            ``channel`` for metadata that is used.
    """

    place: int
    name: str
    text: str = ""
    import_id: str = ""
    choice: str = ""
    zone: str = ""
    role: Role = "question"
    meaning: str = ""


@dataclass(frozen=True)
class Header:
    """What the header says: the form it has, its columns, and how many rows it takes."""

    form: str
    columns: tuple[SurveyColumn, ...]
    rows: int


def read_header(rows: Sequence[Row]) -> Header:
    """Find the header rows of a survey by their content; see the module's own words."""
    first = [cells for _, cells in rows[:3]]
    ids = next((place for place, cells in enumerate(first) if _are_import_ids(cells)), None)
    blank = [""] * len(first[0])
    if ids is not None:
        names, texts = _above(first, ids)
        return Header(f"qualtrics-{ids + 1}", _columns(names or blank, texts or blank, first[ids]), ids + 1)
    if not _is_qualtrics(first[0]) and not (len(first) > 1 and _is_legacy(first)):
        return Header("table", tuple(map(_as_answer, _columns(first[0], blank, blank, qualtrics=False))), 1)
    if not _is_qualtrics(first[0]):  # V1, V2 …: the metadata's names stand among the texts
        first[0] = [_legacy_name(*pair) for pair in zip_longest(first[0], first[1], fillvalue="")]
    if len(first) > 1 and not _holds_values(first[0], first[1]):
        return Header("qualtrics-2", _columns(first[0], first[1], blank), 2)
    return Header("qualtrics-1", _columns(first[0], blank, blank), 1)


def plain_text(markup: str) -> str:
    """Return a question's text without HTML, on one line."""
    text = _TAG.sub(" ", _HIDDEN.sub(" ", markup[:LONGEST_TEXT]))
    return " ".join(html.unescape(text).split()).removesuffix(" - Selected Choice")


def _above(first: Sequence[list[str]], ids: int) -> tuple[list[str] | None, list[str] | None]:
    """Return the names and the texts that stand above the import ids; of a single row, which of the two it is."""
    if ids == 2:
        return first[0], first[1]
    if ids == 0:
        return None, None
    single = first[0]
    spaced = sum(" " in name.strip() for name in single)
    known = [name for name in single if squash(name) in TELLING]
    are_texts = any(" " in name for name in known if "(" not in name) if known else 2 * spaced > len(single)
    return (None, single) if are_texts else (single, None)


def _columns(
    names: Sequence[str], texts: Sequence[str], ids: Sequence[str], *, qualtrics: bool = True
) -> tuple[SurveyColumn, ...]:
    found = []
    for place in range(len(names)):
        text, told = (cells[place] if place < len(cells) else "" for cells in (texts, ids))
        spec = _import_id(told) or {}
        import_id = spec.get("ImportId", "")
        name = names[place].strip() or (import_id if told else "")
        found.append(
            SurveyColumn(place, name, plain_text(text), import_id, spec.get("choiceId", ""), spec.get("timeZone", ""))
        )
    others, makers = frozenset(c.name for c in found), makers_columns(c.name for c in found)
    return tuple(_with_role(c, others, makers, qualtrics=qualtrics) for c in found)


def _as_answer(column: SurveyColumn) -> SurveyColumn:
    return replace(column, role="question") if squash(column.name) in COMMON else column


def _with_role(
    column: SurveyColumn, others: frozenset[str], makers: Mapping[str, str], *, qualtrics: bool
) -> SurveyColumn:
    last = column.text.rsplit(" - ", 1)[-1]
    names = [name for name in (column.import_id, column.name, column.text, last) if name]
    maker = makers.get(column.name, "")
    if any(map(is_protected, names)) or maker == "protected":
        return replace(column, role="protected")
    if is_machine(names, others, qualtrics=qualtrics):
        return replace(column, role="metadata")
    candidates = [column.import_id, column.name]
    asked = _QUESTION.match(column.import_id) is not None
    meaning = next((METADATA[squash(name)] for name in candidates if squash(name) in METADATA), None)
    if maker == "id":
        return replace(column, role="embedded")
    if column.name in makers:
        return replace(column, role="metadata", meaning=maker)
    if meaning is not None and not asked:
        return replace(column, role="metadata", meaning=meaning)
    if any(map(is_worker_key, candidates)):
        return replace(column, role="key")
    embedded = (column.import_id and not asked) or squash(column.name) == "simulated" or is_code(column.name)
    return replace(column, role="embedded") if embedded else column


def _are_import_ids(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and 2 * sum(_import_id(cell) is not None for cell in filled) > len(filled)


def _import_id(cell: str) -> dict[str, str] | None:
    """Return what ``{"ImportId":"QID1","choiceId":"2"}`` says, or its like in Python's own notation."""
    if "ImportId" not in cell or len(cell) > LONGEST_IMPORT_ID:
        return None
    text = cell.strip()
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = {key: word or number for key, word, number in _PAIR.findall(text)} if _DICT.fullmatch(text) else None
    if isinstance(said, dict) and isinstance(said.get("ImportId"), str):
        return {key: str(value) for key, value in said.items() if isinstance(value, str | int)}
    return None


def _is_qualtrics(names: Sequence[str]) -> bool:
    return len({squash(name) for name in names} & TELLING) > 1


def _is_legacy(first: Sequence[list[str]]) -> bool:
    return sum(_NUMBERED.fullmatch(name) is not None for name in first[0]) > 1 and _is_qualtrics(first[1])


def _legacy_name(name: str, text: str) -> str:
    return text if _NUMBERED.fullmatch(name) else name


def _holds_values(names: Sequence[str], cells: Sequence[str]) -> bool:
    """Say whether a row under the field ids is a response already: its metadata are values, not labels."""
    metadata = [cell for name, cell in zip(names, cells, strict=False) if squash(name) in TELLING and cell.strip()]
    return any(_VALUE.fullmatch(cell.strip()) for cell in metadata)
