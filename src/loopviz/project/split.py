"""A video's frames as images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from loopviz.media import open_source, split_frames
from loopviz.project.moments import frames_of


@dataclass(frozen=True)
class Split:
    """What ``split`` wrote: the folder, and how many frames."""

    folder: str
    frames: int


def split(
    video: str | Path,
    folder: str | Path,
    *,
    image_format: Literal["png", "jpg"] = "png",
    frames: str | range | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Split:
    """Write a video's frames as images, with a manifest of their times and hashes, and its sound beside them.

    Args:
        video: A video, or a folder of images.
        folder: What is made: whole or not at all.
        image_format: ``png`` keeps every value, ``jpg`` is small.
        frames: Only these frames, as ``"10:20"``, ``"2s:5s"`` or a range.
        overwrite: Replace the folder if it exists.
        progress: Called with the frames done and to do.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the folder.
    """
    with open_source(video) as source:
        chosen = frames_of(source, frames)
        made = split_frames(
            source, Path(folder), image_format=image_format, overwrite=overwrite, frames=chosen, progress=progress
        )
        return Split(str(made), source.info.frames if chosen is None else len(chosen))
