"""The type of a kind of text through a whole clip: one size and so many lines, the smallest size that any needs.

What stands below a text stands still then, whoever is spoken of.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from loopviz.scene.caption_shapes import scaled, shrunk
from loopviz.scene.elements import TextStyle
from loopviz.scene.typography import Typesetter

Shares = tuple[float, tuple[float, ...]]  # of a size: the least of one line, and those of several, the best first


@dataclass(frozen=True)
class Slot:
    """Where texts of a kind are set.

    Attributes:
        style: Their style.
        lines: How many lines each may take, and takes the room of.
    """

    style: TextStyle
    lines: int = 1

    def further(self, typesetter: Typesetter) -> float:
        """Return how much further down its last line stands than its first, in pixels."""
        return (self.lines - 1) * typesetter.line_height(self.style)

    def fits(self, typesetter: Typesetter, text: str, width: float) -> bool:
        """Say whether a text is whole in it."""
        if self.lines > 1:
            text = typesetter.hyphenated(text, self.style, width)
        return typesetter.fits(text, self.style, width, self.lines)


def slot_of(
    typesetter: Typesetter, texts: Collection[str], style: TextStyle, shares: Shares, width: float, spare: float
) -> Slot:
    """Return the slot of some texts: in one line if all fit so, smaller if need be, else in several.

    Args:
        typesetter: What measures them.
        texts: All that are set in it.
        style: Their style, as large as a theme says.
        shares: How much smaller they may be.
        width: How wide their column is, in pixels.
        spare: How many pixels more lines than one may take.
    """
    least, several = shares
    one = min((shrunk(typesetter, text, style, least, width) for text in texts), key=lambda s: s.size, default=style)
    if all(typesetter.fits(text, one, width) for text in texts):
        return Slot(one)
    for share in several:
        smaller = scaled(style, share)
        most = 1 + int(spare / max(1.0, typesetter.line_height(smaller)))
        lines = max(typesetter.lines(typesetter.hyphenated(text, smaller, width), smaller, width) for text in texts)
        if lines <= most:
            break
    return Slot(smaller, min(lines, most))
