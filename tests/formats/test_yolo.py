"""YOLO rows: what they mean, what is tolerated, what is refused and in which words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from loopviz.errors import InputError
from loopviz.formats import LabelSet, read_labels

Make = Callable[..., Path]
EDGES = ("x_min", "y_min", "x_max", "y_max")


def boxes(labels: LabelSet) -> list[tuple[float, ...]]:
    return labels.dataset.annotations.select(EDGES).rows()


def codes(labels: LabelSet) -> list[str]:
    return [problem.code for problem in labels.problems]


def test_a_box_row_becomes_pixels(yolo: Make) -> None:
    labels = read_labels(yolo({"a": "1 0.5 0.5 0.25 0.5\n"}))
    assert boxes(labels) == [(24.0, 12.0, 40.0, 36.0)]
    assert labels.dataset.annotations["class_id"].to_list() == [1]
    assert labels.dataset.categories["name"].to_list() == ["wheel", "button", "cable"]
    assert labels.dataset.frames.row(0) == (0, None, "images/a.png", 64, 48, None)
    assert (labels.format, labels.problems) == ("yolo", ())


def test_a_polygon_row_keeps_its_outline_and_gets_its_box(yolo: Make) -> None:
    labels = read_labels(yolo({"a": "2 0.25 0.25 0.75 0.25 0.5 0.75"}))
    assert labels.dataset.annotations["polygons"].to_list() == [[[16.0, 12.0, 48.0, 12.0, 32.0, 36.0]]]
    assert boxes(labels) == [(16.0, 12.0, 48.0, 36.0)]


@pytest.mark.parametrize(
    ("rows", "confidence", "track"),
    [
        pytest.param("0 .5 .5 .1 .1 0.83", [0.83], [None], id="a fraction is a confidence"),
        pytest.param("0 .5 .5 .1 .1 1.0", [1.0], [None], id="a dotted one is a confidence"),
        pytest.param("0 .5 .5 .1 .1 17", [None], [17], id="a whole number is a track id"),
        pytest.param("0 .5 .5 .1 .1 1", [None], [1], id="a bare one is a track id"),
        pytest.param("0 .5 .5 .1 .1 0.9\n1 .5 .5 .1 .1 1", [0.9, 1.0], [None, None], id="a bare one among confidences"),
        pytest.param("0 .1 .1 .9 .1 .5 .9 12", [None], [12], id="a polygon with a track id"),
        pytest.param("0 .1 .1 .9 .1 .5 .9 0.75", [0.75], [None], id="a polygon with a confidence"),
        pytest.param("0 .5 .5 .1 .1", [None], [None], id="neither"),
    ],
)
def test_one_more_number(yolo: Make, rows: str, confidence: list[float], track: list[int]) -> None:
    annotations = read_labels(yolo({"a": rows})).dataset.annotations
    assert annotations["confidence"].to_list() == confidence
    assert annotations["track_id"].to_list() == track


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"\xef\xbb\xbf0 0.5 0.5 0.25 0.5\n", id="a byte order mark"),
        pytest.param("0.0 0.5 0.5 0.25 0.5", id="the class as a fraction"),
        pytest.param("0\t0.5  0.5 0.25 0.5\r\n\r\n", id="tabs, CRLF and empty lines"),
        pytest.param("0 5e-1 .5 0.25 0.5", id="exponents and bare points"),
    ],
)
def test_ways_to_write_the_same_row(yolo: Make, text: str | bytes) -> None:
    labels = read_labels(yolo({"a": text}))
    assert boxes(labels) == [(24.0, 12.0, 40.0, 36.0)]
    assert labels.problems == ()


def test_coordinates_a_hair_outside_are_clipped(yolo: Make) -> None:
    labels = read_labels(yolo({"a": "0 0.5 0.5 1.005 1.0\n1 -0.01 0.0 1.01 0.0 0.5 1.0"}))
    assert boxes(labels) == [(0.0, 0.0, 64.0, 48.0), (0.0, 0.0, 64.0, 48.0)]


def test_an_empty_file_and_a_missing_file_are_background(yolo: Make, picture: Make) -> None:
    root = yolo({"a": "0 .5 .5 .1 .1", "b": "", "d": "\n \n"})
    picture(root / "images" / "c.png", (10, 20))
    labels = read_labels(root)
    assert labels.dataset.frames["file"].to_list() == ["images/a.png", "images/b.png", "images/c.png", "images/d.png"]
    assert labels.dataset.frames.select("width", "height").row(2) == (10, 20)
    assert labels.dataset.annotations["frame"].to_list() == [0]


def test_a_repeated_row_counts_once_and_is_reported(yolo: Make) -> None:
    root = yolo({"a": "0 .5 .5 .1 .1\n1 .5 .5 .1 .1\n0 0.50 0.5 .1 .1\n"})
    labels = read_labels(root)
    assert labels.dataset.annotations.height == 2
    (problem,) = labels.problems
    assert (problem.code, problem.severity) == ("duplicate-row", "warning")
    assert problem.place == f"{root.resolve()}/labels/a.txt, line 3"


def test_boxes_among_polygons_are_kept_and_noted(yolo: Make) -> None:
    labels = read_labels(yolo({"a": "0 .5 .5 .1 .1\n1 .1 .1 .9 .1 .5 .9"}))
    assert labels.dataset.annotations["polygons"].is_null().to_list() == [True, False]
    assert [problem.message for problem in labels.problems] == ["1 boxes stand among 1 polygons; both are kept"]


def test_without_names_the_classes_are_numbered(yolo: Make) -> None:
    labels = read_labels(yolo({"a": "2 .5 .5 .1 .1"}, spec=None))
    assert labels.dataset.categories["name"].to_list() == ["class 0", "class 1", "class 2"]
    assert codes(labels) == ["no-names"]


def test_names_given_win_over_names_in_files(yolo: Make) -> None:
    labels = read_labels(yolo({"a": "2 .5 .5 .1 .1"}), names=["x", "y", "z"])
    assert labels.dataset.categories["name"].to_list() == ["x", "y", "z"]


def test_text_that_is_not_utf8_is_refused(yolo: Make) -> None:
    root = yolo({"a": b"0 .5 .5 .1 .1\n\xff\xfe"})
    with pytest.raises(InputError) as caught:
        read_labels(root)
    expected = "labels/a.txt, line 2: the text is not UTF-8 (found 'byte 0xff'). Save the file as UTF-8."
    assert str(caught.value).endswith(expected)


def test_frame_size_serves_where_no_image_is(yolo: Make) -> None:
    root = yolo({"f_2": "0 .5 .5 .1 .1", "f_10": ""}, images=False)
    with pytest.raises(InputError) as caught:
        read_labels(root)
    assert str(caught.value) == (
        f"{root}/labels/f_2.txt: no image lies beside this label file, so the size of its frame is unknown. "
        "Put the images beside the labels, or pass read_labels their frame_size."
    )
    frames = read_labels(root, frame_size=(200, 100)).dataset.frames
    assert frames.select("file", "width", "height").rows() == [("f_2", 200, 100), ("f_10", 200, 100)]


def test_an_image_that_is_none_is_refused_or_left_out(yolo: Make) -> None:
    root = yolo({"a": "0 .5 .5 .1 .1", "b": "1 .5 .5 .1 .1"})
    (root / "images" / "a.png").write_bytes(b"GIF89a, or so it says")
    with pytest.raises(InputError, match=r"images/a\.png: not a picture that can be read \(expected JPEG, PNG"):
        read_labels(root)
    labels = read_labels(root, skip_bad=True)
    assert labels.dataset.frames["file"].to_list() == ["images/b.png"]
    assert labels.dataset.annotations.select(pl.col("frame"), pl.col("class_id")).rows() == [(0, 1)]
