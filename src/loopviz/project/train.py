"""Training a detector on a project's labels: a run's folder is made of the project, and worked on until it is done."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

import loopviz
from loopviz.atomic import new_file, new_folder, write_text, writing
from loopviz.crowd import Identity, apply_identity
from loopviz.dataset import Dataset
from loopviz.errors import (
    ConfigError,
    InputError,
    LoopvizError,
    MissingPartError,
    OutputError,
    check_is_file,
)
from loopviz.outputs import ANOTHER, check_folder
from loopviz.project.config import ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.load import LoadedProject, load, mended_if_damaged
from loopviz.project.recipe import asked, labels_that_teach, now, recipe_of, set_options, work_behind
from loopviz.project.salt import read_salt
from loopviz.project.taught import write_features
from loopviz.project.watch import NOBODY, Watch
from loopviz.train import run_folder
from loopviz.train.job_options import TrainingOptions
from loopviz.train.left_out import left_out
from loopviz.train.run_folder import CHECKPOINTS, MODEL, RunFolder, is_run
from loopviz.train.trainer import Event, Remark, Step, Tell, trainer_named
from loopviz.train.training_set import build_training_set


@dataclass(frozen=True)
class TrainedRun:
    """A finished run.

    Attributes:
        path: Its folder.
        model: Its ONNX file.
        epochs: How many were trained.
        best_epoch: The one whose weights it has.
        scores: ``precision``, ``recall``, ``map50``, ``map50_95`` of that epoch, against the labels held out.
        classes: ``map50_95`` of each category that the part held out has.
        seconds: How long its epochs took, over all pieces.
    """

    path: Path
    model: Path
    epochs: int
    best_epoch: int
    scores: Mapping[str, float]
    classes: Mapping[str, float]
    seconds: float


def train_detector(
    project: ProjectConfig | str | Path,
    out: str | Path | None = None,
    *,
    overwrite: bool = False,
    tell: Tell = lambda _: None,
) -> TrainedRun:
    """Train a detector on a project's labels, or go on with a run that stopped.

    Args:
        project: A config, a project file, or a folder in which the parts are found; what it says below ``training`` is
            taken. Or the folder of a run: it goes on as it was begun.
        out: The run's folder; of a run that goes on it is known.
        overwrite: Replace a run that stands there.
        tell: Called with how it gets on: begun, batches, epochs, remarks; see ``loopviz.train.trainer``.

    Raises:
        ConfigError: If no folder is named, or the run is finished.
        LoopvizError: As ``prepare`` and ``go_on``.
    """
    if not isinstance(project, ProjectConfig) and is_run(project):
        return go_on(project, tell)
    if out is None:
        raise ConfigError("nobody said where the run goes", at="out", expected="a folder, as runs/mouse")
    config = project if isinstance(project, ProjectConfig) else configure(project)[0]
    prepare(config, out, overwrite=overwrite)
    return go_on(out, tell)


def prepare(
    config: ProjectConfig,
    out: str | Path,
    *,
    overwrite: bool = False,
    evidence: pl.DataFrame | None = None,
    watch: Watch = NOBODY,
) -> RunFolder:
    """Make the folder of a run, with its training set: all but the training.

    Args:
        config: The project; ``config.training`` says how.
        out: The run's folder.
        overwrite: Replace a run that stands there.
        evidence: What models of others' labels say of the work, see ``loopviz.project.folds``; None: where the options
            ask for it, these are trained first.
        watch: Who is told.

    Raises:
        InputError: If nothing can be learned from the project.
        ConfigError: If an option is impossible.
        OutputError: If something stands there that must be kept, or the folder cannot be written.
    """
    target, options = Path(out), config.training or TrainingOptions()
    trainer_named(options.trainer)  # before anything is read
    if options.weights is not None:
        check_is_file(options.weights, "weights of a YOLO model")
    _check_place(target, overwrite=overwrite)

    if evidence is None and options.folds:
        from loopviz.project.folds import fold_evidence  # here: it trains by what stands below

        evidence = fold_evidence(config, target, watch)

    def made(mend: bool) -> RunFolder:
        with load(config, mend=mend) as project, new_folder(target, replace=overwrite) as part:
            _write(project, part, target, evidence, watch)
        return RunFolder.open(target)

    return mended_if_damaged(made, strict=config.strict)


def go_on(path: str | Path, tell: Tell = lambda _: None) -> TrainedRun:
    """Train a run that was prepared, or go on with one where it stopped.

    Args:
        path: Its folder.
        tell: Called with how it gets on.

    Raises:
        InputError: If it is no run, or the weights to begin with are none.
        ConfigError: If it is finished.
        OutputError: If its folder cannot be written, or somebody else works on it.
        MissingPartError: If what trains is not installed, or memory is short. Up to the last epoch all is kept.
    """
    return _learn(RunFolder.open(path), tell)


def trained(config: ProjectConfig, folder: Path, watch: Watch, *, evidence: pl.DataFrame | None = None) -> RunFolder:
    """Return a run that is finished: made and trained, gone on with, or found as it is.

    Args:
        config: The project; ``config.training`` says how.
        folder: The run's folder.
        watch: Who is told.
        evidence: As ``prepare`` takes it.

    Raises:
        OutputError: If a run of other options stands there.
        LoopvizError: As ``prepare`` and ``go_on``.
    """
    options = config.training or TrainingOptions()
    if is_run(folder):
        run = RunFolder.open(folder)
        if run.recipe.get("options") != asked(options):
            remedy = "Choose another folder, or remove this one."
            raise OutputError("a run of other options stands here, and was kept", file=folder, remedy=remedy)
    else:
        run = prepare(config, folder, evidence=evidence, watch=watch)
    if run.results is None:
        with watch.training() as tell:
            go_on(folder, tell)
    return run


def _write(project: LoadedProject, part: Path, target: Path, evidence: pl.DataFrame | None, watch: Watch) -> None:
    """Write what a run begins with."""
    dataset, options = all_work(project), project.config.training or TrainingOptions()
    with watch.writing() as progress:
        made = build_training_set(
            dataset,
            project.source,
            part / run_folder.SET,
            set_options(options),
            outlines=options.outlines,
            evidence=evidence,
            left_out=left_out(dataset, options),
            progress=progress,
        )
    watch.say((*project.notes, *made.notes))
    work = work_behind(dataset, made)
    with writing(target):
        labels_that_teach(made, work, dataset.frames).write_parquet(part / run_folder.TAUGHT)
        write_text(part / run_folder.RECIPE, json.dumps(recipe_of(options, made, work), indent=2) + "\n")
        (part / CHECKPOINTS).mkdir()
    if options.weights or options.device or options.settings:
        trainer_named(options.trainer).check(RunFolder.open(part).job)


def _learn(run: RunFolder, tell: Tell) -> TrainedRun:
    """Train, or go on; write the model, and what it came to."""
    trainer = trainer_named(run.recipe["trainer"])
    with run.alone():
        if run.results is not None:
            raise ConfigError(
                "this run is finished",
                file=run.path,
                remedy=f"Begin another one with --weights {run.path / CHECKPOINTS / 'best.pt'}.",
            )
        job = run.job

        def told(event: Event) -> None:
            if isinstance(event, Step) or run.note(event):
                tell(event)

        try:
            (trainer.resume if run.begun else trainer.fit)(job, told)
            with new_file(run.path / MODEL, replace=True) as part:
                made_of = {"loopviz": loopviz.__version__, "set": run.recipe["set"]["digest"]}
                trainer.export(job, job.checkpoints / "best.pt", part.absolute(), made_of)
            if lacking := _write_features(run):
                told(Remark(f"predict --taught-by will not be possible with this run: {lacking}"))
        except LoopvizError as error:
            run.note({"event": "stopped", "problem": error.problem, "found": error.found})
            raise
        finally:
            shutil.rmtree(job.scratch, ignore_errors=True)
        return _finished(run)


def _write_features(run: RunFolder) -> str | None:
    """Write what the labels that taught look like to the model; return what stands in the way: no run fails by it."""
    try:
        return None if write_features(run) else "its model does not tell the features that it sees by"
    except (InputError, MissingPartError) as error:  # another trainer's model may be of any kind
        return error.problem


def _finished(run: RunFolder) -> TrainedRun:
    epochs = run.epochs()
    best = next((epoch for epoch in reversed(epochs) if epoch.best), None)
    if best is None:
        what, remedy = "the log knows of no epoch that was the best", "Train it anew."
        raise InputError(what, file=run.path / run_folder.LOG, remedy=remedy)
    seconds = round(sum(epoch.seconds for epoch in epochs), 3)
    result = TrainedRun(run.path, run.path / MODEL, len(epochs), best.epoch, best.scores, best.classes, seconds)
    told = {name: value for name, value in vars(result).items() if name not in ("path", "model")}
    run.note({"event": "finished", **told})
    run.finish({**told, "set": run.recipe["set"]["digest"], "finished_at": now()})
    return result


def _check_place(target: Path, *, overwrite: bool) -> None:
    """Refuse a folder that must be kept.

    Raises:
        OutputError: If it is so.
    """
    if not is_run(target):
        check_folder(target)
        return
    if not overwrite:
        remedy = f"Go on with it: loopviz train {target}. Or replace it with --overwrite, or choose another name."
        raise OutputError("a run stands here, and was kept", file=target, remedy=remedy)
    if foreign := run_folder.foreign(target):
        what, remedy = "the run's folder holds other things, and was kept", ANOTHER
        raise OutputError(what, file=target, found=foreign, remedy=remedy)
    check_folder(target / run_folder.SET, overwrite=True)
    with RunFolder.open(target).alone():  # nobody works on it
        pass


def all_work(project: LoadedProject) -> Dataset:
    """Return all work on the project's frames: people have their aliases, or no name at all, whatever is shown."""
    identity = project.config.identity
    mode: Identity = "alias" if identity == "full" else identity
    salt = read_salt(project.config.salt_file) if mode == "alias" else b""
    return apply_identity(project.everything, mode, salt)
