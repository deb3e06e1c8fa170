"""The video that is made while a model looks: every frame is decoded once, shown to it, drawn on and encoded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.formats.label_names import categories_table
from loopviz.geometry import Boxes, fit_within
from loopviz.media import Frame, Source
from loopviz.media.encode import KEYFRAME_SECONDS
from loopviz.media.encoders import frames_in
from loopviz.outputs import Origin
from loopviz.predict.detections import FrameDetections
from loopviz.predict.letterbox import Size
from loopviz.progress import Progress
from loopviz.project.config import ClipConfig
from loopviz.project.render_options import check_output, clip_options
from loopviz.render import RenderResult, rendering
from loopviz.scene import LiveScene, load_theme
from loopviz.scene.live import FrameLabels

Seen = Iterator[tuple[Frame, FrameDetections]]


@dataclass(frozen=True)
class PredictedFilm:
    """How the video is made.

    Attributes:
        clip: Where it goes, and how it is encoded.
        theme: A theme's name or file; not one with a split screen, as ``versus``.
        origin: What the labels are made of.
        overwrite: Replace a video that exists.
        progress: Called with the frames done and to do.
    """

    clip: ClipConfig
    theme: str
    origin: Origin
    overwrite: bool = False
    progress: Progress | None = None

    def check_apart(self, folder: Path) -> None:
        """Refuse a video in the folder of the labels, which appears as a whole of its own.

        Raises:
            OutputError: If it is there.
        """
        if self._path.resolve().is_relative_to(folder.resolve()):
            remedy = "Name one beside the folder, as annotated.mp4."
            raise OutputError("the video would lie in the folder of the labels", file=self._path, remedy=remedy)

    def making(
        self, source: Source, frames: range, names: tuple[str, ...], seen: Seen
    ) -> AbstractContextManager[RenderResult]:
        """Make the video, which takes its name when the block ends well; see ``loopviz.render.rendering``.

        Args:
            source: The open source.
            frames: Which of its frames.
            names: The model's categories.
            seen: These frames, with what the model finds in each; they are taken one by one as they are encoded.

        Raises:
            LoopvizError: What ``rendering``, the theme and the frames raise.
        """
        made_of = dataclasses.replace(self.origin, kind="predicted film")
        options = clip_options(self.clip, source, self._path, frames, self.overwrite)
        options = dataclasses.replace(options, origin=made_of)
        check_output(self._path, source, options)
        size, hold = (source.info.width, source.info.height), frames_in(KEYFRAME_SECONDS, source.info.frame_rate)
        dataset = Dataset(frames=source.table(), categories=categories_table(names))
        scene = LiveScene(dataset, load_theme(self.theme), size, hold)
        shown = cast(Source, _WatchedSource(source, seen, scene))
        return rendering(shown, scene, self._path, options, progress=self.progress)

    @property
    def _path(self) -> Path:
        assert self.clip.output is not None  # noqa: S101 - who makes a film has said where
        return self.clip.output


class _WatchedSource:
    """A source whose frames come with what a model finds in them, which the scene is given as each is read.

    Frames are read once, in their order: what a model has seen is not decoded for it again.
    """

    def __init__(self, source: Source, seen: Seen, scene: LiveScene) -> None:
        self._source, self._seen, self._scene = source, seen, scene
        self._size = source.info.width, source.info.height
        listed = source.table().select("frame", "width", "height").iter_rows()
        self._own_sizes = {frame: (wide, high) for frame, wide, high in listed if (wide, high) != self._size}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def read(self, start: int, stop: int) -> Iterator[Frame]:
        """See ``Source.read``."""
        for number in range(start, stop):
            frame, found = next(self._seen)
            assert frame.index == number  # noqa: S101 - a film of the source's own time shows each once
            boxes = on_canvas(found.boxes, self._own_sizes.get(number, self._size), self._size)
            self._scene.show(FrameLabels(number, boxes, found.class_ids, found.confidence))
            yield frame


def on_canvas(boxes: Boxes, own: Size, size: Size) -> Boxes:
    """Return boxes in pixels of a picture as they lie where it is fitted onto a canvas of another size."""
    if own == size:
        return boxes
    x, y, width, height = fit_within(own, size)
    return np.asarray(boxes * np.tile(np.divide((width, height), own), 2) + np.array([x, y, x, y]))
