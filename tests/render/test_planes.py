from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import samples, yuv_frame

from loopviz.media import ColorTags
from loopviz.render.planes import around, draw_sprite, fill_rect, planes, rgb_to_yuv, to_planar


def tags(matrix: str = "bt709", full: bool = False) -> ColorTags:
    return ColorTags(matrix, full, 1, 1, 1)


def canvas(width: int, height: int, values: tuple[int, int, int] = (100, 120, 140)) -> tuple[np.ndarray, ...]:
    return tuple(
        np.full((height // step, width // step), value, np.uint8) for value, step in zip(values, (1, 2, 2), strict=True)
    )


class TestViews:
    @pytest.mark.parametrize("size", [(64, 48), (34, 18), (33, 17), (2, 2), (1, 1)])
    def test_views_have_the_planes_sizes_without_their_padding(self, size: tuple[int, int]):
        frame = av.VideoFrame(*size, "yuv420p")
        half = (-(-size[1] // 2), -(-size[0] // 2))
        assert [view.shape for view in planes(frame)] == [(size[1], size[0]), half, half]
        assert size == (64, 48) or frame.planes[0].line_size > size[0]

    def test_what_is_written_through_a_view_is_in_the_picture_and_nowhere_else(self):
        frame = yuv_frame((34, 18))
        padding = [bytes(plane) for plane in frame.planes]
        before = samples(frame)
        views = planes(frame)
        for view, value in zip(views, (1, 2, 3), strict=True):
            view[2:4, 3:5] = value
        for plane, old, value in zip(samples(frame), before, (1, 2, 3), strict=True):
            expected = old.copy()
            expected[2:4, 3:5] = value
            np.testing.assert_array_equal(plane, expected)
        for plane, old in zip(frame.planes, padding, strict=True):
            rows = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)[:, plane.width :]
            np.testing.assert_array_equal(
                rows, np.frombuffer(old, np.uint8).reshape(-1, plane.line_size)[:, plane.width :]
            )


class TestColours:
    @pytest.mark.parametrize(
        ("matrix", "full", "rgb", "yuv"),
        [
            # From BT.601, BT.709 and BT.2020: Y' = KR R' + KG G' + KB B'; limited range: 219 Y' + 16, 224 C' + 128.
            pytest.param("bt709", False, (0, 0, 0), (16, 128, 128), id="709 black"),
            pytest.param("bt709", False, (255, 255, 255), (235, 128, 128), id="709 white"),
            pytest.param("bt709", False, (255, 0, 0), (62.5594, 102.3358482, 240), id="709 red"),
            pytest.param("bt709", False, (0, 255, 0), (172.6288, 41.6641518, 26.2697485), id="709 green"),
            pytest.param("bt709", False, (0, 0, 255), (31.8118, 240, 117.7302515), id="709 blue"),
            pytest.param("bt601", False, (255, 0, 0), (81.481, 90.2031603, 240), id="601 red"),
            pytest.param("bt601", False, (0, 255, 0), (144.553, 53.7968397, 34.21398), id="601 green"),
            pytest.param("bt601", False, (0, 0, 255), (40.966, 240, 109.78602), id="601 blue"),
            pytest.param("bt601", True, (0, 0, 0), (0, 128, 128), id="601 full black"),
            pytest.param("bt601", True, (255, 255, 255), (255, 128, 128), id="601 full white"),
            pytest.param("bt601", True, (255, 0, 0), (76.245, 84.9723476, 255.5), id="601 full red"),
            pytest.param("bt709", True, (128, 128, 128), (128, 128, 128), id="grey has no colour"),
            pytest.param("bt2020", False, (0, 255, 0), (164.482, 47.277134, 25.0080022), id="2020 green"),
        ],
    )
    def test_known_values(self, matrix: str, full: bool, rgb: tuple[int, ...], yuv: tuple[float, ...]):
        np.testing.assert_allclose(rgb_to_yuv(np.array(rgb, np.float64), tags(matrix, full)), yuv, atol=1e-6)

    @pytest.mark.parametrize("matrix", ["bt601", "bt709"])
    def test_ffmpeg_agrees(self, matrix: str):
        draw = np.random.default_rng(2)
        rgb = np.repeat(np.repeat(draw.integers(0, 256, (4, 6, 3), np.uint8), 8, axis=0), 8, axis=1)
        space = {"bt601": "ITU601", "bt709": "ITU709"}[matrix]
        theirs = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="yuv444p", dst_colorspace=space).to_ndarray()
        ours = rgb_to_yuv(rgb.astype(np.float64), tags(matrix)).transpose(2, 0, 1)
        assert np.abs(ours - theirs).max() <= 1.6

    def test_whole_pictures_are_converted_at_once(self):
        rgb = np.random.default_rng(1).uniform(0, 255, (5, 7, 3))
        np.testing.assert_allclose(rgb_to_yuv(rgb, tags())[2, 3], rgb_to_yuv(rgb[2, 3], tags()))


class TestRectangles:
    YUV = np.array([200.4, 60.0, 250.0])

    def test_whole_pixels(self):
        target = canvas(12, 8)
        fill_rect(target, (2, 4, 6, 8), self.YUV)
        for plane, old, value, step in zip(target, canvas(12, 8), (200, 60, 250), (1, 2, 2), strict=True):
            expected = old.copy()
            expected[4 // step : 8 // step, 2 // step : 6 // step] = value
            np.testing.assert_array_equal(plane, expected)

    def test_a_line_of_one_pixel_has_its_brightness_and_half_its_colour(self):
        target = canvas(8, 8)
        fill_rect(target, (0, 3, 8, 4), self.YUV)
        assert target[0][:, 0].tolist() == [100, 100, 100, 200, 100, 100, 100, 100]
        assert target[1][:, 0].tolist() == [120, 90, 120, 120]
        assert target[2][:, 0].tolist() == [140, 195, 140, 140]

    def test_an_odd_corner_covers_a_quarter_of_a_chroma_sample(self):
        target = canvas(8, 8)
        fill_rect(target, (3, 3, 4, 4), self.YUV)
        assert target[0][3, 3] == 200
        assert target[1][1, 1] == 120 - 60 // 4
        assert (target[1] != 120).sum() == 1

    def test_fractional_edges_cover_in_part(self):
        target = canvas(8, 8)
        fill_rect(target, (1.25, 2.5, 3.5, 4), np.array([200.0, 120.0, 140.0]))
        across, down = [0, 0.75, 1, 0.5, 0], [0, 0, 0.5, 1, 0]
        expected = np.rint(100 + 100 * np.outer(down, across))
        np.testing.assert_array_equal(target[0][:5, :5], expected)

    def test_both_edges_in_one_pixel(self):
        target = canvas(8, 8)
        fill_rect(target, (1.25, 0, 1.75, 8), np.array([200.0, 120.0, 140.0]))
        assert target[0][0].tolist() == [100, 150, 100, 100, 100, 100, 100, 100]

    def test_opacity(self):
        target = canvas(8, 8)
        fill_rect(target, (0, 0, 4, 4), np.array([200.0, 20.0, 40.0]), 0.25)
        assert [int(plane[0, 0]) for plane in target] == [125, 95, 115]
        fill_rect(target, (4, 4, 8, 8), np.array([200.0, 20.0, 40.0]), 0.0)
        assert [int(plane[-1, -1]) for plane in target] == [100, 120, 140]

    @pytest.mark.parametrize(("rgb", "plane"), [((255, 0, 0), 2), ((0, 0, 255), 1)])
    @pytest.mark.parametrize("edges", [(0, 0, 4, 4), (0, 0, 3.5, 3.5)])
    def test_the_purest_colours_of_full_range_do_not_overflow(
        self, rgb: tuple[int, ...], plane: int, edges: tuple[float, ...]
    ):
        target = canvas(8, 8)
        fill_rect(target, edges, rgb_to_yuv(np.array(rgb, np.float64), tags("bt601", True)))
        assert target[plane][0, 0] == 255
        other = canvas(8, 8)
        draw_sprite(other, to_planar(np.tile(np.array([*rgb, 255], np.uint8), (4, 4, 1)), tags("bt601", True)), 0, 0)
        assert other[plane][0, 0] == 255

    @pytest.mark.parametrize(
        "edges",
        [
            pytest.param((8, 0, 20, 8), id="right of it"),
            pytest.param((-9, 0, 0, 8), id="left of it"),
            pytest.param((0, -5, 8, -1), id="above"),
            pytest.param((2, 2, 2, 6), id="no width"),
            pytest.param((6, 2, 2, 6), id="inside out"),
            pytest.param((0, 1.75, 8, 1.5), id="inside out within a sample"),
        ],
    )
    def test_nothing_is_drawn_outside(self, edges: tuple[float, float, float, float]):
        target = canvas(8, 8)
        fill_rect(target, edges, self.YUV)
        for plane, old in zip(target, canvas(8, 8), strict=True):
            np.testing.assert_array_equal(plane, old)

    @given(
        st.tuples(*[st.floats(-3, 20)] * 4) | st.tuples(*[st.integers(-2, 10).map(lambda n: 2 * n)] * 4),
        st.floats(0, 1) | st.just(1.0),
    )
    @settings(max_examples=100)
    def test_any_rectangle_covers_what_geometry_says(self, edges: tuple[float, float, float, float], opacity: float):
        x0, y0, x1, y1 = edges
        target = canvas(16, 12)
        fill_rect(target, edges, self.YUV, opacity)
        for plane, ground, value, step in zip(target, (100, 120, 140), self.YUV, (1, 2, 2), strict=True):
            columns, rows = np.arange(plane.shape[1]), np.arange(plane.shape[0])
            across = np.clip(np.minimum(columns + 1, x1 / step) - np.maximum(columns, x0 / step), 0, 1)
            down = np.clip(np.minimum(rows + 1, y1 / step) - np.maximum(rows, y0 / step), 0, 1)
            expected = ground + (value - ground) * np.outer(down, across) * opacity
            assert np.abs(plane - expected).max() <= 0.5 + 1e-6


class TestSprites:
    def sprite(self, rgba: tuple[int, int, int, int], size: tuple[int, int] = (4, 4), color: ColorTags | None = None):
        return to_planar(np.tile(np.array(rgba, np.uint8), (size[1], size[0], 1)), color or tags())

    def test_an_opaque_sprite_replaces(self):
        target = canvas(8, 8)
        sprite = self.sprite((255, 255, 255, 255))
        assert all(layer.through is None for layer in sprite.layers)
        draw_sprite(target, sprite, 2, 4)
        expected = np.full((8, 8), 100)
        expected[4:8, 2:6] = 235
        np.testing.assert_array_equal(target[0], expected)
        assert target[1][2:4, 1:3].tolist() == [[128, 128]] * 2
        assert (target[1] == 120).sum() == 12

    @pytest.mark.parametrize(
        ("rgba", "yuv"),
        [
            # Multiplied by alpha; limited range: black's own 16, 128, 128 counts as much as the pixel is there.
            pytest.param((0, 0, 0, 0), (100, 120, 140), id="clear"),
            pytest.param((51, 51, 51, 51), (127, 122, 138), id="a fifth of white"),
            pytest.param((0, 0, 0, 153), (50, 125, 133), id="three fifths of black"),
        ],
    )
    def test_blending_is_exact_on_known_values(self, rgba: tuple[int, int, int, int], yuv: tuple[int, int, int]):
        target = canvas(8, 8)
        draw_sprite(target, self.sprite(rgba), 0, 0)
        assert [int(plane[0, 0]) for plane in target] == list(yuv)
        assert [int(plane[-1, -1]) for plane in target] == [100, 120, 140]

    @given(
        alpha=st.integers(0, 255),
        color=st.tuples(*[st.integers(0, 255)] * 3),
        ground=st.tuples(*[st.integers(0, 255)] * 3),
        full=st.booleans(),
    )
    @settings(max_examples=120)
    def test_blending_is_within_rounding_of_the_ideal(
        self, alpha: int, color: tuple[int, ...], ground: tuple[int, ...], full: bool
    ):
        target = canvas(4, 4, ground)
        premultiplied = tuple(round(c * alpha / 255) for c in color)
        draw_sprite(target, self.sprite((*premultiplied, alpha), (2, 2), tags(full=full)), 0, 0)
        share = alpha / 255
        straight = rgb_to_yuv(np.array(color, np.float64), tags(full=full)).clip(0, 255)
        ideal = np.array(ground) * (1 - share) + straight * share
        assert np.abs(np.array([plane[0, 0] for plane in target]) - ideal).max() <= 2.0

    def test_chroma_is_the_mean_of_four_pixels(self):
        pixels = np.zeros((2, 2, 4), np.uint8)
        pixels[0, 0] = (255, 0, 0, 255)
        sprite = to_planar(pixels, tags())
        target = canvas(2, 2, (16, 128, 128))
        draw_sprite(target, sprite, 0, 0)
        assert target[0].tolist() == [[63, 16], [16, 16]]
        assert target[2].tolist() == [[156]]  # 128 + 112 / 4

    @pytest.mark.parametrize("corner", [(-2, -2), (6, 6), (-2, 6), (6, -2), (0, 0)])
    def test_a_sprite_over_the_edge_is_cut_off(self, corner: tuple[int, int]):
        target = canvas(8, 8)
        draw_sprite(target, self.sprite((255, 255, 255, 255)), *corner)
        x, y = corner
        expected = np.full((8, 8), 100)
        expected[max(0, y) : y + 4, max(0, x) : x + 4] = 235
        np.testing.assert_array_equal(target[0], expected)
        assert (target[1] == 128).sum() == (expected == 235).sum() // 4

    @pytest.mark.parametrize("corner", [(-4, 0), (8, 0), (0, -40), (0, 80)])
    def test_a_sprite_outside_draws_nothing(self, corner: tuple[int, int]):
        target = canvas(8, 8)
        draw_sprite(target, self.sprite((255, 255, 255, 255)), *corner)
        assert all((plane == old).all() for plane, old in zip(target, canvas(8, 8), strict=True))

    def test_a_sprite_is_drawn_into_padded_rows(self):
        frame = yuv_frame((34, 18))
        before = samples(frame)
        draw_sprite(planes(frame), self.sprite((0, 0, 0, 255)), 30, 14)
        after = samples(frame)
        assert (after[0][14:18, 30:34] == 16).all()
        before[0][14:18, 30:34] = 16
        np.testing.assert_array_equal(after[0], before[0])


def test_the_four_rectangles_around_a_picture_cover_the_rest_once():
    for size, hole in (((20, 16), (4, 2, 9, 7)), ((8, 8), (0, 0, 8, 8)), ((9, 7), (0, 0, 8, 7))):
        counts = np.zeros((size[1], size[0]), int)
        for x0, y0, x1, y1 in around(size, hole):
            counts[y0:y1, x0:x1] += 1
        x, y, w, h = hole
        counts[y : y + h, x : x + w] += 1
        assert (counts == 1).all()
