"""LabelMe JSON: every shape, sizes, and what cannot be read."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.geometry import mask_from_rle, rle_from_string
from loopviz.schema import EDGES

Write = Callable[..., Path]


def shape(kind: str | None, points: Any, label: Any = "body", **more: Any) -> dict[str, Any]:
    return {"label": label, "points": points, "group_id": None, "shape_type": kind, "flags": {}, **more}


def png(mask: list[list[int]], mode: str = "L") -> str:
    data = io.BytesIO()
    Image.fromarray(np.array(mask, dtype=np.uint8) * 255).convert(mode).save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes a picture's file, and returns their folder."""

    def written(*shapes: Any, name: str = "a", **more: Any) -> Path:
        document = {"version": "5.4.1", "flags": {}, "shapes": list(shapes), "imagePath": f"{name}.jpg"}
        document |= {"imageData": None, "imageHeight": 48, "imageWidth": 64} | more
        folder = tmp_path / "set"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
        return folder

    return written


CORNERS = [[1, 2], [9, 8]]


@pytest.mark.parametrize(
    ("groups", "count"),
    [
        pytest.param([None, None], None, id="none"),
        pytest.param([0, 0], 2, id="one object of two, 0"),
        pytest.param([3, None], 1, id="one alone"),
        pytest.param(["a", "a"], 2, id="a text"),
    ],
)
def test_shapes_of_one_object_stay_labels_and_are_counted(write: Write, groups: list[Any], count: int | None):
    labels = read_labels(write(*(shape("rectangle", CORNERS, group_id=group) for group in groups)))
    assert labels.dataset.annotations.height == 2
    said = [(problem.code, problem.severity, problem.values) for problem in labels.problems]
    assert said == ([("shapes-grouped", "note", {"count": count})] if count else [])


def test_a_folder_and_a_file(write: Write):
    write(shape("rectangle", [[30, 40], [10.5, 2]]), name="f_10")
    folder = write(name="f_9", imagePath=r"..\\images\\f_9.jpg", imageData="AAAA")
    labels = read_labels(folder)
    assert (detect_format(folder), labels.format) == ("labelme", "labelme")
    assert labels.dataset.frames.select("file", "width", "height").rows() == [("f_9.jpg", 64, 48), ("f_10.jpg", 64, 48)]
    assert labels.dataset.annotations.select("frame", *EDGES).rows() == [(1, 10.5, 2, 30, 40)]
    assert read_labels(folder / "f_10.json").dataset.frames["file"].to_list() == ["f_10.jpg"]


@pytest.mark.parametrize(
    ("made", "box", "outline"),
    [
        (shape("polygon", [[1, 2], [9, 2], [9, 8.5]]), (1, 2, 9, 8.5), [1, 2, 9, 2, 9, 8.5]),
        (shape(None, [[1, 2], [9, 2], [9, 8]]), (1, 2, 9, 8), [1, 2, 9, 2, 9, 8]),
        (shape("rectangle", [[1, 2], [9, 2], [9, 8], [1, 8]]), (1, 2, 9, 8), None),
        (shape("rotation", [[4, 0], [8, 4], [4, 8], [0, 4]]), (0, 0, 8, 8), [4, 0, 8, 4, 4, 8, 0, 4]),
    ],
)
def test_shapes(write: Write, made: dict[str, Any], box: tuple[float, ...], outline: list[float] | None):
    found = read_labels(write(made)).dataset.annotations
    assert found.select(EDGES).row(0) == box
    assert found["polygons"].to_list() == [None if outline is None else [outline]]


def test_a_circle_is_an_outline_of_its_radius(write: Write):
    found = read_labels(write(shape("circle", [[20, 20], [23, 24]]))).dataset.annotations
    assert found.select(EDGES).row(0) == pytest.approx((15, 15, 25, 25))
    outline = np.array(found["polygons"][0][0].to_list()).reshape(-1, 2)
    assert np.hypot(*(outline - 20).T) == pytest.approx(5)


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_a_mask_lies_where_its_corners_are(write: Write, mode: str):
    made = shape("mask", [[3, 4], [5, 5]], mask=png([[0, 1, 1], [0, 0, 1]], mode))
    found = read_labels(write(made)).dataset.annotations
    mask = mask_from_rle(rle_from_string(found["mask_rle"][0]), 48, 64)
    assert np.argwhere(mask).tolist() == [[4, 4], [4, 5], [5, 5]]
    assert found.select(EDGES).row(0) == (4, 4, 6, 6)


@pytest.mark.parametrize(
    ("kind", "points", "becomes"),
    [
        pytest.param("point", [[1, 2]], "points", id="a point"),
        pytest.param("points", [[1, 2], [3, 1]], "points", id="several points"),
        pytest.param("line", [[1, 2], [3, 1]], "line", id="a line"),
        pytest.param("linestrip", [[1, 2], [3, 1], [8, 8]], "line", id="a line of three points"),
    ],
)
def test_points_and_lines_have_no_area_and_their_box_is_around_them(
    write: Write, kind: str, points: list[list[int]], becomes: str
):
    labels = read_labels(write(shape(kind, points)))
    (row,) = labels.dataset.annotations.rows(named=True)
    assert row["shape"] == becomes
    assert row["keypoints"] == [value for x, y in points for value in (x, y, None)]
    xs, ys = zip(*points, strict=True)
    assert [row[edge] for edge in EDGES] == [min(xs), min(ys), max(xs), max(ys)]
    assert not labels.problems


def test_four_corners_that_are_no_rectangle_are_an_outline(write: Write):
    corners = [[[10, 0], [20, 10], [10, 20], [0, 10]], [[0, 0], [20, 2], [20, 20], [0, 12]]]
    found = read_labels(write(*(shape("rotation", each) for each in corners))).dataset.annotations
    assert found["shape"].to_list() == ["rotated_box", None]
    assert found["polygons"][0][0].to_list() == [10, 0, 20, 10, 10, 20, 0, 10]


def test_what_has_no_name_is_called_object(write: Write):
    labels = read_labels(write(shape("rectangle", [[1, 1], [2, 2]], "")))
    assert labels.dataset.categories["name"].to_list() == ["object"]
    assert [problem.code for problem in labels.problems] == ["rows-without-class"]


def test_a_size_that_is_not_said_is_that_of_the_picture_or_of_the_source(write: Write):
    write(name="b", imageWidth=None, imageHeight=None)
    folder = write(shape("rectangle", [[1, 1], [2, 2]]), imageWidth=0)
    Image.new("RGB", (32, 16)).save(folder / "a.jpg")
    labels = read_labels(folder, frame_size=(8, 9))
    assert labels.dataset.frames.select("width", "height").rows() == [(32, 16), (8, 9)]


BAD = {
    "an outline of two points": (shape("polygon", [[1, 2], [3, 4]]), "not an outline"),
    "three corners": (shape("rectangle", [[1, 2], [3, 4], [5, 6]]), "not a rectangle"),
    "a circle of three": (shape("circle", [[1, 2], [3, 4], [5, 6]]), "not a circle"),
    "half a point": (shape("polygon", [[1, 2], [3], [5, 6]]), "not a list of points"),
    "a word for a number": (shape("polygon", [[1, 2], [3, "4"], [5, 6]]), "not a number of pixels"),
    "far away": (shape("rectangle", [[1, 2], [3, 4e9]]), "not a number of pixels"),
    "an unknown shape": (shape("blob", [[1, 2]]), "no such shape"),
    "a shape of a list": (shape(["x"], [[1, 2]]), "no such shape"),  # type: ignore[arg-type]
    "a label of a list": (shape("rectangle", [[1, 2], [3, 4]], ["body"]), "no text"),
    "no object": ([], "not an object"),
    "a mask that is no picture": (shape("mask", [[1, 1], [2, 2]], mask="AAAA"), "not a mask"),
    "a mask without its picture": (shape("mask", [[1, 1], [2, 2]], mask=None), "not a mask"),
    "a mask beyond its picture": (shape("mask", [[63, 1], [64, 1]], mask=png([[1, 1]])), "beyond its picture"),
    "a mask without a pixel": (shape("mask", [[1, 1], [2, 1]], mask=png([[0, 0]])), "without a pixel"),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_is_malformed_is_refused_with_its_place_or_left_out(write: Write, bad: str):
    made, what = BAD[bad]
    folder = write(shape("rectangle", [[1, 1], [2, 2]]), made)
    with pytest.raises(InputError, match=what) as refused:
        read_labels(folder)
    assert (Path(str(refused.value.file)).name, refused.value.at) == ("a.json", "shapes[1]")
    labels = read_labels(folder, skip_bad=True)
    assert labels.dataset.annotations.height == 1
    assert any(problem.severity == "error" for problem in labels.problems)


@pytest.mark.parametrize(
    ("more", "what"),
    [
        pytest.param({"shapes": {}}, "not a file of LabelMe", id="shapes that are no list"),
        pytest.param({"imagePath": None}, "no file name", id="no picture"),
    ],
)
def test_files_that_are_refused(write: Write, more: dict[str, Any], what: str):
    folder = write(**more)
    with pytest.raises(InputError, match=what):
        read_labels(folder)
    write(shape("rectangle", [[1, 1], [2, 2]]), name="b")
    assert read_labels(folder, skip_bad=True).dataset.annotations.height == 1


def test_a_file_that_breaks_off(write: Write):
    file = write(shape("rectangle", [[1, 1], [2, 2]])) / "a.json"
    file.write_text(file.read_text()[:-20])
    with pytest.raises(InputError, match="JSON"):
        read_labels(file)
