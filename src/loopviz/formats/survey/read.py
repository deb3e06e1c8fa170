"""A survey's export as tables: Qualtrics in every form of its header, or any CSV with one row a person.

What could find a person (IP address, name, e-mail, whereabouts) is left out unless it is asked for by name: told by the
column's name or by what stands in it. Timers and other metadata are no questions. An empty cell is no answer, null; any
other answer stays as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from loopviz.errors import ConfigError, InputError
from loopviz.formats.people.tables import shortened
from loopviz.formats.survey.cells import Cells, fold_choices, free_name, read_finished
from loopviz.formats.survey.column_names import is_worker_key
from loopviz.formats.survey.column_roles import are_peoples, note_left_aside, settle_roles
from loopviz.formats.survey.dates import read_moments
from loopviz.formats.survey.qualtrics import Header, SurveyColumn, read_header
from loopviz.formats.survey.rows import read_rows, rectangular
from loopviz.formats.types import Report
from loopviz.schema import table

OWN = ("response", "recorded_at", "finished")


@dataclass(frozen=True)
class SurveyOptions:
    """What the user knows of a survey.

    Args:
        keep: Columns to take in although they are left out otherwise, by name: they become questions.
        headings: Short headings of questions, by question id.
        key: The column that holds the workers' ids, or the codes that they handed in.
        consent: The columns in which a person agrees that the answers are used.
    """

    keep: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    consent: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Survey:
    """A survey as it was read, before anybody's work is known.

    Args:
        path: What was read.
        form: ``qualtrics-3``, ``-2`` or ``-1`` by its header rows, or ``table``.
        questions: The Dataset's table of questions.
        responses: One row a response: ``response`` (from 0), ``recorded_at`` (UTC), ``finished`` (null where nothing
            says so), then a text column for every question, every column of ``keys``, and those about consent.
        keys: Columns that could hold the workers' ids, those first whose name says so.
        dropped: Columns left out to protect people.
        key: The column named as the key, if one was.
        consent: The columns named as those in which people agree.
    """

    path: Path
    form: str
    questions: pl.DataFrame
    responses: pl.DataFrame
    keys: tuple[str, ...]
    dropped: tuple[str, ...]
    key: str | None = None
    consent: tuple[str, ...] = ()


def read_survey(path: Path | str, options: SurveyOptions | None = None, report: Report | None = None) -> Survey:
    """Read a survey's export.

    Args:
        path: A CSV or TSV file, UTF-8 or UTF-16.
        options: What the user knows of it.
        report: Collects what was assumed and left out, and decides whether a bad row ends the reading.

    Raises:
        InputError: If the file cannot be read, is no CSV, or a row has not as many cells as the header.
        ConfigError: If an option names a column that is not there.
    """
    file, options, report = Path(path), options or SurveyOptions(), report or Report()
    header, cells = _read_cells(file, report)
    columns = _unique([c for c in header.columns if c.name or cells.any(c)], file, report)
    columns = _as_asked(settle_roles(columns, cells, plain=header.form == "table"), options, file)
    cells = cells.kept(are_peoples(columns, cells, report))
    questions, values = fold_choices([c for c in columns if c.role == "question"], cells)
    others = [c for c in columns if c.role in ("key", "embedded", "consent")]
    values |= {c.name: cells.of(c) for c in others if c.name not in values}
    dropped = tuple(c.name for c in columns if c.role == "protected")
    if dropped:
        report.note("protected", file, columns=dropped)
    note_left_aside(columns, cells, report)
    return Survey(
        file, header.form, _questions(questions, options.headings), _responses(values, columns, cells, report),
        _keys(others, questions, options), dropped, options.key,
        options.consent,
    )  # fmt: skip


def _read_cells(file: Path, report: Report) -> tuple[Header, Cells]:
    """Return the header and the columns; the rows are gone by the end."""
    rows = read_rows(file)
    header, names = read_header(rows), rows[0][1]
    return header, Cells.of_rows(file, rectangular(rows[header.rows :], names, file, report), len(names))


def is_survey(path: Path | str) -> bool:
    """Say whether a file is an export of Qualtrics: any other table may be a survey too, but does not say so."""
    try:
        return read_header(read_rows(Path(path))).form != "table"
    except InputError:
        return False


def questions_of(texts: Mapping[str, str], headings: Mapping[str, str]) -> pl.DataFrame:
    """Return the Dataset's table of questions from their texts, empty where unknown, and the headings that are given.

    Without a heading, a question gets its text, shortened, or its id.
    """
    short = {name: headings.get(name) or shortened(text) or name for name, text in texts.items()}
    named = list(short.values())
    unique = [h if named.count(h) == 1 or name in headings else f"{h} ({name})" for name, h in short.items()]
    said = [text or None for text in texts.values()]
    return table("questions", {"question_id": list(texts), "text": said, "heading": unique})


def _questions(questions: Sequence[SurveyColumn], headings: Mapping[str, str]) -> pl.DataFrame:
    return questions_of({c.name: c.text for c in questions}, headings)


def _unique(columns: Sequence[SurveyColumn], file: Path, report: Report) -> list[SurveyColumn]:
    """Name every column differently."""
    taken, named = set(OWN), []
    for column in columns:
        first = name = column.name or f"column {column.place + 1}"
        if column.role != "metadata":
            name = free_name(first, taken)
            taken.add(name)
        if name != first:
            report.warn("column-twice", file, first=first, name=name)
        named.append(replace(column, name=name))
    return named


def _as_asked(columns: Sequence[SurveyColumn], options: SurveyOptions, file: Path) -> list[SurveyColumn]:
    """Give every column the role that the options ask for, none under the name of another one that is taken in too."""
    wanted = [*options.keep, *filter(None, (options.key, *options.consent))]
    known = {name for c in columns for name in (c.name, c.import_id) if name}
    lost = next((name for name in wanted if name not in known), None)
    if lost is not None:
        expected = ", ".join(c.name for c in columns)
        raise ConfigError("the survey has no such column", file=file, found=lost, expected=expected)
    asked = list(columns)
    for place, c in enumerate(columns):
        names = {c.name, c.import_id} - {""}
        if options.key in names:
            asked[place] = replace(c, role="key", name=options.key or c.name)
        elif names & set(options.consent):
            asked[place] = replace(c, role="consent", name=min(names & set(options.consent)))
        elif names & set(options.keep):
            asked[place] = replace(c, role="question")
    named = [c.name for c in asked if c.role not in ("metadata", "protected")]
    twice = next((name for name in named if named.count(name) > 1 or name in OWN), None)
    if twice is not None:
        raise ConfigError("two columns would have one name", file=file, found=twice, remedy="Rename one of them.")
    return asked


def _keys(others: Sequence[SurveyColumn], questions: Sequence[SurveyColumn], options: SurveyOptions) -> tuple[str, ...]:
    names = [c.name for role in ("key", "embedded") for c in others if c.role == role]
    names += [c.name for c in questions]
    return tuple(sorted(names, key=lambda name: (name != options.key, not is_worker_key(name))))


def _responses(
    values: Mapping[str, list[str | None]], columns: Sequence[SurveyColumn], cells: Cells, report: Report
) -> pl.DataFrame:
    moments, finished = read_moments(columns, cells, report), read_finished(columns, cells)
    own = [
        pl.Series("response", range(cells.height), dtype=pl.Int64),
        pl.Series("recorded_at", moments, dtype=pl.Datetime("us", "UTC")),
        pl.Series("finished", finished, dtype=pl.Boolean),
    ]
    try:
        return pl.DataFrame([*own, *(pl.Series(name, given, dtype=pl.String) for name, given in values.items())])
    except (pl.exceptions.PolarsError, UnicodeError, OverflowError) as error:
        raise InputError(f"the survey does not fit a table: {error}", file=cells.file) from error
