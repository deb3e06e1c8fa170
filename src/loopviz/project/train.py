"""Training a detector on a project's labels: a run's folder is made of the project, and worked on until it is done."""

from __future__ import annotations

import contextlib
import json
import platform
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import polars as pl

import loopviz
from loopviz.atomic import new_file, new_folder, write_text, writing
from loopviz.crowd import Identity, apply_identity
from loopviz.dataset import EDGES, Dataset
from loopviz.errors import (
    ConfigError,
    InputError,
    LoopvizError,
    MissingPartError,
    OutputError,
    check_is_file,
)
from loopviz.notes import Note
from loopviz.outputs import ANOTHER, check_folder
from loopviz.project.config import ProjectConfig
from loopviz.project.load import LoadedProject, load, mended_if_damaged
from loopviz.project.salt import read_salt
from loopviz.project.taught import write_features
from loopviz.train import run_folder
from loopviz.train.job_options import TrainingOptions
from loopviz.train.options import TrainingSetOptions
from loopviz.train.run_folder import CHECKPOINTS, MODEL, RunFolder, is_run
from loopviz.train.trainer import Event, Remark, Step, Tell, trainer_named
from loopviz.train.training_set import TrainingSet, build_training_set

PACKAGES = ("numpy", "onnx", "onnxruntime", "torch", "torchvision", "ultralytics-opencv-headless")
Say = Callable[[Iterable[Note]], None]
Progress = Callable[[int, int], None]


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


def prepare(
    config: ProjectConfig,
    out: str | Path,
    *,
    overwrite: bool = False,
    say: Say = lambda _: None,
    progress: Progress | None = None,
) -> RunFolder:
    """Make the folder of a run, with its training set: all but the training.

    Args:
        config: The project; ``config.training`` says how.
        out: The run's folder.
        overwrite: Replace a run that stands there.
        say: Called with what a person should know before it begins.
        progress: Called with the images of the training set that are written and to write.

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

    def made(mend: bool) -> RunFolder:
        return _prepared(config, target, overwrite=overwrite, say=say, progress=progress, mend=mend)

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


def _prepared(
    config: ProjectConfig, target: Path, *, overwrite: bool, say: Say, progress: Progress | None, mend: bool
) -> RunFolder:
    options = config.training or TrainingOptions()
    with load(config, mend=mend) as project, new_folder(target, replace=overwrite) as part:
        dataset = all_work(project)
        place, how = part / run_folder.SET, _set_options(options)
        made = build_training_set(dataset, project.source, place, how, outlines=True, progress=progress)
        say((*project.notes, *made.notes))
        work = _work(dataset, made)
        with writing(target):
            _taught(made, work, dataset.frames).write_parquet(part / run_folder.TAUGHT)
            write_text(part / run_folder.RECIPE, json.dumps(_recipe(options, made, work), indent=2) + "\n")
            (part / CHECKPOINTS).mkdir()
        if options.weights or options.device or options.settings:
            trainer_named(options.trainer).check(RunFolder.open(part).job)
    return RunFolder.open(target)


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
    run.finish({**told, "set": run.recipe["set"]["digest"], "finished_at": _now()})
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


def _set_options(options: TrainingOptions) -> TrainingSetOptions:
    fields = TrainingSetOptions.model_fields
    return TrainingSetOptions(**{name: value for name, value in options.model_dump().items() if name in fields})


def _work(dataset: Dataset, made: TrainingSet) -> pl.DataFrame:
    """Return the work behind the set, by numbers of ours: ``number``, ``worker``, ``weight``, ``why``, ``labels``."""
    labels = made.objects.explode("assignment_ids").group_by(assignment_id="assignment_ids").agg(labels=pl.len())
    numbered = dataset.work().select("assignment_id", worker="alias").with_row_index("number", 1)
    weighed = numbered.join(made.weights, on="assignment_id", maintain_order="left")
    return weighed.join(labels, on="assignment_id", how="left", maintain_order="left").with_columns(
        pl.col("labels").fill_null(0)
    )


def _taught(made: TrainingSet, work: pl.DataFrame, frames: pl.DataFrame) -> pl.DataFrame:
    """Return the labels that teach, each with its picture, and the numbers of the work that it was learned from."""
    numbers = dict(work.select("assignment_id", "number").iter_rows())
    taught = [[numbers[each] for each in ids if each in numbers] for ids in made.objects["assignment_ids"]]
    shapes = ("frame", "split", "class_id", *EDGES, "polygons", "weight")
    labels = made.objects.select(shapes).with_columns(work=pl.Series(taught, dtype=pl.List(pl.UInt32)))
    pictures = made.images.select("frame", "file").join(frames.select("frame", "width", "height"), on="frame")
    return labels.join(pictures, on="frame", how="left", maintain_order="left")


def _recipe(options: TrainingOptions, made: TrainingSet, work: pl.DataFrame) -> dict[str, Any]:
    images = dict(made.images["split"].cast(pl.String).value_counts().iter_rows())
    return {
        "kind": run_folder.KIND,
        "version": run_folder.VERSION,
        "made_by": f"loopviz {loopviz.__version__}",
        "made_at": _now(),
        "trainer": options.trainer,
        "preset": options.preset,
        "options": options.model_dump(mode="json", exclude_unset=True),
        "job": options.job(outlined=made.outlined),
        "set": {
            "digest": made.digest,
            "names": list(made.names),
            "flips": made.flips,
            "outlined": made.outlined,
            "images": images,
            "labels": made.objects.height,
            "options": _set_options(options).model_dump(mode="json"),
        },
        "versions": {"python": platform.python_version(), **_versions()},
        "work": work.drop("assignment_id").to_dicts(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found
