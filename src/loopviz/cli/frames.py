"""``loopviz split`` and ``loopviz assemble``: a video to images, and back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from loopviz.cli import options
from loopviz.cli.parameters import CLIP, Fields, Settings
from loopviz.cli.results import result_data, result_lines

Video = Annotated[Path, typer.Argument(metavar="VIDEO", help="The video.")]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that is made.")]
Frames = Annotated[Path, typer.Argument(metavar="FRAMES", help="A folder of images.")]
Damage = Annotated[Settings, Fields(("strict", "skip_bad"), CLIP)]
Clip = Annotated[Settings, Fields(("frame_rate", "strict", "skip_bad", *options.ENCODER, ...), CLIP)]


def split(
    video: Video,
    folder: Folder,
    *,
    image_format: options.Images = "png",
    frames: options.Range = None,
    overwrite: options.Overwrite = False,
    damage: Damage,
    messages: options.Messages,
) -> None:
    """Write a video's frames as images.

    A manifest beside them holds the index, time, file and hash of each, and sound.mka holds the sound, so that
    assemble can make the same video again.
    """
    from loopviz.project.split import split as split_video

    reporter = messages.reporter
    with reporter.progress("Splitting") as progress:
        made = split_video(
            video, folder, image_format=image_format, frames=frames, overwrite=overwrite, progress=progress, **damage
        )
    notes = [note.line for note in made.notes]
    reporter.result({**asdict(made), "notes": notes}, [*notes, f"{made.folder}: {made.frames} frames"])


def assemble(
    images: Frames,
    *,
    output: options.Output,
    overwrite: options.Overwrite = False,
    frames: options.Range = None,
    settings: Clip,
    running: options.Running,
) -> None:
    """Make a video of a folder of images.

    It has the times and the sound of the manifest that split wrote; without one, --frame-rate (24 if not given).
    Images of several sizes are fitted into one, on black.
    Without -o the video is out/FRAMES.mp4.
    """
    from loopviz.project import pipeline
    from loopviz.project.config import ClipConfig

    reporter = running.reporter
    clip = ClipConfig.checked({"source": images}).changed(output | settings)
    with reporter.progress("Assembling") as progress:
        result = pipeline.assemble(clip, frames=frames, overwrite=overwrite, effort=running.effort, progress=progress)
    reporter.result(result_data(result), result_lines(result))
