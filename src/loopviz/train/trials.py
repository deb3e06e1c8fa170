"""Trials of one recipe with one thing changed: which differ at all, and how long each is trained so that none has more.

Steps are what is equal, and not epochs: a set of twice as many pictures would make twice as many in an epoch.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from loopviz.notes import Note, note
from loopviz.schema import EDGES
from loopviz.train.job_options import TrainingOptions
from loopviz.train.set_plan import SetPlan
from loopviz.train.training_set import are_outlined


@dataclass(frozen=True)
class Trial:
    """The recipe with one thing changed.

    Attributes:
        name: Of its folder.
        changes: Of the section ``training``, by key; empty: the recipe as it is.
        told: What is said of it, by name: ``whose``, ``worker`` (an alias), how many ``theirs`` the labels are,
            ``repetition``.
    """

    name: str
    changes: Mapping[str, object] = field(default_factory=dict)
    told: Mapping[str, object] = field(default_factory=dict)

    def options(self, recipe: TrainingOptions) -> TrainingOptions:
        """Return the recipe so changed."""
        return recipe.changed(self.changes)


Plan = tuple[Trial, SetPlan]


@dataclass(frozen=True, eq=False)
class PlannedTrial:
    """A trial, and what its set holds.

    Attributes:
        trial: The trial.
        plan: Its set, before a picture is read.
        options: How it is trained: as the recipe, so long as all are.
        images: How many pictures teach, each as often as it is listed.
        labels: How many labels teach.
        steps: How many steps are made.
    """

    trial: Trial
    plan: SetPlan
    options: TrainingOptions
    images: int
    labels: int
    steps: int


def different(plans: Iterable[Plan]) -> tuple[list[Plan], list[Note]]:
    """Return the trials whose sets are not those of earlier ones, and which are."""
    seen: dict[tuple[str, object], Trial] = {}
    kept, notes = list[Plan](), list[Note]()
    for trial, plan in plans:
        first = seen.setdefault((_digest(plan), trial.changes.get("repetition")), trial)
        if first is trial:
            kept.append((trial, plan))
        else:
            notes.append(note("trial-same", trial=trial.name, other=first.name))
    return kept, notes


def of_equal_length(plans: Sequence[Plan], recipe: TrainingOptions) -> list[PlannedTrial]:
    """Return how each is trained: with as many steps as the first one makes.

    None ends before, and none turns its pictures where not all can (see ``presets.yaml``).
    """
    batch, epochs = recipe.job()["batch"], recipe.job()["epochs"]
    steps = epochs * math.ceil(_counts(plans[0][1])[0] / batch)
    outlined = all(are_outlined(plan.objects) for _, plan in plans)
    alike: dict[str, object] = {} if outlined else {"outlines": False}
    if "patience" in recipe.job()["settings"]:
        alike["settings"] = {**recipe.settings, "patience": 0}
    made = []
    for trial, plan in plans:
        images, labels = _counts(plan)
        each = math.ceil(images / batch)
        often = max(1, round(steps / each))
        options = trial.options(recipe).changed({**alike, "epochs": often})
        made.append(PlannedTrial(trial, plan, options, images, labels, often * each))
    return made


def by_worker(plan: SetPlan) -> Iterator[tuple[str, int]]:
    """Yield the people whose labels teach, by their aliases, and how many do; who has most comes first."""
    teaches = plan.objects.filter(pl.col("split") == "train").explode("assignment_ids")
    work = plan.dataset.work().select("alias", assignment_ids="assignment_id").drop_nulls("alias")
    counted = teaches.join(work, on="assignment_ids").group_by("alias").agg(count=pl.len())
    yield from counted.sort("count", "alias", descending=[True, False]).iter_rows()


def _counts(plan: SetPlan) -> tuple[int, int]:
    trains = plan.images.filter(pl.col("split") == "train")
    return int(trains["listed"].sum()), plan.objects.filter(pl.col("split") == "train").height


def _digest(plan: SetPlan) -> str:
    """Return a hash of what teaches: labels, and how often each picture is listed."""
    told = ("frame", "class_id", *EDGES)
    objects = plan.objects.filter(pl.col("split") == "train").select(told).sort(told)
    images = plan.images.filter(pl.col("split") == "train").select("frame", "listed").sort("frame")
    return hashlib.sha256(objects.write_json().encode() + images.write_csv().encode()).hexdigest()
