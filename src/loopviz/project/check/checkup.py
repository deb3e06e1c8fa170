"""Everything that is wrong with some inputs, in one report, before anything is rendered.

What cannot be read is a finding like any other, and does not keep the rest from being looked at. Nothing is written.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.crowd import apply_identity
from loopviz.crowd.identity.apply import in_texts, with_aliases
from loopviz.crowd.review.rules import parse_rule
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, DamagedError, LoopvizError
from loopviz.formats.types import LabelSet, Problem, Report
from loopviz.media import ReadOptions, Source, VideoInfo, open_source
from loopviz.media.delivery import check_ending, fitting_encoder
from loopviz.media.repeat import seconds_of
from loopviz.project.assemble import Part, Strict, assemble_dataset
from loopviz.project.check.edit import check_edit
from loopviz.project.check.film import check_film, check_flashes, check_made
from loopviz.project.check.finding_codes import FILM
from loopviz.project.check.findings import Finding, Place, finding, from_error, from_problems, grouped
from loopviz.project.check.fit import check_fit
from loopviz.project.check.inputs import Inputs, sort_inputs
from loopviz.project.check.labels import check_labels
from loopviz.project.check.people import check_people, check_work
from loopviz.project.check.shapes import check_shapes
from loopviz.project.check.video import check_frames, check_images, check_video
from loopviz.project.config import AlignConfig, ProjectConfig
from loopviz.project.detections import with_detections
from loopviz.project.edit_config import EditConfig
from loopviz.project.film_time import timeline_of
from loopviz.project.load import (
    LoadedProject,
    left_out,
    load,
    mended_source,
    project_theme,
    scene_and_film,
    scene_options,
    unmatched,
    unprintable,
)
from loopviz.project.salt import read_salt
from loopviz.scene import Theme, build_scene
from loopviz.scene.versus.outcomes import Detections
from loopviz.timeline import Timeline

_OF_ITS_FILM = frozenset({*FILM, "output-exists", "output-unusable", "text-cut", "unknown-name"})
OF_A_FILM = ("theme", "size", "fit", "profile", "timeline.pace")  # settings that say how a project's film is made
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
    paths: Sequence[str | Path] | str | Path | ProjectConfig,
    settings: Mapping[str, Any] | None = None,
    *,
    decode: bool = False,
) -> Checkup:
    """Look at inputs that belong together, and say everything that is wrong with them.

    Args:
        paths: A project file or a project's folder; or a video or a folder of frames, labels, ``metadata.json`` and
            ``assignments.csv``, in any order, or some of them. Or a project's config.
        settings: How they are read, by the project file's dotted names, such as ``{"align.first_number": 1}``.
        decode: Decode every frame of the source too: only that finds a frame that is damaged inside. Of a project
            compose every picture of its film, and decode the film if it is there: only that finds what flashes.

    Raises:
        ConfigError: If a setting is impossible.
    """
    found: list[Finding] = []
    if isinstance(paths, ProjectConfig):
        inputs = Inputs.of(paths.changed(settings or {}))
    else:
        inputs, found = sort_inputs([paths] if isinstance(paths, str | Path) else paths, settings or {})
        if not inputs.is_project and not found:
            _check_asked(settings or {})
    work = _Checks(inputs, _Findings(found))
    work.run(decode=decode)
    raised = frozenset(inputs.config().errors)
    return Checkup(
        inputs.parts(), grouped(replace(each, severity="error") if each.code in raised else each for each in found)
    )


def _check_asked(settings: Mapping[str, Any]) -> None:
    """Refuse to say of inputs without a project how their film is made: none would be looked at.

    Raises:
        ConfigError: If that is asked for.
    """
    asked = next((key for key in OF_A_FILM if settings.get(key) is not None), None)
    if asked is not None:
        expected = "a project file or a project's folder, whose film is looked at"
        raise ConfigError("these inputs are no project", at=asked, found=str(settings[asked]), expected=expected)


def _opened(path: Path, frame_rate: Fraction | None) -> Source:
    return open_source(path, frame_rate=frame_rate, options=ReadOptions(skip_bad=True))


@contextlib.contextmanager
def _loaded(
    config: ProjectConfig, dataset: Dataset, theme: Theme, detections: Detections | None
) -> Iterator[LoadedProject]:
    """Yield a project as it is rendered; of a crowd's work that is what its rule and ``show`` leave."""
    if config.crowd is not None:
        with load(config, dry_run=True) as project:
            yield project
        return
    with _opened(config.source, config.frame_rate) as source:
        scene, film = scene_and_film(config, theme, dataset, dataset, source, detections)
        yield LoadedProject(config, source, dataset, scene, (), film=film)


def _flashes(project: LoadedProject, film: Timeline) -> list[Finding]:
    """Return what flashes in a film; where the source is damaged, which was said, in what is rendered of it."""
    try:
        return list(check_flashes(project, film))
    except DamagedError:
        if project.config.strict:
            return []
        with mended_source(project.config) as source:
            return list(check_flashes(replace(project, source=source), film))


class _Findings(Strict):
    """What is found, and that it keeps nothing else from being looked at."""

    def __init__(self, found: list[Finding]) -> None:
        super().__init__(skip_bad=True)
        self.found = found
        self._said: set[Problem] = set()

    @contextlib.contextmanager
    def failing(self, code: str) -> Iterator[None]:
        """Make an error that is raised within a finding."""
        try:
            yield
        except (LoopvizError, OSError) as error:
            self.found.append(from_error(code, error))

    @contextlib.contextmanager
    def reading(self, part: Part) -> Iterator[Report]:
        report = Report(self.skip_bad)
        with self.failing(f"{part}-unusable"):
            yield report
        self._problems(report.problems())

    def read(self, labels: LabelSet) -> None:
        self._problems(problem for problem in labels.problems if problem.code not in _SAID_BETTER)

    def aligned(self, labels: LabelSet, frames: pl.DataFrame, how: AlignConfig) -> LabelSet | None:
        fitted, found = check_fit(labels, frames, how)
        self.found += found
        return fitted

    def left_aside(self, config: ProjectConfig) -> None:
        message = "the table of assignments was not checked: nothing here says which frames it speaks of"
        self.found.append(finding("input-left-aside", [Place(str(config.assignments))], message=message))

    def _problems(self, problems: Iterable[Problem]) -> None:
        """Add what readers met, once: a thesis folder's people are read with its labels, and as a part of their own."""
        new = [problem for problem in problems if problem not in self._said]
        self._said.update(new)
        self.found += from_problems(new)


@dataclass(frozen=True)
class _Checks:
    """The steps of a check: each adds to what is found."""

    inputs: Inputs
    report: _Findings

    @property
    def found(self) -> list[Finding]:
        return self.report.found

    def run(self, *, decode: bool) -> None:
        """Take every step that the inputs allow."""
        info, frames = self._source(decode=decode)
        config = self.inputs.config()
        if config.labels is None and config.crowd is not None and config.crowd.rule is not None:
            with self.report.failing("crowd-unusable"):  # what cannot be asked is better known before a render
                parse_rule(config.crowd.rule)
        assembled = assemble_dataset(config, frames, self.report)
        labels, dataset = assembled.labels, assembled.dataset
        if labels is not None:
            self.found.extend((*check_labels(labels), *check_shapes(labels)))
        self._crowd(dataset, labels)
        if self.inputs.is_project:
            self._project(config, dataset if assembled.aligned else None, info, decode=decode)
            if config.edit is not None:
                self._edit(config, config.edit, decode=decode)

    def _source(self, *, decode: bool) -> tuple[VideoInfo | None, pl.DataFrame | None]:
        if self.inputs.source is None:
            return None, None
        rate = self.inputs.reading.frame_rate
        with self.report.failing("video-unusable"), _opened(self.inputs.source, rate) as source:
            self.found.extend((*check_images(source), *check_video(source.info)))
            if decode:
                self.found.extend(check_frames(source))
            return source.info, source.table()
        return None, None

    def _crowd(self, dataset: Dataset, labels: LabelSet | None) -> None:
        dataset = in_texts(with_aliases(dataset, "hidden", b""))  # a question may be called by somebody's id
        answers = self.inputs.people or (labels.path if labels else None)
        work = self.inputs.assignments or (labels.path if labels else None)
        self.found.extend(check_people(dataset, file=None if answers is None else str(answers)))
        self.found.extend(check_work(dataset, file=None if work is None else str(work)))

    def _project(self, config: ProjectConfig, dataset: Dataset | None, info: VideoInfo | None, *, decode: bool) -> None:
        """Look at what a project says beyond its inputs: the theme, the names, the secret, the output."""
        with self.report.failing("output-unusable"):
            config, _ = config.profiled()
            output = config.output
            if output is not None:
                check_ending(output, config.encoder.codec or fitting_encoder(output, config.depth))
                if output.exists():
                    self.found.append(finding("output-exists", [Place(str(output))]))
        theme, salt = None, None
        with self.report.failing("theme-unusable"):
            theme = project_theme(config)
        with self.report.failing("salt-unusable"):
            salt = read_salt(config.salt_file, make=False) if config.identity == "alias" else b""
        if dataset is None or info is None or theme is None or salt is None:
            return
        named = apply_identity(dataset, config.identity, salt)
        size = info.width, info.height
        self.found.extend([finding("unknown-name", [Place(at=str(note))]) for note in unmatched(config, named)])
        detections: Detections | None = None
        with self.report.failing("model-unusable"):
            named, detections = with_detections(config.model, named)
        if config.model.labels is not None and detections is None:
            return
        with self.report.failing("theme-unusable"):
            options = scene_options(config, theme, named, detections)
            scene = build_scene(named, theme, size, options)
            lacking = [finding("unprintable", [Place(at=str(note))]) for note in unprintable(scene)]
            drawn = config.missing_glyphs == "draw"
            self.found.extend(replace(each, severity="warning") if drawn else each for each in lacking)
            if config.edit is not None:  # what plays is looked at clip by clip
                return
            self.found.extend([finding("text-cut", [Place(at=str(note))]) for note in left_out(scene)])
            self._film(config, named, theme, detections, decode=decode)

    def _edit(self, config: ProjectConfig, edit: EditConfig, *, decode: bool) -> None:
        """Look at the clips, and at the other projects that they are of."""
        for path in dict.fromkeys(clip.project for clip in edit.clips if clip.project is not None):
            found = check(path).findings if path.exists() else ()
            self.found.extend(each for each in found if each.code not in _OF_ITS_FILM)
        with self.report.failing("edit-unusable"):
            self.found.extend(check_edit(config, decode=decode))

    def _film(
        self, config: ProjectConfig, dataset: Dataset, theme: Theme, detections: Detections | None, *, decode: bool
    ) -> None:
        """Look at what plays when, and whether it can be read."""
        seconds: Fraction | None = None
        with self.report.failing("timeline-unusable"), _loaded(config, dataset, theme, detections) as project:
            self.found.extend(check_film(project))
            if decode:
                film = timeline_of(project)
                self.found.extend(_flashes(project, film))
                seconds = seconds_of(film)
        if decode and config.output is not None and config.output.is_file():
            with self.report.failing("output-unusable"):
                self.found.extend(check_made(config.output, config, seconds))
