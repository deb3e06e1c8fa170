"""A text: a person's name, a sentence, a counter, in one size through the whole clip."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field

from loopviz.scene.caption import Caption
from loopviz.scene.caption_shapes import CaptionShapes, LeftOut, scaled
from loopviz.scene.elements import Element, TextStyle, faded
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.style import LEAST_TYPE, Placed, Type
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget

NOTE = "note"
OWN = ("kicker", "name", "line", "sentence", NOTE)  # parts of a caption; else it is one of its other texts
SHARES = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6)  # of the size: the largest in which every text of the clip fits


class Words(Placed):
    """What a theme says of a text.

    Attributes:
        says: Which part of the caption: its ``kicker``, ``name``, ``line``, ``sentence`` or ``note``, or one of its
            ``texts``.
        size: How large its type is, in units; smaller for the whole clip where one text of it does not fit so.
        weight: From 100, thin, to 900.
        family: ``sans`` or ``mono``.
        color: One of the theme's colours.
        align: Where its lines begin.
        valign: Whether its first line stands at the area's upper edge, or its last one at the lower.
        lines: How many it may take.
    """

    says: str
    size: Type
    weight: int = Field(default=400, ge=100, le=900)
    family: Literal["sans", "mono"] = "sans"
    color: Literal["ink", "quiet", "hairline", "accent"] = "ink"
    align: Literal["left", "center", "right"] = "left"
    valign: Literal["top", "bottom"] = "top"
    lines: int = Field(default=1, ge=1, le=40)


class TextWidget(Widget):
    """Sets a text."""

    has_words: ClassVar[bool] = True
    style_type: ClassVar[type[Placed]] = Words
    placed: Words

    def key(self, view: View) -> object:
        """Return the text."""
        return self._said(self.stage.caption(view)), self._opacity(view)

    def elements(self, view: View) -> Iterable[Element]:
        """Return the text as it is set."""
        said = self._said(self.stage.caption(view))
        if not said:
            return ()
        placed = self.stage.typesetter.place(self._set(said).shapes, self.area.x, self.area.y)
        return faded(placed, self._opacity(view))

    def _opacity(self, view: View) -> float:
        """Words of a person come and go with them; that people are invented is said all through."""
        return 1.0 if self.placed.says == NOTE else view.caption_opacity

    def left_out(self, caption: Caption) -> LeftOut:
        """Return what of it its area has no room for."""
        said = self._said(caption)
        return self._set(said).left_out if said else LeftOut()

    def _said(self, caption: Caption) -> str:
        says = self.placed.says
        return str(getattr(caption, says)) if says in OWN else dict(caption.others).get(says, "")

    def _set(self, said: str) -> CaptionShapes:
        area, style, setter = self.area, self._style, self.stage.typesetter
        said = setter.hyphenated(said, style, area.width) if self.placed.lines > 1 else said
        out = CaptionShapes(setter)
        lines = min(self.placed.lines, setter.lines(said, style, area.width))
        further = (lines - 1) * setter.line_height(style)
        first = CAP_HEIGHT * style.size if self.placed.valign == "top" else area.height - further
        out.put(said, style, (0, round(first)), area.width, lines, self.placed.align)
        return out

    @cached_property
    def _style(self) -> TextStyle:
        placed, colors, unit = self.placed, self.stage.theme.colors, self.stage.layout.unit
        cell = 1.0 if placed.lines == 1 and placed.family == "sans" else 0.0  # a number in it may change; in prose not
        full = TextStyle(placed.family, placed.weight, placed.size * unit, getattr(colors, placed.color), cell=cell)
        least = min(1.0, LEAST_TYPE / placed.size)
        styles = [scaled(full, share) for share in SHARES if share >= least]
        texts = {said for caption in self.stage.written if (said := self._said(caption))}
        return next((style for style in styles if all(self._fits(text, style) for text in texts)), styles[-1])

    def _fits(self, text: str, style: TextStyle) -> bool:
        area, setter = self.area, self.stage.typesetter
        lines = self.placed.lines
        deep = CAP_HEIGHT * style.size + (lines - 1) * setter.line_height(style)
        while lines > 1 and deep > area.height + 1:
            lines, deep = lines - 1, deep - setter.line_height(style)
        return setter.fits(text, style, area.width, lines)
