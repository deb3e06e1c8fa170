"""The shapes of labels that are more than boxes, as columns of numbers in files of their own.

A page reads only the files of the frames that it looks at: a mask has hundreds of corners where a box has two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz import geometry
from loopviz.review.packed import Columns, in_base64
from loopviz.review.placing import fitted
from loopviz.schema import POINT

Whose = Literal["shapes", "foundShapes"]
Floats = npt.NDArray[np.float64]
POINTS = 100_000  # of a file, at least: some megabyte
RING, TURNED, DOTS, LINE = range(4)  # what a part of a shape is
HIDDEN, SEEN = 1, 2  # of a keypoint; 0: not labelled
FAR = 1e9  # pixels: beyond any picture, and a number of 32 bits
ROWS = 1000  # labels whose shapes are taken from the table at once

HAS_OUTLINE = pl.col("polygons").is_not_null() | pl.col("mask_rle").is_not_null()
IS_TURNED = (pl.col("shape") == "rotated_box").fill_null(value=False)
HAS_POINTS = pl.col("keypoints").is_not_null()
IS_BARE = pl.col("shape").is_in(["points", "line"]).fill_null(value=False)
# What a label is more than a box, as bits: 1 outlines, 2 a rotated box, 4 keypoints, 8 nothing else than these.
FORM = sum(
    (each.cast(pl.UInt8) * 2**bit for bit, each in enumerate((HAS_OUTLINE, IS_TURNED, HAS_POINTS, IS_BARE))),
    pl.lit(0, pl.UInt8),
)


class Part(NamedTuple):
    """A part of a shape: what it is, ``(N, 2)`` points in pixels of the frame, and ``(N,)`` whether each is seen."""

    kind: int
    points: Floats
    seen: npt.NDArray[np.uint8]


def boxes_where_unsized(annotations: pl.DataFrame, frames: pl.DataFrame) -> pl.DataFrame:
    """Return annotations whose masks on frames of unknown size are boxes: nothing says how they unfold."""
    unsized = frames.filter(pl.col("width").is_null() | pl.col("height").is_null())["frame"]
    lost = pl.col("frame").is_in(unsized.implode()) & pl.col("mask_rle").is_not_null()
    return annotations.with_columns(pl.when(~lost).then("mask_rle").alias("mask_rle"))


def shape_scripts(
    annotations: pl.DataFrame, frames: pl.DataFrame, picture: tuple[int, int], whose: Whose = "shapes"
) -> Iterator[tuple[int, str]]:
    """Yield the first frame and the text of each file of shapes; all of a frame are in one.

    Args:
        annotations: The labels, or a model's detections; their rows are counted by frame and id.
        frames: The Dataset's table.
        picture: Width and height of the shown picture, see ``columns.label_columns``.
        whose: What the page is told of them: that they are labels' ``shapes``, or detections' (``foundShapes``).

    Raises:
        InputError: If a mask does not fit its frame.
    """
    rows: list[tuple[int, Part]] = []
    first, count, last = 0, 0, -1
    number = 0
    for frame, row, part in _placed(annotations, frames, picture):
        if count >= POINTS and frame != last:
            yield first, _script(whose, number, rows)
            rows, count, number = [], 0, number + 1
        if not rows:
            first = frame
        rows.append((row, part))
        count, last = count + len(part.points), frame
    if rows:
        yield first, _script(whose, number, rows)


def _placed(
    annotations: pl.DataFrame, frames: pl.DataFrame, picture: tuple[int, int]
) -> Iterator[tuple[int, int, Part]]:
    """Yield the frame, the row (see ``columns.label_columns``) and each part of a shape, in pixels of the picture."""
    labels = annotations.sort("frame", "annotation_id").with_row_index("row").filter(FORM > 0)
    sizes = frames.select("frame", "width", "height")
    placed = labels.join(sizes, on="frame", how="left", maintain_order="left").join(
        fitted(frames, picture), on="frame", how="left", maintain_order="left"
    )
    for some in placed.iter_slices(ROWS):
        for row in some.iter_rows(named=True):
            size = (row["width"] or picture[0], row["height"] or picture[1])
            for kind, points, seen in parts_of(row, size):
                yield row["frame"], row["row"], Part(kind, points * row["scale"] + (row["dx"], row["dy"]), seen)


def parts_of(row: Mapping[str, Any], size: tuple[int, int]) -> Iterator[Part]:
    """Yield what a label's shape is made of.

    Args:
        row: A row of the Dataset's annotations.
        size: Width and height of its frame.

    Raises:
        InputError: If its mask does not fit the frame.
    """
    turned = TURNED if row["shape"] == "rotated_box" else RING
    width, height = size
    for ring in geometry.row_rings(row, height, width):
        if len(ring) > 2:
            yield Part(turned, ring, np.full(len(ring), SEEN, np.uint8))
    if row["keypoints"]:
        values = np.array(row["keypoints"], dtype=np.float64).reshape(-1, POINT)
        said = values[:, 2]  # NaN: nobody says
        seen = np.where(said == 0, 0, np.where(said == 1, HIDDEN, SEEN)).astype(np.uint8)
        yield Part(LINE if row["shape"] == "line" else DOTS, values[:, :2], seen)


def _script(whose: Whose, number: int, rows: list[tuple[int, Part]]) -> str:
    points = np.concatenate([part.points for _, part in rows]).clip(-FAR, FAR).astype(np.float32)
    columns: Columns = {
        "row": np.array([row for row, _ in rows], np.uint32),
        "kind": np.array([part.kind for _, part in rows], np.uint8),
        "count": np.array([len(part.points) for _, part in rows], np.uint32),
        "x": points[:, 0],
        "y": points[:, 1],
        "seen": np.concatenate([part.seen for _, part in rows]),
    }
    given = {name: in_base64(values) for name, values in columns.items()}
    return f"loopviz.{whose}({number}, {json.dumps(given)});\n"
