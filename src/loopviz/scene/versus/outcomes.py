"""What became of each label and each detection, and how far both agree on each frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.dataset import Dataset
from loopviz.work import HAS_AREA

# What the outcomes of ``loopviz.evaluation.matching`` are on each side; a region of several objects was not missed.
OF_LABELS: Mapping[str, str] = {"matched": "matched", "confused": "missed", "missed": "missed", "ignored": "matched"}
OF_DETECTIONS: Mapping[str, str] = {"matched": "matched", "confused": "extra", "extra": "extra", "ignored": "matched"}


@dataclass(frozen=True, eq=False)
class Detections:
    """A model's detections beside people's labels.

    Attributes:
        dataset: The detections, on the frames and the categories of the labels.
        matches: Which is which, as ``loopviz.evaluation.matching.match_labels`` says it, of frames that are judged.
        judged: The frames that somebody labelled: elsewhere nothing is said of a detection.
        name: What the model is called on screen.
        held_out: The frames that the model had not seen when it was trained; none where nobody knows.
        moving_line: Whether both sides share one picture, with a line between them that moves.
        details: What stands beside the name by frame, in place of what the caption says of a model.
        foot: What the foot says, in place of how much was missed and extra.
    """

    dataset: Dataset
    matches: pl.DataFrame
    judged: frozenset[int]
    name: str = "A model"
    held_out: frozenset[int] = frozenset()
    moving_line: bool = False
    details: Mapping[int, str] = field(default_factory=dict)
    foot: str = ""

    def kinds_of_labels(self, annotations: pl.DataFrame) -> pl.Series:
        """Return each label's kind; ``drawn`` where there is nothing to compare it with."""
        return _kinds(annotations, self.matches, "reference_id", OF_LABELS)

    def kinds_of_detections(self) -> pl.Series:
        """Return each detection's kind; ``drawn`` where there is nothing to compare it with."""
        return _kinds(self.dataset.annotations, self.matches, "predicted_id", OF_DETECTIONS)


def of_one_person(dataset: Dataset) -> pl.DataFrame:
    """Return of each frame's labels those of the first person who worked on it, whom a caption names, and nobody's.

    Points and lines are left out: there is no box that could be a detection's.
    """
    first = dataset.assignments.drop_nulls("frame").unique("frame", keep="first", maintain_order=True)
    others = dataset.assignments.join(first, on="assignment_id", how="anti")["assignment_id"]
    theirs = pl.col("assignment_id").is_in(others.implode()).fill_null(value=False)
    return dataset.annotations.filter(HAS_AREA & ~theirs)


def frames_of_several(dataset: Dataset) -> int:
    """Return on how many frames several people worked."""
    people = dataset.assignments.drop_nulls("frame").group_by("frame").agg(pl.col("worker_id").n_unique())
    return people.filter(pl.col("worker_id") > 1).height


def _kinds(annotations: pl.DataFrame, matches: pl.DataFrame, key: str, names: Mapping[str, str]) -> pl.Series:
    said = matches.drop_nulls(key).select(
        annotation_id=key, kind=pl.col("outcome").cast(pl.String).replace_strict(names, default=None)
    )
    joined = annotations.join(said, on="annotation_id", how="left", maintain_order="left")
    return joined["kind"].fill_null("drawn")


@dataclass(frozen=True, eq=False)
class Agreement:
    """How far both sides agree, frame by frame.

    Attributes:
        share: The mean overlap (IoU) of all objects of a frame, those that only one side has counting 0; NaN where
            there is nothing to compare.
        missed: How many labels nothing found.
        extra: How many detections are of nothing that was labelled.
    """

    share: npt.NDArray[np.float64]
    missed: npt.NDArray[np.int64]
    extra: npt.NDArray[np.int64]

    @classmethod
    def of(cls, detections: Detections, frames: int) -> Agreement:
        """Return the agreement on each of so many frames."""
        share, missed, extra = np.full(frames, np.nan), np.zeros(frames, np.int64), np.zeros(frames, np.int64)
        for frame, overlaps, lost, more in _by_frame(detections.matches):
            missed[frame], extra[frame] = lost, more
            count = len(overlaps) + lost + more
            share[frame] = sum(overlaps) / count if count else np.nan
        return cls(share, missed, extra)


def _by_frame(matches: pl.DataFrame) -> Iterator[tuple[int, list[float], int, int]]:
    """Yield each frame with the overlaps of its pairs, and how many labels and detections are left of it.

    One object that is called two things is a label that was missed and a detection that is extra.
    """
    confused, outcome = pl.col("outcome") == "confused", pl.col("outcome")
    counted = matches.group_by("frame", maintain_order=True).agg(
        pl.col("iou").filter(outcome == "matched"),
        missed=((outcome == "missed") | confused).sum(),
        extra=((outcome == "extra") | confused).sum(),
    )
    yield from counted.iter_rows()
