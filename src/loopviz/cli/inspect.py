"""``loopviz inspect`` and ``loopviz doctor``: what is this, and what works here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loopviz.cli import options
from loopviz.cli.output import Reporter
from loopviz.cli.parameters import Fields, Settings
from loopviz.cli.results import doctor_lines, inspection_lines
from loopviz.errors import MissingPartError

Anything = Annotated[Path, typer.Argument(metavar="PATH", help="A video, a folder of frames, or a set of labels.")]


def inspect(
    path: Anything, *, settings: Annotated[Settings, Fields(options.LABELS)], as_json: options.Json = False
) -> None:
    """Say what something is.

    Of a video its true facts, of a set of labels its counts, categories and problems.

    With --json the answer is one object, {"kind": "video", …} or {"kind": "labels", …}, whose keys stay as they are.
    """
    from loopviz.project.inspect import inspect as inspect_path

    found = inspect_path(path, **settings)
    Reporter(as_json=as_json).answer(found.as_json(), inspection_lines(found))


def doctor(as_json: options.Json = False) -> int:
    """Say what works on this machine.

    Libraries, codecs, fonts and scripts, and what to install for those that are missing. The exit
    code is 0 if everything that loopviz needs is there, else 6.
    """
    from loopviz.project.doctor import examine

    report = examine()
    Reporter(as_json=as_json).answer(report.as_json(), doctor_lines(report))
    return 0 if report.healthy else MissingPartError.exit_code
