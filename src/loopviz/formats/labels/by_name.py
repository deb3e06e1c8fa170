"""Labels of formats that name pictures and categories, and give neither of them a number."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError, shown
from loopviz.formats.format import Candidate
from loopviz.formats.label_names import Skeleton, categories_table, check_file_name
from loopviz.formats.labels.works import Works
from loopviz.formats.picture_size import MAX_SIDE, image_size
from loopviz.formats.table_columns import optional_column
from loopviz.formats.types import LabelOptions, Report
from loopviz.formats.untrusted_files import list_files
from loopviz.geometry import RotatedBox, is_rectangle, rle_from_mask, rle_to_string, rotated_corners
from loopviz.paths import IMAGE_SUFFIXES, inside, last_part, natural_order, stem_of, strays
from loopviz.schema import EDGES, table

Size = tuple[int, int]
NO_TRACK = -1
LOOKED_AT = 20  # files of a folder, to tell what it holds
CORNERS = 64  # of what stands for an ellipse
MOST_MASK = 64_000_000  # pixels
NAMELESS = "object"  # what is called nothing
OPTIONAL = ("polygons", "mask_rle", "keypoints", "shape")  # what only some labels have
CODED = ("category", "origin", "assignment_id")  # what many labels have in common
BOX_ALONE = (None,) * len(OPTIONAL)


class Shape(NamedTuple):
    """A label.

    Attributes:
        category: What it is called.
        box: Its edges in pixels, the maximum ones exclusive.
        polygons: Its outline, flat ``x1 y1 x2 y2 …``.
        mask_rle: COCO's compressed counts, at the picture's size.
        keypoints: Flat x, y and visibility, as the Dataset has them.
        shape: What it is, where these do not say it: one of the Dataset's ``SHAPES``.
    """

    category: str
    box: tuple[float, float, float, float]
    polygons: list[list[float]] | None = None
    mask_rle: str | None = None
    keypoints: list[float | None] | None = None
    shape: str | None = None


class BadShape(Exception):  # noqa: N818 - a reader makes an InputError of it
    """Why a shape cannot be used, in the words of an ``InputError``."""

    def __init__(self, what: str, found: object, expected: str) -> None:
        self.what, self.found, self.expected = what, found, expected
        super().__init__(what)

    def error(self, file: Path, at: str) -> InputError:
        """Return what is said of it where it stands."""
        remedy = "Correct or remove the shape."
        return InputError(self.what, file=file, at=at, found=self.found, expected=self.expected, remedy=remedy)


class _Coded:
    """A column of few texts, kept as numbers of four bytes: a million labels have the same few categories."""

    def __init__(self) -> None:
        self.values: dict[str | None, int] = {}
        self.codes = array("i")

    def add(self, value: str | None) -> None:
        """Take the next value."""
        code = self.values.get(value)
        if code is None:
            code = self.values[value] = len(self.values)
        self.codes.append(code)

    def column(self, order: npt.NDArray[np.int64]) -> pl.Series:
        """Return all values, in some order."""
        return pl.Series(list(self.values), dtype=pl.String()).gather(np.frombuffer(self.codes, dtype=np.int32)[order])


class LabelsByName:
    """Collects pictures and what is labelled on them, and gives them as a Dataset.

    Args:
        options: What the caller knows.
        report: Is told what was assumed.
        folder: Where the pictures may lie whose size nothing says; None: nobody looks.
    """

    def __init__(self, options: LabelOptions, report: Report, folder: Path | None = None) -> None:
        self.options, self.report, self._folder = options, report, folder
        self._names: list[str] = []
        self._sizes: list[Size | None] = []
        self._places, self._tracks = array("q"), array("q")
        self._edges = array("d")
        self._coded = {name: _Coded() for name in CODED}
        self._left, self._nameless = Counter[str](), False
        self._crowds: set[int] = set()
        self._more: dict[str, dict[int, Any]] = {name: {} for name in (*OPTIONAL, "confidence")}
        self.skeletons: dict[str, Skeleton] = {}
        self.works = Works()

    def picture(self, name: object, size: Size | None, *, file: Path, at: str) -> int:
        """Take a picture, and return its place.

        Raises:
            InputError: If its name is none.
        """
        self._names.append(check_file_name(name, file=file, at=at))
        self._sizes.append(size or self.options.size_of(self._names[-1]))
        return len(self._names) - 1

    def size_of_file(self, name: str) -> Size | None:
        """Return the size of a picture's own file in the folder, None where it does not lie there.

        Raises:
            InputError: If it is no picture.
        """
        file = self._pictures.get(stem_of(last_part(name)).lower())
        return None if file is None else image_size(file)

    @cached_property
    def _pictures(self) -> dict[str, Path]:
        """The pictures of the folder by their stems."""
        if self._folder is None:
            return {}
        names = (name for name in list_files(self._folder) if Path(name).suffix.lower() in IMAGE_SUFFIXES)
        return {stem_of(last_part(name)).lower(): self._folder / name for name in names}

    def add(
        self,
        picture: int,
        shape: Shape,
        track: int | None = None,
        origin: str | None = None,
        *,
        work: str | None = None,
        confidence: object = None,
        crowd: bool = False,
    ) -> int:
        """Take a label on a picture, and return its row.

        Args:
            picture: Its place.
            shape: The label.
            track: Which object it is, where it is followed from picture to picture.
            origin: Where it comes from; one of the Dataset's ``ORIGINS``.
            work: The id of the work that it is a part of.
            confidence: How sure a model is; what is no share from 0 to 1 is not taken.
            crowd: Whether it stands for several objects.
        """
        row = len(self._places)
        self._places.append(picture)
        self._edges.extend(shape.box)
        self._tracks.append(NO_TRACK if track is None else track)
        for column, text in zip(CODED, (shape.category, origin or (work and "worker"), work), strict=True):
            self._coded[column].add(text)
        if crowd:
            self._crowds.add(row)
        if isinstance(confidence, int | float) and 0 <= confidence <= 1:
            self._more["confidence"][row] = float(confidence)
        if shape[2:] != BOX_ALONE:
            for name, value in zip(OPTIONAL, shape[2:], strict=True):
                if value is not None:
                    self._more[name][row] = value
        return row

    def attempt(self, picture: int, make: Callable[[], Shape], file: Path, at: str, **said: Any) -> bool:
        """Take the label that ``make`` returns, and say whether it could; else it is refused or left out.

        Args:
            picture: Its place.
            make: Returns it, or raises ``BadShape``.
            file: Where it stands.
            at: Where there.
            **said: What ``add`` takes.

        Raises:
            InputError: If it is malformed, and such are not left out.
        """
        try:
            shape = make()
        except BadShape as bad:
            self.report.bad("bad-shape", bad.error(file, at))
            return False
        self.add(picture, shape, **said)
        return True

    def count_from_zero(self, outlines: Collection[int]) -> None:
        """Take 1 from what counts pixels from 1, whose maximum edges are inside: from corners, and from outlines.

        Args:
            outlines: Rows of labels that have no box but their outline's, of which both edges are points.
        """
        edges = np.array(self._edges, dtype=np.float64).reshape(-1, 4)
        edges[:, :2] -= 1
        edges[list(outlines), 2:] -= 1
        self._edges = array("d", edges.ravel().tolist())
        for row, parts in self._more["polygons"].items():
            if row not in self._more["shape"]:  # a rotated box counts from 0
                self._more["polygons"][row] = [[value - 1 for value in part] for part in parts]

    def size(self, picture: int) -> Size | None:
        """Return the size of a picture, None where nobody knows it."""
        return self._sizes[picture]

    def named(self, label: str | None) -> str:
        """Return what a label is called; that one is called nothing is noted."""
        self._nameless |= not label
        return label or NAMELESS

    def leave(self, kind: str, count: int = 1) -> None:
        """Leave out shapes of a kind that is not read; how many of each there are is said."""
        if count:
            self._left[kind] += count

    def dataset(self, path: Path, known: Sequence[str] = ()) -> Dataset:
        """Return what was collected; frames are numbered in the natural order of their names.

        Args:
            path: What was read, for messages.
            known: Categories that the set lists, in its order; others follow by their names.

        Raises:
            InputError: If the caller names categories, and some are others.
        """
        names, sizes = inside(self._names), self._sizes
        outside = [name for name in self._names if strays(name)]
        if outside:
            self.report.note("names-outside", path, count=len(outside), first=shown(inside(outside[:1])[0]))
        if len(set(names)) < len(names):
            self.report.note("repeated-name", path)
        if self._nameless:
            self.report.note("rows-without-class", path, name=NAMELESS)
        if self._left:
            shapes = ", ".join(f"{count} {kind}" for kind, count in sorted(self._left.items()))
            self.report.warn("no-area", path, shapes=shapes)
        order = natural_order(names)
        frames = {
            "frame": range(len(names)),
            "file": [names[i] for i in order],
            "width": [size and size[0] for size in (sizes[i] for i in order)],
            "height": [size and size[1] for size in (sizes[i] for i in order)],
        }
        ids = self._categories(path, known)
        place = np.empty(len(order), dtype=np.int64)
        place[np.asarray(order, dtype=np.int64)] = np.arange(len(order))
        annotations = table("annotations", self._columns(place, ids))
        return Dataset(
            frames=table("frames", frames),
            categories=categories_table(list(ids), self.skeletons),
            annotations=annotations,
            **self.works.tables(place.tolist(), self.report),
        )

    def _columns(self, place: npt.NDArray[np.int64], ids: Mapping[str, int]) -> dict[str, Any]:
        """Return the annotations' columns, by frames; the edges that were collected are given up meanwhile."""
        frames = place[np.frombuffer(self._places, dtype=np.int64)]
        order: npt.NDArray[np.int64] = np.argsort(frames, kind="stable")
        tracks = np.frombuffer(self._tracks, dtype=np.int64)[order]
        edges = np.frombuffer(self._edges, dtype=np.float64).reshape(-1, 4)
        columns: dict[str, Any] = {name: pl.Series(edges[order, number]) for number, name in enumerate(EDGES)}
        del edges
        self._edges = array("d")
        some = {name: found for name, found in self._more.items() if found}
        columns |= {name: [found.get(row) for row in order.tolist()] for name, found in some.items()}
        columns |= {name: self._coded[name].column(order) for name in CODED[1:] if any(self._coded[name].values)}
        crowds = np.zeros(len(order), dtype=np.bool_)
        crowds[list(self._crowds)] = True
        used = self._coded["category"]
        numbers = np.array([ids[str(name)] for name in used.values], dtype=np.int64)
        return columns | {
            "annotation_id": np.arange(len(order)),
            "frame": frames[order],
            "class_id": numbers[np.frombuffer(used.codes, dtype=np.int32)[order]],
            "is_crowd": crowds[order],
            "track_id": optional_column("track_id", np.maximum(tracks, 0), tracks != NO_TRACK, pl.Int64()),
        }

    def _categories(self, path: Path, known: Sequence[str]) -> Mapping[str, int]:
        used = sorted(map(str, self._coded["category"].values))
        names = [*known, *(name for name in used if name not in known)] if self.options.names is None else None
        names = list(self.options.names or ()) if names is None else names
        other = [name for name in used if name not in names]
        if other:
            remedy = "Give all of them, or leave --names (names) out."
            raise InputError(
                "the labels have categories that are not among the names given",
                file=path,
                found=", ".join(map(shown, other[:5])),
                expected=", ".join(map(shown, names)),
                remedy=remedy,
            )
        return {name: number for number, name in enumerate(dict.fromkeys(names))}


def first_like(candidate: Candidate, suffix: str | tuple[str, ...], looks_so: Callable[[Path], bool]) -> str | None:
    """Return the first file that looks as a format's do: the candidate itself, or one of the first of its folder.

    Args:
        candidate: A file or a folder.
        suffix: Of the format's files, in lower case; one, or several.
        looks_so: Says whether a file looks so.
    """
    path = candidate.path
    names = [path.name] if candidate.suffix else [name for name in candidate.files if name.lower().endswith(suffix)]
    folder = path.parent if candidate.suffix else path
    return next((name for name in names[:LOOKED_AT] if looks_so(folder / name)), None)


def files_like(path: Path, suffix: str | tuple[str, ...], looks_so: Callable[[Path], bool]) -> tuple[Path, list[str]]:
    """Return the folder of a set and the names of its files there: a file itself, or those of a folder that look so.

    Args:
        path: A file or a folder.
        suffix: Of the format's files, in lower case; one, or several.
        looks_so: Says whether a file of a folder looks so.
    """
    if not path.is_dir():
        return path.parent, [path.name]
    return path, [name for name in list_files(path) if name.lower().endswith(suffix) and looks_so(path / name)]


def bounds(outline: Sequence[float]) -> tuple[float, float, float, float]:
    """Return the box around an outline, flat ``x1 y1 x2 y2 …``."""
    return min(outline[::2]), min(outline[1::2]), max(outline[::2]), max(outline[1::2])


def turned(category: str, box: RotatedBox) -> Shape:
    """Return the label of a rotated box."""
    corners = rotated_corners(box)
    return Shape(category, bounds(corners), [corners], shape="rotated_box")


def of_corners(category: str, corners: list[float]) -> Shape:
    """Return the label of four corners ``x1 y1 … x4 y4``: a rotated box, or an outline if they are no rectangle's."""
    return Shape(category, bounds(corners), [corners], shape="rotated_box" if is_rectangle(corners) else None)


def without_area(category: str, points: Sequence[tuple[float, float]], shape: Literal["points", "line"]) -> Shape:
    """Return the label of points, or of a line through them, of which nobody says whether they are seen."""
    around = bounds([value for point in points for value in point])
    return Shape(category, around, keypoints=[value for x, y in points for value in (x, y, None)], shape=shape)


def ellipse(x: float, y: float, across: float, down: float, angle: float = 0.0) -> list[float]:
    """Return the outline of an ellipse: its middle, both radii in pixels, and its turn in radians, clockwise."""
    around = np.linspace(0, 2 * math.pi, CORNERS, endpoint=False)
    wide, high = across * np.cos(around), down * np.sin(around)
    xs = x + wide * math.cos(angle) - high * math.sin(angle)
    ys = y + wide * math.sin(angle) + high * math.cos(angle)
    outline: list[float] = np.stack([xs, ys], axis=1).ravel().tolist()
    return outline


def masked(category: str, part: npt.NDArray[np.bool_], corner: tuple[int, int], size: Size) -> Shape:
    """Return the label of a mask that fills a box of its picture.

    Args:
        category: What it is called.
        part: ``(height, width)``, what is in the box.
        corner: The box' left upper corner, in pixels.
        size: The picture's width and height.

    Raises:
        BadShape: If the box is not inside the picture, or the mask has no pixel.
    """
    (left, top), (high, wide) = corner, part.shape
    inside_it = left >= 0 and top >= 0 and left + wide <= size[0] and top + high <= size[1]
    if not inside_it or size[0] * size[1] > MOST_MASK:
        raise BadShape("a mask beyond its picture", f"{wide}x{high} at {left}, {top}", f"within {size[0]}x{size[1]}")
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(rows):
        raise BadShape("a mask without a pixel", f"{wide}x{high}", "some of the object")
    mask = np.zeros((size[1], size[0]), dtype=np.bool_)
    mask[top : top + high, left : left + wide] = part
    x, y, right, bottom = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    box = float(left + x), float(top + y), float(left + right), float(top + bottom)
    return Shape(category, box, mask_rle=rle_to_string(rle_from_mask(mask)))


def size_from(width: str, height: str) -> Size | None:
    """Return a picture's size from texts; None where they are empty, 0 or no numbers of pixels."""
    sides = [int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0 for text in (width, height)]
    return (sides[0], sides[1]) if all(0 < side <= MAX_SIDE for side in sides) else None
