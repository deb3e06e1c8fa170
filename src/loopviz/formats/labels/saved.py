"""A Dataset as ``Dataset.save`` writes it: one Parquet file a table."""

from __future__ import annotations

from pathlib import Path

from loopviz.dataset import Dataset
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence, WriteOptions
from loopviz.formats.types import LabelOptions, LabelSet
from loopviz.schema import SCHEMAS


def detect_saved(candidate: Candidate) -> Evidence:
    """Say whether a folder has every table of a Dataset."""
    if all((candidate.path / f"{name}.parquet").is_file() for name in SCHEMAS):
        return Evidence("certain", "the tables of a dataset")
    return NO_EVIDENCE


def read_saved(path: Path, _: LabelOptions) -> LabelSet:
    """Read a saved Dataset, which says everything itself; see ``Dataset.load`` for what it refuses."""
    return LabelSet("dataset", path, Dataset.load(path))


def write_saved(dataset: Dataset, folder: Path, _: WriteOptions) -> None:
    """Write a Dataset's tables; see ``Dataset.save``."""
    dataset.save(folder)
