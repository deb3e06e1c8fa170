"""Keypoints, rotated boxes, points and lines in COCO files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import InputError
from loopviz.formats.reading import read_labels
from loopviz.geometry import rotated_box
from loopviz.schema import EDGES

Make = Callable[..., Path]
NAMES = ["nose", "left_eye", "right_eye"]
POINTS = [10, 20, 2, 30, 20, 1, 5, 5, 0]


def skeleton(**more: Any) -> dict[int, dict[str, Any]]:
    return {0: {"keypoints": NAMES, "skeleton": [[1, 2], [1, 3]], **more}, 1: {}}


def first(file: Path, **options: Any) -> dict[str, Any]:
    return read_labels(file, **options).dataset.annotations.rows(named=True)[0]


@pytest.mark.usefixtures("whole_or_in_blocks")
def test_a_category_has_names_and_edges_and_an_annotation_its_keypoints(coco: Make):
    file = coco({"annotations": {0: {"keypoints": POINTS, "num_keypoints": 2}}, "categories": skeleton()})
    labels = read_labels(file)
    known = labels.dataset.categories.filter(labels.dataset.categories["keypoint_names"].is_not_null())
    assert known["keypoint_names"].to_list() == [NAMES]
    assert known["skeleton"].to_list() == [[[0, 1], [0, 2]]]
    assert known["keypoint_mirror"].to_list() == [[0, 2, 1]]
    found = first(file)
    assert found["keypoints"] == [10, 20, 2, 30, 20, 1, 0, 0, 0]
    assert found["shape"] is None
    assert not [problem for problem in labels.problems if problem.code == "bad-value"]


@pytest.mark.parametrize("box", [..., None, []])
def test_without_a_box_it_is_points_and_the_box_is_around_those_that_are_labelled(coco: Make, box: Any):
    found = first(coco({"annotations": {0: {"keypoints": POINTS, "bbox": box, "segmentation": []}}}))
    assert (found["shape"], [found[edge] for edge in EDGES]) == ("points", [10, 20, 30, 20])


def test_of_keypoints_none_of_which_is_labelled_nothing_is_left(coco: Make):
    assert first(coco({"annotations": {0: {"keypoints": [0] * 9}}, "categories": skeleton()}))["keypoints"] is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param([1, 2], "not keypoints", id="half a keypoint"),
        pytest.param([1, 2, 3, *POINTS[3:]], "not keypoints", id="a visibility of 3"),
        pytest.param([1, None, 2, *POINTS[3:]], "not keypoints", id="null"),
        pytest.param([1, "x", 2, *POINTS[3:]], "not keypoints", id="a text"),
        pytest.param({"nose": [1, 2]}, "not keypoints", id="an object"),
        pytest.param(POINTS[3:], "not the keypoints of its category", id="one too few"),
        pytest.param([10**400, 2, 2, *POINTS[3:]], "not keypoints", id="a whole number that no float holds"),
        pytest.param([True, 2, 2, *POINTS[3:]], "not keypoints", id="true"),
        pytest.param([1e999, 2, 2, *POINTS[3:]], "not keypoints|NaN|finite|number", id="endless"),
    ],
)
def test_what_are_no_keypoints_is_refused_or_left_out_with_its_annotation(coco: Make, given: Any, message: str):
    file = coco({"annotations": {0: {"keypoints": given}}, "categories": skeleton()})
    with pytest.raises(InputError, match=message):
        read_labels(file)


def test_edges_that_count_from_0_do_and_those_that_lead_nowhere_are_left_out(coco: Make):
    file = coco({"categories": skeleton(skeleton=[[0, 1], [1, 2], [2, 7], "x"])})
    labels = read_labels(file)
    assert labels.dataset.categories["skeleton"].drop_nulls().to_list() == [[[0, 1], [1, 2]]]
    assert "bad-value" in [problem.code for problem in labels.problems]


def test_a_detections_third_numbers_say_nothing_of_what_is_seen(coco: Make, tmp_path: Path):
    coco({"categories": skeleton()})
    entry = {"image_id": 7, "category_id": 5, "bbox": [1, 2, 3, 4], "score": 0.5}
    document = json.loads((tmp_path / "coco.json").read_text())
    entry |= {"image_id": document["images"][0]["id"], "category_id": document["categories"][0]["id"]}
    sure = [10, 20, 0.5, 30, 20, 0.25, 5, 5, 0.75]
    ones = [10, 20, 1, 30, 20, 1, 5, 5, 1]
    file = tmp_path / "found" / "results.json"
    file.parent.mkdir()
    (tmp_path / "coco.json").rename(file.parent / "coco.json")
    file.write_text(json.dumps([{**entry, "keypoints": sure}, {**entry, "keypoints": ones}]))
    found = read_labels(file).dataset.annotations
    assert found["keypoints"].to_list() == [[10, 20, None, 30, 20, None, 5, 5, None]] * 2
    assert found["keypoint_confidence"].to_list() == [[0.5, 0.25, 0.75], None]


def test_a_box_that_cvat_turns_is_a_rotated_box(coco: Make):
    box = {"bbox": [10, 10, 20, 8], "segmentation": [], "attributes": {"rotation": 90}}
    found = first(coco({"annotations": {0: box}}))
    assert found["shape"] == "rotated_box"
    assert rotated_box(found["polygons"][0])[:4] == pytest.approx((20, 14, 20, 8))
    assert [found[edge] for edge in EDGES] == pytest.approx([16, 4, 24, 24])


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({"attributes": {"rotation": 0.0, "occluded": False}}, id="upright"),
        pytest.param({"attributes": {"rotation": 360}}, id="all the way round"),
        pytest.param({"attributes": {"rotation": "left"}}, id="an attribute of one's own"),
        pytest.param({"attributes": {"rotation": 35.0}, "segmentation": [[4, 6, 14, 6, 14, 26]]}, id="an outline"),
        pytest.param({"attributes": {"shape": "round"}}, id="a shape of one's own"),
        pytest.param({"attributes": {"shape": "rotated_box"}}, id="one without corners"),
        pytest.param({"attributes": {"shape": "points"}}, id="points without any"),
    ],
)
def test_what_is_no_rotated_box_is_what_it_was(coco: Make, entry: dict[str, Any]):
    assert first(coco({"annotations": {0: entry}}))["shape"] is None


def test_one_that_is_none_is_left_out_and_the_others_stay(coco: Make):
    file = coco({"annotations": {0: {"keypoints": POINTS[3:]}, 1: {"keypoints": POINTS, "category_id": 5}}})
    document = json.loads(file.read_text())
    first_of = document["categories"][0]
    first_of |= {"keypoints": NAMES}
    for entry in document["annotations"]:
        entry["category_id"] = first_of["id"]
    file.write_text(json.dumps(document))
    labels = read_labels(file, skip_bad=True)
    assert labels.dataset.annotations["keypoints"].to_list() == [[10, 20, 2, 30, 20, 1, 0, 0, 0]]
    assert [problem.code for problem in labels.problems] == ["bad-annotation"]
