"""The options that several commands share. Each says the same thing, and is called the same, wherever it stands."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from loopviz.cli.completion import CODECS, PRESETS, one_of, themes
from loopviz.cli.output import Reporter
from loopviz.errors import shown

# What loopviz.formats reads; written out because importing it would cost every ``--help`` half a second.
LabelsFormat = Literal["yolo", "coco", "coco-traceable", "thesis", "dataset", "mturk"]
ImageFormat = Literal["png", "jpg"]

Json = Annotated[bool, typer.Option("--json", help="Say everything as JSON on stdout, one object a line.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]

Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="The file to write; its ending (.mp4 .m4v .mov .mkv .webm) decides the container."
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the output if it exists.")]
Range = Annotated[
    str | None,
    typer.Option("--range", metavar="START:STOP", help="Only these frames: 10:20 (from 0), 2s:5s, or 0:02-0:05."),
]
Preview = Annotated[
    str | None,
    typer.Option("--preview", metavar="FRAME", help="Only this frame, as a PNG: 12 (from 0), 2.5s, or 0:02.5."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")]

Theme = Annotated[
    str | None,
    typer.Option("--theme", metavar="NAME|FILE", help="margin, house, or a YAML file.", autocompletion=themes),
]
Identity = Annotated[
    Literal["alias", "full", "hidden"] | None,
    typer.Option(
        "--identity", help="What names a worker: a stable alias, the full id (if they agreed), or nothing (hidden)."
    ),
]

Labels = Annotated[Path | None, typer.Option("--labels", help="The label file or folder.")]
Format = Annotated[
    LabelsFormat | None, typer.Option("--labels-format", help="The labels' format, if it is not seen from the files.")
]
Names = Annotated[
    str | None, typer.Option("--names", metavar="A,B,C", help="Category names in the order of the labels' numbers.")
]
Task = Annotated[
    Literal["detect", "segment"] | None,
    typer.Option("--task", help="What rows of YOLO labels are where they could be either: boxes, or polygons."),
]
People = Annotated[Path | None, typer.Option("--people", help="Survey answers by worker or by image: metadata.json.")]
Assignments = Annotated[Path | None, typer.Option("--assignments", help="Pay, time and status of the work: a CSV.")]
SkipBad = Annotated[
    bool,
    typer.Option(
        "--skip-bad",
        help="Leave malformed labels out, show the image before one that cannot be read, and say which.",
    ),
]
SkipBadImages = Annotated[
    bool, typer.Option("--skip-bad", help="Show the image before one that cannot be read, and say which.")
]

Align = Annotated[
    Literal["auto", "name", "number", "order"] | None,
    typer.Option("--align", help="How labels find their frames: by file name, by the number in it, or in order."),
]
FirstNumber = Annotated[
    int | None, typer.Option("--first-number", help="The number that labels give the source's first frame.")
]
Rescale = Annotated[bool, typer.Option("--rescale", help="Map labels drawn at another picture size.")]
DropExtra = Annotated[bool, typer.Option("--drop-extra", help="Leave out labels of frames that are not there.")]

FrameRate = Annotated[
    str | None,
    typer.Option("--frame-rate", metavar="RATE", help="Of a folder of images without a manifest: 25, 30000/1001."),
]
Depth = Annotated[
    Literal["8", "keep"] | None,
    typer.Option(
        "--depth",
        help="8 plays everywhere, HDR is mapped to a standard screen; keep leaves 10 bits and HDR as they are.",
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Refuse a damaged source, instead of rendering what can be read of it.")
]
NoSound = Annotated[bool, typer.Option("--no-sound", help="Leave the sound out.")]
Codec = Annotated[
    str | None,
    typer.Option(
        "--codec",
        help="The encoder: libx264 (plays everywhere), libx265, libsvtav1 or libvpx-vp9. If not given, what fits the "
        "output's ending: libx264, for .webm libvpx-vp9.",
        autocompletion=one_of(*CODECS),
    ),
]
Crf = Annotated[
    int | None, typer.Option("--crf", help="Quality: lower is better and larger; 18 looks like the source.")
]
Preset = Annotated[
    str | None,
    typer.Option(
        "--preset",
        help="The encoder's effort: ultrafast, superfast, veryfast, faster, fast, medium, slow, slower, veryslow or "
        "placebo.",
        autocompletion=one_of(*PRESETS),
    ),
]
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
Images = Annotated[ImageFormat, typer.Option("--image-format", help="png keeps every value, jpg is small.")]


def given(**settings: object) -> dict[str, object]:
    """Return the settings that were given: an option left out, or a flag not raised, changes nothing."""
    return {name: value for name, value in settings.items() if value is not None and value is not False}


def listed(names: str | None) -> list[str] | None:
    """Return the names of ``A,B,C``."""
    return [name.strip() for name in names.split(",")] if names else None


def clip_settings(
    output: Path | None, frame_rate: str | None, no_sound: bool, codec: str | None, crf: int | None, preset: str | None
) -> dict[str, object]:
    """Return what the options of every video say, by the project file's dotted names."""
    encoder = given(codec=codec, crf=crf, preset=preset)
    settings = given(output=output, frame_rate=frame_rate) | {
        f"encoder.{name}": value for name, value in encoder.items()
    }
    return settings | ({"sound": False} if no_sound else {})


def read_settings(depth: str | None, *, strict: bool, skip_bad: bool) -> dict[str, object]:
    """Return what the options of reading a source say, by the project file's names."""
    return given(depth=int(depth) if depth == "8" else depth, strict=strict, skip_bad=skip_bad)


@dataclass(frozen=True)
class Job:
    """What the options of ``run`` and ``render`` ask for.

    Attributes:
        settings: Values for the project file's keys, by dotted name; only those that were given.
        frames: The part to render.
        preview: The frame to show instead of rendering.
        still: Where it is shown.
        dry_run: Whether to say only what would happen.
        overwrite: Whether to replace what exists.
        jobs: How many processes render; None: as many as help.
        cache: Whether segments are kept.
        reporter: Who is told.
    """

    settings: Mapping[str, object]
    frames: str | None
    preview: str | None
    still: Path | None
    dry_run: bool
    overwrite: bool
    jobs: int | None
    cache: bool
    reporter: Reporter


def _job(
    output: Output = None,
    overwrite: Overwrite = False,
    frames: Range = None,
    preview: Preview = None,
    dry_run: DryRun = False,
    theme: Theme = None,
    identity: Identity = None,
    labels: Labels = None,
    labels_format: Format = None,
    names: Names = None,
    task: Task = None,
    people: People = None,
    assignments: Assignments = None,
    skip_bad: SkipBad = False,
    align: Align = None,
    first_number: FirstNumber = None,
    rescale: Rescale = False,
    drop_extra: DropExtra = False,
    frame_rate: FrameRate = None,
    strict: Strict = False,
    depth: Depth = None,
    no_sound: NoSound = False,
    codec: Codec = None,
    crf: Crf = None,
    preset: Preset = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> Job:
    if preview and (frames or dry_run):
        why = "shows one frame: leave --range out" if frames else "writes a file: leave --dry-run out"
        raise typer.BadParameter(f"It {why}.", param_hint="--preview")
    shown = given(theme=theme, identity=identity)
    read = given(labels=labels, labels_format=labels_format, names=listed(names), task=task)
    read |= given(people=people, assignments=assignments)
    fit = given(how=align, first_number=first_number, rescale=rescale, drop_extra=drop_extra)
    settings = clip_settings(None if preview else output, frame_rate, no_sound, codec, crf, preset)
    settings |= shown | read | read_settings(depth, strict=strict, skip_bad=skip_bad)
    settings |= {f"align.{name}": value for name, value in fit.items()}
    still = output if preview else None
    reporter = Reporter(as_json=as_json, quiet=quiet)
    return Job(settings, frames, preview, still, dry_run, overwrite, jobs, not no_cache, reporter)


def takes_job(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a ``Job`` after its own; it is called with the ``Job`` as its last argument."""
    shared = inspect.signature(_job, eval_str=True).parameters
    own = [p for name, p in inspect.signature(command, eval_str=True).parameters.items() if name != "job"]

    @functools.wraps(command)
    def with_options(**values: Any) -> None:
        job = _job(**{name: values.pop(name) for name in shared})
        command(**values, job=job)

    with_options.__signature__ = inspect.Signature([*own, *shared.values()])  # type: ignore[attr-defined]
    return with_options
