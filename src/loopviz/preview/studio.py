"""A project that is open for as long as somebody works on it: what is asked for is made of its files as they are now.

The video stays open and the labels read while nothing but the look changes; a look is laid out once. One thing is made
at a time, since a source is read at one place; whoever comes next interrupts what takes long.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av

from loopviz.errors import ConfigError, DamagedError
from loopviz.media import EncoderSettings, to_rgb
from loopviz.media.stills import image_of
from loopviz.preview.board import Board
from loopviz.preview.checking import Checking
from loopviz.preview.files import inputs_of, looks_of, marks
from loopviz.preview.measures import words_on
from loopviz.project.config import ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.film_time import timeline_of
from loopviz.project.load import LOOK, LoadedProject, ProjectInputs, laid_out, open_inputs, project_theme
from loopviz.project.plan import Plan, plan_of
from loopviz.render import RenderOptions, render_video
from loopviz.render.compositor import Compositor, composed, compositor_of
from loopviz.timeline import Shown, Timeline

QUICK = EncoderSettings(crf=20, preset="ultrafast")


class SupersededError(Exception):
    """Something newer was asked for meanwhile."""


@dataclass(frozen=True, eq=False)
class Look:
    """A film as it is laid out of one state of the files.

    Attributes:
        project: The project.
        timeline: What plays when.
        compositor: What composes its pictures.
        kept: Pictures of the source that were decoded last.
    """

    project: LoadedProject
    timeline: Timeline
    compositor: Compositor
    kept: dict[int, av.VideoFrame] = field(default_factory=dict)

    def shown(self, place: int) -> Shown:
        """Return what is shown on a frame of the film.

        Raises:
            ConfigError: If it has no such frame.
        """
        if not 0 <= place < len(self.timeline):
            raise ConfigError("the film has no such frame", found=place, expected=f"0 to {len(self.timeline) - 1}")
        return Shown(*self.timeline.frames.select(Shown._fields).row(place))


class Studio:
    """Keeps a project open, and makes of it what a page asks for; any thread may ask.

    Args:
        place: The project file or folder.

    Raises:
        LoopvizError: If it cannot be used as it is.
    """

    def __init__(self, place: Path) -> None:
        self.place, self.board = place, Board()
        self._checking = Checking(place, self.board)
        self._open = contextlib.ExitStack()
        self._inputs: tuple[object, ProjectInputs] | None = None
        self._look: Look | None = None
        self._turn, self._count, self._waiting = threading.Lock(), threading.Lock(), 0
        self._config: ProjectConfig | None = None
        self._mend = False
        try:
            self.refresh()
        except BaseException:
            self.close()
            raise

    def files(self) -> frozenset[Path]:
        """Return what the film is made of, as far as that is known."""
        read = inputs_of(self._config) if self._config else frozenset()
        return read | looks_of(self.place, self._config)

    def refresh(self) -> None:
        """Lay the film out of the files as they are; where that fails, the last look stays.

        Raises:
            LoopvizError: If they cannot be used.
        """
        self._checking.stop()
        config, _ = configure(self.place)
        self._config = config  # what it names is watched, even where that cannot be used
        with self._my_turn():
            look = self._laid_out(config)
            self._look = look
        film, scene = look.timeline, look.project.scene
        self.board.post(
            look=self.board.state.look + 1,
            error=None,
            findings=None,
            title=(str(self.place), Path(config.theme).stem),
            size=scene.canvas_size,
            frames=len(film),
            frame_rate=float(film.frame_rate),
        )

    def _laid_out(self, given: ProjectConfig) -> Look:
        config, profile = given.profiled()
        theme = project_theme(config)
        paper, looks = theme.colors.paper, {os.fspath(file) for file in looks_of(self.place, given)}
        # A project file may lie among its labels: it is no label.
        read = {mark for each in marks(inputs_of(given)).values() for mark in each if mark[0] not in looks}
        key = (config.model_dump(exclude=set(LOOK)), paper, read, self._mend)
        with contextlib.ExitStack() as stack:
            if self._inputs is not None and self._inputs[0] == key:
                inputs, kept = self._inputs[1], self._look.kept if self._look else {}
            else:  # something that is read is otherwise; what was open stays so until this is seen to be good
                inputs, kept = stack.enter_context(open_inputs(config, paper, mend=self._mend)), {}
            project = laid_out(config, theme, inputs, profile)
            look = Look(project, timeline_of(project), compositor_of(project.source, project.scene), kept)
            if self._inputs is None or self._inputs[1] is not inputs:
                self._open.close()
                self._open, self._inputs = stack.pop_all(), (key, inputs)
            return look

    def check(self) -> None:
        """Have the files checked."""
        self._checking.begin(self.board.state.look)

    def still(self, place: int) -> bytes:
        """Return a finished picture as a PNG: the pixels that a render encodes.

        Args:
            place: The film's frame, from 0.

        Raises:
            ConfigError: If there is none.
            InputError: If it is damaged, and the project says ``strict``.
        """
        with self._mended() as look:
            (picture,) = composed(look.project.source, look.compositor, [look.shown(place)], look.kept)
            return image_of(to_rgb(picture), "png")

    def second(self, place: int) -> bytes:
        """Return a second of the film, from a frame on, as an MP4.

        Raises:
            SupersededError: If something else was asked for meanwhile.
            ConfigError: As ``still``.
            InputError: As ``still``.
        """
        with self._mended() as look, tempfile.TemporaryDirectory(prefix="loopviz-") as folder:
            look.shown(place)
            film, target = look.timeline, Path(folder) / "second.mp4"
            frames = range(place, min(len(film), place + max(1, round(film.frame_rate))))
            options = RenderOptions(QUICK, timeline=film, frames=frames, sound=False)
            render_video(look.project.source, look.project.scene, target, options, progress=self._give_way)
            return target.read_bytes()

    def words(self, place: int) -> list[dict[str, Any]]:
        """Return what is measured of the words on a picture, as plain values; see ``Words``."""
        with self._mended() as look:
            found = words_on(look.project.source, look.project.scene, look.shown(place), look.kept)
            return [dataclasses.asdict(each) for each in found]

    def plan(self) -> Plan:
        """Return what plays when."""
        with self._my_turn():
            assert self._look is not None  # noqa: S101 - there is one from the beginning
            return plan_of(self._look.project)

    @contextlib.contextmanager
    def _mended(self) -> Iterator[Look]:
        """Yield the look; of a damaged source, the next time, what can be read of it."""
        with self._my_turn():
            assert self._look is not None  # noqa: S101 - there is one from the beginning
            try:
                yield self._look
            except DamagedError:
                if self._look.project.config.strict or self._mend:
                    raise
                self._mend = True
                self._look = self._laid_out(self._look.project.config)
                raise SupersededError from None  # it is asked for again, of what can be read

    @contextlib.contextmanager
    def _my_turn(self) -> Iterator[None]:
        with self._count:
            self._waiting += 1
        try:
            self._turn.acquire()
        finally:
            with self._count:
                self._waiting -= 1
        try:
            yield
        finally:
            self._turn.release()

    def _give_way(self, _done: int, _of: int) -> None:
        if self._waiting:
            raise SupersededError

    def close(self) -> None:
        """Let go of everything."""
        self._checking.stop()
        self.board.close()
        with self._my_turn():
            self._open.close()
