"""The person's panel: a caption set in type, in a column of given size, with the origin at the column's corner.

The rhythm (distances between baselines) is given in sizes of the type itself, so that a theme needs to name only the
sizes. Each kind of text has one size and so many lines through the clip, the smallest that any caption needs, and rows
stand on one grid: what is said of one person stands where it stood of the one before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from loopviz.errors import ConfigError
from loopviz.scene.caption import Caption, Figure
from loopviz.scene.caption_shapes import CaptionShapes, LeftOut
from loopviz.scene.elements import Rect, Text, TextStyle
from loopviz.scene.rows import RowSetter, RowStyle
from loopviz.scene.slot import Shares, Slot, slot_of
from loopviz.scene.style import Colors, Length, Placed, Type
from loopviz.scene.typography import Typesetter

CAP_HEIGHT = 0.73  # of Inter and IBM Plex Mono, in sizes
LARGE_CELL = 0.94  # of the widest digit: tabular digits of a display size are too wide apart
Kind = Literal["kicker", "name", "line", "sentence", "figure", "figure_label"]
HEAD: dict[Kind, float] = {"kicker": CAP_HEIGHT, "name": 1.25, "line": 2.05}  # sizes from the baseline above
WEIGHTS: dict[Kind, int] = {
    "kicker": 500,
    "name": 600,
    "line": 400,
    "sentence": 300,
    "figure": 300,
    "figure_label": 400,
}
IN_INK = ("name", "sentence", "figure")
SHARES: dict[Kind, Shares] = {
    "kicker": (1.0, (1.0,)),
    "name": (0.6, (0.6,)),
    "line": (1.0, (1.0,)),
    "sentence": (1.0, (1.0, 0.8, 0.6)),
    "figure": (0.55, (0.55, 0.4)),
    "figure_label": (1.0, (1.0,)),
}
COLUMN_LEAD, ROW_LEAD, LABEL_LEAD, SENTENCE_LEAD = 1.6, 1.94, 1.65, 1.9
WIDE = 0.62  # of its height: a panel whose figures stand in a row
GUTTER = 0.35  # sizes of a figure between it and the next in a row
ABOVE_ROWS, NOTE = 0.036, 0.05  # units
REMEMBERED = 512  # captions, some KB each
NARROWEST = 6  # sizes of a row's type: a heading and an answer of a word each


class Panel(Placed):
    """What a theme says of the panel, in units: its width, its type, and how figures stand.

    Attributes:
        figures: In a ``row`` or a ``column``; ``auto``: in a row where the panel is nearly as wide as high.
        note: Whether it says at its foot that people are invented.
    """

    width: Length
    figures: Literal["row", "column", "auto"] = "auto"
    kicker: Type = 0.019
    name: Type
    line: Type
    figure: Type
    figure_label: Type
    row: Type
    row_pitch: Type
    sentence: Type = 0.046
    note: bool = False


@dataclass(frozen=True)
class Rhythm:
    """Where things stand in some captions.

    Attributes:
        slots: How each kind of text is set.
        pitch: The step of the rows' grid, in pixels.
    """

    slots: Mapping[Kind, Slot]
    pitch: float


@dataclass(frozen=True)
class PanelSetter:
    """Sets captions in a column of ``width`` by ``height`` pixels, in a style at a unit in pixels.

    Attributes:
        clip: All captions of the clip: each has its place beside the others. One that is not among them, and has no
            room in theirs, is set by itself.
    """

    style: Panel
    colors: Colors
    typesetter: Typesetter
    width: float
    height: float
    unit: float
    clip: Sequence[Caption] = ()

    def set(self, caption: Caption, note_inside: bool) -> tuple[Text | Rect, ...]:
        """Return the shapes of a caption; the note (``Simulated data``) stands at the column's foot, if it is in it."""
        return tuple(self._shapes(caption, note_inside).shapes)

    def left_out(self, caption: Caption, note_inside: bool) -> LeftOut:
        """Return what of a caption the column has no room for."""
        return self._shapes(caption, note_inside).left_out

    def check_room(self, figures: int, rows: bool, note: bool) -> None:
        """Refuse a theme whose type has no room in the column.

        Raises:
            ConfigError: If one line of each text and one row are too high, or rows too wide; with what would fit.
        """
        caption = Caption("x", "x", "x", (Figure("x", "x"),) * figures, (), "x")
        needed, sizes = self._least(caption, int(rows), note), self.style
        if needed > self.height + 1:
            share = math.floor(99.5 * self.height / needed) / 100
            raise ConfigError(
                "the theme's panel is too low for its type",
                found=f"type of {needed / self.unit:.3f} units in all, in {self.height / self.unit:.3f}",
                remedy=f"Make its sizes at most {share:.2f} of what they are, or show fewer figures.",
            )
        widest = self.width / (NARROWEST * self.unit)
        if rows and sizes.row > widest:
            raise ConfigError(
                "the theme's panel is too narrow for its rows",
                found=f"row: {sizes.row:g}, in a panel of {self.width / self.unit:.3f} units",
                expected=f"at most {0.995 * widest:.4f}",
            )

    @cached_property
    def _shapes(self) -> Callable[[Caption, bool], CaptionShapes]:
        """Sets a caption, or returns it as it was set before: all are looked through for what has no room."""
        return lru_cache(maxsize=REMEMBERED)(self._set)

    def _set(self, caption: Caption, note_inside: bool) -> CaptionShapes:
        note = caption.note if note_inside else ""
        rhythm, out = self._rhythm_for(caption, note), CaptionShapes(self.typesetter)
        y = self._above_rows(caption, rhythm.slots, out)
        if caption.sentence and "sentence" in rhythm.slots:
            slot = rhythm.slots["sentence"]
            out.put(
                caption.sentence, slot.style, (0, round(y + SENTENCE_LEAD * slot.style.size)), self.width, slot.lines
            )
        if caption.rows:
            self._rows.set(caption.rows, y + ABOVE_ROWS * self.unit, self._room(y, note=bool(note)), rhythm.pitch, out)
        if note:
            out.put(note, self._style("figure_label"), (0, round(self.height)), self.width)
        return out

    def _rhythm_for(self, caption: Caption, note: str) -> Rhythm:
        rhythm = self._rhythm_of_clip(bool(note)) if self.clip else None
        if rhythm is None or not self._fits(caption, rhythm.slots):
            return self._rhythm((caption,), bool(note))
        return rhythm

    def _fits(self, caption: Caption, slots: Mapping[Kind, Slot]) -> bool:
        """Say whether all but the rows of a caption is whole in some slots."""
        room = self._figure_room(len(caption.figures))
        return all(
            kind in slots and slots[kind].fits(self.typesetter, text, room if "figure" in kind else self.width)
            for kind in WEIGHTS
            for text in texts_of(caption, kind)
        )

    @cached_property
    def _rhythm_of_clip(self) -> Callable[[bool], Rhythm]:
        return lru_cache(maxsize=2)(lambda note: self._rhythm(self.clip, note))

    def _rhythm(self, captions: Sequence[Caption], note: bool) -> Rhythm:
        """Return the smallest type that any of some captions needs, and the grid on which the rows of all have room."""
        slots = dict(self._slots(captions, note))
        with_rows = next((caption for caption in captions if caption.rows), None)
        if with_rows is None:
            return Rhythm(slots, self._rows.least_pitch)
        y = self._above_rows(with_rows, slots, CaptionShapes(self.typesetter))
        return Rhythm(slots, self._rows.pitch({caption.rows for caption in captions}, self._room(y, note=note)))

    def _slots(self, captions: Sequence[Caption], note: bool) -> Iterator[tuple[Kind, Slot]]:
        least = {caption: self._least(caption, len(caption.rows), note) for caption in captions}
        count = max(len(caption.figures) for caption in captions)
        room, times = self._figure_room(count), max(1, 1 if self._in_row else count)
        further: dict[Kind, float] = {}
        for kind in WEIGHTS:
            # What a kind may take beyond one line is what captions leave that have it: a sentence has all below a name.
            having = [caption for caption in captions if texts_of(caption, kind)]
            if not having:
                continue
            taken = sum(more for other, more in further.items() if any(texts_of(each, other) for each in having))
            spare = max(0.0, self.height - max(least[caption] for caption in having) - taken)
            is_figure = "figure" in kind
            more = spare / times / (2 if kind == "figure" else 1) if is_figure else spare  # rows want some of it
            texts, width = {text for each in having for text in texts_of(each, kind)}, room if is_figure else self.width
            slot = slot_of(self.typesetter, texts, self._style(kind), SHARES[kind], width, more)
            further[kind] = slot.further(self.typesetter) * (times if is_figure else 1)
            yield kind, slot

    def _room(self, y: float, *, note: bool) -> float:
        """Return how many pixels rows have below the last baseline above them."""
        return self.height - y - (ABOVE_ROWS + (NOTE if note else 0)) * self.unit

    @property
    def _in_row(self) -> bool:
        said = self.style.figures
        return self.width > WIDE * self.height if said == "auto" else said == "row"

    @cached_property
    def _rows(self) -> RowSetter:
        style = RowStyle(self.style.row, self.style.row_pitch)
        return RowSetter(style, self.colors, self.typesetter, self.width, self.unit)

    def _least(self, caption: Caption, rows: int, note: bool) -> float:
        """How high a caption is at least, in pixels: every text in one line, rows as close as they come."""
        sizes, high = self.style, 0.0
        for kind, lead in HEAD.items():
            if getattr(caption, kind):
                high += getattr(sizes, kind) * (lead if high else CAP_HEIGHT)
        if caption.sentence:
            high += SENTENCE_LEAD * sizes.sentence
        if caption.figures:
            one = (ROW_LEAD if self._in_row else COLUMN_LEAD) * sizes.figure + LABEL_LEAD * sizes.figure_label
            high += one * (1 if self._in_row else len(caption.figures))
        high += (ABOVE_ROWS if rows else 0) + (NOTE if note else 0)
        return high * self.unit + rows * self._rows.least_pitch

    def _style(self, kind: Kind) -> TextStyle:
        family: Literal["sans", "mono"] = "mono" if kind == "name" else "sans"
        tracking = 0.09 * self.unit * self.style.kicker if kind == "kicker" else 0.0
        color = self.colors.ink if kind in IN_INK else self.colors.quiet
        cell = LARGE_CELL if kind == "figure" else 0.0
        return TextStyle(family, WEIGHTS[kind], getattr(self.style, kind) * self.unit, color, tracking, cell)

    def _above_rows(self, caption: Caption, slots: Mapping[Kind, Slot], out: CaptionShapes) -> float:
        """Set kicker, name, line and figures; returns the last baseline."""
        return self._figures(caption.figures, self._head(caption, slots, out), slots, out)

    def _head(self, caption: Caption, slots: Mapping[Kind, Slot], out: CaptionShapes) -> float:
        y = 0.0
        for kind, lead in HEAD.items():
            texts, slot = texts_of(caption, kind), slots.get(kind)
            if slot is None or not (texts or caption.figures or caption.rows):
                continue  # a line that others have keeps its place in what is said of a person
            y += slot.style.size * (lead if y else CAP_HEIGHT)
            for text in texts:
                out.put(text, slot.style, (0, round(y)), self.width, slot.lines)
            y += slot.further(self.typesetter)
        return y

    def _figure_room(self, count: int) -> float:
        """Return how wide a figure may be, in pixels."""
        return self.width / max(3, count) - GUTTER * self.style.figure * self.unit if self._in_row else self.width

    def _figures(self, figures: tuple[Figure, ...], y: float, slots: Mapping[Kind, Slot], out: CaptionShapes) -> float:
        """Large numbers with their labels, in a row or a column; returns the last baseline."""
        size, room = self.style.figure * self.unit, self._figure_room(len(figures))
        step, top, last = self.width / max(3, len(figures)), y + ROW_LEAD * size, y
        for number, figure in enumerate(figures):
            if self._in_row:
                last = self._figure(figure, (number * step, top), room, slots, out)
            else:
                last = self._figure(figure, (0, last + COLUMN_LEAD * size), room, slots, out)
        return last

    def _figure(
        self,
        figure: Figure,
        place: tuple[float, float],
        room: float,
        slots: Mapping[Kind, Slot],
        out: CaptionShapes,
    ) -> float:
        """Set a number and its label; returns the last baseline."""
        (x, y), big, label = place, slots["figure"], slots.get("figure_label")
        color = self.colors.ink if figure.value else self.colors.quiet
        value, last = figure.shown, round(y) + big.further(self.typesetter)
        lines = min(big.lines, self.typesetter.lines(value, big.style, room))  # it ends where its label begins
        first = last - (lines - 1) * self.typesetter.line_height(big.style)
        out.put(value, replace(big.style, color=color), (x, round(first)), room, big.lines)
        if label is None:
            return last
        y = last + round(LABEL_LEAD * label.style.size)
        color = self.colors.ink if figure.emphasised else self.colors.quiet
        out.put(figure.label, replace(label.style, color=color), (x, round(y)), room, label.lines)
        return y + round(label.further(self.typesetter))


def texts_of(caption: Caption, kind: Kind) -> tuple[str, ...]:
    """Return the texts of a kind of a caption."""
    if kind == "figure":
        return tuple(figure.shown for figure in caption.figures)
    if kind == "figure_label":
        return tuple(figure.label for figure in caption.figures if figure.label)
    text: str = getattr(caption, kind)
    return tuple(filter(None, (text.upper() if kind == "kicker" else text,)))
