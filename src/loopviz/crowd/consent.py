"""How many people agreed, and what ``loopviz.consent`` leaves out, in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from loopviz.consent import refused
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

    def notes(self) -> list[str]:
        """Return the sentences where somebody or something is left out, else none."""
        return self.lines() if self.refused or self.single else []


def check_consent(dataset: Dataset) -> ConsentReport:
    """Count who agreed, and what ``consented`` leaves out."""
    said = dataset.workers["consent"]
    gone = refused(dataset)
    theirs = dataset.answers["worker_id"].is_in(gone.implode())
    single = int((dataset.answers["consent"].eq(other=False) & ~theirs).sum())
    return ConsentReport(int(said.sum()), len(gone), said.null_count(), int(theirs.sum()), single)
