"""A crowd with careless people planted in it: several label each frame, and who is careless is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from loopviz.dataset import Dataset
from loopviz.schema import table

WIDTH, HEIGHT = 320, 240
NAMES = ("Body", "Left_Button", "Right_Button")
SIZES = ((160, 120), (50, 40), (50, 40))


@dataclass(frozen=True)
class Planted:
    """The Dataset, the ids of those who are careless, and the true boxes by frame and category."""

    dataset: Dataset
    careless: frozenset[str]
    truth: Mapping[tuple[int, int], tuple[float, ...]]


def planted(
    frames: int = 60, people: int = 20, *, each: int = 3, share: float = 0.3, seed: int = 7, **columns: Any
) -> Planted:
    """Make a crowd of ``people``, ``each`` of whom label every frame; a ``share`` shifts boxes and swaps categories."""
    draw = np.random.default_rng(seed)
    workers = [f"SIMPLANTED{number:03}" for number in range(people)]
    careless = frozenset(workers[: round(share * people)])
    truth, work, rows = {}, [], []
    for frame in range(frames):
        for class_id, (width, height) in enumerate(SIZES):
            x, y = (8 + 90 * class_id + 0.5 * frame, 20 + 40 * class_id)
            truth[frame, class_id] = (x, y, x + width, y + height)
        for worker in draw.choice(workers, each, replace=False).tolist():
            task = f"T{len(work):05}"
            work.append({"assignment_id": task, "worker_id": worker, "frame": frame})
            rows += [
                {"assignment_id": task, "frame": frame, **row} for row in _drawn(truth, frame, worker in careless, draw)
            ]
    tables: dict[str, Any] = {
        "frames": {
            "frame": range(frames),
            "pts_seconds": [frame / 24 for frame in range(frames)],
            "width": [WIDTH] * frames,
            "height": [HEIGHT] * frames,
        },
        "categories": {"class_id": range(len(NAMES)), "name": NAMES},
        "assignments": work,
        "workers": {"worker_id": workers, "simulated": [True] * people},
        "annotations": [{"annotation_id": number, "origin": "worker", **row} for number, row in enumerate(rows)],
    } | columns
    return Planted(Dataset(**{name: table(name, rows) for name, rows in tables.items()}), careless, truth)


def _drawn(
    truth: Mapping[tuple[int, int], tuple[float, ...]], frame: int, careless: bool, draw: Any
) -> list[dict[str, Any]]:
    rows = []
    for class_id, (width, height) in enumerate(SIZES):
        shift = draw.normal(0, 0.02, 4) * (width, height, width, height)
        if careless:
            shift += np.tile(draw.uniform(0.25, 0.6, 2) * draw.choice((-1, 1), 2) * (width, height), 2)
        box = np.clip(np.array(truth[frame, class_id]) + shift, 0, (WIDTH, HEIGHT, WIDTH, HEIGHT))
        named = 3 - class_id if careless and class_id and draw.uniform() < 0.5 else class_id
        rows.append({"class_id": named, **dict(zip(("x_min", "y_min", "x_max", "y_max"), box.tolist(), strict=True))})
    return rows
