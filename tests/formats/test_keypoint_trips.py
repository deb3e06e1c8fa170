"""Keypoints, points, lines and rotated boxes: what can be written of them comes back, and moves with its picture."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopviz.dataset import Dataset
from loopviz.fitting import onto_canvas
from loopviz.formats.csv_write import write_tables
from loopviz.formats.format import WriteOptions, use
from loopviz.formats.reading import read_labels
from loopviz.formats.registry import EXPORTS
from loopviz.formats.writing import write_labels
from loopviz.geometry import RotatedBox, polygons_bounds, rotated_box, rotated_corners
from loopviz.schema import EDGES, table

WIDTH, HEIGHT = 64, 48
QUICK = settings(max_examples=20, deadline=None)
NAMES = ["nose", "left_eye", "right_eye"]
x, y = st.floats(0, WIDTH), st.floats(0, HEIGHT)
seen = st.sampled_from([0.0, 1.0, 2.0])
boxes = st.builds(
    RotatedBox, st.floats(28, 36), st.floats(20, 28), st.floats(2, 20), st.floats(2, 20), st.floats(-3.1, 3.1)
)


def around(points: list[float]) -> dict[str, float]:
    return dict(zip(EDGES, polygons_bounds([points]), strict=True))


def dataset(rows: list[dict[str, Any]], names: list[str] | None = NAMES) -> Dataset:
    skeleton = {} if names is None else {"keypoint_names": [names], "skeleton": [[[0, 1], [0, 2]]]}
    mirror = {} if names is None else {"keypoint_mirror": [[0, 2, 1]]}
    listed = {"annotation_id": 1, "frame": 0, "class_id": 0, "is_crowd": False}
    numbered = [{**listed, "annotation_id": number, **row} for number, row in enumerate(rows, 1)]
    return Dataset(
        frames=table("frames", {"frame": [0], "file": ["a.png"], "width": [WIDTH], "height": [HEIGHT]}),
        categories=table("categories", {"class_id": [0], "name": ["face"], **skeleton, **mirror}),
        annotations=table("annotations", numbered),
    )


@st.composite
def poses(draw: st.DrawFn) -> dict[str, Any]:
    """A label with a box and three keypoints, one at least of which is labelled."""
    flat: list[float] = []
    for number in range(3):
        visible = draw(seen) if number else 2.0
        flat += [draw(x), draw(y), visible] if visible else [0.0, 0.0, 0.0]
    left, right = sorted((draw(x), draw(x)))
    top, bottom = sorted((draw(y), draw(y)))
    return {"x_min": left, "y_min": top, "x_max": right, "y_max": bottom, "keypoints": flat}


@st.composite
def bare(draw: st.DrawFn) -> dict[str, Any]:
    """Points or a line of which nobody says whether they are seen."""
    points = draw(st.lists(st.tuples(x, y), min_size=2, max_size=4))
    flat = [value for a, b in points for value in (a, b, None)]
    shape = draw(st.sampled_from(["points", "line"]))
    return {**around([v for point in points for v in point]), "keypoints": flat, "shape": shape}


def turned(box: RotatedBox) -> dict[str, Any]:
    corners = rotated_corners(box)
    return {**around(corners), "polygons": [corners], "shape": "rotated_box"}


def again(given: Dataset, form: str, **options: Any) -> Dataset:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "out"
        target = place / "instances.json" if form == "coco" else place
        place.parent.mkdir(exist_ok=True)
        write_labels(given, target, form, full=True)
        return read_labels(target, frame_size=(WIDTH, HEIGHT), **options).dataset


def close(one: pl.Series, other: pl.Series) -> None:
    assert len(one) == len(other)
    for mine, theirs in zip(one.to_list(), other.to_list(), strict=True):
        assert (mine is None) == (theirs is None)
        if mine is not None:
            assert np.array(mine, float).ravel() == pytest.approx(
                np.array(theirs, float).ravel(), abs=1e-6, nan_ok=True
            )


@QUICK
@given(rows=st.lists(poses(), min_size=1, max_size=3))
@pytest.mark.parametrize("form", ["coco", "yolo", "dataset"])
def test_poses_come_back(form: str, rows: list[dict[str, Any]]):
    unlike = {tuple(row["keypoints"]): row for row in rows}  # YOLO's rows that are alike count once
    given_ = dataset(list(unlike.values()))
    found = again(given_, form)
    close(found.annotations["keypoints"], given_.annotations["keypoints"])
    assert found.categories["keypoint_names"].to_list() == [NAMES]
    assert found.categories["keypoint_mirror"].to_list() == [[0, 2, 1]]
    assert found.categories["skeleton"].to_list() == [None if form == "yolo" else [[0, 1], [0, 2]]]
    for edge in EDGES:
        assert found.annotations[edge].to_list() == pytest.approx(given_.annotations[edge].to_list(), abs=1e-6)


@QUICK
@given(given_=st.lists(boxes, min_size=1, max_size=3))
@pytest.mark.parametrize("form", ["coco", "yolo", "dataset"])
def test_rotated_boxes_come_back(form: str, given_: list[RotatedBox]):
    labels = dataset([turned(box) for box in dict.fromkeys(given_)], None)
    found = again(labels, form).annotations
    assert found["shape"].to_list() == ["rotated_box"] * labels.annotations.height
    close(found["polygons"].list.first(), labels.annotations["polygons"].list.first())


@QUICK
@given(rows=st.lists(bare(), min_size=1, max_size=3))
def test_points_and_lines_come_back_from_coco_as_seen(rows: list[dict[str, Any]]):
    given_ = dataset(rows, None)
    found = again(given_, "coco").annotations
    assert found["shape"].to_list() == given_.annotations["shape"].to_list()
    as_seen = [[2 if value is None else value for value in row["keypoints"]] for row in rows]
    assert found["keypoints"].to_list() == as_seen


@QUICK
@given(rows=st.lists(bare(), min_size=1, max_size=3))
def test_what_has_no_area_stands_in_no_row_of_boxes_and_is_counted(rows: list[dict[str, Any]]):
    given_ = dataset([*rows, {**around([1, 2, 30, 40])}], None)
    for form in ("yolo", "motchallenge"):
        assert again(given_, form).annotations.height == 1
        (lost,) = [note for note in use(EXPORTS[form].losses)(given_, True) if note.code == "no-place"]
        assert (lost.values["what"], lost.values["count"]) == ("points and lines", len(rows))


def test_points_of_no_skeleton_are_no_poses():
    pose = {**around([1, 2, 30, 40]), "keypoints": [1.0, 2, 2, 3, 4, 1, 0, 0, 0]}
    skeleton = {**around([5, 6, 7, 8]), "keypoints": [5.0, 6, 2, 7, 8, 2, 0, 0, 0], "shape": "points"}
    click = {**around([9, 9]), "keypoints": [9.0, 9, 2], "shape": "points"}
    box = around([1, 2, 3, 4])
    given_ = dataset([pose, skeleton, click, box])
    too = table("categories", {"class_id": [1], "name": ["click"]})
    given_ = given_.replace(categories=pl.concat([given_.categories, too]))
    classes = pl.Series([0, 0, 1, 1], dtype=pl.Int64)
    given_ = given_.replace(annotations=given_.annotations.with_columns(class_id=classes))
    found = again(given_, "yolo").annotations
    assert found["keypoints"].to_list() == [pose["keypoints"], skeleton["keypoints"], None]
    lost = {note.values["what"]: note.values["count"] for note in use(EXPORTS["yolo"].losses)(given_, True)}
    assert lost == {"points and lines": 1, "the edges of skeletons": 1}


def test_csv_holds_them(tmp_path: Path):
    write_tables(
        dataset([{**around([1, 2, 3, 4]), "keypoints": [1.0, 2, None], "shape": "points"}]), tmp_path, WriteOptions()
    )
    text = (tmp_path / "annotations.csv").read_text()
    assert '"[1.0, 2.0, null]"' in text
    assert "points" in text
    assert '""left_eye""' in (tmp_path / "categories.csv").read_text()


@QUICK
@given(row=poses(), box=boxes, size=st.tuples(st.integers(8, 200), st.integers(8, 200)))
def test_all_of_it_moves_with_its_picture(row: dict[str, Any], box: RotatedBox, size: tuple[int, int]):
    moved = onto_canvas(dataset([row, turned(box)]), size).annotations
    x0, x1 = moved["x_min"][0], moved["x_max"][0]
    across = (x1 - x0) / max(row["x_max"] - row["x_min"], 1e-9) if row["x_max"] - row["x_min"] > 1 else None
    before, after = (
        np.array(each, float).reshape(-1, 3) for each in (row["keypoints"], moved["keypoints"][0].to_list())
    )
    assert after[:, 2].tolist() == before[:, 2].tolist()
    if across:
        assert after[:, 0] - x0 == pytest.approx((before[:, 0] - row["x_min"]) * across, abs=1e-6)
    corners = moved["polygons"][1][0].to_list()
    assert moved.select(EDGES).row(1) == pytest.approx(polygons_bounds([corners]))
    if moved["shape"][1] == "rotated_box":
        there = rotated_box(corners)
        assert rotated_corners(there) == pytest.approx(corners, abs=2.0)
        assert math.cos(there.angle - box.angle) > 0 or min(box.width, box.height) < 3


def test_a_picture_that_is_stretched_makes_an_outline_of_a_rotated_box():
    from loopviz.fitting import move_annotations

    given_ = dataset([turned(RotatedBox(32, 24, 30, 10, 0.7)), turned(RotatedBox(32, 24, 30, 10, 0.0))])
    move = {"frame": [0], "width": [WIDTH], "height": [HEIGHT], "new_width": [2 * WIDTH], "new_height": [HEIGHT]}
    move |= {"left": [0], "top": [0], "canvas_width": [2 * WIDTH], "canvas_height": [HEIGHT]}
    moved = move_annotations(given_.annotations, pl.DataFrame(move))
    assert moved["shape"].to_list() == [None, "rotated_box"]
    assert rotated_box(moved["polygons"][1][0].to_list()) == pytest.approx((64, 24, 60, 10, 0))
