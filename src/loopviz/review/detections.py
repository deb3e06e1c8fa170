"""A model's detections beside the labels, as columns of numbers; files are read for the frames that are looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import polars as pl

from loopviz.review import columns
from loopviz.review.columns import chunks
from loopviz.review.packed import in_base64
from loopviz.review.placing import BOX, fitted
from loopviz.review.shapes import FORM


def detection_scripts(
    detections: pl.DataFrame, frames: pl.DataFrame, picture: tuple[int, int]
) -> Iterator[tuple[int, str]]:
    """Yield the first frame and the text of each file of detections; all of a frame are in one.

    Args:
        detections: A model's annotations; their shapes are in files of their own, see ``shapes.shape_scripts``.
        frames: The Dataset's table.
        picture: Width and height of the shown picture, see ``columns.label_columns``.
    """
    rows = detections.sort("frame", "annotation_id").join(fitted(frames, picture), on="frame", maintain_order="left")
    moved = {**BOX, "confidence": pl.col("confidence").fill_null(float("nan"))}
    table = rows.select(
        pl.col("frame").cast(pl.UInt32),
        category=pl.col("class_id").cast(pl.UInt32),
        form=FORM,
        **{name: each.cast(pl.Float32) for name, each in moved.items()},
    )
    for number, cut in enumerate(chunks(np.asarray(table["frame"].to_numpy(), np.uint32), columns.CHUNK)):
        part = table.slice(cut.first, cut.rows)
        given = {name: in_base64(part[name].to_numpy()) for name in part.columns}
        yield cut.frame, f"loopviz.found({number}, {json.dumps({**given, 'first': cut.first})});\n"
