"""Places where an object should be that nobody labelled: shown beside the labels, and added where somebody says so.

A label that is added says where it comes from: where people labelled the object before and after (``interpolated``),
or what a model found (``model``). Nobody drew it, and it is nobody's work.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from loopviz.dataset import Dataset
from loopviz.geometry import paired_iou
from loopviz.review.packed import Columns
from loopviz.review.placing import BOX, fitted
from loopviz.schema import EDGES

LABELLED = 0.5  # least overlap with a label of the category: then the object is labelled, whoever did it
PLACES: dict[str, Any] = {
    "frame": pl.Int64,
    "own_frame": pl.Int64,  # in the dataset, before its frames became those of a film
    "category": pl.String,
    "class_id": pl.Int64,
    **dict.fromkeys(EDGES, pl.Float64),
    "score": pl.Float64,
    "why": pl.String,
    "origin": pl.String,
    "confidence": pl.Float64,  # of a model's
}
NOWHERE = pl.DataFrame(schema=PLACES)


def places_of(
    found: pl.DataFrame, dataset: Dataset, own_frames: pl.DataFrame, detections: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the places among suspects, by frame: columns of ``PLACES``.

    Places that a label of the category covers are left out, and so is what lies outside the picture.

    Args:
        found: Rows of ``loopviz.crowd.quality.suspects.SUSPECTS``, with ``why``.
        dataset: The Dataset that they are of.
        own_frames: ``frame`` and ``own_frame``, see ``PLACES``; one row a frame.
        detections: A model's annotations; what was taken from them is known by its box.
    """
    lacking = found.filter(pl.col("annotation_id").is_null())
    if not lacking.height:
        return NOWHERE
    names = dataset.categories.select("class_id", category="name")
    placed = lacking.join(own_frames, on="frame", how="inner", maintain_order="left")
    placed = placed.join(names, on="class_id", how="inner", maintain_order="left")
    placed = placed.filter(~_covered(placed, dataset.annotations))
    placed = _inside(_from_where(placed, detections), dataset.frames)
    return placed.select(list(PLACES)).sort("frame", maintain_order=True)


def _covered(placed: pl.DataFrame, annotations: pl.DataFrame) -> pl.Series:
    """Return which places a label of their category covers."""
    key = ["frame", "class_id"]
    pairs = (
        placed.with_row_index("place")
        .select("place", *key, *EDGES)
        .join(annotations.select(*key, *EDGES), on=key, suffix="_label")
    )
    labels = pairs.select(f"{edge}_label" for edge in EDGES).to_numpy()
    overlap = paired_iou(pairs.select(EDGES).to_numpy(), labels)
    covered = np.zeros(placed.height, np.bool_)
    covered[pairs["place"].to_numpy()[overlap >= LABELLED]] = True
    return pl.Series(covered)


def _from_where(placed: pl.DataFrame, detections: pl.DataFrame | None) -> pl.DataFrame:
    if detections is None:
        return placed.with_columns(origin=pl.lit("interpolated"), confidence=pl.lit(None, pl.Float64))
    key = ["frame", "class_id", *EDGES]
    theirs = detections.select(*key, "confidence", seen=pl.lit(True)).unique(key, keep="first", maintain_order=True)
    joined = placed.join(theirs, on=key, how="left", maintain_order="left")
    return joined.with_columns(origin=pl.when("seen").then(pl.lit("model")).otherwise(pl.lit("interpolated")))


def _inside(placed: pl.DataFrame, frames: pl.DataFrame) -> pl.DataFrame:
    sized = placed.join(frames.select("frame", "width", "height"), on="frame", how="left", maintain_order="left")
    ends = {"x": "width", "y": "height"}
    cut = [pl.min_horizontal(pl.col(edge).clip(lower_bound=0.0), pl.col(ends[edge[0]])).alias(edge) for edge in EDGES]
    wide, high = (pl.col(f"{side}_max") - pl.col(f"{side}_min") for side in "xy")
    return sized.with_columns(cut).filter((wide >= 1) & (high >= 1))


def place_columns(places: pl.DataFrame, dataset: Dataset, picture: tuple[int, int]) -> Columns:
    """Return places as ``columns.label_columns`` returns labels: ``frame``, ``category``, where, and how suspicious."""
    rows = places.join(fitted(dataset.frames, picture), on="frame", how="left", maintain_order="left")
    numbers = {**BOX, "suspect": pl.col("score"), "confidence": pl.col("confidence").fill_null(float("nan"))}
    table = rows.select(
        *(pl.col(given).cast(pl.UInt32).alias(name) for name, given in (("frame", "frame"), ("category", "class_id"))),
        *(each.cast(pl.Float32).alias(name) for name, each in numbers.items()),
    )
    return {name: table[name].to_numpy() for name in table.columns}


def offered(places: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what a decision says of each place, in the dataset's own frames and pixels: see ``PlaceDecision``."""
    return [
        {
            "frame": row["own_frame"],
            "category": row["category"],
            "box": [round(row[edge], 2) for edge in EDGES],
            "origin": row["origin"],
            "confidence": row["confidence"] if 0 <= (row["confidence"] or 0) <= 1 else None,
        }
        for row in places.iter_rows(named=True)
    ]
