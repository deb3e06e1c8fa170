"""``loopviz export``: a dataset in a form for other programs, without anybody's id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopviz.cli import options
from loopviz.cli.parameters import TRAINING, Fields, Settings, listed
from loopviz.cli.results import near
from loopviz.errors import ConfigError
from loopviz.formats.registry import EXPORTS
from loopviz.project.option import choices, format_parser, one_of
from loopviz.wording import counted

if TYPE_CHECKING:
    from loopviz.cli.output import Reporter
    from loopviz.project.export import Prepared
    from loopviz.project.training_set import ExportedSet

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
Images = Annotated[
    bool,
    typer.Option(
        "--images",
        help="Of YOLO: a training set, with its images; the options below it say how. Nothing of the people is in it.",
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
    images: Images = False,
    source: options.Source = None,
    training: Annotated[Settings, Fields((...,), TRAINING)],
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Write a dataset in a form for other programs.

    COCO and YOLO say who drew what, and what they answered, unless it is plain. People have their aliases unless
    another --identity is asked for, whatever a project file says.
    """
    from loopviz.project.export import ExportOptions, prepare

    reporter = messages.reporter
    others = {
        "--with": extras,
        "--accepted": accepted,
        "--salt-file": salt_file,
        **{f"--{n}": naming[n] for n in naming},
    }
    _check_images(images, to, training | ({"source": source} if source else {}), others)
    if images:
        _export_set(path, output, source, training, overwrite, reporter)
        return
    how = ExportOptions(naming.get("identity", "alias"), salt_file, accepted, plain, overwrite, parsed_extras(extras))
    written(prepare(path, to, output, how), reporter)


def written(prepared: Prepared, reporter: Reporter) -> None:
    """Say what will be lost, then write an export, and say what is in it."""
    reporter.notes((*prepared.notes, *prepared.losses))
    made = prepared.write()
    data = {name: value for name, value in asdict(made).items() if name not in ("path", "notes")}
    labels = f"{counted(made.annotations, 'label')} on {counted(made.frames, 'frame')}"
    who = f"{counted(made.assignments, 'assignment')}, {counted(made.workers, 'person', 'people')}"
    reporter.result({"output": str(made.path), **data}, [f"{near(made.path)}: {labels}, {who}"])


def _check_images(images: bool, to: str, training: Settings, others: Mapping[str, object]) -> None:
    """Refuse options of a training set where none is made, and such as it has no place for."""
    if images and to != "yolo":
        remedy = "Say --to yolo, or leave --images out."
        raise ConfigError("only YOLO is written with its images", found=to, expected="yolo", remedy=remedy)
    given = [name for name, value in others.items() if value]
    if images and given:
        remedy = "Leave it out; --whose says whose work is in it."
        raise ConfigError("a training set says nothing of people or of single labels", found=given[0], remedy=remedy)
    if training and not images:
        remedy = "Add --images, or leave it out."
        raise ConfigError("this is for a training set with its images", found=next(iter(training)), remedy=remedy)


def _export_set(
    path: Path, output: Path, source: Path | None, training: Settings, overwrite: bool, reporter: Reporter
) -> None:
    from loopviz.project.training_set import export_training_set
    from loopviz.train import TrainingSetOptions

    how = TrainingSetOptions.checked(training)
    with reporter.progress("Writing images") as progress:
        made = export_training_set(path, output, how, pictures=source, overwrite=overwrite, progress=progress)
    reporter.notes(made.notes)
    data = {name: value for name, value in asdict(made).items() if name not in ("path", "notes")}
    reporter.result({"output": str(made.path), **data}, _set_lines(made))


def _set_lines(made: ExportedSet) -> Iterator[str]:
    """Say what a training set holds: how much of what in which part."""
    yield f"{near(made.path)}: {counted(made.annotations, 'label')} on {counted(made.frames, 'image')}"
    for part, images in made.images.items():
        counts = [f"{row['category']} {row['objects']}" for row in made.labels if row["split"] == part]
        yield f"  {part}: {counted(images, 'image')}; {', '.join(counts)}"


def parsed_extras(extras: str | None) -> tuple[str, ...]:
    """Return the annotations' columns that ``confidence,track`` names."""
    wanted = listed(extras) or []
    unknown = [word for word in wanted if word not in EXTRAS]
    if unknown or (extras is not None and not wanted):
        raise ConfigError("rows cannot end with that", found=extras, expected=", ".join(EXTRAS))
    return tuple(dict.fromkeys(EXTRAS[word] for word in wanted))
