"""Rows of rotated boxes and of poses, and what ``data.yaml`` says of these; ``poses`` says what they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from loopviz.dataset import Dataset
from loopviz.formats.labels.skeletons import mirror_of
from loopviz.schema import POINT
from loopviz.work import HAS_AREA


def is_of_poses(dataset: Dataset) -> bool:
    """Say whether some labels are poses, and all that are have as many keypoints.

    Points without an area are poses where their category names its keypoints.
    """
    poses = _poses(dataset)
    return poses["keypoints"].null_count() < poses.height and len(_counts(dataset)) == 1


def is_skeleton(dataset: Dataset) -> pl.Expr:
    """Return which annotations are points without an area whose category names its keypoints."""
    named = dataset.categories.filter(pl.col("keypoint_names").is_not_null())["class_id"]
    return (pl.col("shape") == "points").fill_null(value=False) & pl.col("class_id").is_in(named.implode())


def _poses(dataset: Dataset) -> pl.DataFrame:
    """Return the labels that are poses, or might be."""
    return dataset.annotations.filter(HAS_AREA | is_skeleton(dataset))


def _counts(dataset: Dataset) -> set[int]:
    """Return how many keypoints labels have, and should have by their categories."""
    lengths = _poses(dataset)["keypoints"].drop_nulls().list.len().unique().to_list()
    named = dataset.categories["keypoint_names"].drop_nulls().list.len().to_list()
    return {length // POINT for length in lengths} | set(named)


def pose_spec(dataset: Dataset) -> dict[str, Any]:
    """Return what ``data.yaml`` says of poses."""
    (count,) = _counts(dataset)
    names = dict(dataset.categories.select("class_id", "keypoint_names").drop_nulls().iter_rows())
    mirrors = dataset.categories["keypoint_mirror"].drop_nulls().to_list()
    mirror = mirrors[0] if mirrors else list(mirror_of(next(iter(names.values()), ())))
    spec: dict[str, Any] = {"kpt_shape": [count, 3 if _is_seen_known(dataset) else 2]}
    return spec | ({"flip_idx": mirror} if mirror else {}) | ({"kpt_names": names} if names else {})


def _is_seen_known(dataset: Dataset) -> bool:
    """Say whether anybody says of a keypoint that it is seen, or hidden."""
    points = _poses(dataset)["keypoints"].drop_nulls()
    seen = points.list.eval(pl.element().gather_every(POINT, POINT - 1)).explode()
    return bool((seen > 0).any())


def pose_numbers(dataset: Dataset, annotations: pl.DataFrame) -> list[list[float]]:
    """Return the numbers of each label's keypoints, as fractions of its picture; zeros where it has none.

    What lies outside the picture is not labelled there: trainers take no other place for it.

    Args:
        dataset: All of it.
        annotations: Those that stand in rows, with the ``width`` and ``height`` of their frames.
    """
    (count,) = _counts(dataset)
    three = _is_seen_known(dataset)
    rows = []
    for flat, width, height in annotations.select("keypoints", "width", "height").iter_rows():
        points = np.zeros((count, POINT)) if flat is None else np.array(flat, np.float64).reshape(-1, POINT)
        points[:, :2] /= width, height
        points[np.isnan(points[:, 2]), 2] = 2
        points[((points[:, :2] < 0) | (points[:, :2] > 1)).any(axis=1)] = 0
        rows.append(points[:, : 3 if three else 2].ravel().tolist())
    return rows


def four_corners(outline: Sequence[float], size: tuple[int, int]) -> list[float]:
    """Return the corners of the rotated box around an outline, as fractions of a picture; of four, those themselves."""
    if len(outline) == 8:
        return list(outline)
    import cv2  # here: only outlines that are written as rotated boxes need it

    points = np.reshape(outline, (-1, 2)) * size
    corners = cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))) / size
    flat: list[float] = np.clip(corners, 0.0, 1.0).ravel().tolist()
    return flat
