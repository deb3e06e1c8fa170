"""Where the people who labelled a frame differ: a heat over the picture, everybody's edges, and who sides with whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import ClassVar, Literal

import cv2
import numpy as np
from pydantic import Field

from loopviz.scene.caption_shapes import CaptionShapes
from loopviz.scene.contrast import channels
from loopviz.scene.differing import Sides, Work, outlines_on, regions_of, sides_of, split_of
from loopviz.scene.elements import Bitmap, Drawing, Element, Path, Sprite, TextStyle, faded
from loopviz.scene.layout import even
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.stage import Stage
from loopviz.scene.style import Length, Placed, Type
from loopviz.scene.view import View
from loopviz.scene.widgets.works import WorksWidget

COARSE = 2  # pixels of the source that one of the heat stands for
PALEST, DARKEST, ADDED = 0.12, 0.9, 1.6  # how opaque edges are; of so many people they would be opaque
NAME_LEAD, LEAD = 1.35, 2.0  # sizes of type: from a category to its people, and to the next category


class Differing(Placed):
    """What a theme says of it.

    Attributes:
        draw: The heat, everybody's edges, or both.
        opacity: How opaque the heat is where people are split most.
        line: How thick edges are, in units.
    """

    draw: Literal["heat", "edges", "both"] = "both"
    opacity: float = Field(default=0.6, gt=0, le=1)
    line: Length = 0.002


class DifferingWidget(WorksWidget):
    """Draws where people differ."""

    gives_way: ClassVar[bool] = True
    style_type: ClassVar[type[Placed]] = Differing
    placed: Differing

    def __init__(self, style: Differing, stage: Stage) -> None:
        super().__init__(style, stage)
        self._heat = lru_cache(maxsize=16)(self._drawn_heat)

    def key(self, view: View) -> object:
        """Return the work on the frame."""
        return self.digest(view.frame), view.marks_opacity

    def elements(self, view: View) -> Iterable[Element]:
        """Return the heat, and over it the edges."""
        return faded(list(self._parts(view.frame)), view.marks_opacity)

    def _parts(self, frame: int) -> Iterator[Element]:
        works = self.works.get(frame, ())
        if works and self.placed.draw != "edges":
            yield self._heat(frame)
        if works and self.placed.draw != "heat":
            yield self._edges(works)

    def _edges(self, works: Sequence[Work]) -> Sprite:
        """All outlines in one drawing, so pale that they add up where people agree."""
        picture, layout = self.stage.layout.picture, self.stage.layout
        line, opacity = max(1.0, self.placed.line * layout.unit), max(PALEST, min(DARKEST, ADDED / len(works)))
        rings = [np.reshape(ring, (-1, 2)) for work in works for row in work.rows for ring in outlines_on(row, layout)]
        local = [tuple((ring - (picture.x, picture.y)).ravel().tolist()) for ring in rings]
        paths = tuple(Path((ring,), self.stage.theme.colors.ink, line, stroke_opacity=opacity) for ring in local)
        return Sprite(int(picture.x), int(picture.y), Drawing(even(picture.width), even(picture.height), paths))

    def _drawn_heat(self, frame: int) -> Sprite:
        picture, layout, size = self.stage.layout.picture, self.stage.layout, self.stage.size
        split = split_of([regions_of(work, size) for work in self.works[frame]], size)
        small = cv2.resize(split, (-(-size[0] // COARSE), -(-size[1] // COARSE)), interpolation=cv2.INTER_AREA)
        red, green, blue = channels(self.stage.theme.colors.accent)
        pixels = np.empty((*small.shape, 4), dtype=np.uint8)
        pixels[:] = (blue, green, red, 0)
        pixels[..., 3] = np.rint(255 * self.placed.opacity * small)
        data = cv2.imencode(".png", pixels)[1].tobytes()
        x, y = layout.origin[0] - picture.x, layout.origin[1] - picture.y
        bitmap = Bitmap(x, y, x + size[0] * layout.scale, y + size[1] * layout.scale, data)
        return Sprite(int(picture.x), int(picture.y), Drawing(even(picture.width), even(picture.height), (bitmap,)))


class SidesStyle(Placed):
    """What a theme says of it.

    Attributes:
        size: How large its type is, in units.
        most: How many categories it speaks of at most; those come first over which people are split most evenly.
        agree: What is said where all say the same.
        alone: What is said where one person alone labelled.
        only: What stands before the few who drew something that most did not.
        without: What stands before those who drew nothing of it, and before a minority.
        apart: What stands between groups of one size that drew it elsewhere.
    """

    size: Type = 0.024
    most: int = Field(default=5, ge=1, le=20)
    agree: str = "All agree"
    alone: str = "Labelled by one person"
    only: str = "only"
    without: str = "not"
    apart: str = "or"


class SidesWidget(WorksWidget):
    """Names who is of the majority and who is not, category by category."""

    has_words: ClassVar[bool] = True
    style_type: ClassVar[type[Placed]] = SidesStyle
    placed: SidesStyle

    def __init__(self, style: SidesStyle, stage: Stage) -> None:
        super().__init__(style, stage)
        self._said = lru_cache(maxsize=256)(self._say)

    @property
    def texts(self) -> Iterable[str]:
        """Return its words."""
        return (self.placed.agree, self.placed.alone, self.placed.only, self.placed.without, self.placed.apart)

    def key(self, view: View) -> object:
        """Return what is said."""
        return self._said(view.frame), view.caption_opacity

    def reads(self, view: View) -> Iterable[str]:
        """Return what is said, category by category."""
        return (text for said in self._said(view.frame) for text in said if text)

    def elements(self, view: View) -> Iterable[Element]:
        """Return the words as they are set, as far as there is room."""
        unit, colors, area = self.stage.layout.unit, self.stage.theme.colors, self.area
        size, out = self.placed.size * unit, CaptionShapes(self.stage.typesetter)
        name, people = TextStyle("sans", 600, size, colors.ink), TextStyle("sans", 400, size, colors.quiet)
        y = CAP_HEIGHT * size
        for category, said in self._said(view.frame):
            lines = self.stage.typesetter.lines(said, people, area.width)
            deep = NAME_LEAD * size + (lines - 1) * self.stage.typesetter.line_height(people)
            if y + deep > area.height:
                break
            out.put(category, name, (0, round(y)), area.width)
            if said:
                out.put(said, people, (0, round(y + NAME_LEAD * size)), area.width, lines)
            y += deep + LEAD * size
        return faded(self.stage.typesetter.place(out.shapes, area.x, area.y), view.caption_opacity)

    def _say(self, frame: int) -> tuple[tuple[str, str], ...]:
        works = self.works.get(frame, ())
        if not works:
            return () if self.stage.states[frame] == "none" else ((self.placed.alone, ""),)
        sides = sides_of(works, [regions_of(work, self.stage.size) for work in works])
        apart = [each for each in sides if not each.is_whole]
        apart.sort(key=lambda each: max(len(each.absent), *(len(group) for group in each.drew)))
        if sides and not apart:
            return ((self.placed.agree, ", ".join(work.name for work in works if work.name)),)
        named = self.stage.categories
        return tuple((named[each.class_id].name, self._words(each)) for each in apart[: self.placed.most])

    def _words(self, sides: Sides) -> str:
        placed, (first, *others) = self.placed, sides.drew
        alike = [group for group in others if len(group) == len(first)]
        fewer = [name for group in others if len(group) < len(first) for name in group]
        said = f" {placed.apart} ".join(map(_people, (first, *alike)))
        if len(sides.absent) > len(first):
            said = f"{placed.only} {said}"
        without = [*fewer, *sides.absent]
        return f"{said}, {placed.without} {_people(without)}" if without else said


def _people(names: Iterable[str]) -> str:
    """Return names, and a number for those who may not be named."""
    named = [name for name in names if name]
    hidden = sum(not name for name in names)
    return ", ".join([*named, *([f"+{hidden}" if named else f"{hidden}"] if hidden else [])])
