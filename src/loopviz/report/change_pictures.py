"""Frames with what changed in their labels: what went is dashed, what came thick, what moved stands at both places.

Each kind has a colour, a line and a word of its own, so that none is told by its colour alone; the legend shows all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loopviz.report.page import Page, Pixels
from loopviz.scene import Drawing, Path, Rect, Sprite, Text, TextStyle, Theme, Typesetter, load_theme
from loopviz.scene.casings import casing_of
from loopviz.scene.contrast import ink_on

WIDTH = 1280  # of a page, in pixels, the picture's two margins included
MARGIN, HEAD, TYPE = 24, 76, 16
MOST = 60  # changes that are drawn on one picture; the others are counted
THIN, THICK, DASH = 2.0, 4.0, 7.0
# Okabe and Ito's colours, which people with any colour vision tell apart.
COLORS = {"went": "#d55e00", "came": "#009e73", "moved": "#56b4e9", "redrawn": "#f0e442", "renamed": "#cc79a7"}
KINDS = {
    "went": "went (dashed)",
    "came": "came (thick)",
    "moved": "moved (from the dashed box)",
    "redrawn": "redrawn in its box",
    "renamed": "renamed",
}
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Change:
    """One change on a picture.

    Attributes:
        outcome: One of ``KINDS``.
        before: Where the label was, ``x_min y_min x_max y_max`` in pixels of the frame; None: it came.
        after: Where it is; None: it went.
        word: What is said beside it.
    """

    outcome: str
    before: Box | None
    after: Box | None
    word: str


class ChangePictures:
    """Draws frames of one size with what changed on them.

    Args:
        size: Width and height of the frames, in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._theme: Theme = load_theme("margin")
        self._typesetter = Typesetter(self._theme.fonts)
        self._scale = min((WIDTH - 2 * MARGIN) / size[0], WIDTH / size[1])
        width, height = (max(2, round(side * self._scale) // 2 * 2) for side in size)
        self.size = width, height

    def picture(self, pixels: Pixels | None, title: str, changes: Sequence[Change]) -> Pixels:
        """Return a page, ``(height, width, 3)``.

        Args:
            pixels: The frame, ``(height, width, 3)`` of ``self.size``; None: nobody has it, and it is left blank.
            title: What stands above.
            changes: What changed; at most ``MOST`` are drawn, and the others counted.
        """
        width, height = self.size
        colors = self._theme.colors
        page = Page(self._typesetter, WIDTH, HEAD + height + 2 * MARGIN, colors.paper)
        more = f"; {len(changes) - MOST} more are not drawn" if len(changes) > MOST else ""
        self._text(page, f"{title}{more}", TextStyle("sans", 600, 20, colors.ink), MARGIN, 34, WIDTH - 2 * MARGIN)
        self._legend(page)
        top = HEAD + MARGIN
        if pixels is None:
            page.draw([Rect(MARGIN, top, MARGIN + width, top + height, colors.hairline, 0.4)])
        else:
            page.photograph(pixels, MARGIN, top)
        shapes = tuple(shape for change in changes[:MOST] for shape in self._shapes(change))
        page.draw([Sprite(MARGIN, top, Drawing(width, height, shapes))])
        return page.pixels

    def _legend(self, page: Page) -> None:
        x, style = MARGIN, TextStyle("sans", 400, TYPE, self._theme.colors.ink)
        for outcome, words in KINDS.items():
            before, after = (2.0, 2.0, 40.0, 16.0), (10.0, 6.0, 48.0, 20.0)
            still = before if outcome != "moved" else after
            sample = Drawing(50, 22, tuple(_lines(outcome, None if outcome == "came" else before, still, 0.5)))
            page.draw([Sprite(x, 50, sample)])
            self._text(page, words, style, x + 58, 66, 240)
            x += 58 + int(self._typesetter.width(words, style)) // 2 * 2 + 20

    def _text(self, page: Page, text: str, style: TextStyle, x: float, y: float, width: float) -> None:
        page.set([Text(self._typesetter.fit(text, style, width), style, x, y, width + 1)])

    def _shapes(self, change: Change) -> Iterator[Path | Rect | Text]:
        before, after = (
            None if box is None else tuple(edge * self._scale for edge in box) for box in (change.before, change.after)
        )
        yield from _lines(change.outcome, before, after)
        place = after or before
        if place is None:
            return
        color = COLORS[change.outcome]
        style = TextStyle("sans", 600, TYPE, ink_on(color))
        word = self._typesetter.fit(change.word, style, 320)
        wide = self._typesetter.width(word, style) + 8
        x = max(0.0, min(place[0], self.size[0] - wide))
        above, below = place[1] - TYPE - 6, min(place[3] + 2, self.size[1] - TYPE - 6)
        y = below if above < 0 or change.outcome == "went" else above  # came and went often stand side by side
        yield Rect(x, y, x + wide, y + TYPE + 5, color)
        yield Text(word, style, x + 4, y + TYPE, wide)


def _lines(
    outcome: str, before: Sequence[float] | None, after: Sequence[float] | None, scale: float = 1.0
) -> Iterator[Path]:
    """Yield the lines of a change: where the label was, dashed; the way from there; and where it is."""
    color = COLORS[outcome]
    if before is not None and outcome in {"went", "moved"}:
        yield Path((_around(before),), color, THIN, dash=DASH * scale, casing=casing_of(color, THIN))
    if outcome == "moved" and before is not None and after is not None and scale == 1:
        ways = tuple((*one, *other) for one, other in zip(_corners(before), _corners(after), strict=True))
        yield Path(ways, color, 1.0, is_open=True)
    if after is not None and outcome != "went":
        line = THICK if outcome == "came" else THIN
        dash = 3 * DASH * scale if outcome == "renamed" else 0.0
        yield Path((_around(after),), color, line, dash=dash, casing=casing_of(color, line))
    if outcome == "redrawn" and after is not None:
        inner = (after[0] + 5 * scale, after[1] + 5 * scale, after[2] - 5 * scale, after[3] - 5 * scale)
        yield Path((_around(inner),), color, 1.0)


def _corners(box: Sequence[float]) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = box
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _around(box: Sequence[float]) -> tuple[float, ...]:
    return tuple(edge for corner in _corners(box) for edge in corner)
