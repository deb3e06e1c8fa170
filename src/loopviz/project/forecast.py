"""What a render would do."""

from __future__ import annotations

from dataclasses import dataclass

from loopviz.atomic import check_writable
from loopviz.media.delivery import check_delivery
from loopviz.media.repeat import seconds_of
from loopviz.project.load import LoadedProject
from loopviz.project.render_options import Effort, check_output, film_options, repetition_of
from loopviz.project.salt import check_salt
from loopviz.render import plan_render


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


def forecast_of(
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
    options = film_options(project, frames, overwrite)
    check_output(project.output, project.source, options)
    repetition = repetition_of(repeat)
    plan = plan_render(project.source, project.scene, options)
    times = repetition.of(seconds_of(plan.timeline)) if repetition else 1
    check_delivery(project.output, plan.spec)
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
        encoder=options.settings.said,
        sound=options.soundtrack is not None or (options.sound and project.source.sound is not None),
        annotations=shown.annotations.height,
        labelled_frames=shown.annotations["frame"].n_unique(),
        workers=shown.work()["worker_id"].drop_nulls().n_unique(),
        repetitions=times,
    )
