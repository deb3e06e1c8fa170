"""``loopviz sheet``: pages for print."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from loopviz.cli import options
from loopviz.cli.parameters import Fields, Settings
from loopviz.cli.render import Project
from loopviz.cli.results import near

Kinds = Literal["contact", "poster", "sequence", "enlarged", "frames", "results"]
Target = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="The file: a .pdf, or a .png (of several pages sheet-01.png and so on)."),
]
Shown = Annotated[Settings, Fields(options.SHOWN)]


@dataclass(frozen=True)
class Printed:
    """What a sheet is, and on which paper."""

    kind: Annotated[
        Kinds,
        typer.Option(
            help="contact: every piece of work; poster: everybody's boxes as one drawing; sequence: frames in a row; "
            "enlarged: one frame; frames: those with labels; results: work, and what was decided."
        ),
    ] = "contact"
    by: Annotated[
        Literal["person", "quality", "time"], typer.Option(help="The order of a contact sheet; quality: worst first.")
    ] = "person"
    size: Annotated[str, typer.Option(metavar="SIZE", help="The paper: A0 to A5, 50x70cm, 297x420mm, 11x17in.")] = "A4"
    landscape: Annotated[bool, typer.Option("--landscape", help="Turn the paper.")] = False
    bleed: Annotated[
        str, typer.Option(metavar="LENGTH", help="Print so far beyond the cut, as 3mm, and mark where that is.")
    ] = "0mm"
    dpi: Annotated[int, typer.Option(metavar="N", help="Pixels an inch: of a PNG, and of the pictures in a PDF.")] = 300
    count: Annotated[int | None, typer.Option(metavar="N", help="So many pictures, spread evenly.")] = None
    columns: Annotated[int | None, typer.Option(metavar="N", help="So many pictures in a row.")] = None
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="What stands above the pictures.")] = None


def sheet(
    project: Project,
    *,
    source: options.Source = None,
    target: Target = None,
    printed: Printed,
    frames: options.Range = None,
    overwrite: options.Overwrite = False,
    look: Shown,
    messages: options.Messages,
) -> None:
    """Write pages for print: pictures with their labels, and what is said of the work.

    In a PDF words and lines are vectors, and fonts are embedded. Who refused is not shown, here as anywhere.
    """
    from dataclasses import asdict

    from loopviz.project.discover import configure
    from loopviz.project.load import load
    from loopviz.project.sheet import SheetOptions, write_sheet

    asked = SheetOptions(**asdict(printed))
    asked.paper()  # what cannot be is said before anything is read
    config, findings = configure(project, look if source is None else {**look, "source": source})
    reporter = messages.reporter
    reporter.notes(findings)
    with load(config) as loaded:
        reporter.notes(loaded.notes)
        made = write_sheet(loaded, target, asked, frames=frames, overwrite=overwrite)
    data = asdict(made) | {"paths": [str(path) for path in made.paths]}
    reporter.result(data, [near(path) for path in made.paths])
