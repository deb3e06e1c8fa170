"""A model's detections on a project's frames, and which of them is which label."""

from __future__ import annotations

import polars as pl

from loopviz.dataset import Dataset
from loopviz.evaluation.categories import on_same_categories
from loopviz.evaluation.matching import match_labels
from loopviz.formats.align.frames import align
from loopviz.formats.reading import read_labels
from loopviz.formats.types import frame_size_of
from loopviz.project.model_config import ModelConfig
from loopviz.scene.versus.outcomes import Detections, of_one_person
from loopviz.train.run_folder import RunFolder
from loopviz.work import IS_CARRIED


def with_detections(config: ModelConfig, dataset: Dataset) -> tuple[Dataset, Detections | None]:
    """Return a Dataset with the categories of both sides, and the detections; None where there is no model.

    Args:
        config: Where they are, and what counts.
        dataset: The labels, on the source's frames.

    Raises:
        InputError: If the detections cannot be read, do not fit the source, or share no category with the labels.
    """
    if config.labels is None:
        return dataset, None
    frames = dataset.frames
    found = align(read_labels(config.labels, frame_size=frame_size_of(frames)), frames).dataset
    labelled, found = on_same_categories(dataset, found.filter(confidence=config.confidence))
    shown = of_one_person(labelled).filter(~IS_CARRIED)  # whose name stands beside them
    judged = frozenset(labelled.assignments["frame"].drop_nulls()) | frozenset(shown["frame"])
    matches = match_labels(shown, found.annotations, iou=config.iou, frames=judged)
    unseen = frozenset(RunFolder.open(config.run).held_out() if config.run else _not_trained_on(found))
    is_one = config.view == "moving line"
    return labelled, Detections(found, matches, judged, config.name, unseen, is_one)


def _not_trained_on(found: Dataset) -> set[int]:
    """Return the frames that the detections' files say belong to another part than ``train``."""
    return set(found.frames.filter(pl.col("split") != "train")["frame"])
