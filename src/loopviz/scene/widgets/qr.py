"""A QR code (ISO/IEC 18004): where those who stand before the film can read on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field

from loopviz.errors import ConfigError
from loopviz.scene.contrast import luminance
from loopviz.scene.elements import Drawing, Rect, Sprite
from loopviz.scene.layout import even
from loopviz.scene.stage import Stage
from loopviz.scene.style import Placed
from loopviz.scene.widgets.picture import ALIGN
from loopviz.scene.widgets.still import StillWidget

QUIET = 4  # modules of ground on all sides, as the standard has it
LEAST = 2  # pixels a module: what one pixel wide is lost in an encoder


class Qr(Placed):
    """What a theme says of a QR code.

    Attributes:
        says: What it says: a web address, or any text. It is no template: nothing of a person gets into it.
        correction: How much of it may be unreadable: ``L`` 7 %, ``M`` 15 %, ``Q`` 25 %, ``H`` 30 %.
        align: Where it stands from left to right in an area that is wider than it.
        valign: Where it stands from top to bottom in one that is higher.
    """

    says: str = Field(min_length=1)
    correction: Literal["L", "M", "Q", "H"] = "M"
    align: Literal["left", "center", "right"] = "left"
    valign: Literal["top", "center", "bottom"] = "bottom"


class QrWidget(StillWidget):
    """Draws the code in whole pixels, as large as its area allows, dark on light whatever the theme's colours are.

    Raises:
        ConfigError: If the text is too long for a code, or its area too small for it.
    """

    style_type: ClassVar[type[Placed]] = Qr
    placed: Qr

    def __init__(self, style: Qr, stage: Stage) -> None:
        super().__init__(style, stage)
        self._modules = modules(style.says, style.correction)
        side, room = len(self._modules) + 2 * QUIET, min(self.area.width, self.area.height)
        self._module = int(room / side)
        if self._module < LEAST:
            raise ConfigError(
                "the area has no room for the QR code",
                found=f"{room:.0f} pixels",
                expected=f"at least {LEAST * side}: {side} modules of {LEAST} pixels",
                at=f"area {style.area}",
                remedy="Make the area larger, or the text shorter.",
            )

    @cached_property
    def sprite(self) -> Sprite:
        """Return the code."""
        colors = self.stage.theme.colors
        dark, light = sorted((colors.ink, colors.paper), key=luminance)
        side = (len(self._modules) + 2 * QUIET) * self._module
        x = self.area.x + ALIGN[self.placed.align] * (self.area.width - side)
        y = self.area.y + ALIGN[self.placed.valign] * (self.area.height - side)
        left, top = 2 * int(x / 2), 2 * int(y / 2)
        ground = Rect(0, 0, side, side, light)
        return Sprite(left, top, Drawing(even(side), even(side), (ground, *self._bars(dark))))

    def _bars(self, color: str) -> Iterator[Rect]:
        """Yield the runs of dark modules of each row."""
        size = self._module
        for row, line in enumerate(self._modules, QUIET):
            start = 0
            for run in line.split(b"\x00"):
                if run:
                    left = (QUIET + start) * size
                    yield Rect(left, row * size, left + len(run) * size, (row + 1) * size, color)
                start += len(run) + 1


def modules(text: str, correction: Literal["L", "M", "Q", "H"]) -> tuple[bytes, ...]:
    """Return the rows of a text's code: a byte a module, 1 where it is dark.

    Raises:
        ConfigError: If the text is too long.
    """
    import segno  # 36 ms, of which only a theme with a code is to know

    try:
        mode = None if text.isascii() else "byte"  # many readers know no other of these than UTF-8
        code = segno.make_qr(text, error=correction, mode=mode, encoding="utf-8", boost_error=False)
    except segno.DataOverflowError as error:
        raise ConfigError(
            "the text is too long for a QR code",
            found=f"{len(text)} characters",
            remedy="Say less, or let `correction` be L.",
        ) from error
    return tuple(bytes(row) for row in code.matrix)
