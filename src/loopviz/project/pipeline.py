"""What a person asks for: a video, a still."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loopviz.atomic import writing
from loopviz.errors import ConfigError, DamagedError
from loopviz.media import Source, open_source, png_of
from loopviz.media.containers import CONTAINERS
from loopviz.media.repeat import seconds_of
from loopviz.media.seam import seam_of
from loopviz.notes import Note
from loopviz.outputs import own_files
from loopviz.progress import Progress
from loopviz.project.config import ClipConfig, ProjectConfig, default_output
from loopviz.project.discover import configure
from loopviz.project.frame_ranges import frame_starts, frames_of, parse_moment
from loopviz.project.load import LoadedProject, facts_of, load, mended_if_damaged, read_options
from loopviz.project.render_options import (
    Effort,
    check_apart,
    check_output,
    check_still,
    clip_options,
    film_options,
    origin_of,
    profile_options,
    repetition_of,
)
from loopviz.render import RenderOptions, RenderResult, SegmentCache, render_still, render_video
from loopviz.scene import Scene

if TYPE_CHECKING:
    from loopviz.media.mux import Chapter
    from loopviz.media.repeat import Repetition
    from loopviz.project.sidecars import Sidecars


def run(
    project: ProjectConfig | str | Path,
    *,
    frames: str | range | None = None,
    overwrite: bool = False,
    effort: Effort | None = None,
    progress: Progress | None = None,
    repeat: int | str | None = None,
) -> RenderResult:
    """Make the annotated video of a project.

    Args:
        project: A config, a project file, or a folder in which the parts are found.
        frames: Only these frames, as ``"10:20"``, ``"2s:5s"`` or a range.
        overwrite: Replace the output if it exists; see ``loopviz.outputs`` for what is replaced anyway.
        effort: How many processes render, and whether segments are kept.
        progress: Called with the frames done and to do.
        repeat: How often the film plays in the output, one time after the other, or for how long, as ``"12h"``: it is
            encoded once, and the last repetition plays to its end. None: once.

    Returns:
        What was made; its notes begin with those of reading.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the output.
    """
    config = project if isinstance(project, ProjectConfig) else configure(project)[0]
    if config.edit is not None:
        return edited(config, frames, overwrite=overwrite, effort=effort, progress=progress, repeat=repeat)
    with load(config) as loaded:
        result = render(loaded, frames=frames, overwrite=overwrite, effort=effort, progress=progress, repeat=repeat)
        return dataclasses.replace(result, notes=(*loaded.notes, *result.notes))


def edited(config: ProjectConfig, frames: str | range | None, **how: Any) -> RenderResult:
    """Make the film of a project's section ``edit``; see ``run``.

    Raises:
        ConfigError: If a range of frames is asked for.
    """
    from loopviz.project.edit_film import render_edit  # here: most projects make no edit

    check_whole(frames)
    return render_edit(config, **how)


def check_whole(frames: str | range | None) -> None:
    """Refuse a range of an edit.

    Raises:
        ConfigError: If one is asked for.
    """
    if frames is not None:
        what = "a range is one of a source's frames, and the edit says which of them are shown"
        raise ConfigError(what, at="range", found=str(frames), remedy="Leave it out, or change 'edit'.")


def render(
    project: LoadedProject,
    *,
    frames: str | range | None = None,
    overwrite: bool = False,
    effort: Effort | None = None,
    progress: Progress | None = None,
    repeat: int | str | None = None,
) -> RenderResult:
    """Render a loaded project to its output; see ``run``.

    Where a frame turns out to be damaged the whole is begun again with a source that is mended, and the notes say how.
    """
    effort, repetition = effort or Effort(), repetition_of(repeat)
    options = film_options(project, frames, overwrite, effort.jobs)
    written: tuple[Note, ...] = ()
    if project.crowd:
        from loopviz.project.crowd.write import write_crowd  # here: most projects have no use for what it loads

        # What stands in the video's way is met before anything is written beside it.
        check_output(project.output, project.source, options)
        written = write_crowd(project, overwrite=overwrite)

    sidecars, chapters = _beside(project, frames, overwrite, repetition)

    def made(loaded: LoadedProject, options: RenderOptions) -> RenderResult:
        options = dataclasses.replace(options, repeat=repetition, chapters=chapters)
        return _render(loaded.source, loaded.scene, loaded.output, options, effort.segments(), progress)

    try:
        result = made(project, options)
    except DamagedError:
        if project.config.strict:
            raise
        with load(project.config, mend=True) as mended:
            result = made(mended, film_options(mended, frames, overwrite, effort.jobs))
            more = (note for note in mended.notes if note not in project.notes)
            result = dataclasses.replace(result, notes=(*more, *result.notes))
    loops = frames is None and project.config.timeline.loop != "none" and result.path.suffix.lower() in CONTAINERS
    seam, files = seam_of(result.path) if loops else None, sidecars.write() if sidecars else ()
    return dataclasses.replace(result, notes=(*written, *result.notes), seam=seam, sidecars=files)


def _beside(
    project: LoadedProject, frames: str | range | None, overwrite: bool, repetition: Repetition | None = None
) -> tuple[Sidecars | None, tuple[Chapter, ...]]:
    """Return what is written beside a film, and the chapters in it; what cannot be is met before the film is made."""
    if not project.config.sidecars:
        return None, ()
    from loopviz.project.plan import plan_of  # here: most films have none of them
    from loopviz.project.sidecars import chapters_of, sidecars_of

    plan = plan_of(project, frames_of(project.source, frames))
    chapters = chapters_of(plan) if "chapters" in project.config.sidecars else ()
    times = repetition.of(seconds_of(plan.timeline)) if repetition else 1
    return sidecars_of(project, plan, overwrite=overwrite, times=times), chapters


def preview(
    project: LoadedProject,
    moment: str,
    target: Path | None = None,
    *,
    overwrite: bool = False,
    tell: Callable[[list[Note]], None] | None = None,
) -> Path:
    """Render one frame to a PNG, by default beside the video: ``out/mouse_frame_000012.png``.

    Of a damaged source it is the frame that ``render`` shows there.

    Args:
        project: A loaded project.
        moment: Which frame: its number or its time.
        target: The file.
        overwrite: Replace it if it exists.
        tell: Called with what more there is to know where the source turns out to be damaged.

    Raises:
        ConfigError: If the source has no such frame.
        OutputError: If the file exists and ``overwrite`` is off, or cannot be written.
    """
    frame = parse_moment(moment, frame_starts(project.source), project.source.info.duration_seconds)
    beside = project.output.with_name(f"{project.output.stem}_frame_{frame:06d}.png")
    still = target or beside
    origin = origin_of(project.config, "still")
    check_still(still, origin, overwrite=overwrite)
    check_apart(still, project.source)
    try:
        picture = render_still(project.source, project.scene, frame)
    except DamagedError:
        if project.config.strict:
            raise
        with load(project.config, mend=True) as mended:
            if tell is not None:
                tell([note for note in mended.notes if note not in project.notes])
            picture = render_still(mended.source, mended.scene, frame)
    with own_files(still, origin=origin, overwrite=overwrite) as (part,), writing(still):
        part.write_bytes(png_of(picture))
    return still


def assemble(
    clip: ClipConfig,
    *,
    frames: str | range | None = None,
    overwrite: bool = False,
    effort: Effort | None = None,
    progress: Progress | None = None,
) -> RenderResult:
    """Make a video of a folder of images, with the times and the sound of its manifest where it has one.

    Args:
        clip: The images, and how they are encoded.
        frames: Only these, as ``"10:20"``, ``"2s:5s"`` or a range.
        overwrite: As ``run``.
        effort: As ``run``.
        progress: As ``run``.

    Raises:
        LoopvizError: As ``run``.
    """
    clip, profile = clip.profiled()
    output = clip.output or default_output(Path(), clip.source.resolve().stem)
    effort = effort or Effort()

    def made(mend: bool) -> RenderResult:
        with open_source(clip.source, frame_rate=clip.frame_rate, options=read_options(clip, mend=mend)) as source:
            plain = clip_options(clip, source, output, frames, overwrite, effort.jobs)
            options = profile_options(plain, profile, source, output)
            result = _render(source, None, output, options, effort.segments(), progress)
            return dataclasses.replace(result, notes=(*facts_of(source), *result.notes))

    return mended_if_damaged(made, strict=clip.strict)


def _render(
    source: Source,
    scene: Scene | None,
    output: Path,
    options: RenderOptions,
    cache: SegmentCache | None,
    progress: Progress | None,
) -> RenderResult:
    check_output(output, source, options)
    return render_video(source, scene, output, options, cache=cache, progress=progress)
