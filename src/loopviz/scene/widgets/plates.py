"""The names of categories beside their labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import ClassVar

from loopviz.scene.clip_plates import ClipPlates, Plates, first_frames, plate_drawings, plate_field
from loopviz.scene.draw_on import begun
from loopviz.scene.elements import Element, faded
from loopviz.scene.legend import Legend
from loopviz.scene.marks import Marks
from loopviz.scene.style import Placed
from loopviz.scene.templates import clean
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget

LINE = 0.0046  # units: of labels that no theme draws


class PlatesWidget(Widget):
    """Draws the plates of a frame's marks."""

    style_type: ClassVar[type[Placed]] = Plates
    kind: Callable[..., ClipPlates] = ClipPlates  # what finds their places
    placed: Plates

    def key(self, view: View) -> object:
        """Return where plates would stand best, and where they stand since their person came."""
        return self._plates.wanted(view.frame), self.stage.marks(view.frame), view.drawn, view.marks_opacity

    def elements(self, view: View) -> Iterable[Element]:
        """Return the plates of what is drawn whole."""
        marks = begun(self.stage.marks(view.frame), view.drawn)
        return faded(self._plates.on(view.frame, marks), view.marks_opacity)

    @cached_property
    def _plates(self) -> ClipPlates:
        stage = self.stage
        unit, theme, layout, used = stage.layout.unit, stage.theme, stage.layout, stage.used
        said_elsewhere = stage.has_people or any(theme.parts(Legend))
        carried = "" if said_elsewhere else clean(theme.caption.carried)
        categories = [stage.categories[i] for i in used]
        drawings = plate_drawings(categories, carried, self.placed.size * unit, stage.typesetter, layout.picture.width)
        bracket = next((style.bracket for style in theme.parts(Marks)), LINE)
        field = plate_field(layout, bracket * unit, list(stage.reserved()))
        firsts = first_frames(stage.dataset)
        return self.kind(stage.clip, stage.marks, firsts, dict(zip(used, drawings, strict=True)), field)
