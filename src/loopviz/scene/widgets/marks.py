"""The labels of a frame: boxes, outlines and shapes in their categories' colours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from loopviz.scene.draw_on import begun
from loopviz.scene.elements import Element, faded
from loopviz.scene.marks import Marks, draw_mark, largest_first
from loopviz.scene.style import Placed
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class MarksWidget(Widget):
    """Draws a frame's marks, as much of them as is drawn by then."""

    style_type: ClassVar[type[Placed]] = Marks
    placed: Marks

    def key(self, view: View) -> object:
        """Return the marks."""
        return self.stage.marks(view.frame), view.drawn, view.marks_opacity

    def elements(self, view: View) -> Iterable[Element]:
        """Return the shapes and boxes; none hides a smaller one."""
        marks = largest_first(begun(self.stage.marks(view.frame), view.drawn))
        drawn = [element for mark in marks for element in draw_mark(mark, self.placed, self.stage.layout)]
        return faded(drawn, view.marks_opacity)
