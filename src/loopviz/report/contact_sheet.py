"""Contact sheets of a review: every piece of work as it was drawn, with what speaks for or against it, worst first.

Sheets are PNG files: ``approved-01.png`` …, ``rejected-01.png`` …, and ``left-out-01.png`` … for work that is paid
though its labels do not count. The source is read once, in order, and never more than a sheet is held in memory.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.crowd.review.decisions import Review
from loopviz.crowd.review.evidence import value_text
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.fitting import onto_canvas
from loopviz.media import Source, save_png
from loopviz.report.page import Page
from loopviz.report.page_marks import PageMarks
from loopviz.report.sheet_text import (
    CELL,
    GUTTER,
    MARGIN,
    ROW_GAP,
    SOMEBODY,
    CellCaption,
    Head,
    SheetType,
)
from loopviz.report.thumbnails import Thumbnails
from loopviz.scene import Element, Rect, Typesetter, load_theme
from loopviz.scene.contrast import distinct
from loopviz.scene.keypoints import skeleton_of
from loopviz.scene.layout import Area, Layout
from loopviz.scene.mark_drawing import draw_mark
from loopviz.scene.marks import Category, Marks

TALLEST = 1.25  # a picture's height, in cells' widths: an upright one is set narrower
PIXELS = Marks(draw="auto", line=2.0, bracket=0.0, bracket_length=0.0, outline=2.0, fill_opacity=0.25)  # unit: 1 pixel
INVENTED = "Simulated data: the people on this sheet, their work and their pay are invented."
SOME_INVENTED = "Simulated data: people marked as simulated, their work and their pay are invented."


@dataclass(frozen=True)
class Group:
    """Assignments with one fate: the beginning of their files' names, and what it means for labels and for pay."""

    stem: str
    title: str
    meaning: str
    pay: str
    chosen: pl.Expr


GROUPS = (
    Group("approved", "Approved", "These labels count, and the work is paid.", "USD paid", pl.col("passes")),
    Group(
        "left-out",
        "Left out",
        "These labels do not count. The work is paid all the same.",
        "USD paid",
        ~pl.col("passes") & pl.col("approve"),
    ),
    Group(
        "rejected",
        "Rejected",
        "These labels do not count, and the work is not paid.",
        "USD not paid",
        ~pl.col("passes") & ~pl.col("approve"),
    ),
    Group(
        "not-judged",
        "Not judged",
        "The labels were not read, or not all of them: whether they count is left open.",
        "USD",
        pl.col("passes").is_null() | pl.col("approve").is_null(),
    ),
)


def contact_sheets(
    source: Source, dataset: Dataset, review: Review, folder: Path, *, columns: int = 6, per_sheet: int = 48
) -> list[Path]:
    """Write the contact sheets of a review, and return their files.

    Args:
        source: The video or images that were labelled.
        dataset: The Dataset that was reviewed; people are shown by their alias.
        review: The decisions.
        folder: Where the sheets are written; it is made if need be, and sheets of the same name are replaced.
        columns: Pictures in a row.
        per_sheet: Pictures on a sheet.

    Raises:
        ConfigError: If a sheet would hold no picture, or work was done on a frame that the source does not have.
        InputError: If a frame cannot be decoded, or a mask does not fit its frame.
        OutputError: If a sheet cannot be written.
    """
    if columns < 1 or per_sheet < 1:
        raise ConfigError(
            "a sheet holds no picture", found=f"{columns} columns, {per_sheet} pictures", expected="1 or more"
        )
    sheets = _Sheets(source, dataset, review, columns)
    written: list[Path] = []
    with Thumbnails(source, review.decisions["frame"].drop_nulls().to_list(), sheets.picture, folder) as thumbnails:
        for group in GROUPS:
            rows = sheets.rows.filter(group.chosen)
            count = -(-rows.height // per_sheet)
            head = sheets.head(group, rows)
            for number in range(count):
                part = rows.slice(number * per_sheet, per_sheet)
                title = dataclasses.replace(head, kicker=f"Review · sheet {number + 1} of {count}")
                target = folder / f"{group.stem}-{number + 1:02d}.png"
                save_png(sheets.page(title, part, thumbnails).pixels, target)
                written.append(target)
    return written


class _Sheets:
    """What all sheets of a review share: type, colours, and who drew what."""

    def __init__(self, source: Source, dataset: Dataset, review: Review, columns: int) -> None:
        self._theme = load_theme("margin")
        self._typesetter = Typesetter(self._theme.fonts)
        self._type = SheetType(self._theme, self._typesetter, columns)
        self._review, self._columns = review, columns
        self._source_size = source.info.width, source.info.height
        scale = min(CELL / source.info.width, TALLEST * CELL / source.info.height)
        self.picture = max(1, round(source.info.width * scale)), max(1, round(source.info.height * scale))
        palette, given = self._theme.colors.palette, dataset.categories.iter_rows(named=True)
        self._categories = [
            Category(row["name"], row["color"] or distinct(palette, i), skeleton=skeleton_of(row))
            for i, row in enumerate(given)
        ]
        self._page_marks = PageMarks(self._source_size, self._categories)
        on_source = onto_canvas(dataset, self._source_size)
        self._annotations = on_source.annotations.filter(pl.col("assignment_id").is_not_null())
        people = dataset.workers.select("worker_id", "alias", "simulated")
        work = dataset.assignments.select("assignment_id", "reward_usd", "work_seconds")
        self.rows = review.decisions.join(people, on="worker_id", how="left", maintain_order="left").join(
            work, on="assignment_id", how="left", maintain_order="left"
        )
        self._conditions = {c.measure: c for rule in review.rules for c in rule.conditions}

    def head(self, group: Group, rows: pl.DataFrame) -> Head:
        """Return what stands above the pictures of a group."""
        figures = (
            (f"{rows.height:,}", f"of {self.rows.height:,} assignments"),
            (f"{rows['worker_id'].drop_nulls().n_unique():,}", "people"),
            (_sum(rows["work_seconds"] / 3600, 1), "hours of work"),
            (_sum(rows["reward_usd"], 2), group.pay),
        )
        rule = " and ".join(map(str, self._review.rules))
        facts = ("Rule", rule), ("Result", group.meaning), ("Cost", str(self._review.cost.note()))
        note = "Worst first. The tick is what the rule asks for." if rows["value"].count() else ""
        return Head("", group.title, facts, figures, tuple(self._categories), note)

    def page(self, head: Head, rows: pl.DataFrame, thumbnails: Thumbnails) -> Page:
        """Return a finished sheet."""
        shapes, top = self._type.head(head)
        _, tall = self.picture
        pitch = tall + self._type.caption_height(rows["evidence"]) + ROW_GAP
        lines = -(-rows.height // self._columns)
        simulated = rows["simulated"].fill_null(False)
        note = (INVENTED if simulated.all() else SOME_INVENTED) if simulated.any() else ""
        foot, depth = self._type.foot(note, f"{head.title} · {head.kicker.lower()}")
        height = top + lines * pitch + depth
        page = Page(self._typesetter, self._type.width, height, self._theme.colors.paper)
        page.set(shapes)
        ids = rows["assignment_id"].implode()
        drawn = self._annotations.filter(pl.col("assignment_id").is_in(ids)).partition_by("assignment_id", as_dict=True)
        for place, row in enumerate(rows.iter_rows(named=True)):
            x = MARGIN + place % self._columns * (CELL + GUTTER)
            y = top + place // self._columns * pitch
            labels = drawn.get((row["assignment_id"],))
            self._picture(page, row, labels, thumbnails, (x, y))
            page.set(self._type.caption(self._caption(row)), x, y + tall)
        page.set(foot, 0, height - depth)
        return page

    def _picture(
        self, page: Page, row: dict[str, Any], labels: pl.DataFrame | None, thumbnails: Thumbnails, at: tuple[int, int]
    ) -> None:
        """Lay a frame down and draw a worker's labels on it; work on no frame has an empty field."""
        (x, y), (width, tall) = at, self.picture
        if row["frame"] is None:
            page.draw([Rect(x, y, x + width, y + tall, self._theme.colors.hairline)])
            return
        page.photograph(thumbnails[row["frame"]], x, y)
        if labels is not None:
            page.draw(self._marks(labels, row["frame"], Area(x, y, width, tall)))

    def _marks(self, labels: pl.DataFrame, frame: int, area: Area) -> Iterator[Element]:
        """A worker's labels on a picture's area of the page."""
        page = Layout(*self._source_size, area, 1.0, 1)
        for mark in self._page_marks.on(labels, frame, area):
            yield from draw_mark(mark, PIXELS, page)

    def _caption(self, row: dict[str, Any]) -> CellCaption:
        number = "no frame" if row["frame"] is None else f"frame {row['frame'] + 1}"
        return CellCaption(
            name=row["alias"] or SOMEBODY,
            place=f"{number} · simulated" if row["simulated"] else number,
            evidence=row["evidence"],
            value=value_text(self._conditions[row["measure"]], row["value"]),
            measure=row["measure"],
            share=None if row["value"] is None else row["score"],
        )


def _sum(values: pl.Series, digits: int) -> str:
    """The sum of what is known, a dash where nothing is."""
    return f"{values.sum():,.{digits}f}" if values.count() else "–"
