"""The poster: the boxes of everybody over each other, as one drawing, and what the work came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from loopviz.report.sheets.paper import POINT
from loopviz.report.sheets.press import BoxLines, Item, Sheet
from loopviz.report.sheets.setting import Look
from loopviz.scene import Text
from loopviz.scene.layout import Area
from loopviz.scene.strokes import Strokes, density, is_dark

Figures = Sequence[tuple[str, str]]
LINE = 0.7  # points, on A4
DENSEST, PALEST, DEEPEST = 0.9, 0.02, 0.6  # how much of the paper most lines hide; how opaque one line is, then
CROWDED = 99.5  # percentile of how many lines lie on a place that counts as most
FIGURE, LARGEST, LABEL = 24, 60, 8  # points, on A4
MOST_STEP = 2.2  # from figure to figure, in the least that one takes
SIDE = 0.22  # of the width, for figures beside a drawing


def poster(
    look: Look,
    boxes: npt.NDArray[np.float64],
    classes: Sequence[int],
    broken: Sequence[bool],
    said: tuple[str, Figures],
) -> Sheet:
    """Return the poster.

    Args:
        look: The sheet.
        boxes: ``(N, 4)`` corners in the source's pixels.
        classes: Each box's ``class_id``.
        broken: Which boxes are of work that does not count.
        said: The title, and numbers with what each is.
    """
    title, figures = said
    items, top = look.head(title, "in broken lines, what does not count" if any(broken) else "")
    foot, bottom = look.foot(1, 1)
    area, places = _areas(look, top, bottom, len(figures))
    items.extend(_lines(look, area, boxes, classes, broken))
    for (value, label), place in zip(figures, places, strict=True):
        items.extend(_figure(look, value, label, place))
    return Sheet([*items, *foot], look.colors.paper)


def _areas(look: Look, top: float, bottom: float, count: int) -> tuple[Area, list[Area]]:
    """Return where the drawing lies, and where each figure: in a column beside it, or in two below."""
    gap = look.points(24)
    beside = look.is_beside
    rows = count if beside else -(-count // 2)
    least = look.points(FIGURE + LABEL + 20)
    room = look.room * (1 - SIDE) - gap if beside and count else look.room
    width = min(room, (bottom - top - (0 if beside else rows * least)) / look.ratio)
    height = width * look.ratio
    left = look.margin + (0 if beside else (look.room - width) / 2)
    area = Area(round(left), round(top), round(width), round(height))
    y, tall = (top, height) if beside else (top + height + gap, bottom - top - height - gap)
    step = min(tall / max(1, rows), MOST_STEP * least)
    x, column = (left + width + gap, 0.0) if beside else (look.margin, look.room / 2)
    room = look.margin + look.room - x if beside else look.room / 2 - gap
    found = [(place, 0) if beside else (place // 2, place % 2) for place in range(count)]
    return area, [Area(x + across * column, y + down * step, room, step) for down, across in found]


def _lines(
    look: Look, area: Area, boxes: npt.NDArray[np.float64], classes: Sequence[int], broken: Sequence[bool]
) -> Iterator[Item]:
    """The boxes of each category, whole lines first and then broken ones: what comes of it has no order."""
    scale = area.width / look.source_size[0]
    edges = boxes * scale + np.array([area.x, area.y] * 2)
    edges = np.clip(edges, [area.x, area.y] * 2, [area.x + area.width, area.y + area.height] * 2)
    thick = look.points(LINE)
    opacity = _opacity(look, boxes, area.width / thick)
    kinds = np.asarray(classes), np.asarray(broken, bool)
    for class_id in sorted(set(classes)):
        for dashed in (False, True):
            chosen = edges[(kinds[0] == class_id) & (kinds[1] == dashed)]
            if len(chosen):
                lines = tuple(tuple(map(float, row)) for row in chosen.round(2).tolist())
                color, dash = look.categories[class_id].color, 3 * thick if dashed else 0.0
                yield BoxLines(lines, color, opacity, thick, dash, is_dark(look.colors.paper))  # type: ignore[arg-type]


def _opacity(look: Look, boxes: npt.NDArray[np.float64], wide: float) -> float:
    """Return how opaque a line is, by how many lie over each other on a drawing that is so many lines wide."""
    size = round(wide), round(wide * look.ratio)
    scale = size[0] / look.source_size[0]
    placed = np.clip(np.rint(boxes * scale), 0, [size[0], size[1]] * 2).astype(np.int64)
    whole = placed[(placed[:, 2] > placed[:, 0]) & (placed[:, 3] > placed[:, 1])]
    inks, broken = np.ones((len(whole), 3), np.int64), np.zeros(len(whole), np.bool_)
    lines = density(Strokes(size, whole, inks, broken, 1, look.colors.paper), len(whole))[..., 0]
    most = float(np.percentile(lines[lines > 0], CROWDED)) if lines.any() else 1.0
    return float(min(max(1 - (1 - DENSEST) ** (1 / most), PALEST), DEEPEST))


def _figure(look: Look, value: str, label: str, place: Area) -> Iterator[Item]:
    """A number as large as its place allows, at its head, and what it is of."""
    size = min(LARGEST, max(FIGURE, 0.42 * place.height / look.points(1)))
    style = look.style(size, 300)
    wide = look.typesetter.width(value, style)
    if wide > place.width:
        style = replace(style, size=style.size * place.width / wide * 0.99)
    base = place.y + 0.75 * look.points(size)
    yield Text(value, style, place.x, base, place.width + POINT)
    quiet = look.style(LABEL + 0.06 * size, quiet=True)
    fitting = look.typesetter.fit(label, quiet, place.width, 2)
    yield Text(fitting, quiet, place.x, base + 1.75 * quiet.size, place.width + POINT)
