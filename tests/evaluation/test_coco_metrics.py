from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from loopviz.evaluation.coco_metrics import CATEGORIES, CURVES, coco_scores
from loopviz.schema import table

FRAMES, CLASSES = range(5), [0, 1, 2]


def rows(*given: dict[str, Any]) -> pl.DataFrame:
    plain = {"frame": 0, "class_id": 0}
    return table("annotations", [{"annotation_id": i, **plain, **row} for i, row in enumerate(given)])


def at(x: float, side: float = 10, **more: Any) -> dict[str, Any]:
    return {"x_min": x, "y_min": 0, "x_max": x + side, "y_max": side, **more}


def of_chance(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Labels, some of them regions of several objects, and detections, most of them near a label."""
    draw = np.random.default_rng(seed)
    labels, found = [], []
    for _ in range(int(draw.integers(1, 40))):
        low = draw.uniform(0, 200, 2)
        high = low + draw.uniform(4, 150, 2)
        edges = np.concatenate([low, high])
        row = {"frame": int(draw.integers(0, 5)), "class_id": int(draw.integers(0, 3))}
        named = dict(zip(("x_min", "y_min", "x_max", "y_max"), edges.tolist(), strict=True))
        labels.append(row | named | {"is_crowd": bool(draw.random() < 0.1)})
        for _ in range(int(draw.integers(0, 3))):
            moved = edges + draw.normal(0, 6, 4)
            moved[2:] = np.maximum(moved[2:], moved[:2] + 1)
            near = dict(zip(named, moved.tolist(), strict=True))
            other = {"class_id": int(draw.integers(0, 3))} if draw.random() < 0.2 else {}
            found.append(row | near | other | {"confidence": float(draw.random())})
    return rows(*labels), rows(*found)


def pycocotools(labels: pl.DataFrame, found: pl.DataFrame) -> list[float]:
    def entries(side: pl.DataFrame) -> list[dict[str, Any]]:
        listed = []
        for number, row in enumerate(side.iter_rows(named=True), 1):
            width, height = row["x_max"] - row["x_min"], row["y_max"] - row["y_min"]
            entry = {"id": number, "image_id": row["frame"], "category_id": row["class_id"], "area": width * height}
            entry |= {"bbox": [row["x_min"], row["y_min"], width, height], "iscrowd": int(row["is_crowd"] or False)}
            listed.append(entry | {"score": row["confidence"]})
        return listed

    with contextlib.redirect_stdout(io.StringIO()):
        sides = []
        for data in (labels, found):
            side = COCO()
            side.dataset = {
                "images": [{"id": i} for i in FRAMES],
                "categories": [{"id": i} for i in CLASSES],
                "annotations": entries(data),
            }
            side.createIndex()
            sides.append(side)
        run = COCOeval(*sides, "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return [*run.stats[:2].tolist(), *run.stats[3:6].tolist()]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_scores_are_those_of_pycocotools(seed: int) -> None:
    labels, found = of_chance(seed)
    scores = coco_scores(labels, found, FRAMES, CLASSES)
    ours = [scores.map50_95, scores.map50, *scores.sizes.values()]
    theirs = pycocotools(labels, found)
    for one, other in zip(ours, theirs, strict=True):
        assert other == -1 if one is None else one == pytest.approx(other, abs=1e-6)


def test_each_category_has_its_own_and_the_mean_is_of_those_with_labels() -> None:
    labels = rows(at(0), at(50), at(0, class_id=1))
    found = rows(at(0, confidence=0.9), at(200, confidence=0.8), at(0, class_id=2, confidence=0.7))
    scores = coco_scores(labels, found, [0], CLASSES)
    assert scores.categories.select("labels", "detections").rows() == [(2, 2), (1, 0), (0, 1)]
    first, second, third = scores.categories["map50"]
    assert (first, second, third) == (pytest.approx(51 / 101), 0, None)
    assert scores.map50 == pytest.approx(51 / 202)


def test_class_ids_may_stand_in_any_order() -> None:
    labels, found = rows(at(0), at(50, class_id=1)), rows(at(0, confidence=0.9))
    scores = coco_scores(labels, found, [0], [1, 0])
    assert dict(scores.categories.select("class_id", "map50").iter_rows()) == {1: 0, 0: pytest.approx(1)}


def test_frames_that_are_not_judged_are_left_aside() -> None:
    labels, found = rows(at(0), at(0, frame=1)), rows(at(0, confidence=0.9), at(80, frame=1, confidence=1.0))
    assert coco_scores(labels, found, [0], [0]).map50 == pytest.approx(1)
    assert coco_scores(labels, found, [0, 1], [0]).map50 == pytest.approx(25.5 / 101, abs=1e-2)


def test_a_frame_on_which_nothing_is_counts() -> None:
    labels, found = rows(at(0)), rows(at(0, confidence=0.5), at(0, frame=3, confidence=0.9))
    assert coco_scores(labels, found, [0], [0]).map50 == pytest.approx(1)
    assert coco_scores(labels, found, [0, 3], [0]).map50 == pytest.approx(0.5)


def test_precision_by_recall() -> None:
    labels = rows(at(0), at(50))
    found = rows(at(0, confidence=0.9), at(200, confidence=0.8), at(50, confidence=0.7))
    curve = coco_scores(labels, found, [0], [0]).curves
    assert curve.schema == dict(CURVES)
    assert curve["recall"].to_list() == pytest.approx(np.linspace(0, 1, 101).tolist())
    assert curve["precision"].to_list() == pytest.approx([1.0] * 51 + [2 / 3] * 50)
    assert curve["confidence"].unique().sort().to_list() == pytest.approx([0.7, 0.9])


@pytest.mark.parametrize("frames", [[], [0]])
def test_without_labels_nothing_is_known(frames: list[int]) -> None:
    scores = coco_scores(rows(), rows(at(0, confidence=0.9)), frames, [0])
    assert (scores.map50, scores.map50_95, set(scores.sizes.values())) == (None, None, {None})
    assert scores.categories.schema == dict(CATEGORIES)
    assert not scores.curves.height


def test_without_detections_nothing_was_found() -> None:
    scores = coco_scores(rows(at(0)), rows(), [0], [0])
    assert (scores.map50, scores.map50_95) == (0, 0)
