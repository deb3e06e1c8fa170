"""``loopviz train``, with ``compare`` and ``ablate`` below it: several trainings of one recipe, judged alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from loopviz.cli import options
from loopviz.cli.command import GroupOfOne, command
from loopviz.cli.output import Reporter
from loopviz.cli.parameters import TRAIN, Fields, Settings
from loopviz.cli.results import near
from loopviz.cli.train import EXAMPLES, configured, time_text, train, watch_of

if TYPE_CHECKING:
    from loopviz.project.trial_results import TrialResult, TrialResults

COMPARE = """
    loopviz train compare configs/crowd.yaml -o runs/whose
    loopviz train compare configs/crowd.yaml -o runs/whose --whose all --whose weighted --truth truth.json
"""
ABLATE = """
    loopviz train ablate configs/crowd.yaml -o runs/people
    loopviz train ablate configs/crowd.yaml -o runs/people --most 10 --epochs 20
    loopviz train ablate configs/crowd.yaml -o runs/people --worker "Worker 9692"
"""
WHOSE = ("all", "accepted", "consensus", "weighted")
train_app = typer.Typer(
    name="train",
    cls=GroupOfOne,
    help="Train a detector on a project's labels, or compare several.",
    rich_markup_mode=None,
)
command(train_app, "train", EXAMPLES)(train)

Project = Annotated[Path, typer.Argument(metavar="PROJECT", help="A project file or a folder.")]
Folder = Annotated[
    Path, typer.Option("--output", "-o", help="The folder of the trainings, a run each, and results.json.")
]
Choices = Annotated[
    list[str] | None,
    typer.Option(
        "--whose",
        metavar="all|accepted|consensus|weighted",
        autocompletion=lambda incomplete: [each for each in WHOSE if each.startswith(incomplete)],
        help="Whose labels teach. May be repeated; all four that differ here, if not given.",
    ),
]
Truth = Annotated[
    Path | None,
    typer.Option(
        "--truth", help="Labels that judge, of any format. What people agree on in the project, if not given."
    ),
]
By = Annotated[Literal["worker"], typer.Option("--by", help="Who is left out: one worker at a time.")]
Most = Annotated[int, typer.Option("--most", min=1, max=1000, help="So many people, those whose labels are most.")]
Workers = Annotated[
    list[str] | None, typer.Option("--worker", metavar="ALIAS", help="Somebody to leave out, instead. May be repeated.")
]
Again = Annotated[
    int,
    typer.Option(
        "--repeat",
        min=0,
        max=20,
        help="How often everybody's labels are trained once more, by another chance: what differs less than these do "
        "says nothing.",
    ),
]
HOW = ("preset", "weights", "new_head", "epochs", "size", "batch", "device")
ON_WHAT = ("folds", "listed", "split", "block", "hold_out", "test", "seed", "background")
How = Annotated[Settings, Fields(HOW, TRAIN)]
OnWhat = Annotated[Settings, Fields(ON_WHAT, TRAIN)]
OfWhom = Annotated[Settings, Fields(("whose", *ON_WHAT), TRAIN)]


@command(train_app, "compare", COMPARE)
def compare(
    project: Project,
    *,
    folder: Folder,
    choices: Choices = None,
    truth: Truth = None,
    how: How,
    on_what: OnWhat,
    source: options.Source = None,
    messages: options.Messages,
) -> None:
    """Compare whose labels should count: train once for each choice, and judge all by the same labels.

    Every training makes as many steps, with the same seed, and is judged on the same frames, which none learned from.
    How many there are is said first, and after an epoch how long they take. The same command goes on where it stopped.
    """
    for each in choices or ():
        if each not in WHOSE:
            raise typer.BadParameter(f"{each!r} is not one of {', '.join(WHOSE)}.", param_hint="--whose")
    from loopviz.project.whose_trials import compare_whose

    reporter = messages.reporter
    given = how | on_what
    folds = given.pop("folds", 0)
    config = configured(reporter, project, source, given)
    made = compare_whose(config, folder, choices or (), folds=folds, truth=truth, watch=watch_of(reporter))
    _say(reporter, made)


@command(train_app, "ablate", ABLATE)
def ablate(
    project: Project,
    *,
    folder: Folder,
    by: By = "worker",  # noqa: ARG001  (the only one)
    most: Most = 5,
    workers: Workers = None,
    repeat: Again = 1,
    truth: Truth = None,
    how: How,
    on_what: OfWhom,
    source: options.Source = None,
    messages: options.Messages,
) -> None:
    """Find out what each person's labels add: train with everybody's, and without theirs.

    Every training makes as many steps, with the same seed, and is judged on the same frames, which none learned from.
    How many there are is said first, and after an epoch how long they take. The same command goes on where it stopped.
    """
    from loopviz.project.whose_trials import ablate as leave_out

    reporter = messages.reporter
    config = configured(reporter, project, source, how | on_what)
    made = leave_out(
        config, folder, most=most, workers=workers or (), repeat=repeat, truth=truth, watch=watch_of(reporter)
    )
    _say(reporter, made)


def _say(reporter: Reporter, made: TrialResults) -> None:
    reporter.result(
        {"path": str(made.path), **made.as_json()}, [*_lines(made), f"{near(made.path)}: the runs, and results.json"]
    )


def _lines(made: TrialResults) -> Iterator[str]:
    """Yield a table: a row for each training, and what was left out."""
    names = list(dict.fromkeys(name for each in made.trials for name in each.categories))
    heads = [
        "training",
        "images",
        "labels",
        "mAP50",
        "mAP50-95",
        *names,
        *(["adds"] if made.by == "worker" else []),
        "time",
    ]
    rows = [heads, *(_row(made, each, names) for each in made.trials)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    for first, *others in rows:
        rest = "  ".join(f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True))
        yield f"{first:<{widths[0]}}  {rest}".rstrip()
    if made.apart is not None:
        yield f"Trainings of everybody's labels lie {made.apart:.3f} apart by chance: what adds less says nothing."
    yield from (each.line for each in made.notes)


def _row(made: TrialResults, each: TrialResult, names: list[str]) -> list[str]:
    worker = each.trial.told.get("worker")
    shares = [each.map50, each.map50_95, *(each.categories.get(name) for name in names)]
    if made.by == "worker":
        shares.append(made.adds(each))
    title = each.trial.name if worker is None else f"without {worker}"
    return [title, f"{each.images}", f"{each.labels}", *map(_share, shares), time_text(each.seconds)]


def _share(value: Any) -> str:
    return "-" if value is None else f"{value:.3f}"
