"""From a source and a scene to a video: segments rendered or kept from before, joined, checked, then put in place."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from loopviz.atomic import beside
from loopviz.errors import OutputError
from loopviz.media import Source
from loopviz.media.delivery import check_delivery
from loopviz.media.repeat import seconds_of
from loopviz.media.seam import Seam
from loopviz.notes import Note
from loopviz.progress import Progress
from loopviz.render.cache import SegmentCache
from loopviz.render.error_causes import Caller, told_by_cause
from loopviz.render.executors import Executor, executor_for, processes_that_help
from loopviz.render.finish import check_place, check_repetition, make_output, put
from loopviz.render.plan import RenderOptions, Segment, plan_render
from loopviz.render.renderer import Renderer
from loopviz.render.row import RowRenderer
from loopviz.render.segment import SegmentRenderer
from loopviz.scene import LiveScene, Scene


@dataclass(frozen=True)
class RenderResult:
    """What was written.

    Attributes:
        path: The video.
        frames: How many frames it has.
        duration_seconds: How long it is.
        canvas_size: Its width and height in pixels.
        segments: Of how many segments it was joined.
        rendered: How many of them had to be rendered; the others were kept from before.
        notes: What a person should know, as a sound stream that had to be encoded anew.
        repetitions: How often the film plays in it.
        sidecars: The files that were written beside it.
        seam: How the end meets the beginning, of a film that is made to loop.
    """

    path: Path
    frames: int
    duration_seconds: float
    canvas_size: tuple[int, int]
    segments: int
    rendered: int
    notes: tuple[Note, ...]
    repetitions: int = 1
    seam: Seam | None = None
    sidecars: tuple[Path, ...] = ()


def render_video(
    source: Source,
    scene: Scene | None,
    target: Path | str,
    options: RenderOptions | None = None,
    *,
    cache: SegmentCache | None = None,
    progress: Progress | None = None,
) -> RenderResult:
    """Render a video; see ``rendering``, which takes and raises the same."""
    with rendering(source, scene, target, options, cache=cache, progress=progress) as result:
        pass
    return result


@contextlib.contextmanager
def rendering(
    source: Source,
    scene: Scene | None,
    target: Path | str,
    options: RenderOptions | None = None,
    *,
    cache: SegmentCache | None = None,
    progress: Progress | None = None,
) -> Iterator[RenderResult]:
    """Render a video, which takes its name when the block ends well; else nothing is left of it.

    The output appears under its name only after it was written, probed and found to be what was planned; what stood
    there before stays until then. Pictures and sound keep the source's times, moved so that the first frame is at 0.

    Args:
        source: The open source; it is read before the block.
        scene: What is drawn; None joins the pictures as they are. Of a live one no segments are kept.
        target: The output: a video (``.mp4``, ``.mov``, ``.mkv``, ``.webm``), an image that moves (``.gif``,
            ``.webp``) or, where the encoder makes images, a folder.
        options: How to render.
        cache: Where segments are kept: a render that was killed goes on, and one that differs renders what differs.
        progress: Called with how many frames are done, and of how many; what it raises passes as it is.

    Raises:
        ConfigError: If the encoder or the output's suffix is none that exists, or the two do not fit.
        OutputError: If the output exists and may not be replaced, cannot be written, or is not what was planned.
        InputError: If the source turns out to be damaged.
    """
    options, target = options or RenderOptions(), Path(target)
    cache = None if isinstance(scene, LiveScene) else cache
    check_place(target, options)
    renderer = SegmentRenderer(source, scene, plan_render(source, scene, options), target.parent)
    with rendering_with(renderer, target, options, cache=cache, progress=progress) as result:
        yield result


@contextlib.contextmanager
def rendering_with(
    renderer: SegmentRenderer | RowRenderer,
    target: Path,
    options: RenderOptions,
    *,
    cache: SegmentCache | None = None,
    progress: Progress | None = None,
) -> Iterator[RenderResult]:
    """Render what is planned already; see ``rendering``. The renderer's own folder is exchanged."""
    plan = renderer.plan
    check_place(target, options)
    # What could only go wrong at the end is refused before the work begins.
    check_delivery(target, plan.spec)
    check_repetition(target, options)
    film_seconds = seconds_of(plan.timeline)
    times = options.repeat.of(film_seconds) if options.repeat else 1
    caller = Caller(plan.frames, progress)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(beside(target))
        workshop = stack.enter_context(cache.workshop()) if cache else folder
        renderer = replace(renderer, folder=workshop)
        with told_by_cause(renderer, target, caller):
            executor = executor_for(options.jobs or processes_that_help(plan.spec, plan.frames))
            rendered = _make_segments(renderer, executor, cache, caller, target)
            if cache and not folder.exists():  # somebody tidied up, and nothing of ours is lost
                folder = stack.enter_context(beside(target))
            made, notes = make_output(renderer, folder, target, options, caller, stack)
            check_place(target, options)  # somebody may have put a file there meanwhile
        size = plan.spec.width, plan.spec.height
        said = tuple(replace(each, severity=None) for each in notes)
        length = plan.frames * times, float(film_seconds * times)
        yield RenderResult(target, *length, size, len(plan.segments), rendered, said, times)
        put(made, target, options)


def _make_segments(
    renderer: Renderer, executor: Executor, cache: SegmentCache | None, caller: Caller, video: Path
) -> int:
    """Have every segment of a plan in the workshop; return how many were rendered."""
    keys: dict[Segment, str] = {}
    rendered = 0

    def missing() -> Iterator[Segment]:
        """What is not kept, found as it is asked for: a frame's key and its drawing share most of their work."""
        for segment in renderer.plan.segments:
            if cache:
                keys[segment] = renderer.key(segment)
                if cache.take(keys[segment], renderer.target(segment), video.name):
                    caller.hear(len(segment))
                    continue
            yield segment

    def finished(segment: Segment) -> None:
        nonlocal rendered
        rendered += 1
        renderer.check_unchanged(segment)  # what was made of another source must not be kept under this one's hash
        if cache:
            frames, people = range(segment.start, segment.stop), renderer.people(segment)
            cache.keep(keys[segment], renderer.target(segment), video.name, frames, people=people)

    executor.run(renderer, missing(), caller.hear, finished)
    if cache:
        with contextlib.suppress(OutputError):  # the film is made, and who prunes by hand hears of it
            cache.prune()
    return rendered
