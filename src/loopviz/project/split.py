"""A video's frames as images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from loopviz.media import ReadOptions, open_source
from loopviz.media.split import split_frames
from loopviz.notes import Note
from loopviz.progress import Progress
from loopviz.project.frame_ranges import frames_of
from loopviz.project.load import facts_of, mended_if_damaged


@dataclass(frozen=True)
class Split:
    """What ``split`` wrote: the folder, how many frames, and what a person should know of them."""

    folder: str
    frames: int
    notes: tuple[Note, ...]


def split(
    video: str | Path,
    folder: str | Path,
    *,
    image_format: Literal["png", "jpg"] = "png",
    frames: str | range | None = None,
    overwrite: bool = False,
    strict: bool = False,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Split:
    """Write a video's frames as images, with a manifest of their times and hashes, and its sound beside them.

    Args:
        video: A video, or a folder of images.
        folder: What is made: whole or not at all.
        image_format: ``png`` keeps every value, ``jpg`` is small.
        frames: Only these frames, as ``"10:20"``, ``"2s:5s"`` or a range.
        overwrite: Replace the folder if it exists.
        strict: Refuse a damaged video, instead of writing the frame before where one cannot be read.
        skip_bad: Of a folder of images: write the one before where one cannot be read, instead of refusing the folder.
        progress: Called with the frames done and to do.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the folder.
    """

    def made(mend: bool) -> Split:
        options = ReadOptions(damage="mend" if mend else "refuse" if strict else "notice", skip_bad=skip_bad)
        with open_source(video, options=options) as source:
            chosen = frames_of(source, frames)
            written = split_frames(
                source, Path(folder), image_format=image_format, overwrite=overwrite, frames=chosen, progress=progress
            )
            count = source.info.frames if chosen is None else len(chosen)
            return Split(str(written), count, facts_of(source))

    return mended_if_damaged(made, strict=strict)
