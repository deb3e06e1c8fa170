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
from pathlib import Path
from typing import Any

import polars as pl

import loopviz
from loopviz.atomic import new_file, writing
from loopviz.dataset import EDGES, Dataset
from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.media import Source
from loopviz.notes import Note, note
from loopviz.outputs import check_folder
from loopviz.project.config import ProjectConfig
from loopviz.project.folds import fold_evidence
from loopviz.project.held_out import HeldOut, held_out
from loopviz.project.load import load
from loopviz.project.recipe import asked, set_options
from loopviz.project.train import all_work, trained
from loopviz.project.watch import NOBODY, Watch
from loopviz.train.job_options import TrainingOptions
from loopviz.train.left_out import left_out
from loopviz.train.run_folder import MODEL, is_run
from loopviz.train.set_plan import SetPlan, plan_set
from loopviz.train.trainer import Epoch, Event, Tell
from loopviz.train.trials import PlannedTrial, Trial, different, of_equal_length

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


@dataclass(frozen=True)
class TrialResult:
    """What a trial came to.

    Attributes:
        trial: What it was.
        path: Its run.
        images: How many pictures taught, each as often as it was listed.
        labels: How many labels.
        steps: How many steps were made.
        epochs: In how many epochs.
        map50: Mean average precision on what was held out, at an IoU of 0.5.
        map50_95: The same, over ten IoU.
        categories: ``map50_95`` by category; None of one that the judging labels do not have.
        seconds: How long its epochs took.
    """

    trial: Trial
    path: Path
    images: int
    labels: int
    steps: int
    epochs: int
    map50: float | None
    map50_95: float | None
    categories: Mapping[str, float | None]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        told = {name: value for name, value in vars(self).items() if name not in ("trial", "path")}
        return {"trial": self.trial.name, **self.trial.told, **told}


@dataclass(frozen=True)
class TrialResults:
    """What all came to.

    Attributes:
        path: The folder.
        by: What was changed.
        trials: In the order in which they were asked for.
        frames: How many frames judged.
        judged_by: Which labels: ``truth``, or those that people agree on (``consensus``).
        notes: What was left out, and why.
    """

    path: Path
    by: str
    trials: tuple[TrialResult, ...]
    frames: int
    judged_by: str
    notes: tuple[Note, ...]

    @property
    def apart(self) -> float | None:
        """How far trainings of one recipe lie apart in ``map50_95`` by chance; None where it was trained once."""
        values = self._whole()
        return max(values) - min(values) if len(values) > 1 else None

    def adds(self, trial: TrialResult) -> float | None:
        """Return what somebody's labels add to ``map50_95``: by how much it is less without them."""
        whole = self._whole()
        if trial.trial.told.get("worker") is None or trial.map50_95 is None or not whole:
            return None
        return sum(whole) / len(whole) - trial.map50_95

    def _whole(self) -> list[float]:
        if self.by != "worker":
            return []
        return [
            each.map50_95 for each in self.trials if each.trial.told["worker"] is None and each.map50_95 is not None
        ]

    def as_json(self) -> dict[str, Any]:
        """Return them as plain values."""
        return {
            "by": self.by,
            "frames": self.frames,
            "judged_by": self.judged_by,
            "trials": [
                {**each.as_json(), **({} if self.by == "whose" else {"adds": self.adds(each)})} for each in self.trials
            ],
            "apart": self.apart,
            "notes": [each.line for each in self.notes],
        }


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
    evidence = None
    if weighing is not None:
        evidence = fold_evidence(_changed(config, weighing.changes), target / weighing.name, watch)
    with load(config) as project:
        dataset = all_work(project)
        trials, notes = _planned(dataset, project.source, recipe, ask, evidence)
        judge = held_out(trials[0].plan, truth)
        facts = (*project.notes, *trials[0].plan.notes, *notes)
    _begin(target, _told(ask, recipe, trials, dataset, judge))
    watch.say([*facts, _cost(trials), _fairness(judge)])
    results = tuple(_result(config, target, trials, place, evidence, judge, watch) for place in range(len(trials)))
    made = TrialResults(target, ask.by, results, len(judge.frames), judge.by, tuple(notes))
    _write(target / RESULTS, made.as_json())
    return made


def _changed(config: ProjectConfig, changes: Mapping[str, object]) -> ProjectConfig:
    return config.changed({f"training.{name}": value for name, value in changes.items()})


def _check(recipe: TrainingOptions, target: Path) -> None:
    """Refuse what trials cannot be made of, and a folder of other things."""
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
    if len(kept) < ask.least:
        raise ConfigError("there is nothing to compare", found="; ".join(map(str, [*notes, *same])) or "one trial")
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


def _result(
    config: ProjectConfig,
    target: Path,
    trials: Sequence[PlannedTrial],
    place: int,
    evidence: pl.DataFrame | None,
    judge: HeldOut,
    watch: Watch,
) -> TrialResult:
    """Train one of the trials, unless that is done, and judge it."""
    each = trials[place]
    folder = target / each.trial.name
    asked_for = config.model_copy(update={"training": each.options})
    known = evidence if each.options.whose == "weighted" else None
    told = replace(watch, say=lambda _: None, training=lambda: _forecast(trials, place, watch))
    try:
        run = trained(asked_for, folder, told, evidence=known)
        score = judge.score(config, folder / MODEL)
    except InputError as error:
        if not is_run(folder):
            raise
        remedy = f"To train it anew, remove {folder}, and run this again."
        raise InputError(
            error.problem, file=error.file, found=error.found, expected=error.expected, remedy=remedy
        ) from error
    results = run.results or {}
    categories = dict(score.categories.select("name", "map50_95").iter_rows())
    return TrialResult(
        each.trial,
        folder,
        each.images,
        each.labels,
        each.steps,
        results["epochs"],
        score.scores.map50,
        score.scores.map50_95,
        categories,
        results["seconds"],
    )


@contextmanager
def _forecast(trials: Sequence[PlannedTrial], place: int, watch: Watch) -> Iterator[Tell]:
    """Say which training begins, and after its first epoch how long those that are left may take."""
    each, said = trials[place], False
    watch.say(
        [
            note(
                "trial-begins",
                trial=each.trial.name,
                number=place + 1,
                of=len(trials),
                images=each.images,
                epochs=each.options.epochs,
            )
        ]
    )
    with watch.training() as tell:

        def told(event: Event) -> None:
            nonlocal said
            tell(event)
            if isinstance(event, Epoch) and not said and len(trials) > 1:
                said = True
                left = sum(later.steps for later in trials[place:]) - each.steps * event.epoch / event.epochs
                seconds = event.seconds * event.epochs / each.steps * left
                watch.say([note("trials-time", seconds=round(seconds), count=len(trials) - place)])

        yield told
