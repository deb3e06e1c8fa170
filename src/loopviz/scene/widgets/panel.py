"""The person: name, figures and answers in a column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from loopviz.scene.caption import Caption
from loopviz.scene.caption_shapes import LeftOut
from loopviz.scene.elements import Element, faded
from loopviz.scene.panel import Panel, PanelSetter
from loopviz.scene.stage import Stage
from loopviz.scene.style import Placed
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class PanelWidget(Widget):
    """Sets what is known of a frame's person.

    Raises:
        ConfigError: If its type has no room in its area.
    """

    has_words: ClassVar[bool] = True
    style_type: ClassVar[type[Placed]] = Panel
    about_people: ClassVar[bool] = True
    placed: Panel

    def __init__(self, style: Panel, stage: Stage) -> None:
        super().__init__(style, stage)
        area, colors = self.area, stage.theme.colors
        column = area.width, area.height, stage.layout.unit
        self._setter = PanelSetter(
            style, colors, stage.typesetter, *column, tuple(stage.written) if stage.has_people else ()
        )
        if stage.has_people:
            captions = stage.captions
            self._setter.check_room(captions.figures, captions.has_rows, bool(stage.note) and style.note)

    @classmethod
    def wanted(cls, style: Placed) -> tuple[float, float]:
        """Return its width."""
        assert isinstance(style, Panel)  # noqa: S101 - style_type says so
        return style.width, 0.0

    def key(self, view: View) -> object:
        """Return the caption."""
        return self.stage.caption(view), view.caption_opacity

    def elements(self, view: View) -> Iterable[Element]:
        """Return the caption as it is set."""
        if not self.stage.has_people:
            return ()
        shapes = self._setter.set(self.stage.caption(view), self.placed.note)
        placed = self.stage.typesetter.place(shapes, self.area.x, self.area.y)
        return faded(placed, view.caption_opacity)

    def left_out(self, caption: Caption) -> LeftOut:
        """Return what of a caption the column has no room for."""
        return self._setter.left_out(caption, self.placed.note)
