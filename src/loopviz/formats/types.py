"""What every reader returns, and how a reader reports what it met on the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError, shown_plain
from loopviz.formats.format import Format
from loopviz.formats.registry import readable
from loopviz.notes import Note
from loopviz.paths import NameIndex

SHOWN_PROBLEMS = 100  # of one code; the rest is counted, so that a million bad rows stay readable


@dataclass(frozen=True)
class Problem(Note):
    """Something that was tolerated or skipped while reading.

    Attributes:
        remedy: What to do about it.
        more: Of how many more problems of its code it stands for; of those nothing else is known.
    """

    remedy: str | None = None
    more: int = 0

    @property
    def statement(self) -> str:
        """What is to be said, without its place and without a full stop where it is about what was left out."""
        return super().__str__()

    def __str__(self) -> str:
        if self.more:
            return f"and {self.more} more like this"
        if self.severity != "error":
            return self.statement
        said = ": ".join(part for part in ("left out", self.place, self.statement) if part)
        return shown_plain(f"{said}. {self.remedy or ''}".rstrip())

    def as_json(self) -> dict[str, object]:
        """Return the problem as plain values."""
        facts: dict[str, object] = {name: getattr(self, name) for name in ("code", "severity", "place")}
        return facts | {"message": str(self), "remedy": self.remedy}


@dataclass(frozen=True)
class LabelSet:
    """A label set as it was read.

    Args:
        format: Which format it is in, by its name in ``loopviz.formats.registry``.
        path: What was read.
        dataset: The labels. Frames are numbered 0, 1, 2 … in the natural order of their names until ``align`` gives
            them the numbers of a source.
        problems: What was tolerated or skipped.
        normalised: Whether the coordinates on frames without a size are fractions of the picture, from 0 to 1, instead
            of pixels: so YOLO has them, and only ``read_labels(unsized=True)`` leaves them.
    """

    format: str
    path: Path
    dataset: Dataset
    problems: tuple[Problem, ...] = ()
    normalised: bool = False

    @property
    def form(self) -> Format:
        """What is known of its format."""
        return readable(self.format)

    def with_dataset(self, dataset: Dataset, problems: Sequence[Problem] = ()) -> LabelSet:
        """Return the label set with another Dataset and some more problems."""
        return dataclasses.replace(self, dataset=dataset, problems=(*self.problems, *problems))


FrameSize = tuple[int, int] | Mapping[str, tuple[int, int]]


def frame_size_of(frames: pl.DataFrame) -> FrameSize | None:
    """Return the one size that a source's frames have, or each frame's by its file name; None where nobody knows.

    Args:
        frames: The source's ``frames`` table.
    """
    sized = frames.drop_nulls(["width", "height"])
    sizes = sized.select("width", "height").unique().rows()
    if len(sizes) < 2:
        return sizes[0] if sizes else None
    return {file: (w, h) for file, w, h in sized.select("file", "width", "height").drop_nulls("file").iter_rows()}


@dataclass(frozen=True)
class LabelOptions:
    """What the caller knows that the files may not say.

    Args:
        frame_size: Width and height, in pixels, of frames whose size the label set does not tell: one size of all, or
            each image's by its file name.
        names: Category names by class id; they win over names in files.
        task: ``"detect"`` or ``"segment"``, for YOLO rows that could be either.
        skip_bad: Leave out what cannot be read, and report it, instead of raising.
        unsized: Keep labels on frames whose size nobody knows.
    """

    frame_size: FrameSize | None = None
    names: tuple[str, ...] | None = None
    task: str | None = None
    skip_bad: bool = False
    unsized: bool = False

    def size_of(self, name: str) -> tuple[int, int] | None:
        """Return the width and height of an image whose size the label set does not tell, None where nobody knows."""
        if not isinstance(self.frame_size, Mapping):
            return self.frame_size
        index, sizes = self._images
        place = index.find(name)
        return None if place is None else sizes[place]

    @cached_property
    def _images(self) -> tuple[NameIndex, list[tuple[int, int]]]:
        assert isinstance(self.frame_size, Mapping)  # noqa: S101 - the only one who asks has looked
        names = ((name, place) for place, name in enumerate(self.frame_size))
        return NameIndex(names), list(self.frame_size.values())


@dataclass
class Report:
    """Collects problems while something is read; ``skip_bad`` decides whether a bad row ends the reading."""

    skip_bad: bool = False
    _found: dict[str, list[Problem]] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def bad(self, code: str, error: InputError) -> None:
        """Raise the error, or note that what it is about was left out."""
        if not self.skip_bad:
            raise error
        self._add(Problem(code, {"text": error.statement}, error.file, error.at, "error", error.remedy))

    def warn(self, code: str, file: str | Path, /, *, at: str | None = None, **values: object) -> None:
        """Note something that was changed on reading.

        Args:
            code: One of ``loopviz.note_words``, or one of another package's, which says it in a value ``text``.
            file: Where.
            at: The row or the entry in it.
            **values: What was found, as the code's words need it.
        """
        self._add(Problem(code, values, str(file), at, "warning"))

    def note(self, code: str, file: str | Path, /, **values: object) -> None:
        """Note something that was assumed; see ``warn``."""
        self._add(Problem(code, values, str(file)))

    def _add(self, problem: Problem) -> None:
        self._counts[problem.code] = self._counts.get(problem.code, 0) + 1
        if self._counts[problem.code] <= SHOWN_PROBLEMS:
            self._found.setdefault(problem.code, []).append(problem)

    def problems(self) -> tuple[Problem, ...]:
        """Return what was collected, at most ``SHOWN_PROBLEMS`` of a code and then their count."""
        collected: list[Problem] = []
        for code, found in self._found.items():
            collected += found
            more = self._counts[code] - len(found)
            if more:
                collected.append(dataclasses.replace(found[-1], file=None, at=None, more=more))
        return tuple(collected)
