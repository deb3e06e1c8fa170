"""Small pictures of many frames, from one pass over a source, kept on the disk until a sheet wants them."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation

from loopviz.errors import ConfigError
from loopviz.media import Source, to_rgb
from loopviz.media.containers import writing


def shrunk(picture: av.VideoFrame, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Return a picture as R'G'B' at a small size, ``(height, width, 3)``, every pixel the mean of those it stands for.

    A large picture is brought to twice that size before it becomes R'G'B': a quarter of the cost of the straight way.
    """
    twice = 2 * size[0], 2 * size[1]
    if picture.format.name == "yuv420p" and picture.width >= 2 * twice[0]:
        picture = picture.reformat(*twice, interpolation=Interpolation.AREA)
    return np.asarray(cv2.resize(to_rgb(picture), size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


class Thumbnails:
    """Frames of a source at a small size; memory holds one frame, however many are asked for.

    Args:
        source: The source; it is read once, in order, from the first frame asked for to the last.
        frames: The frames wanted.
        size: Width and height of a thumbnail in pixels.
        folder: Where the pictures are kept meanwhile, in a file without a name.

    Raises:
        ConfigError: If the source has no such frame.
        InputError: If a frame cannot be decoded.
        OutputError: If the disk is full.
    """

    def __init__(self, source: Source, frames: Collection[int], size: tuple[int, int], folder: Path) -> None:
        self._size, self._folder = size, folder
        self._places = {frame: place for place, frame in enumerate(sorted(set(frames)))}
        lost = next((frame for frame in self._places if not 0 <= frame < source.info.frames), None)
        if lost is not None:
            raise ConfigError(
                "work was done on a frame that the video does not have",
                file=source.info.path,
                found=f"frame {lost}",
                expected=f"0 to {source.info.frames - 1}",
                remedy="Give the video that the labels were drawn on.",
            )
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed with the object
        try:
            self._fill(source)
        except BaseException:
            self._file.close()
            raise

    def _fill(self, source: Source) -> None:
        if not self._places:
            return
        for frame in source.read(min(self._places), max(self._places) + 1):
            if frame.index in self._places:
                small = shrunk(frame.picture, self._size)
                with writing(self._folder):
                    self._file.write(np.ascontiguousarray(small).data)

    def __getitem__(self, frame: int) -> npt.NDArray[np.uint8]:
        """Return a frame's thumbnail, ``(height, width, 3)``."""
        width, height = self._size
        length = width * height * 3
        self._file.seek(self._places[frame] * length)
        return np.frombuffer(self._file.read(length), dtype=np.uint8).reshape(height, width, 3)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
