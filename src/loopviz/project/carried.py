"""Labels that a project carries to other frames; what pictures were looked through for is kept for the next time.

What is kept holds places and categories of labels, and nothing of people. It goes whenever a person is forgotten or the
cache is pruned, as do the crowds that were read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

import polars as pl

from loopviz import __version__
from loopviz.atomic import new_file
from loopviz.dataset import Dataset
from loopviz.durations import parse_duration
from loopviz.errors import OutputError
from loopviz.media import Source
from loopviz.outputs import cache_folder, private_folder
from loopviz.project.config import CarryConfig
from loopviz.schema import SCHEMAS

KEPT = 8  # projects; those that were made longest ago go first
EMPTY = ("confidence", "mask_rle", "origin", "assignment_id")  # columns that are the same in every row


def with_carried(config: CarryConfig, dataset: Dataset, source: Source, *, remember: bool) -> Dataset:
    """Return a Dataset with the labels that a project carries to frames that nobody labelled.

    Args:
        config: What is carried.
        dataset: What people labelled, on the source's frames.
        source: The pictures.
        remember: Keep what is found in the pictures for the next time.
    """
    if config.how == "none":
        return dataset
    from loopviz.interpolation import carry_labels  # here: most projects carry none

    most = int(parse_duration(config.within) * source.info.frame_rate)
    if config.how == "track":
        return carry_labels(dataset, source, config.how, most)
    place = _place(dataset, source, most)
    known = _kept(place)
    if known is not None:
        return dataset.replace(annotations=pl.concat([dataset.annotations, known]))
    carried = carry_labels(dataset, source, config.how, most)
    if remember:
        _keep(carried.annotations[dataset.annotations.height :], place)
    return carried


def clear() -> None:
    """Remove all that is kept.

    Raises:
        OutputError: If something cannot be removed.
    """
    for file in (cache_folder() / "carried").glob("*"):
        try:
            file.unlink()
        except OSError as error:
            what = f"what was carried of labels cannot be removed: {error.strerror or error}"
            raise OutputError(what, file=file, remedy="Remove the file yourself.") from error


def _place(dataset: Dataset, source: Source, most: int) -> Path:
    """Where what these labels come to in these pictures is kept: other labels, pictures or lengths have another place.

    Whose work it is decides what is carried: consent, what was rejected, what counts.
    """
    work = dataset.work().select("assignment_id", "frame", "worker_id", "status", "accepted", "consent")
    made = hashlib.sha256(json.dumps([__version__, source.fingerprint(), most]).encode())
    for table in (dataset.frames.drop("file"), dataset.annotations, work):
        made.update(table.write_json().encode())
    return cache_folder() / "carried" / f"{made.hexdigest()}.parquet"


def _kept(place: Path) -> pl.DataFrame | None:
    """Return what is kept there; None if nothing is, or it is damaged."""
    kinds = SCHEMAS["annotations"]
    with contextlib.suppress(OSError, pl.exceptions.PolarsError):
        found = pl.read_parquet(place).with_columns(pl.lit(None).alias(name) for name in EMPTY)
        carried = found.with_columns(origin=pl.lit("interpolated"))
        return carried.select(pl.col(name).cast(kind) for name, kind in kinds.items())
    return None


def _keep(rows: pl.DataFrame, place: Path) -> None:
    """Keep what was found; a disk that is full or closed is no reason to fail."""
    with contextlib.suppress(OSError, OutputError, pl.exceptions.PolarsError):
        private_folder(cache_folder())
        private_folder(place.parent)
        with new_file(place, replace=True) as part:
            part.touch(0o600)
            rows.drop(EMPTY).write_parquet(part)
        for old in sorted(place.parent.glob("*.parquet"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink()
