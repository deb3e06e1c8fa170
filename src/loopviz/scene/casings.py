"""Casings: thin lines along both edges of a line, so that it stands out from any picture without a look at it.

Of two colours ``a`` and ``b`` one has a contrast of ``sqrt(contrast(a, b))`` or more with any ground. 3:1 is what WCAG
2.2 asks of graphics (success criterion 1.4.11). So one casing on both sides is enough for a line that has 9:1 with it,
and 12:1 leaves room for what halved chroma and encoders lose. Any other line has a dark one on its outer side and a
light one on its inner: of these one has 3.9:1 on every ground, and the line has as much with one of them. As nothing
follows the picture's own light, nothing flickers.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from loopviz.scene.contrast import contrast

DARK, LIGHT = "#000000", "#dcdcdc"
VISIBLE, ENOUGH = 3.0, 12.0  # the contrast of a line with any ground, and with a casing that needs no other
SHARE = 3  # a casing is this part of its line


class Casing(NamedTuple):
    """The colours of a line's casing, on its outer and its inner side, and its width in pixels."""

    outside: str
    inside: str
    width: int

    @property
    def is_plain(self) -> bool:
        """Whether both sides are alike."""
        return self.outside == self.inside


def casing_of(color: str, line: float) -> Casing:
    """Return the casing of a line of a colour that is so many pixels thick."""
    return Casing(*_colors(color), max(1, int(line / SHARE + 1e-6)))


@cache
def _colors(color: str) -> tuple[str, str]:
    far = max((DARK, LIGHT), key=lambda other: contrast(other, color))
    return (far, far) if contrast(far, color) >= ENOUGH else (DARK, LIGHT)
