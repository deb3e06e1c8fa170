from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from loopviz import geometry as g
from loopviz.errors import InputError

coordinates = st.floats(-1e4, 1e4, width=32)
corner_boxes = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=1, max_dims=1, max_side=6).map(lambda s: (*s, 4)), elements=coordinates
)
masks = hnp.arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))

# Real masks of 1440 x 960 pixels as pycocotools compressed them; box (x, y, width, height) and area are its own.
PYCOCOTOOLS = [
    pytest.param(
        "gh[d0e1Yl03N1O1O10000O2O0000000O1000001O0O101O115JO0000000000000000NK60100O2O000000001O0000=B2O0000002N1O00i0VOV\\Zd0",
        (695, 207, 51, 73),
        3061,
        id="with a notch",
    ),
    pytest.param(
        "`a_d0l0`l0d0K6M2O1O1O101N100000000O101O00001N2O2N5K02N1O00000000000J6O1OO2O0101O000000001O000000>A101O00002N001NnfUd0",
        (699, 207, 52, 73),
        3117,
        id="with two humps",
    ),
    pytest.param(
        "SfPe0f0Tm0<G:H8H8G9H8I6D=D:G7L4M1N3N2N1N2O001O1N2O1O001O10O100OO2O00001O000O2M200000001O00001O1O100O2N6J3M000001O"
        "0O101O1O1E;L4N3M3M3M4M3M4K7J2M8I4K8H:G4K:F=C=C=CeQmb0",
        (717, 481, 77, 154),
        8959,
        id="tall",
    ),
]  # fmt: skip


class TestBoxes:
    @pytest.mark.parametrize(
        ("corners", "centre"),
        [
            pytest.param([0, 0, 4, 2], [2, 1, 4, 2], id="at the corner"),
            pytest.param([1.5, 2, 2, 7], [1.75, 4.5, 0.5, 5], id="fractions"),
            pytest.param([3, 3, 3, 3], [3, 3, 0, 0], id="a point"),
        ],
    )
    def test_centres_of_known_boxes(self, corners: list[float], centre: list[float]):
        assert g.boxes_to_centres(np.array([corners])).tolist() == [centre]
        assert g.boxes_from_centres(np.array([centre])).tolist() == [corners]

    @given(corner_boxes)
    def test_there_and_back(self, boxes: g.Boxes):
        np.testing.assert_allclose(g.boxes_from_centres(g.boxes_to_centres(boxes)), boxes, atol=1e-9)

    @given(corner_boxes, st.floats(0, 500), st.floats(0, 500))
    def test_clipped_boxes_are_inside_and_stay_when_clipped_again(self, boxes: g.Boxes, width: float, height: float):
        clipped = g.clip_boxes(boxes, width, height)
        assert (clipped >= 0).all()
        assert (clipped[:, [0, 2]] <= width).all()
        assert (clipped[:, [1, 3]] <= height).all()
        np.testing.assert_array_equal(g.clip_boxes(clipped, width, height), clipped)

    @pytest.mark.parametrize(
        ("box", "clipped"),
        [
            pytest.param([10, 10, 20, 20], [10, 10, 20, 20], id="inside"),
            pytest.param([-5, -5, 105, 55], [0, 0, 100, 50], id="all around"),
            pytest.param([90, 40, 120, 60], [90, 40, 100, 50], id="over a corner"),
            pytest.param([200, 10, 220, 20], [100, 10, 100, 20], id="outside has no area"),
        ],
    )
    def test_known_clips(self, box: list[float], clipped: list[float]):
        assert g.clip_boxes(np.array([box], np.float64), 100, 50).tolist() == [clipped]

    def test_areas(self):
        boxes = np.array([[0, 0, 4, 2.5], [1, 1, 1, 9], [5, 5, 2, 9], [5, 5, 2, 2]], np.float64)
        assert g.box_areas(boxes).tolist() == [10, 0, 0, 0]

    def test_no_boxes_are_fine(self):
        none = np.empty((0, 4))
        for result in (g.boxes_from_centres(none), g.boxes_to_centres(none), g.clip_boxes(none, 1, 1)):
            assert result.shape == (0, 4)
        assert g.box_areas(none).shape == (0,)


class TestPolygons:
    @pytest.mark.parametrize(
        ("polygon", "area"),
        [
            pytest.param([0, 0, 4, 0, 4, 3, 0, 3], 12, id="rectangle"),
            pytest.param([0, 0, 0, 3, 4, 3, 4, 0], 12, id="the other way round"),
            pytest.param([0, 0, 4, 0, 0, 3], 6, id="triangle"),
            pytest.param([0, 0, 4, 0, 4, 4, 2, 1, 0, 4], 10, id="concave"),
            pytest.param([1, 1, 5, 5], 0, id="a line"),
        ],
    )
    def test_known_areas(self, polygon: list[float], area: float):
        assert g.polygon_area(polygon) == area

    @given(st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=8), st.integers(0, 7))
    def test_area_does_not_depend_on_where_it_begins(self, points: list[tuple[float, float]], turn: int):
        turn %= len(points)
        turned = np.array(points[turn:] + points[:turn]).ravel()
        assert g.polygon_area(turned) == pytest.approx(g.polygon_area(np.ravel(points)), rel=1e-6, abs=1e-3)

    def test_bounds(self):
        assert g.polygons_bounds([[5, 1, 7, 2, 6, 9], [3.5, 4, 3.5, 5]]) == (3.5, 1, 7, 9)
        assert g.polygons_bounds([[], [1, 2]]) == (1, 2, 1, 2)

    @pytest.mark.parametrize("nothing", [pytest.param([], id="no polygon"), pytest.param([[]], id="no point")])
    def test_no_points_have_no_bounds(self, nothing: list[list[float]]):
        with pytest.raises(ValueError, match=r"."):
            g.polygons_bounds(nothing)

    @given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
    def test_a_rectangle_on_pixel_edges_is_exactly_its_pixels(self, x0: int, y0: int, x1: int, y1: int):
        mask = g.polygons_to_mask([[x0, y0, x1, y0, x1, y1, x0, y1]], 8, 7)
        expected = np.zeros((8, 7), np.bool_)
        expected[min(y0, y1) : max(y0, y1), min(x0, x1) : max(x0, x1)] = True
        np.testing.assert_array_equal(mask, expected)

    @given(st.lists(st.floats(-3, 12, width=32), min_size=6, max_size=6))
    @settings(max_examples=60)
    def test_a_triangle_holds_the_pixels_whose_centres_are_in_it(self, flat: list[float]):
        corners = np.array(flat).reshape(3, 2)
        y, x = np.mgrid[0:9, 0:10] + 0.5
        sides = [
            (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
            for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)
        ]
        clear = np.all([np.abs(side) > 1e-6 for side in sides], axis=0)  # on the line either is right
        inside = np.all([side > 0 for side in sides], axis=0) | np.all([side < 0 for side in sides], axis=0)
        mask = g.polygons_to_mask([flat], 9, 10)
        np.testing.assert_array_equal(mask[clear], inside[clear])

    def test_polygons_add_up_and_each_alone_is_even_odd(self):
        square, other = [0, 0, 6, 0, 6, 6, 0, 6], [4, 4, 8, 4, 8, 8, 4, 8]
        both = g.polygons_to_mask([square, other], 8, 8)
        assert int(both.sum()) == 36 + 16 - 4
        bow_tie = [0, 0, 8, 8, 8, 0, 0, 8]
        assert not g.polygons_to_mask([bow_tie], 8, 8)[0, 4]
        assert g.polygons_to_mask([bow_tie], 8, 8)[4, 0]

    def test_absurd_coordinates_are_cut_off(self):
        assert g.polygons_to_mask([[-1e12, -1e12, 1e12, -1e12, 1e12, 1e12, -1e12, 1e12]], 3, 4).all()
        assert not g.polygons_to_mask([[1e12, 0, 2e12, 0, 2e12, 3]], 3, 4).any()


class TestMasks:
    @given(masks)
    def test_runs_there_and_back(self, mask: g.Mask):
        counts = g.rle_from_mask(mask)
        assert int(counts.sum()) == mask.size
        assert (counts[1:] > 0).all()
        np.testing.assert_array_equal(g.mask_from_rle(counts, *mask.shape), mask)

    @given(masks)
    def test_area_and_bounds_are_those_of_the_pixels(self, mask: g.Mask):
        counts = g.rle_from_mask(mask)
        assert g.rle_area(counts) == int(mask.sum())
        rows, columns = np.nonzero(mask)
        bounds = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) if len(rows) else (0, 0, 0, 0)
        assert g.rle_bounds(counts, mask.shape[0]) == bounds

    @given(masks, st.lists(st.integers(0, 20), max_size=4))
    def test_bounds_do_not_mind_empty_runs(self, mask: g.Mask, places: list[int]):
        counts = g.rle_from_mask(mask).tolist()
        for place in places:  # n = n + 0 + 0: COCO files of some tools hold such runs
            at = place % len(counts)
            counts[at + 1 : at + 1] = [0, 0]
        assert g.rle_bounds(np.array(counts), mask.shape[0]) == g.rle_bounds(g.rle_from_mask(mask), mask.shape[0])

    @pytest.mark.parametrize(
        ("mask", "counts"),
        [
            pytest.param([[0, 0], [0, 0]], [4], id="nothing"),
            pytest.param([[1, 1], [1, 1]], [0, 4], id="everything"),
            pytest.param([[0, 1], [0, 0]], [2, 1, 1], id="down the columns"),
            pytest.param([[1, 0], [0, 1]], [0, 1, 2, 1], id="begins with foreground"),
        ],
    )
    def test_known_runs(self, mask: list[list[int]], counts: list[int]):
        assert g.rle_from_mask(np.array(mask, np.bool_)).tolist() == counts

    @pytest.mark.parametrize(
        "counts",
        [
            pytest.param([5], id="too few"),
            pytest.param([7], id="too many"),
            pytest.param([8, -2], id="a negative run that makes the sum right"),
            pytest.param([], id="none"),
        ],
    )
    def test_runs_that_do_not_fill_the_picture_are_refused(self, counts: list[int]):
        with pytest.raises(ValueError, match=r"3x2 has 6 pixels"):
            g.mask_from_rle(np.array(counts, np.int64), 2, 3)

    def test_a_few_bytes_that_say_a_huge_picture_are_not_unpacked(self):
        with pytest.raises(InputError, match="too large to be unpacked"):
            g.mask_from_rle(np.array([0, 10**10], np.int64), 10**5, 10**5)

    def test_outlines_run_through_the_border_pixels_centres_with_holes(self):
        mask = np.zeros((9, 9), np.bool_)
        mask[1:8, 2:7] = True
        mask[3:6, 4] = False
        outer, hole = g.mask_outlines(mask)
        assert sorted(map(tuple, outer)) == [(2.5, 1.5), (2.5, 7.5), (6.5, 1.5), (6.5, 7.5)]
        assert hole[:, 0].min() == 3.5
        assert hole[:, 0].max() == 5.5
        assert g.mask_outlines(np.zeros((4, 4), np.bool_)) == []

    @pytest.mark.parametrize(
        ("polygon", "rings"),
        [
            pytest.param("00 90 99 09", ["00 90 99 09"], id="no hole"),
            pytest.param("00 90 99 09 00 22 28 88 82 22", ["00 90 99 09", "22 28 88 82"], id="a hole"),
            pytest.param("22 00 90 99 09 00 22 28 88 82", ["22 28 88 82", "00 90 99 09"], id="begun in the hole"),
            pytest.param(
                "00 90 99 09 00 22 24 44 64 66 86 84 64 44 42 22",
                ["00 90 99 09", "64 66 86 84", "22 24 44 42"],
                id="a hole let in from another one",
            ),
            pytest.param("00 40 44 84 88 48 44 04", ["00 40 44 84 88 48 44 04"], id="corners that touch"),
            pytest.param("00 90 99 55 99 09", ["00 90 99 09"], id="a thorn"),
            pytest.param("00 90 00", ["00 90 00"], id="nothing but a way and back"),
        ],
    )
    def test_rings_of_a_polygon_leave_out_the_ways_to_its_holes(self, polygon: str, rings: list[str]):
        def points(text: str) -> np.ndarray:
            return np.array([[float(digit) for digit in pair] for pair in text.split()])

        found = g.polygon_rings(points(polygon))
        assert [ring.tolist() for ring in found] == [points(ring).tolist() for ring in rings]


class TestCompressedRuns:
    @pytest.mark.parametrize(("text", "box", "area"), PYCOCOTOOLS)
    def test_pycocotools_strings_mean_what_it_says(self, text: str, box: tuple[int, ...], area: int):
        counts = g.rle_from_string(text)
        x, y, width, height = box
        assert int(counts.sum()) == 1440 * 960
        assert g.rle_area(counts) == area
        assert g.rle_bounds(counts, 960) == (x, y, x + width, y + height)
        rows, columns = np.nonzero(g.mask_from_rle(counts, 960, 1440))
        assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (x, y, x + width, y + height)
        assert g.rle_to_string(counts) == text

    @given(st.lists(st.integers(0, 2**31 - 1), max_size=30))
    def test_there_and_back(self, counts: list[int]):
        assert g.rle_from_string(g.rle_to_string(counts)).tolist() == counts

    @given(masks)
    def test_a_mask_there_and_back(self, mask: g.Mask):
        text = g.rle_to_string(g.rle_from_mask(mask))
        np.testing.assert_array_equal(g.mask_from_rle(g.rle_from_string(text), *mask.shape), mask)

    @pytest.mark.parametrize(
        ("counts", "text"),
        [
            pytest.param([], "", id="none"),
            pytest.param([0], "0", id="zero"),
            pytest.param([15], "?", id="four bits"),
            pytest.param([16], "`0", id="the sign needs a second character"),
            pytest.param([6, 1, 40, 4, 5, 4, 5, 4, 21], "61X13mN000`0", id="the example of the source"),
        ],
    )
    def test_known_strings(self, counts: list[int], text: str):
        assert g.rle_to_string(counts) == text
        assert g.rle_from_string(text).tolist() == counts

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("0P", id="breaks off inside a number"),
            pytest.param("0 0", id="a space"),
            pytest.param("0\n", id="a line's end"),
            pytest.param("0é", id="not ASCII"),
            pytest.param("\ud800", id="no Unicode"),
            pytest.param("p" * 40, id="never ends"),
            pytest.param("o" * 12 + "?", id="beyond 64 bits"),
            pytest.param("o" * 7 + "?", id="longer than any picture"),
        ],
    )
    def test_what_the_form_cannot_hold_is_refused(self, text: str):
        with pytest.raises(ValueError, match=r"."):
            g.rle_from_string(text)

    @given(st.text(st.characters(min_codepoint=48, max_codepoint=111), max_size=60))
    def test_any_text_gives_runs_or_a_value_error(self, text: str):
        try:
            counts = g.rle_from_string(text)
        except ValueError:
            return
        assert counts.dtype == np.int64


@given(hnp.arrays(np.float64, (5, 2, 4), elements=st.floats(-50, 50)))
def test_boxes_overlap_in_pairs_as_they_do_each_with_each(pairs: np.ndarray):
    one, other = pairs[:, 0], pairs[:, 1]
    np.testing.assert_array_equal(g.paired_iou(one, other), np.diag(g.box_iou(one, other)))


def test_what_lies_nowhere_overlaps_with_nothing():
    one = np.array([[0.0, 0.0, 9.0, 9.0], [5.0, 5.0, 5.0, 5.0]])
    assert g.paired_iou(one, np.array([[np.nan] * 4, [5.0, 5.0, 5.0, 5.0]])).tolist() == [0.0, 0.0]


MASKED = np.zeros((8, 10), dtype=bool)
MASKED[2:5, 3:7] = True


@pytest.mark.parametrize(
    ("row", "rings"),
    [
        pytest.param({"polygons": None, "mask_rle": None}, [], id="a box"),
        pytest.param({"polygons": [[0, 0, 4, 0, 4, 4]], "mask_rle": None}, [[[0, 0], [4, 0], [4, 4]]], id="a polygon"),
        pytest.param(
            {"polygons": [[0, 0, 9, 0, 9, 9, 0, 0, 2, 1, 3, 1, 3, 2, 2, 1]], "mask_rle": None},
            [[[0, 0], [9, 0], [9, 9]], [[2, 1], [3, 1], [3, 2]]],
            id="one with a hole",
        ),
        pytest.param(
            {"polygons": None, "mask_rle": g.rle_to_string(g.rle_from_mask(MASKED))},
            [[[3.5, 2.5], [3.5, 4.5], [6.5, 4.5], [6.5, 2.5]]],
            id="a mask",
        ),
    ],
)
def test_the_outlines_of_a_label(row: dict[str, object], rings: list[list[list[float]]]):
    found = g.row_rings(row, 8, 10)
    assert sorted(ring.tolist() for ring in found) == sorted(rings)
    if row["mask_rle"]:
        np.testing.assert_array_equal(g.row_mask(row, 8, 10), MASKED)
