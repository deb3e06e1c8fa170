"""What trials are judged by: one set of labels on the frames that none of them learned from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.evaluation.categories import on_same_categories
from loopviz.evaluation.comparison import Comparison, Judge, compare
from loopviz.predict.model import Detector
from loopviz.predict.options import PredictOptions
from loopviz.project.config import ProjectConfig
from loopviz.project.folds import found_on
from loopviz.project.reference import counting, on_frames, read_side
from loopviz.train.options import Whose
from loopviz.train.set_plan import SetPlan

OWN: Whose = "consensus"  # whose labels judge, where nobody names better ones: as loopviz compare takes them
UNSURE = PredictOptions(confidence=0.001)  # average precision takes all


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What judges.

    Attributes:
        labels: The labels, one set of them a frame.
        frames: The frames.
        part: Which part of the set they are: ``test`` where there is one, as nothing is chosen by it; else ``val``.
        by: Whose labels: ``truth``, or ``consensus`` (accepted, and of what several labelled what most agree on).
    """

    labels: Dataset
    frames: frozenset[int]
    part: str
    by: str

    def score(self, config: ProjectConfig, model: Path) -> Comparison:
        """Return how well a model finds what was held out.

        Raises:
            InputError: If it cannot be asked, or knows none of the categories.
        """
        found = found_on(config, Detector(model), self.frames, UNSURE)
        return compare(*on_same_categories(self.labels, found), self.frames, Judge())


def held_out(plan: SetPlan, truth: Path | None) -> HeldOut:
    """Return what judges trials.

    Args:
        plan: The set of one of them: all hold the same frames out.
        truth: Labels of any format, better than the project's own.

    Raises:
        InputError: If these cannot be read, do not fit, or no frame is left to judge by.
    """
    dataset, parts = plan.dataset, plan.dataset.frames["split"]
    part = "test" if (parts == "test").any() else "val"
    judging = dataset
    if truth is not None:
        side = on_frames(read_side(truth), truth, dataset.frames)
        judging, _ = on_same_categories(side.labels.dataset, dataset)
    labels, worked, _ = counting(judging, OWN)
    held = set(dataset.frames.filter(pl.col("split") == part)["frame"])
    frames = held & (set(labels["frame"]) | worked)
    if not frames or not labels.filter(pl.col("frame").is_in(list(frames))).height:
        remedy = "Give labels of these frames with --truth, or split otherwise: --block, --seed."
        raise InputError(
            "no label is there to judge by", file=truth, found=f"{len(held)} frames held out", remedy=remedy
        )
    return HeldOut(judging.replace(annotations=labels), frozenset(frames), part, "truth" if truth else OWN)
