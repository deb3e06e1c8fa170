"""Annotations as elements: boxes with heavier corners, outlines and fills, in the category's colour.

A box's lines lie inside its edges, so that a box at the picture's edge is whole and a box of N pixels looks N wide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from loopviz import geometry
from loopviz.scene.elements import Drawing, Element, Path, Rect, Sprite
from loopviz.scene.layout import Area, Layout, even
from loopviz.scene.theme import Marks

LARGE = 12  # line widths: a box of this size may give up a pixel at its edges


@dataclass(frozen=True)
class Mark:
    """One annotation on the canvas: its box in canvas pixels, colour, name, and shape (outlines in canvas pixels)."""

    box: tuple[float, float, float, float]
    class_id: int
    color: str
    name: str
    outlines: tuple[tuple[float, ...], ...] = ()


def mark_from_row(row: dict[str, Any], layout: Layout, color: str, name: str, with_shape: bool) -> Mark | None:
    """Return an annotation row placed on the canvas; None when nothing of it lies in the picture."""
    left, top, s = layout.picture.x, layout.picture.y, layout.scale
    corners = np.array([[row["x_min"], row["y_min"], row["x_max"], row["y_max"]]]) * s
    x0, y0, x1, y1 = geometry.clip_boxes(corners, layout.picture.width, layout.picture.height)[0].tolist()
    if x1 - x0 < 1 or y1 - y0 < 1:
        return None
    outlines = _outlines(row, layout) if with_shape else ()
    return Mark((x0 + left, y0 + top, x1 + left, y1 + top), row["class_id"], color, name, outlines)


def _outlines(row: dict[str, Any], layout: Layout) -> tuple[tuple[float, ...], ...]:
    offset = np.array([layout.picture.x, layout.picture.y])
    if row["polygons"]:
        polygons = [np.asarray(polygon, dtype=np.float64).reshape(-1, 2) for polygon in row["polygons"]]
        points = [ring for polygon in polygons for ring in geometry.polygon_rings(polygon)]
    elif row["mask_rle"]:
        width, height = round(layout.picture.width / layout.scale), round(layout.picture.height / layout.scale)
        points = geometry.mask_outlines(geometry.mask_from_rle(geometry.row_runs(row, height, width), height, width))
    else:
        return ()
    return tuple(tuple((p * layout.scale + offset).ravel().tolist()) for p in points if len(p) >= 3)


def draw_mark(mark: Mark, style: Marks, layout: Layout) -> Iterator[Element]:
    """Yield what shows a mark: its shape, its box, or both, as the theme's ``draw`` says, inside the picture."""
    unit = layout.unit
    shape = bool(mark.outlines) and style.draw != "boxes"
    if shape:
        yield from _shape(mark, style, unit, layout.picture)
    if style.draw in {"boxes", "both"} or not shape:
        yield from _box(mark, style, unit)


def _shape(mark: Mark, style: Marks, unit: float, picture: Area) -> Iterator[Sprite]:
    """A shape that reaches over the picture's edge, however far, is cut off there."""
    stroke = max(1.5, style.outline * unit)
    x0, y0, x1, y1 = geometry.polygons_bounds(mark.outlines)
    left, top = int(max(picture.x, 2 * ((x0 - stroke) // 2))), int(max(picture.y, 2 * ((y0 - stroke) // 2)))
    right, bottom = min(picture.right, x1 + stroke), min(picture.bottom, y1 + stroke)
    if right <= left or bottom <= top:
        return
    local = tuple(tuple((np.asarray(o).reshape(-1, 2) - (left, top)).ravel().round(3).tolist()) for o in mark.outlines)
    size = even(right - left), even(bottom - top)
    yield Sprite(left, top, Drawing(*size, (Path(local, mark.color, stroke, style.fill_opacity),)))


def _box(mark: Mark, style: Marks, unit: float) -> Iterator[Rect]:
    line = max(1, round(style.line * unit))
    heavy = max(line + 1, round(style.bracket * unit))
    x0, y0, x1, y1 = (round(v) for v in mark.box)
    x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)  # 1.5 and 2.5 both round to 2
    if line > 1 and min(x1 - x0, y1 - y0) >= LARGE * line:
        # Chroma is sampled at every second pixel: bars that fill whole samples keep their full colour.
        x0, y0, x1, y1 = x0 + x0 % 2, y0 + y0 % 2, x1 - x1 % 2, y1 - y1 % 2
        line = max(2, 2 * round(style.line * unit / 2))
        heavy = max(line + 2, 2 * round(style.bracket * unit / 2))
    yield from _frame(x0, y0, x1, y1, line, mark.color)
    corner = min(style.bracket_length * unit, 0.3 * min(x1 - x0, y1 - y0))
    if corner >= 2 * heavy:
        yield from _brackets(mark, (x0, y0, x1, y1), heavy, 2 * round(corner / 2))


def _frame(x0: int, y0: int, x1: int, y1: int, line: int, color: str) -> Iterator[Rect]:
    """Four bars that meet without overlapping: a half-transparent line would show its corners."""
    if min(x1 - x0, y1 - y0) <= 2 * line:  # nothing of the inside would be left
        yield Rect(x0, y0, x1, y1, color)
        return
    yield Rect(x0, y0, x1, y0 + line, color)
    yield Rect(x0, y1 - line, x1, y1, color)
    yield Rect(x0, y0 + line, x0 + line, y1 - line, color)
    yield Rect(x1 - line, y0 + line, x1, y1 - line, color)


def _brackets(mark: Mark, box: tuple[int, int, int, int], heavy: int, length: int) -> Iterator[Rect]:
    x0, y0, x1, y1 = box
    for left in (True, False):
        for top in (True, False):
            a, b = (x0, x0 + length) if left else (x1 - length, x1)
            c, d = (y0, y0 + length) if top else (y1 - length, y1)
            yield Rect(a, c if top else d - heavy, b, c + heavy if top else d, mark.color)
            yield Rect(a if left else b - heavy, c, a + heavy if left else b, d, mark.color)
