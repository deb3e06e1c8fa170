"""Shapes as columns of numbers: what a part is, where its points lie, and which file has them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import make_dataset, with_boxes

from loopviz import geometry
from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.review import shapes
from loopviz.review.columns import label_columns
from loopviz.review.detections import detection_scripts
from loopviz.review.folder import NOBODY
from loopviz.review.shapes import DOTS, LINE, RING, TURNED, boxes_where_unsized, shape_scripts

BOX = {"frame": 1, "class_id": 0, "x_min": 10.0, "y_min": 20.0, "x_max": 50.0, "y_max": 60.0}
KINDS = {"row": "<u4", "kind": "u1", "count": "<u4", "x": "<f4", "y": "<f4", "seen": "u1"}
TURN = [10.0, 20.0, 50.0, 20.0, 50.0, 60.0, 10.0, 60.0]


def labelled(*rows: dict[str, Any]) -> Dataset:
    """Two plain boxes on frame 0, and these on frame 1."""
    plain = {**BOX, "frame": 0}
    return with_boxes(make_dataset(4), plain, plain, *({**BOX, **row} for row in rows))


def read(text: str) -> dict[str, Any]:
    given = json.loads(text.split(", ", 1)[1].removesuffix(");\n"))
    return {name: np.frombuffer(base64.b64decode(given[name]), kind) for name, kind in KINDS.items()}


def shapes_of(dataset: Dataset, picture: tuple[int, int] = (320, 240)) -> Iterator[tuple[int, str]]:
    return shape_scripts(dataset.annotations, dataset.frames, picture)


def mask_of(*blocks: tuple[int, int, int, int]) -> str:
    mask = np.zeros((240, 320), np.bool_)
    for x0, y0, x1, y1 in blocks:
        mask[y0:y1, x0:x1] = True
    return geometry.rle_to_string(geometry.rle_from_mask(mask))


@pytest.mark.parametrize(
    ("row", "form", "parts"),
    [
        ({}, 0, []),
        ({"polygons": [[1.0, 2.0, 9.0, 2.0, 5.0, 8.0]]}, 1, [(RING, 3, [2, 2, 2])]),
        ({"polygons": [[1.0, 2.0, 9.0, 2.0]]}, 1, []),  # no area: the page draws the box
        ({"polygons": [TURN], "shape": "rotated_box"}, 3, [(TURNED, 4, [2] * 4)]),
        ({"mask_rle": mask_of((10, 20, 50, 60))}, 1, [(RING, 4, [2] * 4)]),
        ({"mask_rle": mask_of((10, 20, 20, 30), (30, 20, 50, 60))}, 1, [(RING, 4, [2] * 4), (RING, 4, [2] * 4)]),
        ({"keypoints": [1.0, 2.0, 2.0, 0.0, 0.0, 0.0, 5.0, 6.0, 1.0, 7.0, 8.0, None]}, 4, [(DOTS, 4, [2, 0, 1, 2])]),
        ({"keypoints": [1.0, 2.0, None], "shape": "points"}, 12, [(DOTS, 1, [2])]),
        ({"keypoints": [1.0, 2.0, None, 3.0, 4.0, None], "shape": "line"}, 12, [(LINE, 2, [2, 2])]),
    ],
)
def test_what_a_label_is_made_of(row: dict[str, Any], form: int, parts: list[tuple[int, int, list[int]]]):
    dataset = labelled(row)
    assert label_columns(dataset, (320, 240), NOBODY)["form"].tolist() == [0, 0, form]
    found = [(first, read(text)) for first, text in shapes_of(dataset)]
    assert [first for first, _ in found] == ([1] if parts else [])
    for _, columns in found:
        assert columns["row"].tolist() == [2] * len(parts)
        assert columns["kind"].tolist() == [kind for kind, _, _ in parts]
        assert columns["count"].tolist() == [count for _, count, _ in parts]
        assert columns["seen"].tolist() == [seen for *_, each in parts for seen in each]


@given(
    st.lists(st.tuples(st.floats(0, 320, width=32), st.floats(0, 240, width=32)), min_size=3, max_size=20, unique=True)
)
def test_points_are_those_of_the_label_on_a_picture_of_any_size(points: list[tuple[float, float]]):
    dataset = labelled({"polygons": [[value for point in points for value in point]]})
    ((_, text),) = shape_scripts(
        dataset.annotations, dataset.frames, (640, 600)
    )  # twice as large, 60 pixels from the top
    found = read(text)
    assert found["x"] == pytest.approx([2 * x for x, _ in points], abs=1e-4)
    assert found["y"] == pytest.approx([60 + 2 * y for _, y in points], abs=1e-4)


def test_what_lies_beyond_any_picture_lies_far_away():
    ring = [[float("inf"), 0.0, -1e300, 9.0, 5.0, 1e39]]
    ((_, text),) = shapes_of(labelled({"polygons": ring}), (320, 240))
    assert [read(text)[name].tolist() for name in "xy"] == [[1e9, -1e9, 5.0], [0.0, 9.0, 1e9]]


def test_a_file_ends_where_a_frame_does(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shapes, "POINTS", 5)
    ring = [[0.0, 0.0, 9.0, 0.0, 9.0, 9.0]]
    dataset = labelled(*({"polygons": ring, "frame": frame} for frame in (0, 0, 0, 1, 2, 2, 3)))
    found = [(first, read(text)["row"].tolist()) for first, text in shapes_of(dataset)]
    assert found == [(0, [2, 3, 4]), (1, [5, 6, 7]), (3, [8])]


def test_a_mask_of_another_size_is_refused_by_name():
    with pytest.raises(InputError, match=r"annotation 2: the mask does not fit"):
        list(shapes_of(labelled({"mask_rle": "abc"})))


@pytest.mark.parametrize("side", ["width", "height"])
def test_a_mask_on_a_frame_of_unknown_size_is_the_box_around_it(side: str):
    outline = {"polygons": [[1.0, 2.0, 9.0, 2.0, 5.0, 8.0]]}
    whole = labelled({"mask_rle": mask_of((10, 20, 50, 60))}, outline, {"mask_rle": mask_of((1, 2, 5, 6)), "frame": 2})
    known = pl.when(pl.col("frame") != 1).then(side).alias(side)
    unsized = whole.replace(frames=whole.frames.with_columns(known))
    dataset = unsized.replace(annotations=boxes_where_unsized(unsized.annotations, unsized.frames))
    assert label_columns(dataset, (320, 240), NOBODY)["form"].tolist() == [0, 0, 0, 1, 1]
    ((_, text),) = shapes_of(dataset)
    assert read(text)["row"].tolist() == [3, 4]


def test_those_of_detections_are_told_apart_and_counted_by_the_rows_of_their_own_files():
    dataset = labelled({"polygons": [[1.0, 2.0, 9.0, 2.0, 5.0, 8.0]]})
    ((first, text),) = shape_scripts(dataset.annotations, dataset.frames, (320, 240), "foundShapes")
    assert (first, read(text)["row"].tolist()) == (1, [2])
    assert text.startswith("loopviz.foundShapes(0, ")
    ((_, text),) = detection_scripts(dataset.annotations, dataset.frames, (320, 240))
    given = json.loads(text.split(", ", 1)[1].removesuffix(");\n"))
    assert (given["first"], list(base64.b64decode(given["form"]))) == (0, [0, 0, 1])
