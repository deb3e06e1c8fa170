"""``loopviz init``: a project file to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loopviz.cli import options
from loopviz.cli.parameters import Fields, Settings
from loopviz.cli.results import near

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="A folder with a video or frames, and labels or a crowd's batches.")
]


def init(
    folder: Folder = Path(),
    *,
    source: options.Source = None,
    labels: Annotated[Settings, Fields(("labels",))],
    messages: options.Messages,
) -> None:
    """Write a project file to begin with.

    It says what was found in the folder, and in comments what else could stand there. One that exists is never touched.
    """
    from loopviz.project.init import init as begin

    reporter = messages.reporter
    begun = begin(folder, labels if source is None else {"source": source, **labels})
    reporter.notes(begun.findings)
    lines = [f"{near(begun.path)}: edit it, then: loopviz run {near(folder.absolute())}"]
    reporter.result({"output": str(begun.path), "findings": [each.line for each in begun.findings]}, lines)
