"""How far a model and the crowd agree over the clip: a bar a frame, a tick where a label or a detection is alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loopviz.scene.boxes import Frame
from loopviz.scene.elements import Drawing, Element, Rect, Sprite, Text, TextStyle
from loopviz.scene.layout import even
from loopviz.scene.style import Colors
from loopviz.scene.timeline_strip import State
from loopviz.scene.typography import Typesetter
from loopviz.scene.versus.outcomes import Agreement

NARROWEST = 3.0  # pixels a bar; longer clips share a bar between neighbours
WIDE, THIN = 0.78, 0.3  # of the space of a bar: how wide it is, and over work that was rejected
VEIL = 0.62  # how much of what is still to come is hidden
TICK_TOP, TICK_PITCH, MISSED, EXTRA = 0.011, 0.0235, 0.0145, 0.0105  # fractions of the unit
UNDERLINE = 0.0046  # fraction of the unit
NUMBER, TOP = 0.0245, 0.0185  # type


@dataclass(frozen=True, eq=False)
class _Bins:
    """What is drawn of the frames that share a bar."""

    share: npt.NDArray[np.float64]
    missed: npt.NDArray[np.bool_]
    extra: npt.NDArray[np.bool_]
    rejected: npt.NDArray[np.bool_]
    held_out: npt.NDArray[np.bool_]


class AgreementStrip:
    """The strip of a clip.

    Args:
        agreement: How far both sides agree, frame by frame.
        states: What became of each frame's labels.
        held_out: The frames that the model had not seen.
        edges: Where the strip begins and ends across the canvas, and the upper and the lower edge of its bars.
        unit: The length that sizes are fractions of.
        colors: The theme's.
        typesetter: What sets its numbers.
    """

    def __init__(
        self,
        agreement: Agreement,
        states: Sequence[State],
        held_out: Collection[int],
        edges: tuple[float, float, float, float],
        unit: float,
        colors: Colors,
        typesetter: Typesetter,
    ) -> None:
        self._agreement, self._count = agreement, len(states)
        left, right, top, bottom = edges
        self._left, self._top, self._bottom = even(left), even(top), even(bottom)
        self._span = even(right) - self._left
        self._unit, self._colors, self._typesetter = unit, colors, typesetter
        self._end = self._bottom + even((TICK_TOP + TICK_PITCH + EXTRA) * unit)
        self._bins = _shared(agreement, states, held_out, max(1, int(self._span // NARROWEST)))

    def still(self) -> tuple[Element, ...]:
        """Return what is the same on every frame: all bars and ticks, and the line of full agreement."""
        size = self._span, self._end - self._top
        style = TextStyle("sans", 400, TOP * self._unit, self._colors.quiet)
        full = Text("1.00", style, self._left, self._top - 0.008 * self._unit, self._span, "right")
        drawing = Drawing(*size, (*self._lines(), *self._bars(), *self._ticks()))
        return (Sprite(self._left, self._top, drawing), *self._typesetter.place([full], 0, 0))

    def moving(self, frame: int) -> tuple[Element, ...]:
        """Return what moves: the bar that marks the frame, what is still to come behind a veil, the frame's number."""
        thick = max(2, 2 * round(0.0028 * self._unit / 2))
        x = self._left + round(frame / max(1, self._count - 1) * (self._span - thick))
        veil = Rect(x + thick, self._top - 2, self._left + self._span, self._end, self._colors.paper, VEIL)
        marker = Rect(x, self._top - round(0.012 * self._unit), x + thick, self._end, self._colors.accent)
        return (veil, marker, *self._typesetter.place([self._number(frame, x, thick)], 0, 0))

    def _number(self, frame: int, x: int, thick: int) -> Text:
        style = TextStyle("sans", 600, NUMBER * self._unit, self._colors.ink, cell=1.0)
        share = float(self._agreement.share[frame])
        said = "nobody labelled this frame" if np.isnan(share) else f"{share:.2f} agreement"
        wide, gap = self._typesetter.width(said, style), 0.012 * self._unit
        least = self._left + self._span - 0.06 * self._unit  # beyond stands the number of full agreement
        left = x + thick + gap if x + thick + gap + wide <= least else min(x - gap, least) - wide
        return Text(said, style, left, self._top - 0.012 * self._unit, wide + 2)

    def _lines(self) -> Iterator[Rect]:
        """A dotted line on top, where both agree in full, and the line that bars stand on."""
        colors, dot = self._colors, max(2, round(0.0018 * self._unit))
        for x in range(0, self._span, 4 * dot):
            yield Rect(x, 0, min(x + dot, self._span), max(1, dot // 2), colors.hairline)
        foot = self._bottom - self._top
        yield Rect(0, foot, self._span, foot + max(1, dot // 2), colors.hairline)
        thick = max(2, round(UNDERLINE * self._unit))
        held = np.flatnonzero(np.diff(self._bins.held_out, prepend=False, append=False)).reshape(-1, 2)
        places = list(self._columns())
        for first, after in held:  # runs of frames that the model had not seen
            yield Rect(places[first][0], foot, places[after - 1][1], foot + thick, colors.ink)

    def _bars(self) -> Iterator[Rect]:
        tall = self._bottom - self._top
        for (x0, x1), share, rejected in zip(self._columns(), self._bins.share, self._bins.rejected, strict=True):
            if not np.isnan(share):
                high = max(1, round(share * tall))
                thin = max(1, round((x1 - x0) / WIDE * THIN)) if rejected else x1 - x0
                yield Rect(x0, tall - high, x0 + thin, tall, self._colors.ink)

    def _ticks(self) -> Iterator[Rect]:
        """A full tick where a label was missed, and under it a hollow one where a detection is extra."""
        unit, ink, first = self._unit, self._colors.ink, self._bottom - self._top + even(TICK_TOP * self._unit)
        second = first + even(TICK_PITCH * unit)
        line = max(1, round(0.0012 * unit))
        for (x0, x1), missed, extra in zip(self._columns(), self._bins.missed, self._bins.extra, strict=True):
            if missed:
                yield Rect(x0, first, x1, first + round(MISSED * unit), ink)
            if extra and x1 - x0 > 2 * line:
                yield from Frame((x0, second, x1, second + round(EXTRA * unit)), line, ink).bars()
            elif extra:
                yield Rect(x0, second, x1, second + round(EXTRA * unit), ink, 0.6)

    def _columns(self) -> Iterator[tuple[int, int]]:
        pitch = self._span / len(self._bins.share)
        wide = max(1, round(WIDE * pitch))
        for number in range(len(self._bins.share)):
            x = round(number / max(1, len(self._bins.share) - 1) * (self._span - wide))
            yield x, x + wide


def _shared(agreement: Agreement, states: Sequence[State], held_out: Collection[int], room: int) -> _Bins:
    """Return at most so many bars: their mean of what is known, a tick where any of their frames has one."""
    parts = np.array_split(np.arange(len(states)), max(1, min(room, len(states))))
    rejected = np.array([state == "rejected" for state in states], bool)
    known = ~np.isnan(agreement.share)
    means = [agreement.share[part][known[part]].mean() if known[part].any() else np.nan for part in parts]
    return _Bins(
        np.array(means, np.float64),
        np.array([agreement.missed[part].any() for part in parts], bool),
        np.array([agreement.extra[part].any() for part in parts], bool),
        np.array([rejected[part].all() for part in parts], bool),
        np.array([len(part) > 0 and all(int(frame) in held_out for frame in part) for part in parts], bool),
    )
