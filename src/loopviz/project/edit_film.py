"""What a person asks for of an edit: its film, a still of it, or what it would be."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from loopviz.atomic import check_writable, writing
from loopviz.errors import InputError
from loopviz.media import png_of, to_rgb
from loopviz.media.delivery import check_delivery
from loopviz.media.repeat import seconds_of
from loopviz.media.sound_row import SoundPiece, SoundRow
from loopviz.media.soundtrack import Soundtrack, check_soundtrack, opened_sound
from loopviz.notes import Note
from loopviz.outputs import Origin, own_files
from loopviz.progress import Progress
from loopviz.project.config import ProjectConfig
from loopviz.project.edit import Edit, open_edit, sources_of
from loopviz.project.forecast import Forecast
from loopviz.project.frame_ranges import parse_moment
from loopviz.project.load import mended_if_damaged
from loopviz.project.render_options import (
    Effort,
    check_apart,
    check_glyphs,
    check_output,
    check_still,
    encoder_settings,
    repetition_of,
)
from loopviz.render import (
    RenderOptions,
    RenderPlan,
    RenderResult,
    RowRenderer,
    plan_row,
    rendering_with,
)


def render_edit(
    config: ProjectConfig,
    *,
    overwrite: bool = False,
    effort: Effort | None = None,
    progress: Progress | None = None,
    repeat: int | str | None = None,
) -> RenderResult:
    """Make the film of a project's section ``edit``; see ``run``."""
    effort = effort or Effort()

    def made(mend: bool) -> RenderResult:
        with open_edit(config, mend=mend) as edit:
            options = _options(edit, overwrite=overwrite, jobs=effort.jobs, repeat=repeat)
            renderer = row_of(edit, options)
            written = _write_crowd(edit, overwrite=overwrite)
            with rendering_with(renderer, edit.output, options, cache=effort.segments(), progress=progress) as result:
                pass
            return dataclasses.replace(result, notes=(*edit.notes, *written, *result.notes))

    return mended_if_damaged(made, strict=config.strict)


def row_of(edit: Edit, options: RenderOptions | None = None) -> RowRenderer:
    """Return what renders an edit's film."""
    for clip in edit.clips:
        if clip.project is not None:
            check_glyphs(clip.project)
    clips = [(clip.source, clip.scene, clip.line) for clip in edit.clips]
    return plan_row(clips, options or RenderOptions(), edit.output.parent)


def forecast_edit(
    config: ProjectConfig,
    *,
    overwrite: bool = False,
    effort: Effort | None = None,
    repeat: int | str | None = None,
) -> Forecast:
    """Say what ``render_edit`` would do, and write nothing.

    Raises:
        LoopvizError: What ``render_edit`` would raise before its first frame.
    """
    with open_edit(config, dry_run=True) as edit:
        options = _options(edit, overwrite=overwrite, repeat=repeat)
        plan = row_of(edit, options).plan
        check_delivery(edit.output, plan.spec)
        check_writable(edit.output)
        if cache := (effort or Effort()).segments():
            cache.check_writable()
        return _forecast(edit, options, plan)


def _forecast(edit: Edit, options: RenderOptions, plan: RenderPlan) -> Forecast:
    times = options.repeat.of(seconds_of(plan.timeline)) if options.repeat else 1
    shown: dict[int, set[int]] = {}
    datasets = {}
    for clip in edit.clips:
        if clip.project is not None and not clip.said.is_card:
            datasets[id(clip.project.dataset)] = clip.project.dataset
            frames = shown.setdefault(id(clip.project.dataset), set())
            frames.update(clip.line.frames["label_frame"].to_list())
    parts = [dataset.filter(frames=sorted(shown[key])) for key, dataset in datasets.items()]
    workers = {worker for each in parts for worker in each.work()["worker_id"].drop_nulls()}
    return Forecast(
        source=", ".join(map(str, sources_of(edit.clips))),
        output=str(edit.output),
        exists=edit.output.exists(),
        frames=plan.frames * times,
        width=plan.spec.width,
        height=plan.spec.height,
        duration_seconds=round(plan.duration_seconds * times, 6),
        segments=len(plan.segments),
        encoder=options.settings.said,
        sound=options.soundtrack is not None,
        annotations=sum(each.annotations.height for each in parts),
        labelled_frames=sum(each.annotations["frame"].n_unique() for each in parts),
        workers=len(workers),
        repetitions=times,
    )


def preview_edit(
    config: ProjectConfig,
    moment: str,
    target: Path | None = None,
    *,
    overwrite: bool = False,
    tell: Callable[[Sequence[Note]], None] | None = None,
) -> Path:
    """Render one frame of an edit's film to a PNG; see ``preview``. The moment is one of the film."""

    def made(mend: bool) -> Path:
        with open_edit(config, mend=mend) as edit:
            if tell is not None:
                tell(edit.notes)
            row = row_of(edit)
            starts = row.plan.timeline.pts / float(row.plan.timeline.frame_rate)
            frame = parse_moment(moment, starts, float(edit.seconds))
            still = target or edit.output.with_name(f"{edit.output.stem}_frame_{frame:06d}.png")
            origin = _origin(edit, "still")
            check_still(still, origin, overwrite=overwrite)
            for clip in edit.clips:
                check_apart(still, clip.source)
            picture = next(row.pictures(range(frame, frame + 1)))
            with own_files(still, origin=origin, overwrite=overwrite) as (part,), writing(still):
                part.write_bytes(png_of(to_rgb(picture)))
            return still

    return mended_if_damaged(made, strict=config.strict)


def _options(edit: Edit, *, overwrite: bool, repeat: int | str | None, jobs: int | None = 1) -> RenderOptions:
    """Return how an edit's film is rendered; what cannot be written is refused here."""
    options = RenderOptions(
        settings=encoder_settings(edit.config, edit.output),
        sound=False,
        soundtrack=soundtrack_of(edit),
        overwrite=overwrite,
        origin=_origin(edit, "film"),
        max_width=edit.profile.max_width if edit.profile else None,
        repeat=repetition_of(repeat),
        jobs=jobs,
    )
    for clip in edit.clips:
        check_output(edit.output, clip.source, options)
    return options


def _origin(edit: Edit, kind: str) -> Origin:
    """Return what an edit is made of: another thing than its project's film."""
    return Origin.of(kind, "edit", edit.config.source, edit.config.labels, *sources_of(edit.clips))


def soundtrack_of(edit: Edit) -> Soundtrack | SoundRow | None:
    """Return what is heard: a file, or what belongs to the clips that play as their source does.

    Raises:
        InputError: If the file cannot be heard as it is.
    """
    said = edit.said
    if not edit.config.sound or said.sound == "none":
        return None
    if said.soundtrack is not None:
        seconds = check_soundtrack(said.soundtrack)
        fade, gain = said.fade_seconds, 10 ** (said.sound_gain / 20)
        return Soundtrack(said.soundtrack, fade, fade, gain, None if said.sound_loop else seconds)
    pieces = tuple(_pieces(edit))
    return SoundRow(pieces) if any(piece.path is not None for piece in pieces) else None


def _pieces(edit: Edit) -> Iterator[SoundPiece]:
    """Yield what is heard of each clip: in the middle of a dissolve it is cut."""
    start = Fraction(0)
    for clip, after in zip(edit.clips, (*edit.clips[1:], None), strict=True):
        line = clip.line
        stop = (line.end_pts if after is None else Fraction(line.end_pts + after.line.start, 2)) * line.time_base
        path = clip.source.sound if clip.plays_its_sound else None
        if path is None or not _can_be_heard(path):
            yield SoundPiece(stop)
        else:
            later = start - line.start * line.time_base
            begin = int(clip.film.pts[0]) * clip.film.time_base + later
            yield SoundPiece(stop, path, begin, max(Fraction(0), seconds_of(clip.film) - later))
        start = stop


def _can_be_heard(path: Path) -> bool:
    with contextlib.suppress(InputError), opened_sound(path):
        return True
    return False


def _write_crowd(edit: Edit, *, overwrite: bool) -> tuple[Note, ...]:
    """Write what a run of the edit's own project writes of its crowd."""
    own = (clip.project for clip in edit.clips if clip.project is not None and clip.said.project is None)
    project = next((each for each in own if each.crowd), None)
    if project is None:
        return ()
    from loopviz.project.crowd.write import write_crowd  # here: most projects have no use for what it loads

    return write_crowd(project, overwrite=overwrite)
