from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import box, make_dataset, with_boxes

from loopviz import geometry
from loopviz.interpolation.carry import carriable, gaps_of
from loopviz.interpolation.tracks import mixed, tracked

SQUARE = [10.0, 10.0, 50.0, 10.0, 50.0, 50.0, 10.0, 50.0]
NUMBER = st.floats(0, 300, allow_nan=False).map(lambda value: round(value, 3))


def carried(*rows: dict[str, Any], most: int = 24, frames: int = 9) -> pl.DataFrame:
    """What is carried between rows of a clip of nine frames, as numbers."""
    dataset = with_boxes(make_dataset(frames, people=False), *rows)
    return tracked(carriable(dataset), gaps_of(dataset), most).sort("frame", "class_id")


def at(frame: int, x: float, **more: Any) -> dict[str, Any]:
    return box(x, 10, x + 20, 30, frame=frame, **more)


def places(rows: pl.DataFrame) -> list[tuple[int, float]]:
    return [(frame, round(x, 6)) for frame, x in rows.select("frame", "x_min").iter_rows()]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([at(0, 0), at(4, 40)], [(1, 10), (2, 20), (3, 30)], id="one of the category"),
        pytest.param([at(0, 0), at(0, 90), at(4, 40)], [], id="two before"),
        pytest.param([at(0, 0), at(4, 90), at(4, 40)], [], id="two after"),
        pytest.param([at(0, 0), at(4, 40, class_id=1)], [], id="another category"),
        pytest.param([at(0, 0, track_id=7), at(2, 40, track_id=7)], [(1, 20)], id="a track"),
        pytest.param([at(0, 0, track_id=7), at(2, 40, track_id=8)], [], id="another track"),
        pytest.param([at(0, 0, track_id=7), at(2, 40)], [], id="a track on one side"),
        pytest.param([at(0, 0, track_id=7), at(2, 40, track_id=7, class_id=1)], [], id="a track that changes"),
        pytest.param(
            [at(0, 0, track_id=7), at(0, 100, track_id=8), at(2, 140, track_id=8), at(2, 40, track_id=7)],
            [(1, 20), (1, 120)],
            id="two tracks of a category",
        ),
        pytest.param([at(0, 0, track_id=7), at(0, 9, track_id=7), at(2, 40, track_id=7)], [], id="a track twice"),
        pytest.param([at(0, 0), at(2, 40), at(4, 0)], [(1, 20), (3, 20)], id="two gaps"),
        pytest.param([at(0, 0), at(2, 40, class_id=1), at(4, 40)], [], id="not past a labelled frame"),
        pytest.param([at(3, 0), at(4, 40)], [], id="no gap"),
        pytest.param([at(3, 0)], [], id="one frame"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_what_is_carried(rows: list[dict[str, Any]], expected: list[tuple[int, float]]):
    found = carried(*rows)
    assert sorted(places(found)) == expected


@pytest.mark.parametrize(("most", "count"), [(3, 0), (4, 3), (5, 3)])
def test_a_gap_may_not_be_longer(most: int, count: int):
    assert carried(at(0, 0), at(4, 40), most=most).height == count


@given(NUMBER, NUMBER, NUMBER, NUMBER)
def test_a_linear_motion_is_met_exactly(x0: float, y0: float, x1: float, y1: float):
    rows = [box(x, y, x + 20, y + 10, frame=frame) for frame, x, y in ((0, x0, y0), (2, x1, y1))]
    (middle,) = carried(*rows).iter_rows(named=True)
    assert (middle["x_min"], middle["y_min"]) == pytest.approx(((x0 + x1) / 2, (y0 + y1) / 2))
    assert middle["x_max"] - middle["x_min"] == pytest.approx(20)


@given(st.lists(NUMBER, min_size=4, max_size=4), st.lists(NUMBER, min_size=4, max_size=4))
def test_the_ends_are_what_was_drawn(one: list[float], other: list[float]):
    a, b = np.array(one), np.array(other)
    assert np.array_equal(mixed(a, b, 0.0), a)
    assert np.array_equal(mixed(a, b, 1.0), b)


def test_polygons_of_the_same_points_move_point_by_point():
    moved = [value + 20 for value in SQUARE]
    shapes = [box(10, 10, 50, 50, frame=0, polygons=[SQUARE]), box(30, 30, 70, 70, frame=2, polygons=[moved])]
    (middle,) = carried(*shapes).iter_rows(named=True)
    assert middle["polygons"] == [[value + 10 for value in SQUARE]]
    assert [middle[edge] for edge in ("x_min", "y_min", "x_max", "y_max")] == [20, 20, 60, 60]


def test_polygons_of_other_points_keep_their_outline():
    finer = [10.0, 10.0, 30.0, 10.0, 50.0, 10.0, 50.0, 50.0, 10.0, 50.0]
    moved = [value + 20 for value in (finer[6:] + finer[:6])]  # begins elsewhere
    shapes = [box(10, 10, 50, 50, frame=0, polygons=[SQUARE]), box(30, 30, 70, 70, frame=2, polygons=[moved])]
    (middle,) = carried(*shapes).iter_rows(named=True)
    assert [middle[edge] for edge in ("x_min", "y_min", "x_max", "y_max")] == pytest.approx([20, 20, 60, 60])
    assert geometry.polygon_area(middle["polygons"][0]) == pytest.approx(1600)


def test_of_several_parts_the_nearer_shape_moves_along():
    one, two = [SQUARE, [value + 60 for value in SQUARE]], [SQUARE]
    shapes = [box(10, 10, 110, 110, frame=0, polygons=one), box(10, 10, 50, 50, frame=4, polygons=two)]
    rows = list(carried(*shapes).iter_rows(named=True))
    assert [len(row["polygons"]) for row in rows] == [2, 2, 1]
    assert [row["x_max"] for row in rows] == pytest.approx([95, 80, 65])


def test_masks_become_outlines():
    rows = []
    for frame, left in ((0, 20), (2, 40)):
        mask = np.zeros((240, 320), np.bool_)
        mask[50:90, left : left + 40] = True
        text = geometry.rle_to_string(geometry.rle_from_mask(mask))
        rows.append(box(left, 50, left + 40, 90, frame=frame, mask_rle=text))
    (middle,) = carried(*rows).iter_rows(named=True)
    assert middle["mask_rle"] is None
    assert [middle[edge] for edge in ("x_min", "y_min", "x_max", "y_max")] == pytest.approx([30, 50, 70, 90])
    assert geometry.polygon_area(middle["polygons"][0]) == pytest.approx(1600)


def test_frames_of_another_size_are_not_between():
    dataset = with_boxes(make_dataset(3, people=False), at(0, 0), at(2, 40))
    other = dataset.replace(frames=dataset.frames.with_columns(width=pl.Series([320, 320, 640])))
    assert tracked(carriable(other), gaps_of(other), 24).height == 0


def test_keypoints_move_and_one_that_is_not_there_does_not():
    one = at(0, 0, keypoints=[0, 0, 2, 5, 5, 1, 0, 0, 0])
    other = at(4, 40, keypoints=[40, 8, 1, 0, 0, 0, 7, 7, 2])
    found = carried(one, other)
    assert found["keypoints"].to_list() == [
        [10, 2, 2, 5, 5, 1, 0, 0, 0],
        [20, 4, 2, 5, 5, 1, 0, 0, 0],
        [30, 6, 1, 0, 0, 0, 7, 7, 2],
    ]
    assert found["keypoint_confidence"].null_count() == 3


def test_points_have_the_box_around_them_and_a_rotated_box_turns():
    def point(frame: int, x: float) -> dict[str, Any]:
        return box(x, 5, x, 5, frame=frame, keypoints=[x, 5, None], shape="points")

    found = carried(point(0, 0), point(2, 8))
    assert found.select("x_min", "x_max", "shape").rows() == [(4, 4, "points")]

    def turned(frame: int, angle: float) -> dict[str, Any]:
        corners = geometry.rotated_corners(geometry.RotatedBox(50, 50, 30, 10, angle))
        edges = geometry.polygons_bounds([corners])
        return box(*edges, frame=frame, polygons=[corners], shape="rotated_box")

    (row,) = carried(turned(0, -0.2), turned(2, 0.6)).rows(named=True)
    assert row["shape"] == "rotated_box"
    assert geometry.rotated_box(row["polygons"][0]) == pytest.approx((50, 50, 30, 10, 0.2))
