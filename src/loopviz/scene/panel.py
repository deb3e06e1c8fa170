"""The person's panel: a caption set in type, in a column of given size, with the origin at the column's corner.

The rhythm (distances between baselines) is given in sizes of the type itself, so that a theme needs to name only the
sizes. Rows keep one pitch through the clip; an answer that is too long for its line is set smaller, then on two lines,
and cut only after that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from loopviz.scene.caption import Caption, Figure, Row
from loopviz.scene.elements import Rect, Text, TextStyle
from loopviz.scene.theme import Theme
from loopviz.scene.typography import Typesetter

CAP_HEIGHT = 0.73  # of Inter and IBM Plex Mono, in sizes
SMALLEST_PITCH = 0.62  # of the theme's own; rows that do not fit then are counted, not squeezed in


@dataclass(frozen=True)
class PanelSetter:
    """Sets captions in a column of ``width`` by ``height`` pixels, for a theme at a unit in pixels."""

    theme: Theme
    typesetter: Typesetter
    width: float
    height: float
    unit: float

    def set(self, caption: Caption, note_inside: bool) -> tuple[Text | Rect, ...]:
        """Return the shapes of a caption; the note (``Simulated data``) stands at the column's foot, if it is in it."""
        shapes: list[Text | Rect] = []
        y = self._head(caption, shapes)
        y = self._figures(caption.figures, y, shapes)
        note = caption.note if note_inside else ""
        if caption.rows:
            self._rows(caption.rows, y + 0.036 * self.unit, bool(note), shapes)
        if note:
            style = self._style("figure_label", 400, self.theme.colors.quiet)
            shapes.append(Text(note, style, 0, round(self.height), self.width))
        return tuple(shapes)

    def _style(self, size: str, weight: int, color: str, scale: float = 1.0) -> TextStyle:
        family: Literal["sans", "mono"] = "mono" if size == "name" else "sans"
        tracking = 0.09 * self.unit * self.theme.panel.kicker if size == "kicker" else 0.0
        return TextStyle(family, weight, getattr(self.theme.panel, size) * self.unit * scale, color, tracking)

    def _head(self, caption: Caption, shapes: list[Text | Rect]) -> float:
        """Kicker, name and line; returns the last baseline."""
        colors, y = self.theme.colors, 0.0
        for text, size, weight, color, lead in (
            (caption.kicker.upper(), "kicker", 500, colors.quiet, CAP_HEIGHT),
            (caption.name, "name", 600, colors.ink, 1.25),
            (caption.line, "line", 400, colors.quiet, 2.05),
        ):
            if not text:
                continue
            style = self._shrunk(text, self._style(size, weight, color), 0.6)
            y += style.size * (lead if y else CAP_HEIGHT)
            shapes.append(Text(self.typesetter.fit(text, style, self.width), style, 0, round(y), self.width + 1))
        return y

    def _shrunk(self, text: str, style: TextStyle, least: float, width: float | None = None) -> TextStyle:
        """The style at the size at which a text fits one line, but not under a share of its size."""
        wide = self.typesetter.width(text, style)
        share = min(1.0, max(least, 0.99 * (width or self.width) / wide)) if wide else 1.0
        return TextStyle(style.family, style.weight, style.size * share, style.color, style.tracking)

    def _figures(self, figures: tuple[Figure, ...], y: float, shapes: list[Text | Rect]) -> float:
        """Large numbers with their labels, in a row or a column; returns the last baseline."""
        column = self.theme.panel.figures == "column"
        step = 0.0 if column else self.width / max(3, len(figures))
        base = y
        for i, figure in enumerate(figures):
            big = self._style("figure", 300, self.theme.colors.ink if figure.value else self.theme.colors.quiet)
            label = self._style("figure_label", 400, self.theme.colors.quiet)
            lead = 1.63 if column else 1.94
            baseline = (y if column else base) + lead * big.size
            room = self.width if column else step - 0.35 * big.size
            value = figure.value or "–"
            big = self._shrunk(value, big, 0.55, room)
            y = round(baseline) + round(1.85 * label.size)
            shapes.append(Text(self.typesetter.fit(value, big, room), big, i * step, round(baseline), room + 2))
            shapes.append(Text(self.typesetter.fit(figure.label, label, room), label, i * step, y, room + 2))
        return y

    def _rows(self, rows: tuple[Row, ...], top: float, leave_note: bool, shapes: list[Text | Rect]) -> None:
        """The answers between hairlines."""
        wanted = self.theme.panel.row_pitch * self.unit
        room = self.height - top - (0.05 * self.unit if leave_note else 0)
        pitch = max(SMALLEST_PITCH * wanted, min(wanted, room / len(rows)))
        fitting = max(1, int(room / pitch + 1e-6))
        if len(rows) > fitting:
            hidden = len(rows) - fitting + 1
            rows = (*rows[: fitting - 1], Row(f"and {hidden} more answers", "", False))
        line = max(1, round(0.0011 * self.unit))
        heading_room = self._heading_room(rows, pitch / wanted)
        for i, row in enumerate(rows):
            y = round(top + i * pitch)
            shapes.append(Rect(0, y, self.width, y + line, self.theme.colors.hairline))
            shapes.extend(self._row(row, y, pitch, heading_room))
        end = round(top + len(rows) * pitch)
        shapes.append(Rect(0, end, self.width, end + line, self.theme.colors.hairline))

    def _heading_room(self, rows: tuple[Row, ...], scale: float) -> float:
        style = self._style("row", 400, self.theme.colors.quiet, min(1.0, scale * 1.15))
        return min(0.58 * self.width, max(self.typesetter.width(row.heading, style) for row in rows) + 1)

    def _row(self, row: Row, y: float, pitch: float, heading_room: float) -> Iterator[Text | Rect]:
        scale = min(1.0, 1.15 * pitch / (self.theme.panel.row_pitch * self.unit))
        quiet, ink = self.theme.colors.quiet, self.theme.colors.ink
        baseline = round(y + 0.64 * pitch)
        heading = self._style("row", 400, quiet, scale)
        yield Text(self.typesetter.fit(row.heading, heading, heading_room), heading, 0, baseline, heading_room + 2)
        if not row.answer:
            return
        answer = self._style("row", 500 if row.given else 400, ink if row.given else quiet, scale)
        own = self.typesetter.width(row.heading, heading)
        room = self.width - min(own, heading_room) - 1.2 * heading.size
        one_line = self._shrunk(row.answer, answer, 0.8, room)
        if self.typesetter.width(row.answer, one_line) <= room + 0.5:
            yield Text(row.answer, one_line, 0, baseline, self.width, "right")
            return
        small = self._style("row", answer.weight, answer.color, scale * 0.76)
        two = self.typesetter.fit(row.answer, small, room, lines=2)
        yield Text(two, small, self.width - room, round(y + 0.5 * pitch - 0.29 * small.size), room, "right")
