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

from loopviz.evaluation.matching import MATCHES, OUTCOMES, match_labels
from loopviz.schema import table

Row = dict[str, Any]


def rows(*given: Row) -> pl.DataFrame:
    plain = {"frame": 0, "class_id": 0}
    return table("annotations", [{"annotation_id": 10 + i, **plain, **row} for i, row in enumerate(given)])


def at(x: float, y: float = 0, side: float = 10, **more: Any) -> Row:
    return {"x_min": x, "y_min": y, "x_max": x + side, "y_max": y + side, **more}


def found(reference: pl.DataFrame, predicted: pl.DataFrame, **how: Any) -> list[tuple[Any, ...]]:
    matches = match_labels(reference, predicted, **how)
    return matches.select("frame", "outcome", "reference_id", "predicted_id").rows()


CASES = [
    pytest.param([at(0)], [at(0)], [("matched", 10, 10)], id="the same"),
    pytest.param([at(0)], [at(3)], [("matched", 10, 10)], id="just over half"),
    pytest.param([at(0)], [at(4)], [("extra", None, 10), ("missed", 10, None)], id="just under half"),
    pytest.param([at(0)], [], [("missed", 10, None)], id="nothing found"),
    pytest.param([], [at(0)], [("extra", None, 10)], id="nothing there"),
    pytest.param([], [], [], id="neither"),
    pytest.param([at(0, shape="line", keypoints=[0, 0, None, 9, 9, None])], [], [], id="a line is no box"),
    pytest.param([at(0, class_id=1)], [at(0)], [("confused", 10, 10)], id="another category"),
    pytest.param(
        [at(0, class_id=1), at(0.5)], [at(0)], [("matched", 11, 10), ("missed", 10, None)], id="own category first"
    ),
    pytest.param(
        [at(0)],
        [at(0, confidence=0.4), at(3, confidence=0.9)],
        [("matched", 10, 11), ("extra", None, 10)],
        id="the sure one chooses first",
    ),
    pytest.param(
        [at(0), at(4)],
        [at(1, confidence=0.9), at(0, confidence=0.5)],
        [("matched", 10, 10), ("missed", 11, None), ("extra", None, 11)],
        id="who chose first leaves the rest",
    ),
    pytest.param(
        [at(0, side=100, is_crowd=True)],
        [at(5, 5), at(50, 50), at(200)],
        [("ignored", 10, 10), ("ignored", 10, 11), ("extra", None, 12)],
        id="a region takes any number and is never missed",
    ),
    pytest.param(
        [at(0, side=100, is_crowd=True), at(5, 5)],
        [at(5, 5)],
        [("matched", 11, 10)],
        id="an object before a region",
    ),
    pytest.param(
        [at(0, side=100, is_crowd=True, class_id=1)],
        [at(5, 5)],
        [("extra", None, 10)],
        id="a region of another category is nobody",
    ),
    pytest.param([at(0)], [at(0), at(0)], [("matched", 10, 10), ("extra", None, 11)], id="found twice"),
]


@pytest.mark.parametrize(("reference", "predicted", "expected"), CASES)
def test_pairs(reference: list[Row], predicted: list[Row], expected: list[tuple[Any, ...]]) -> None:
    by_place = sorted(found(rows(*reference), rows(*predicted)), key=str)
    assert by_place == sorted([(0, *each) for each in expected], key=str)


def test_each_frame_is_by_itself_and_in_order() -> None:
    reference, predicted = rows(at(0, frame=7), at(0, frame=2)), rows(at(0, frame=2), at(0, frame=9))
    everything = [(2, "matched", 11, 10), (7, "missed", 10, None), (9, "extra", None, 11)]
    assert found(reference, predicted) == everything
    assert found(reference, predicted, frames=range(8)) == everything[:2]
    assert match_labels(reference, predicted).schema == dict(MATCHES)


def test_the_table_says_how_much_and_how_sure() -> None:
    matches = match_labels(rows(at(0), at(50)), rows(at(2.5, confidence=0.75)))
    pair, missed = matches.iter_rows(named=True)
    assert (pair["iou"], pair["confidence"]) == (pytest.approx(0.6), 0.75)
    assert (missed["iou"], missed["confidence"], missed["predicted_class"]) == (None, None, None)


def test_the_least_overlap_is_a_choice() -> None:
    assert [each[1] for each in found(rows(at(0)), rows(at(4)), iou=0.4)] == ["matched"]
    assert [each[1] for each in found(rows(at(0)), rows(at(3)), iou=0.6)] == ["extra", "missed"]


def random_rows(draw: np.random.Generator, count: int, *, crowd: bool) -> pl.DataFrame:
    low = draw.integers(0, 30, (count, 2)).astype(float)
    high = low + draw.integers(1, 20, (count, 2))
    return rows(
        *(
            {
                **dict(zip(("x_min", "y_min", "x_max", "y_max"), (*a, *b), strict=True)),
                "frame": int(draw.integers(0, 3)),
                "class_id": int(draw.integers(0, 2)),
                "is_crowd": bool(crowd and draw.random() < 0.2),
                "confidence": None if crowd else round(float(draw.random()), 1),
            }
            for a, b in zip(low.tolist(), high.tolist(), strict=True)
        )
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_object_stands_once(seed: int) -> None:
    draw = np.random.default_rng(seed)
    reference, predicted = random_rows(draw, 8, crowd=True), random_rows(draw, 8, crowd=False)
    matches = match_labels(reference, predicted, iou=0.3)
    assert matches["predicted_id"].drop_nulls().sort().to_list() == predicted["annotation_id"].to_list()
    plain = reference.filter(~pl.col("is_crowd"))["annotation_id"].sort().to_list()
    assert matches.filter(pl.col("outcome") != "ignored")["reference_id"].drop_nulls().sort().to_list() == plain
    pairs = matches.filter(pl.col("outcome").is_in(["matched", "confused"]))
    assert (pairs["iou"] >= 0.3).all()
    same = pairs["reference_class"] == pairs["predicted_class"]
    assert (same == (pairs["outcome"] == "matched")).all()
    assert set(matches["outcome"]) <= set(OUTCOMES)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_pairs_are_those_of_pycocotools(seed: int) -> None:
    draw = np.random.default_rng(seed)
    reference, predicted = random_rows(draw, 10, crowd=True), random_rows(draw, 10, crowd=False)
    matches = match_labels(reference, predicted).filter(pl.col("outcome").is_in(["matched", "ignored"]))
    assert set(matches.select("predicted_id", "reference_id").rows()) == cocos_pairs(reference, predicted)


def cocos_pairs(reference: pl.DataFrame, predicted: pl.DataFrame) -> set[tuple[int, int]]:
    def entries(side: pl.DataFrame) -> list[Row]:
        found = []
        for row in side.iter_rows(named=True):
            width, height = row["x_max"] - row["x_min"], row["y_max"] - row["y_min"]
            entry = {"id": row["annotation_id"], "image_id": row["frame"], "category_id": row["class_id"]}
            entry |= {"bbox": [row["x_min"], row["y_min"], width, height], "area": width * height}
            found.append(entry | {"iscrowd": int(row["is_crowd"]), "score": row["confidence"]})
        return found

    with contextlib.redirect_stdout(io.StringIO()):
        truth, results = COCO(), COCO()
        frames, classes = [{"id": i} for i in range(3)], [{"id": i} for i in range(2)]
        for side, data in ((truth, entries(reference)), (results, entries(predicted))):
            side.dataset = {"images": frames, "categories": classes, "annotations": data}
            side.createIndex()
        run = COCOeval(truth, results, "bbox")
        run.params.areaRng, run.params.iouThrs = [[0, 1e10]], np.array([0.5])
        run.evaluate()
    pairs = set()
    for image in filter(None, run.evalImgs):
        taken = zip(image["dtIds"], image["dtMatches"][0].astype(int).tolist(), strict=True)
        pairs |= {(one, other) for one, other in taken if other}
    return pairs
