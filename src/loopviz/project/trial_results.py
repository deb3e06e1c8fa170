"""What trials came to: a row for each, and what the labels of each person add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopviz.notes import Note
from loopviz.train.trials import Trial


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
