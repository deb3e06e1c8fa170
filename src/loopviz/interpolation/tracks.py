"""Labels between two labelled frames, on straight lines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz import geometry
from loopviz.interpolation.outlines import counterparts, polygons_of
from loopviz.schema import EDGES, POINT

Floats = npt.NDArray[np.float64]
SIZE = ("width", "height")


def tracked(labels: pl.DataFrame, gaps: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return the labels of frames between two labelled ones: boxes and shapes move evenly from one to the other.

    Args:
        labels: The annotations that may be carried, with the sizes of their frames.
        gaps: The runs of frames that nobody worked on.
        most: How many frames the labelled ones may be apart.

    Returns:
        One row a label, with the columns of ``labels``.
    """
    near = gaps.filter(pl.col("after") - pl.col("before") <= most).select("before", "after")
    single = labels.filter(_is_one_of_its_kind())
    same = ("track_id", "class_id", *SIZE)
    pairs = near.join(single, left_on="before", right_on="frame", maintain_order="left_right").join(
        single, left_on=["after", *same], right_on=["frame", *same], suffix="_after", nulls_equal=True
    )
    made = [row for pair in pairs.sort("before", "annotation_id").iter_rows(named=True) for row in _between(pair)]
    return pl.DataFrame(made, schema=labels.schema)


def _is_one_of_its_kind() -> pl.Expr:
    """Whether a label can be told from all others of its frame: by its track or, without one, by its category."""
    tracks, categories = pl.len().over("frame", "track_id"), pl.len().over("frame", "class_id")
    return pl.when(pl.col("track_id").is_not_null()).then(tracks == 1).otherwise(categories == 1)


def _between(pair: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The labels between a label and its counterpart, frame by frame."""
    before, after = pair["before"], pair["after"]
    one, other = (np.array([pair[edge + end] for edge in EDGES]) for end in ("", "_after"))
    shapes = [polygons_of({**pair, **_shape(pair, end)}) for end in ("", "_after")]
    matched = counterparts(*shapes) if all(shapes) else None
    turned = tuple(geometry.rotated_box(shape[0].ravel().tolist()) for shape in shapes) if _are_turned(pair) else ()
    first, last = points_of(pair["keypoints"]), points_of(pair["keypoints_after"])
    plain = {key: value for key, value in pair.items() if key not in ("before", "after") and not key.endswith("_after")}
    made = []
    for frame in range(before + 1, after):
        share = (frame - before) / (after - before)
        box = mixed(one, other, share)
        if turned:
            polygons = [
                np.reshape(geometry.rotated_corners(geometry.between_turned(turned[0], turned[1], share)), (4, 2))
            ]
        elif matched is not None:
            polygons = [mixed(a, b, share) for a, b in matched]
        else:  # no point of a shape has a counterpart: the nearer shape moves along
            polygons = _fitted(shapes[share > 0.5], other if share > 0.5 else one, box) if all(shapes) else []
        row = {**plain, "shape": pair["shape_after" if share > 0.5 else "shape"]}
        made.append({**row, **row_of(frame, box, polygons, _points_between(first, last, share), row["shape"])})
    return made


def _are_turned(pair: Mapping[str, Any]) -> bool:
    return bool(pair["shape"] == pair["shape_after"] == "rotated_box")


def points_of(flat: Sequence[float | None] | None) -> Floats | None:
    """Return ``(N, 3)`` keypoints: x, y and visibility, NaN where nobody says it."""
    return None if flat is None else np.array(flat, dtype=np.float64).reshape(-1, POINT)


def _points_between(one: Floats | None, other: Floats | None, share: float) -> Floats | None:
    """Return the keypoints between two sets of the same; of others the nearer ones, where they are."""
    nearer = other if share > 0.5 else one
    if one is None or other is None or nearer is None or one.shape != other.shape:
        return nearer
    both = (one[:, 2] != 0) & (other[:, 2] != 0)
    between = np.column_stack([mixed(one[:, :2], other[:, :2], share), nearer[:, 2]])
    return np.where(both[:, None], between, nearer)


def _shape(pair: Mapping[str, Any], end: str) -> dict[str, Any]:
    frame = pair["after"] if end else pair["before"]
    return {"frame": frame} | {key: pair[key + end] for key in ("annotation_id", "polygons", "mask_rle")}


def mixed(one: Floats, other: Floats, share: float) -> Floats:
    """Return what lies between two arrays: at 0 the one, at 1 the other, exactly."""
    return one * (1 - share) + other * share


def _fitted(polygons: Sequence[Floats], box: Floats, into: Floats) -> list[Floats]:
    scale = (into[2:] - into[:2]) / np.maximum(box[2:] - box[:2], 1e-9)
    return [(polygon - box[:2]) * scale + into[:2] for polygon in polygons]


def row_of(
    frame: int, box: Floats, polygons: Sequence[Floats], keypoints: Floats | None = None, shape: str | None = None
) -> dict[str, Any]:
    """Return the columns of a label that say where it is.

    With an outline the box is the one around it, and so it is with points or a line, which have no other.
    """
    flat = [polygon.ravel().tolist() for polygon in polygons]
    edges = geometry.polygons_bounds(flat) if flat else box.tolist()
    if shape in ("points", "line") and keypoints is not None:
        edges = geometry.polygons_bounds([keypoints[keypoints[:, 2] != 0, :2].ravel().tolist()])
    where = {"frame": frame, "polygons": flat or None, "mask_rle": None, **dict(zip(EDGES, edges, strict=True))}
    if shape == "rotated_box" and not geometry.is_rectangle(flat[0]):
        shape = None
    return {**where, "keypoints": flat_points(keypoints), "keypoint_confidence": None, "shape": shape}


def flat_points(keypoints: Floats | None) -> list[float | None] | None:
    """Return ``(N, 3)`` keypoints as the Dataset has them."""
    if keypoints is None:
        return None
    return [None if math.isnan(value) else value for value in keypoints.ravel().tolist()]
