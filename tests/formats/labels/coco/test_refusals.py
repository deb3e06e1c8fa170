"""COCO entries that are refused, each in its words and at its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import InputError
from loopviz.formats.reading import read_labels
from loopviz.geometry import rle_to_string

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
            {"bbox": [1e308, 2, 1e308, 4]},
            f"annotations[1].bbox: a box far outside its image (found [1e+308, 2, 1e+308, 4]; {BOX}",
            id="no sum",
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
            "annotations[1].id: the id occurs twice (found 3; expected every id once). Correct or remove",
            id="id twice",
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
            {"segmentation": {"size": [48, 64], "counts": rle_to_string([5, 5])}},
            "annotations[1].segmentation.counts: run lengths that do not fill the image (found 'runs add up to 10, a "
            "picture of 64x48 has 3072 pixels'; expected runs that add up to 3072, the image's pixels). Correct",
            id="compressed runs too short",
        ),
        pytest.param(
            {"segmentation": {"size": [48, 64], "counts": rle_to_string(RUNS) + "1"}},
            "annotations[1].segmentation.counts: run lengths that do not fill the image (found 'runs add up to",
            id="compressed runs too long",
        ),
        pytest.param(
            {"segmentation": {"size": [48, 64], "counts": rle_to_string([-1, 3073])}},
            "annotations[1].segmentation.counts: run lengths that do not fill the image (found",
            id="compressed negative runs",
        ),
        pytest.param(
            {"segmentation": {"size": [48, 64], "counts": "P"}},
            "annotations[1].segmentation.counts: run lengths that do not fill the image (found 'compressed run lengths "
            "that break off inside a number'",
            id="compressed runs that break off",
        ),
        pytest.param({"segmentation": {"a": 1}}, "annotations[1].segmentation.counts: not run lengths", id="an object"),
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
        pytest.param({"id": 7}, "images[1].id: the id occurs twice (found 7; expected every id once).", id="id twice"),
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
            {"id": 5}, "categories[1].id: the id occurs twice (found 5; expected every id once).", id="id twice"
        ),
        pytest.param(
            {"name": [1]}, "categories[1].name: a category's name is no text (found [1]; expected a text).", id="a list"
        ),
        pytest.param({"name": True}, "categories[1].name: a category's name is no text (found True;", id="true"),
    ],
)
def test_a_bad_category_is_refused_with_its_place(coco: Make, changes: dict[str, Any], message: str) -> None:
    file = coco({"categories": {1: changes}})
    with pytest.raises(InputError) as caught:
        read_labels(file)
    assert str(caught.value).startswith(f"{file}, {message}")


@pytest.mark.parametrize("changes", [{"width": ..., "height": ...}, {"width": None, "height": None}])
def test_an_image_size_may_be_unknown(coco: Make, changes: dict[str, Any]) -> None:
    file = coco({"images": {0: changes}})
    for size in (None, (70, 50)):
        labels = read_labels(file, frame_size=size)
        assert labels.dataset.frames.select("width", "height").rows() == [size or (None, None), (64, 48)]
        assert labels.dataset.annotations.height == 2


@pytest.mark.parametrize("size", [None, (70, 50)])
def test_a_mask_says_how_large_its_image_is(coco: Make, size: tuple[int, int] | None) -> None:
    runs = {"size": ["48", "64"], "counts": RUNS}
    file = coco({"images": {0: {"width": None, "height": None}}, "annotations": {0: {"segmentation": runs}}})
    if size is None:
        assert read_labels(file).dataset.frames.select("width", "height").row(0) == (64, 48)
    else:  # what the caller knows is known
        with pytest.raises(InputError, match="run lengths of another size than their image"):
            read_labels(file, frame_size=size)


NULLS: dict[str, Any] = {
    "images": {i: dict.fromkeys(("license", "coco_url", "date_captured", "width", "height")) for i in (0, 1)},
    "annotations": {
        i: dict.fromkeys(
            (
                "segmentation",
                "area",
                "iscrowd",
                "score",
                "track_id",
                "attributes",
                "keypoints",
                "segments_info",
                "caption",
            )
        )
        for i in (0, 1)
    },
    "categories": {i: dict.fromkeys(("supercategory", "keypoints", "skeleton", "color")) for i in (0, 1)},
}


def test_a_null_is_as_good_as_nothing(coco: Make) -> None:
    plain = read_labels(coco({"images": {i: {"width": ..., "height": ...} for i in (0, 1)}}), frame_size=(64, 48))
    nulls = read_labels(coco(NULLS, info=None, licenses=None), frame_size=(64, 48))
    assert nulls.dataset.equals(plain.dataset)
    assert nulls.problems == plain.problems == ()


@pytest.mark.parametrize("key", ["bbox", "segmentation"])
def test_one_of_box_and_outline_may_be_null(coco: Make, key: str) -> None:
    shapes = {"bbox": [8, 8, 8, 16], "segmentation": [[8, 8, 16, 8, 16, 24, 8, 24]], key: None}
    annotations = read_labels(coco({"annotations": {0: shapes}})).dataset.annotations
    assert annotations.select("x_min", "y_min", "x_max", "y_max").row(0) == (8.0, 8.0, 16.0, 24.0)


def test_parts_that_are_null_are_none(coco: Make) -> None:
    shape = [None, [8, 8, 16, 8, 16, 24, 8, 24], []]
    annotations = read_labels(coco({"annotations": {0: {"segmentation": shape}}})).dataset.annotations
    assert annotations["polygons"].list.len().to_list() == [1, None]


def test_run_lengths_without_a_size_fill_their_image(coco: Make) -> None:
    given, plain = ({"size": size, "counts": RUNS} for size in (None, [48, 64]))
    masks = [read_labels(coco({"annotations": {0: {"segmentation": runs}}})).dataset for runs in (given, plain)]
    assert masks[0].equals(masks[1])


@pytest.mark.parametrize("changes", [{0: {"id": ...}}, {0: {"id": None}, 1: {"id": ...}}])
def test_annotations_without_an_id_are_numbered(coco: Make, changes: dict[int, Any]) -> None:
    labels = read_labels(coco({"annotations": changes}))
    assert labels.dataset.annotations["annotation_id"].n_unique() == 2
    assert [problem.code for problem in labels.problems] == ["renumbered"]


@pytest.mark.parametrize(
    ("name", "called", "codes"), [(None, "class 90", ["names-gap"]), (..., "class 90", ["names-gap"]), (7, "7", [])]
)
def test_a_category_may_have_no_name(coco: Make, name: object, called: str, codes: list[str]) -> None:
    labels = read_labels(coco({"categories": {1: {"name": name}}}))
    assert labels.dataset.categories["name"].to_list() == ["wheel", called]
    assert [problem.code for problem in labels.problems] == codes


def test_annotations_that_are_null_are_none(coco: Make) -> None:
    assert read_labels(coco(annotations=None)).dataset.annotations.height == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 2},
        {"score": "high"},
        {"score": True},
        {"score": 10**400},
        {"track_id": "x"},
        {"track_id": 1.5},
        {"attributes": {"track_id": "car-1"}},
    ],
)
def test_a_wrong_value_that_nothing_depends_on_is_left_out_and_said(coco: Make, changes: dict[str, Any]) -> None:
    labels = read_labels(coco({"annotations": {1: changes}}))
    assert labels.dataset.annotations.select("confidence", "track_id").rows() == [(None, None)] * 2
    assert [(problem.severity, problem.code) for problem in labels.problems] == [("warning", "bad-value")]
