"""YOLO rows: what they mean, what is tolerated, what is refused and in which words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from loopviz.errors import InputError
from loopviz.formats.align.frames import align
from loopviz.formats.reading import read_labels
from loopviz.formats.types import LabelSet

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


def test_labels_of_pictures_of_unknown_size_stay_fractions(yolo: Make) -> None:
    folder = yolo({"a": "1 0.5 0.5 0.25 0.5\n", "b": "2 0.25 0.25 0.75 0.25 0.5 0.75\n0 0.5 0.5 0.25 0.5\n"})
    (folder / "images" / "b.png").unlink()
    with pytest.raises(InputError, match="size of its frame is unknown"):
        read_labels(folder)
    labels = read_labels(folder, unsized=True)
    assert labels.normalised
    assert labels.dataset.frames.select("width", "height").rows() == [(64, 48), (None, None)]
    assert boxes(labels) == [(24.0, 12.0, 40.0, 36.0), (0.25, 0.25, 0.75, 0.75), (0.375, 0.25, 0.625, 0.75)]
    assert labels.dataset.annotations["polygons"].to_list()[1] == [[0.25, 0.25, 0.75, 0.25, 0.5, 0.75]]
    with pytest.raises(InputError, match="fractions of pictures of unknown size"):
        align(labels, labels.dataset.frames)


def test_a_size_that_is_given_makes_pixels(yolo: Make) -> None:
    folder = yolo({"a": "1 0.5 0.5 0.25 0.5\n"})
    (folder / "images" / "a.png").unlink()
    labels = read_labels(folder, frame_size=(64, 48), unsized=True)
    assert not labels.normalised
    assert boxes(labels) == [(24.0, 12.0, 40.0, 36.0)]


BOX7, TRIANGLE7 = "0 .5 .5 .2 .3", "0 .1 .1 .5 .9"
OPEN = f"{BOX7} 0.91 1"


def kinds(labels: LabelSet) -> list[str]:
    """What each row was taken for: ``box``, ``box 0.91 #1``, ``polygon of 3`` …"""
    columns = labels.dataset.annotations.select("polygons", "confidence", "track_id").rows()
    shapes = ["box" if outline is None else f"polygon of {len(outline[0]) // 2}" for outline, _, _ in columns]
    tails = [(f" {c:g}" if c is not None else "") + (f" #{t}" if t is not None else "") for _, c, t in columns]
    return [shape + tail for shape, tail in zip(shapes, tails, strict=True)]


@pytest.mark.parametrize(
    ("texts", "task", "expected"),
    [
        pytest.param([f"{BOX7} 0.91 2"], None, ["box 0.91 #2"], id="an-id-that-is-no-coordinate"),
        pytest.param([OPEN], "detect", ["box 0.91 #1"], id="the-task-says-detect"),
        pytest.param([f"{BOX7} 0.910000 1.000000"], "detect", ["box 0.91 #1"], id="detect-and-six-decimals"),
        pytest.param([OPEN], "segment", ["polygon of 3"], id="the-task-says-segment"),
        pytest.param([OPEN, f"{BOX7} 0.9 2"], None, ["box 0.91 #1", "box 0.9 #2"], id="another-file-tells"),
        pytest.param([f"{OPEN}\n{BOX7} 1 3"], None, ["box 0.91 #1", "box 1 #3"], id="another-row-tells"),
        pytest.param([f"{BOX7} 0.91 0\n{BOX7} 0 4"], None, ["box 0.91 #0", "box 0 #4"], id="zeros"),
        pytest.param([f"{OPEN}\n{TRIANGLE7} .4 .62"], None, ["polygon of 3"] * 2, id="a-triangle-tells"),
        pytest.param(
            [f"{OPEN}\n{TRIANGLE7} .4 .6 .2 .3"], None, ["polygon of 3", "polygon of 4"], id="a-polygon-tells"
        ),
        pytest.param(["0 0 0 1 0 1 1"], None, ["polygon of 3"], id="no-box-lies-so"),
        pytest.param([f"{TRIANGLE7} .4 .62"], "detect", ["polygon of 3"], id="detect-but-no-track-id"),
        pytest.param([f"{TRIANGLE7} .4 .6 .88 7"], None, ["polygon of 3 0.88 #7"], id="polygon-confidence-track"),
        pytest.param(
            [f"{TRIANGLE7} .4 .6 .88 1\n{TRIANGLE7} .4 .6 .2 .3 .88 7"],
            None,
            ["polygon of 3 0.88 #1", "polygon of 4 0.88 #7"],
            id="polygons-confidence-track",
        ),
        pytest.param(
            [f"{TRIANGLE7} .4 .6 .8 1\n{BOX7}\n0 0 0 1 0 1 1"],
            None,
            ["polygon of 4", "box", "polygon of 3"],
            id="an-edge",
        ),
        pytest.param(
            [f"{BOX7}\n{BOX7} 0.5\n{BOX7} .5 3"], None, ["box", "box 0.5", "box 0.5 #3"], id="all-kinds-of-boxes"
        ),
        pytest.param(
            [f"{BOX7} 0.91 3\n{TRIANGLE7} .4 .6 .2 .3"], "detect", ["box 0.91 #3", "polygon of 4"], id="mixed-and-said"
        ),
        pytest.param([f"{BOX7} 4\n{BOX7} 1", f"{BOX7} 1"], None, ["box #4", "box #1", "box #1"], id="ones-beside-ids"),
        pytest.param(
            [f"{BOX7} 4\n{BOX7} 1", f"{BOX7} .4\n{BOX7} 1"],
            None,
            ["box #4", "box #1", "box 0.4", "box 1"],
            id="by-file",
        ),
        pytest.param([f"{BOX7} 1\n0 .4 .4 .1 .1 1"], None, ["box 1", "box 1"], id="a-frame-has-no-track-twice"),
    ],
)
def test_confidence_and_track_behind_the_coordinates(
    yolo: Make, texts: list[str], task: str | None, expected: list[str]
) -> None:
    labels = read_labels(yolo({f"f{i}": text for i, text in enumerate(texts)}), task=task)
    assert kinds(labels) == expected


@pytest.mark.parametrize(
    ("texts", "task", "message"),
    [
        pytest.param([OPEN], None, "seven numbers, which may be a box with a confidence and a track id", id="one-row"),
        pytest.param([f"{OPEN}\n{BOX7} 0 0"], None, "seven numbers", id="rows-that-tell-nothing"),
        pytest.param([f"{BOX7} .9 5\n{TRIANGLE7} .4 .62"], None, "seven numbers", id="both-in-one-set"),
        pytest.param(
            [f"{TRIANGLE7} .4 .6 .9 5\n{TRIANGLE7} .4 .6 .2 .3"], None, "the last two numbers", id="polygons-of-both"
        ),
        pytest.param(
            [f"{TRIANGLE7} .4 .6 .5\n{TRIANGLE7} .4 .6 .2 .3"], None, "a point of the polygon is cut", id="half-a-point"
        ),
        pytest.param(
            [f"{BOX7} 4", f"{BOX7} .4", f"{BOX7} 1"], None, "the last number may be", id="a-one-of-either-kind"
        ),
        pytest.param([f"{BOX7} 12 0.91"], None, "a coordinate lies outside the picture", id="the-wrong-way-round"),
        pytest.param([f"{BOX7} 0.91 1.5"], None, "a coordinate lies outside the picture", id="half-a-track"),
        pytest.param([f"{TRIANGLE7} .4 .6 .2 .3 .9"], None, "nine numbers", id="four-points-or-more-kinds"),
        pytest.param([f"{TRIANGLE7} .4 .6 .2 .3 .9 4"], None, "nine numbers", id="nine-and-both"),
    ],
)
def test_what_could_be_two_things_is_refused(yolo: Make, texts: list[str], task: str | None, message: str) -> None:
    root = yolo({f"f{i}": text for i, text in enumerate(texts)})
    with pytest.raises(InputError) as caught:
        read_labels(root, task=task)
    assert message in str(caught.value)
    assert "pixel" not in str(caught.value)


@pytest.mark.parametrize(
    "end", ["\r", "\r\n", "\n\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
)
def test_whatever_ends_a_line_ends_a_row(yolo: Make, end: str) -> None:
    text = end.join(["0 .5 .5 .2 .2", "1 .25 .5 .1 .1", "2 .1 .1 .9 .1 .5 .9", ""])
    root = yolo({"a": text.encode()}, spec=None)
    (root / "classes.txt").write_bytes(end.join(["wheel", "button", "cable", ""]).encode())
    labels = read_labels(root)
    assert kinds(labels) == ["box", "box", "polygon of 3"]
    assert labels.dataset.categories["name"].to_list()[0] == "wheel"
    assert set(labels.dataset.categories["name"].to_list()) - {""} == {"wheel", "button", "cable"}


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
    assert [str(problem) for problem in labels.problems] == ["1 boxes stand among 1 polygons; both are kept"]


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
        "Put the images beside the labels, or name their video or images in a project file "
        "(in Python: frame_size)."
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
