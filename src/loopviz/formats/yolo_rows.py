"""The rows of YOLO label files as columns, and what makes a row unusable."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import numpy as np

from loopviz.errors import InputError
from loopviz.formats.columns import Bools, Floats, Ints
from loopviz.formats.files import read_text
from loopviz.formats.types import Report

TOLERANCE = 0.01  # how far outside 0..1 Ultralytics accepts a coordinate
MAX_TRACK = 2**53  # beyond, a float no longer tells whole numbers apart
FORM = "class cx cy w h, or class x1 y1 x2 y2 x3 y3 …"


@dataclass(frozen=True)
class Rows:
    """The rows of all files of a dataset, one after the other.

    Args:
        files: The label file of each frame.
        frame: Which frame each row belongs to, ``(R,)``.
        line: The line it stands on, from 1, ``(R,)``.
        counts: How many numbers it has, ``(R,)``.
        dotted: Whether its last number was written with a point or an exponent, ``(R,)``.
        values: All numbers, row after row.
    """

    files: tuple[str | None, ...]
    frame: Ints
    line: Ints
    counts: Ints
    dotted: Bools
    values: Floats

    @property
    def starts(self) -> Ints:
        """Where each row begins in ``values``."""
        return np.cumsum(self.counts) - self.counts

    @property
    def classes(self) -> Floats:
        """Each row's first number."""
        return self.values[self.starts]

    @property
    def last(self) -> Floats:
        """Each row's last number."""
        return np.asarray(self.values[self.starts + self.counts - 1])

    @property
    def coordinate(self) -> Bools:
        """Whether each of ``values`` is a coordinate."""
        is_one = np.ones(len(self.values), dtype=np.bool_)
        is_one[self.starts] = is_one[(self.starts + self.counts - 1)[self.extra]] = False
        return is_one

    @property
    def extra(self) -> Bools:
        """Whether a row ends with a confidence or a track id."""
        return np.asarray((self.counts >= 6) & (self.counts % 2 == 0))

    def keep(self, wanted: Bools) -> Rows:
        """Return the rows where ``wanted`` is true."""
        if wanted.all():
            return self
        inside = np.repeat(wanted, self.counts)
        chosen = (self.frame[wanted], self.line[wanted], self.counts[wanted], self.dotted[wanted])
        return Rows(self.files, *chosen, self.values[inside])

    def place(self, row: int) -> tuple[str, str]:
        """Return the file and the line of a row, for a message."""
        return self.files[self.frame[row]] or "", f"line {self.line[row]}"

    def shown(self, row: int) -> str:
        """Return a row's numbers, for a message."""
        start = int(self.starts[row])
        return " ".join(f"{value:g}" for value in self.values[start : start + int(self.counts[row])])


def read_rows(root: Path, files: Sequence[str | None], report: Report) -> Rows:
    """Read label files, one a frame; a missing or an empty one is a background image.

    Raises:
        InputError: If a file cannot be read or holds something else than numbers.
    """
    frames, lines, counts = array("q"), array("q"), array("q")
    dotted: list[bool] = []
    values = array("d")  # not a list: five million numbers would be 160 MB of objects
    for frame, name in enumerate(files):
        if name is None:
            continue
        tokens, rows = _rows_of(f"{root}/{name}", report)
        frames.extend(repeat(frame, len(rows)))
        lines.extend(rows)
        counts.extend(map(len, rows.values()))
        dotted.extend([not tokens[line - 1][-1].isdecimal() for line in rows])
        values.extend(chain.from_iterable(rows.values()))
    frame_of, line_of, count = (np.array(column, dtype=np.int64) for column in (frames, lines, counts))
    return Rows(tuple(files), frame_of, line_of, count, np.array(dotted, dtype=np.bool_), np.array(values))


def _rows_of(file: str, report: Report) -> tuple[list[list[str]], dict[int, tuple[float, ...]]]:
    """Return the tokens of every line of a file, and the numbers of each row that counts by its line."""
    text = read_text(file)
    tokens = [line.split() for line in text.split("\n")]
    try:
        if not _is_plain(text):
            raise ValueError
        rows = {line: tuple(map(float, row)) for line, row in enumerate(tokens, 1) if row}
    except ValueError:
        rows = _sound_numbers(tokens, file, report)
    if len(set(rows.values())) < len(rows):
        rows = _once(rows, file, report)
    return tokens, rows


def _is_plain(text: str) -> bool:
    """Say whether float() may be asked: it also takes 1_000 and the digits of other scripts, which no writer means."""
    return text.isascii() and "_" not in text


def _sound_numbers(tokens: Sequence[Sequence[str]], file: str, report: Report) -> dict[int, tuple[float, ...]]:
    rows = {}
    for line, row in enumerate(tokens, 1):
        text = " ".join(row)
        try:
            if not _is_plain(text):
                raise ValueError
            if row:
                rows[line] = tuple(map(float, row))
        except ValueError:
            error = InputError("not a row of numbers", file=file, at=f"line {line}", found=text, expected=FORM)
            report.bad("bad-row", error)
    return rows


def _once(rows: dict[int, tuple[float, ...]], file: str, report: Report) -> dict[int, tuple[float, ...]]:
    kept: dict[tuple[float, ...], int] = {}
    for line, row in rows.items():
        if kept.setdefault(row, line) != line:
            what = "the row stands twice in this file; it counts once"
            report.warn("duplicate-row", f"{file}, line {line}", what)
    return {line: row for row, line in kept.items()}


def sound_rows(rows: Rows, root: Path, classes: int | None, report: Report) -> Rows:
    """Return the rows that can be used; ``classes`` is how many names there are, None when nobody said.

    Raises:
        InputError: At the first row that cannot, unless the report allows bad rows.
    """
    limit = classes if classes is not None else 100_000
    top = (
        "a class id, from 0"
        if classes is None
        else f"a class id from 0 to {classes - 1}"
        if classes
        else "no class at all"
    )
    remedy = "Name all classes, in data.yaml or with --names A,B,C (names), or correct the row."
    rows = _refuse(
        rows, rows.counts < 5, root, report, "bad-row", "a row has too few numbers", FORM, "Correct the row."
    )
    rows = _refuse_values(rows, root, report)
    ids = rows.classes
    whole = (ids >= 0) & (ids == np.floor(ids))
    rows = _refuse(
        rows, ~whole, root, report, "bad-class", "the class is no whole number from 0", top, "Correct the row."
    )
    return _refuse(
        rows, rows.classes >= limit, root, report, "unknown-class", "the class is not in the names", top, remedy
    )


def _refuse_values(rows: Rows, root: Path, report: Report) -> Rows:
    """Refuse rows whose numbers are no coordinates, then those whose last one is no confidence and no track id."""
    endless = _any_in_row(rows, ~np.isfinite(rows.values))
    rows = _refuse(rows, endless, root, report, "bad-row", "a number is not finite", FORM, "Correct the row.")
    outside = rows.coordinate & ~((rows.values >= -TOLERANCE) & (rows.values <= 1 + TOLERANCE))
    flagged = _any_in_row(rows, outside)
    what, expected = "a coordinate lies outside the picture", "values from 0 to 1, fractions of the picture"
    remedy = "These are likely pixel values: divide x and w by the width, y and h by the height."
    rows = _refuse(rows, flagged, root, report, "bad-coordinate", what, expected, remedy)
    last = rows.last
    no_extra = rows.extra & ~((last >= 0) & ((last <= 1) | (last == np.floor(last))) & (last < MAX_TRACK))
    what, expected = "the last number is neither a confidence nor a track id", "0 to 1, or a whole number"
    return _refuse(rows, no_extra, root, report, "bad-row", what, expected, "Correct the row.")


def _any_in_row(rows: Rows, flags: Bools) -> Bools:
    """Say for each row whether any of its numbers is flagged."""
    return np.logical_or.reduceat(flags, rows.starts) if len(rows.starts) else flags


def _refuse(
    rows: Rows, flagged: Bools, root: Path, report: Report, code: str, what: str, expected: str, remedy: str
) -> Rows:
    for row in np.flatnonzero(flagged).tolist():
        file, line = rows.place(row)
        error = InputError(what, file=root / file, at=line, found=rows.shown(row), expected=expected, remedy=remedy)
        report.bad(code, error)
    return rows.keep(~flagged)
