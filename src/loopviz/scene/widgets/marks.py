"""The labels of a frame: boxes, outlines and shapes in their categories' colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from loopviz.scene.boxes import apart
from loopviz.scene.draw_on import begun
from loopviz.scene.elements import Element, Rect, faded
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
        drawn = [list(draw_mark(mark, self.placed, self.stage.layout)) for mark in marks]
        if view.marks_opacity >= 1:
            return [element for elements in drawn for element in elements]
        return [element for elements in drawn for element in faded(_apart(elements), view.marks_opacity)]


def _apart(elements: Sequence[Element]) -> list[Element]:
    """Return what looks the same half-transparent: no bar shows through another."""
    bars = [element for element in elements if isinstance(element, Rect)]
    return [*(element for element in elements if not isinstance(element, Rect)), *apart(bars)]
