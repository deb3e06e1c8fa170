"""``loopviz plan``: the film as a table and a picture, before it is rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loopviz.cli.options import SHOWN, Messages, Overwrite, Range, Source
from loopviz.cli.parameters import Fields, Settings
from loopviz.cli.render import Project
from loopviz.cli.results import near

Table = Annotated[Path | None, typer.Option("--table", help="Write it as a table too: a .csv file.")]
Picture = Annotated[
    Path | None, typer.Option("--picture", help="Write it as a picture of its stands too: a .png file.")
]
Shown = Annotated[Settings, Fields((*SHOWN, "timeline.pace"))]


def plan(
    project: Project,
    *,
    source: Source = None,
    table: Table = None,
    picture: Picture = None,
    overwrite: Overwrite = False,
    frames: Range = None,
    look: Shown,
    messages: Messages,
) -> None:
    """Say what plays when, how long, and whether there is time to read it.

    Nothing is rendered. The reader is that of the film's pace, or netflix: 17 characters a second.
    """
    from loopviz.project.discover import configure
    from loopviz.project.frame_ranges import frames_of
    from loopviz.project.load import load
    from loopviz.project.plan import check_plan_files, plan_of, write_plan

    config, findings = configure(project, look if source is None else {**look, "source": source})
    reporter, targets = messages.reporter, check_plan_files(table, picture, config, overwrite=overwrite)
    reporter.notes(findings)
    with load(config, dry_run=True) as loaded:
        reporter.notes(loaded.notes)
        made = plan_of(loaded, frames_of(loaded.source, frames))
        for target in targets:
            write_plan(made, loaded, target, overwrite=overwrite)
    written = [f"{near(target)}" for target in targets]
    reporter.result(made.as_json() | {"outputs": list(map(str, targets))}, [*made.lines(), *written])
