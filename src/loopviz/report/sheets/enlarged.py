"""One frame, as large as the sheet allows, and all that is said of the person beside or under it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from loopviz.report.sheets.paper import POINT
from loopviz.report.sheets.press import Item, Pixels, Sheet
from loopviz.report.sheets.setting import Look
from loopviz.scene import Rect, Text
from loopviz.scene.caption import Caption
from loopviz.scene.layout import Area

NAME, LINE, FIGURE, SMALL = 20, 10.5, 30, 10  # points, on A4
ROW = 20.0  # from answer to answer
SIDE = 0.34  # of the width, for words beside a picture
HEADINGS = 0.42  # of the column, for the questions


def enlarged(
    look: Look,
    frame: int,
    page: tuple[int, int],
    shown: tuple[Pixels, pl.DataFrame, Caption],
    title: str,
) -> Sheet:
    """Return the page of one frame.

    Args:
        look: The sheet.
        frame: The frame.
        page: The page's number from 1, and how many there are.
        shown: The frame's pixels, its labels, and what is said of it.
        title: What stands above.
    """
    pixels, labels, caption = shown
    items, top = look.head(title, "")
    foot, bottom = look.foot(*page)
    area, column = areas(look, top, bottom)
    items.extend(look.picture(pixels, labels, frame, area, line=1.8))
    items.extend(_words(look, caption, column))
    return Sheet([*items, *foot], look.colors.paper)


def areas(look: Look, top: float, bottom: float) -> tuple[Area, Area]:
    """Return where the picture lies and where the words: beside it on a wide sheet, else under it."""
    gap = look.points(20)
    beside = look.is_beside
    room = look.room * (1 - SIDE) - gap if beside else look.room
    width = min(room, (bottom - top) * (1.0 if beside else 0.62) / look.ratio)
    height = width * look.ratio
    picture = Area(round(look.margin), round(top), round(width), round(height))
    if beside:
        x = look.margin + width + gap
        return picture, Area(x, top, look.margin + look.room - x, bottom - top)
    y = top + height + gap
    return picture, Area(look.margin, y, look.room, bottom - y)


def _words(look: Look, caption: Caption, column: Area) -> Iterator[Item]:
    """The name, the line, the numbers, and the answers as far as there is room; what has none is counted."""
    x, y = column.x, column.y + look.points(NAME * 0.75)
    yield look.line(caption.name, look.style(NAME, 600, mono=True), (x, y), column.width)
    if caption.line:
        y += look.points(LINE + 7)
        style = look.style(LINE, quiet=True)
        line = look.typesetter.fit(caption.line, style, column.width, 2)
        yield Text(line, style, x, y, column.width + POINT)
        y += (look.typesetter.lines(line, style, column.width) - 1) * look.typesetter.line_height(style)
    shown = [figure for figure in caption.figures if figure.value]
    if shown:
        y += look.points(FIGURE + 16)
        step = column.width / len(shown)
        for place, figure in enumerate(shown):
            left, room = x + place * step, step - look.points(6)
            yield look.line(figure.value or "", look.style(FIGURE, 300), (left, y), room)
            label = look.style(SMALL, quiet=True)
            yield look.line(figure.label, label, (left, y + look.points(SMALL + 6)), room)
        y += look.points(SMALL + 6)
    yield from _answers(look, caption, column, y + look.points(16))


def _answers(look: Look, caption: Caption, column: Area, y: float) -> Iterator[Item]:
    heading, answer = look.style(SMALL, quiet=True), look.style(SMALL)
    x, wide = column.x, column.width * HEADINGS
    room = column.width - wide - look.points(8)
    for place, row in enumerate(caption.rows):
        lines = min(3, look.typesetter.lines(row.answer, answer, room))
        needs = look.points(ROW + (lines - 1) * SMALL * 1.3)
        left = len(caption.rows) - place
        if y + needs + (look.points(ROW) if left > 1 else 0) > column.y + column.height:
            yield Text(f"and {left} more answers", heading, x, y + look.points(ROW * 0.7), column.width)
            return
        yield Rect(x, y, x + column.width, y + 0.4 * POINT, look.colors.hairline)
        base = y + look.points(ROW * 0.7)
        yield look.line(row.heading, heading, (x, base), wide)
        style = answer if row.given else heading
        fitting = look.typesetter.fit(row.answer, style, room, lines)
        yield Text(fitting, style, x + wide + look.points(8), base, room + POINT)
        y += needs
