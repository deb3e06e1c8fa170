"""One Dataset of a project's labels, its table of work and its people, on the frames of its source.

Image names are the label set's own, frame numbers the source's: a table of work is read while what it names means
something, before the labels are aligned or afterwards.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl

from loopviz.dataset import Dataset
from loopviz.formats.align.frames import align
from loopviz.formats.people.assignments import names_images, read_assignments
from loopviz.formats.people.read import check_met, read_people
from loopviz.formats.reading import read_labels
from loopviz.formats.types import LabelSet, Problem, Report, frame_size_of
from loopviz.project.config import AlignConfig, ProjectConfig

Part = Literal["labels", "crowd", "people", "assignments"]


class Strict:
    """What becomes of trouble: an input that cannot be used ends the work, as a render needs it.

    A check overrides every method, and goes on.

    Args:
        skip_bad: Leave out rows of the labels and of the people that cannot be read, and report them.
    """

    def __init__(self, *, skip_bad: bool = False) -> None:
        self.skip_bad = skip_bad
        self.problems: list[Problem] = []

    @contextlib.contextmanager
    def reading(self, part: Part) -> Iterator[Report]:
        """Read a part within; its rows are reported to what is yielded."""
        report = Report(self.skip_bad and part != "assignments")  # a row of them is somebody's work and pay
        yield report
        self.problems += report.problems()

    def read(self, labels: LabelSet) -> None:
        """Look at a label set as it was read; its problems stay in it."""

    def aligned(self, labels: LabelSet, frames: pl.DataFrame, how: AlignConfig) -> LabelSet | None:
        """Return a label set on the source's frames; None where it does not fit, and the work goes on."""
        return align(labels, frames, **how.model_dump())

    def left_aside(self, config: ProjectConfig) -> None:
        """Say that the table of work was not read, because nothing tells which frames it speaks of."""


@dataclass(frozen=True)
class Assembled:
    """What the inputs came to.

    Attributes:
        labels: The labels with ``dataset`` in them; None where there are none, or they cannot be read.
        dataset: Labels, work and people, as far as they could be read.
        aligned: Whether the labels have the source's frames.
    """

    labels: LabelSet | None
    dataset: Dataset
    aligned: bool


def assemble_dataset(config: ProjectConfig, frames: pl.DataFrame | None, report: Strict) -> Assembled:
    """Read what a project names, join it, and align it to a source.

    Args:
        config: The inputs (``labels``, or else ``crowd``; ``assignments`` and ``people``), and how they are read.
        frames: The source's ``frames`` table; None where there is no source.
        report: What becomes of trouble.

    Raises:
        LoopvizError: Whatever reading and aligning raise, if the report lets it through.
    """
    labels = _labels(config, frames, report)
    dataset = labels.dataset if labels else Dataset() if frames is None else Dataset(frames=frames)
    by_image = _names_images(config, report)
    early = labels is not None and bool(by_image)
    if early:
        dataset, _ = _with_work(config, dataset, report)
    dataset = _with_people(config, dataset, report, last=by_image is not False)
    mentioned = dataset.workers["worker_id"]
    fitted = None
    if labels is not None:
        labels = labels.with_dataset(dataset)
        if frames is not None and frames.height:
            fitted = report.aligned(labels, frames, config.align)
    labels = fitted or labels
    dataset = labels.dataset if labels else dataset
    if by_image is not None and not early:
        ready = frames is not None and (labels is None or fitted is not None)
        dataset, read = _with_work(config, dataset, report) if ready else (dataset, False)
        if not ready:
            report.left_aside(config)
        if read or dataset.assignments.height:
            _check_met(config, dataset, mentioned, report)
    if labels is not None:
        labels = labels.with_dataset(dataset, report.problems)
    return Assembled(labels, dataset, fitted is not None)


def _labels(config: ProjectConfig, frames: pl.DataFrame | None, report: Strict) -> LabelSet | None:
    labels = None
    if config.labels is not None:
        with report.reading("labels") as rows:
            labels = read_labels(
                config.labels,
                format=config.labels_format,
                frame_size=None if frames is None else frame_size_of(frames),
                names=config.names,
                task=config.task,
                skip_bad=rows.skip_bad,
                unsized=frames is None,
            )
    elif config.crowd is not None:
        from loopviz.project.crowd.gather import read_crowd  # here: most projects have no use for what it loads

        with report.reading("crowd") as rows:
            labels = read_crowd(config.crowd, config.questions, skip_bad=rows.skip_bad).labels()
    if labels is not None:
        report.read(labels)
    return labels


def _names_images(config: ProjectConfig, report: Strict) -> bool | None:
    """Say whether the table of work names images, not frames; None where there is none to be read."""
    by_image = None
    if config.assignments is not None:
        with report.reading("assignments"):
            by_image = names_images(config.assignments)
    return by_image


def _with_work(config: ProjectConfig, dataset: Dataset, report: Strict) -> tuple[Dataset, bool]:
    """Return the Dataset with the table of work, and whether it could be read."""
    assert config.assignments is not None  # noqa: S101 - for the type checker: it was looked at already
    with report.reading("assignments") as rows:
        return read_assignments(config.assignments, dataset, rows), True
    return dataset, False


def _with_people(config: ProjectConfig, dataset: Dataset, report: Strict, *, last: bool) -> Dataset:
    if config.people is not None:
        with report.reading("people") as rows:
            dataset = read_people(config.people, dataset, rows, last=last)
    return dataset


def _check_met(config: ProjectConfig, dataset: Dataset, mentioned: pl.Series, report: Strict) -> None:
    """Look whether those in the file about people are those in the table of work."""
    if config.people is not None:
        with report.reading("people") as rows:
            check_met(dataset, mentioned, config.people, rows)
