"""Errors of every kind in small scenes of many sorts: they are found, and clean scenes have no strong suspects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from loopviz.crowd.quality.suspects import Evidence, suspects
from loopviz.dataset import Dataset
from loopviz.schema import EDGES, table

Floats = npt.NDArray[np.float64]
Random = np.random.Generator
KINDS = ("size", "jump", "edges", "swapped", "category", "duplicate", "missed", "odd")
STRONG = 0.7
EACH = 3


@dataclass(frozen=True)
class Scene:
    """Boxes of objects, ``(frames, objects, 4)``, NaN where one is away; their categories; the frames' numbers.

    ``noise`` is how far hands are off, of a side; ``blind`` are the kinds that nothing but a model could tell there.
    """

    boxes: Floats
    classes: tuple[int, ...]
    frames: tuple[int, ...]
    noise: float = 0.01
    people: int = 0  # 0: nobody is known; else each frame is labelled by so many
    blind: tuple[str, ...] = ()


def _moving(frames: int, objects: int, speed: float = 1.0, size: float = 80.0) -> Floats:
    time = np.arange(frames)[:, None] * speed
    number = np.arange(objects)[None]
    x = 150 + 160 * number + 60 * np.sin(0.05 * time + number)
    y = 300 + 120 * np.cos(0.04 * time + 2 * number)
    wide, high = size * (1 + 0.2 * np.sin(0.03 * time + number)), 0.8 * size * (1 + 0 * time * number)
    return np.stack([x - wide / 2, y - high / 2, x + wide / 2, y + high / 2], axis=2)


def _crossing() -> Floats:
    """Two that walk through each other, and two that go along."""
    time = np.arange(60)
    made = np.zeros((60, 4, 4))
    for number, (start, speed, top) in enumerate([(50, 10, 100), (650, -10, 112), (100, 6, 300), (500, -4, 500)]):
        left = start + speed * time
        made[:, number] = np.stack([left, 0 * time + top, left + 60, 0 * time + top + 110], axis=1)
    return made


def _unrelated() -> Floats:
    random = np.random.default_rng(5)
    corner, side = random.uniform(0, 900, (60, 2, 2)), random.uniform(60, 110, (60, 2, 2))
    return np.concatenate([corner, corner + side], axis=2)


def _with_gaps() -> Floats:
    """The third object comes late and leaves early."""
    made = _moving(60, 4)
    made[:15, 2] = made[48:, 2] = np.nan
    return made


EVERY = tuple(range(60))
BY_TIME = ("size", "jump", "edges", "swapped", "category", "missed", "odd")
SCENES = {
    "moving": Scene(_moving(60, 4), (0, 1, 2, 3), EVERY),
    "crossing": Scene(_crossing(), (0, 0, 0, 1), EVERY),
    "static": Scene(np.tile(_moving(1, 4), (60, 1, 1)), (0, 1, 2, 3), EVERY, noise=0.004),
    "never moves at all": Scene(np.tile(_moving(1, 4), (60, 1, 1)), (0, 1, 2, 3), EVERY, noise=0.0),
    "every tenth": Scene(_moving(60, 4, speed=3.0), (0, 1, 2, 3), tuple(range(0, 600, 10))),
    "one person": Scene(_moving(60, 4), (0, 1, 2, 3), EVERY, people=1),
    "three people": Scene(_moving(20, 4, speed=2.0), (0, 1, 2, 3), EVERY[:20], noise=0.02, people=3),
    "unrelated": Scene(_unrelated(), (0, 1), EVERY, blind=BY_TIME[1:]),
    "comes and goes": Scene(_with_gaps(), (0, 1, 2, 3), EVERY),
    "frames of nobody": Scene(_moving(60, 4), (0, 1, 2, 3), (*range(20), *range(60, 80), *range(200, 220))),
    "tiny": Scene(_moving(60, 4, size=7.0), (0, 1, 2, 3), EVERY, noise=0.05),
    "two of a category": Scene(_moving(60, 4), (0, 0, 1, 1), EVERY),
    "three frames": Scene(_moving(3, 4), (0, 1, 2, 3), (0, 1, 2), blind=BY_TIME),
}


def _labels(scene: Scene, seed: int) -> list[dict[str, object]]:
    random, rows = np.random.default_rng(seed), []
    for place, frame in enumerate(scene.frames):
        for person in range(max(1, scene.people)):
            for number, box in enumerate(scene.boxes[place]):
                if np.isfinite(box).all():
                    off = random.normal(0, 1, 4) * (scene.noise * np.tile(box[2:] - box[:2], 2))
                    rows.append(
                        {"frame": frame, "person": person, "object": number, "class_id": scene.classes[number]}
                        | {"box": box + off}
                    )
    return [row | {"annotation_id": number} for number, row in enumerate(rows)]


def _dataset(scene: Scene, rows: list[dict[str, object]]) -> Dataset:
    work = [(f"t{frame}-{who}", f"w{who}", frame) for frame in scene.frames for who in range(scene.people)]
    made = [
        {key: row[key] for key in ("annotation_id", "frame", "class_id")}
        | {"is_crowd": False, "assignment_id": f"t{row['frame']}-{row['person']}" if work else None}
        | dict(zip(EDGES, row["box"].tolist(), strict=True))
        for row in rows
    ]
    columns = {name: [each[n] for each in work] for n, name in enumerate(("assignment_id", "worker_id", "frame"))}
    return Dataset(
        table(
            "frames", {"frame": scene.frames, "width": [1200] * len(scene.frames), "height": [1000] * len(scene.frames)}
        ),
        table("categories", {"class_id": range(4), "name": ["Left", "Right", "Body", "Wheel"]}),
        table("annotations", made),
        table("assignments", columns),
        table("workers", {"worker_id": [f"w{who}" for who in range(scene.people)]}),
    )


def _plant(kind: str, row: dict[str, object], rows: list[dict[str, object]], random: Random) -> set[int]:
    """Plant an error; return the ids of labels of which one is a find, none for an object that is missed."""
    box, own = row["box"], row["annotation_id"]
    sides = np.tile(box[2:] - box[:2], 2)
    if kind == "size":
        row["box"] = box + (random.choice([0.55, 1.8]) - 1) * sides / 2 * np.array([-1, -1, 1, 1])
    elif kind == "jump":
        row["box"] = box + np.tile(random.choice([-1, 1], 2) * [0.5, 0.4], 2) * sides
    elif kind == "edges":
        row["box"] = box + np.array([0.2, 0, 0, -0.2]) * sides
    elif kind == "category":
        row["class_id"] = (row["class_id"] + 2) % 4
    elif kind == "duplicate":
        rows.append(row | {"annotation_id": 10_000 + own, "box": box + random.normal(0, 0.01, 4) * sides})
        return {own, 10_000 + own}
    elif kind == "missed":
        rows.remove(row)
        return set()
    elif kind == "swapped":
        same = ("frame", "person")
        alike = [r for r in rows if all(r[key] == row[key] for key in same)]
        other = next(r for r in alike if r["class_id"] != row["class_id"])
        row["class_id"], other["class_id"] = other["class_id"], row["class_id"]
        return {own, other["annotation_id"]}
    else:
        corner = random.uniform(0, 800, 2)
        rows.append(row | {"annotation_id": 20_000 + own, "box": np.concatenate([corner, corner + sides[:2]])})
        return {20_000 + own}
    return {own}


def _model(scene: Scene) -> pl.DataFrame:
    """What a good model finds."""
    rows = _labels(Scene(scene.boxes, scene.classes, scene.frames, noise=0.01), 99)
    return _dataset(scene, rows).annotations.with_columns(confidence=pl.lit(0.9))


def found_of(scene: Scene, kind: str, seed: int, *, model: bool) -> tuple[int, int]:
    """Return how many of some errors are among the first suspects, and how many there are."""
    random = np.random.default_rng(seed)
    rows = _labels(scene, seed)
    own = [row for row in rows if row["object"] == 0]
    chosen = [own[place] for place in random.choice(np.arange(1, len(own) - 1), min(EACH, len(own) - 2), replace=False)]
    wrong = [(row["frame"], row["class_id"], _plant(kind, row, rows, random)) for row in chosen]
    dataset = _dataset(scene, rows)
    first = suspects(dataset, Evidence(_model(scene) if model else None)).head(max(2 * EACH, len(rows) // 10))
    ids = set(first["annotation_id"].drop_nulls())
    lacking = set(first.filter(pl.col("annotation_id").is_null()).select("frame", "class_id").iter_rows())
    hits = sum(bool(each & ids) if each else (frame, class_id) in lacking for frame, class_id, each in wrong)
    return hits, len(wrong)


@pytest.mark.parametrize("name", SCENES)
def test_a_clean_scene_has_no_strong_suspect(name: str):
    found = suspects(_dataset(SCENES[name], _labels(SCENES[name], 0)))
    assert (found["score"] < STRONG).all(), found.head(3)


@pytest.mark.parametrize("name", SCENES)
def test_planted_errors_are_found(name: str):
    scene = SCENES[name]
    for kind in KINDS:
        hits, of = found_of(scene, kind, 0, model=kind in scene.blind)
        assert hits == of, (kind, hits, of)
