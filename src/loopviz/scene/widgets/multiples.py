"""The people who labelled a frame side by side: for each a small picture with that person's labels, and the name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import ClassVar, Self

from pydantic import Field, model_validator

from loopviz.scene.caption_shapes import CaptionShapes
from loopviz.scene.casings import casing_of
from loopviz.scene.cells import Cells, Wanted, solve_cells
from loopviz.scene.differing import Work, outlines_on
from loopviz.scene.elements import Drawing, Element, FramePicture, Path, Sprite, TextStyle, faded
from loopviz.scene.layout import Area, Layout, even
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.stage import Stage
from loopviz.scene.style import Length, Placed, Size, Type
from loopviz.scene.view import View
from loopviz.scene.widgets.works import WorksWidget

ABOVE, DEEP = 0.85, 1.8  # sizes of type: from a picture to its name; of a name in all


class Multiples(Placed):
    """What a theme says of it.

    Attributes:
        most: For how many people there are pictures at most; where more labelled a frame, the last says how many.
        in_turn: Whether these others come after them, while the frame stands, instead of being counted.
        gap: How far pictures are from each other at least, in units.
        size: How large the type of names is.
        line: How thick lines of labels are, in units.
        paled: How far pictures are paled to grey and to the paper.
        more: What is said of those for whom there is no picture, after their number.
    """

    most: int = Field(default=6, ge=1, le=100)
    in_turn: bool = False
    gap: Size = 0.03
    size: Type = 0.022
    line: Length = 0.003
    paled: float = Field(default=0.0, ge=0.0, le=1.0)
    more: str = "more"

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.most == 1 and not self.in_turn:
            raise ValueError("'most: 1' needs 'in_turn: true': in the only place there would be a number")
        return self


class MultiplesWidget(WorksWidget):
    """Draws the pictures."""

    style_type: ClassVar[type[Placed]] = Multiples
    least: ClassVar[int] = 1
    placed: Multiples

    def __init__(self, style: Multiples, stage: Stage) -> None:
        super().__init__(style, stage)
        self._drawn = lru_cache(maxsize=64)(self._draw)

    @property
    def texts(self) -> Iterable[str]:
        """Return its words, and every number's characters."""
        return (self.placed.more, "0123456789")

    @property
    def solid(self) -> Iterable[Area]:
        """Return all of its area."""
        return (self.area,)

    def key(self, view: View) -> object:
        """Return whose work there is on which frame."""
        return view.frame, self.digest(view.frame), view.marks_opacity, self._turn(view)

    def reads(self, view: View) -> Iterable[str]:
        """Return the names, of all turns."""
        names = (name for turn in range(self.turns(view.frame)) for name in self._names(view.frame, turn))
        return filter(None, names)

    def turns(self, frame: int) -> int:
        """Return how many pictures after each other there are in a place."""
        works = self.works.get(frame, ())
        return max(1, -(-len(works) // len(self._cells.places))) if self.placed.in_turn else 1

    def pictures(self, view: View) -> Iterable[FramePicture]:
        """Return each person's picture: of the same frame."""
        people = self._shown(view.frame, self._turn(view))
        return [self._picture(view.frame, place) for place in self._cells.places[: len(people)]]

    def elements(self, view: View) -> Iterable[Element]:
        """Return the pictures, with labels and names."""
        yield from self.pictures(view)
        turn = self._turn(view)
        names = self._names(view.frame, turn)
        sprites = [
            Sprite(int(place.x), int(place.y), self._drawn(view.frame, turn, number))
            for number, place in enumerate(self._cells.places[: len(names)])
        ]
        yield from faded(sprites, view.marks_opacity)

    def _turn(self, view: View) -> int:
        return min(view.turn, self.turns(view.frame) - 1)

    def _shown(self, frame: int, turn: int) -> Sequence[Work]:
        works = self.works.get(frame, ())
        cells = len(self._cells.places)
        if self.placed.in_turn:
            return works[turn * cells : (turn + 1) * cells]
        return works if len(works) <= cells else works[: cells - 1]

    def _names(self, frame: int, turn: int) -> list[str]:
        """Return what stands under each picture, and in the place of the last how many have none."""
        shown, works = self._shown(frame, turn), self.works.get(frame, ())
        rest = 0 if self.placed.in_turn else len(works) - len(shown)
        left = [f"{rest} {self.placed.more}"] if rest else []
        return [*(work.name for work in shown), *left]

    def _picture(self, frame: int, place: Area) -> FramePicture:
        return FramePicture(frame, int(place.x), int(place.y), int(place.width), int(place.height), self.placed.paled)

    def _draw(self, frame: int, turn: int, number: int) -> Drawing:
        """What is drawn on a person's picture, and the name under it."""
        place, shown = self._cells.places[0], self._shown(frame, turn)
        name = self._names(frame, turn)[number]
        lines = list(self._lines(shown[number])) if number < len(shown) else []
        out = CaptionShapes(self.stage.typesetter)
        style = self._style if number < len(shown) else replace(self._style, weight=400, color=self._quiet)
        out.put(name, style, (0, round(place.height + (ABOVE + CAP_HEIGHT) * style.size)), self._cells.room)
        high = even(self._cells.high + style.size / 2)
        return Drawing(even(max(place.width, self._cells.room)), high, (*lines, *out.shapes))

    def _lines(self, work: Work) -> Iterator[Path]:
        line = max(1.0, self.placed.line * self.stage.layout.unit)
        for row in work.rows:
            color = self.stage.categories[row["class_id"]].color
            yield Path(tuple(map(tuple, outlines_on(row, self._small))), color, line, casing=casing_of(color, line))

    @property
    def _quiet(self) -> str:
        return self.stage.theme.colors.quiet

    @cached_property
    def _style(self) -> TextStyle:
        return TextStyle("sans", 600, self.placed.size * self.stage.layout.unit, self.stage.theme.colors.ink)

    @cached_property
    def _small(self) -> Layout:
        """The source as it lies on a small picture."""
        place = self._cells.places[0]
        picture = Area(0, 0, place.width, place.height)
        return replace(self.stage.layout, picture=picture, scale=place.width / self.stage.size[0], window=None)

    @cached_property
    def _cells(self) -> Cells:
        """As many for the whole clip as people are on its fullest frame, so that no picture changes its place."""
        unit, placed, (width, height), style = self.stage.layout.unit, self.placed, self.stage.size, self._style
        most = min(placed.most, max((len(works) for works in self.works.values()), default=1))
        names = {work.name for works in self.works.values() for work in works}
        wide = max((self.stage.typesetter.width(name, style) for name in names), default=0.0)
        wanted = Wanted(most, width / height, placed.gap * unit, DEEP * style.size, min(wide, self.area.width))
        cells = solve_cells(self.area, wanted)
        return cells if cells.lines == 1 else solve_cells(self.area, replace(wanted, caption=0.0))
