"""Everything that is wrong with some inputs, in one report, before anything is rendered.

What cannot be read is a finding like any other, and does not keep the rest from being looked at. Nothing is written.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.crowd import apply_identity
from loopviz.crowd.identity.apply import in_texts, with_aliases
from loopviz.crowd.review.rules import parse_rule
from loopviz.dataset import Dataset
from loopviz.errors import LoopvizError
from loopviz.formats import (
    LabelSet,
    Problem,
    Report,
    frame_size_of,
    names_images,
    read_assignments,
    read_labels,
    read_people,
)
from loopviz.formats.people.read import check_met
from loopviz.media import ReadOptions, Source, VideoInfo, open_source
from loopviz.media.output import container_kind
from loopviz.project.check.findings import Finding, Place, finding, from_error, from_problems, grouped
from loopviz.project.check.fit import check_fit
from loopviz.project.check.inputs import Inputs, sort_inputs
from loopviz.project.check.labels import check_labels
from loopviz.project.check.people import check_people, check_work
from loopviz.project.check.shapes import check_shapes
from loopviz.project.check.video import check_frames, check_images, check_video
from loopviz.project.config import ProjectConfig
from loopviz.project.crowd.config import CrowdConfig
from loopviz.project.crowd.gather import read_crowd
from loopviz.project.inspect import NOMINAL_SIZE
from loopviz.project.load import left_out, project_theme, scene_options, unmatched, unprintable
from loopviz.project.salt import read_salt
from loopviz.scene import build_scene

_SAID_BETTER = frozenset({"empty-box"})  # what a reader notes, and the checks say of each object


@dataclass(frozen=True)
class Checkup:
    """What a check found.

    Attributes:
        parts: What was checked, by the part it plays: ``source``, ``labels``, ``people``, ``assignments``.
        findings: What was found, the worst first.
    """

    parts: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each severity."""
        count = Counter(each.severity for each in self.findings)
        return {f"{severity}s": count[severity] for severity in ("error", "warning", "note")}

    def as_json(self) -> dict[str, object]:
        """Return the report as plain values."""
        return {"findings": [each.as_json() for each in self.findings], "counts": self.counts, "parts": self.parts}


def check(
    paths: Sequence[str | Path] | str | Path, settings: Mapping[str, Any] | None = None, *, decode: bool = False
) -> Checkup:
    """Look at inputs that belong together, and say everything that is wrong with them.

    Args:
        paths: A project file or a project's folder; or a video or a folder of frames, labels, ``metadata.json`` and
            ``assignments.csv``, in any order, or some of them.
        settings: How they are read, by the project file's dotted names, such as ``{"align.first_number": 1}``.
        decode: Decode every frame of the source too: only that finds a frame that is damaged inside.

    Raises:
        ConfigError: If a setting is impossible.
    """
    given = [paths] if isinstance(paths, str | Path) else paths
    inputs, found = sort_inputs(given, settings or {})
    work = _Checks(inputs, found)
    work.run(decode=decode)
    return Checkup(inputs.parts(), grouped(found))


def _opened(path: Path, frame_rate: Fraction | None) -> Source:
    return open_source(path, frame_rate=frame_rate, options=ReadOptions(skip_bad=True))


@dataclass
class _Checks:
    """The steps of a check: each adds to what is found, and leaves to the next what it could read."""

    inputs: Inputs
    found: list[Finding] = field(default_factory=list)
    _said: set[Problem] = field(default_factory=set)

    def run(self, *, decode: bool) -> None:
        """Take every step that the inputs allow."""
        info, frames = self._source(decode=decode)
        labels = self._labels(frames)
        known = Dataset() if frames is None else Dataset(frames=frames)
        dataset = labels.dataset if labels else known
        by_image = self._names_images()
        if labels is not None and by_image:
            dataset = self._assignments(dataset)
        dataset = self._people(dataset, last=by_image is not False)
        people = dataset.workers["worker_id"]
        fitted = self._fit(labels, dataset, frames)
        dataset = fitted.dataset if fitted else dataset
        if by_image is not None and not (labels and by_image):
            dataset = self._late_assignments(
                dataset, ready=frames is not None and (labels is None or fitted is not None)
            )
            self._met(dataset, people)
        if labels is not None:
            self.found += [*check_labels(fitted or labels), *check_shapes(fitted or labels)]
        self._crowd(dataset, labels)
        if self.inputs.is_project:
            self._project(self.inputs.reading, dataset if fitted else None, info)

    def _source(self, *, decode: bool) -> tuple[VideoInfo | None, pl.DataFrame | None]:
        if self.inputs.source is None:
            return None, None
        rate = self.inputs.reading.frame_rate
        with self._reported("video-unusable"), _opened(self.inputs.source, rate) as source:
            self.found += [*check_images(source), *check_video(source.info)]
            if decode:
                self.found += check_frames(source)
            return source.info, source.table()
        return None, None

    def _labels(self, frames: pl.DataFrame | None) -> LabelSet | None:
        crowd = self.inputs.reading.crowd
        if crowd is not None and self.inputs.labels is None:
            return self._batches(crowd)
        if self.inputs.labels is None:
            return None
        with self._reported("labels-unusable"):
            labels = read_labels(
                self.inputs.labels,
                format=self.inputs.reading.labels_format,
                frame_size=NOMINAL_SIZE if frames is None else frame_size_of(frames),
                names=self.inputs.reading.names,
                task=self.inputs.reading.task,
                skip_bad=True,
            )
            self._problems(p for p in labels.problems if p.code not in _SAID_BETTER)
            return labels
        return None

    def _batches(self, crowd: CrowdConfig) -> LabelSet | None:
        """Read a crowd's files, and try its rule: what cannot be asked is better known before a render."""
        with self._reported("crowd-unusable"):
            if crowd.rule is not None:
                parse_rule(crowd.rule)
            found = read_crowd(crowd, self.inputs.reading.questions, skip_bad=True)
            self._problems(found.labels.problems)
            return found.labels
        return None

    def _met(self, dataset: Dataset, people: pl.Series) -> None:
        """Look whether those in the file about people are those in the table of assignments."""
        report = Report(skip_bad=True)
        if self.inputs.people is not None and dataset.assignments.height:
            with self._reported("people-unusable"):
                check_met(dataset, people, Path(self.inputs.people), report)
            self._problems(report.problems())

    def _people(self, dataset: Dataset, *, last: bool) -> Dataset:
        if self.inputs.people is None:
            return dataset
        report = Report(skip_bad=True)
        with self._reported("people-unusable"):
            dataset = read_people(self.inputs.people, dataset, report, last=last)
        self._problems(report.problems())
        return dataset

    def _names_images(self) -> bool | None:
        """Say whether the table of assignments names images, not frames; None where there is none to be read."""
        if self.inputs.assignments is not None:
            with self._reported("assignments-unusable"):
                return names_images(self.inputs.assignments)
        return None

    def _late_assignments(self, dataset: Dataset, *, ready: bool) -> Dataset:
        """Read a table that names the source's frames, or images of a source without labels."""
        if ready:
            return self._assignments(dataset)
        message = "the table of assignments was not checked: nothing here says which frames it speaks of"
        self.found.append(finding("input-left-aside", [Place(str(self.inputs.assignments))], message=message))
        return dataset

    def _assignments(self, dataset: Dataset) -> Dataset:
        assert self.inputs.assignments is not None  # noqa: S101  # for the type checker: the caller has looked
        report = Report(skip_bad=True)
        with self._reported("assignments-unusable"):
            dataset = read_assignments(self.inputs.assignments, dataset, report)
        self._problems(report.problems())
        return dataset

    def _fit(self, labels: LabelSet | None, dataset: Dataset, frames: pl.DataFrame | None) -> LabelSet | None:
        if labels is None or frames is None or not frames.height:
            return None
        fitted, found = check_fit(labels.with_dataset(dataset), frames, self.inputs.reading.align)
        self.found += found
        return fitted

    def _crowd(self, dataset: Dataset, labels: LabelSet | None) -> None:
        dataset = in_texts(with_aliases(dataset, "hidden", b""))  # a question may be called by somebody's id
        answers = self.inputs.people or (labels.path if labels else None)
        work = self.inputs.assignments or (labels.path if labels else None)
        self.found += check_people(dataset, file=None if answers is None else str(answers))
        self.found += check_work(dataset, file=None if work is None else str(work))

    def _project(self, config: ProjectConfig, dataset: Dataset | None, info: VideoInfo | None) -> None:
        """Look at what a project says beyond its inputs: the theme, the names, the secret, the output."""
        if config.output is not None:
            with self._reported("output-unusable"):
                container_kind(config.output)
                if config.output.exists():
                    self.found.append(finding("output-exists", [Place(str(config.output))]))
        theme, salt = None, None
        with self._reported("theme-unusable"):
            theme = project_theme(config)
        with self._reported("salt-unusable"):
            salt = read_salt(config.salt_file, make=False) if config.identity == "alias" else b""
        if dataset is None or info is None or theme is None or salt is None:
            return
        named = apply_identity(dataset, config.identity, salt)
        self.found += [finding("unknown-name", [Place(at=text)]) for text in unmatched(config, named)]
        with self._reported("theme-unusable"):
            scene = build_scene(named, theme, (info.width, info.height), scene_options(config, theme, named))
            self.found += [finding("unprintable", [Place(at=text)]) for text in unprintable(scene)]
            self.found += [finding("text-cut", [Place(at=text)]) for text in left_out(scene)]

    def _problems(self, problems: Iterable[Problem]) -> None:
        """Add what readers met, once: a thesis folder's people are read with its labels, and as a part of their own."""
        new = [problem for problem in problems if problem not in self._said]
        self._said.update(new)
        self.found += from_problems(new)

    @contextlib.contextmanager
    def _reported(self, code: str) -> Iterator[None]:
        """Make an error that is raised within a finding."""
        try:
            yield
        except (LoopvizError, OSError) as error:
            self.found.append(from_error(code, error))
