"""Which frame of a source each frame of a label set is: by name, by the number in its name, or by its place."""

from __future__ import annotations

import itertools
import os.path
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.label_names import split_worker
from loopviz.formats.types import Report
from loopviz.paths import NameIndex, before_upload, name_key, stem_of

FIRST_NUMBER = "--first-number N (align.first_number)"
_LAST_NUMBER = re.compile(r"(\d{1,18})(?!.*\d)", re.DOTALL)
_HASH = re.compile(r"(?<![^\W_])([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8,})(?![^\W_])", re.I)
_DIGIT_THEN_LETTER = re.compile(r"\d[a-f]", re.I)
_MOMENT = re.compile(r"#t=\d")  # of a video, as VoTT calls its frames
_FIRST_DIGITS = re.compile(r"\d{1,18}")
Match = list[int | None]  # for every label frame, the source's frame or None


class Numbered(NamedTuple):
    """The number in a file name, and the name up to its end: two files of one ``head`` are called alike."""

    number: int
    head: str


def match_frames(
    how: str, labels: Dataset, source: Mapping[int, str | None], first_number: int | None, report: Report, file: Path
) -> Match:
    """Return the source's frame of every label frame.

    Args:
        how: ``"auto"``, ``"name"``, ``"number"`` or ``"order"``.
        labels: The labels; their frames have file names.
        source: The source's file names by frame, in order; null for a video.
        first_number: The number that the source's first frame has in the label files' names; where it is said,
            ``"auto"`` counts.
        report: Is told what was assumed.
        file: The label set, for messages.

    Raises:
        InputError: If nothing says which frame is which, or two things could be meant.
    """
    names = labels.frames["file"].to_list()
    if how == "order":
        frames = list(source)
        return [frames[i] if i < len(frames) else None for i in range(len(names))]
    by_name = _by_name(names, source)
    if how == "name":
        return by_name
    moments = any(name and _MOMENT.search(name) for name in names)  # seconds, not frames
    numbers = None if moments else frame_numbers(_stems(labels))
    if how == "auto" and first_number is None and any(frame is not None for frame in by_name):
        marked = _with_labels(labels)
        if None in itertools.compress(by_name, marked) and numbers:
            # Perhaps called alike and counted otherwise: that is refused there.
            _by_number(list(itertools.compress(numbers, marked)), source, None, Report(), file)
        return by_name
    if numbers is None:
        found, expected = next(filter(None, names), None), "the source's file names, or frame numbers"
        remedy = "Call the labels as the source's files are called, or number them as its frames."
        raise InputError("nothing says which frame is which", file=file, found=found, expected=expected, remedy=remedy)
    return _by_number(numbers, source, first_number, report, file)


def match_numbered(labelled: pl.DataFrame, source: pl.DataFrame, file: Path) -> Match:
    """Return the source's frame of every label frame, where these have no names: they are all frames of their source.

    Args:
        labelled: The label set's ``frames`` table.
        source: The source's.
        file: The label set, for messages.

    Raises:
        InputError: If there are more or fewer frames, or one is shown at another time: then it is another video.
    """
    what, remedy = "the labels belong to another video", "Give the source they were made on."
    if sorted(labelled["frame"]) != sorted(source["frame"]):
        found, expected = (f"{each.height} frames" for each in (labelled, source))
        raise InputError(what, file=file, found=found, expected=expected, remedy=remedy)
    both = labelled.select("frame", "pts_seconds").join(source.select("frame", there="pts_seconds"), on="frame")
    step = source["pts_seconds"].diff().drop_nulls().min()
    other = both.filter(
        (pl.col("pts_seconds") - pl.col("there")).abs() > (step if isinstance(step, float) else 0.0) / 2
    )
    if other.height:
        row = other.row(0, named=True)
        found, expected = (f"at {row[side]:.3f} seconds" for side in ("pts_seconds", "there"))
        raise InputError(what, file=file, at=f"frame {row['frame']}", found=found, expected=expected, remedy=remedy)
    return labelled["frame"].to_list()


def about_extra(labels: Dataset, source: Mapping[int, str | None], match: Match, first_number: int | None) -> str:
    """Return what to do about labelled frames that the source does not have.

    Leaving them out is named only where the others bear the names of their frames, and both sides begin to count alike:
    else the ones that are left over may be the sign that all of them are a frame too early or too late.
    """
    numbered = frame_numbers(_stems(labels)) or ()
    numbers = [each.number for each in itertools.compress(numbered, _with_labels(labels))]
    if first_number is not None and min(numbers, default=first_number) < first_number:
        return f"Their numbers begin at {min(numbers)}, not at {first_number}: if that is the first frame, say so."
    named = [(name, frame) for name, frame in zip(labels.frames["file"], match, strict=True) if frame is not None]
    alike = all(name and source[frame] and name_key(name) == name_key(source[frame] or "") for name, frame in named)
    own = frame_numbers([name_key(name or "") for name in source.values()]) if alike else None
    begins = {bool(min(numbers, default=1)), bool(min((each.number for each in own or ()), default=1))}
    if named and alike and len(begins) == 1:
        return "Give the source they were made on, or leave them out: --drop-extra (align.drop_extra)."
    return "Give the source they were made on."


def of_source(labels: Dataset, source: Mapping[int, str | None]) -> list[bool]:
    """Return of every frame whether it is an image of the source without labels: however these count, it lacks none."""
    by_name = _by_name(labels.frames["file"].to_list(), source)
    marked = _with_labels(labels)
    return [frame is not None and not labelled for frame, labelled in zip(by_name, marked, strict=True)]


def _with_labels(labels: Dataset) -> list[bool]:
    """Return of every frame whether there are labels or work on it; where there are none at all, every frame counts.

    A label set that lies beside its images has these among its frames too, whatever the labels are called.
    """
    marked = {*labels.annotations["frame"], *labels.assignments["frame"]}
    found = [frame in marked for frame in labels.frames["frame"]]
    return found if any(found) else [True] * len(found)


def _by_name(names: Sequence[str | None], source: Mapping[int, str | None]) -> Match:
    index = NameIndex((name, frame) for frame, name in source.items() if name)
    return [index.find(name) if name else None for name in names]


def _stems(labels: Dataset) -> list[str]:
    """Return the frames' names without suffix, and without the id of whoever worked on the frame."""
    workers: dict[int, list[str]] = {}
    for frame, worker in labels.assignments.select("frame", "worker_id").drop_nulls().iter_rows():
        workers.setdefault(frame, []).append(worker)
    stems = []
    for frame, name in labels.frames.select("frame", "file").iter_rows():
        stem = stem_of(name or "")
        tail = next((f"_{worker}" for worker in workers.get(frame, ()) if stem.endswith(f"_{worker}")), "")
        stems.append(stem.removesuffix(tail))
    return stems


def frame_numbers(stems: Sequence[str]) -> list[Numbered] | None:
    """Return the frame number in each name, or None if some name has none.

    The number is the first one in which the names differ; in a single name, the one before a worker's id, or the last.
    What an upload added to the names, and what looks like a hash, holds no frame numbers.
    """
    if not stems:
        return []
    stems = [_HASH.sub(_masked, stem) for stem in before_upload(stems)]
    if len(set(stems)) == 1:
        last = _LAST_NUMBER.search(split_worker(stems[0])[0])
        return [Numbered(int(last.group(1)), stems[0][: last.end()])] * len(stems) if last else None
    start = len(os.path.commonprefix(list(stems)))  # noqa: RUF071 - characters are meant, not folders
    while start and stems[0][start - 1].isdecimal():
        start -= 1
    matches = [_FIRST_DIGITS.match(stem, start) for stem in stems]
    found = [Numbered(int(m.group()), m.string[: m.end()]) for m in matches if m]
    return found if len(found) == len(stems) else None


def _masked(run: re.Match[str]) -> str:
    """Return ``#`` for a UUID, and for hex digits in which letters follow digits more than once: never a counter."""
    return "#" if run[2] or len(_DIGIT_THEN_LETTER.findall(run[0])) > 1 else run[0]


def _by_number(
    numbers: Sequence[Numbered], source: Mapping[int, str | None], first_number: int | None, report: Report, file: Path
) -> Match:
    frames = list(source)
    plain = [each.number for each in numbers]
    own = frame_numbers([stem_of(name or "") for name in source.values()]) if all(source.values()) else None
    known = {each.number: frame for each, frame in zip(own, frames, strict=True)} if own else {}
    if len(known) < len(frames):  # a video, or files without numbers of their own
        first = _first_number(plain, len(frames), report, file) if first_number is None else first_number
        return _counted(plain, dict(enumerate(frames, first)))
    if first_number is None:
        step = _step(numbers, own or (), report, file)
        return _counted(plain, {number - step: frame for number, frame in known.items()})
    # A gap in the files' numbers is one in the labels' too, or else is none: whichever finds more.
    ways = (
        _counted(plain, {number - min(known) + first_number: frame for number, frame in known.items()}),
        _counted(plain, dict(enumerate(frames, first_number))),
    )
    return min(ways, key=lambda way: way.count(None))


def _counted(numbers: Sequence[int], frames: Mapping[int, int]) -> Match:
    return [frames.get(number) for number in numbers]


def _step(numbers: Sequence[Numbered], own: Sequence[Numbered], report: Report, file: Path) -> int:
    """Return what leads from the labels' numbers to those of the source's files: 0 where both count alike.

    Programs count from 0 or from 1. Equal numbers stand only where counting otherwise does not fit as well.

    Raises:
        InputError: If the labels' numbers fit both ways and nothing tells which is meant.
    """
    labelled, files = {each.number for each in numbers}, {each.number for each in own}
    first = min(files)

    def fit(step: int) -> int:
        return sum(number + step in files for number in labelled)

    step = max({0: (-1,), 1: (1,)}.get(first, (-1, 1)), key=fit)
    shared = {each.head for each in numbers if each.number in files}
    alike = bool(shared) and shared <= {each.head for each in own}
    if fit(step) < max(fit(0), 1) or (alike and fit(step) == fit(0)):
        return 0
    if fit(0) < fit(step) == len(labelled) and not alike:
        report.note("counted-otherwise", file, number=first - step)
        return step
    if fit(0) < len(labelled) or min(labelled) == first - step:
        raise InputError(
            "the labels' numbers and those of the source's files may begin differently",
            file=file, found=f"labels from {min(labelled)} to {max(labelled)}, files from {first} to {max(files)}",
            remedy=f"Say which number of the labels the first file is: {FIRST_NUMBER}; "
            f"{first} if equal numbers are one frame, else {first - step}.",
        )  # fmt: skip
    if min(labelled) != first:
        report.note("equal-numbers", file, number=first)
    return 0


def _first_number(numbers: Sequence[int], frames: int, report: Report, file: Path) -> int:
    """Return whether numbers count from 0 or from 1, if the numbers themselves tell."""
    if not numbers or min(numbers) == 0:
        return 0
    if max(numbers) == frames:
        return 1
    if min(numbers) == 1:
        report.note("counted-from-one", file)
        return 1
    raise InputError(
        "the numbers in the file names may count from 0 or from 1",
        file=file, found=f"{min(numbers)} to {max(numbers)}, a source of {frames} frames",
        remedy=f"Say which number of the labels the first frame is: {FIRST_NUMBER}.",
    )  # fmt: skip
