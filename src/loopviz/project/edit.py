"""The film of the section ``edit``: its clips are opened, laid out in one size and put in a row at one rate."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from loopviz.dataset import Dataset
from loopviz.durations import parse_duration
from loopviz.errors import ConfigError, LoopvizError
from loopviz.media import Source, open_source
from loopviz.media.animate import ANIMATIONS
from loopviz.media.delivery import is_animation
from loopviz.media.repeat import seconds_of
from loopviz.notes import Note
from loopviz.project.config import ProjectConfig, default_output
from loopviz.project.discover import configure
from loopviz.project.edit_config import EditClipConfig, EditConfig
from loopviz.project.film_time import timeline_of
from loopviz.project.frame_ranges import frames_of
from loopviz.project.load import (
    LOOK,
    LoadedProject,
    ProjectInputs,
    facts_of,
    laid_out,
    notes_of,
    open_inputs,
    project_theme,
    read_options,
)
from loopviz.project.profile import Profile
from loopviz.scene import Scene, build_scene, load_theme
from loopviz.scene.theme import Theme, on_canvas
from loopviz.scene.widgets.picture import Picture
from loopviz.timeline import Timeline, has_source_time, identity_timeline, part
from loopviz.timeline.row import placed
from loopviz.timeline.spec import parse_between

T = TypeVar("T")
NOT_OF_A_CLIP = ("edit", "profile", "encoder", "sound", "sidecars", "screen", "training", "errors")
FOR_ALL = ("depth", "strict", "missing_glyphs")  # what the edit's own project decides
NAMING = ("full", "alias", "hidden")  # the later, the less is named


@dataclass(frozen=True, eq=False)
class Clip:
    """A clip of an edit.

    Attributes:
        said: What the project file says of it.
        source: Its pictures.
        scene: What is drawn on them.
        film: What plays, at its own rate.
        project: The project that it is of; None: a video without one.
        notes: What a person should know of it.
        line: What plays, at the rate of the whole film and at its place in it.
        place: Where it stands in the project file, as ``edit.clips.2``.
    """

    said: EditClipConfig
    source: Source
    scene: Scene
    film: Timeline
    project: LoadedProject | None
    notes: tuple[Note, ...]
    line: Timeline
    place: str = ""

    @property
    def plays_its_sound(self) -> bool:
        """Whether its source's sound fits its pictures."""
        plain = Fraction(self.said.speed) == 1 and not self.said.is_card
        return plain and self.source.sound is not None and has_source_time(self.film, self.source)


@dataclass(frozen=True, eq=False)
class Edit:
    """An edit with its sources open.

    Attributes:
        config: The project, with all that its profile says.
        profile: What the output is for.
        clips: In the order in which they play.
    """

    config: ProjectConfig
    profile: Profile | None
    clips: tuple[Clip, ...]

    @property
    def said(self) -> EditConfig:
        """The section."""
        assert self.config.edit is not None  # noqa: S101 - open_edit asked
        return self.config.edit

    @property
    def output(self) -> Path:
        """The video that it makes."""
        return self.config.output or default_output(Path(), self.config.source.stem)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a person should know of the clips, each thing once."""
        return tuple({each.line: each for clip in self.clips for each in clip.notes}.values())

    @property
    def seconds(self) -> Fraction:
        """How long it is."""
        last = self.clips[-1].line
        return last.end_pts * last.time_base


@contextlib.contextmanager
def open_edit(
    config: ProjectConfig,
    *,
    dry_run: bool = False,
    mend: bool = False,
    failed: Callable[[LoopvizError], None] | None = None,
) -> Iterator[Edit]:
    """Open the clips of a project's section ``edit``.

    Args:
        config: The project.
        dry_run: As ``load``.
        mend: As ``load``.
        failed: Called with what is wrong with a clip, which is left out then; None: that is raised.

    Raises:
        InputError: As ``load``, of each clip.
        ConfigError: As ``load``, of each clip; or if a clip is too short to dissolve.
    """
    config, profile = config.profiled()
    _check_fits(config, profile)
    with ExitStack() as stack:
        opener = _Opener(config, profile, stack, dry_run=dry_run, mend=mend)
        yield Edit(config, profile, tuple(opener.clips(failed or _raised)))


def _check_fits(config: ProjectConfig, profile: Profile | None) -> None:
    """Refuse what is about the film of one project."""
    if config.sidecars:
        what, said = "files beside the film tell of one project's, not of an edit", ", ".join(config.sidecars)
        raise ConfigError(what, at="sidecars", found=said, remedy="Leave them out, or render that project by itself.")
    if profile is not None and (profile.alpha or profile.images is not None):
        what = "the drawing alone" if profile.alpha else "a few frames"
        raise ConfigError(
            f"the profile makes {what} of one project's film, not of an edit",
            at="profile",
            found=str(config.profile),
            expected="a profile of whole films, as web or master",
        )


def in_the_clip(number: int, error: LoopvizError) -> LoopvizError:
    """Return an error that says of which clip it is, if that is not another file's fault."""
    if error.file is None and isinstance(error, ConfigError):
        inner = (error.at or "").removeprefix("timeline.end").strip(".")
        error.at = f"edit.clips.{number}{f'.{inner}' if inner else ''}"
    return error


class _Opener:
    """Opens clips: what is read of a project is read once, however many clips are of it.

    Args:
        config: The edit's project.
        profile: What the output is for.
        stack: What is open until the edit is closed.
        dry_run: As ``load``.
        mend: As ``load``.
    """

    def __init__(
        self, config: ProjectConfig, profile: Profile | None, stack: ExitStack, *, dry_run: bool, mend: bool
    ) -> None:
        assert config.edit is not None  # noqa: S101 - whoever opens an edit has one
        self._config, self._edit, self._profile, self._stack = config, config.edit, profile, stack
        self._dry_run, self._mend = dry_run, mend
        self._inputs: dict[str, ProjectInputs] = {}
        self._videos: dict[Path, Source] = {}
        self._projects: dict[Path, ProjectConfig] = {}
        self._size = config.size if config.size is not None and "x" in config.size else None
        self._rate = Fraction(0)
        self._mixed_before = 0  # how many frames of the clip before are mixed with what goes before that

    def clips(self, failed: Callable[[LoopvizError], None]) -> Iterator[Clip]:
        """Yield the clips at their places; the first with pictures decides on size and rate where nothing else does."""
        said = dict(enumerate(self._edit.clips))
        first = [number for number, clip in said.items() if not clip.is_card] or [0]
        while not self._rate and first:
            self._tried(first.pop(0), said, failed, self._decide)
        before: Clip | None = None
        for number in list(said) if self._rate else ():
            made = self._tried(number, said, failed, partial(self._in_the_row, before))
            if made is not None:
                before = replace(made, place=f"edit.clips.{number}")
                yield before

    def _tried(
        self,
        number: int,
        said: dict[int, EditClipConfig],
        failed: Callable[[LoopvizError], None],
        make: Callable[[EditClipConfig], T],
    ) -> T | None:
        """Return what is made of a clip; one that cannot be used is told, and not tried again."""
        try:
            return make(said[number])
        except LoopvizError as error:
            del said[number]
            failed(in_the_clip(number, error))
        return None

    def _decide(self, said: EditClipConfig) -> None:
        clip = self._opened(said)
        info = clip.source.info
        own = Fraction(round(info.frame_rate) or 1) if info.variable_frame_rate else info.frame_rate
        most = [Fraction(self._profile.max_frame_rate)] if self._profile and self._profile.max_frame_rate else []
        output = self._config.output
        if output is not None and is_animation(output):
            most.append(Fraction(ANIMATIONS[output.suffix.lower()].fastest))
        self._rate = min([self._config.timeline.frame_rate or own, *most])
        self._size = "{}x{}".format(*clip.scene.canvas_size)

    def _in_the_row(self, before: Clip | None, said: EditClipConfig) -> Clip:
        clip, rate = self._opened(said), self._rate
        hold = 0 if said.hold is None else max(1, round(parse_duration(said.hold) * rate))
        mixed = parse_between(said.between or self._edit.between).frames if before else 0
        first = before.line.end_pts - mixed if before else 0
        line = placed(clip.film, rate, first, speed=Fraction(said.speed), hold=hold)
        if before is not None:
            _check_dissolve(mixed, len(before.line) - self._mixed_before, len(line))
        self._mixed_before = mixed
        return replace(clip, line=line)

    def _opened(self, said: EditClipConfig) -> Clip:
        if said.video is not None:
            return self._video(said, said.video)
        config = self._of_clip(said)
        project = self._project(config)
        if said.is_card:
            assert project.film is not None  # noqa: S101 - it has a card
            film = project.film.cards_alone(project.scene)
        else:
            film = timeline_of(project, frames_of(project.source, said.range))
        return Clip(said, project.source, project.scene, film, project, project.notes, film)

    def _of_clip(self, said: EditClipConfig) -> ProjectConfig:
        """Return the project of a clip, as it is rendered here."""
        main = self._config
        base = main if said.project is None else self._other(said.project)
        data: dict[str, Any] = base.model_dump(exclude_unset=True)
        data = {key: value for key, value in data.items() if key not in NOT_OF_A_CLIP}
        data |= {key: getattr(main, key) for key in FOR_ALL}
        data["identity"] = max(base.identity, main.identity, key=NAMING.index)
        data["size"] = main.size
        if said.theme is not None:
            data["theme"] = said.theme
        if said.is_card:
            card = said.as_card.model_dump(exclude_unset=True)
            data["timeline"] = {"end": card} | ({"frame_rate": self._rate} if self._rate else {})
        return ProjectConfig.checked(data)

    def _other(self, path: Path) -> ProjectConfig:
        if path not in self._projects:
            config, _ = configure(path)
            if config.edit is not None:
                raise ConfigError(
                    "the clip's project is an edit itself",
                    at="project",
                    found=str(path),
                    expected="a project without a section 'edit'",
                    remedy="Leave 'project' out where the clip is of this project.",
                )
            self._projects[path] = config
        return self._projects[path]

    def _project(self, config: ProjectConfig) -> LoadedProject:
        theme = project_theme(config)
        inputs = self._read(config, theme)
        project = laid_out(config, theme, inputs, None)
        wanted = self._size
        if wanted is not None and "{}x{}".format(*project.scene.canvas_size) != wanted:
            config = config.changed({"size": wanted})
            project = laid_out(config, project_theme(config), inputs, None)
        return replace(project, notes=notes_of(project, inputs.labels))

    def _read(self, config: ProjectConfig, theme: Theme) -> ProjectInputs:
        key = repr((config.model_dump(exclude=set(LOOK)), theme.colors.paper))
        if key not in self._inputs:
            opened = open_inputs(config, theme.colors.paper, dry_run=self._dry_run, mend=self._mend)
            self._inputs[key] = self._stack.enter_context(opened)
        return self._inputs[key]

    def _video(self, said: EditClipConfig, path: Path) -> Clip:
        theme = project_theme(self._config)
        if path not in self._videos:
            options = read_options(self._config, mend=self._mend, paper=theme.colors.paper)
            source = open_source(path, frame_rate=self._config.frame_rate, options=options)
            self._videos[path] = self._stack.enter_context(source)
        source = self._videos[path]
        info = source.info
        size = self._size or f"{info.width + info.width % 2}x{info.height + info.height % 2}"
        scene = build_scene(
            Dataset(frames=source.table()), bare(theme, size, self._config.fit), (info.width, info.height)
        )
        film, frames = identity_timeline(source), frames_of(source, said.range)
        film = film if frames is None else part(film, frames)
        return Clip(said, source, scene, film, None, facts_of(source), film)


def _check_dissolve(mixed: int, before: int, after: int) -> None:
    """Refuse a dissolve that would leave nothing of a clip."""
    if mixed and mixed >= min(before, after):
        short, frames = ("the clip before", before) if before <= after else ("the clip", after)
        raise ConfigError(
            f"{short} is too short for the dissolve",
            at="between",
            found=f"dissolve {mixed} frames",
            expected=f"fewer than the {frames} frames that are left of it",
        )


def bare(theme: Theme, size: str, fit: Any) -> Theme:
    """Return a theme that shows the picture alone, on another one's paper."""
    plain = load_theme("house")
    picture = {key: style for key, style in plain.widgets.items() if isinstance(style, Picture)}
    colors = plain.colors.model_copy(update={"paper": theme.colors.paper})
    return on_canvas(plain.model_copy(update={"widgets": picture, "colors": colors}), size, fit or "contain")


def _raised(error: LoopvizError) -> None:
    raise error


def sources_of(clips: Sequence[Clip]) -> tuple[Path, ...]:
    """Return the videos and folders that clips are of, each once."""
    return tuple(dict.fromkeys(clip.source.info.path for clip in clips))


def lengths_of(edit: Edit) -> list[float]:
    """Return how many seconds each clip is on screen, dissolves included."""
    return [float(seconds_of(clip.line)) for clip in edit.clips]
