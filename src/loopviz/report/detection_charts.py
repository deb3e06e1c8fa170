"""Two pictures of a comparison: precision by recall, and what was taken for what. Set as the other sheets are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import polars as pl

from loopviz.report.page import Page, Pixels
from loopviz.scene import Drawing, Path, Rect, Sprite, Text, TextStyle, Theme, Typesetter, load_theme
from loopviz.scene.contrast import distinct, ink_on, mixed

MARGIN, TOP, FOOT = 96, 104, 96  # pixels
SIDE = 720  # of the plot
KEY = 420  # the column of categories beside it
MOST = 24  # categories that are drawn; the others are counted
CELL, LEAST_CELL, ROOMY, NAMES = 120, 56, 6, 240  # so many categories have cells of full size
NOTHING = "nothing"


class _Sheet:
    """Type and colours, and what stands on top."""

    def __init__(self, title: str, note: str, width: int, height: int) -> None:
        self.theme: Theme = load_theme("margin")
        self.typesetter = Typesetter(self.theme.fonts)
        self.page = Page(self.typesetter, width, height, self.theme.colors.paper)
        self.text(title, self.style(42, 600, mono=True), MARGIN, TOP, width - 2 * MARGIN)
        self.text(note, self.style(18, quiet=True), MARGIN, TOP + 40, width - 2 * MARGIN)

    def style(self, size: float, weight: int = 400, *, quiet: bool = False, mono: bool = False) -> TextStyle:
        color = self.theme.colors.quiet if quiet else self.theme.colors.ink
        return TextStyle("mono" if mono else "sans", weight, size, color)

    def text(self, text: str, style: TextStyle, x: float, y: float, width: float, align: str = "left") -> None:
        """Set a line, cut to a width."""
        fitting = self.typesetter.fit(text, style, width)
        self.page.set([Text(fitting, style, x, y, width + 1, align)])  # type: ignore[arg-type]


def precision_recall_chart(categories: pl.DataFrame, curves: pl.DataFrame) -> Pixels:
    """Return precision by recall of every category at an IoU of 0.5, ``(height, width, 3)``.

    Args:
        categories: ``name`` and ``map50`` of each, in the order of the colours.
        curves: As ``loopviz.evaluation.coco_metrics`` has them.
    """
    top = TOP + 96
    note = "How many detections are right, by how many labels are found, at an overlap (IoU) of 0.5"
    sheet = _Sheet("Precision and recall", note, 2 * MARGIN + 64 + SIDE + 48 + KEY, top + SIDE + FOOT + 48)
    left = MARGIN + 64
    _axes(sheet, left, top)
    palette = sheet.theme.colors.palette
    known = {class_id: part for (class_id,), part in curves.partition_by("class_id", as_dict=True).items()}
    sheet.text("mAP50", sheet.style(16, 500), left + SIDE + 48, top - 20, KEY - 20, "right")
    y = top + 18
    for place, (name, score) in enumerate(categories.select("name", "map50").iter_rows()):
        if place >= MOST:
            sheet.text(f"and {categories.height - MOST} more", sheet.style(18, quiet=True), left + SIDE + 48, y, KEY)
            break
        color = distinct(palette, place)
        if place in known:
            sheet.page.draw([_curve(known[place], left, top, color)])
        sheet.page.draw([Rect(left + SIDE + 48, y - 14, left + SIDE + 64, y + 2, color)])
        sheet.text(name, sheet.style(18, 500), left + SIDE + 76, y, KEY - 120)
        said = "no label" if score is None else f"{score:.3f}"
        sheet.text(said, sheet.style(18, quiet=True), left + SIDE + 48, y, KEY - 20, "right")
        y += 29
    return sheet.page.pixels


def _axes(sheet: _Sheet, left: int, top: int) -> None:
    small, line = sheet.style(16, quiet=True), sheet.theme.colors.hairline
    for step in range(6):
        y, x = top + SIDE * step // 5, left + SIDE * step // 5
        sheet.page.draw([Rect(left, y, left + SIDE, y + 1, line), Rect(x, top, x + 1, top + SIDE, line)])
        sheet.text(f"{1 - step / 5:.1f}", small, left - 60, y + 6, 48, "right")
        sheet.text(f"{step / 5:.1f}", small, x - 24, top + SIDE + 28, 48, "center")
    sheet.text("Precision", sheet.style(16, 500), left - 64, top - 20, 200)
    sheet.text("Recall", sheet.style(16, 500), left, top + SIDE + 60, SIDE, "right")


def _curve(curve: pl.DataFrame, left: int, top: int, color: str) -> Sprite:
    """Return a curve as a line in steps: its precision holds up to the next recall."""
    points: list[float] = []
    rows = list(curve.select("recall", "precision").iter_rows())
    for (recall, precision), (after, _) in pairwise([*rows, (1.0, 0.0)]):
        points += [2 + recall * SIDE, 2 + (1 - precision) * SIDE, 2 + after * SIDE, 2 + (1 - precision) * SIDE]
    shape = Path((tuple(points),), color, stroke=3.0, is_open=True)
    return Sprite(left - 2, top - 2, Drawing(SIDE + 4, SIDE + 4, (shape,)))


def confusion_chart(confusion: pl.DataFrame) -> Pixels:
    """Return how many labels of each category (down) were taken for which (across), ``(height, width, 3)``.

    Args:
        confusion: ``reference``, ``predicted`` and ``count``; null is nothing: what was missed, or is extra.
    """
    names = list(dict.fromkeys([*confusion["reference"].drop_nulls(), *confusion["predicted"].drop_nulls()]))
    shown = names[:MOST]
    cell = max(LEAST_CELL, CELL - 6 * max(0, len(shown) - ROOMY))
    top, left = TOP + 152, MARGIN + NAMES
    grid = cell * (len(shown) + 1)
    note = "What was labelled (down), and what it was taken for (across)"
    more = f"; {len(names) - MOST} categories are not shown" if len(names) > MOST else ""
    sheet = _Sheet("What was taken for what", note + more, max(left + grid + MARGIN, 960), top + grid + FOOT)
    counts = {(one, other): count for one, other, count in confusion.iter_rows()}
    sides: Sequence[str | None] = [*shown, None]
    sums = {one: sum(counts.get((one, other), 0) for other in sides) for one in sides}
    small = sheet.style(16, 500)
    for place, name in enumerate(sides):
        style = small if name is not None else sheet.style(16, quiet=True)
        sheet.text(name or NOTHING, style, MARGIN, top + place * cell + cell / 2 + 6, NAMES - 20)
        sheet.text(name or NOTHING, style, left + place * cell + 2, top - 16, cell - 4, "center")
    for down, one in enumerate(sides):
        for across, other in enumerate(sides):
            count = counts.get((one, other), 0)
            share = count / sums[one] if sums[one] and not (one is None and other is None) else 0.0
            at = left + across * cell, top + down * cell
            sheet.page.draw(_cell(sheet, at, cell, share, right=one == other))
            if count:
                ground = mixed(_tone(sheet, right=one == other), sheet.theme.colors.paper, share)
                style = TextStyle("sans", 500, 17, ink_on(ground))
                sheet.text(f"{count:,}", style, at[0], at[1] + cell / 2 + 6, cell - 2, "center")
    return sheet.page.pixels


def _tone(sheet: _Sheet, *, right: bool) -> str:
    return sheet.theme.colors.ink if right else sheet.theme.colors.accent


def _cell(sheet: _Sheet, at: tuple[int, int], cell: int, share: float, *, right: bool) -> Iterator[Rect]:
    x, y = at
    yield Rect(x, y, x + cell + 1, y + cell + 1, sheet.theme.colors.hairline)
    yield Rect(x + 1, y + 1, x + cell, y + cell, sheet.theme.colors.paper)
    yield Rect(x + 1, y + 1, x + cell, y + cell, _tone(sheet, right=right), share)
