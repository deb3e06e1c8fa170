from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from detectors import classes, objectness, objects

from loopviz.errors import InputError
from loopviz.predict.heads import Head, Shape, candidates, head_of
from loopviz.predict.metadata import Metadata

ANCHORS = 3 * (80 * 80 + 40 * 40 + 20 * 20)


def facts(count: int, head: str | None = None, *, sorted_out: bool | None = None) -> Metadata:
    return Metadata(tuple(f"class {i}" for i in range(count)), 32, (640, 640), head, sorted_out)


@pytest.mark.parametrize(
    ("shape", "said", "expected"),
    [
        pytest.param((1, 84, 8400), facts(80, "Detect", sorted_out=False), "classes", id="YOLO11"),
        pytest.param((1, 84, 8400), facts(80), "classes", id="an early YOLOv8 that says little"),
        pytest.param((None, 9, 8400), facts(5), "classes", id="any batch"),
        pytest.param((1, 6, 8400), facts(2, "Detect", sorted_out=False), "classes", id="two categories"),
        pytest.param((1, 5, 8400), facts(1, "Detect", sorted_out=False), "classes", id="one category"),
        pytest.param((1, ANCHORS, 85), facts(80), "objectness", id="YOLOv5"),
        pytest.param((1, ANCHORS, 6), facts(1), "objectness", id="YOLOv5 of one category"),
        pytest.param((1, 300, 6), facts(80, "v10Detect", sorted_out=True), "objects", id="YOLOv10"),
        pytest.param((1, 300, 6), facts(1, "Detect", sorted_out=True), "objects", id="YOLO26 of one category"),
        pytest.param((1, 300, 6), facts(80), "objects", id="one that does not say, of many categories"),
        pytest.param(
            (1, 300, 6), facts(296, "Detect", sorted_out=True), "objects", id="as many rows as 4 + categories"
        ),
    ],
)
def test_forms_are_told_apart(shape: Shape, said: Metadata, expected: Head) -> None:
    assert head_of([shape], said, (640, 640), Path("m.onnx")) == expected


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        pytest.param([(1, 116, 8400), (1, 32, 160, 160)], facts(80), id="masks of one that names no task"),
        pytest.param([(1, 1000)], facts(1000), id="classes of pictures"),
        pytest.param([(1, 80, 8400)], facts(80), id="four rows too few"),
        pytest.param([(1, 300, 6)], facts(1), id="of one category, and it does not say: two things"),
        pytest.param([(1, 300, 84)], facts(80), id="RT-DETR"),
        pytest.param([(1, 100, 7)], facts(80), id="YOLOv7 with its own suppression"),
        pytest.param([(1, 300, 6)], facts(80, "Detect", sorted_out=False), id="it says something else"),
        pytest.param([(1, 84, 8400)], facts(80, "Detect", sorted_out=True), id="it says that it is sorted out"),
        pytest.param([], facts(80), id="nothing"),
    ],
)
def test_what_is_no_detector_is_refused(shapes: list[Shape], said: Metadata) -> None:
    with pytest.raises(InputError) as raised:
        head_of(shapes, said, (640, 640), Path("m.onnx"))
    assert (raised.value.at, raised.value.file) == ("output", "m.onnx")
    assert raised.value.expected


BOXES = [(1.0, 2.0, 11.0, 22.0, 1, 0.9), (5.0, 5.0, 9.0, 9.0, 0, 0.5), (0.0, 0.0, 4.0, 4.0, 0, 0.25)]


@pytest.mark.parametrize(("head", "made"), [("classes", classes), ("objectness", objectness), ("objects", objects)])
def test_the_same_boxes_come_out_of_every_form(head: Head, made: object) -> None:
    output, _ = made(BOXES)  # type: ignore[operator]
    found = candidates(head, output[0], 0.25)  # 0.25 is not above it
    np.testing.assert_allclose(found.boxes, [box[:4] for box in BOXES[:2]])
    np.testing.assert_allclose(found.confidence, [0.9, 0.5])
    assert found.class_ids.tolist() == [1, 0]


def test_how_sure_something_is_there_counts_twice_for_nothing() -> None:
    output, _ = objectness([(0, 0, 4, 4, 1, 0.6)])
    output[0, 0, 4] = 0.5
    assert candidates("objectness", output[0], 0.25).confidence.tolist() == [pytest.approx(0.3)]
    assert not len(candidates("objectness", output[0], 0.31).boxes)
