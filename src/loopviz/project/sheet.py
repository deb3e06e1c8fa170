"""Sheets of a project: frames, work, a sequence, one person's frame, everybody's drawing, for print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from loopviz.atomic import writing
from loopviz.consent import consented
from loopviz.crowd.ledger.account import ledger
from loopviz.errors import ConfigError, DamagedError
from loopviz.fitting import onto_canvas
from loopviz.media import Source
from loopviz.outputs import check_file, check_no_folder, own_files
from loopviz.project.film import account_figures
from loopviz.project.frame_ranges import frames_of
from loopviz.project.load import LoadedProject, mended_source, scene_options
from loopviz.project.render_options import check_apart, origin_of
from loopviz.report.page_marks import PageMarks
from loopviz.report.sheets.contents import KINDS, ORDERS, TITLES, By, Cell, Kind, cells_of
from loopviz.report.sheets.enlarged import areas, enlarged
from loopviz.report.sheets.grid import grid_of, pages
from loopviz.report.sheets.paper import INCH, MM, Paper, parse_paper
from loopviz.report.sheets.poster import poster
from loopviz.report.sheets.press import Sheet, pdf_of, pixels_of, png_of_sheet
from loopviz.report.sheets.setting import Look
from loopviz.report.thumbnails import Thumbnails
from loopviz.scene import Typesetter
from loopviz.scene.stage import is_dismissed, shown_categories
from loopviz.scene.templates import clean
from loopviz.schema import EDGES
from loopviz.wording import counted
from loopviz.work import HAS_AREA, IS_CARRIED

ENDINGS = (".pdf", ".png")
LEAST_DPI, MOST_DPI = 36, 1200
MOST_COUNT, MOST_COLUMNS = 5000, 40
MOST_ENLARGED = 200  # pages


@dataclass(frozen=True)
class SheetOptions:
    """How a sheet is made.

    Attributes:
        kind: What is on it.
        by: In which order a contact sheet shows the work.
        size: Of the paper: ``A4``, ``50x70cm``.
        landscape: Whether the paper is turned.
        bleed: What is printed beyond the cut, as ``3mm``.
        dpi: Pixels an inch: of a PNG, and of the pictures in a PDF.
        count: How many pictures, spread evenly; None: all.
        columns: How many in a row; None: as many as fit.
        title: What stands above; None: what the sheet is.
    """

    kind: Kind = "contact"
    by: By = "person"
    size: str = "A4"
    landscape: bool = False
    bleed: str = "0mm"
    dpi: int = 300
    count: int | None = None
    columns: int | None = None
    title: str | None = None

    def paper(self) -> Paper:
        """Return the paper.

        Raises:
            ConfigError: If one of the options is impossible.
        """
        for name, value, known in (("kind", self.kind, KINDS), ("by", self.by, ORDERS)):
            if value not in known:
                raise ConfigError(f"not a sheet's --{name}", at="sheet", found=value, expected=", ".join(known))
        limits = (("dpi", self.dpi, LEAST_DPI, MOST_DPI), ("count", self.count, 1, MOST_COUNT))
        for name, number, least, most in (*limits, ("columns", self.columns, 1, MOST_COLUMNS)):
            if number is not None and not least <= number <= most:
                raise ConfigError(f"not a sheet's --{name}", at="sheet", found=number, expected=f"{least} to {most}")
        return parse_paper(self.size, landscape=self.landscape, bleed=self.bleed)


@dataclass(frozen=True)
class SheetResult:
    """What was written.

    Attributes:
        paths: The files: a PDF, or a PNG a page.
        pages: How many pages.
        size_mm: The width and height once it is cut.
        kind: What is on it.
    """

    paths: tuple[Path, ...]
    pages: int
    size_mm: tuple[float, float]
    kind: Kind


def write_sheet(
    project: LoadedProject,
    target: Path | None = None,
    options: SheetOptions | None = None,
    *,
    frames: str | range | None = None,
    overwrite: bool = False,
) -> SheetResult:
    """Write a sheet of a project, whole or not at all.

    Args:
        project: The project.
        target: A ``.pdf``, or a ``.png``: of several pages ``sheet-01.png`` and so on. None: beside the video.
        options: How it is made.
        frames: Only what is in this range of the source.
        overwrite: Replace what stands there.

    Raises:
        ConfigError: If an option is impossible, or there is nothing to show.
        OutputError: If something stands there that must be kept, or it cannot be written.
        InputError: If a frame is damaged, and the project says ``strict``.
    """
    options = options or SheetOptions()
    paper, file = options.paper(), target or project.output.with_name(f"{project.output.stem}_{options.kind}.pdf")
    check_no_folder(file, "sheet.pdf")
    if file.suffix.lower() not in ENDINGS:
        raise ConfigError("not a name for a sheet", file=file, expected="one that ends in .pdf or .png")
    check_apart(file, project.source)
    origin = origin_of(project.config, f"sheet {options.kind} {options.by}{file.suffix.lower()}")
    if file.suffix.lower() == ".png":
        pixels_of(paper, options.dpi)
    else:
        check_file(file, origin, overwrite=overwrite)
    asked = frames_of(project.source, frames)
    job = _Job(project, options, paper, range(project.source.info.frames) if asked is None else asked)
    names = _names(file, job.pages)
    for name in names:
        check_file(name, origin, overwrite=overwrite)

    def print_from(source: Source) -> None:
        with own_files(*names, origin=origin, overwrite=overwrite) as parts:
            for part, data in zip(parts, job.printed(source, file), strict=True):
                with writing(file):
                    part.write_bytes(data)

    try:
        print_from(project.source)
    except DamagedError:
        if project.config.strict:
            raise
        with mended_source(project.config) as source:
            print_from(source)
    return SheetResult(names, job.pages, (round(paper.width / MM, 2), round(paper.height / MM, 2)), options.kind)


def _names(file: Path, pages: int) -> tuple[Path, ...]:
    """Return the files of a sheet: one, or of a PNG with several pages one each."""
    if file.suffix.lower() == ".pdf" or pages == 1:
        return (file,)
    digits = len(str(pages)) + (pages < 10)
    return tuple(file.with_name(f"{file.stem}-{number:0{digits}d}{file.suffix}") for number in range(1, pages + 1))


class _Job:
    """What is printed of a project, before a picture is read."""

    def __init__(self, project: LoadedProject, options: SheetOptions, paper: Paper, frames: range) -> None:
        self._project, self._options, self._frames = project, options, frames
        info, theme = project.source.info, project.scene.theme
        self._dataset = onto_canvas(consented(project.dataset), (info.width, info.height))
        scene = scene_options(project.config, theme, self._dataset)
        categories = shown_categories(self._dataset, theme.colors, scene)
        drawn = self._dataset.annotations.filter(~IS_CARRIED)
        self._drawn = drawn.filter(pl.col("frame").is_between(frames.start, frames.stop - 1))
        simulated = self._dataset.workers["simulated"].fill_null(value=False).any()
        self._look = Look(
            paper,
            theme.colors,
            Typesetter(theme.fonts),
            categories,
            sorted(set(self._drawn["class_id"].to_list())),
            PageMarks((info.width, info.height), categories),
            (info.width, info.height),
            clean(theme.caption.simulated) if simulated else "",
        )
        self._title = clean(options.title) if options.title else TITLES[options.kind]
        self._cells = self._chosen()
        self._grid = grid_of(self._look, self._cells, options.columns) if self._is_grid else None

    @property
    def _is_grid(self) -> bool:
        return self._options.kind not in ("poster", "enlarged")

    def _chosen(self) -> list[Cell]:
        """Return the pictures; of a poster none, for all that was drawn is on it."""
        kind, options = self._options.kind, self._options
        if kind == "poster":
            if not self._drawn.height:
                raise ConfigError("nobody drew anything on these frames", at="sheet", expected="another range")
            return []
        if kind != "enlarged":
            return cells_of(self._dataset, kind, options.by, self._frames, options.count)
        whole = len(self._frames) == self._project.source.info.frames
        found = cells_of(self._dataset, "frames", options.by, self._frames, options.count or (1 if whole else None))
        if len(found) > MOST_ENLARGED:
            expected = f"at most {MOST_ENLARGED}: a shorter --range, or --count"
            raise ConfigError("too many pages of one frame each", at="sheet", found=len(found), expected=expected)
        return found

    @property
    def pages(self) -> int:
        """How many pages there are."""
        if self._grid is None:
            return max(1, len(self._cells))
        return -(-len(self._cells) // self._grid.most)

    def printed(self, source: Source, target: Path) -> Iterator[bytes]:
        """Yield the files' contents: a PDF, or a PNG a page."""
        paper, typesetter = self._look.paper, self._look.typesetter
        frames = {cell.frame for cell in self._cells}
        with Thumbnails(source, frames, self._picture_size(), target.parent) as pictures:
            sheets = self._sheets(pictures)
            if target.suffix.lower() == ".pdf":
                yield pdf_of(sheets, paper, typesetter, self._title)
            else:
                yield from (png_of_sheet(sheet, paper, typesetter, self._options.dpi) for sheet in sheets)

    def _picture_size(self) -> tuple[int, int]:
        """Return how large pictures are kept: as they are printed, and no larger than the source's own."""
        wide, high = self._look.source_size
        if self._grid is not None:
            width = self._grid.width
        else:
            width = areas(self._look, self._look.head("x", "")[1], self._look.foot(1, 1)[1])[0].width
        scale = min(1.0, width * self._options.dpi / INCH / wide)
        return max(1, round(wide * scale)), max(1, round(high * scale))

    def _sheets(self, pictures: Thumbnails) -> Iterator[Sheet]:
        said = self._title, self._facts()
        if self._options.kind == "poster":
            yield self._poster()
        elif self._grid is not None:
            yield from pages(self._look, self._grid, self._cells, said, pictures.__getitem__, self._labels())
        else:
            labels, count = self._labels(), len(self._cells)
            for number, cell in enumerate(self._cells, 1):
                title = self._title if self._options.title else f"Frame {cell.frame + 1}"
                shown = pictures[cell.frame], labels(cell), self._project.scene.caption(cell.frame)
                yield enlarged(self._look, cell.frame, (number, count), shown, title)

    def _labels(self) -> Callable[[Cell], pl.DataFrame]:
        """Return what finds the labels of a picture."""
        by_frame = self._drawn.partition_by("frame", as_dict=True)
        nothing = self._drawn.clear()

        def labels(cell: Cell) -> pl.DataFrame:
            rows = by_frame.get((cell.frame,), nothing)
            return rows if cell.tasks is None else rows.filter(pl.col("assignment_id").is_in(cell.tasks))

        return labels

    def _facts(self) -> str:
        """Say what a sheet holds: how many pictures, of whose work."""
        frames = len({cell.frame for cell in self._cells})
        tasks = self._dataset.assignments.filter(pl.col("frame").is_in(list({cell.frame for cell in self._cells})))
        people = tasks["worker_id"].drop_nulls().n_unique()
        who = counted(people, "person", "people") if people else ""
        order = f"by {self._options.by}" if self._options.kind == "contact" else ""
        worst = ", worst first" if order and self._options.by == "quality" else ""
        return ", ".join(filter(None, (counted(frames, "frame"), who, order + worst)))

    def _poster(self) -> Sheet:
        boxed = self._drawn.filter(HAS_AREA)  # points and lines are no boxes that lie over each other
        dismissed = is_dismissed(self._dataset.replace(annotations=boxed))
        work = self._dataset.assignments.filter(pl.col("frame").is_between(self._frames.start, self._frames.stop - 1))
        mine = self._dataset.replace(assignments=work, annotations=self._own(work))
        figures = account_figures(ledger(mine).by_name()[1])
        boxes = f"{boxed.height:,}", "box" if boxed.height == 1 else "boxes"
        known = [(each.value, each.label) for each in figures if each.value]
        return poster(
            self._look,
            boxed.select(EDGES).to_numpy(),
            boxed["class_id"].to_list(),
            dismissed.to_list(),
            (self._title, [*known, boxes]),
        )

    def _own(self, work: pl.DataFrame) -> pl.DataFrame:
        """Return the labels that belong to some assignments, or to none."""
        known = work["assignment_id"].implode()
        return self._drawn.filter(pl.col("assignment_id").is_null() | pl.col("assignment_id").is_in(known))
