"""What models say of people whose labels they never saw: people are shared out, and one is trained without each part.

It is evidence of care like another's agreement (``loopviz.train.care``), of all work, also where nobody else labelled
the frame. The models are runs like any other, beside the run that they are trained for, so that they go on as it does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import polars as pl

from loopviz.dataset import Dataset
from loopviz.evaluation.categories import on_same_categories
from loopviz.media import Source, open_source
from loopviz.notes import note
from loopviz.predict.labels import predicted_labels
from loopviz.predict.model import Detector
from loopviz.predict.options import PredictOptions
from loopviz.project.config import ProjectConfig
from loopviz.project.load import load, mended_if_damaged, read_options
from loopviz.project.train import all_work, trained
from loopviz.project.watch import Watch
from loopviz.train.care import model_evidence
from loopviz.train.job_options import TrainingOptions
from loopviz.train.left_out import work_of_fold
from loopviz.train.run_folder import MODEL
from loopviz.train.set_plan import without_names
from loopviz.wording import runs


def fold_evidence(config: ProjectConfig, target: Path, watch: Watch) -> pl.DataFrame:
    """Train a model without each part of the people, and return how far it bears out the work of that part.

    Each is trained for the run's epochs divided by the number of parts: together they take about as long as it.

    Args:
        config: The project; ``config.training.folds`` says into how many parts.
        target: The run that it is for: the models' runs are made beside it, in ``NAME-folds``.
        watch: Who is told.

    Returns:
        Columns as ``loopviz.train.care.EVIDENCE``.

    Raises:
        LoopvizError: As ``trained``, and if a model cannot be asked.
    """
    options = config.training or TrainingOptions()
    place, count = target.with_name(f"{target.name}-folds"), options.folds
    epochs = max(1, round(options.job()["epochs"] / count))
    watch.say([note("folds-first", count=count, epochs=epochs, folder=place.name)])
    quiet = replace(watch, say=lambda _: None)  # the run that it is for says what there is to say
    rows = []
    for fold in (f"{number}/{count}" for number in range(1, count + 1)):
        changes = {"training.folds": 0, "training.fold": fold, "training.epochs": epochs}
        run = trained(config.changed(changes), place / fold.replace("/", "-of-"), quiet)
        rows.append(_evidence(config, fold, run.path / MODEL))
    return pl.concat(rows)


def _evidence(config: ProjectConfig, fold: str, model: Path) -> pl.DataFrame:
    """Return how far a model bears out the work of the people of a fold."""
    detector = Detector(model)
    with load(config, dry_run=True) as project:
        dataset = without_names(all_work(project))
    mine = dataset.assignments.filter(pl.col("assignment_id").is_in(list(work_of_fold(dataset, fold))))
    drawn = dataset.annotations.join(mine, on="assignment_id", how="semi", maintain_order="left")
    theirs = dataset.replace(annotations=drawn).replace(assignments=mine)
    found = found_on(config, detector, set(mine["frame"].drop_nulls()), PredictOptions())
    same, seen = on_same_categories(theirs, found)
    return model_evidence(same, seen.annotations)


def found_on(config: ProjectConfig, detector: Detector, frames: Collection[int], how: PredictOptions) -> Dataset:
    """Return what a model finds on some frames of a project's source.

    Raises:
        InputError: If they cannot be read, or the model fails.
    """

    def made(mend: bool) -> Dataset:
        with open_source(
            config.source, frame_rate=config.frame_rate, options=read_options(config, mend=mend)
        ) as source:
            return _found(source, detector, frames, how)

    return mended_if_damaged(made, strict=config.strict)


def _found(source: Source, detector: Detector, frames: Collection[int], how: PredictOptions) -> Dataset:
    parts = [range(first, last + 1) for first, last in runs(sorted(frames))]
    found = [predicted_labels(source, detector, how, frames=part) for part in parts or [range(0)]]
    rows = pl.concat([each.annotations for each in found]).with_columns(
        annotation_id=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    return found[0].replace(annotations=rows)
