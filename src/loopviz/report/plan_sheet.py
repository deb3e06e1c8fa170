"""The picture of a plan: a finished frame of every stand, with when it begins and how long it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from loopviz.media import Source
from loopviz.render.compositor import composed, compositor_of
from loopviz.report.page import Page, Pixels
from loopviz.report.thumbnails import shrunk
from loopviz.scene import Scene, Text
from loopviz.scene.elements import TextStyle
from loopviz.timeline import Shown, Timeline

COLUMNS, MOST = 6, 48
CELL, GUTTER, MARGIN, ROW_GAP, UNDER = 320, 24, 64, 84, 30  # pixels


@dataclass(frozen=True)
class Cell:
    """A stand on the sheet: the output frame that is shown, and the two lines under it."""

    frame: int
    time: str
    who: str


def plan_sheet(source: Source, scene: Scene, film: Timeline, cells: Sequence[Cell], foot: str) -> Pixels:
    """Return the sheet, ``(height, width, 3)``; of more than ``MOST`` stands these many, spread evenly.

    Args:
        source: The open source.
        scene: What is drawn.
        film: What plays when.
        cells: The stands, in order.
        foot: The line at the foot.

    Raises:
        InputError: If a frame is damaged.
    """
    chosen = [cells[i] for i in np.linspace(0, len(cells) - 1, min(MOST, len(cells))).round().astype(int)]
    width, height = scene.canvas_size
    tall = round(CELL * height / width)
    rows = -(-len(chosen) // COLUMNS)
    page_width = 2 * MARGIN + COLUMNS * CELL + (COLUMNS - 1) * GUTTER
    colors = scene.theme.colors
    page = Page(scene.typesetter, page_width, 2 * MARGIN + rows * (tall + ROW_GAP), colors.paper)
    time, who = TextStyle("sans", 600, 17, colors.ink), TextStyle("sans", 400, 15, colors.quiet)
    for place, (cell, picture) in enumerate(
        zip(chosen, _finished(source, scene, film, chosen, (CELL, tall)), strict=True)
    ):
        x, y = MARGIN + place % COLUMNS * (CELL + GUTTER), MARGIN + place // COLUMNS * (tall + ROW_GAP)
        page.photograph(picture, x, y)
        for text, style, line in ((cell.time, time, 1.0), (cell.who, who, 1.75)):
            fitting = scene.typesetter.fit(text, style, CELL)
            page.set([Text(fitting, style, x, round(y + tall + line * UNDER), CELL + 2)])
    page.set([Text(foot, who, MARGIN, page.pixels.shape[0] - MARGIN // 2, page_width - 2 * MARGIN)])
    return page.pixels


def _finished(
    source: Source, scene: Scene, film: Timeline, cells: Sequence[Cell], size: tuple[int, int]
) -> list[Pixels]:
    shown = [Shown(*film.frames.select(Shown._fields).row(cell.frame)) for cell in cells]
    return [shrunk(picture, size) for picture in composed(source, compositor_of(source, scene), shown)]
