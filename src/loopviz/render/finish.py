"""From rendered segments to the output: joined, moved or laid down as images, checked, then put in place."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from loopviz.errors import ConfigError
from loopviz.media import join_segments, verify_video
from loopviz.media.animate import write_animation
from loopviz.media.containers import writing
from loopviz.media.delivery import is_animation, is_image_folder, write_images
from loopviz.media.repeat import repeat_film, seconds_of
from loopviz.notes import Note, note
from loopviz.outputs import Origin, check_file, check_folder, own_folder, remember
from loopviz.render.error_causes import Caller
from loopviz.render.plan import RenderOptions, seconds
from loopviz.render.renderer import Renderer
from loopviz.timeline import Timeline


def check_place(target: Path, options: RenderOptions) -> None:
    """Refuse what must be kept where the output goes.

    Raises:
        OutputError: If it must.
    """
    check = check_folder if is_image_folder(options.settings) else check_file
    check(target, options.origin, overwrite=options.overwrite)


def check_repetition(target: Path, options: RenderOptions) -> None:
    """Refuse to repeat what is no video.

    Raises:
        ConfigError: If it is none, and to be repeated.
    """
    if options.repeat and (is_animation(target) or is_image_folder(options.settings)):
        why = "an image that moves plays again and again by itself" if is_animation(target) else "images do not play"
        raise ConfigError(f"{why}: it cannot be repeated", file=target, remedy="Leave --repeat and --repeat-for out.")


def make_output(
    renderer: Renderer, folder: Path, target: Path, options: RenderOptions, caller: Caller, stack: ExitStack
) -> tuple[Path | None, tuple[Note, ...]]:
    """Make an output of segments, under another name.

    Args:
        renderer: What rendered the segments.
        folder: Beside the target: where a file is made.
        target: The output.
        options: How to render.
        caller: Who hears how it gets on.
        stack: A folder of images takes its name when this ends well.

    Returns:
        The file, None for a folder; and what a person should know.

    Raises:
        LoopvizError: What ``rendering`` raises at its end.
    """
    plan = renderer.plan
    segments = [renderer.target(segment) for segment in plan.segments]
    if is_image_folder(options.settings):
        origin = options.origin or Origin("images")
        part = stack.enter_context(own_folder(target, origin, overwrite=options.overwrite))
        write_images(segments, part, plan.spec, image_names(plan.timeline))
        return None, ()
    made = folder / f"whole{target.suffix}"
    if is_animation(target):
        write_animation(segments, made, plan.spec, pts=plan.timeline.pts, end_pts=plan.timeline.end_pts)
        return made, _left_out(renderer, target, options)
    notes = _joined(renderer, segments, made, options)
    renderer.check_unchanged()  # the sound was read last, from the file's name
    if options.repeat is None:
        return made, notes
    times = options.repeat.of(seconds_of(plan.timeline))
    caller.begin_again(plan.frames * times)
    again = folder / f"repeated{target.suffix}"
    repeated = repeat_film(made, again, times, shown=plan.timeline, done=caller.hear)
    return repeated.path, (*notes, *repeated.notes)


def put(made: Path | None, target: Path, options: RenderOptions) -> None:
    """Give a file that was made its name.

    Raises:
        OutputError: If somebody has put another there meanwhile, or it cannot be.
    """
    if made is None:
        return
    check_place(target, options)
    with writing(target):
        made.replace(target)
    remember(target, options.origin)


def image_names(timeline: Timeline) -> list[str]:
    """Return what the images of a timeline are called: by the frames of the source, or of the film.

    They are the source's where each is shown once and in its order. Its own file names are not used: they may hold
    the ids of people.
    """
    shown = timeline.frames["source_frame"]
    numbers = shown.to_list() if (shown.diff().drop_nulls() > 0).all() else list(timeline.numbers)
    return [f"frame_{number:06}" for number in numbers]


def _left_out(renderer: Renderer, target: Path, options: RenderOptions) -> tuple[Note, ...]:
    """Say what an image that moves does not hold."""
    silent = options.soundtrack is None and not (options.sound and renderer.sound)
    return () if silent else (note("sound-not-there", container=target.suffix.lower().removeprefix(".")),)


def _joined(renderer: Renderer, segments: list[Path], video: Path, options: RenderOptions) -> tuple[Note, ...]:
    plan, timeline = renderer.plan, renderer.plan.timeline
    sound = renderer.sound if options.sound and not options.soundtrack else None
    fits = sound is None or renderer.has_source_time
    whole = options.timeline is None and options.frames is None
    notes = join_segments(
        segments,
        video,
        plan.spec,
        pts=timeline.pts,
        end_pts=timeline.end_pts,
        sound=sound if fits else None,
        soundtrack=options.soundtrack,
        sound_start=seconds(int(timeline.pts[0]), timeline.time_base),
        chapters=options.chapters,
        sound_stop=None if whole else seconds(timeline.end_pts, timeline.time_base),
    )
    width, height = plan.spec.width, plan.spec.height
    verify_video(video, frames=plan.frames, duration_seconds=plan.duration_seconds, width=width, height=height)
    return notes if fits else (note("sound-other-times"), *notes)
