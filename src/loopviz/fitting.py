"""Annotations moved from one picture to another: scaled to another size, and placed where it stands on a canvas."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.geometry import fit_within, is_rectangle, mask_from_rle, rle_from_mask, rle_from_string, rle_to_string
from loopviz.schema import POINT

Size = tuple[int, int]
EDGES = {"x_min": "x", "y_min": "y", "x_max": "x", "y_max": "y"}
SHAPED = ("polygons", "mask_rle", "keypoints", "shape")


def onto_canvas(dataset: Dataset, size: Size) -> Dataset:
    """Return a Dataset as it lies on one canvas, on which each frame's picture is fitted as a source shows it.

    Args:
        dataset: The labels; frames without a size are taken to be of the canvas'.
        size: The canvas' width and height in pixels.

    Returns:
        The Dataset with all frames of the canvas' size; the same object if they are already.

    Raises:
        InputError: If a mask does not fit its frame.
    """
    canvas_width, canvas_height = size
    other = dataset.frames.filter((pl.col("width") != canvas_width) | (pl.col("height") != canvas_height))
    if not other.height:
        return dataset
    places = [fit_within(each, size) for each in other.select("width", "height").iter_rows()]
    columns = dict(zip(("left", "top", "new_width", "new_height"), zip(*places, strict=True), strict=True))
    moves = other.select("frame", "width", "height").with_columns(
        *(pl.Series(name, values, dtype=pl.Int64) for name, values in columns.items()),
        canvas_width=pl.lit(canvas_width, pl.Int64),
        canvas_height=pl.lit(canvas_height, pl.Int64),
    )
    frames = dataset.frames.with_columns(
        pl.when(pl.col(side).is_not_null()).then(pl.lit(full, pl.Int64)).alias(side)
        for side, full in (("width", canvas_width), ("height", canvas_height))
    )
    return dataset.replace(frames=frames, annotations=move_annotations(dataset.annotations, moves))


def move_annotations(annotations: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Return annotations with their boxes, polygons, masks and keypoints where their frames' pictures have gone.

    A rotated box whose corners are no rectangle's any more, as its picture is stretched, is an outline from then on.

    Args:
        annotations: The Dataset's table.
        moves: One row a frame that changes: ``frame``; ``width`` and ``height`` of its picture; ``new_width`` and
            ``new_height`` that this is scaled to; ``left`` and ``top``, where it then stands on a canvas of
            ``canvas_width`` by ``canvas_height``. All in pixels.

    Raises:
        InputError: If a mask does not fit its frame.
    """
    moved = annotations.join(moves, on="frame", how="left", maintain_order="left")
    scale = {"x": pl.col("new_width") / pl.col("width"), "y": pl.col("new_height") / pl.col("height")}
    shift = {"x": pl.col("left"), "y": pl.col("top")}
    polygons, masks, points, shapes = (moved[name].to_list() for name in SHAPED)
    changed = pl.col("new_width").is_not_null()
    shaped = moved.with_row_index().filter(changed & pl.any_horizontal(pl.col(SHAPED).is_not_null()))
    for row in shaped.select("index", *moves.drop("frame").columns).iter_rows(named=True):
        i = row["index"]
        if polygons[i] is not None:
            polygons[i] = [_moved_points(part, row, 2) for part in polygons[i]]
        if masks[i] is not None:
            masks[i] = _moved_mask(masks[i], row)
        if points[i] is not None:
            points[i] = _moved_points(points[i], row, POINT)
        if shapes[i] == "rotated_box" and not is_rectangle(polygons[i][0]):
            shapes[i] = None
    return moved.with_columns(
        *(
            pl.when(changed).then(pl.col(edge) * scale[axis] + shift[axis]).otherwise(pl.col(edge)).alias(edge)
            for edge, axis in EDGES.items()
        ),
        pl.Series("polygons", polygons, dtype=annotations.schema["polygons"]),
        pl.Series("mask_rle", masks, dtype=pl.String),
        pl.Series("keypoints", points, dtype=annotations.schema["keypoints"]),
        pl.Series("shape", shapes, dtype=annotations.schema["shape"]),
    ).select(annotations.columns)


def _moved_points(flat: list[float], move: dict[str, Any], numbers: int) -> list[float | None]:
    """Move points of so many numbers, of which the first two are x and y."""
    factor = move["new_width"] / move["width"], move["new_height"] / move["height"]
    shift = move["left"], move["top"]
    return [
        value if at % numbers > 1 else value * factor[at % numbers] + shift[at % numbers]
        for at, value in enumerate(flat)
    ]


def _moved_mask(text: str, move: dict[str, Any]) -> str:
    import cv2  # here: only masks of another size need it

    try:
        mask = mask_from_rle(rle_from_string(text), move["height"], move["width"])
    except ValueError as error:
        raise InputError(f"a mask cannot be read: {error}", found=text, remedy="Export the labels again.") from error
    size = move["new_width"], move["new_height"]
    canvas = np.zeros((move["canvas_height"], move["canvas_width"]), dtype=np.bool_)
    inside = canvas[move["top"] : move["top"] + size[1], move["left"] : move["left"] + size[0]]
    inside[:] = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST_EXACT)
    return rle_to_string(rle_from_mask(canvas))
