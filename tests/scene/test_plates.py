from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopviz.scene.layout import Area
from loopviz.scene.plates import (
    AWAY,
    PLACES,
    PlateField,
    Spot,
    candidates,
    clear_of,
    costs_around,
    edges,
    free,
    on_lines,
    overlaps,
    place_costs,
    places_around,
)

BOUNDS = Area(0, 0, 640, 480)
RESERVED = (Area(0, 0, 200, 300), Area(0, 440, 640, 40))
HARDLY = PlateField(BOUNDS, (), gap=2, thickness=2)

side = st.integers(0, 640)
boxes_strategy = st.lists(
    st.tuples(side, side, st.integers(1, 300), st.integers(1, 300)).map(
        lambda b: (float(min(b[0], 639)), float(min(b[1], 479)), min(640.0, b[0] + b[2]), min(480.0, b[1] + b[3]))
    ).filter(lambda b: b[2] > b[0] and b[3] > b[1]),
    min_size=1,
    max_size=25,
)  # fmt: skip


def plates(spots: list[Spot | None], sizes: np.ndarray) -> np.ndarray:
    placed = [(s.x, s.y, s.x + w, s.y + h) for s, (w, h) in zip(spots, sizes, strict=True) if s]
    return np.array(placed, np.float64).reshape(-1, 4)


def assert_apart(placed: np.ndarray, reserved: tuple[Area, ...] = (), bounds: Area = BOUNDS) -> None:
    touching = overlaps(placed, placed)
    np.fill_diagonal(touching, False)
    assert not touching.any()
    assert free(placed, bounds, np.array([(a.x, a.y, a.right, a.bottom) for a in reserved]).reshape(-1, 4)).all()


@given(boxes_strategy, st.data())
@settings(max_examples=60)
def test_plates_never_touch_never_leave_and_never_enter_what_is_reserved(
    boxes: list[tuple[float, ...]], data: st.DataObject
):
    sizes = (
        np.array(
            data.draw(
                st.lists(st.tuples(st.integers(1, 90), st.integers(1, 15)), min_size=len(boxes), max_size=len(boxes))
            )
        )
        * 2
    )
    preferred = data.draw(st.lists(st.integers(0, PLACES - 1), min_size=len(boxes), max_size=len(boxes)))
    spots = PlateField(BOUNDS, RESERVED, gap=3, thickness=2).place(np.array(boxes), sizes, preferred, range(len(boxes)))
    assert len(spots) == len(boxes)
    assert_apart(plates(spots, sizes), RESERVED)
    assert all(spot is None or (spot[0] % 2 == spot[1] % 2 == 0) for spot in spots)


def test_a_crowd_of_two_hundred_is_kept_apart_quickly():
    draw = np.random.default_rng(5)
    low = draw.uniform(0, 1, (200, 2)) * (1800, 1000)
    boxes = np.concatenate([low, low + draw.uniform(20, 120, (200, 2))], axis=1).clip(0, [1920, 1080, 1920, 1080])
    sizes = np.tile([[80, 24]], (200, 1))
    bounds = Area(0, 0, 1920, 1080)
    field = PlateField(bounds, (), gap=2, thickness=2)
    begin = time.process_time()
    spots = field.place(boxes, sizes, [0] * 200, range(200))
    assert time.process_time() - begin < 3
    placed = plates(spots, sizes)
    assert_apart(placed, bounds=bounds)
    assert len(placed) > 190


def test_without_room_a_plate_is_left_out():
    tight = PlateField(Area(0, 0, 40, 20), (), gap=2, thickness=1)
    spots = tight.place(
        np.array([[0, 0, 40, 20], [0, 0, 40, 20]], np.float64), np.array([[36, 16], [36, 16]]), [0, 0], [0, 1]
    )
    assert sum(spot is not None for spot in spots) == 1
    assert tight.place(np.array([[0, 0, 40, 20.0]]), np.array([[50, 10]]), [0], [0]) == [None]


@pytest.mark.parametrize("preferred", range(PLACES))
def test_a_plate_with_room_stands_at_its_preferred_place(preferred: int):
    box = np.array([[300, 200, 420, 300]], np.float64)
    size = np.array([[40, 20]])
    wanted = candidates(box, size.astype(float), 2)[0, preferred]
    cheaper = HARDLY.costs(box, size.astype(float), np.array([0]))[0]
    spots = HARDLY.place(box, size, [preferred], [0])
    assert spots == [(*wanted[:2], preferred)] or cheaper[preferred] > cheaper.min() + 3


@pytest.mark.parametrize(
    ("index", "place"),
    [
        pytest.param(0, (300, 178), id="above, left"),
        pytest.param(1, (380, 178), id="above, right"),
        pytest.param(2, (300, 302), id="below, left"),
        pytest.param(5, (258, 280), id="on the left, at the foot"),
        pytest.param(9, (422, 240), id="on the right, in the middle"),
        pytest.param(10, (340, 178), id="above, in the middle"),
        pytest.param(12, (304, 204), id="inside, at the corner"),
        pytest.param(15, (376, 276), id="inside, at the other corner"),
    ],
)
def test_known_places(index: int, place: tuple[int, int]):
    (spots,) = candidates(np.array([[300, 200, 420, 300.0]]), np.array([[40, 20.0]]), 2)
    assert spots.shape == (PLACES, 4)
    assert spots[index].tolist() == [*place, place[0] + 40, place[1] + 20]


def test_a_plate_departs_from_its_place_rather_than_cover_another():
    boxes = np.array([[300, 200, 420, 300], [300, 120, 420, 198]], np.float64)
    sizes = np.array([[40, 20], [40, 20]])
    spots = HARDLY.place(boxes, sizes, [0, 0], [0, 1])
    assert_apart(plates(spots, sizes))
    lines = edges(boxes[1:], 2)
    assert not overlaps(plates(spots[:1], sizes[:1]), lines).any()
    assert HARDLY.place(boxes[:1], sizes[:1], [0], [0]) == [(300, 178, 0)]


def test_a_plate_at_the_pictures_edge_comes_inside():
    spots = HARDLY.place(np.array([[0, 0, 640, 480]], np.float64), np.array([[60, 20]]), [0], [0])
    x, y, _ = spots[0]
    assert 0 <= x <= 580
    assert 0 <= y <= 460


def test_no_boxes_no_plates():
    assert HARDLY.place(np.empty((0, 4)), np.empty((0, 2)), [], []) == []


def test_edges_are_the_four_bars_inside_a_box():
    bars = edges(np.array([[10, 20, 50, 60]], np.float64), 3)
    assert bars.tolist() == [[10, 20, 50, 23], [10, 57, 50, 60], [10, 20, 13, 60], [47, 20, 50, 60]]


def test_touching_edges_do_not_overlap():
    square = np.array([[0, 0, 10, 10]], np.float64)
    assert not overlaps(square, np.array([[10, 0, 20, 10], [0, 10, 10, 20]], np.float64)).any()
    assert overlaps(square, np.array([[9, 9, 20, 20]], np.float64)).all()


@given(boxes_strategy, st.data())
@settings(max_examples=30)
def test_a_plate_costs_the_same_looked_at_alone_and_with_all_others(
    boxes: list[tuple[float, ...]], data: st.DataObject
):
    field, around = PlateField(BOUNDS, RESERVED, gap=3, thickness=2), np.array(boxes)
    sizes = np.tile([[40.0, 16.0]], (len(boxes), 1))
    every = field.costs(around, sizes, np.arange(len(boxes)))
    some = np.array(sorted(data.draw(st.sets(st.integers(0, len(boxes) - 1), min_size=1))))
    np.testing.assert_array_equal(field.costs(around, sizes[some], some), every[some])


class TestAClipsPlaces:
    """Places around boxes, of a clip that is known whole."""

    def test_they_begin_with_the_sixteen_and_are_all_inside(self):
        boxes, sizes = np.array([[300, 200, 420, 300.0]]), np.array([[40, 20.0]])
        (places,) = places_around(boxes, sizes, 2, BOUNDS)
        np.testing.assert_array_equal(places[:PLACES], candidates(boxes, sizes, 2)[0])
        assert len(places) == len(AWAY)
        at_edges = places_around(
            np.array([[0, 0, 640, 480], [600, 470, 640, 480.0]]), np.tile(sizes, (2, 1)), 2, BOUNDS
        )
        assert free(at_edges.reshape(-1, 4), BOUNDS, np.empty((0, 4))).all()
        assert (at_edges % 2 == 0).all()

    @given(boxes_strategy)
    @settings(max_examples=30)
    def test_they_cost_what_they_do_alone(self, boxes: list[tuple[float, ...]]):
        around, sizes = (
            np.array(boxes) + np.array([0, 0, 4, 4]),
            np.tile([[40.0, 16.0]], (len(boxes), 1)),
        )  # wider than a line
        places, own = places_around(around, sizes, 3, BOUNDS), np.arange(len(boxes))
        alone = place_costs(places[:, :PLACES], own, around, 2)
        one_each = costs_around(places, own, np.tile(around, (len(boxes), 1, 1)), 2)
        np.testing.assert_allclose(one_each[:, :PLACES], alone)

    def test_what_is_absent_covers_nothing(self):
        boxes = np.array([[[300, 200, 420, 300], [np.nan] * 4]])
        places = places_around(boxes[:, 0], np.array([[40, 20.0]]), 2, BOUNDS)
        one = costs_around(places, np.array([0]), boxes[:, :1], 2)
        np.testing.assert_array_equal(costs_around(places, np.array([0]), boxes, 2), one)

    def test_on_a_line_is_neither_beside_a_box_nor_within_it(self):
        spots = np.array([[[10, 10, 20, 20], [40, 40, 60, 60], [0, 40, 8, 60], [30, 38, 50, 44], [98, 50, 104, 60.0]]])
        box = np.array([[[30, 30, 100, 100.0]]])
        found = on_lines(spots, box, np.array([-1]), 3)
        assert found.tolist() == [[False, False, False, True, True]]
        assert not on_lines(spots, box, np.array([0]), 3).any()  # its own

    @pytest.mark.parametrize(
        ("reserved", "left"),
        [
            pytest.param([], (0, 0, 640, 480), id="nothing"),
            pytest.param([Area(0, 0, 200, 480)], (200, 0, 440, 480), id="a panel at the left"),
            pytest.param([Area(480, 0, 300, 480)], (0, 0, 480, 480), id="one over the right edge"),
            pytest.param([Area(0, 400, 640, 80), Area(0, 0, 200, 480)], (200, 0, 440, 400), id="a strip and a panel"),
            pytest.param([Area(900, 0, 50, 50)], (0, 0, 640, 480), id="elsewhere"),
        ],
    )
    def test_what_is_left_of_the_picture(self, reserved: list[Area], left: tuple[float, ...]):
        assert clear_of(Area(0, 0, 640, 480), reserved) == Area(*left)
