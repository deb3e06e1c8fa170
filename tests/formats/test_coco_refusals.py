"""COCO entries that are refused, each in its words and at its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import InputError
from loopviz.formats import read_labels

pytestmark = pytest.mark.usefixtures("whole_or_in_blocks")
Make = Callable[..., Path]
SQUARE = [8, 8, 16, 8, 16, 24, 8, 24]
RUNS = [10, 20, 64 * 48 - 30]


BOX = "expected [x, y, width, height] in pixels). Correct or remove the entry."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"bbox": [1, 2, 3]}, f"annotations[1].bbox: not a box (found [1, 2, 3]; {BOX}", id="three numbers"
        ),
        pytest.param(
            {"bbox": [1, 2, 3, "x"]}, f"annotations[1].bbox: not a box (found [1, 2, 3, 'x']; {BOX}", id="a word"
        ),
        pytest.param(
            {"bbox": [1, 2, 3, None]}, f"annotations[1].bbox: not a box (found [1, 2, 3, None]; {BOX}", id="a null"
        ),
        pytest.param({"bbox": "1 2 3 4"}, f"annotations[1].bbox: not a box (found '1 2 3 4'; {BOX}", id="text"),
        pytest.param(
            {"bbox": [1, 2, 3, "1e999"]}, f"annotations[1].bbox: not a box (found [1, 2, 3, '1e999']; {BOX}", id="1e999"
        ),
        pytest.param(
            {"bbox": [1, 2, 3, 10**400]}, "annotations[1].bbox: not a box (found [1, 2, 3, 1000000", id="huge int"
        ),
        pytest.param(
            {"bbox": [1, 2, -3, 4]},
            f"annotations[1].bbox: a box with a negative side (found [1, 2, -3, 4]; {BOX}",
            id="negative",
        ),
        pytest.param(
            {"bbox": [1, 2, 1e9, 4]},
            f"annotations[1].bbox: a box far outside its image (found [1, 2, 1000000000.0, 4]; {BOX}",
            id="absurd",
        ),
        pytest.param(
            {"bbox": ...}, f"annotations[1].bbox: neither a box nor a segmentation ({BOX}", id="nothing at all"
        ),
        pytest.param(
            {"image_id": 99},
            "annotations[1].image_id: the annotation belongs to no image (found 99). Correct or remove the entry.",
            id="no image",
        ),
        pytest.param(
            {"category_id": 1},
            "annotations[1].category_id: the annotation belongs to no category (found 1). Correct or remove the entry.",
            id="no category",
        ),
        pytest.param(
            {"id": 3},
            "annotations[1].id: the id stands twice (found 3; expected every id once). Correct or remove",
            id="id twice",
        ),
        pytest.param(
            {"id": ...}, "annotations[1].id: not a whole number (expected a whole number). Correct", id="no id"
        ),
        pytest.param(
            {"id": 1.5}, "annotations[1].id: not a whole number (found 1.5; expected a whole number).", id="half an id"
        ),
        pytest.param({"id": 10**30}, "annotations[1].id: not a whole number (found 1000000000", id="an absurd id"),
        pytest.param({"id": True}, "annotations[1].id: not a whole number (found True;", id="true for an id"),
        pytest.param(
            {"segmentation": {"size": [64, 48], "counts": RUNS}},
            "annotations[1].segmentation.size: run lengths of another size than their image (found [64, 48]; "
            "expected [48, 64], the image's height and width). Correct or remove the entry.",
            id="width and height mixed up",
        ),
        pytest.param(
            {"segmentation": {"size": [48, 64], "counts": [1, 2, 3]}},
            "annotations[1].segmentation.counts: run lengths that do not fill the image (found [1, 2, 3]; "
            "expected numbers from 0 that add up to the image, or compressed text). Correct or remove the entry.",
            id="runs too short",
        ),
        pytest.param(
            {"segmentation": {"size": [48, 64], "counts": [-1, 3073]}},
            "annotations[1].segmentation.counts: not run lengths (found [-1, 3073];",
            id="negative runs",
        ),
        pytest.param(
            {"segmentation": {"size": [48, 64], "counts": "äö"}},
            "annotations[1].segmentation.counts: not run lengths (found 'äö';",
            id="no compressed text",
        ),
        pytest.param(
            {"segmentation": {"a": 1}}, "annotations[1].segmentation.size: run lengths of another size", id="an object"
        ),
        pytest.param(
            {"segmentation": [[1, 2, 3, 4, 5, 6, 7]]},
            "annotations[1].segmentation: a polygon with a point cut in half (found '7 numbers'; expected x1, y1,",
            id="half a point",
        ),
        pytest.param(
            {"segmentation": [[1, 2, 3, 4, 5, "x"]]},
            "annotations[1].segmentation: a polygon that is no list of numbers (found [1, 2, 3, 4, 5, 'x'];",
            id="a word in a polygon",
        ),
        pytest.param(
            {"segmentation": [[[1, 2], [3, 4], [5, 6]]]},
            "annotations[1].segmentation: a polygon that is no",
            id="points",
        ),
        pytest.param(
            {"segmentation": "x"},
            "annotations[1].segmentation: neither polygons nor run lengths (found 'x';",
            id="a word",
        ),
        pytest.param({"iscrowd": 0.5}, "annotations[1].iscrowd: not a whole number (found 0.5;", id="half a crowd"),
        pytest.param(
            {"score": 2}, "annotations[1].score: not a confidence (found 2.0; expected 0 to 1).", id="score above one"
        ),
        pytest.param(
            {"score": "x"}, "annotations[1].score: not a number (found 'x'; expected a number).", id="score a word"
        ),
        pytest.param({"track_id": "x"}, "annotations[1].track_id: not a whole number (found 'x';", id="track a word"),
    ],
)
def test_a_bad_annotation_is_refused_with_its_place(coco: Make, changes: dict[str, Any], message: str) -> None:
    file = coco({"annotations": {1: changes}})
    with pytest.raises(InputError) as caught:
        read_labels(file)
    assert str(caught.value).startswith(f"{file}, {message}".removesuffix(";"))
    labels = read_labels(file, skip_bad=True)
    assert labels.dataset.annotations["annotation_id"].to_list() == [3]
    assert [(problem.severity, problem.code) for problem in labels.problems] == [("error", "bad-annotation")]


def test_a_polygon_of_two_points_is_left_out_and_reported(coco: Make) -> None:
    labels = read_labels(
        coco({"annotations": {0: {"segmentation": [[1, 2, 3, 4], SQUARE]}, 1: {"segmentation": [[1, 2]]}}})
    )
    assert labels.dataset.annotations["polygons"].to_list() == [[[float(v) for v in SQUARE]], None]
    assert [problem.code for problem in labels.problems] == ["short-polygon", "short-polygon"]


NAMELESS = "images[1].file_name: there is no file name"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        *(
            pytest.param({"file_name": name}, NAMELESS, id=label)
            for name, label in [
                (..., "no name"),
                (None, "a null"),
                (5, "a number"),
                ("  ", "blanks"),
                ("..", "climbs to nothing"),
                ("a/../..", "climbs later"),
                ("C:\\", "a drive"),
                ("a\0.png", "NUL"),
            ]
        ),
        pytest.param(
            {"width": 0},
            "images[1].width: an image of an impossible size (found 0; expected 1 to 100000 pixels). Correct or "
            "remove the entry.",
            id="no width",
        ),
        pytest.param(
            {"height": -5}, "images[1].height: an image of an impossible size (found -5;", id="negative height"
        ),
        pytest.param(
            {"height": 10**7}, "images[1].height: an image of an impossible size (found 10000000;", id="absurd height"
        ),
        pytest.param({"width": None}, "images[1].width: not a whole number (expected a whole number).", id="null"),
        pytest.param({"id": 7}, "images[1].id: the id stands twice (found 7; expected every id once).", id="id twice"),
    ],
)
def test_a_bad_image_is_refused_with_its_place(coco: Make, changes: dict[str, Any], message: str) -> None:
    file = coco({"images": {1: changes}})
    with pytest.raises(InputError) as caught:
        read_labels(file)
    assert str(caught.value).startswith(f"{file}, {message}")
    kept = read_labels(file, skip_bad=True)
    assert kept.dataset.frames["file"].to_list() == ["img/f_0001.png"]
    assert kept.dataset.annotations["annotation_id"].to_list() == [3]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"id": 5}, "categories[1].id: the id stands twice (found 5; expected every id once).", id="id twice"
        ),
        pytest.param({"name": ...}, "categories[1].name: a category without a name (expected a text).", id="no name"),
        pytest.param(
            {"name": 3}, "categories[1].name: a category without a name (found 3; expected a text).", id="a number"
        ),
    ],
)
def test_a_bad_category_is_refused_with_its_place(coco: Make, changes: dict[str, Any], message: str) -> None:
    file = coco({"categories": {1: changes}})
    with pytest.raises(InputError) as caught:
        read_labels(file)
    assert str(caught.value).startswith(f"{file}, {message}")


def test_a_missing_image_size_can_be_given(coco: Make) -> None:
    file = coco({"images": {0: {"width": ..., "height": ...}}})
    with pytest.raises(InputError, match=r"images\[0\]\.width: not a whole number"):
        read_labels(file)
    assert read_labels(file, frame_size=(70, 50)).dataset.frames.select("width", "height").rows() == [
        (70, 50),
        (64, 48),
    ]
