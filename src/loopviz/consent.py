"""Who did not agree is not shown: people, and single answers.

Consent is a yes, a no, or nothing where nobody asked. Only a no takes something out. Work that is done stays accounted
for, as that of nobody knows whom: what it took and paid does not become untrue, and the labels are the work.
"""

from __future__ import annotations

import polars as pl

from loopviz.dataset import Dataset
from loopviz.paths import id_key
from loopviz.pseudonyms import SOMEBODY, pseudonymise


def consented(dataset: Dataset) -> Dataset:
    """Return the Dataset without the people who refused, and without the answers that consent was refused for.

    The work of people who refused stays, and is nobody's: its ``worker_id`` is null, and their ids and aliases are
    taken out of names and texts.
    """
    lost = refused(dataset)
    gone = pl.col("worker_id").is_in(lost.implode())
    less = dataset.replace(
        assignments=dataset.assignments.with_columns(
            worker_id=pl.when(gone).then(None).otherwise("worker_id").cast(pl.String)
        ),
        answers=dataset.answers.filter(~gone, pl.col("consent").fill_null(value=True)),
        workers=dataset.workers.filter(~gone),
    )
    return without(less, [*lost, *dataset.workers.filter(gone)["alias"].drop_nulls()])[0] if len(lost) else less


def refused(dataset: Dataset) -> pl.Series:
    """Return the ids of the people who refused.

    Of whom nothing is known, and whose id differs from that of one who refused only in capitals and spaces, is taken
    for the same person: a slip of the pen must show nobody.
    """
    lost = dataset.workers.filter(~pl.col("consent"))["worker_id"]
    spelt = {id_key(worker) for worker in lost}
    unknown = dataset.workers.filter(pl.col("consent").is_null())["worker_id"] if spelt else lost.clear()
    alike = [worker for worker in unknown if id_key(worker) in spelt]
    return pl.concat([lost, pl.Series("worker_id", alike, dtype=pl.String)])


def without(dataset: Dataset, names: list[str]) -> tuple[Dataset, dict[str, int]]:
    """Return a Dataset without some names in its texts, and in how many cells of which column they stood.

    A name that is a part of somebody else's id stays there.
    """
    others = dict.fromkeys(dataset.workers["worker_id"])
    return pseudonymise(dataset, others | dict.fromkeys(names, SOMEBODY))
