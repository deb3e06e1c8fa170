"""From a source and a scene to a video: segments rendered one by one, joined, checked, and only then put in place."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from loopviz.errors import ConfigError, OutputError
from loopviz.media import Source, encode_segment, join_segments, to_rgb, verify_video
from loopviz.media.encode import check_settings
from loopviz.media.join import fitting_kind
from loopviz.media.output import check_target
from loopviz.render.compositor import Compositor
from loopviz.render.plan import RenderOptions, RenderPlan, Segment, plan_render, seconds
from loopviz.scene import Scene

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RenderResult:
    """What was written.

    Attributes:
        path: The video.
        frames: How many frames it has.
        duration_seconds: How long it is.
        canvas_size: Its width and height in pixels.
        notes: What a person should know, as a sound stream that had to be encoded anew.
    """

    path: Path
    frames: int
    duration_seconds: float
    canvas_size: tuple[int, int]
    notes: tuple[str, ...]


def render_segment(
    source: Source,
    scene: Scene | None,
    plan: RenderPlan,
    segment: Segment,
    target: Path,
    *,
    done: Callable[[], None] | None = None,
) -> int:
    """Render one segment to a file of its own: a pure function of its inputs, whatever was rendered before.

    Args:
        source: The open source.
        scene: What is drawn, or None.
        plan: The plan that the segment belongs to.
        segment: The segment.
        target: Where to write it; appears whole or not at all.
        done: Called after each frame.

    Returns:
        How many frames were written.
    """
    compositor = Compositor(scene, (source.info.width, source.info.height), plan.spec.color)
    return encode_segment(_composed(source, compositor, segment, done), target, plan.spec)


def _composed(
    source: Source, compositor: Compositor, segment: Segment, done: Callable[[], None] | None
) -> Iterator[av.VideoFrame]:
    for frame in source.read(segment.start, segment.stop):
        yield compositor.compose(frame)
        if done:
            done()


def render_video(
    source: Source,
    scene: Scene | None,
    target: Path | str,
    options: RenderOptions | None = None,
    *,
    progress: Progress | None = None,
) -> RenderResult:
    """Render a video.

    The output appears under its name only after it was written, probed and found to be what was planned; what stood
    there before stays until then. Pictures and sound keep the source's times, moved so that the first frame is at 0.

    Args:
        source: The open source.
        scene: What is drawn; None joins the pictures as they are.
        target: The output: ``.mp4``, ``.mov`` or ``.mkv`` (``.webm`` for VP9 and AV1).
        options: How to render.
        progress: Called with how many frames are done, and of how many.

    Raises:
        ConfigError: If the encoder or the output's suffix is none that exists, or the two do not fit.
        OutputError: If the output exists and may not be replaced, cannot be written, or is not what was planned.
        InputError: If the source turns out to be damaged.
    """
    options, target = options or RenderOptions(), Path(target)
    check_target(target, overwrite=options.overwrite)
    plan = plan_render(source, scene, options)
    # What could only go wrong at the end is refused before the work begins.
    check_settings(plan.spec.settings)
    fitting_kind(target, plan.spec)
    with _workplace(target) as folder:
        parts = _render_segments(source, scene, plan, folder, progress)
        video = folder / f"whole{target.suffix}"
        notes = join_segments(
            parts,
            video,
            plan.spec,
            pts=plan.pts,
            end_pts=plan.end_pts,
            sound=source.sound if options.sound else None,
            sound_start=seconds(int(plan.pts[0]), plan.spec.time_base),
            sound_stop=seconds(plan.end_pts, plan.spec.time_base) if options.frames is not None else None,
        )
        width, height = plan.spec.width, plan.spec.height
        verify_video(video, frames=plan.frames, duration_seconds=plan.duration_seconds, width=width, height=height)
        video.replace(target)
    return RenderResult(target, plan.frames, plan.duration_seconds, (width, height), notes)


def _render_segments(
    source: Source, scene: Scene | None, plan: RenderPlan, folder: Path, progress: Progress | None
) -> list[Path]:
    finished, parts = 0, []

    def count() -> None:
        nonlocal finished
        finished += 1
        if progress:
            progress(finished, plan.frames)

    for segment in plan.segments:
        part = folder / f"segment_{segment.index:06}.nut"
        render_segment(source, scene, plan, segment, part, done=count)
        parts.append(part)
    return parts


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """A hidden folder beside the output, on its disk so that the last step is a rename; gone afterwards."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.stem[:40]}-", dir=target.parent))
    except OSError as error:
        raise OutputError(
            f"the output cannot be written here: {error.strerror}",
            file=target,
            remedy="Choose a folder that you may write to.",
        ) from error
    try:
        yield folder
    except OutputError as error:
        error.file = str(target)  # not the file in the hidden folder, which is gone by the time this is read
        raise
    except OSError as error:
        raise OutputError(
            f"writing failed: {error.strerror or error}",
            file=target,
            remedy="Make room on the disk, then run it again.",
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def render_still(source: Source, scene: Scene | None, frame: int) -> npt.NDArray[np.uint8]:
    """Return one finished frame, as ``(height, width, 3)`` red, green, blue: the pixels before encoding.

    Raises:
        ConfigError: If the source has no such frame.
    """
    if not 0 <= frame < source.info.frames:
        raise ConfigError("there is no such frame", found=frame, expected=f"0 to {source.info.frames - 1}")
    compositor = Compositor(scene, (source.info.width, source.info.height), source.info.color)
    picture = next(iter(source.read(frame, frame + 1)))
    return to_rgb(compositor.compose(picture))
