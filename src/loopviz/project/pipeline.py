"""What a person asks for: a video, a still, a plan of what would happen."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loopviz.atomic import check_writable, writing
from loopviz.durations import parse_duration
from loopviz.errors import ConfigError, DamagedError, OutputError
from loopviz.media import EncoderSettings, Source, open_source, png_of
from loopviz.media.containers import container_kind, fitting_encoder
from loopviz.media.encode import check_settings
from loopviz.media.mux import fitting_kind
from loopviz.media.repeat import Repetition, seconds_of
from loopviz.media.seam import seam_of
from loopviz.media.soundtrack import Soundtrack, check_soundtrack
from loopviz.notes import Note
from loopviz.outputs import Origin, check_file, check_no_folder, own_files
from loopviz.project.config import ClipConfig, ProjectConfig, default_output
from loopviz.project.discover import configure
from loopviz.project.frame_ranges import frame_starts, frames_of, parse_moment
from loopviz.project.load import LoadedProject, facts_of, load, read_options
from loopviz.project.salt import check_salt
from loopviz.render import (
    RenderOptions,
    RenderResult,
    SegmentCache,
    cache_folder,
    plan_render,
    render_still,
    render_video,
)
from loopviz.scene import Scene

if TYPE_CHECKING:
    from loopviz.media.mux import Chapter
    from loopviz.project.sidecars import Sidecars

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Effort:
    """What a machine may spend on a render; the result is the same.

    Attributes:
        jobs: How many processes render; None: as many as help on this machine.
        cache: Whether segments are kept, so that a killed render goes on and a corrected one renders what differs.
    """

    jobs: int | None = 1
    cache: bool = True

    def segments(self) -> SegmentCache | None:
        """Return where segments are kept, if they are."""
        return SegmentCache(cache_folder()) if self.cache else None


@dataclass(frozen=True)
class Forecast:
    """What a render would do.

    Attributes:
        source: What is read.
        output: The file that it would write.
        exists: Whether something stands there already, which gives way.
        frames: How many frames it would have.
        width: Pixels, with what the theme adds.
        height: Pixels.
        duration_seconds: How long it would last.
        segments: In how many parts it would be rendered.
        encoder: The encoder and its settings.
        sound: Whether it would have sound.
        annotations: How many labelled objects it would show.
        labelled_frames: On how many frames.
        workers: How many people labelled, as far as is known.
        repetitions: How often the film would play in it.
    """

    source: str
    output: str
    exists: bool
    frames: int
    width: int
    height: int
    duration_seconds: float
    segments: int
    encoder: str
    sound: bool
    annotations: int
    labelled_frames: int
    workers: int
    repetitions: int


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
    with load(config) as loaded:
        result = render(loaded, frames=frames, overwrite=overwrite, effort=effort, progress=progress, repeat=repeat)
        return dataclasses.replace(result, notes=(*loaded.notes, *result.notes))


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
    written: tuple[Note, ...] = ()
    if project.crowd:
        from loopviz.project.crowd.write import write_crowd  # here: most projects have no use for what it loads

        options = _film_options(project, frames, overwrite, effort.jobs)
        # What stands in the video's way is met before anything is written beside it.
        _check_output(project.output, project.source, options)
        written = write_crowd(project, overwrite=overwrite)

    sidecars, chapters = _beside(project, frames, overwrite, repetition)

    def made(loaded: LoadedProject) -> RenderResult:
        options = _film_options(loaded, frames, overwrite, effort.jobs)
        options = dataclasses.replace(options, repeat=repetition, chapters=chapters)
        return _render(loaded.source, loaded.scene, loaded.output, options, effort.segments(), progress)

    try:
        result = made(project)
    except DamagedError:
        if project.config.strict:
            raise
        with load(project.config, mend=True) as mended:
            result = made(mended)
            more = (note for note in mended.notes if note not in project.notes)
            result = dataclasses.replace(result, notes=(*more, *result.notes))
    loops = frames is None and project.config.timeline.loop != "none"
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


def forecast(
    project: LoadedProject,
    *,
    frames: str | range | None = None,
    overwrite: bool = False,
    effort: Effort | None = None,
    repeat: int | str | None = None,
) -> Forecast:
    """Say what ``render`` would do, and write nothing.

    Raises:
        LoopvizError: What ``render`` would raise before its first frame.
    """
    options = _film_options(project, frames, overwrite)
    _check_output(project.output, project.source, options)
    repetition = repetition_of(repeat)
    plan = plan_render(project.source, project.scene, options)
    times = repetition.of(seconds_of(plan.timeline)) if repetition else 1
    check_settings(plan.spec.settings)
    fitting_kind(project.output, plan.spec)
    check_writable(project.output)
    if project.config.identity == "alias":
        check_salt(project.config.salt_file)
    if cache := (effort or Effort()).segments():
        cache.check_writable()
    if project.crowd:
        from loopviz.project.crowd.write import check_crowd  # here: as above

        check_crowd(project, overwrite=overwrite)
    shown = project.dataset
    if options.frames is not None or options.timeline is not None:
        shown = shown.filter(frames=plan.timeline.frames["label_frame"].unique().to_list())
    width, height = project.scene.canvas_size
    return Forecast(
        source=str(project.config.source),
        output=str(project.output),
        exists=project.output.exists(),
        frames=plan.frames * times,
        width=width,
        height=height,
        duration_seconds=round(plan.duration_seconds * times, 6),
        segments=len(plan.segments),
        encoder=f"{options.settings.codec}, crf {options.settings.crf}, {options.settings.preset}",
        sound=options.soundtrack is not None or (options.sound and project.source.sound is not None),
        annotations=shown.annotations.height,
        labelled_frames=shown.annotations["frame"].n_unique(),
        workers=shown.work()["worker_id"].drop_nulls().n_unique(),
        repetitions=times,
    )


def repetition_of(repeat: int | str | None) -> Repetition | None:
    """Return how often a film is to play: so many times, or for a length of time.

    Raises:
        ConfigError: If it is neither.
    """
    if repeat is None:
        return None
    try:
        if isinstance(repeat, str):
            return Repetition(seconds=parse_duration(repeat))
    except ValueError as error:
        raise ConfigError(
            "not a length of time to repeat the film for", at="repeat", found=repeat, expected=str(error)
        ) from error
    if repeat < 1:
        raise ConfigError("a film plays at least once", at="repeat", found=repeat, expected="1 or more")
    return Repetition(repeat)


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
    check_no_folder(still, "still.png")
    if still.suffix.lower() != ".png":
        raise ConfigError("a preview is a PNG", file=still, expected="a name that ends in .png")
    origin = _origin(project.config, "still")
    _check_apart(still, project.source)
    check_file(still, origin, overwrite=overwrite)
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
    output = clip.output or default_output(Path(), clip.source.resolve().stem)
    effort = effort or Effort()

    def made(*, mend: bool) -> RenderResult:
        with open_source(clip.source, frame_rate=clip.frame_rate, options=read_options(clip, mend=mend)) as source:
            options = _options(clip, source, output, frames, overwrite, effort.jobs)
            result = _render(source, None, output, options, effort.segments(), progress)
            return dataclasses.replace(result, notes=(*facts_of(source), *result.notes))

    try:
        return made(mend=False)
    except DamagedError:
        if clip.strict:
            raise
        return made(mend=True)


def _render(
    source: Source,
    scene: Scene | None,
    output: Path,
    options: RenderOptions,
    cache: SegmentCache | None,
    progress: Progress | None,
) -> RenderResult:
    _check_output(output, source, options)
    return render_video(source, scene, output, options, cache=cache, progress=progress)


def _check_output(output: Path, source: Source, options: RenderOptions) -> None:
    container_kind(output)
    _check_apart(output, source)
    check_file(output, options.origin, overwrite=options.overwrite)


def _options(
    config: ClipConfig,
    source: Source,
    output: Path,
    frames: str | range | None,
    overwrite: bool = False,
    jobs: int | None = 1,
) -> RenderOptions:
    part = frames_of(source, frames)
    whole = part is None or len(part) == source.info.frames
    given = config.encoder
    return RenderOptions(
        settings=EncoderSettings(given.codec or fitting_encoder(output, config.depth), given.crf, given.preset),
        frames=part,
        sound=config.sound,
        overwrite=overwrite,
        origin=_origin(config, "film", frames=None if whole else part),
        jobs=jobs,
    )


def _film_options(
    project: LoadedProject, frames: str | range | None, overwrite: bool = False, jobs: int | None = 1
) -> RenderOptions:
    """Return how a project's film is rendered: a range is one of the source's frames, whatever time the film has."""
    options = _options(project.config, project.source, project.output, frames, overwrite, jobs)
    config, soundtrack = project.config.timeline, None
    if config.soundtrack is not None and options.sound:
        check_soundtrack(config.soundtrack)
        soundtrack = Soundtrack(config.soundtrack, config.fade_seconds, config.fade_seconds)
    sound = options.sound and config.sound == "source"
    options = dataclasses.replace(options, sound=sound, soundtrack=soundtrack)
    if project.film is None:
        return options
    return dataclasses.replace(options, timeline=project.film.timeline(project.scene, options.frames), frames=None)


def _origin(config: ClipConfig, kind: str, *, frames: range | None = None) -> Origin:
    """Return what a clip's film or still is made of: the pictures, and the labels on them."""
    if not isinstance(config, ProjectConfig):
        return Origin.of(kind, config.source, frames=frames)
    batches = config.crowd.batches if config.crowd else ()
    return Origin.of(kind, config.source, config.labels, *batches, frames=frames)


def _check_apart(output: Path, source: Source) -> None:
    """Refuse to write over what is read.

    Raises:
        OutputError: If the output is the source itself.
    """
    with contextlib.suppress(OSError):  # one of them is not there, or cannot be: that is said elsewhere
        if output.samefile(source.info.path):
            raise OutputError("the output is the source itself", file=output, remedy="Choose another name.")
