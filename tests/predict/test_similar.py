"""The nearest training objects: of the detection's category alone, the same in blocks as at once."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from loopviz.predict import similar
from loopviz.predict.detections import FrameDetections
from loopviz.predict.features import normalised
from loopviz.predict.similar import SimilarObjects, TaughtObjects, counted_workers


def taught(count: int, *, categories: int = 2, depth: int = 6) -> TaughtObjects:
    chance = np.random.default_rng(count)
    vectors = normalised(chance.normal(size=(count, depth)).astype(np.float32)).astype(np.float16)
    workers = [(f"Worker {number % 3}",) for number in range(count)]
    return TaughtObjects(np.arange(count) * 10, np.arange(count) % categories, workers, vectors)


def seen(vectors: np.ndarray, class_ids: list[int]) -> FrameDetections:
    count = len(class_ids)
    return FrameDetections(np.zeros((count, 4)), np.ones(count), np.array(class_ids, np.int64), normalised(vectors))


@pytest.mark.parametrize("block", [1, 3, 7, 1000])
@pytest.mark.parametrize("count", [1, 4, 60])
def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, block: int, count: int) -> None:
    monkeypatch.setattr(similar, "BLOCK", block)
    objects = taught(50)
    vectors = normalised(np.random.default_rng(0).normal(size=(9, 6)).astype(np.float32))
    places, cosines = objects.nearest(vectors, 1, count)
    every = vectors @ objects.vectors[1::2].astype(np.float32).T
    order = np.argsort(-every, axis=1, kind="stable")[:, :count]
    assert places.tolist() == (order * 2 + 1).tolist()
    np.testing.assert_allclose(cosines, np.take_along_axis(every, order, axis=1), atol=1e-6)


def test_only_objects_of_its_category_are_similar() -> None:
    objects = taught(8)
    look = SimilarObjects(objects, 2)
    look.add(5, seen(objects.vectors[:2].astype(np.float32), [0, 1]))
    look.add(6, seen(objects.vectors[:1].astype(np.float32), [1]))
    table = look.table()
    assert table.schema == pl.Schema(similar.SIMILAR)
    assert table.select("annotation_id", "frame", "rank").rows() == [
        *((0, 5, 1), (0, 5, 2), (1, 5, 1), (1, 5, 2), (2, 6, 1), (2, 6, 2))
    ]
    assert (table["training_frame"] // 10 % 2).to_list() == [0, 0, 1, 1, 1, 1]
    assert table["similarity"][0] == pytest.approx(1, abs=1e-3)
    assert table["training_frame"][:3:2].to_list() == [0, 10]


def test_a_category_without_an_object_has_no_neighbour() -> None:
    look = SimilarObjects(taught(4), 3)
    look.add(0, seen(np.ones((2, 6), np.float32), [7, 0]))
    assert look.table()["annotation_id"].to_list() == [1, 1]  # of which there are two


def test_nothing_seen_is_an_empty_table() -> None:
    table = SimilarObjects(taught(4), 3).table()
    assert table.schema == pl.Schema(similar.SIMILAR)
    assert counted_workers(table).rows() == []


def test_people_are_counted_by_the_nearest_alone() -> None:
    named = [["B", "A"], ["C"], ["A"], [], ["B", "A"], ["C"]]
    rows = {"annotation_id": [0, 0, 1, 2, 3, 3], "rank": [1, 2, 1, 1, 1, 2], "workers": named}
    counted = counted_workers(pl.DataFrame(rows, schema_overrides={"workers": pl.List(pl.String)}))
    assert counted.rows() == [("A", 3, 0.75), ("B", 2, 0.5), (None, 1, 0.25)]
