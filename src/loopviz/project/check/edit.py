"""Whether an edit can be made, and can be read: each of its clips as it plays there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from loopviz.errors import LoopvizError
from loopviz.media.flashes import flashes_of
from loopviz.project.check.film import check_film, flashing
from loopviz.project.check.findings import Finding, Place, finding, from_error
from loopviz.project.config import ProjectConfig
from loopviz.project.edit import Clip, Edit, lengths_of, open_edit
from loopviz.project.edit_film import row_of, soundtrack_of
from loopviz.project.load import LoadedProject, left_out, unmatched
from loopviz.project.plan import at_time
from loopviz.wording import counted

UNUSABLE = "edit-unusable"


def check_edit(config: ProjectConfig, *, decode: bool = False) -> Iterator[Finding]:
    """Yield what is wrong with an edit: of every clip that cannot be opened, and of those that can what is to be read.

    Args:
        config: A project with a section ``edit``.
        decode: Compose every picture, to find what flashes.

    Raises:
        LoopvizError: If the clips make no film.
    """
    failed: list[LoopvizError] = []
    with open_edit(config, dry_run=True, failed=failed.append) as edit:
        yield from (from_error(UNUSABLE, error) for error in failed)
        for clip in edit.clips:
            yield from _of_clip(clip)
        if not failed:
            yield from _whole(edit, decode=decode)


def _of_clip(clip: Clip) -> Iterator[Finding]:
    project = clip.project
    if project is None:
        return
    found = [*check_film(project, clip.line)]
    if not clip.said.is_card and clip.said.range is None:
        found += [finding("text-cut", [Place(at=str(note))]) for note in left_out(project.scene)]
    if clip.said.project is not None:
        found += [finding("unknown-name", [Place(at=str(note))]) for note in unmatched(project.config, project.dataset)]
    for each in found:
        places = [replace(place, at=f"{clip.place}, {place.at}" if place.at else clip.place) for place in each.places]
        yield replace(each, places=tuple(places))


def _credits(clips: Sequence[Clip]) -> Iterator[Finding]:
    """Say whose work is shown, but in no credits, where there are any."""
    thanked = {_labels(clip.project) for clip in clips if clip.project and _thanks(clip, clip.project)}
    shown = [clip for clip in clips if clip.project and not clip.said.is_card and clip.project.dataset.workers.height]
    others = [clip for clip in shown if clip.project and _labels(clip.project) not in thanked]
    if thanked and others:
        yield finding("not-credited", [Place(at=clip.place, detail=str(clip.said.project or "")) for clip in others])


def _thanks(clip: Clip, project: LoadedProject) -> bool:
    """Say whether a clip has credits: as a card of the edit, or of the project's own film."""
    cards = project.config.timeline.start, project.config.timeline.end
    return clip.film.frames["card"].null_count() < len(clip.film) and any(card and card.credits for card in cards)


def _labels(project: LoadedProject) -> tuple[Path, ...]:
    """What tells the work of one project from that of another."""
    config = project.config
    files = config.crowd.batches if config.crowd else (config.labels,)
    return tuple(file.resolve() for file in files if file is not None)


def _whole(edit: Edit, *, decode: bool) -> Iterator[Finding]:
    soundtrack_of(edit)
    yield from _credits(edit.clips)
    row = row_of(edit)
    plan = row.plan
    lengths = ", ".join(f"{each:.1f}" for each in lengths_of(edit))
    size = f"{plan.spec.width}x{plan.spec.height}, {float(plan.spec.frame_rate):.4g} frames a second"
    said = f"{at_time(edit.seconds)} of {counted(len(edit.clips), 'clip')} ({lengths} s), {size}"
    yield finding("edit-length", [Place(at="edit", detail=said)])
    if decode:
        rate = plan.spec.frame_rate
        pictures = row.pictures(plan.timeline.numbers)
        timed = ((Fraction(number) / rate, picture) for number, picture in enumerate(pictures))
        size_of = plan.spec.drawn or (plan.spec.width, plan.spec.height)
        yield from flashing(flashes_of(timed, size_of, edit.config.screen.viewing))
