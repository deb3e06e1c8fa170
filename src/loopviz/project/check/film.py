"""Whether a film can be read: its words in their time, its type on a screen, its colours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from loopviz.project.check.findings import Finding, Place, finding
from loopviz.project.config import ProjectConfig, ScreenConfig
from loopviz.project.load import LoadedProject
from loopviz.project.plan import Plan, at_time, plan_of
from loopviz.render.plan import view_of
from loopviz.scene import Rect, Scene, Text
from loopviz.scene.contrast import READABLE, contrast
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.timeline import Shown

LEAST_ARC_MINUTES = 16.0  # of a capital letter: ISO 9241-303, the least height for reading with ease
SCREEN_HEIGHT, SCREEN_WIDTH = 9, 16
METRES_AN_INCH = 0.0254


def check_film(project: LoadedProject) -> Iterator[Finding]:
    """Yield what keeps people from reading a film; nothing where it shows no words.

    Raises:
        ConfigError: If the film would be too short for what it shows.
    """
    yield from _colors(project.scene)
    if not project.dataset.workers.height:
        return
    plan = plan_of(project)
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
            shape
            for element in scene.elements(view)
            if not isinstance(element, Rect)
            for shape in element.drawing.shapes
        )
        least = min(
            (text for text in texts if isinstance(text, Text) and text.text), key=lambda t: t.style.size, default=None
        )
        if least is not None:
            smallest.setdefault(least.style.size, (least.text, f"{at_time(stand.start_seconds)}, {stand.who}"))
    if not smallest:
        return
    size = min(smallest)
    minutes = arc_minutes(size, scene.canvas_size, screen)
    if minutes < LEAST_ARC_MINUTES:
        text, at = smallest[size]
        needed = screen.metres * minutes / LEAST_ARC_MINUTES
        said = f"{minutes:.1f} arc minutes on {screen.inches:g} inches at {screen.metres:g} m; {needed:.1f} m would do"
        yield finding("small-text", [Place(at=at, detail=f"{text!r}: {said}")])


def arc_minutes(size: float, canvas: tuple[int, int], screen: ScreenConfig) -> float:
    """Return how high a capital letter is seen, in minutes of arc.

    Args:
        size: The type's size in pixels of the canvas.
        canvas: Width and height in pixels; it fills a screen of 16 to 9 as far as its shape allows.
        screen: The screen, and how far from it people stand.
    """
    diagonal = screen.inches * METRES_AN_INCH
    high = diagonal * SCREEN_HEIGHT / math.hypot(SCREEN_WIDTH, SCREEN_HEIGHT)
    pixel = min(high / canvas[1], high * SCREEN_WIDTH / SCREEN_HEIGHT / canvas[0])
    return math.degrees(2 * math.atan(CAP_HEIGHT * size * pixel / 2 / screen.metres)) * 60
