"""MOTChallenge: tracks of boxes as text, a sequence a folder (https://motchallenge.net/instructions, arXiv:1906.04567).

``gt/gt.txt`` has rows ``frame, id, left, top, width, height, conf, class, visibility``, in MOT15 ``…, conf, x, y, z``;
``det/det.txt`` and what trackers write have ``frame, id, left, top, width, height, conf, -1, -1, -1``. Frames count
from 1. In a ground truth conf is a flag: 0 is ignored by an evaluation. Such rows are kept, with a confidence of 0, and
counted in a note; a plain 1 says nothing, and is no confidence. An id or a conf of -1 is none.

The first pixel is at 1, so 1 is taken from left and top. Where ``labels.txt`` lies beside the rows it is at 0: that
file is CVAT's and Datumaro's, who write coordinates as they have them. Edges are reckoned in decimals, so that what is
written reads back to the same floats. Without ``labels.txt`` the classes are those of MOT16 to MOT20.
"""

from __future__ import annotations

import configparser
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from loopviz.atomic import write_text
from loopviz.dataset import Dataset
from loopviz.errors import InputError, OutputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence, WriteOptions
from loopviz.formats.label_names import categories_table, names_from_text
from loopviz.formats.labels.by_name import NAMELESS
from loopviz.formats.labels.by_picture import PEOPLE, without_place
from loopviz.formats.picture_size import MAX_SIDE, image_size
from loopviz.formats.table_columns import optional_column
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import list_files, read_text
from loopviz.notes import Note
from loopviz.paths import IMAGE_SUFFIXES, last_part, stem_of
from loopviz.schema import EDGES, table
from loopviz.work import HAS_AREA

CLASSES = (
    *("Pedestrian", "Person on vehicle", "Car", "Bicycle", "Motorbike", "Non motorized vehicle", "Static person"),
    *("Distractor", "Occluder", "Occluder on the ground", "Occluder full", "Reflection", "Crowd"),
)
MOST_FRAMES = 1_000_000
MOST_TRACKS = 2**53
NONE = -1  # of what a row does not say
HEAD = 65_536  # bytes that a file is told by
MOST_LOOSE = 20  # texts that lie side by side; of more, a folder is another thing
FORM = "frame, id, left, top, width, height, conf, and in a ground truth class, visibility: 7, 9 or 10 numbers"
_EXACT = Context(prec=1_100)  # digits: what the longest float has
_NUMBER = r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?"
_PLAIN = re.compile(rf"{_NUMBER}(,{_NUMBER}){{6,9}}", re.ASCII)
_ROW = re.compile(rf"-?\d+(\.0*)?\s*,\s*-?\d+(\.0*)?(\s*,\s*{_NUMBER}){{4}}(\s*,\s*{_NUMBER})*\s*,?", re.ASCII)


@dataclass(frozen=True)
class _Sequence:
    """A sequence's files: what ``seqinfo.ini`` and the images say; what nobody says is None or empty."""

    rows: Path
    length: int | None
    size: tuple[int, int] | None
    images: dict[int, Path]
    suffix: str

    @property
    def is_truth(self) -> bool | None:
        """Whether the rows are a ground truth, by the file's name; None: it is neither gt.txt nor det.txt."""
        return {"gt.txt": True, "det.txt": False}.get(self.rows.name.lower())


def detect_tracks(candidate: Candidate) -> Evidence:
    """Say whether a file, or one of a folder, holds rows of tracks in pixels."""
    path = candidate.path
    files = [path] if candidate.suffix else [path / name for name in _row_files(candidate.files)]
    found = next((file for file in files if looks_like_tracks(first_lines(file))), None)
    return Evidence("likely", f"tracks in {found.name}") if found else NO_EVIDENCE


def looks_like_tracks(lines: Sequence[str]) -> bool:
    """Say whether at least half of some rows are of one form that MOTChallenge has, and in pixels.

    What the others are is the reader's to say.
    """
    rows = [line.rstrip(" ,").split(",") for line in lines if _ROW.fullmatch(line)]
    rows = [
        row for row in rows if len(row) in (7, 9) or (len(row) == 10 and all(float(cell) == -1 for cell in row[7:]))
    ]
    if not rows or 2 * len(rows) < len(lines) or len({len(row) for row in rows}) > 1:
        return False
    if len(rows) < len(lines) and any(abs(float(cell)) > 1 for row in rows for cell in row[8:9]):
        return False  # no visibility: corners, perhaps, and words that are numbers
    return any(abs(float(cell)) > 1.5 for row in rows for cell in row[2:6])


def read_tracks(path: Path, options: LabelOptions) -> LabelSet:
    """Read a sequence: its folder, ``gt`` or ``det`` in it, or a file of rows. Of both, the ground truth is read.

    Raises:
        InputError: If there is no sequence or several, ``seqinfo.ini`` says what cannot be, or a row is malformed.
    """
    report = Report(options.skip_bad)
    sequence = _find(path, report)
    names_file = sequence.rows.with_name("labels.txt")
    first = Decimal(0 if names_file.is_file() else 1)
    named = names_from_text(names_file) if names_file.is_file() else list(CLASSES)
    if not first:
        report.note("first-pixel", sequence.rows)
    names = named if options.names is None else list(options.names)
    rows = _rows(sequence, names, first, report)
    frames = _frames(sequence, max(rows.frames, default=-1) + 1, options)
    if NONE in rows.classes:
        names = _with_nameless(rows, names, options, sequence, report)
    annotations = table("annotations", rows.columns()).sort("frame", maintain_order=True)
    annotations = annotations.with_columns(annotation_id=pl.int_range(pl.len()))
    dataset = Dataset(frames=frames, categories=categories_table(names), annotations=annotations)
    return LabelSet("motchallenge", path, dataset, report.problems())


def write_tracks(dataset: Dataset, folder: Path, _: WriteOptions) -> None:
    """Write ``gt/gt.txt`` and ``seqinfo.ini``; ``gt/labels.txt`` too, unless the classes are MOTChallenge's own.

    Frames are numbered by their index, from 1. What nobody knows is not in ``seqinfo.ini``.

    Raises:
        OutputError: If a confidence is not finite.
    """
    if not dataset.annotations["confidence"].is_finite().all():
        raise OutputError("a confidence is not finite", file=folder, remedy="Correct the labels.")
    names = dataset.categories["name"].to_list()
    own = names == list(CLASSES)
    write_text(folder / "seqinfo.ini", _sequence_text(dataset.frames))
    write_text(
        folder / "gt" / "gt.txt", "".join(_lines(dataset.annotations.filter(HAS_AREA), Decimal(1 if own else 0)))
    )
    if not own:
        write_text(folder / "gt" / "labels.txt", "".join(_name_lines(names)))


def losses(dataset: Dataset, _: bool) -> list[Note]:
    """Return what of a Dataset tracks of boxes cannot hold."""
    return without_place(dataset, "MOTChallenge", ("outlines", "keypoints", "points and lines", PEOPLE))


def _row_files(files: Sequence[str]) -> list[str]:
    """Return which of a folder's files may hold rows: ground truths, else detections, else texts beside each other."""
    texts = [name for name in files if name.lower().endswith(".txt")]
    by_name = [[name for name in texts if last_part(name).lower() == own] for own in ("gt.txt", "det.txt")]
    loose = [name for name in texts if "/" not in name and name.lower() != "labels.txt"]
    return by_name[0] or by_name[1] or (loose if len(loose) <= MOST_LOOSE else [])


def first_lines(file: Path) -> list[str]:
    """Return the first rows of a file that are whole."""
    with file.open("rb") as stream:
        head = stream.read(HEAD)
    lines = head.decode("utf-8-sig", errors="replace").splitlines()[: -1 if len(head) == HEAD else None]
    return [line.strip() for line in lines if line.strip()][:20]


def _find(path: Path, report: Report) -> _Sequence:
    """Return the sequence that a path names.

    Raises:
        InputError: If there is none, or there are several.
    """
    files = [path] if path.is_file() else [path / name for name in _row_files(list_files(path))]
    found = [file for file in files if path.is_file() or looks_like_tracks(first_lines(file))] or files[:1]
    if len(found) != 1:
        what = "the folder holds tracks of several sequences" if found else "no tracks of MOTChallenge in the folder"
        listed = ", ".join(str(file.relative_to(path)) for file in found[:5]) or None
        raise InputError(what, file=path, found=listed, expected="gt/gt.txt", remedy="Give the folder of a sequence.")
    rows = found[0]
    root = rows.parent.parent if rows.parent.name.lower() in ("gt", "det") else rows.parent
    if rows.name.lower() == "gt.txt" and (root / "det" / "det.txt").is_file():
        report.note("detections-aside", rows)
    info, said = _sequence_info(root / "seqinfo.ini"), root / "seqinfo.ini"
    length = _whole(info, "seqlength", MOST_FRAMES, said)
    sides = [_whole(info, side, MAX_SIDE, said) for side in ("imwidth", "imheight")]
    size = (sides[0], sides[1]) if sides[0] and sides[1] else None
    images = _images(root / last_part(info.get("imdir", "img1")))
    suffix = info.get("imext", "").lower()
    return _Sequence(rows, length, size, images, suffix if suffix in IMAGE_SUFFIXES else ".jpg")


def _sequence_info(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(read_text(file))
        return dict(parser["Sequence"])
    except (configparser.Error, KeyError) as error:
        found = " ".join(str(error).split())
        raise InputError("not a description of a sequence", file=file, found=found, expected="[Sequence]") from None


def _whole(info: dict[str, str], key: str, limit: int, file: Path) -> int | None:
    text = info.get(key)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= limit):
        raise InputError("not a number that fits here", file=file, at=key, found=text, expected=f"1 to {limit}")
    return int(text)


def _images(folder: Path) -> dict[int, Path]:
    """Return the images of a sequence by their numbers, as far as their names are numbers."""
    if not folder.is_dir():
        return {}
    files = [folder / name for name in list_files(folder) if "/" not in name]
    files = [file for file in files if file.suffix.lower() in IMAGE_SUFFIXES]
    numbered = [file for file in files if file.stem.isascii() and file.stem.isdecimal() and len(file.stem) < 10]
    return {int(file.stem): file for file in numbered}


def _frames(sequence: _Sequence, least: int, options: LabelOptions) -> pl.DataFrame:
    """Return the frames: as many as are said, or else as the images and the rows number."""
    count = sequence.length or max(least, min(max(sequence.images, default=0), MOST_FRAMES))
    folder = next(iter(sequence.images.values())).parent.name if sequence.images else "img1"
    files = [f"{folder}/{_image_name(number, sequence)}" for number in range(1, count + 1)]
    sizes = [sequence.size or _size(number, file, sequence, options) for number, file in enumerate(files, 1)]
    columns: dict[str, Any] = {"frame": range(count), "file": files}
    columns |= {side: [size and size[place] for size in sizes] for place, side in enumerate(("width", "height"))}
    return table("frames", columns)


def _image_name(number: int, sequence: _Sequence) -> str:
    image = sequence.images.get(number)
    return image.name if image else f"{number:06d}{sequence.suffix}"


def _size(number: int, file: str, sequence: _Sequence, options: LabelOptions) -> tuple[int, int] | None:
    image = sequence.images.get(number)
    return options.size_of(file) if image is None else image_size(image)


def _with_nameless(
    rows: _Rows, names: list[str], options: LabelOptions, sequence: _Sequence, report: Report
) -> list[str]:
    """Give rows that tell no class the one that there is, or else one of its own, and return the names."""
    alone = set(rows.classes) == {NONE}
    own = alone and options.names is not None and len(options.names) == 1
    if not own:
        report.note("rows-without-class", sequence.rows, name=NAMELESS)
    names = list(names) if own else [NAMELESS] if alone else [*names, NAMELESS]
    rows.classes = array("q", [len(names) - 1 if number == NONE else number for number in rows.classes])
    return names


class _Rows:
    """The rows, column by column: a hundred bytes each."""

    def __init__(self) -> None:
        self.frames, self.classes, self.tracks = array("q"), array("q"), array("q")
        self.edges, self.confidences = array("d"), array("d")

    def add(self, row: _Row) -> None:
        self.frames.append(row.frame)
        self.classes.append(NONE if row.class_id is None else row.class_id)
        self.tracks.append(NONE if row.track_id is None else row.track_id)
        self.confidences.append(math.nan if row.confidence is None else row.confidence)
        self.edges.extend(row.edges)

    def columns(self) -> dict[str, Any]:
        """Return the annotations' columns."""
        tracks, sure = np.array(self.tracks, dtype=np.int64), np.array(self.confidences, dtype=np.float64)
        edges = np.array(self.edges, dtype=np.float64).reshape(-1, 4)
        return {
            "frame": np.array(self.frames, dtype=np.int64),
            "class_id": np.array(self.classes, dtype=np.int64),
            "track_id": optional_column("track_id", np.maximum(tracks, 0), tracks != NONE, pl.Int64()),
            "is_crowd": np.zeros(len(tracks), dtype=np.bool_),
            "confidence": optional_column("confidence", sure, ~np.isnan(sure), pl.Float64()),
            **dict(zip(EDGES, edges.T, strict=True)),
        }


def _rows(sequence: _Sequence, names: Sequence[str], first: Decimal, report: Report) -> _Rows:
    """Return the rows; a class is ``NONE`` where none is said."""
    rows, ignored, partly = _Rows(), 0, 0
    for number, line in enumerate(read_text(sequence.rows).splitlines(), 1):
        text = line.rstrip(" ,\t")
        if not text.strip():
            continue
        cells = [cell.strip() for cell in text.split(",")]
        try:
            row = _row(cells, sequence, names, first)
        except _BadRow as bad:
            place = {"file": sequence.rows, "at": f"line {number}", "remedy": "Correct or remove the row."}
            report.bad(bad.code, InputError(bad.what, found=bad.found, expected=bad.expected, **place))  # type: ignore[arg-type]
            continue
        ignored += row.confidence == 0 and _is_truth(cells, sequence)
        partly += len(cells) == 9 and float(cells[8]) not in (1, -1)
        rows.add(row)
    if ignored:
        report.note("rows-to-ignore", sequence.rows, count=ignored)
    if partly:
        report.note("visibility", sequence.rows, count=partly)
    return rows


class _Row(NamedTuple):
    """A row: its frame from 0, its class, track and confidence, where they are said, and the edges of its box."""

    frame: int
    class_id: int | None
    track_id: int | None
    confidence: float | None
    edges: list[float]


class _BadRow(Exception):  # noqa: N818 - it never leaves this module
    """Why a row cannot be used, in the words of an ``InputError``."""

    def __init__(self, what: str, found: object, expected: str, code: str = "bad-row") -> None:
        self.what, self.found, self.expected, self.code = what, found, expected, code
        super().__init__(what)


def _is_truth(cells: Sequence[str], sequence: _Sequence) -> bool:
    return len(cells) == 9 if sequence.is_truth is None else sequence.is_truth


def _row(cells: Sequence[str], sequence: _Sequence, names: Sequence[str], first: Decimal) -> _Row:
    """Return one row.

    Raises:
        _BadRow: If it is none.
    """
    if len(cells) not in (7, 9, 10) or not _PLAIN.fullmatch(",".join(cells)):
        raise _BadRow("not a row of tracks", ", ".join(cells), FORM)
    if len(cells) == 10 and any(float(cell) != -1 for cell in cells[7:]):
        raise _BadRow("the row has a place in the world (3D), which is not read", ", ".join(cells[7:]), "-1, -1, -1")
    last = sequence.length or MOST_FRAMES
    frame = _counted(cells[0], "frame", last)
    track = None if float(cells[1]) == -1 else _counted(cells[1], "id", MOST_TRACKS, least=0)
    number = _class(cells[7], names) if len(cells) == 9 else None
    confidence = _confidence(cells[6], truth=_is_truth(cells, sequence))
    return _Row(frame - 1, number, track, confidence, _box(cells[2:6], first))


def _counted(text: str, what: str, most: int, *, least: int = 1) -> int:
    value = float(text)
    if not (least <= value <= most and value == math.floor(value)):
        raise _BadRow(f"not a number of a {what}", text, f"a whole number from {least} to {most}")
    return int(value)


def _class(text: str, names: Sequence[str]) -> int | None:
    value = float(text)
    if value == -1:
        return None
    if not (1 <= value <= len(names) and value == math.floor(value)):
        expected = f"a whole number from 1 to {len(names)}, or -1"
        raise _BadRow("the class is not in the names", text, expected, "unknown-class")
    return int(value) - 1


def _confidence(text: str, *, truth: bool) -> float | None:
    value = float(text)
    if not math.isfinite(value):
        raise _BadRow("the confidence is not finite", text, "a number")
    return None if value == -1 or (truth and text == "1") else value


def _box(cells: Sequence[str], first: Decimal) -> list[float]:
    """Return the edges of ``left, top, width, height``, the maximum ones exclusive."""
    if any(not abs(float(cell)) <= MAX_SIDE for cell in cells):
        raise _BadRow("a box far outside any picture", ", ".join(cells), f"pixels, at most {MAX_SIDE}")
    left, top, width, height = map(_decimal, cells)
    if width < 0 or height < 0:
        raise _BadRow("a box of a negative size", ", ".join(cells), "a width and a height of 0 or more")
    x, y = _EXACT.subtract(left, first), _EXACT.subtract(top, first)
    return [float(edge) for edge in (x, y, _EXACT.add(x, width), _EXACT.add(y, height))]


def _decimal(text: str) -> Decimal:
    plain = len(text) <= _EXACT.prec and "e" not in text.lower()  # an exponent may ask for more than memory has
    return Decimal(text) if plain else Decimal(repr(float(text)))


def _name_lines(names: Sequence[str]) -> Iterator[str]:
    for class_id, name in enumerate(names):
        yield f"{' '.join(name.split()) or f'class {class_id}'}\n"


def _lines(annotations: pl.DataFrame, first: Decimal) -> Iterator[str]:
    columns = ("frame", "track_id", "x_min", "y_min", "x_max", "y_max", "confidence", "class_id")
    for frame, track, *edges, confidence, class_id in annotations.select(columns).iter_rows():
        x, y, right, bottom = (Decimal(repr(edge)) for edge in edges)
        corner = _EXACT.add(x, first), _EXACT.add(y, first)
        box = *corner, _EXACT.subtract(right, x), _EXACT.subtract(bottom, y)
        conf = "1" if confidence is None else repr(confidence)
        yield f"{frame + 1},{-1 if track is None else track},{','.join(map(_plain, box))},{conf},{class_id + 1},1\n"


def _plain(value: Decimal) -> str:
    """Return a number as others read it: without an exponent, without zeros behind its point."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _sequence_text(frames: pl.DataFrame) -> str:
    """Return ``seqinfo.ini``."""
    sizes = frames.select("width", "height").unique().rows()
    times = frames.select("frame", "pts_seconds").drop_nulls().rows()
    said: dict[str, object] = {"name": "sequence", "imDir": "img1"}
    if len(times) > 1 and times[-1][1] > times[0][1]:
        said["frameRate"] = f"{(times[-1][0] - times[0][0]) / (times[-1][1] - times[0][1]):.6g}"
    said["seqLength"] = (frames["frame"].max() or 0) + 1 if frames.height else 0  # type: ignore[operator]
    if len(sizes) == 1 and None not in sizes[0]:
        said |= {"imWidth": sizes[0][0], "imHeight": sizes[0][1]}
    names = frames["file"].drop_nulls().to_list()
    suffixes = {name[len(stem_of(name)) :] for name in map(last_part, names)} & set(IMAGE_SUFFIXES)
    said["imExt"] = suffixes.pop() if len(suffixes) == 1 else ".jpg"
    return "[Sequence]\n" + "".join(f"{key}={value}\n" for key, value in said.items())
