"""The rows of YOLO label files as columns, and what makes a row unusable."""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import numpy as np

from loopviz.errors import InputError
from loopviz.formats.table_columns import Bools, Floats, Ints
from loopviz.formats.types import Report
from loopviz.formats.untrusted_files import read_text

TOLERANCE = 0.01  # how far outside 0..1 Ultralytics accepts a coordinate
MAX_TRACK = 2**53  # beyond, a float no longer tells whole numbers apart
PIXELS = 2.0  # what is larger is a pixel's place, not a fraction that went astray
FORM = "class cx cy w h, or class x1 y1 x2 y2 x3 y3 …"


@dataclass(frozen=True)
class Refusal:
    """Why rows are refused, in the words of an error."""

    code: str
    what: str
    expected: str
    remedy: str


TOO_FEW = Refusal("bad-row", "a row has too few numbers", FORM, "Correct the row.")
ENDLESS = Refusal("bad-row", "a number is not finite", FORM, "Correct the row.")
OUTSIDE = Refusal(
    "bad-coordinate",
    "a coordinate lies outside the picture",
    "values from 0 to 1, fractions of the picture",
    "Correct the row.",
)
FROM_PIXELS = (
    "These are likely pixel values, of a centre and a size or of two corners: export fractions of the picture."
)
NO_TAIL = Refusal(
    "bad-row", "the last number is neither a confidence nor a track id", "0 to 1, or a whole number", "Correct the row."
)


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
        tail: How many of a row's numbers stand behind its coordinates, ``(R,)``: 1 is a confidence or a track id, 2 are
            both, in this order.
        tracked: Whether the last number is a track id, ``(R,)``.
        dims: How many numbers stand for a keypoint behind a box, where rows are poses: of three the last is no
            coordinate.
    """

    files: tuple[str | None, ...]
    frame: Ints
    line: Ints
    counts: Ints
    dotted: Bools
    values: Floats
    tail: Ints
    tracked: Bools
    dims: int = 2

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
    def place_in_row(self) -> Ints:
        """Where each of ``values`` stands in its row, the class at 0."""
        return np.asarray(np.arange(len(self.values)) - np.repeat(self.starts, self.counts))

    @property
    def coordinate(self) -> Bools:
        """Whether each of ``values`` is a coordinate."""
        place = self.place_in_row
        third = (self.dims == 3) & (place >= 5) & ((place - 5) % 3 == 2)
        return np.asarray((place > 0) & (place < np.repeat(self.counts - self.tail, self.counts)) & ~third)

    @property
    def confidence(self) -> Floats:
        """Each row's confidence, NaN where it has none."""
        known = (self.tail == 2) | ((self.tail == 1) & ~self.tracked)
        found = self.values[self.starts + self.counts - np.maximum(self.tail, 1)]
        return np.where(known, found, np.nan)

    def keep(self, wanted: Bools) -> Rows:
        """Return the rows where ``wanted`` is true."""
        if wanted.all():
            return self
        values = self.values[np.repeat(wanted, self.counts)]
        columns = ("frame", "line", "counts", "dotted", "tail", "tracked")
        kept = {name: getattr(self, name)[wanted] for name in columns}
        return Rows(self.files, values=values, dims=self.dims, **kept)

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
    dots = np.array(dotted, dtype=np.bool_)
    tails = np.zeros(len(count), dtype=np.int64), np.zeros(len(count), dtype=np.bool_)
    return Rows(tuple(files), frame_of, line_of, count, dots, np.array(values), *tails)


def _rows_of(file: str, report: Report) -> tuple[list[list[str]], dict[int, tuple[float, ...]]]:
    """Return the tokens of every line of a file, and the numbers of each row that counts by its line."""
    text = read_text(file)
    tokens = [line.split() for line in text.splitlines()]  # as Ultralytics: whatever ends a line ends a row
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
            report.warn("duplicate-row", file, at=f"line {line}")
    return {line: row for row, line in kept.items()}


def whole_rows(rows: Rows, root: Path, report: Report) -> Rows:
    """Return the rows that have the numbers of a box at least, all of them finite.

    Raises:
        InputError: At the first row that has not, unless the report allows bad rows.
    """
    rows = refuse_rows(rows, rows.counts < 5, root, report, TOO_FEW)
    return refuse_rows(rows, _any_in_row(rows, ~np.isfinite(rows.values)), root, report, ENDLESS)


def sound_rows(rows: Rows, root: Path, classes: int | None, report: Report) -> Rows:
    """Return the rows that can be used; ``classes`` is how many names there are, None when nobody said.

    Raises:
        InputError: At the first row that cannot, unless the report allows bad rows.
    """
    limit = classes if classes is not None else 100_000
    top = (
        "no class at all"
        if classes == 0
        else f"a class id from 0 to {classes - 1}"
        if classes
        else "a class id, from 0"
    )
    rows = _refuse_values(rows, root, report)
    whole = (rows.classes >= 0) & (rows.classes == np.floor(rows.classes))
    no_class = Refusal("bad-class", "the class is no whole number from 0", top, "Correct the row.")
    rows = refuse_rows(rows, ~whole, root, report, no_class)
    remedy = "Name all classes, in data.yaml or with --names A,B,C (names), or correct the row."
    unknown = Refusal("unknown-class", "the class is not in the names", top, remedy)
    return refuse_rows(rows, rows.classes >= limit, root, report, unknown)


def _refuse_values(rows: Rows, root: Path, report: Report) -> Rows:
    """Refuse rows whose numbers are no coordinates, then those whose last ones are no confidence and no track id."""
    outside = rows.coordinate & ~((rows.values >= -TOLERANCE) & (rows.values <= 1 + TOLERANCE))
    pixels = _any_in_row(rows, outside & (np.abs(rows.values) >= PIXELS) & (rows.place_in_row < 5))
    flagged = _any_in_row(rows, outside)
    refuse_rows(rows, flagged & pixels, root, report, dataclasses.replace(OUTSIDE, remedy=FROM_PIXELS))
    refuse_rows(rows, flagged & ~pixels, root, report, OUTSIDE)
    rows = rows.keep(~flagged)
    last, confidence = rows.last, rows.confidence
    is_track = rows.tracked & (last >= 0) & (last == np.floor(last)) & (last < MAX_TRACK)
    sound = is_track | ((confidence >= 0) & (confidence <= 1))
    return refuse_rows(rows, (rows.tail > 0) & ~sound, root, report, NO_TAIL)


def _any_in_row(rows: Rows, flags: Bools) -> Bools:
    """Say for each row whether any of its numbers is flagged."""
    return np.logical_or.reduceat(flags, rows.starts) if len(rows.starts) else flags


def refuse_rows(rows: Rows, flagged: Bools, root: Path, report: Report, refusal: Refusal) -> Rows:
    """Return the rows that are not flagged.

    Raises:
        InputError: At the first that is, unless the report allows bad rows.
    """
    for row in np.flatnonzero(flagged).tolist():
        file, line = rows.place(row)
        what, expected, remedy = refusal.what, refusal.expected, refusal.remedy
        error = InputError(what, file=root / file, at=line, found=rows.shown(row), expected=expected, remedy=remedy)
        report.bad(refusal.code, error)
    return rows.keep(~flagged)
