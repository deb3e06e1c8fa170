"""Annotated frames in MoviePy 2, between somebody's own titles, music and effects.

    from moviepy import VideoFileClip
    import loopviz.moviepy as lv

    clip = VideoFileClip("clip.mp4").with_effects([lv.Annotations("loopviz.yaml")])

MoviePy knows times and no frames: every clip is a function of a time, made of another clip's. The time that reaches the
file in the end says which frame is shown, whatever was cut, reversed or slowed down before; the frame itself is
loopviz' own, with the pixels of its render.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.errors import ConfigError, MissingPartError
from loopviz.media import to_rgb
from loopviz.project.config import ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.edit import open_edit
from loopviz.project.edit_film import row_of
from loopviz.project.frame_ranges import parse_range
from loopviz.project.opened import Project
from loopviz.render import Still

try:
    from moviepy import Effect, VideoClip
except ImportError as error:  # pragma: no cover - depends on what is installed
    raise MissingPartError(
        f"MoviePy 2 cannot be used: {error}", remedy="Install it: pip install 'loopviz[moviepy]'."
    ) from error

Picture = npt.NDArray[np.uint8]
ROUNDING = 1e-5  # seconds: as MoviePy forgives, which reckons times as floats
NEAR = 4  # frames that are rather made than sought: a seek decodes from the key frame before


class Annotations(Effect):  # type: ignore[misc]  # MoviePy has no types
    """Shows a project's frames in place of the clip's: picture, labels and people, as large as the theme's canvas.

    The clip must be of the project's own video, and unchanged but in its time: cut, faster, reversed. Effects that
    change pictures come after this one.

    Args:
        project: A project file or folder, or a config.
        theme: Another theme than the project's: a name or a YAML file.
        range: Only these frames, as ``"10:20"`` or ``"2s:5s"``: the clip becomes as long as they are. Of a clip that
            is cut or otherwise fast already, ``subclipped`` says it better.

    Raises:
        LoopvizError: If the project cannot be used as it is.
    """

    def __init__(self, project: ProjectConfig | str | Path, *, theme: str | None = None, range: str | None = None):
        config = project if isinstance(project, ProjectConfig) else configure(project)[0]
        self._stills = _Stills(Project(config if theme is None else config.changed({"theme": theme})))
        self._range = range

    def apply(self, clip: Any) -> Any:
        """Return the clip with this project's frames; MoviePy's ``with_effects`` calls it.

        Raises:
            ConfigError: If the clip is not of the project's video, or its pictures were changed before.
        """
        clock = _Clock(clip, self._stills.source)

        def frame(get_frame: Callable[[float], Picture], time: float) -> Picture:
            return self._stills.at(clock.read(get_frame, time))

        made = clip.transform(frame)
        made.mask, made.size = None, self._stills.at(clock.read(clip.get_frame, 0.0)).shape[1::-1]
        return made if self._range is None else made.subclipped(*self._bounds(clip, clock, self._range))

    def _bounds(self, clip: Any, clock: _Clock, text: str) -> tuple[float, float]:
        starts = self._stills.starts
        frames = parse_range(text, starts)
        for share in (0.0, 0.5, 0.9):
            if abs(clock.read(clip.get_frame, share * clip.duration) - share * clip.duration) > ROUNDING:
                problem, expected = (
                    "the clip's time is not the video's",
                    "a whole clip, or subclipped() in its own time",
                )
                raise ConfigError(problem, at="range", found=text, expected=expected)
        end = starts[frames.stop] if frames.stop < len(starts) else clip.duration
        return float(starts[frames.start]), min(float(end), clip.duration)


class _Clock:
    """Says at which time of its file a clip is, by listening to what it asks its reader for.

    Args:
        clip: The clip.
        source: The file that it must be of.
    """

    def __init__(self, clip: Any, source: Path) -> None:
        reader = getattr(clip, "reader", None)
        if reader is None or not hasattr(reader, "get_frame"):
            raise ConfigError(
                "not a clip of a video file",
                at="Annotations",
                found=type(clip).__name__,
                expected=f"VideoFileClip({str(source)!r}), before it is joined with others or laid over them",
            )
        if not source.is_file() or not Path(reader.filename).samefile(source):
            found, expected = reader.filename, f"the project's own video: {source}"
            raise ConfigError("the clip is of another video", at="Annotations", found=found, expected=expected)
        self._heard: tuple[float, Any] = (0.0, None)
        plain = reader.get_frame

        def listening(time: float) -> Any:
            picture = plain(time)
            self._heard = time, picture
            return picture

        reader.get_frame = listening

    def read(self, get_frame: Callable[[float], Picture], time: float) -> float:
        """Return the file's time at a time of the clip.

        Raises:
            ConfigError: If the clip's picture is not the file's.
        """
        picture = get_frame(time)
        when, own = self._heard
        if own is None or not _are_the_same(picture, own):
            raise ConfigError(
                "the clip's pictures were changed before they were annotated",
                at="Annotations",
                expected="Annotations first, then effects that change pictures",
            )
        return when


def _are_the_same(picture: Picture, own: Picture) -> bool:
    """Say whether a picture is the reader's own, or the colours of one with alpha: time changes no picture."""
    place = (picture.shape[:2], picture.strides, picture.ctypes.data)
    return place == (own.shape[:2], own.strides, own.ctypes.data)


def film(project: ProjectConfig | str | Path) -> Any:
    """Return a project's own film as a clip: with its cards, its time and, where it has one, its section ``edit``.

    So it stands between other clips, or under what MoviePy lays over it. Its frames are those of ``run``; it has no
    sound of its own.

    Args:
        project: A project file or folder, or a config.

    Returns:
        A ``VideoClip`` with the film's rate; its sources stay open as long as it is there.

    Raises:
        LoopvizError: If the film cannot be made.
    """
    config = project if isinstance(project, ProjectConfig) else configure(project)[0]
    drawn = _Film(config if config.edit is not None else config.changed({"edit": {"clips": [{}]}, "sidecars": []}))
    return VideoClip(drawn.at, duration=float(drawn.seconds)).with_fps(float(drawn.rate))


class _Film:
    """A film's finished frames, made one after the other where that is how they are asked for."""

    def __init__(self, config: ProjectConfig) -> None:
        stack = contextlib.ExitStack()
        with stack:
            edit = stack.enter_context(open_edit(config))
            self._row, self.seconds = row_of(edit), edit.seconds
            weakref.finalize(self, stack.pop_all().close)
        self.rate = self._row.plan.timeline.frame_rate
        self._pictures: Iterator[Picture] = iter(())
        self._next, self._last = -NEAR, (-1, np.zeros((0, 0, 3), np.uint8))

    def at(self, seconds: float) -> Picture:
        """Return what is on screen at a time of the film, ``(height, width, 3)``; after the end the last frame."""
        frame = min(max(0, int((seconds + ROUNDING) * self.rate)), self._row.plan.frames - 1)
        if frame == self._last[0]:
            return self._last[1]
        if not self._next <= frame < self._next + NEAR:
            frames = range(frame, self._row.plan.frames)
            self._pictures, self._next = map(to_rgb, self._row.pictures(frames)), frame
        while self._next <= frame:
            self._last = self._next, next(self._pictures)
            self._next += 1
        return self._last[1]


class _Stills:
    """A project's finished frames, made one after the other where that is how they are asked for."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.source = Path(project.config.source)
        self._frames: Iterator[Still] = iter(())
        self._next, self._last = -NEAR, (-1, np.zeros((0, 0, 3), np.uint8))
        self.starts: npt.NDArray[np.float64] = project.dataset.frames["pts_seconds"].to_numpy()

    def at(self, seconds: float) -> Picture:
        """Return what is on screen at a time of the source, ``(height, width, 3)``; after the end the last frame."""
        place = int(np.searchsorted(self.starts, seconds + ROUNDING, side="right")) - 1
        return self._frame(max(0, place))

    def _frame(self, frame: int) -> Picture:
        if frame == self._last[0]:
            return self._last[1]
        if not self._next <= frame < self._next + NEAR:
            self._frames, self._next = self._project.frames(range(frame, len(self.starts))), frame
        while self._next <= frame:
            still = next(self._frames)
            self._next = still.index + 1
            self._last = still.index, still.rgb
        return self._last[1]


__all__ = ["Annotations", "film"]
