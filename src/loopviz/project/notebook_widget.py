"""The review page as a widget of a notebook, by anywidget; it passes messages on and knows nothing of them."""

from __future__ import annotations

from typing import Any

import anywidget

from loopviz.review.embedded import Desk
from loopviz.review.folder import ASSETS


class ReviewWidget(anywidget.AnyWidget):
    """A frame with the page in it; nothing of the labels is in its state, which a notebook's file may keep.

    Args:
        desk: What answers the page.
    """

    _esm = (ASSETS / "notebook.js").read_text(encoding="utf-8")

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.on_msg(self._answered)

    def _answered(self, _: object, content: Any, __: object) -> None:
        match content:
            case {"view": str(view), "message": message} if (answer := self._desk.answer(message)) is not None:
                values, pieces = answer
                self.send({"view": view, **values}, pieces)
