"""Two questions that trials answer: whose work should count, and what the labels of each person add."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from loopviz.errors import ConfigError
from loopviz.project.config import ProjectConfig
from loopviz.project.trial_results import TrialResults
from loopviz.project.trials import Asked, run_trials
from loopviz.project.watch import NOBODY, Watch
from loopviz.train.job_options import TrainingOptions
from loopviz.train.options import Whose
from loopviz.train.set_plan import SetPlan
from loopviz.train.trials import Trial, by_worker

WHOLE = "all-people"
EVERYBODY = {"worker": None}


def compare_whose(
    config: ProjectConfig,
    folder: str | Path,
    choices: Sequence[str] = (),
    *,
    folds: int = 0,
    truth: Path | None = None,
    watch: Watch = NOBODY,
) -> TrialResults:
    """Train a project's recipe once for each choice of whose work counts, and judge all by the same labels.

    Args:
        config: The project.
        folder: The folder of the trials.
        choices: As ``TrainingSetOptions.whose``; none: all four. The project's own comes first, which says how many
            steps all make.
        folds: Of ``weighted``, see ``TrainingOptions.folds``; 0: as the project says.
        truth: Labels that judge; None: the project's own.
        watch: Who is told.

    Raises:
        LoopvizError: As ``run_trials``.
    """
    recipe = config.training or TrainingOptions()
    wanted = list(dict.fromkeys(choices or get_args(Whose)))
    wanted.sort(key=lambda whose: whose != recipe.whose)
    parts = folds or recipe.folds
    first = [
        Trial(whose, {"whose": whose, "folds": parts if whose == "weighted" else 0}, {"whose": whose})
        for whose in wanted
    ]
    return run_trials(config, folder, Asked("whose", first), truth=truth, watch=watch)


def ablate(
    config: ProjectConfig,
    folder: str | Path,
    *,
    most: int = 5,
    workers: Sequence[str] = (),
    repeat: int = 1,
    truth: Path | None = None,
    watch: Watch = NOBODY,
) -> TrialResults:
    """Train a project's recipe with everybody's labels, and without those of each of some people: leave one out.

    Args:
        config: The project.
        folder: The folder of the trials.
        most: How many people: those whose labels are most.
        workers: Instead: these, by their aliases.
        repeat: How often everybody's labels are trained once more, by another chance: how far these lie apart is what
            says whether a difference says anything.
        truth: Labels that judge; None: the project's own.
        watch: Who is told.

    Raises:
        ConfigError: If people have no names here, or there is nobody to leave out.
        LoopvizError: As ``run_trials``.
    """
    if config.identity == "hidden":
        what = "what is said of single people needs names for them"
        raise ConfigError(what, at="identity", found="hidden", expected="alias, or full")
    recipe = config.training or TrainingOptions()
    again = [Trial(f"{WHOLE}-{n + 1}", {"repetition": n}, EVERYBODY) for n in range(1, repeat + 1)]

    def more(plan: SetPlan) -> list[Trial]:
        theirs = dict(by_worker(plan))
        chosen = list(dict.fromkeys(workers)) or list(theirs)[:most]
        if not chosen:
            what = "there is nobody to leave out: no label that teaches is of somebody who may be named"
            raise ConfigError(what, expected="two people at least")
        return [
            Trial(
                f"without-{number}",
                {"without": [*recipe.without, name]},
                {"worker": name, "their_labels": theirs.get(name, 0)},
            )
            for number, name in enumerate(chosen, 1)
        ]

    return run_trials(
        config,
        folder,
        Asked("worker", [Trial(WHOLE, {}, EVERYBODY), *again], more, 2 + repeat),
        truth=truth,
        watch=watch,
    )
