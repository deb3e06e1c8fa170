"""Datumaro's JSON: shapes, masks, keypoints, objects of several annotations, and what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.geometry import rle_from_mask, rle_to_string
from loopviz.schema import EDGES

Write = Callable[..., Path]
MASK = np.zeros((6, 8), dtype=np.bool_)
MASK[1:3, 2:5] = True
RLE = {"counts": rle_to_string(rle_from_mask(MASK)), "size": [6, 8]}
OUTLINE = [1, 1, 5, 1, 1, 5]


def drawn(kind: str = "bbox", label: Any = 1, **changed: Any) -> dict[str, Any]:
    shape = {"bbox": {"bbox": [1, 2, 3, 4]}, "polygon": {"points": OUTLINE}, "mask": {"rle": RLE}}.get(kind, {})
    return {"id": 0, "type": kind, "label_id": label, "group": 0, "attributes": {}, **shape, **changed}


def document(*annotations: Any, names: Any = ("dog", "cat"), **categories: Any) -> dict[str, Any]:
    labels = {"labels": [{"name": name, "parent": ""} for name in names], "attributes": []}
    image = {"path": "a.jpg", "size": [6, 8]}
    items = [{"id": "a", "annotations": list(annotations), "image": image}, {"id": "b", "annotations": []}]
    return {"info": {}, "categories": {"label": labels, **categories}, "items": items}


def test_items_are_pictures_and_categories_keep_their_order(lay: Write):
    folder = lay("annotations/default.json", document(drawn(attributes={"track_id": 7, "score": 0.5})))
    labels = read_labels(folder, frame_size=(9, 9))
    found = labels.dataset
    assert detect_format(folder) == labels.format == "datumaro" and not labels.problems
    assert found.frames.select("file", "width", "height").rows() == [("a.jpg", 8, 6), ("b", 9, 9)]
    assert found.categories["name"].to_list() == ["dog", "cat"]
    assert found.annotations.select("class_id", "track_id", "confidence", *EDGES).rows() == [(1, 1, 0.5, 1, 2, 4, 6)]


@pytest.mark.parametrize(
    ("said", "kind", "edges"),
    [
        pytest.param(drawn("polygon"), None, (1, 1, 5, 5), id="polygon"),
        pytest.param(drawn("polyline", points=[1, 1, 5, 9]), "line", (1, 1, 5, 9), id="polyline"),
        pytest.param(drawn("points", points=[1, 1, 5, 9], visibility=[2, 0]), "points", (1, 1, 1, 1), id="points"),
        pytest.param(drawn("ellipse", points=[1, 2, 5, 8]), None, (1, 2, 5, 8), id="ellipse"),
        pytest.param(drawn("mask"), None, (2, 1, 5, 3), id="mask"),
        pytest.param(drawn("mask", rle={"counts": [48 - 5, 5], "size": [6, 8]}), None, (7, 1, 8, 6), id="run lengths"),
    ],
)
def test_every_shape_is_read(lay: Write, said: Any, kind: str | None, edges: tuple[float, ...]):
    found = read_labels(lay("a.json", document(said)), frame_size=(8, 6)).dataset.annotations
    (row,) = found.select("shape", *EDGES).rows()
    assert row[0] == kind and row[1:] == pytest.approx(edges)


@pytest.mark.parametrize(
    ("members", "count"),
    [
        pytest.param([drawn(group=3), drawn("mask", group=3)], 1, id="a box and its mask"),
        pytest.param(
            [drawn("polygon", group=3), drawn("polygon", group=3), drawn(group=3)], 1, id="outlines and a box"
        ),
        pytest.param([drawn(group=3), drawn(group=3)], 2, id="two boxes"),
        pytest.param([drawn(group=3), drawn("mask", 0, group=3)], 2, id="of two categories"),
        pytest.param([drawn(group=0), drawn("mask", group=0)], 2, id="of no group"),
    ],
)
def test_a_group_is_one_object(lay: Write, members: list[Any], count: int):
    found = read_labels(lay("a.json", document(*members)), frame_size=(8, 6)).dataset.annotations
    assert found.height == count
    if count == 1:
        assert found.select(EDGES).rows() == [(1, 2, 4, 6)]
        assert found["mask_rle"].null_count() + found["polygons"].null_count() == 1


def test_keypoints_have_their_skeleton(lay: Write):
    points = {"items": [{"label_id": 1, "labels": ["nose", "tail"], "joints": [[1, 2]]}]}
    both = drawn("points", points=[1, 1, 5, 4], visibility=[2, 1]), drawn("skeleton", points=[1, 1, 2, 5, 4, 1])
    said = document(*both, points=points)
    found = read_labels(lay("a.json", said), frame_size=(8, 6)).dataset
    assert found.annotations.select("shape", "keypoints").rows() == [(None, [1, 1, 2, 5, 4, 1])] * 2
    assert found.categories.row(1, named=True)["keypoint_names"] == ["nose", "tail"]
    assert found.categories.row(1, named=True)["skeleton"] == [[0, 1]]


def test_answers_and_other_kinds_are_left_out_and_counted(lay: Write):
    labels = read_labels(lay("a.json", document(drawn("label"), drawn("cuboid_3d"), drawn())), frame_size=(8, 6))
    assert {problem.code for problem in labels.problems} == {"no-area", "left-answers"}


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(drawn(label=2), id="a category that there is not"),
        pytest.param(drawn(label="cat"), id="a category by its name"),
        pytest.param(drawn(bbox=[1, 2, 3]), id="three numbers"),
        pytest.param(drawn(bbox=[1, 2, -3, 4]), id="less than nothing"),
        pytest.param(drawn("polygon", points=[1, 1, 5]), id="half a point"),
        pytest.param(drawn("mask", rle={"counts": [3], "size": [6, 8]}), id="runs that do not fill the mask"),
        pytest.param(drawn("mask", rle={"counts": "@@", "size": [6, 8]}), id="no runs"),
        pytest.param(drawn("mask", rle={"counts": [48], "size": [6, 8]}), id="no pixel"),
        pytest.param(drawn("points", points=[1, 1], visibility=[3]), id="a visibility that there is not"),
        pytest.param(7, id="a number"),
    ],
)
def test_a_malformed_annotation_is_refused_or_left_out(lay: Write, bad: Any):
    folder = lay("a.json", document(drawn(), bad))
    with pytest.raises(InputError) as caught:
        read_labels(folder, frame_size=(8, 6))
    assert caught.value.at == "items[0].annotations[1]"
    assert read_labels(folder, frame_size=(8, 6), skip_bad=True).dataset.annotations.height == 1


def test_files_that_differ_in_their_categories_are_refused(lay: Write):
    lay("train.json", document(drawn()))
    with pytest.raises(InputError, match="differ in their categories"):
        read_labels(lay("val.json", document(names=("dog",))), frame_size=(8, 6))


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({**document(), "items": {}}, id="items that are no list"),
        pytest.param(document(names=(7,)), id="a name that is a number"),
        pytest.param({**document(), "items": [7]}, id="an item that is a number"),
    ],
)
def test_what_is_none_is_refused(lay: Write, said: Any):
    with pytest.raises(InputError):
        read_labels(lay("a.json", said), format="datumaro")
