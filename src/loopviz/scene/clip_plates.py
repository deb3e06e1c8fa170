"""The plates of a clip: what is written on each, and where it stands from frame to frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import polars as pl

from loopviz.scene.contrast import ink_on
from loopviz.scene.elements import Drawing, Rect, Sprite, Text, TextStyle
from loopviz.scene.layout import even
from loopviz.scene.leaders import leaders
from loopviz.scene.marks import Category, Floats, Key, Mark, Rows, in_front
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.plates import DEPARTURE, GAP, clear_of
from loopviz.scene.resting import NEED, Ground, Pace, Stretch, place_all, places_at
from loopviz.scene.stage import Stage
from loopviz.scene.style import Placed, Type
from loopviz.scene.typography import Typesetter

BLOCK, AROUND_SEAM = 480, 48  # frames that are solved at once; what is looked at on both sides of where blocks meet
BLOCKS_KEPT, LONE_KEPT = 8, 256
HALF_A_SECOND, FILM = 0.5, 24
MOST_NAMED = 12  # labels on a frame: of more, each category has one plate
LEAST_TYPE = 9.0  # pixels
Drawings = tuple[Drawing, Drawing]  # a category's plate, and that on labels that were carried over
Spot = tuple[float, float, float, float]


def plate_drawings(
    categories: Sequence[Category], carried: str, size: float, typesetter: Typesetter, room: float
) -> list[Drawings]:
    """Return the plates of some categories.

    Args:
        categories: The categories.
        carried: What the plates say of labels that nobody drew; nothing where a legend or a panel says it.
        size: How large their type is, in pixels.
        typesetter: What measures their text.
        room: How wide the picture is, in pixels: a name takes a part of it at most.
    """

    def drawn(category: Category) -> Drawing:
        return plate(category, size, typesetter, room)

    if not carried:
        return [(drawn(category), drawn(category)) for category in categories]
    said = [replace(category, name=f"{category.name}: {carried}", kind="carried") for category in categories]
    return [(drawn(category), drawn(more)) for category, more in zip(categories, said, strict=True)]


class Plates(Placed):
    """What a theme says of the plates beside labels, with their categories' names.

    Attributes:
        size: How large their type is, in units.
    """

    size: Type = 0.019


class ClipPlates:
    """The plates of a clip, at rest as long as they can.

    Where a plate stands follows from all frames of a block of the clip, and from those around both its ends, where it
    meets the next: so it is the same whatever part is rendered, and nothing leaps at a seam. Where a film shows frames
    as long as their words need, each is a step of its own, between which a plate does not glide.

    Args:
        stage: The clip.
        drawings: The plates by category.
        thickness: How thick the labels' lines are, in pixels.
    """

    def __init__(self, stage: Stage, drawings: Mapping[int, Drawings], thickness: float) -> None:
        self._clip, self._marks, self._drawings, self._layout = stage.clip, stage.marks, drawings, stage.layout
        picture, unit = stage.layout.picture, stage.layout.unit
        bounds = clear_of(picture, list(stage.reserved()))
        self._ground = Ground(bounds, max(2, GAP * unit), max(2, thickness), picture.width)
        order, frames = stage.options.order, stage.dataset.frames
        self._frames = frames["frame"].to_list() if order is None else list(order)
        self._steps = {frame: step for step, frame in enumerate(self._frames)}
        half = frames_of(frames, HALF_A_SECOND)
        self._pace = Pace(NEED * half, half, eases=True) if order is None else Pace(DEPARTURE, 1, eases=False)
        self._solved = lru_cache(maxsize=BLOCKS_KEPT)(self._block)
        self._lone = lru_cache(maxsize=LONE_KEPT)(lambda frame: self._placed([frame], [{}, {}]))
        self._pins = lru_cache(maxsize=4 * BLOCKS_KEPT)(self._places_at)

    def on(self, frame: int, drawn: Sequence[Mark]) -> Iterator[Sprite]:
        """Yield the plates of what is drawn whole of a frame, and leaders to it, where they stand when all is."""
        marks, found = in_front(self._marks(frame)), self.key(frame)
        whole = sum(mark == of_all for mark, of_all in zip(drawn, marks, strict=False))
        shown = [(marks[number], spot) for number, spot in found if number < whole]
        yield from leaders(shown, self._layout, self._ground.thickness)
        for mark, (x0, y0, *_) in shown:
            yield Sprite(int(x0), int(y0), self._drawings[mark.class_id][mark.kind == "carried"])

    def key(self, frame: int) -> tuple[tuple[int, Spot], ...]:
        """Return which of a frame's marks have plates, of those that stand for themselves, and where these stand."""
        step = self._steps.get(frame)
        if step is None:  # a still of a frame that the film does not show
            return self._lone(frame).get(0, ())
        block = min(step, len(self._frames) - 2) // BLOCK if step else 0
        return self._solved(max(0, block)).get(step, ())

    def _block(self, block: int) -> dict[int, tuple[tuple[int, Spot], ...]]:
        """Return what stands where on each step of a block, whose last is the next one's first."""
        first, last = block * BLOCK, min((block + 1) * BLOCK, len(self._frames) - 1)
        begin = self._pins(first) if first else {}
        end = self._pins(last) if last < len(self._frames) - 1 else {}
        found = self._placed(self._frames[first : last + 1], [begin, end])
        return {first + step: spots for step, spots in found.items()}

    def _placed(
        self, frames: Sequence[int], pins: Sequence[Mapping[Key, int]]
    ) -> dict[int, tuple[tuple[int, Spot], ...]]:
        """Return what stands where on each of some frames that follow each other."""
        keys, plates = self._stretches(frames)
        begin, end = pins
        spots = place_all(plates, self._ground, self._pace, [(begin.get(key, -1), end.get(key, -1)) for key in keys])
        found: dict[int, list[tuple[int, Spot]]] = {}
        for plate, spot in zip(plates, spots, strict=True):
            for step in np.flatnonzero(~np.isnan(spot[:, 0])).tolist():
                found.setdefault(step, []).append((int(plate.own[step]), tuple(spot[step].tolist())))
        return {step: tuple(sorted(each)) for step, each in found.items()}

    def _places_at(self, step: int) -> dict[Key, int]:
        """Return the place of each plate on the step where two blocks meet, from what is around it."""
        around = range(max(0, step - AROUND_SEAM), min(len(self._frames), step + AROUND_SEAM + 1))
        keys, plates = self._stretches(self._frames[around.start : around.stop])
        return dict(zip(keys, places_at(plates, self._ground, self._pace, step - around.start), strict=True))

    def _stretches(self, frames: Sequence[int]) -> tuple[list[Key], list[Stretch]]:
        """Return the labels that have plates on some frames, and how each goes through these."""
        labels = [self._clip.labels(frame) for frame in frames]
        others = np.full((len(labels), max((len(each.boxes) for each in labels), default=0), 4), np.nan)
        own: dict[Key, Rows] = {}
        sizes: dict[Key, Floats] = {}
        for row, each in enumerate(labels):
            others[row, : len(each.boxes)] = each.boxes
            for number in named(each.boxes, each.class_ids):
                key = each.keys[number]
                own.setdefault(key, np.full(len(labels), -1))[row] = number
                drawing = self._drawings[key[0]][each.kinds[number] == "carried"]
                sizes.setdefault(key, np.ones((len(labels), 2)))[row] = drawing.width, drawing.height
        rows = np.arange(len(labels))
        return list(own), [
            Stretch(np.where(own[key][:, None] < 0, np.nan, others[rows, own[key]]), own[key], others, sizes[key])
            for key in own
        ]


def named(boxes: Floats, class_ids: Rows) -> list[int]:
    """Return which labels of a frame have plates: all, or where there are many the largest of each category."""
    if len(boxes) <= MOST_NAMED:
        return list(range(len(boxes)))
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    largest: dict[int, int] = {}
    for number in np.argsort(-areas, kind="stable").tolist():
        largest.setdefault(int(class_ids[number]), number)
    return sorted(largest.values())


def frames_of(frames: pl.DataFrame, seconds: float) -> int:
    """Return how many of a clip's frames pass in some seconds; of one without times, as of a film's."""
    steps = frames["pts_seconds"].drop_nulls().sort().diff().drop_nulls()
    step = steps.median() if len(steps) else None
    return max(1, round(seconds / step)) if isinstance(step, float) and step > 0 else round(seconds * FILM)


def plate(category: Category, size: float, typesetter: Typesetter, room: float) -> Drawing:
    """Return a category's plate, in the category's colour, its ink chosen by contrast."""
    size = max(LEAST_TYPE, size)
    style = TextStyle("sans", 600, size, ink_on(category.color))
    name = typesetter.fit(category.name, style, (0.3 if category.kind == "drawn" else 0.5) * room)
    wide = typesetter.width(name, style)
    width, height = even(wide + 0.84 * size), even(1.52 * size)
    text = Text(name, style, (width - wide) / 2, round((height + CAP_HEIGHT * size) / 2), wide + 2)
    return Drawing(width, height, (Rect(0, 0, width, height, category.color), text))
