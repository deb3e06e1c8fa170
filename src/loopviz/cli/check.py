"""``loopviz check``: everything that is wrong with some inputs, before a render."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loopviz.cli import options
from loopviz.cli.output import Reporter
from loopviz.cli.parameters import Fields, Settings
from loopviz.cli.results import checkup_lines
from loopviz.errors import InputError

Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH...",
        help="A project file or folder; or a video or frames, labels, metadata.json, assignments.csv: some of them.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings are failures too.")]
Decode = Annotated[
    bool,
    typer.Option(
        "--decode",
        help="Decode every frame too: finds those that are damaged inside, and what flashes in a film; takes longer.",
    ),
]
FILM = ("theme", "size", "fit", "profile", "timeline.pace")
Reading = Annotated[Settings, Fields((*options.LABELS, *options.ALIGN, "frame_rate", *FILM))]


def check(
    paths: Paths, *, strict: Strict = False, decode: Decode = False, settings: Reading, as_json: options.Json = False
) -> int:
    """Say everything that is wrong with some inputs.

    All paths belong together: a video and its labels, say, are checked for themselves and for how they fit. Nothing is
    written. The exit code is 3 if there is an error (with --strict, a warning), else 0.
    """
    from loopviz.project.check.checkup import check as check_paths

    report = check_paths(paths, settings, decode=decode)
    Reporter(as_json=as_json).result(report.as_json(), checkup_lines(report))
    failed = report.counts["errors"] or (strict and report.counts["warnings"])
    return InputError.exit_code if failed else 0
