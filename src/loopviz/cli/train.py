"""``loopviz train``: a detector, learned from a project's labels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopviz.cli import options
from loopviz.cli.output import Reporter
from loopviz.cli.parameters import TRAIN, Fields, Settings
from loopviz.cli.results import near, result_data, result_lines
from loopviz.errors import check_exists

if TYPE_CHECKING:
    from loopviz.project.config import ProjectConfig
    from loopviz.project.train import TrainedRun
    from loopviz.project.watch import Watch
    from loopviz.train.trainer import Epoch, Event, Tell

EXAMPLES = """
    loopviz train configs/crowd.yaml -o runs/mouse
    loopviz train runs/mouse
    loopviz train path/to/folder -o runs/longer --preset standard --time 2h
    loopviz train configs/crowd.yaml -o runs/next --weights runs/mouse/checkpoints/best.pt --whose consensus
    loopviz train compare configs/crowd.yaml -o runs/whose
    loopviz train ablate configs/crowd.yaml -o runs/people
"""
FILM = """
    loopviz learning runs/mouse configs/crowd.yaml -o learning.mp4
    loopviz learning runs/mouse configs/crowd.yaml -o learning.mp4 --frames 5 --seconds 1
"""
SECONDS_A_MINUTE = 60
Subject = Annotated[
    Path, typer.Argument(metavar="PROJECT|RUN", help="A project file or a folder; or a run, to go on with it.")
]
Folder = Annotated[
    Path | None, typer.Option("--output", "-o", help="The run's folder: checkpoints, log, results, the model.")
]
HOW = ("preset", "weights", "new_head", "epochs", "time", "size", "batch", "device")
ON_WHAT = ("whose", "folds", "without", "listed", "split", "block", "hold_out", "test", "seed", "background")
How = Annotated[Settings, Fields(HOW, TRAIN)]
OnWhat = Annotated[Settings, Fields(ON_WHAT, TRAIN)]


def train(
    subject: Subject,
    *,
    folder: Folder = None,
    how: How,
    on_what: OnWhat,
    source: options.Source = None,
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Train a detector on a project's labels, or go on with a run that stopped.

    It learns with Ultralytics (AGPL-3.0; the extra 'train'), without a network. Whatever ends it, a run goes on from
    its last whole epoch. What a project file says below 'training' is taken; options given here win over it.
    Several trainings that are compared: 'loopviz train compare' (whose labels should count) and 'loopviz train ablate'
    (what each person's labels add).
    """
    from loopviz.project import train as training
    from loopviz.train.run_folder import is_run

    reporter = messages.reporter
    if is_run(subject):
        _check_resumed(folder, how | on_what, overwrite=overwrite)
        with _telling(reporter, f"loopviz train {near(subject)}") as tell:
            run = training.go_on(subject, tell)
    else:
        if folder is None:
            check_exists(subject)
            raise typer.BadParameter("Say where the run goes: runs/NAME.", param_hint="--output")
        config = configured(reporter, subject, source, how | on_what)
        watch = watch_of(reporter)
        training.prepare(config, folder, overwrite=overwrite, watch=watch)
        with _telling(reporter, f"loopviz train {near(folder)}") as tell:
            run = training.go_on(folder, tell)
    reporter.result({**asdict(run), "path": str(run.path), "model": str(run.model)}, _lines(run))


def learning(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a training.")],
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="The project that it was trained on.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The video.")],
    frames: Annotated[int, typer.Option("--frames", min=1, max=100, help="How many frames are shown.")] = 3,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.1, max=60, help="How long each checkpoint stands.")
    ] = 1.5,
    within: options.Range = None,
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Make a film of how a detector learned.

    What its checkpoints find on a few frames that training did not see, epoch by epoch, beside what people drew there;
    the strip of agreement below is the curve of learning. A frame stands while the epochs pass, then the next one does.
    What trained the run must be installed (the extra 'train').
    """
    from loopviz.project.discover import configure
    from loopviz.project.learning import learning_film

    reporter = messages.reporter
    config, findings = configure(project)
    reporter.notes(findings)
    with reporter.progress("Asking checkpoints", "checkpoints") as asking, reporter.progress("Rendering") as rendering:
        made = learning_film(
            run,
            config,
            output,
            frames=frames,
            within=within,
            seconds=seconds,
            overwrite=overwrite,
            asking=asking,
            rendering=rendering,
        )
    reporter.result(result_data(made), result_lines(made))


def _check_resumed(folder: Path | None, given: Settings, *, overwrite: bool) -> None:
    """Refuse what cannot be changed of a run."""
    if folder is not None or given or overwrite:
        raise typer.BadParameter(
            "This is a run: it goes on as it was begun, without further options. Begin another one with a project."
        )


def configured(reporter: Reporter, project: Path, source: Path | None, given: Settings) -> ProjectConfig:
    """Return the project with the options of its training, and say what was taken for what."""
    from loopviz.project.discover import configure

    changes = {f"training.{name}": value for name, value in given.items()}
    config, findings = configure(project, changes if source is None else {**changes, "source": source})
    reporter.notes(findings)
    return config


def watch_of(reporter: Reporter) -> Watch:
    """Return what tells a person how trainings get on that go on with the command that began them."""
    from loopviz.project.watch import Watch

    training = partial(_telling, reporter, "the same command")
    return Watch(reporter.notes, partial(reporter.progress, "Writing pictures"), training)


@contextmanager
def _telling(reporter: Reporter, again: str) -> Iterator[Tell]:
    """Yield what says how training gets on; who interrupts it hears how to go on."""
    from loopviz.train.trainer import Begun, Epoch, Remark, Step

    with reporter.progress("Training", "batches") as progress:

        def tell(event: Event) -> None:
            if isinstance(event, Step):
                if progress is not None:
                    progress(event.done, event.total)
            elif isinstance(event, Epoch):
                reporter.step({"event": "epoch", **asdict(event)}, _epoch_line(event))
            elif isinstance(event, Begun):
                versions = ", ".join(f"{name} {version}" for name, version in event.versions.items())
                reporter.step({"event": "training", **asdict(event)}, f"training on {event.device}; {versions}")
            elif isinstance(event, Remark):
                reporter.notes([event.text])

        try:
            yield tell
        except KeyboardInterrupt:
            reporter.notes([f"Up to the last whole epoch all is kept. It goes on with: {again}"])
            raise


def _epoch_line(epoch: Epoch) -> str:
    losses = " ".join(f"{name} {value:.2f}" for name, value in epoch.losses.items())
    left = (epoch.epochs - epoch.epoch) * epoch.seconds
    scores = f"mAP50 {epoch.scores['map50']:.3f}, mAP50-95 {epoch.scores['map50_95']:.3f}"
    best = " (best)" if epoch.best else ""
    times = f"{epoch.seconds:.1f} s" + (f", {time_text(left)} left" if left else "")
    return f"epoch {epoch.epoch} of {epoch.epochs}: losses {losses}; {scores}{best}; {times}"


def time_text(seconds: float) -> str:
    """Return a time, as a person reads it."""
    if seconds < SECONDS_A_MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / SECONDS_A_MINUTE)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= SECONDS_A_MINUTE else f"{minutes} min"


def _lines(run: TrainedRun) -> list[str]:
    scores = f"mAP50 {run.scores['map50']:.3f}, mAP50-95 {run.scores['map50_95']:.3f}"
    classes = ", ".join(f"{name} {value:.2f}" for name, value in run.classes.items())
    return [
        f"{near(run.path)}: epoch {run.best_epoch} of {run.epochs} is the best, {scores} on the labels held out",
        f"mAP50-95 by category: {classes}",
        f"{near(run.model)}: the model, for loopviz predict; {time_text(run.seconds)} of training",
    ]
