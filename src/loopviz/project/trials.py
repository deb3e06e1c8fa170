"""Trials: one recipe, trained again and again with one thing changed, and judged by the same labels on the same frames.

Which frames are held out depends neither on whose labels teach nor on who is left out, and every trial makes as many
steps. A trial is a run like any other, in a folder of its own below that of the trials: what is finished there is not
trained again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

import loopviz
from loopviz.atomic import new_file, writing
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.evaluation.coco_metrics import check_evaluator
from loopviz.media import Source
from loopviz.notes import Note, note
from loopviz.outputs import check_folder
from loopviz.project.config import ProjectConfig
from loopviz.project.folds import fold_evidence
from loopviz.project.held_out import HeldOut, held_out
from loopviz.project.load import load
from loopviz.project.recipe import asked, set_options
from loopviz.project.train import all_work, trained
from loopviz.project.trial_results import TrialResult, TrialResults
from loopviz.project.watch import NOBODY, Watch
from loopviz.schema import EDGES
from loopviz.train.job_options import TrainingOptions
from loopviz.train.left_out import left_out
from loopviz.train.run_folder import MODEL, is_run
from loopviz.train.set_plan import SetPlan, plan_set
from loopviz.train.trainer import Epoch, Event, Tell, trainer_named
from loopviz.train.trials import PlannedTrial, Trial, different, of_equal_length
from loopviz.wording import counted

TRIALS, RESULTS = "trials.json", "results.json"
KIND, VERSION = "loopviz trials", 1
More = Callable[[SetPlan], Sequence[Trial]]


@dataclass(frozen=True)
class Asked:
    """What is tried.

    Attributes:
        by: What is changed: ``whose`` work teaches, or which ``worker`` is left out.
        first: The trials that are known at once; the first one says how many steps all make.
        more: Returns further ones, given what the set of the first one holds.
        least: How many there have to be.
    """

    by: str
    first: Sequence[Trial]
    more: More = lambda _: ()
    least: int = 2


def run_trials(
    config: ProjectConfig, folder: str | Path, ask: Asked, *, truth: Path | None = None, watch: Watch = NOBODY
) -> TrialResults:
    """Train every trial that is not trained yet, and judge all.

    Args:
        config: The project; ``config.training`` says how all are trained.
        folder: The folder of the trials.
        ask: What is tried.
        truth: Labels that judge; None: the project's own.
        watch: Who is told.

    Raises:
        InputError: If nothing can be learned, or nothing be judged.
        ConfigError: If the options say something impossible of trials, or there is nothing to try.
        OutputError: If something else stands there.
    """
    target, recipe = Path(folder), config.training or TrainingOptions()
    _check(recipe, target)
    weighing = next((each for each in ask.first if each.options(recipe).folds), None)
    evidence = None if weighing is None else fold_evidence(_changed(config, weighing.changes), target, watch)
    with load(config) as project:
        dataset = all_work(project)
        trials, notes = _planned(dataset, project.source, recipe, ask, evidence)
        if len(trials) < ask.least:
            watch.say(notes)
            expected = f"at least {ask.least} that differ in the labels that teach"
            raise ConfigError("there is nothing to compare", found=counted(len(trials), "training"), expected=expected)
        judge = held_out(trials[0].plan, truth)
        facts = (*project.notes, *trials[0].plan.notes, *notes)
    _begin(target, _told(ask, recipe, trials, dataset, judge))
    watch.say([*facts, _cost(trials), _fairness(judge)])
    series = _Series(config, target, trials, evidence, judge, watch)
    results = tuple(series.result(place) for place in range(len(trials)))
    made = TrialResults(target, ask.by, results, len(judge.frames), judge.by, tuple(notes))
    _write(target / RESULTS, made.as_json())
    return made


def _changed(config: ProjectConfig, changes: Mapping[str, object]) -> ProjectConfig:
    return config.changed({f"training.{name}": value for name, value in changes.items()})


def _check(recipe: TrainingOptions, target: Path) -> None:
    """Refuse what trials cannot be made of or by, and a folder of other things: before anything is trained."""
    trainer_named(recipe.trainer)
    check_evaluator()
    if recipe.time is not None:
        remedy = "Say --epochs (epochs): all trials make as many steps as these of the first one."
        raise ConfigError("trials are of equal length, and not of equal time", at="training.time", remedy=remedy)
    if recipe.split == "worker":
        remedy = "Split by blocks of time: --split blocks (split)."
        what = "which frames a split by worker holds out depends on whose labels teach"
        raise ConfigError(what, at="training.split", found="worker", remedy=remedy)
    if not (target / TRIALS).is_file():
        check_folder(target)


def _planned(
    dataset: Dataset, source: Source, recipe: TrainingOptions, ask: Asked, evidence: pl.DataFrame | None
) -> tuple[list[PlannedTrial], list[Note]]:
    """Return the trials that can be made and differ, and what to say of the others."""
    notes, plans, errors = list[Note](), list[tuple[Trial, SetPlan]](), list[InputError]()

    def add(trial: Trial) -> None:
        options = trial.options(recipe)
        known = evidence if options.whose == "weighted" else None
        try:
            plan = plan_set(dataset, source, set_options(options), known, left_out(dataset, options))
            plans.append((trial, plan))
        except InputError as error:
            errors.append(error)
            notes.append(note("trial-impossible", trial=trial.name, why=error.statement))

    for trial in ask.first:
        add(trial)
    if not plans:
        raise errors[0]
    for trial in ask.more(plans[0][1]):
        add(trial)
    kept, same = different(plans)
    return of_equal_length(kept, recipe), [*notes, *same]


def _cost(trials: Sequence[PlannedTrial]) -> Note:
    steps, batch = max(each.steps for each in trials), trials[0].options.job()["batch"]
    return note("trials-cost", count=len(trials), steps=steps, batch=batch)


def _fairness(judge: HeldOut) -> Note:
    return note("trials-judged", frames=len(judge.frames), part=judge.part, by=judge.by)


def _told(
    ask: Asked, recipe: TrainingOptions, trials: Sequence[PlannedTrial], dataset: Dataset, judge: HeldOut
) -> dict[str, Any]:
    """Return what tells these trials from others; of people no more than their aliases."""
    work = dataset.assignments.select("assignment_id", "worker_id", "frame", "status", "accepted", "labels_read")
    shapes = [each.annotations.select("frame", "class_id", *EDGES) for each in (dataset, judge.labels)]
    told = "".join(each.write_json() for each in (work, *shapes)).encode()
    return {
        "kind": KIND,
        "version": VERSION,
        "by": ask.by,
        "options": asked(recipe),
        "trials": [{"trial": each.trial.name, **each.trial.told, "epochs": each.options.epochs} for each in trials],
        "frames": sorted(judge.frames),
        "judged_by": judge.by,
        "labels": hashlib.sha256(told).hexdigest(),
    }


def _begin(target: Path, told: Mapping[str, Any]) -> None:
    """Note in the folder what is tried.

    Raises:
        OutputError: If something else was tried there.
    """
    file = target / TRIALS
    if not file.is_file():
        _write(file, {**told, "made_by": f"loopviz {loopviz.__version__}"})
        return
    try:
        there = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        there = None
    there = there if isinstance(there, dict) else {}
    differ = [name for name, value in told.items() if there.get(name) != value]
    if differ:
        what, remedy = "other trials stand here, and were kept", "Choose another folder, or remove this one."
        raise OutputError(what, file=target, found=f"another {', '.join(differ)}", remedy=remedy)


def _write(file: Path, told: Mapping[str, Any]) -> None:
    with new_file(file, replace=True) as part, writing(file):
        part.write_text(json.dumps(told, indent=2) + "\n", "utf-8")


@dataclass(frozen=True, eq=False)
class _Series:
    """The trials of a folder, one trained after the other."""

    config: ProjectConfig
    target: Path
    trials: Sequence[PlannedTrial]
    evidence: pl.DataFrame | None
    judge: HeldOut
    watch: Watch

    def result(self, place: int) -> TrialResult:
        """Train a trial, unless that is done, and judge it.

        Raises:
            InputError: If its run is broken.
        """
        each = self.trials[place]
        folder = self.target / each.trial.name
        try:
            results = self._trained(place, folder)
            score = self.judge.score(self.config, folder / MODEL)
            took = results["epochs"], results["seconds"]
        except (InputError, KeyError) as error:
            if not is_run(folder):
                raise
            problem = error.problem if isinstance(error, InputError) else "the run does not say how long it took"
            remedy = f"To train it anew, remove {folder}, and run this again."
            raise InputError(problem, file=getattr(error, "file", folder), remedy=remedy) from error
        categories = dict(score.categories.select("name", "map50_95").iter_rows())
        measures = score.scores.map50, score.scores.map50_95, categories
        return TrialResult(each.trial, folder, each.images, each.labels, each.steps, took[0], *measures, took[1])

    def _trained(self, place: int, folder: Path) -> Mapping[str, Any]:
        options = self.trials[place].options
        known = self.evidence if options.whose == "weighted" else None
        watch = replace(self.watch, say=lambda _: None, training=partial(self._training, place))  # all was said of them
        run = trained(self.config.model_copy(update={"training": options}), folder, watch, evidence=known)
        return run.results or {}

    @contextmanager
    def _training(self, place: int) -> Iterator[Tell]:
        """Say which training begins, and after its first epoch how long those that are left may take."""
        each, said = self.trials[place], False
        begins = {"images": each.images, "epochs": each.options.epochs}
        self.watch.say([note("trial-begins", trial=each.trial.name, number=place + 1, of=len(self.trials), **begins)])
        with self.watch.training() as tell:

            def told(event: Event) -> None:
                nonlocal said
                tell(event)
                if isinstance(event, Epoch) and not said:
                    said = True
                    self.watch.say([self._time_left(place, event)])

            yield told

    def _time_left(self, place: int, epoch: Epoch) -> Note:
        each, count = self.trials[place], len(self.trials) - place
        left = sum(later.steps for later in self.trials[place:]) - each.steps * epoch.epoch / epoch.epochs
        return note("trials-time", seconds=round(epoch.seconds * epoch.epochs / each.steps * left), count=count)
