"""The plates of a clip: what is written on each, and where it stands from frame to frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from loopviz.dataset import Dataset
from loopviz.scene.contrast import ink_on
from loopviz.scene.elements import Drawing, Rect, Sprite, Text, TextStyle
from loopviz.scene.layout import Area, Layout, even
from loopviz.scene.marks import Category, ClipMarks, Mark, Rows, numbered
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.plates import Floats, PlateField, Spot, preferred_places, spread
from loopviz.scene.style import Placed, Type
from loopviz.scene.typography import Typesetter

REMEMBERED = 256  # people's first frames
LEAST_TYPE = 9.0  # pixels
Drawings = tuple[Drawing, Drawing]  # a category's plate, and that on labels that were carried over
Wanted = tuple[list[int], list[int | None]]


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
    """The plates of a clip.

    Args:
        clip: All marks.
        marks: Returns a frame's.
        firsts: The frames with which somebody else's work begins.
        drawings: The plates by category.
        field: Finds places.
    """

    def __init__(
        self,
        clip: ClipMarks,
        marks: Callable[[int], tuple[Mark, ...]],
        firsts: Rows,
        drawings: Mapping[int, Drawings],
        field: PlateField,
    ) -> None:
        self._clip, self._marks, self._firsts = clip, marks, firsts
        self._drawings, self._field = drawings, field
        self._first_places = lru_cache(maxsize=REMEMBERED)(self._places_on)

    def on(self, frame: int, drawn: Sequence[Mark]) -> Iterator[Sprite]:
        """Yield the plates of what is drawn whole of a frame, where they stand when all is."""
        marks = self._marks(frame)
        whole = sum(mark == of_all for mark, of_all in zip(drawn, marks, strict=False))
        for mark, spot in list(zip(marks, self._spots(frame, self.wanted(frame)), strict=True))[:whole]:
            if spot is not None:
                yield Sprite(spot.x, spot.y, self._drawing(mark))

    def wanted(self, frame: int) -> Wanted:
        """Return where a frame's plates would stand best over the clip, and where they stand since its person came."""
        marks = self._marks(frame)
        begun = int(np.searchsorted(self._firsts, frame, side="right"))
        first = int(self._firsts[begun - 1]) if begun else frame
        had = {} if first == frame else self._first_places(first)
        return self._best(marks), [had.get(key) for key in numbered(marks)]

    def _best(self, marks: Sequence[Mark]) -> list[int]:
        """Return where the plates of a frame would stand best."""
        return [self._preferred.get(mark.class_id, 0) for mark in marks]

    def _places_on(self, frame: int) -> dict[tuple[int, int], int]:
        """Where the plates of a person's first frame stand, as far as that is one of the usual places."""
        found = zip(numbered(self._marks(frame)), self._spots(frame, self.wanted(frame)), strict=True)
        return {key: spot.place for key, spot in found if spot is not None and spot.place is not None}

    def _spots(self, frame: int, wanted: Wanted) -> list[Spot | None]:
        return self._field.place(*self._shapes(self._marks(frame)), *wanted)

    def _shapes(self, marks: Sequence[Mark]) -> tuple[Floats, Floats]:
        """Return the boxes of marks, and the sizes of their plates."""
        boxes = np.array([mark.box for mark in marks], dtype=np.float64).reshape(-1, 4)
        return boxes, _sizes([self._drawing(mark) for mark in marks])

    def _drawing(self, mark: Mark) -> Drawing:
        return self._drawings[mark.class_id][mark.kind == "carried"]

    @cached_property
    def _preferred(self) -> dict[int, int]:
        """The place of each category that fits best over the clip."""
        costs, classes = [], []
        for boxes, own, class_ids in self._clip.among_others(spread(self._clip.class_ids)):
            sizes = _sizes([self._drawings[class_id][0] for class_id in class_ids.tolist()])
            costs.append(self._field.costs(boxes, sizes, own))
            classes.append(class_ids)
        return preferred_places(np.concatenate(costs), np.concatenate(classes)) if costs else {}


def plate_field(layout: Layout, thickness: float, reserved: Sequence[Area]) -> PlateField:
    """Return what finds places for plates, off some areas of the canvas and off lines so thick, in pixels."""
    unit = layout.unit
    return PlateField(layout.picture, reserved, gap=max(2, 0.0022 * unit), thickness=max(2, thickness))


def first_frames(dataset: Dataset) -> Rows:
    """Return the frames with which somebody else's work begins, ascending.

    Frames that nobody worked on are with those before them. Where several people worked on one it is the first's.
    """
    work = dataset.assignments.drop_nulls("frame").unique("frame", keep="first", maintain_order=True).sort("frame")
    worker = work["worker_id"]
    return work.filter((worker != worker.shift(1)).fill_null(value=True))["frame"].to_numpy()


def _sizes(drawings: Sequence[Drawing]) -> npt.NDArray[np.float64]:
    sizes = [(drawing.width, drawing.height) for drawing in drawings]
    return np.array(sizes, dtype=np.float64).reshape(-1, 2)


def plate(category: Category, size: float, typesetter: Typesetter, room: float) -> Drawing:
    """Return a category's plate, in the category's colour, its ink chosen by contrast."""
    size = max(LEAST_TYPE, size)
    style = TextStyle("sans", 600, size, ink_on(category.color))
    name = typesetter.fit(category.name, style, (0.3 if category.kind == "drawn" else 0.5) * room)
    wide = typesetter.width(name, style)
    width, height = even(wide + 0.84 * size), even(1.52 * size)
    text = Text(name, style, (width - wide) / 2, round((height + CAP_HEIGHT * size) / 2), wide + 2)
    return Drawing(width, height, (Rect(0, 0, width, height, category.color), text))
