"""The names of categories beside their labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar, Protocol

from loopviz.scene.boxes import whole_line
from loopviz.scene.clip_plates import ClipPlates, Plates, plate_drawings
from loopviz.scene.draw_on import begun
from loopviz.scene.elements import Element, Sprite, faded
from loopviz.scene.legend import Legend
from loopviz.scene.marks import Mark, Marks, in_front
from loopviz.scene.style import Placed
from loopviz.scene.templates import clean
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class PlatePlaces(Protocol):
    """What finds places for plates."""

    def on(self, frame: int, drawn: Sequence[Mark]) -> Iterable[Sprite]:
        """Return the plates of what is drawn whole of a frame."""

    def key(self, frame: int) -> object:
        """Return what a frame's plates are made of beside its marks."""


class PlatesWidget(Widget):
    """Draws the plates of a frame's marks."""

    gives_way: ClassVar[bool] = True
    style_type: ClassVar[type[Placed]] = Plates
    kind: Callable[..., PlatePlaces] = ClipPlates  # what finds their places
    placed: Plates

    def key(self, view: View) -> object:
        """Return where plates stand."""
        return self._plates.key(view.frame), self.stage.marks(view.frame), view.drawn, view.marks_opacity

    def elements(self, view: View) -> Iterable[Element]:
        """Return the plates of what is drawn whole."""
        marks = begun(in_front(self.stage.marks(view.frame)), view.drawn)
        return faded(self._plates.on(view.frame, marks), view.marks_opacity)

    @cached_property
    def _plates(self) -> PlatePlaces:
        stage = self.stage
        unit, theme, layout, used = stage.layout.unit, stage.theme, stage.layout, stage.used
        said_elsewhere = stage.has_people or any(theme.parts(Legend))
        carried = "" if said_elsewhere else clean(theme.caption.carried)
        categories = [stage.categories[i] for i in used]
        if stage.coloring is not None and not stage.coloring.is_of_categories:  # colours say something else
            categories = [replace(category, color=theme.colors.paper) for category in categories]
        drawings = plate_drawings(categories, carried, self.placed.size * unit, stage.typesetter, layout.picture.width)
        line = whole_line(next(theme.parts(Marks), Marks()).line * unit)
        return self.kind(stage, dict(zip(used, drawings, strict=True)), line + max(1, line // 3))
