"""The labels of a frame: boxes, outlines and shapes in their categories' colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import ClassVar

from loopviz.scene.boxes import apart
from loopviz.scene.crowded import density
from loopviz.scene.draw_on import begun
from loopviz.scene.elements import Element, Rect, faded
from loopviz.scene.mark_drawing import draw_mark
from loopviz.scene.marks import Mark, Marks, in_front, largest_first
from loopviz.scene.style import Placed
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class MarksWidget(Widget):
    """Draws a frame's marks, as much of them as is drawn by then."""

    gives_way: ClassVar[bool] = True
    style_type: ClassVar[type[Placed]] = Marks
    placed: Marks

    def key(self, view: View) -> object:
        """Return the marks."""
        return self.stage.marks(view.frame), view.drawn, view.marks_opacity

    def elements(self, view: View) -> Iterable[Element]:
        """Return the shapes and boxes; none hides a smaller one."""
        every, layout = self.stage.marks(view.frame), self.stage.layout
        own = in_front(every)
        drawn = [list(draw_mark(mark, self.placed, layout)) for mark in largest_first(begun(own, view.drawn))]
        if view.marks_opacity < 1:
            drawn = [list(faded(_apart(elements), view.marks_opacity)) for elements in drawn]
        return [*self._behind(every, view.marks_opacity), *(element for elements in drawn for element in elements)]

    def _behind(self, marks: Sequence[Mark], opacity: float) -> Iterable[Element]:
        """Return the density of the labels of many others: as many people as labelled one category most often."""
        others = [mark for mark in marks if mark.kind == "behind"]
        most = max(Counter(mark.class_id for mark in others).values(), default=0)
        found = density(others, most, self.placed.line * self.stage.layout.unit, self.stage.layout)
        return () if found is None else faded([found], opacity)


def _apart(elements: Sequence[Element]) -> list[Element]:
    """Return what looks the same half-transparent: no bar shows through another."""
    bars = [element for element in elements if isinstance(element, Rect)]
    return [*(element for element in elements if not isinstance(element, Rect)), *apart(bars)]
