"""Room around words: labels' lines give way to words that stand in front of them, as lines of a map do to its names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from loopviz.scene.boxes import apart
from loopviz.scene.elements import Clearing, Element, Rect, Sprite, Text
from loopviz.scene.layout import Area
from loopviz.scene.typography import SHIFT, Typesetter

ASIDE, OVER, UNDER = 0.3, 0.86, 0.36  # sizes of type around words: at their sides, over and under their base line
PALER = 0.55  # between words that stand together, lines are paler by this
Piece = TypeVar("Piece", Rect, Clearing)


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
    edges = Clearing(picture.x, picture.y, picture.right, picture.bottom)
    return sorted((each for each in room if each.opacity and _meet(edges, each)), key=lambda each: -each.opacity)


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
    paler, whole = list[Rect](), _whole(room)
    for element in elements:
        if isinstance(element, Rect) and _meet(element, whole):
            within, without = _divided(element, room)
            yield from without
            paler.extend(within)
        elif isinstance(element, Sprite) and not any(isinstance(shape, Text) for shape in element.drawing.shapes):
            yield _cut(element, room)
        else:
            yield element
    yield from apart(paler)  # they lie on nothing else, and no line shows through another


def _divided(bar: Rect, room: Sequence[Clearing]) -> tuple[list[Rect], list[Rect]]:
    """Return the parts of a bar that lie in clearings, as opaque as they are there, and those that lie in none."""
    within, without = list[Rect](), [bar]
    for hole in room:
        if _meet(bar, hole):
            inside = (_common(part, hole) for part in without if _meet(part, hole))
            if hole.opacity < 1:
                within.extend(replace(part, opacity=bar.opacity * (1 - hole.opacity)) for part in inside)
            without = [left for part in without for left in _around(part, hole)]
    return within, without


def _meet(one: Rect | Clearing, other: Rect | Clearing) -> bool:
    return one.x_min < other.x_max and other.x_min < one.x_max and one.y_min < other.y_max and other.y_min < one.y_max


def _common(of: Piece, hole: Clearing) -> Piece:
    x0, y0 = max(of.x_min, hole.x_min), max(of.y_min, hole.y_min)
    return replace(of, x_min=x0, y_min=y0, x_max=min(of.x_max, hole.x_max), y_max=min(of.y_max, hole.y_max))


def _around(of: Piece, hole: Clearing) -> Iterator[Piece]:
    """Yield what of a rectangle lies beside a clearing: above it, below, on its left and on its right."""
    if not _meet(of, hole):
        yield of
        return
    y0, y1 = max(of.y_min, hole.y_min), min(of.y_max, hole.y_max)
    if of.y_min < y0:
        yield replace(of, y_max=y0)
    if y1 < of.y_max:
        yield replace(of, y_min=y1)
    if of.x_min < hole.x_min:
        yield replace(of, x_max=hole.x_min, y_min=y0, y_max=y1)
    if hole.x_max < of.x_max:
        yield replace(of, x_min=hole.x_max, y_min=y0, y_max=y1)


def _cut(sprite: Sprite, room: Sequence[Clearing]) -> Sprite:
    """A drawing with what is to be cleared of it, in its own pixels, none of it twice."""
    drawing, x, y = sprite.drawing, sprite.x, sprite.y
    place = Clearing(x, y, x + drawing.width, y + drawing.height)
    holes: list[Clearing] = []
    for each in (each for each in room if _meet(place, each)):
        parts = [each]
        for other in holes:
            parts = [left for part in parts for left in _around(part, other)]
        holes.extend(parts)
    shapes = tuple(
        replace(each, x_min=each.x_min - x, y_min=each.y_min - y, x_max=each.x_max - x, y_max=each.y_max - y)
        for each in holes
    )
    return replace(sprite, drawing=replace(drawing, shapes=(*drawing.shapes, *shapes))) if holes else sprite
