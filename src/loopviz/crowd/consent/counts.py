"""How many people agreed, and what ``loopviz.consent`` leaves out."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from loopviz.consent import refused
from loopviz.dataset import Dataset
from loopviz.notes import Note, told, warning


@dataclass(frozen=True)
class ConsentReport:
    """How many people and answers there are by consent.

    Args:
        agreed: People who said yes.
        refused: People who said no: they, and all their answers, are left out; their work stands without a name.
        not_asked: People of whom nothing is known.
        answers: How many answers of theirs are left out.
        single: How many answers of other people are left out, because consent was refused for these alone.
        unasked_at_work: People who worked, and of whom nothing is known.
        refused_elsewhere: People who said no and did none of the work, as far as their names say.
    """

    agreed: int
    refused: int
    not_asked: int
    answers: int
    single: int
    unasked_at_work: int = 0
    refused_elsewhere: int = 0

    @property
    def unmet(self) -> int:
        """How many people who said no may be among those who are shown, under a name that is spelt another way."""
        return self.refused_elsewhere if self.unasked_at_work else 0

    def notes(self) -> tuple[Note, ...]:
        """Return the counts, and what is left out."""
        notes = [told("consent-counts", agreed=self.agreed, refused=self.refused, not_asked=self.not_asked)]
        if self.refused:
            notes.append(told("refused", people=self.refused, answers=self.answers))
        if self.single:
            notes.append(told("refused-answers", answers=self.single))
        if self.unmet:
            notes.append(warning("refusal-unmet", people=self.unmet, unasked=self.unasked_at_work))
        return tuple(notes)

    def worth_saying(self) -> tuple[Note, ...]:
        """Return the notes where somebody or something is left out, or some were asked and some not; else none."""
        return self.notes() if self.refused or self.single or (self.agreed and self.unasked_at_work) else ()


def check_consent(dataset: Dataset) -> ConsentReport:
    """Count who agreed, and what ``consented`` leaves out."""
    said = dataset.workers["consent"]
    gone = refused(dataset)
    at_work = dataset.assignments["worker_id"].drop_nulls()
    unasked = dataset.workers.filter(pl.col("consent").is_null(), ~pl.col("worker_id").is_in(gone.implode()))
    unasked_at_work = unasked.filter(pl.col("worker_id").is_in(at_work.implode())).height
    theirs = dataset.answers["worker_id"].is_in(gone.implode())
    single = int((dataset.answers["consent"].eq(other=False) & ~theirs).sum())
    elsewhere = int((~gone.is_in(at_work.implode())).sum())
    return ConsentReport(
        int(said.sum()), len(gone), unasked.height, int(theirs.sum()), single, unasked_at_work, elsewhere
    )
