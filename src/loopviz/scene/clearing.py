"""Room around words: labels' lines give way to words that stand in front of them, as lines of a map do to its names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from loopviz.scene.boxes import apart
from loopviz.scene.elements import Clearing, Element, Rect, Sprite, Text
from loopviz.scene.layout import Area
from loopviz.scene.plates import overlaps
from loopviz.scene.typography import SHIFT, Typesetter

ASIDE, OVER, UNDER = 0.3, 0.86, 0.36  # sizes of type around words: at their sides, over and under their base line
PALER = 0.55  # between words that stand together, lines are paler by this
Edges = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max


def room_of_words(elements: Iterable[Element], typesetter: Typesetter) -> list[Clearing]:
    """Return the room that the texts among some elements want, in canvas pixels; as clear as they are opaque.

    The last of it is what lies between them.
    """
    sprites = (element for element in elements if isinstance(element, Sprite))
    found = [
        _room_of(shape, sprite, typesetter)
        for sprite in sprites
        for shape in sprite.drawing.shapes
        if isinstance(shape, Text) and shape.text.strip()
    ]
    if not found:
        return []
    whole = _whole(found)
    return [*found, replace(whole, opacity=PALER * whole.opacity)]


def _whole(room: Sequence[Clearing]) -> Clearing:
    left, top = min(each.x_min for each in room), min(each.y_min for each in room)
    right, bottom = max(each.x_max for each in room), max(each.y_max for each in room)
    return Clearing(left, top, right, bottom, max(each.opacity for each in room))


def _room_of(text: Text, sprite: Sprite, typesetter: Typesetter) -> Clearing:
    wide, _, lines = typesetter.measure(text.text, text.style, text.width)
    size, left = text.style.size, sprite.x + text.x + SHIFT[text.align] * (text.width - wide)
    last = sprite.y + text.y + (lines - 1) * typesetter.line_height(text.style)
    return Clearing(
        round(left - ASIDE * size),
        round(sprite.y + text.y - OVER * size),
        round(left + wide + ASIDE * size),
        round(last + UNDER * size),
        sprite.opacity,
    )


def on_picture(room: Iterable[Clearing], picture: Area) -> list[Clearing]:
    """Return the clearings that lie on the picture, at least in part, the clearest first."""
    place = picture.x, picture.y, picture.right, picture.bottom
    return sorted(
        (each for each in room if each.opacity and _meet(place, _edges(each))), key=lambda each: -each.opacity
    )


def given_way(elements: Iterable[Element], room: Sequence[Clearing]) -> Iterator[Element]:
    """Yield elements without what of them lies in some clearings; of half opaque words half of that stays.

    What has words itself, as a plate, is whole.

    Args:
        elements: Lines of labels.
        room: Clearings, the clearest first: where two lie on each other it counts.
    """
    if not room:
        yield from elements
        return
    paler, elements = list[Rect](), list(elements)
    met = iter(_met([element for element in elements if isinstance(element, Rect)], room))
    for element in elements:
        if isinstance(element, Rect):
            within, without = _divided(element, next(met))
            yield from without
            paler.extend(within)
        elif isinstance(element, Sprite) and not any(isinstance(shape, Text) for shape in element.drawing.shapes):
            yield _cut(element, room)
        else:
            yield element
    yield from apart(paler)  # they lie on nothing else, and no line shows through another


def _met(bars: Sequence[Rect], room: Sequence[Clearing]) -> list[list[Clearing]]:
    """Return for each bar the clearings that it lies in, at least in part."""
    one, other = (np.array([_edges(each) for each in some]).reshape(-1, 4) for some in (bars, room))
    met: list[list[Clearing]] = [[] for _ in bars]
    for bar, hole in np.argwhere(overlaps(one, other)).tolist():
        met[bar].append(room[hole])
    return met


def _divided(bar: Rect, room: Sequence[Clearing]) -> tuple[list[Rect], list[Rect]]:
    """Return the parts of a bar that lie in clearings, as opaque as they are there, and those that lie in none."""
    if not room:
        return [], [bar]
    within, parts = list[Rect](), [_edges(bar)]
    for each in room:
        hole = _edges(each)
        if each.opacity < 1:
            opacity = bar.opacity * (1 - each.opacity)
            within.extend(Rect(*_common(part, hole), bar.color, opacity) for part in parts if _meet(part, hole))
        parts = [left for part in parts for left in _around(part, hole)]
    return within, [Rect(*part, bar.color, bar.opacity) for part in parts]


def _edges(of: Rect | Clearing) -> Edges:
    return of.x_min, of.y_min, of.x_max, of.y_max


def _meet(one: Edges, other: Edges) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _common(one: Edges, other: Edges) -> Edges:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _around(part: Edges, hole: Edges) -> Iterator[Edges]:
    """Yield what of a rectangle lies beside a clearing: above it, below, on its left and on its right."""
    if not _meet(part, hole):
        yield part
        return
    x0, y0, x1, y1 = part
    left, upper, right, lower = _common(part, hole)
    if y0 < upper:
        yield x0, y0, x1, upper
    if lower < y1:
        yield x0, lower, x1, y1
    if x0 < left:
        yield x0, upper, left, lower
    if right < x1:
        yield right, upper, x1, lower


def _cut(sprite: Sprite, room: Sequence[Clearing]) -> Sprite:
    """A drawing with what is to be cleared of it, in its own pixels, none of it twice."""
    drawing, x, y = sprite.drawing, sprite.x, sprite.y
    place = x, y, x + drawing.width, y + drawing.height
    holes = list[tuple[Edges, float]]()
    for each in (each for each in room if _meet(place, _edges(each))):
        parts = [_edges(each)]
        for other, _ in holes:
            parts = [left for part in parts for left in _around(part, other)]
        holes.extend((part, each.opacity) for part in parts)
    shapes = tuple(Clearing(x0 - x, y0 - y, x1 - x, y1 - y, opacity) for (x0, y0, x1, y1), opacity in holes)
    return replace(sprite, drawing=replace(drawing, shapes=(*drawing.shapes, *shapes))) if holes else sprite
