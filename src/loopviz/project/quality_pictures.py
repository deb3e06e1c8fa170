"""The pictures of suspects: what edges there are around labels, and a crop of each, in a pass over the source."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from loopviz.crowd.quality.suspects import drawn_labels, picture_edges
from loopviz.dataset import Dataset
from loopviz.fitting import onto_canvas
from loopviz.geometry import fit_within
from loopviz.media import Source, save_png, to_rgb
from loopviz.report.page import Pixels
from loopviz.report.suspect_crops import Crop, SuspectCrops
from loopviz.schema import EDGES

CROPS, MOST_CROPS = 24, 1000
FOLDER = "crops"
NEAR = 15  # frames: how far before and after a label is one of a neighbour


def edges_of(dataset: Dataset, source: Source) -> pl.DataFrame:
    """Return where the pictures have edges around labels' edges: ``loopviz.crowd.quality.suspects.picture_edges``."""
    labels = drawn_labels(onto_canvas(dataset, (source.info.width, source.info.height)))
    return picture_edges(_pictures(source, labels["frame"].unique().to_list()), labels)


def write_crops(dataset: Dataset, found: pl.DataFrame, source: Source, count: int, folder: Path) -> dict[int, str]:
    """Write a crop of each of the first suspects; memory holds one picture.

    Args:
        dataset: The labels, of people who are shown.
        found: The suspects, ``loopviz.crowd.quality.suspects.SUSPECTS``, by rank.
        source: The pictures.
        count: How many at most.
        folder: Where they are written; ``crops/0001.png`` is that of rank 1.

    Returns:
        Their names by rank.
    """
    canvas = onto_canvas(dataset, (source.info.width, source.info.height))
    sizes = {
        frame: (width, height) for frame, width, height in dataset.frames.select("frame", "width", "height").rows()
    }
    labels, first = drawn_labels(canvas), found.head(count)
    by_frame = {frame: part.to_dicts() for (frame,), part in first.group_by(["frame"], maintain_order=True)}
    crops, names = SuspectCrops(), dict[int, str]()
    for frame, pixels in _pictures(source, list(by_frame)):
        for row in by_frame[frame]:
            names[row["rank"]] = f"{FOLDER}/{row['rank']:04}.png"
            (folder / FOLDER).mkdir(exist_ok=True)
            crop = _crop(row, labels, sizes[frame], (pixels.shape[1], pixels.shape[0]))
            save_png(crops.picture(pixels, crop), folder / names[row["rank"]])
    return names


def _pictures(source: Source, frames: Collection[int]) -> Iterator[tuple[int, Pixels]]:
    """Yield the pictures of some frames, in their order, one at a time."""
    wanted = {frame for frame in frames if 0 <= frame < source.info.frames}
    if not wanted:
        return
    for frame in source.read(min(wanted), max(wanted) + 1):
        if frame.index in wanted:
            yield frame.index, to_rgb(frame.picture, exact=False)


def _crop(row: dict[str, Any], labels: pl.DataFrame, size: tuple[Any, Any], canvas: tuple[int, int]) -> Crop:
    """Return what is seen of a suspect."""
    alike = labels.filter(pl.col("class_id") == row["class_id"])
    own = labels.filter(pl.col("annotation_id") == row["annotation_id"]).to_dicts()
    box = np.array([(own[0] if own else row)[edge] for edge in EDGES])
    if not own and None not in size:  # nobody labelled it: it was not moved onto the canvas
        left, top, wide, high = fit_within(size, canvas)
        box = box * np.tile([wide / size[0], high / size[1]], 2) + np.array([left, top, left, top])
    others = alike.filter(pl.col("frame") == row["frame"], pl.col("annotation_id").ne_missing(row["annotation_id"]))
    at = pl.col("frame")
    before = alike.filter(at.is_between(row["frame"] - NEAR, row["frame"] - 1)).filter(at == at.max())
    after = alike.filter(at.is_between(row["frame"] + 1, row["frame"] + NEAR)).filter(at == at.min())
    in_time = [_nearest(part, box) for part in (before, after) if part.height]
    x0, y0, x1, y1 = box.tolist()
    return Crop((x0, y0, x1, y1), own[0] if own else None, in_time, others.to_dicts())


def _nearest(labels: pl.DataFrame, box: Any) -> dict[str, Any]:
    """Return the label whose edges lie nearest to those of a box."""
    return labels.row(int(np.abs(labels.select(EDGES).to_numpy() - box).sum(axis=1).argmin()), named=True)
