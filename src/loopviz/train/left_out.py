"""Whose work is left out of a training on purpose: to see what is learned without some people."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import polars as pl

from loopviz.consent import consented
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, did_you_mean
from loopviz.train.job_options import TrainingOptions

PERSON = pl.coalesce("worker_id", "assignment_id")  # work of which nobody knows whose it is, is a person's each


def left_out(dataset: Dataset, options: TrainingOptions) -> frozenset[str]:
    """Return the assignments whose labels do not teach, by ``without`` and ``fold``.

    Args:
        dataset: All work, its people with their aliases.
        options: How it is trained.

    Raises:
        ConfigError: If nobody who may be named has such an alias.
    """
    theirs = work_of(consented(dataset), options.without)
    return theirs | (work_of_fold(dataset, options.fold) if options.fold else frozenset())


def work_of(dataset: Dataset, names: Collection[str]) -> frozenset[str]:
    """Return the assignments of some people, by their aliases.

    Raises:
        ConfigError: If nobody is called so.
    """
    known = set(dataset.workers["alias"].drop_nulls())
    for name in names:
        if name not in known:
            remedy = did_you_mean(name, known) or "loopviz crowd people lists the aliases of a dataset."
            raise ConfigError("nobody who may be named is called so", at="without", found=name, remedy=remedy)
    people = dataset.workers.filter(pl.col("alias").is_in(list(names)))["worker_id"]
    return frozenset(dataset.assignments.filter(pl.col("worker_id").is_in(people.implode()))["assignment_id"])


def work_of_fold(dataset: Dataset, fold: str) -> frozenset[str]:
    """Return the assignments of the people of one fold: ``"2/3"`` is the second of three.

    Which fold somebody is in depends on their id alone, and so not on who else is there.
    """
    number, count = map(int, fold.split("/"))
    people = dataset.assignments.select("assignment_id", person=PERSON)
    return frozenset(task for task, person in people.iter_rows() if _lot(person) % count == number - 1)


def _lot(person: str) -> int:
    return int.from_bytes(hashlib.sha256(f"fold of {person}".encode()).digest()[:8])
