"""The source's picture: where it stands, and how far it is dimmed under what is drawn on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from loopviz.scene.elements import Element, Rect
from loopviz.scene.layout import Fit
from loopviz.scene.style import Placed
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget

ALIGN = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}


class Picture(Placed):
    """What a theme says of the picture.

    Attributes:
        align: Where it stands from left to right in an area that is wider than it.
        valign: Where it stands from top to bottom in one that is higher.
        dim: How much of it the paper covers, 0 to 1.
        fit: Whether all of it is in its area (``contain``), or it fills it and is cut off about the labels (``cover``).
        upscale: Whether it may be larger than it is, on a canvas of given size.
    """

    align: Literal["left", "center", "right"] = "center"
    valign: Literal["top", "center", "bottom"] = "center"
    dim: float = Field(default=0.0, ge=0.0, le=1.0)
    fit: Literal["contain", "cover"] = "contain"
    upscale: bool = False

    @property
    def place(self) -> Fit:
        """How the layout places it."""
        return Fit(self.area, self.upscale, (ALIGN[self.align], ALIGN[self.valign]), self.fit == "cover")


class PictureWidget(Widget):
    """Dims the picture, which itself is there before anything is drawn."""

    style_type: ClassVar[type[Placed]] = Picture
    placed: Picture

    def elements(self, view: View) -> Iterable[Element]:  # noqa: ARG002 - the same at every moment
        """Return the paper over the picture."""
        if not self.placed.dim:
            return ()
        area = self.stage.layout.picture
        return (Rect(area.x, area.y, area.right, area.bottom, self.stage.theme.colors.paper, self.placed.dim),)
