"""Rotated boxes and poses in YOLO's rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.formats.labels.skeletons import PERSON, is_mirror, mirror_of
from loopviz.formats.reading import read_labels
from loopviz.geometry import rotated_box
from loopviz.schema import EDGES

Make = Callable[..., Path]  # pictures are 64 by 48
SPEC = "names: [wheel]\n"


def test_rotated_boxes_are_known_as_such_and_others_are_outlines(yolo: Make):
    rows = "0 .25 .25 .5 .25 .5 .75 .25 .75\n0 .1 .1 .9 .1 .9 .9 .2 .6 .5\n"
    labels = read_labels(yolo({"a": rows}, spec=SPEC + "task: obb\n"))
    found = labels.dataset.annotations
    assert found["shape"].to_list() == ["rotated_box", None]
    assert rotated_box(found["polygons"][0][0].to_list()) == pytest.approx((24, 24, 16, 24, 0))
    assert found["confidence"].to_list() == [None, 0.5]
    assert found.select(EDGES).row(0) == (16, 12, 32, 36)
    assert [problem.code for problem in labels.problems] == ["skew-boxes"]


@pytest.mark.parametrize(
    ("row", "shape", "keypoints", "confidence", "rest"),
    [
        pytest.param(".5 .5 2 .25 0 1", "[2, 3]", [32, 24, 2, 16, 0, 1], None, (None, None), id="seen and hidden"),
        pytest.param(".5 .5 2 .1 .2 0", "[2, 3]", [32, 24, 2, 0, 0, 0], None, (None, None), id="one not labelled"),
        pytest.param(".5 .5 .25 .5", "[2, 2]", [32, 24, None, 16, 24, None], None, (None, None), id="nobody says"),
        pytest.param(".5 .5 0 .1 .2 0", "[2, 3]", None, None, (None, None), id="none labelled"),
        pytest.param(".5 .5 0 0", "[2, 2]", [32, 24, None, 0, 0, 0], None, (None, None), id="nothing at 0, 0"),
        pytest.param(
            ".5 .5 .9 .25 .5 .25", "[2, 3]", [32, 24, None, 16, 24, None], [0.9, 0.25], (None, None), id="a model's"
        ),
        pytest.param(
            ".5 .5 .9 .25 .5 .25 .75", "[2, 3]", [32, 24, None, 16, 24, None], [0.9, 0.25], (0.75, None), id="its own"
        ),
        pytest.param(".5 .5 2 .25 0 1 .75 12", "[2, 3]", [32, 24, 2, 16, 0, 1], None, (0.75, 12), id="and a track"),
        pytest.param(".5 .5 2 .25 0 1 12", "[2, 3]", [32, 24, 2, 16, 0, 1], None, (None, 12), id="a track alone"),
    ],
)
def test_a_pose_has_its_box_and_its_keypoints(
    yolo: Make,
    row: str,
    shape: str,
    keypoints: list[float | None] | None,
    confidence: list[float] | None,
    rest: tuple[float | None, int | None],
):
    root = yolo({"a": f"0 .5 .5 .25 .5 {row}\n"}, spec=f"{SPEC}kpt_shape: {shape}\n")
    (found,) = read_labels(root).dataset.annotations.rows(named=True)
    assert [found[edge] for edge in EDGES] == [24, 12, 40, 36]
    assert (found["keypoints"], found["keypoint_confidence"]) == (keypoints, confidence)
    assert (found["confidence"], found["track_id"], found["shape"]) == (*rest, None)


def test_names_and_mirrored_keypoints_stand_in_the_description(yolo: Make):
    spec = "kpt_shape: [3, 2]\nflip_idx: [0, 2, 1]\nkpt_names: {0: [nose, left, right]}\n"
    root = yolo({"a": "0 .5 .5 .25 .5 .1 .1 .2 .2 .3 .3\n"}, spec=SPEC + spec)
    (wheel,) = read_labels(root).dataset.categories.rows(named=True)
    assert (wheel["keypoint_names"], wheel["keypoint_mirror"]) == (["nose", "left", "right"], [0, 2, 1])


def test_seventeen_keypoints_that_are_mirrored_as_cocos_are_cocos(yolo: Make):
    spec = f"kpt_shape: [17, 2]\nflip_idx: {list(PERSON.mirror)}\n"
    root = yolo({"a": f"0 .5 .5 .25 .5 {'.1 .1 ' * 17}\n"}, spec=SPEC + spec)
    (wheel,) = read_labels(root).dataset.categories.rows(named=True)
    assert tuple(wheel["keypoint_names"]) == PERSON.names
    assert tuple(map(tuple, wheel["skeleton"])) == PERSON.edges


def test_mirrored_keypoints_that_are_none_are_left_out(yolo: Make):
    root = yolo({"a": "0 .5 .5 .25 .5 .1 .1\n"}, spec=f"{SPEC}kpt_shape: [1, 2]\nflip_idx: [3]\n")
    labels = read_labels(root)
    assert labels.dataset.categories["keypoint_mirror"].to_list() == [None]
    assert [problem.code for problem in labels.problems] == ["bad-value"]


def test_a_shape_that_nothing_says_is_the_one_that_all_rows_can_have(yolo: Make):
    rows = f"0 .5 .5 .25 .5 {'.1 .2 2 .3 .4 1 ' * 2}.5 .5 0 \n"
    labels = read_labels(yolo({"a": rows}), task="pose")
    assert len(labels.dataset.annotations["keypoints"][0]) == 15
    assert "pose-shape" in [problem.code for problem in labels.problems]


@pytest.mark.parametrize(
    ("names", "mirror"),
    [
        pytest.param(PERSON.names, PERSON.mirror, id="COCO's person"),
        pytest.param(("L eye", "R eye", "tail"), (1, 0, 2), id="letters"),
        pytest.param(("nose", "tail"), (), id="no sides"),
        pytest.param(("left_eye", "right_ear"), (), id="sides that do not meet"),
        pytest.param(("collar", "roller"), (), id="letters within words"),
    ],
)
def test_what_is_mirrored_follows_from_names(names: tuple[str, ...], mirror: tuple[int, ...]):
    assert mirror_of(names) == mirror
    assert not mirror or is_mirror(mirror, len(names))


@pytest.mark.parametrize("task", ["obb", "pose"])
def test_a_set_without_a_label_is_one(yolo: Make, task: str):
    labels = read_labels(yolo({"a": ""}, spec=f"{SPEC}task: {task}\n"))
    assert (labels.dataset.frames.height, labels.dataset.annotations.height) == (1, 0)
