"""What a caption becomes while it is set: shapes, and a count of what there was no room for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from loopviz.paths import IGNORABLE
from loopviz.scene.elements import Align, Rect, Text, TextStyle
from loopviz.scene.typography import ELLIPSIS, Typesetter, from_the_right


@dataclass(frozen=True)
class LeftOut:
    """What a panel had no room for: texts that were cut, how many of their characters, and whole answers."""

    texts: int = 0
    characters: int = 0
    answers: int = 0

    def __add__(self, other: LeftOut) -> LeftOut:
        return LeftOut(self.texts + other.texts, self.characters + other.characters, self.answers + other.answers)

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = LeftOut()


@dataclass
class CaptionShapes:
    """Collects shapes.

    Attributes:
        typesetter: What measures text.
        spare: How many pixels down the column texts may still take beyond one line each.
        shapes: What was set.
        left_out: What there was no room for.
    """

    typesetter: Typesetter
    spare: float = 0.0
    shapes: list[Text | Rect] = field(default_factory=list)
    left_out: LeftOut = NOTHING

    def put(
        self,
        text: str,
        style: TextStyle,
        place: tuple[float, float],
        room: float,
        lines: int = 1,
        align: Align = "left",
    ) -> None:
        """Set a text in some lines of a column that is ``room`` wide, its first baseline at ``place``."""
        shown = self.typesetter.fit(text, style, room, lines)
        if shown.endswith(ELLIPSIS) and _letters(shown) != _letters(text):
            left = len(_letters(text)) - len(_letters(shown.removesuffix(ELLIPSIS)))
            self.left_out += LeftOut(1, max(1, left))
        if lines > 1 and from_the_right(text):
            align = "right"
        spare = 2 if lines == 1 and align == "left" else 0  # one line must not break for a part of a pixel
        x, y = place
        self.shapes.append(Text(shown, style, x, y, room + spare, align))


def _letters(text: str) -> str:
    """A text without what breaks its lines."""
    return IGNORABLE.sub("", text).replace("-", "")


def scaled(style: TextStyle, share: float) -> TextStyle:
    """Return a style at a share of its size."""
    return replace(style, size=style.size * share)


def shrunk(typesetter: Typesetter, text: str, style: TextStyle, least: float, width: float) -> TextStyle:
    """Return the style at the size at which a text fits one line, but not under a share of its size."""
    wide = typesetter.width(text, style)
    return scaled(style, min(1.0, max(least, 0.99 * width / wide)) if wide else 1.0)
