"""A project as Python has it: its tables, its finished frames, its video, and what is wrong with it."""

from __future__ import annotations

import contextlib
import dataclasses
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from loopviz.dataset import Dataset
from loopviz.errors import DamagedError
from loopviz.notes import Note
from loopviz.progress import Progress
from loopviz.project.check.checkup import Checkup, check
from loopviz.project.compare import Naming
from loopviz.project.config import ProjectConfig
from loopviz.project.discover import VIDEO_SUFFIXES, configure
from loopviz.project.frame_ranges import frame_starts, frames_of, parse_moment
from loopviz.project.load import LoadedProject, load
from loopviz.project.notebook import LabelReview, show
from loopviz.project.pipeline import edited, render
from loopviz.project.plan import Plan, plan_of
from loopviz.project.render_options import Effort
from loopviz.render import RenderResult, Still, render_stills
from loopviz.render.stills import check_frames
from loopviz.scene import Scene


def open(
    path: str | Path,
    *,
    labels: str | Path | None = None,
    people: str | Path | None = None,
    assignments: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Project:
    """Open a project. Nothing is read before it is asked for.

    Args:
        path: A project file, a folder in which the parts are found, or a video.
        labels: The labels, where they are not named or found.
        people: The people's answers, likewise.
        assignments: The table of work, likewise.
        settings: What the project file says, by dotted names: ``{"theme": "house", "align.first_number": 1}``.

    Raises:
        InputError: If there is nothing there, or something is missing, or two things could be meant.
        ConfigError: If the project file or a setting says something impossible.
    """
    parts = {"labels": labels, "people": people, "assignments": assignments}
    changes = {name: Path(part) for name, part in parts.items() if part is not None} | dict(settings or {})
    place = Path(path)
    if place.is_dir() or place.suffix.lower() not in VIDEO_SUFFIXES:
        return Project(configure(place, changes)[0])
    # A crowd's batches are labels too; where there is neither, the config says what is missing.
    needed = {"source": place} | {name: changes.pop(name) for name in ("labels", "crowd") if name in changes}
    return Project(ProjectConfig.checked(needed).changed(changes))


class Project:
    """A video, its labels and those who drew them; a context manager, or closed when nobody needs it any more.

    Attributes:
        config: What the project file, the folder or the caller said.
    """

    def __init__(self, config: ProjectConfig) -> None:
        self.config = config
        self._open = contextlib.ExitStack()
        self._loaded: LoadedProject | None = None
        self._mended = False
        weakref.finalize(self, self._open.close)

    @property
    def dataset(self) -> Dataset:
        """The labels on the source's frames, with the people as outputs may name them; who refused is not there."""
        return self._load().dataset

    @property
    def scene(self) -> Scene:
        """What is drawn where."""
        return self._load().scene

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was assumed, changed or left out in reading."""
        return self._load().notes

    def still(self, moment: int | str = 0) -> Still:
        """Return one finished frame.

        Args:
            moment: Its number, from 0, or a time: ``"2.5s"``, ``"0:02.5"``.

        Raises:
            ConfigError: If the source has no such frame.
            InputError: If it is damaged, and the project says ``strict``.
        """
        source = self._load().source
        frame = parse_moment(str(moment), frame_starts(source), source.info.duration_seconds)
        return next(self.frames(range(frame, frame + 1)))

    def frames(self, frames: str | range | None = None) -> Iterator[Still]:
        """Return finished frames one by one, so that a long video needs no more memory than a short one.

        Args:
            frames: Which: ``"10:20"``, ``"2s:5s"`` or a range; None: all.

        Raises:
            ConfigError: If the source has no such frames.
            InputError: If one is damaged, and the project says ``strict``.
        """
        source = self._load().source
        chosen = frames_of(source, frames)
        wanted = range(source.info.frames) if chosen is None else chosen
        check_frames(source, wanted)
        return self._stills(wanted)

    def _stills(self, wanted: range) -> Iterator[Still]:
        while wanted:  # a read may end early: another one began on the same source, or it is opened again
            loaded = self._load()
            try:
                for still in render_stills(loaded.source, loaded.scene, wanted):
                    wanted = range(still.index + 1, wanted.stop)
                    yield still
            except DamagedError:
                if self.config.strict or self._mended:
                    raise
                self.close()
                self._mended = True

    def show(self) -> LabelReview:
        """Return a review of the labels on the source's frames, which a notebook shows; see ``Dataset.show``.

        Raises:
            LoopvizError: One of its kinds, see ``loopviz.errors``.
        """
        return show(self.dataset, self.config.source, Naming(self.config.identity, self.config.salt_file))

    def plan(self, *, frames: str | range | None = None) -> Plan:
        """Return what plays when, how long, and whether there is time to read it; nothing is rendered.

        Args:
            frames: Only what is in this range of the source.

        Raises:
            ConfigError: If the film would be too short for what it shows.
        """
        loaded = self._load()
        return plan_of(loaded, frames_of(loaded.source, frames))

    def render(
        self,
        path: str | Path | None = None,
        *,
        frames: str | range | None = None,
        overwrite: bool = False,
        effort: Effort | None = None,
        progress: Progress | None = None,
        repeat: int | str | None = None,
    ) -> RenderResult:
        """Make the annotated video.

        Args:
            path: Where; None: where the project says.
            frames: Only these: ``"10:20"``, ``"2s:5s"`` or a range.
            overwrite: Replace the output if it exists; see ``loopviz.outputs`` for what is replaced anyway.
            effort: How many processes render, and whether segments are kept.
            progress: Called with the frames done and to do.
            repeat: How often the film plays, or for how long, as ``"12h"``; see ``run``.

        Raises:
            LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the output.
        """
        if self.config.edit is not None:
            config = self.config if path is None else self.config.changed({"output": Path(path)})
            return edited(config, frames, overwrite=overwrite, effort=effort, progress=progress, repeat=repeat)
        loaded = self._load()
        if path is not None:
            loaded = dataclasses.replace(loaded, config=loaded.config.changed({"output": Path(path)}))
        return render(loaded, frames=frames, overwrite=overwrite, effort=effort, progress=progress, repeat=repeat)

    def check(self, *, decode: bool = False) -> Checkup:
        """Say everything that is wrong with the project.

        Args:
            decode: Decode every frame of the source too.
        """
        return check(self.config, decode=decode)

    def changed(self, settings: Mapping[str, Any]) -> Project:
        """Return another project that says something else, by dotted names: ``{"theme": "house"}``.

        Raises:
            ConfigError: If a setting is impossible.
        """
        return Project(self.config.changed(settings))

    def close(self) -> None:
        """Let go of the source; it is opened again when it is needed."""
        self._open.close()
        self._loaded = None

    def _load(self) -> LoadedProject:
        if self._loaded is None:
            self._loaded = self._open.enter_context(load(self.config, mend=self._mended))
        return self._loaded

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        parts = ("source", "labels", "people", "assignments")
        named = [f"{part}={str(value)!r}" for part in parts if (value := getattr(self.config, part)) is not None]
        return f"<loopviz.Project {' '.join(named)}>"
