"""The options that several commands share, beside those of the project file's fields (``loopviz.cli.parameters``).

Each says the same thing, and is called the same, wherever it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from loopviz.cli.output import Reporter
from loopviz.cli.parameters import Fields, Settings
from loopviz.errors import shown

if TYPE_CHECKING:
    from loopviz.project.render_options import Effort

ImageFormat = Literal["png", "jpg"]

Json = Annotated[bool, typer.Option("--json", help="Say everything as JSON on stdout, one object a line.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the output if it exists.")]
Range = Annotated[
    str | None,
    typer.Option("--range", metavar="START:STOP", help="Only these frames: 10:20 (from 0), 2s:5s, or 0:02-0:05."),
]
Preview = Annotated[
    str | None,
    typer.Option("--preview", metavar="FRAME", help="Only this frame, as a PNG: 12 (from 0), 2.5s, or 0:02.5."),
]
Repeat = Annotated[
    int | None,
    typer.Option("--repeat", metavar="N", min=1, help="The film N times in one file; its pictures are encoded once."),
]
RepeatFor = Annotated[
    str | None,
    typer.Option(
        "--repeat-for",
        metavar="TIME",
        help="The same until a time is over, as 12h, 90m or 45s; the last repetition plays to its end.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")]
Source = Annotated[Path | None, typer.Option("--source", help="The video or the folder of frames.")]
Images = Annotated[ImageFormat, typer.Option("--image-format", help="png keeps every value, jpg is small.")]

LABELS = ("labels_format", "names", "task")
ALIGN = ("align.how", "align.first_number", "align.rescale", "align.drop_extra")
ENCODER = ("profile", "depth", "sound", "encoder.codec", "encoder.crf", "encoder.preset")
Output = Annotated[Settings, Fields(("output",))]
SHOWN = ("theme", "identity", "labels", *LABELS, "people", "assignments", "skip_bad", *ALIGN, "frame_rate", "strict")
Look = Annotated[Settings, Fields((*SHOWN, *ENCODER, ...))]
MOST_JOBS = 64


def parse_jobs(text: str) -> int | None:
    """Return how many processes an option asks for, None for as many as help."""
    if text == "auto":
        return None
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= MOST_JOBS:
        raise typer.BadParameter(f"{shown(text)} is neither 'auto' nor a number from 1 to {MOST_JOBS}.")
    return int(text)


Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        parser=parse_jobs,
        metavar="auto|N",
        help="How many processes render; auto is as many as help here. The bytes are the same.",
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Keep no segments, and use none: everything is rendered again.")
]


@dataclass(frozen=True)
class Request:
    """What of a video is asked for: all of it, a part, a still, or only what would happen."""

    overwrite: Overwrite = False
    frames: Range = None
    preview: Preview = None
    dry_run: DryRun = False
    repeat: Repeat = None
    repeat_for: RepeatFor = None

    def __post_init__(self) -> None:
        if self.preview and (self.frames or self.dry_run or self.repetition):
            why = "writes a file: leave --dry-run out" if self.dry_run else "shows one frame: leave --range out"
            why = "shows one frame: leave --repeat out" if self.repetition else why
            raise typer.BadParameter(f"It {why}.", param_hint="--preview")
        if self.repeat and self.repeat_for:
            raise typer.BadParameter("Say how often, or how long: leave --repeat out.", param_hint="--repeat-for")

    @property
    def repetition(self) -> int | str | None:
        """How often, or for how long, the film is to play in the output."""
        return self.repeat_for or self.repeat


@dataclass(frozen=True)
class Messages:
    """How results are said."""

    as_json: Json = False
    quiet: Quiet = False

    @property
    def reporter(self) -> Reporter:
        """Who says them."""
        return Reporter(as_json=self.as_json, quiet=self.quiet)


@dataclass(frozen=True)
class Running:
    """How a render gets on: what the machine may spend on it, and who is told."""

    jobs: Jobs = None
    no_cache: NoCache = False
    as_json: Json = False
    quiet: Quiet = False

    @property
    def effort(self) -> Effort:
        """What the machine may spend."""
        from loopviz.project.render_options import Effort

        return Effort(self.jobs, not self.no_cache)

    @property
    def reporter(self) -> Reporter:
        """Who is told."""
        return Reporter(as_json=self.as_json, quiet=self.quiet)
