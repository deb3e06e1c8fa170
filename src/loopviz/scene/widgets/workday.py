"""A line of all work that a film shows, task after task: how long each took, whether it was paid, and the sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import ClassVar

from loopviz.scene.elements import Drawing, Element, Path, Rect, Shape, Sprite, Text, TextStyle
from loopviz.scene.layout import Area, even
from loopviz.scene.style import Length, Placed, Type
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget

STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400)  # seconds between two marks of the time
MOST_MARKS = 6
LABELS, BARS, BETWEEN = 2.2, 0.26, 0.1  # sizes of type; shares of what is left: bars, and between them and the steps
VEIL, THIN = 0.68, 0.0012  # how much of what is to come is hidden; units: hollow bars, and the line that all stands on


class Workday(Placed):
    """What a theme says of it.

    Attributes:
        size: How large the type of the hours is, in units.
        line: How thick the line of the sum is.
    """

    size: Type = 0.02
    line: Length = 0.0026


class WorkdayWidget(Widget):
    """Draws bars of work, solid where it was paid, above them what was paid by then, a veil over what is to come."""

    style_type: ClassVar[type[Placed]] = Workday
    about_people: ClassVar[bool] = True
    of_all_frames: ClassVar[bool] = True
    placed: Workday

    @property
    def still(self) -> object:
        """Return all work."""
        return self._still

    def key(self, view: View) -> object:
        """Return how much of it has been done."""
        return self._present(view)

    def elements(self, view: View) -> Iterable[Element]:
        """Return all work, a veil over what is to come, and the task that is being done."""
        bars, area, now = self._bars, self._drawn, self._present(view)
        yield from self._still
        if now is None:
            return
        start, at = now
        colors, thick = self.stage.theme.colors, 2 * max(1, round(self.placed.line * self.stage.layout.unit / 2))
        yield Rect(at, area.y, area.right, bars.y - thick, colors.paper, VEIL)
        yield Rect(at, bars.y, area.right, area.bottom, colors.paper, VEIL)
        yield Rect(start, bars.y, at, bars.bottom, colors.accent)
        yield Rect(at, area.y, at + thick, area.bottom, colors.accent)

    def other_frames(self, view: View) -> Iterable[int]:  # noqa: ARG002 - all work is there at every moment
        """Return all frames of the film."""
        return self.stage.order

    def _present(self, view: View) -> tuple[int, int] | None:
        """Return where the task begins that is being done, and where it has got to, in pixels; None without a time."""
        shown = self.stage.shown(view)
        if not shown or not self._seconds:
            return None
        task = self.stage.tasks[shown - 1]
        return self._at(task.start), self._at(task.start + view.worked * task.seconds)

    @property
    def _seconds(self) -> float:
        """How long all work took."""
        last = self.stage.tasks[-1:]
        return last[0].start + last[0].seconds if last else 0.0

    def _at(self, seconds: float) -> int:
        area = self._drawn
        return round(area.x + seconds / self._seconds * (area.width - 2))

    @cached_property
    def _drawn(self) -> Area:
        """Where steps and bars are: over the hours."""
        area, unit = self.area, self.stage.layout.unit
        x, y = even(area.x), even(area.y)
        labels = LABELS * self.placed.size * unit
        return Area(x, y, 2 * int((area.right - x) / 2), 2 * int((area.bottom - labels - y) / 2))

    @property
    def _bars(self) -> Area:
        area = self._drawn
        top = even(area.bottom - BARS * area.height)
        return Area(area.x, top, area.width, area.bottom - top)

    @cached_property
    def _still(self) -> tuple[Element, ...]:
        area = self._drawn
        if not self._seconds:
            return ()
        shapes = (*self._sum(), *self._tasks(), *self._ground())
        drawing = Sprite(int(area.x), int(area.y), Drawing(int(area.width), int(area.height), shapes))
        return (drawing, *self.stage.typesetter.place(self._hours(), 0, 0))

    def _sum(self) -> Iterator[Shape]:
        """The steps of what was paid: each at the end of the work that it was paid for."""
        area, tasks = self._drawn, self.stage.tasks
        total = tasks[-1].paid_before + tasks[-1].paid
        line = max(1.0, self.placed.line * self.stage.layout.unit)
        foot = self._bars.y - area.y - BETWEEN * area.height
        points = [0.0, foot]
        for task in tasks:
            x = self._at(task.start + task.seconds) - area.x
            for paid in (task.paid_before, task.paid_before + task.paid):
                points += [x, foot - paid / max(total, 1e-9) * (foot - 2 * line)]
        if total:
            yield Path((tuple(points),), self.stage.theme.colors.ink, line, is_open=True)

    def _tasks(self) -> Iterator[Shape]:
        """A bar for each task: solid if it was paid, hollow if it was rejected, quiet if nobody decided yet."""
        area, bars, colors = self._drawn, self._bars, self.stage.theme.colors
        thin = max(1, round(THIN * self.stage.layout.unit))
        top, bottom = bars.y - area.y, bars.bottom - area.y
        for task in self.stage.tasks:
            left, right = self._at(task.start) - area.x, self._at(task.start + task.seconds) - area.x - thin
            if right <= left:
                continue
            if task.fate == "rejected" and right - left > 2 * thin:
                a, b, c, d = left + thin / 2, top + thin / 2, right - thin / 2, bottom - thin / 2
                yield Path(((a, b, c, b, c, d, a, d),), colors.ink, thin)
            elif task.fate != "rejected":
                yield Rect(left, top, right, bottom, colors.ink if task.fate == "paid" else colors.quiet)

    def _ground(self) -> Iterator[Shape]:
        """The line that the steps stand on."""
        area = self._drawn
        thin = max(1, round(THIN * self.stage.layout.unit))
        y = round(self._bars.y - area.y - BETWEEN * area.height / 2)
        yield Rect(0, y, area.width, y + thin, self.stage.theme.colors.hairline)

    def _hours(self) -> Iterator[Text]:
        """The time of all work, at some marks."""
        style = TextStyle("sans", 400, self.placed.size * self.stage.layout.unit, self.stage.theme.colors.quiet)
        baseline = round(self._drawn.bottom + 0.75 * LABELS * style.size)
        step = next((each for each in STEPS if self._seconds / each < MOST_MARKS), STEPS[-1])
        for seconds in range(0, int(self._seconds) + 1, step):
            said = hours(seconds)
            wide = self.stage.typesetter.width(said, style) + 2
            x = self._at(seconds)
            if x + wide <= self.area.right:
                yield Text(said, style, x, baseline, wide)


def hours(seconds: int) -> str:
    """Return a whole number of seconds as hours and minutes: ``1:30 h``; at the beginning ``0``."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02} h" if seconds else "0"
