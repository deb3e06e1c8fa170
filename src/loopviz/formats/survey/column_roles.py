"""What a survey's columns are where only their cells tell (addresses, dates, kinds of responses), and whose rows count.

Previews, generated test responses and spam are nobody's answers: they are left out and counted. A kind of response that
is not known is said, and its rows are taken in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from loopviz.formats.survey.cells import Cells
from loopviz.formats.survey.column_names import DATES, STAMPS, squash
from loopviz.formats.survey.dates import are_dates
from loopviz.formats.survey.qualtrics import SurveyColumn
from loopviz.formats.types import Report

SHOWN = 20  # names in a message
_PRIVATE = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|\d{1,3}(\.\d{1,3}){3}|([0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}")
# Qualtrics, "Understanding Your Dataset", response type: a sum of 1 preview, 2 test, 4 imported, 8 spam, 16 offline,
# 32 from its product for employees; as text the same in words. The channel is "preview" or "test" where the type is.
_BITS = {1: "preview", 2: "test", 8: "spam"}
_PEOPLE_BITS = 4 | 16 | 32
_WORDS = (
    ("spam", re.compile(r"\bspam\b|courrier indésirable|\bpourriel")),
    ("preview", re.compile(r"preview|vorschau|aperçu|prévisualisation|vista previa|previsualización|anteprima|prévia")),
    ("test", re.compile(r"\btests?\b|umfragetest|\bpretest|\bprueba\b|\bdebug\b|\bdev\b|\badmin\b|generated")),
)
_PEOPLE = re.compile(
    r"ip.?(address|adresse)|adresse ip|dirección ip|indirizzo ip|endereço ip|imported|importiert|importé\w*|importado"
    r"|importato|offline( .*)?|anonymous|anonym|anonyme|anónimo|anonimo|e-?mail|gl|social|qr|sms|personal|mturk|panel"
    r"|web|link|interview|regular|.*(engagement|employee).*"
)


def settle_roles(columns: Sequence[SurveyColumn], cells: Cells, *, plain: bool) -> list[SurveyColumn]:
    """Return the columns with the roles that their cells show.

    Args:
        columns: The columns, by what their names say.
        cells: What stands in them.
        plain: Whether the table says of itself nothing: then a name of a date or of a kind of response is one only
            where such things stand under it.
    """
    return [_settled(column, cells, plain=plain) for column in columns]


def are_peoples(columns: Sequence[SurveyColumn], cells: Cells, report: Report) -> list[bool]:
    """Say of every response whether it is a person's: previews, tests and spam are counted in the report."""
    telling = [c for c in columns if c.role == "metadata" and c.meaning in ("status", "channel")]
    kinds: list[str | None] = [None] * cells.height
    for column in telling:
        given = cells.of(column)
        known = {cell: _kind(cell) for cell in set(given) if cell is not None}
        kinds = [kind or known.get(cell or "") for kind, cell in zip(kinds, given, strict=True)]
        strange = sorted(cell for cell in known if not known[cell] and not _is_peoples(cell))
        if strange:
            rows = sum(cell in strange for cell in given)
            shown = list(map(repr, strange[:SHOWN]))
            report.warn("unknown-response", cells.file, count=rows, column=column.name, kinds=shown)
    counts = Counter(kind for kind in kinds if kind)
    if not counts:
        return [True] * cells.height
    nobodys = {kind: counts[kind] for kind in ("preview", "test", "spam") if counts[kind]}
    report.note("not-people", cells.file, count=counts.total(), kinds=nobodys)
    return [kind is None for kind in kinds]


def note_left_aside(columns: Sequence[SurveyColumn], cells: Cells, report: Report) -> None:
    """Say which columns are no questions: the form's own, and data that came with the link or was set on the way."""
    own = [c.name for c in columns if c.role == "metadata"]
    if own:
        report.note("metadata", cells.file, columns=own)
    came = [c.name for c in columns if c.role == "embedded" and squash(c.name) != "simulated" and cells.any(c)]
    if came:
        report.note("embedded", cells.file, columns=came)


def _settled(column: SurveyColumn, cells: Cells, *, plain: bool) -> SurveyColumn:
    if column.role in ("question", "embedded") and cells.share(column, _PRIVATE) >= 0.5:
        return replace(column, role="protected")
    if column.role == "question" and squash(column.name) in STAMPS and are_dates(cells.of(column)):
        return replace(column, role="metadata", meaning="recorded")
    if plain and column.role == "metadata" and column.meaning in DATES and not are_dates(cells.of(column)):
        return replace(column, role="question", meaning="")
    if plain and squash(column.name) in ("status", "responsetype") and _tells_kinds(cells.of(column)):
        return replace(column, role="metadata", meaning="status")
    return column


def _tells_kinds(cells: Sequence[str | None]) -> bool:
    """Say whether a plain table's column holds Qualtrics' kinds of responses, in words."""
    filled = {cell for cell in cells if cell and cell.strip()}
    return bool(filled) and all(not c.strip().isdigit() and (_kind(c) or _is_peoples(c)) for c in filled)


def _kind(cell: str) -> str | None:
    """Return what makes a response nobody's: ``preview``, ``test`` or ``spam``."""
    text = cell.strip().casefold()
    if text.isdecimal():
        bits = int(text) if len(text) < 4 else 0
        return next((kind for bit, kind in _BITS.items() if bits & bit), None)
    return next((kind for kind, words in _WORDS if words.search(text)), None)


def _is_peoples(cell: str) -> bool:
    text = cell.strip().casefold()
    if text.isdecimal():
        return len(text) < 4 and not int(text) & ~_PEOPLE_BITS
    return not text or _PEOPLE.fullmatch(text) is not None
