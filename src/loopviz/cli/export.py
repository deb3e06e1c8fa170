"""``loopviz export``: a dataset in a form for other programs, without anybody's id."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from loopviz.cli import options
from loopviz.cli.parameters import Fields, Settings, listed
from loopviz.cli.results import near
from loopviz.errors import ConfigError
from loopviz.formats.registry import EXPORTS
from loopviz.project.option import choices, format_parser, one_of

EXTRAS = {"confidence": "confidence", "track": "track_id"}

Exportable = Annotated[
    Path, typer.Argument(metavar="PATH", help="A dataset, a label file or folder, or a project file or folder.")
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        parser=format_parser(EXPORTS, writing=True),
        metavar=choices(EXPORTS),
        autocompletion=one_of(*EXPORTS),
        help="The form to write.",
    ),
]
Out = Annotated[
    Path, typer.Option("--output", "-o", help="The folder to write; for COCO also the file, if it ends in .json.")
]
SaltFile = Annotated[
    Path | None, typer.Option("--salt-file", help="The secret behind the aliases, where it is not your own.")
]
Accepted = Annotated[
    bool,
    typer.Option(
        "--accepted",
        help="Only work whose 'accepted' is true and whose status is not 'rejected'. Work that nobody decided on is "
        "left out too, and so are frames that have no other.",
    ),
]
Extras = Annotated[
    str | None,
    typer.Option(
        "--with",
        metavar="A,B",
        help="Of YOLO rows: confidence, track, or both, behind the coordinates. Trainers take neither.",
    ),
]
Plain = Annotated[bool, typer.Option("--plain", help="Of COCO and YOLO: labels alone, nothing of the people.")]


def export(
    path: Exportable,
    *,
    to: To,
    output: Out,
    naming: Annotated[Settings, Fields(("identity",))],
    salt_file: SaltFile = None,
    accepted: Accepted = False,
    plain: Plain = False,
    extras: Extras = None,
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Write a dataset in a form for other programs.

    COCO and YOLO say who drew what, and what they answered, unless it is plain. People have their aliases unless
    another --identity is asked for, whatever a project file says.
    """
    from loopviz.project.export import ExportOptions
    from loopviz.project.export import export as write

    reporter = messages.reporter
    how = ExportOptions(naming.get("identity", "alias"), salt_file, accepted, plain, overwrite, _columns(extras))
    made = write(path, to, output, how)
    reporter.notes(made.notes)
    data = {name: value for name, value in asdict(made).items() if name not in ("path", "notes")}
    counts = f"{made.annotations} labels on {made.frames} frames, {made.assignments} assignments, {made.workers} people"
    reporter.result({"output": str(made.path), **data}, [f"{near(made.path)}: {counts}"])


def _columns(extras: str | None) -> tuple[str, ...]:
    """Return the annotations' columns that ``confidence,track`` names."""
    wanted = listed(extras) or []
    unknown = [word for word in wanted if word not in EXTRAS]
    if unknown or (extras is not None and not wanted):
        raise ConfigError("rows cannot end with that", found=extras, expected=", ".join(EXTRAS))
    return tuple(dict.fromkeys(EXTRAS[word] for word in wanted))
