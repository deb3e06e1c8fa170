"""Errors of eight kinds, planted among labels that are right: what a search for suspects should find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.dataset import Dataset
from loopviz.schema import EDGES, table

KINDS = ("size", "jump", "edges", "swapped", "category", "duplicate", "missed", "odd")
Floats = npt.NDArray[np.float64]


@dataclass
class Planted:
    """Labels, and what is wrong with them.

    Attributes:
        dataset: The labels.
        wrong: What is wrong with a label, by its id; of a copy and of what it was copied from either will do.
        missed: Frames and categories of labels that were taken away.
    """

    dataset: Dataset
    wrong: dict[tuple[int, ...], str] = field(default_factory=dict)
    missed: set[tuple[int, int]] = field(default_factory=set)

    def recall(self, found: pl.DataFrame) -> dict[str, tuple[int, int]]:
        """Return how many errors of each kind are among some suspects, and how many there are."""
        ids = set(found["annotation_id"].drop_nulls())
        lacking = set(found.filter(pl.col("annotation_id").is_null()).select("frame", "class_id").iter_rows())
        counts = {kind: [0, 0] for kind in KINDS}
        for labels, kind in self.wrong.items():
            counts[kind][0] += bool(ids & set(labels))
            counts[kind][1] += 1
        counts["missed"] = [len(self.missed & lacking), len(self.missed)]
        return {kind: (hits, of) for kind, (hits, of) in counts.items()}


def moving(frames: int = 120, objects: int = 5) -> Dataset:
    """Boxes of objects that move and turn smoothly through a clip of 1440 by 960."""
    time = np.linspace(0, 2 * np.pi, frames, endpoint=False)
    rows = []
    for number in range(objects):
        x = 720 + 420 * np.cos(time + 1.2 * number) * (0.4 + 0.12 * number)
        y = 480 + 260 * np.sin(time + 1.2 * number) * (0.4 + 0.12 * number)
        wide, high = 160 + 60 * np.sin(2 * time + number), 120 + 40 * np.cos(2 * time + number)
        edges = np.stack([x - wide / 2, y - high / 2, x + wide / 2, y + high / 2], axis=1)
        rows += [(frame, number, *box) for frame, box in enumerate(edges.tolist())]
    columns = dict(zip(("frame", "class_id", *EDGES), zip(*sorted(rows), strict=True), strict=True))
    annotations = table("annotations", {"annotation_id": range(len(rows)), "is_crowd": [False] * len(rows), **columns})
    size = {"frame": range(frames), "width": [1440] * frames, "height": [960] * frames}
    names = ["Left", "Right", "Body", "Wheel", "Cable"][:objects]
    categories = table("categories", {"class_id": range(objects), "name": names})
    return Dataset(frames=table("frames", size), categories=categories, annotations=annotations)


def plant(truth: Dataset, each: int, seed: int, careful: float = 0.015) -> Planted:
    """Plant errors among the labels of people who are so careful: their edges are off by that share of a side.

    Args:
        truth: Right labels, one of each category on a frame; the first two categories are sides of one thing.
        each: How many errors of each kind.
        seed: Of all that is drawn.
        careful: The standard deviation of edges, of a side; 2 pixels more.
    """
    random = np.random.default_rng(seed)
    labels = truth.annotations.select("frame", "class_id", *EDGES).sort("frame", "class_id")
    boxes = labels.select(EDGES).to_numpy()
    boxes = boxes + random.normal(0, 1, boxes.shape) * (careful * np.tile(boxes[:, 2:] - boxes[:, :2], 2) + 2)
    rows: list[dict[str, Any]] = [
        {"annotation_id": number, "frame": frame, "class_id": class_id, "box": box}
        for number, ((frame, class_id), box) in enumerate(
            zip(labels.select("frame", "class_id").iter_rows(), boxes, strict=True)
        )
    ]
    planter = _Planter(rows, random, truth.categories.height)
    for kind in KINDS:
        for _ in range(each):
            planter.plant(kind)
    made = [
        {key: row[key] for key in ("annotation_id", "frame", "class_id")}
        | {"is_crowd": False, **dict(zip(EDGES, map(float, row["box"]), strict=True))}
        for row in planter.rows
        if not row.get("gone")
    ]
    dataset = Dataset(frames=truth.frames, categories=truth.categories, annotations=table("annotations", made))
    return Planted(dataset, planter.wrong, planter.missed)


class _Planter:
    def __init__(self, rows: list[dict[str, Any]], random: np.random.Generator, categories: int) -> None:
        self.rows, self._random, self._categories = rows, random, categories
        self.wrong: dict[tuple[int, ...], str] = {}
        self.missed: set[tuple[int, int]] = set()
        self._at = {(row["frame"], row["class_id"]): row for row in rows}
        self._free = random.permutation(len(rows)).tolist()
        self._next = len(rows)

    def plant(self, kind: str) -> None:
        row = self._take(lambda row: kind != "swapped" or self._is_pair(row))
        getattr(self, f"_{kind}")(row, row["box"], np.tile(row["box"][2:] - row["box"][:2], 2))
        if kind not in {"duplicate", "missed", "odd"}:
            self.wrong[row["annotation_id"],] = kind

    def _take(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        place = next(n for n in self._free if "used" not in self.rows[n] and fits(self.rows[n]))
        self.rows[place]["used"] = True
        return self.rows[place]

    def _is_pair(self, row: dict[str, Any]) -> bool:
        other = self._at.get((row["frame"], 1))
        return bool(row["class_id"] == 0 and other is not None and "used" not in other)

    def _size(self, _: dict[str, Any], box: Floats, sides: Floats) -> None:
        box += (self._random.choice([0.65, 1.5]) - 1) * sides / 2 * np.array([-1, -1, 1, 1])

    def _jump(self, _: dict[str, Any], box: Floats, sides: Floats) -> None:
        box += np.tile(self._random.choice([-1, 1], 2) * self._random.uniform(0.3, 0.6, 2), 2) * sides

    def _edges(self, _: dict[str, Any], box: Floats, sides: Floats) -> None:
        some = self._random.choice(4, 2, replace=False)
        box[some] += self._random.choice([-1, 1], 2) * self._random.uniform(0.12, 0.2, 2) * sides[some]

    def _swapped(self, row: dict[str, Any], _: Floats, __: Floats) -> None:
        other = self._at[row["frame"], 1]
        row["class_id"], other["class_id"], other["used"] = 1, 0, True
        self.wrong[other["annotation_id"],] = "swapped"

    def _category(self, row: dict[str, Any], _: Floats, __: Floats) -> None:
        row["class_id"] = int(self._random.choice([n for n in range(self._categories) if n != row["class_id"]]))

    def _duplicate(self, row: dict[str, Any], box: Floats, _: Floats) -> None:
        copy = self._more(row, box + self._random.normal(0, 2, 4))
        self.wrong[copy, row["annotation_id"]] = "duplicate"

    def _odd(self, row: dict[str, Any], _: Floats, sides: Floats) -> None:
        corner = self._random.uniform(0, np.array([1440, 960]) - sides[:2])
        self.wrong[self._more(row, np.concatenate([corner, corner + sides[:2]])),] = "odd"

    def _missed(self, row: dict[str, Any], _: Floats, __: Floats) -> None:
        row["gone"] = True
        self.missed.add((row["frame"], row["class_id"]))

    def _more(self, row: dict[str, Any], box: Floats) -> int:
        number, self._next = self._next, self._next + 1
        self.rows.append({"annotation_id": number, "frame": row["frame"], "class_id": row["class_id"], "box": box})
        return number
