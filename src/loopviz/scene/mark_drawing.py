"""Marks as elements: boxes with heavier corners, outlines and fills, keypoints, in the category's colour.

A box's lines lie inside its edges, so that a box at the picture's edge is whole and a box of N pixels looks N wide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from loopviz import geometry
from loopviz.scene.boxes import DASH, LONG_DASH, brackets, frame_in, whole_line
from loopviz.scene.casings import casing_of
from loopviz.scene.contrast import mixed
from loopviz.scene.elements import Drawing, Element, Hatch, Path, Sprite
from loopviz.scene.keypoints import Pen, draw_keypoints, radius_of
from loopviz.scene.layout import Area, Layout, even
from loopviz.scene.marks import Mark, Marks

HATCH, HATCHES = 20, 5  # line widths between the lines of a ghost's hatching; categories whose lines do not meet
DASHES: Mapping[str, int] = {"carried": DASH, "rejected": LONG_DASH}
GREY, PALE = "#8c8c8c", 0.5  # what colours of rejected work are mixed with, and how much of them is left
GHOST, HATCHING = 0.7, 0.7  # how opaque a ghost is, and within it its hatching


def draw_mark(mark: Mark, style: Marks, layout: Layout) -> Iterator[Element]:
    """Yield what shows a mark: its shape, its box, or both, as the theme's ``draw`` says, inside the picture."""
    unit = layout.unit
    if mark.kind == "rejected":
        mark = replace(mark, color=mixed(mark.color, GREY, PALE))
    shape = bool(mark.outlines) and style.draw != "boxes"
    if mark.is_turned and mark.kind == "drawn" and not mark.is_open and not mark.dash:
        yield from _turned(mark, style, layout)
    elif shape or mark.is_turned:
        yield from _shape(mark, style, max(1.5, style.outline * mark.weight * unit), layout.picture)
    if not mark.is_bare and not mark.is_turned and (style.draw in {"boxes", "both"} or not shape):
        yield from _box(mark, style, layout)
    if mark.points is not None:
        radius = radius_of(style.point * mark.weight * unit, mark.box, mark.points)
        opacity = GHOST if mark.kind == "ghost" else 1.0
        pen = Pen(mark.color, radius, mark.kind)
        yield from (replace(each, opacity=opacity) for each in draw_keypoints(mark.points, pen, layout.picture))


def _turned(mark: Mark, style: Marks, layout: Layout) -> Iterator[Sprite]:
    """A rotated box as boxes are drawn: a line inside its edges, heavier corners, and casings on both sides."""
    unit, box = layout.unit, geometry.rotated_box(mark.outlines[0])
    line = float(whole_line(style.line * mark.weight * unit))
    heavy = max(line + 1, whole_line(style.bracket * mark.weight * unit))
    corner = min(style.bracket_length * unit, 0.3 * min(box.width, box.height))
    with_corners = bool(style.bracket) and corner >= 3 * heavy
    casing = casing_of(mark.color, line)

    def inside(far: float) -> tuple[float, ...]:
        more = (heavy + far, corner + far) if with_corners else (line + far, 0.0)
        return _inner(box, line + far, *more)

    edges = _inner(box, 0.0)
    yield from _placed(
        [
            Path((_inner(box, -casing.width), inside(casing.width)), casing.outside, fill_opacity=1.0),
            Path((_inner(box, line / 2), inside(casing.width)), casing.inside, fill_opacity=1.0),
            Path((edges, inside(0.0)), mark.color, fill_opacity=1.0),
        ],
        layout.picture,
    )


def _inner(box: geometry.RotatedBox, line: float, heavy: float = 0.0, length: float = 0.0) -> tuple[float, ...]:
    """Return what is inside a rotated box' line, which is ``heavy`` over a length from each corner; else its edges.

    Of a box that is all line it is its middle.
    """
    half = box.width / 2, box.height / 2
    w, h = (max(0.0, side - line) for side in half)
    points = [(w, h)]
    if heavy > line and length:
        a, b = (max(0.0, side - heavy) for side in half)
        x, y = (max(0.0, side - length) for side in half)
        points = [(w, y), (a, y), (a, b), (x, b), (x, h)]
    one = np.array(points)
    local = np.concatenate([one, one[::-1] * (-1, 1), -one, one[::-1] * (1, -1)])
    across, down = np.cos(box.angle), np.sin(box.angle)
    turned = local @ np.array([[across, down], [-down, across]]) + (box.x, box.y)
    return tuple(turned.ravel().tolist())


def _shape(mark: Mark, style: Marks, stroke: float, picture: Area) -> Iterator[Sprite]:
    casing = casing_of(mark.color, stroke)
    fill = 0.0 if mark.is_open or mark.is_turned else style.fill_opacity
    path = Path(mark.outlines, mark.color, stroke, fill, mark.is_open, mark.dash * stroke, casing=casing)
    if mark.kind == "carried":
        path = replace(path, fill_opacity=0.0, dash=DASH * stroke)
    if mark.kind == "rejected":
        path = replace(path, fill_opacity=fill / 2, dash=LONG_DASH * stroke)
    if mark.kind == "ghost":
        first = _corner((path,), picture)
        hatch = _hatch(mark, stroke, sum(first))
        path = replace(path, fill_opacity=0.0 if mark.is_open else HATCHING, hatch=hatch)
    yield from _placed([path], picture, GHOST if mark.kind == "ghost" else 1.0)


def _placed(paths: Sequence[Path], picture: Area, opacity: float = 1.0) -> Iterator[Sprite]:
    """Yield lines as one drawing; what reaches over the picture's edge, however far, is cut off there."""
    left, top = _corner(paths, picture)
    reach = _reach(paths)
    _, _, x1, y1 = geometry.polygons_bounds([outline for path in paths for outline in path.outlines])
    right, bottom = min(picture.right, x1 + reach), min(picture.bottom, y1 + reach)
    if right <= left or bottom <= top:
        return
    local = tuple(
        replace(
            path,
            outlines=tuple(
                tuple((np.asarray(each).reshape(-1, 2) - (left, top)).ravel().round(3).tolist())
                for each in path.outlines
            ),
        )
        for path in paths
    )
    yield Sprite(left, top, Drawing(even(right - left), even(bottom - top), local), opacity)


def _corner(paths: Sequence[Path], picture: Area) -> tuple[int, int]:
    """Return where the drawing of some lines begins: at even pixels, inside the picture."""
    x0, y0, _, _ = geometry.polygons_bounds([outline for path in paths for outline in path.outlines])
    reach = _reach(paths)
    return int(max(picture.x, 2 * ((x0 - reach) // 2))), int(max(picture.y, 2 * ((y0 - reach) // 2)))


def _reach(paths: Sequence[Path]) -> float:
    """Return how far lines and their casings reach beyond their middles, and a pixel."""
    return max(path.stroke / 2 + (1 + path.is_open) * (path.casing.width if path.casing else 0) for path in paths) + 1


def _hatch(mark: Mark, stroke: float, place: int) -> Hatch:
    """Lines of all ghosts are parallel, those of categories side by side: one over the other they can be told apart."""
    apart = HATCH * stroke
    return Hatch(apart, (apart * (mark.class_id % HATCHES) / HATCHES - place) % apart, max(1.0, 0.75 * stroke))


def _box(mark: Mark, style: Marks, layout: Layout) -> Iterator[Element]:
    unit, picture = layout.unit, layout.picture
    frame = frame_in(mark.box, style.line * mark.weight * unit, mark.color, DASHES.get(mark.kind, mark.dash))
    (x0, y0, x1, y1), line = frame.edges, frame.line
    if mark.kind == "ghost":
        a, b, c, d = x0 + line / 2, y0 + line / 2, x1 - line / 2, y1 - line / 2
        yield from _shape(replace(mark, outlines=((a, b, c, b, c, d, a, d),)), style, line, picture)
        return
    heavy = max(line + 1, whole_line(style.bracket * mark.weight * unit))
    corner = min(style.bracket_length * unit, 0.3 * min(x1 - x0, y1 - y0))
    if style.bracket and corner >= 3 * heavy and not frame.dash:
        yield from brackets(frame, heavy, 2 * round(corner / 2), picture)
    else:
        yield from frame.cased(picture)
