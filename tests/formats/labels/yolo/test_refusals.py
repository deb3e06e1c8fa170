"""YOLO rows that are refused, each in its words and at its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.errors import ConfigError, InputError
from loopviz.formats.reading import read_labels
from loopviz.formats.types import LabelSet

Make = Callable[..., Path]


def codes(labels: LabelSet) -> list[str]:
    return [problem.code for problem in labels.problems]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param(
            "0 320 240 100 80",
            "a coordinate lies outside the picture (found '0 320 240 100 80'; expected values from 0 to 1, fractions "
            "of the picture). These are likely pixel values, of a centre and a size or of two corners: export "
            "fractions of the picture.",
            id="pixel values",
        ),
        pytest.param(
            "0 .5 .5 1.02 .1", "a coordinate lies outside the picture (found '0 0.5 0.5 1.02 0.1';", id="too wide"
        ),
        pytest.param(
            "0 .5 .5 -.2 .1", "a coordinate lies outside the picture (found '0 0.5 0.5 -0.2 0.1';", id="negative"
        ),
        pytest.param("0 nan .5 .1 .1", "a number is not finite (found '0 nan 0.5 0.1 0.1';", id="nan"),
        pytest.param("0 inf .5 .1 .1", "a number is not finite (found '0 inf 0.5 0.1 0.1';", id="inf"),
        pytest.param("0 1e999 .5 .1 .1", "a number is not finite (found '0 inf 0.5 0.1 0.1';", id="1e999"),
        pytest.param("nan .5 .5 .1 .1", "a number is not finite (found 'nan 0.5 0.5 0.1 0.1';", id="class nan"),
        pytest.param(
            "3 .5 .5 .1 .1",
            "the class is not in the names (found '3 0.5 0.5 0.1 0.1'; expected a class id from 0 to 2). Name "
            "all classes, in data.yaml or with --names A,B,C (names), or correct the row.",
            id="class not in the names",
        ),
        pytest.param(
            "-1 .5 .5 .1 .1",
            "the class is no whole number from 0 (found '-1 0.5 0.5 0.1 0.1'; expected a class id from 0 to 2). "
            "Correct the row.",
            id="negative class",
        ),
        pytest.param(
            "0.5 .5 .5 .1 .1", "the class is no whole number from 0 (found '0.5 0.5 0.5 0.1 0.1';", id="half a class"
        ),
        pytest.param(
            "0 .5 .5 .1",
            "a row has too few numbers (found '0 0.5 0.5 0.1'; expected class cx cy w h, or class x1 y1 x2 y2 x3 y3 …)."
            " Correct the row.",
            id="too short",
        ),
        pytest.param(
            "wheel .5 .5 .1 .1",
            "not a row of numbers (found 'wheel .5 .5 .1 .1'; expected class cx cy w h, or class x1 y1 x2 y2 x3 y3 …).",
            id="a name for a class",
        ),
        pytest.param("0,.5,.5,.1,.1", "not a row of numbers (found '0,.5,.5,.1,.1';", id="commas"),
        pytest.param("0 .5 .5 .1 1_0", "not a row of numbers (found '0 .5 .5 .1 1_0';", id="underscores"),
        pytest.param("0 .5 .5 .1 ٣", "not a row of numbers (found '0 .5 .5 .1 ٣';", id="digits of another script"),
        pytest.param(
            "0 .5 .5 .1 .1 1.5",
            "the last number is neither a confidence nor a track id (found '0 0.5 0.5 0.1 0.1 1.5'; expected 0 to 1, "
            "or a whole number). Correct the row.",
            id="a confidence above one",
        ),
        pytest.param("0 .5 .5 .1 .1 -3", "the last number is neither a confidence nor a track id", id="negative track"),
        pytest.param(
            "0 .5 .5 .1 .1 1e300", "the last number is neither a confidence nor a track id", id="absurd track"
        ),
    ],
)
def test_a_bad_row_is_refused_with_its_place(yolo: Make, row: str, message: str) -> None:
    root = yolo({"a": f"0 .5 .5 .2 .2\n{row}\n"})
    with pytest.raises(InputError) as caught:
        read_labels(root)
    assert str(caught.value).startswith(f"{root.resolve()}/labels/a.txt, line 2: {message}")


def test_bad_rows_can_be_left_out_and_are_reported(yolo: Make) -> None:
    root = yolo({"a": "0 .5 .5 .2 .2\n0 320 240 9 9\nx\n9 .5 .5 .1 .1\n0 .1 .1", "b": "1 .5 .5 .1 .1"})
    labels = read_labels(root, skip_bad=True)
    assert labels.dataset.annotations["class_id"].to_list() == [0, 1]
    assert sorted(codes(labels)) == ["bad-coordinate", "bad-row", "bad-row", "unknown-class"]
    assert {problem.severity for problem in labels.problems} == {"error"}


def test_many_bad_rows_are_counted_not_listed(yolo: Make) -> None:
    labels = read_labels(yolo({"a": "\n".join(f"x{i}" for i in range(250))}), skip_bad=True)
    assert len(labels.problems) == 101
    assert str(labels.problems[-1]) == "and 150 more like this"


NINE = "0 .1 .1 .9 .1 .9 .9 .1 .9"
POSE = "0 .5 .5 .2 .2 .4 .4 2 .6 .6 1 .5 .5 0"


@pytest.mark.parametrize(
    ("rows", "spec", "message"),
    [
        pytest.param(
            NINE,
            "",
            "labels/a.txt, line 1: nine numbers: a polygon of four points, a rotated box or a pose",
            id="nine",
        ),
        pytest.param(POSE, "", "labels/a.txt, line 1: rows that look like poses", id="pose by values"),
        pytest.param(NINE, "task: classify\n", "data.yaml: the labels are for the task 'classify', which", id="other"),
    ],
)
def test_rows_that_may_be_several_things_are_refused(yolo: Make, rows: str, spec: str, message: str) -> None:
    root = yolo({"a": rows}, spec="names: [wheel]\n" + spec)
    with pytest.raises(InputError) as caught:
        read_labels(root)
    assert str(caught.value).startswith(f"{root}, {message}")
    assert str(caught.value).endswith("--task detect, segment, obb or pose (task, also in data.yaml).")


@pytest.mark.parametrize(
    ("rows", "spec", "message"),
    [
        pytest.param("0 .5 .5 .2 .2", "task: obb\n", "a row of another length", id="a box among rotated ones"),
        pytest.param(f"{NINE} .5 7 8", "task: obb\n", "a row of another length", id="twelve numbers of nine"),
        pytest.param(NINE, "kpt_shape: [3, 3]\n", "a row of another length", id="a pose of fewer keypoints"),
        pytest.param(NINE, "kpt_shape: [2, 4]\n", "not a shape of keypoints", id="keypoints of four numbers"),
        pytest.param(NINE, "kpt_shape: [0, 2]\n", "not a shape of keypoints", id="no keypoints"),
        pytest.param(NINE, "kpt_shape: many\n", "not a shape of keypoints", id="a word for a shape"),
        pytest.param(NINE, "task: pose\n", "nothing says how many keypoints", id="a pose of any shape"),
        pytest.param("0 .5 .5 .2 .2 .4 .4 3", "kpt_shape: [1, 3]\n", "neither a visibility nor", id="seen thrice"),
        pytest.param("0 .5 .5 .2 .2 .4 1.4 2", "kpt_shape: [1, 3]\n", "outside the picture", id="a keypoint outside"),
        pytest.param(NINE.replace(".9", "90"), "task: obb\n", "outside the picture", id="corners in pixels"),
    ],
)
def test_rotated_boxes_and_poses_that_are_none_are_refused(yolo: Make, rows: str, spec: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_labels(yolo({"a": rows}, spec="names: [wheel]\n" + spec))


@pytest.mark.parametrize(
    ("rows", "spec", "task"),
    [
        pytest.param(NINE, "task: segment\n", None, id="data.yaml says segment"),
        pytest.param(NINE, "", "segment", id="the caller says segment"),
        pytest.param(NINE, "task: obb\n", "segment", id="the caller wins"),
        pytest.param(NINE + "\n0 .1 .1 .9 .1 .5 .9", "", None, id="polygons of several lengths can be nothing else"),
    ],
)
def test_nine_numbers_are_a_polygon_when_that_is_known(yolo: Make, rows: str, spec: str, task: str | None) -> None:
    labels = read_labels(yolo({"a": rows}, spec="names: [wheel]\n" + spec), task=task)
    assert labels.dataset.annotations["polygons"][0].list.len().to_list() == [8]


def test_another_task_is_refused(yolo: Make) -> None:
    with pytest.raises(ConfigError, match="loopviz does not read that task"):
        read_labels(yolo({"a": NINE}), task="classify")
