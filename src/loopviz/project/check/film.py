"""Whether a film can be read and is safe: words in their time, type on a screen, colours, flashes, the loop's seam."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av

from loopviz.media.flashes import Flashing, flashes_in, flashes_of
from loopviz.media.seam import seam_of
from loopviz.media.verify import broken_seams, repetitions_in
from loopviz.project.check.findings import Finding, Place, finding
from loopviz.project.config import ProjectConfig, ScreenConfig
from loopviz.project.load import LoadedProject
from loopviz.project.plan import Plan, at_time, plan_of
from loopviz.render.compositor import composed, compositor_of
from loopviz.render.plan import view_of
from loopviz.scene import Scene, Sprite, Text
from loopviz.scene.contrast import READABLE, contrast
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.timeline import Shown, Timeline
from loopviz.wording import quoted

LEAST_ARC_MINUTES = 16.0  # of a capital letter: ISO 9241-303, the least height for reading with ease
MOST_SEAM = 1.5  # of a step like any other


def check_film(project: LoadedProject, film: Timeline | None = None) -> Iterator[Finding]:
    """Yield what keeps people from reading a film; nothing where it shows no words.

    Args:
        project: The project.
        film: What plays when; None: the project's film.

    Raises:
        ConfigError: If the film would be too short for what it shows.
    """
    yield from _colors(project.scene)
    if not project.dataset.workers.height:
        return
    plan = plan_of(project, film=film)
    late = [
        Place(at=f"{at_time(each.start_seconds)}, {each.who}", detail=_speed(each.seconds, each.needs_seconds))
        for each in plan.unreadable
    ]
    if late:
        yield _meant(finding("unreadable", late), project.config, "timeline")
    for small in _size(project.scene, plan, project.config.screen):
        yield _meant(small, project.config, "screen")


def _meant(each: Finding, config: ProjectConfig, section: str) -> Finding:
    """Return a finding, as a note where the project says nothing of what it is about."""
    return each if section in config.model_fields_set else replace(each, severity="note")


def _speed(seconds: Fraction, needs: Fraction) -> str:
    return f"{float(seconds):.1f} s for words that take {float(needs):.1f} s"


def _colors(scene: Scene) -> Iterator[Finding]:
    colors = scene.theme.colors
    inks = {name: contrast(getattr(colors, name), colors.paper) for name in ("ink", "quiet")}
    low = [
        Place(at=f"colors.{name}", detail=f"{ratio:.1f} to 1 on paper")
        for name, ratio in inks.items()
        if ratio < READABLE
    ]
    if low:
        yield finding("low-contrast", low)


def _size(scene: Scene, plan: Plan, screen: ScreenConfig) -> Iterator[Finding]:
    """Look at the smallest type, in the middle of each stand, as it is seen on the screen."""
    smallest: dict[float, tuple[str, str]] = {}
    rows = plan.timeline.frames.select(Shown._fields)
    for stand in plan.stands:
        view = view_of(Shown(*rows.row(stand.first + stand.frames // 2)))
        texts = (
            shape for element in scene.elements(view) if isinstance(element, Sprite) for shape in element.drawing.shapes
        )
        least = min(
            (text for text in texts if isinstance(text, Text) and text.text), key=lambda t: t.style.size, default=None
        )
        if least is not None:
            smallest.setdefault(least.style.size, (least.text, f"{at_time(stand.start_seconds)}, {stand.who}"))
    if not smallest:
        return
    size = min(smallest)
    minutes = screen.viewing.arc_minutes(CAP_HEIGHT * size, *scene.canvas_size)
    if round(minutes, 1) < LEAST_ARC_MINUTES:  # as it is said: what is called 16.0 is large enough
        text, at = smallest[size]
        needed = math.floor(10 * screen.metres * minutes / LEAST_ARC_MINUTES) / 10
        said = f"{minutes:.1f} arc minutes on {screen.inches:g} inches at {screen.metres:g} m; {needed:.1f} m would do"
        yield finding("small-text", [Place(at=at, detail=f"{quoted(text)}: {said}")])


def check_flashes(project: LoadedProject, film: Timeline) -> Iterator[Finding]:
    """Yield what flashes in a film as it will be drawn: every picture of it is composed.

    Raises:
        InputError: If a frame is damaged.
    """
    found = flashes_of(_timed(project, film), project.scene.canvas_size, project.config.screen.viewing)
    yield from flashing(found)


def check_made(film: Path, config: ProjectConfig, seconds: Fraction | None) -> Iterator[Finding]:
    """Yield what is wrong with a film as it was encoded: what flashes, and whether its end meets its beginning.

    Of one that plays again and again the first time is looked at, and its seams.

    Args:
        film: The file.
        config: What the project says of it.
        seconds: How long the film is that the project makes; None: it makes none.

    Raises:
        InputError: If it cannot be read.
    """
    once = seconds if seconds is not None and repetitions_in(film, seconds) > 1 else None
    loops = once is not None or config.timeline.loop != "none"
    yield from flashing(flashes_in(film, config.screen.viewing, loops=loops, seconds=once))
    if once is not None and (broken := broken_seams(film, once)):
        yield finding("seam-broken", [Place(str(film), at=at_time(time * once)) for time in broken])
    seam = seam_of(film) if loops else None
    if seam is not None and seam.score > MOST_SEAM:
        yield finding("seam", [Place(str(film), detail=f"a score of {seam.score:.2f}")])


def _timed(project: LoadedProject, film: Timeline) -> Iterator[tuple[Fraction, av.VideoFrame]]:
    source, zero, runs = project.source, int(film.pts[0]), list(film.runs())
    pictures = composed(source, compositor_of(source, project.scene), [shown for shown, _ in runs])
    for (_, stamps), picture in zip(runs, pictures, strict=True):
        yield (stamps[0] - zero) * film.time_base, picture


def flashing(found: Iterable[Flashing]) -> Iterator[Finding]:
    """Yield what flashes as a finding, if anything does."""
    places = [
        Place(
            at=f"{at_time(Fraction(each.start_seconds))} to {at_time(Fraction(each.stop_seconds))}",
            detail=f"{each.kind}, {each.flashes_a_second:.1f} a second on {each.share:.0%} of a field of 10 degrees",
        )
        for each in found
    ]
    if places:
        yield finding("flashes", places)
