"""``loopviz convert``: labels of one format in another, without a project and without a video."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from loopviz.cli import options
from loopviz.cli.export import Accepted, Extras, Out, Plain, SaltFile, To, parsed_extras, written
from loopviz.cli.parameters import Fields, Settings
from loopviz.errors import ConfigError, shown

Convertible = Annotated[Path, typer.Argument(metavar="LABELS", help="A label file or folder, or a dataset.")]


def parse_frame_size(text: str) -> tuple[int, int]:
    """Return the width and height of ``1920x1080``."""
    found = re.fullmatch(r"(\d{1,6})[x×](\d{1,6})", text)
    if found is None:
        raise typer.BadParameter(f"{shown(text)} is no width and height in pixels, as 1920x1080.")
    return int(found[1]), int(found[2])


FrameSize = Annotated[
    Any,
    typer.Option(
        "--frame-size",
        parser=parse_frame_size,
        metavar="WxH",
        help="How large the pictures are, in pixels, where the labels do not say.",
    ),
]
Pictures = Annotated[
    Path | None,
    typer.Option("--source", help="The video or the folder of the pictures, where the labels do not say their size."),
]
Lossless = Annotated[
    bool, typer.Option("--lossless", help="Refuse, and write nothing, where the format has no place for something.")
]


def convert(
    labels: Convertible,
    *,
    to: To,
    output: Out,
    reading: Annotated[Settings, Fields((*options.LABELS, "skip_bad"))],
    frame_size: FrameSize = None,
    source: Pictures = None,
    lossless: Lossless = False,
    naming: Annotated[Settings, Fields(("identity",))],
    salt_file: SaltFile = None,
    accepted: Accepted = False,
    plain: Plain = False,
    extras: Extras = None,
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Write labels of one format in another.

    What the other format has no place for is listed before it is lost. Frames keep the names, or the order, that the
    labels give them. People have their aliases unless another --identity is asked for.
    """
    from loopviz.project.export import ExportOptions, prepare
    from loopviz.project.reading import Reading

    how = Reading(
        format=reading.get("labels_format"),
        names=tuple(reading["names"]) if "names" in reading else None,
        task=reading.get("task"),
        skip_bad=reading.get("skip_bad", False),
        frame_size=frame_size,
        source=source,
    )
    identity = naming.get("identity", "alias")
    given = ExportOptions(identity, salt_file, accepted, plain, overwrite, parsed_extras(extras))
    prepared = prepare(labels, to, output, given, how)
    if lossless and prepared.losses:
        remedy = "Choose another format (--to), or leave --lossless out."
        raise ConfigError("something would be lost", found="; ".join(map(str, prepared.losses)), remedy=remedy)
    written(prepared, messages.reporter)
