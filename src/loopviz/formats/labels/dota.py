"""DOTA: a text for each picture, in ``labelTxt``, with oriented boxes (https://captain-whu.github.io/DOTA/dataset.html).

A row is ``x1 y1 x2 y2 x3 y3 x4 y4 category difficult``: four corners in order around the object, in pixels from 0, and
whether it is difficult, which may be missing. Before them there may be ``imagesource:`` and ``gsd:`` (metres a pixel).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import BadShape, LabelsByName, Shape, files_like, first_like, of_corners
from loopviz.formats.labels.motchallenge import first_lines
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import read_text
from loopviz.formats.xml_documents import number_of
from loopviz.paths import stem_of

FOLDER = "labelTxt"
HEADERS = ("imagesource:", "gsd:")
FORM = "x1 y1 x2 y2 x3 y3 x4 y4 category difficult"


def detect_dota(candidate: Candidate) -> Evidence:
    """Say whether a text, or texts of a folder, are DOTA's: no other text has eight numbers and a word."""
    found = first_like(candidate, ".txt", is_dota)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_dota(file: Path) -> bool:
    """Say whether a text looks like DOTA's, from its first rows; one without a row is one if it lies in its folder."""
    try:
        rows = [line for line in first_lines(file) if not line.startswith(HEADERS)]
    except OSError:
        return False
    return all(map(_looks_so, rows)) if rows else file.parent.name == FOLDER


def _looks_so(line: str) -> bool:
    """Say whether a line has eight numbers and a word; ``1e-05`` and ``nan``, with which YOLO may end, are none."""
    cells = line.split()
    if len(cells) not in (9, 10) or any(number_of(cell) is None for cell in cells[:8]):
        return False
    try:
        float(cells[8])
    except ValueError:
        return any(map(str.isalpha, cells[8]))
    return False


def read_dota(path: Path, options: LabelOptions) -> LabelSet:
    """Read a text, or all of a folder that are DOTA's.

    Raises:
        InputError: If there is none, or a row is malformed.
    """
    folder, names = files_like(path, ".txt", is_dota)
    if not names:
        raise InputError("no text of DOTA in the folder", file=path, expected=f"{FOLDER}/ with rows {FORM}")
    labels = LabelsByName(options, Report(options.skip_bad), folder.parent if folder.name == FOLDER else folder)
    difficult = sum(_take(labels, folder / name, name) for name in names)
    if difficult:
        labels.report.note("objects-difficult", path, count=difficult)
    return LabelSet("dota", path, labels.dataset(path), labels.report.problems())


def _take(labels: LabelsByName, file: Path, name: str) -> int:
    """Read a picture's text; return how many of its objects are difficult."""
    parts = [part for part in name.split("/")[:-1] if part != FOLDER]
    picture = "/".join([*parts, stem_of(name)])
    try:
        place = labels.picture(picture, labels.size_of_file(picture), file=file, at="its name")
        rows = list(_rows(read_text(file)))
    except InputError as error:
        labels.report.bad("bad-file", error)
        return 0
    difficult = 0
    for number, line in rows:
        try:
            shape, hard = _row(line)
        except BadShape as bad:
            labels.report.bad("bad-row", bad.error(file, f"line {number}"))
            continue
        labels.add(place, shape)
        difficult += hard
    return difficult


def _rows(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith(HEADERS):
            yield number, line.strip()


def _row(line: str) -> tuple[Shape, bool]:
    """Return a row's label, and whether it is difficult.

    Raises:
        BadShape: If it is none.
    """
    cells = line.split()
    corners = [value for value in map(number_of, cells[:8]) if value is not None and abs(value) <= MAX_SIDE]
    hard = cells[9] if len(cells) == 10 else "0"
    if len(cells) not in (9, 10) or len(corners) < 8 or hard not in {"0", "1", "2"}:
        raise BadShape("not a row of DOTA", line, FORM)
    return of_corners(cells[8], corners), hard != "0"
