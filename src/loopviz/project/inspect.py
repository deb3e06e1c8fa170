"""What is this? A video's true facts, or a label set's counts, categories and problems.

The JSON of both is a stable interface: keys may be added at its end, and none is renamed or removed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from loopviz.errors import InputError, check_exists
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import no_labels, read_labels
from loopviz.formats.types import LabelSet, Problem
from loopviz.formats.unsupported import TEXTS, recognise, refuse_foreign
from loopviz.notes import note

if TYPE_CHECKING:
    from loopviz.media import VideoInfo

ANSWER_SUFFIXES = (".csv", ".tsv", ".txt")  # what a batch's results and a survey's answers come in


@dataclass(frozen=True)
class VideoFacts:
    """A video, or a folder of frames.

    Attributes:
        info: What decoding found.
    """

    info: VideoInfo

    def as_json(self) -> dict[str, object]:
        """Return the facts as plain values; ``frame_rate`` is a fraction such as ``"30000/1001"``."""
        info = self.info
        return {
            "kind": "video",
            "frames": info.frames,
            "width": info.width,
            "height": info.height,
            "frame_rate": f"{info.frame_rate.numerator}/{info.frame_rate.denominator}",
            "duration_seconds": round(info.duration_seconds, 6),
            "rotation": info.rotation,
            "variable_frame_rate": info.variable_frame_rate,
            "audio_streams": info.audio_streams,
            "source": info.kind,
            "path": str(info.path),
            "codec": info.codec,
            "pixel_format": info.pixel_format,
            "bit_depth": info.bit_depth,
            "sample_aspect_ratio": f"{info.sample_aspect_ratio.numerator}/{info.sample_aspect_ratio.denominator}",
            "color_matrix": info.color.matrix,
            "full_range": info.color.full_range,
            "claimed_frames": info.claimed_frames,
            "notes": list(map(str, info.notes)),
        }


@dataclass(frozen=True)
class LabelFacts:
    """A label set.

    Attributes:
        path: What was read.
        format: Which reader read it.
        frames: How many frames it lists, labelled or not.
        labelled_frames: How many have annotations.
        annotations: How many objects are labelled.
        categories: How many of each category, by name, in the order of their class ids.
        workers: How many people it names.
        problems: What was tolerated or left out on reading.
    """

    path: Path
    format: str
    frames: int
    labelled_frames: int
    annotations: int
    categories: dict[str, int]
    workers: int
    problems: tuple[Problem, ...]

    def as_json(self) -> dict[str, object]:
        """Return the facts as plain values; a problem is ``{"code", "severity", "place", "message", "remedy"}``."""
        return {
            "kind": "labels",
            "format": self.format,
            "frames": self.frames,
            "annotations": self.annotations,
            "categories": dict(self.categories),
            "problems": [problem.as_json() for problem in self.problems],
            "path": str(self.path),
            "labelled_frames": self.labelled_frames,
            "workers": self.workers,
        }


Inspection = VideoFacts | LabelFacts


def inspect(
    path: str | Path, *, labels_format: str | None = None, names: Sequence[str] | None = None, task: str | None = None
) -> VideoFacts | LabelFacts:
    """Say what a file or folder is.

    A label set is read to its end: a malformed row is left out and becomes a problem of severity ``error``. So is a
    folder of images: those that cannot be read are counted in a note.

    Args:
        path: A video, a folder of frames, or a set of labels.
        labels_format: The labels' format where it cannot be told from the files.
        names: Category names in the order of their class ids, for labels that hold only numbers.
        task: ``"detect"`` or ``"segment"``, for YOLO rows that could be either.

    Raises:
        ConfigError: If there is no such format or task.
        InputError: If there is nothing there, or it is nothing that loopviz reads.
    """
    place = Path(path)
    check_exists(place)
    if labels_format is None and detect_format(place) is None:
        # Here: labels are told without loading either.
        from loopviz.formats.survey.read import is_survey
        from loopviz.media import ReadOptions, probe

        if place.suffix.lower() in ANSWER_SUFFIXES and is_survey(place):
            remedy = "Join it to a batch: loopviz crowd import BATCH.csv --survey, and this file."
            raise InputError("these are the answers of a survey, not labels or a video", file=place, remedy=remedy)
        if place.is_file() and place.suffix.lower() in TEXTS:
            refuse_foreign(place)
            raise no_labels(place)
        try:
            info = probe(place, ReadOptions(skip_bad=True))
        except InputError:
            refuse_foreign(place)
            raise
        return VideoFacts(_with_labels_named(info))
    labels = read_labels(place, format=labels_format, names=names, task=task, skip_bad=True, unsized=True)
    return _facts(labels)


def _with_labels_named(info: VideoInfo) -> VideoInfo:
    """Add a note on labels beside the frames of a folder that are in a format that is not read."""
    found = recognise(info.path) if info.path.is_dir() else None
    if found is None:
        return info
    labels = note("foreign-labels", format=found.name, file=found.file.name)
    return dataclasses.replace(info, notes=(*info.notes, labels))


def _facts(labels: LabelSet) -> LabelFacts:
    dataset = labels.dataset
    counts = dict(dataset.annotations.group_by("class_id").agg(pl.len()).iter_rows())
    categories: dict[str, int] = {}
    for class_id, name in dataset.categories.select("class_id", "name").iter_rows():
        categories[name] = categories.get(name, 0) + counts.get(class_id, 0)  # two categories may share a name
    return LabelFacts(
        path=labels.path,
        format=labels.format,
        frames=dataset.frames.height,
        labelled_frames=dataset.annotations["frame"].n_unique(),
        annotations=dataset.annotations.height,
        categories=categories,
        workers=dataset.workers.height,
        problems=labels.problems,
    )
