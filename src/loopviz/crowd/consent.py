"""Who did not agree is not shown: people, and single answers.

Consent is a yes, a no, or nothing where nobody asked. Only a no takes something out. Work that is done stays accounted
for, as that of nobody knows whom: what it took and paid does not become untrue.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from loopviz.crowd.erase import erase
from loopviz.crowd.wording import counted
from loopviz.dataset import Dataset


@dataclass(frozen=True)
class ConsentReport:
    """How many people and answers there are by consent.

    Args:
        agreed: People who said yes.
        refused: People who said no: they, and all their answers, are left out; their work stands without a name.
        not_asked: People of whom nothing is known.
        answers: How many answers of theirs are left out.
        single: How many answers of other people are left out, because consent was refused for these alone.
    """

    agreed: int
    refused: int
    not_asked: int
    answers: int
    single: int

    def lines(self) -> list[str]:
        """Return the counts as sentences."""
        asked = (
            f"{counted(self.agreed, 'person', 'people')} agreed, {self.refused} refused, {self.not_asked} not asked."
        )
        lines = [f"Consent: {asked}"]
        if self.refused:
            lines.append(
                f"Left out: {counted(self.refused, 'person', 'people')} and {counted(self.answers, 'answer')}."
            )
        if self.single:
            lines.append(f"Left out besides: {counted(self.single, 'answer')} to be kept private.")
        return lines


def check_consent(dataset: Dataset) -> ConsentReport:
    """Count who agreed, and what ``consented`` leaves out."""
    said = dataset.workers["consent"]
    refused = _refused(dataset)
    theirs = dataset.answers["worker_id"].is_in(refused.implode())
    single = int((dataset.answers["consent"].eq(other=False) & ~theirs).sum())
    return ConsentReport(int(said.sum()), len(refused), said.null_count(), int(theirs.sum()), single)


def consented(dataset: Dataset) -> Dataset:
    """Return the Dataset without the people who refused, and without the answers that consent was refused for.

    The work of people who refused stays, and is nobody's: its ``worker_id`` is null, and their ids are taken out of
    names and texts.
    """
    refused = _refused(dataset)
    gone = pl.col("worker_id").is_in(refused.implode())
    aliases = dataset.workers.filter(gone)["alias"].drop_nulls().to_list()
    less = dataset.replace(
        assignments=dataset.assignments.with_columns(
            worker_id=pl.when(gone).then(None).otherwise("worker_id").cast(pl.String)
        ),
        answers=dataset.answers.filter(~gone, pl.col("consent").fill_null(value=True)),
        workers=dataset.workers.filter(~gone),
    )
    return erase(less, [*refused, *aliases])[0] if len(refused) else less


def _refused(dataset: Dataset) -> pl.Series:
    return dataset.workers.filter(~pl.col("consent"))["worker_id"]
