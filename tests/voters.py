"""One frame, and what several people drew on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from loopviz import geometry
from loopviz.dataset import Dataset
from loopviz.schema import table

SIZE = (12, 9)  # width, height


def mask_row(mask: np.ndarray, **more: Any) -> dict[str, Any]:
    counts = geometry.rle_from_mask(mask)
    x0, y0, x1, y1 = geometry.rle_bounds(counts, mask.shape[0])
    corners = {"x_min": x0, "y_min": y0, "x_max": x1, "y_max": y1}
    return (
        {"mask_rle": geometry.rle_to_string(counts), "polygons": None, "frame": 0, "annotation_id": 0} | corners | more
    )


def box_row(*corners: float, **more: Any) -> dict[str, Any]:
    return dict(zip(("x_min", "y_min", "x_max", "y_max"), corners, strict=True)) | {"class_id": 0, "frame": 0} | more


def crowd(*rows: dict[str, Any], people: int = 3, **work: list[Any]) -> Dataset:
    """One frame of 12 x 9 pixels, on which everybody has the assignment of their number; ``who`` drew each row."""
    drawn = [
        {"class_id": 0, "frame": 0, "origin": "worker"}
        | {k: v for k, v in row.items() if k != "who"}
        | {"annotation_id": i, "assignment_id": row.get("who")}
        for i, row in enumerate(rows)
    ]
    ids = [f"W{i}" for i in range(people)]
    tasks = {"assignment_id": [f"T{i}" for i in range(people)], "worker_id": ids, "frame": [0] * people} | work
    return Dataset(
        frames=table("frames", {"frame": [0], "width": [SIZE[0]], "height": [SIZE[1]]}),
        categories=table("categories", {"class_id": [0, 1], "name": ["button", "wheel"]}),
        annotations=table("annotations", drawn),
        assignments=table("assignments", tasks),
        workers=table("workers", {"worker_id": ids}),
    )


def point(x: float, y: float, **more: Any) -> dict[str, Any]:
    return box_row(x, y, x, y, keypoints=[x, y, None], shape="points", **more)
