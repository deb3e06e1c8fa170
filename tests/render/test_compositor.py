from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from support import box, changed_theme, make_dataset, samples, with_boxes, yuv_frame

from loopviz.dataset import Dataset
from loopviz.media import ColorTags
from loopviz.render.compositor import Compositor
from loopviz.render.planes import draw_sprite, faded, rgb_to_yuv, to_planar
from loopviz.scene import Card, Rect, Scene, SceneOptions, Sprite, View, build_scene, load_theme
from loopviz.scene.contrast import channels
from loopviz.scene.theme import on_canvas

BT709 = ColorTags("bt709", False, 1, 1, 1)
THEMES = ["margin", "house"]


def scene_of(name: str, size: tuple[int, int], dataset: Dataset | None = None, min_height: int = 0) -> Scene:
    theme = load_theme(name).model_copy(update={"min_height": min_height})
    return build_scene(dataset or make_dataset(size=size), theme, size)


def compose(scene: Scene | None, size: tuple[int, int], seed: int = 0, index: int = 0) -> av.VideoFrame:
    return Compositor(scene, size, BT709).compose(yuv_frame(size, seed), index)


def touched(scene: Scene, index: int) -> np.ndarray:
    """Which canvas pixels lie under an element, to the chroma sample."""
    width, height = scene.canvas_size
    mask = np.zeros((height, width), np.bool_)
    for e in scene.elements(index):
        x0, y0 = (e.x_min, e.y_min) if isinstance(e, Rect) else (e.x, e.y)
        x1, y1 = (e.x_max, e.y_max) if isinstance(e, Rect) else (e.x + e.drawing.width, e.y + e.drawing.height)
        mask[int(y0) // 2 * 2 : -(-int(y1) // 2) * 2, int(x0) // 2 * 2 : -(-int(x1) // 2) * 2] = True
    return mask


class TestBitExact:
    @pytest.mark.parametrize("name", THEMES)
    @pytest.mark.parametrize("size", [(320, 240), (240, 320), (322, 242)])
    def test_pixels_under_no_drawing_are_those_of_the_source(self, name: str, size: tuple[int, int]):
        scene = scene_of(name, size)
        x, y, w, h = scene.pictures[0]
        source, result = samples(yuv_frame(size, 4)), samples(compose(scene, size, 4, 1))
        free = ~touched(scene, 1)[y : y + h, x : x + w]
        assert free.sum() > 0.05 * free.size
        for plane, old, step in zip(result, source, (1, 2, 2), strict=True):
            inside = plane[y // step : (y + h) // step, x // step : (x + w) // step]
            open_ = free[::step, ::step]
            np.testing.assert_array_equal(inside[open_], old[open_])

    def test_without_a_scene_nothing_changes(self):
        for plane, old in zip(samples(compose(None, (64, 48))), samples(yuv_frame((64, 48))), strict=True):
            np.testing.assert_array_equal(plane, old)

    @pytest.mark.parametrize("name", THEMES)
    def test_a_scene_without_labels_or_people_leaves_the_picture_whole(self, name: str):
        empty = Dataset(frames=make_dataset().frames)
        theme = changed_theme(name, without=("timeline", "scrim"), min_height=0)
        scene = build_scene(empty, theme, (64, 48))
        x, y, w, h = scene.pictures[0]
        result = samples(compose(scene, (64, 48)))
        for plane, old, step in zip(result, samples(yuv_frame((64, 48))), (1, 2, 2), strict=True):
            np.testing.assert_array_equal(plane[y // step : (y + h) // step, x // step : (x + w) // step], old)

    @pytest.mark.parametrize("size", [(320, 240), (321, 241)])
    @pytest.mark.parametrize("name", THEMES)
    def test_the_same_frame_has_the_same_pixels_whatever_came_before(self, name: str, size: tuple[int, int]):
        scene = scene_of(name, size)
        fresh = samples(compose(scene, size, 3, 3))
        used = Compositor(scene, size, BT709)
        for index in (5, 0, 3, 1, 3):
            result = samples(used.compose(yuv_frame(size, index), index))
            if index == 3:
                for plane, old in zip(result, fresh, strict=True):
                    np.testing.assert_array_equal(plane, old)

    def test_a_decoders_picture_that_others_hold_is_not_drawn_on(self):
        size = (320, 240)
        picture, held = two_references()
        before = samples(held)
        result = samples(Compositor(scene_of("house", size), size, BT709).compose(picture, 0))
        assert any((plane != old).any() for plane, old in zip(result, before, strict=True))
        for plane, old in zip(samples(held), before, strict=True):
            np.testing.assert_array_equal(plane, old)


class TestCanvas:
    @pytest.mark.parametrize("size", [(320, 240), (320, 241), (321, 240), (321, 241)])
    def test_paper_surrounds_the_picture_of_a_margin(self, size: tuple[int, int]):
        scene = scene_of("margin", size, Dataset(frames=make_dataset().frames))
        x, y, w, h = scene.pictures[0]
        result = samples(compose(scene, size))
        paper = np.rint(rgb_to_yuv(np.array(channels(scene.theme.colors.paper), np.float64), BT709))
        for plane, value, step in zip(result, paper, (1, 2, 2), strict=True):
            outside = np.ones(plane.shape, np.bool_)
            outside[y // step : -(-(y + h) // step), x // step : -(-(x + w) // step)] = False
            assert set(plane[outside].tolist()) == {int(value)}

    @pytest.mark.parametrize("size", [(33, 17), (34, 17), (33, 18), (1, 1), (321, 241)])
    def test_odd_sides_are_padded_by_repetition(self, size: tuple[int, int]):
        result = compose(None, size)
        width, height = size[0] + size[0] % 2, size[1] + size[1] % 2
        assert (result.width, result.height) == (width, height)
        luma, *chroma = samples(yuv_frame(size))
        pad = ((0, height - size[1]), (0, width - size[0]))
        np.testing.assert_array_equal(samples(result)[0], np.pad(luma, pad, mode="edge"))
        for plane, old in zip(samples(result)[1:], chroma, strict=True):
            np.testing.assert_array_equal(plane, old)

    @pytest.mark.parametrize("name", THEMES)
    @pytest.mark.parametrize("size", [(10, 5), (33, 17), (37, 23), (5, 10), (101, 75), (64, 48)])
    def test_small_pictures_are_enlarged_sharply_and_in_register(self, name: str, size: tuple[int, int]):
        scene = scene_of(name, size, Dataset(frames=make_dataset().frames), min_height=200)
        bare = changed_theme(name, without=("timeline", "scrim"), min_height=200)
        scene = build_scene(Dataset(frames=make_dataset().frames), bare, size)
        scale = scene.layout.scale
        x, y, w, h = scene.pictures[0]
        assert scale > 1
        assert (w, h) == (size[0] * scale, size[1] * scale)
        result = samples(compose(scene, size))
        for plane, old, step in zip(result, samples(yuv_frame(size)), (1, 2, 2), strict=True):
            large = cv2.resize(old, (old.shape[1] * scale, old.shape[0] * scale), interpolation=cv2.INTER_CUBIC)
            rows, columns = -(-h // step), -(-w // step)
            inside = plane[y // step : y // step + rows, x // step : x // step + columns]
            np.testing.assert_array_equal(inside, large[:rows, :columns])

    @pytest.mark.parametrize(
        ("size", "canvas"), [((320, 240), "96x200"), ((321, 241), "200x96"), ((90, 160), "256x144")]
    )
    def test_what_covers_a_canvas_is_cut_out_of_the_picture_in_register(self, size: tuple[int, int], canvas: str):
        theme = on_canvas(changed_theme("house", without=("timeline", "scrim")), canvas, "cover")
        scene = build_scene(Dataset(frames=make_dataset(size=size).frames), theme, size)
        window, (width, height) = scene.layout.window, scene.canvas_size
        assert f"{width}x{height}" == canvas
        assert window is not None
        for plane, old, step in zip(samples(compose(scene, size)), samples(yuv_frame(size)), (1, 2, 2), strict=True):
            x, y = int(window.x) // step, int(window.y) // step
            part = old[y : int(window.bottom) // step, x : int(window.right) // step]
            way = cv2.INTER_AREA if scene.layout.scale < 1 else cv2.INTER_CUBIC
            expected = cv2.resize(part, (width // step, height // step), interpolation=way)
            # Two scalers, whose rounding may differ.
            np.testing.assert_allclose(plane, expected, atol=1 if scene.layout.scale < 1 else 0)

    @pytest.mark.parametrize("name", [None, *THEMES])
    @pytest.mark.parametrize("size", [(64, 48), (33, 17)])
    def test_colour_tags_stay(self, name: str | None, size: tuple[int, int]):
        picture = yuv_frame(size)
        picture.colorspace, picture.color_range, picture.color_primaries, picture.color_trc = 5, 2, 5, 6
        color = ColorTags("bt601", True, 5, 5, 6)
        result = Compositor(scene_of(name, size) if name else None, size, color).compose(picture, 2)
        assert (result.colorspace, result.color_range, result.color_primaries, result.color_trc) == (5, 2, 5, 6)
        assert result.format.name == "yuv420p"


class TestDrawing:
    @pytest.mark.parametrize("color", [BT709, ColorTags("bt601", True, 5, 1, 13)])
    def test_a_boxs_line_has_its_categorys_colour(self, color: ColorTags):
        size = (320, 240)
        data = with_boxes(make_dataset(size=size, people=False), box(40, 40, 200, 160))
        data = data.replace(categories=data.categories.with_columns(color=np.array(["#D55E00", "#D55E00"])))
        heavy = changed_theme("margin", widgets={"marks": {"bracket": 0.0082}}, min_height=0)
        scene = build_scene(data, heavy, size)
        x, y, *_ = scene.pictures[0]
        picture = yuv_frame(size)
        picture.colorspace, picture.color_range = color.colorspace, 2 if color.full_range else 1
        result = Compositor(scene, size, color).compose(picture, 0)
        line, *corner = samples(result)
        expected = np.rint(rgb_to_yuv(np.array(channels("#D55E00"), np.float64), color))
        assert set(line[y + 40, x + 40 : x + 200].tolist()) == {int(expected[0])}
        for plane, value in zip(corner, expected[1:], strict=True):  # a heavy corner covers whole chroma samples
            assert plane[(y + 40) // 2, (x + 40) // 2 : (x + 40) // 2 + 3].tolist() == [int(value)] * 3

    def test_text_is_where_its_sprite_is(self):
        size = (960, 640)
        scene = scene_of("margin", size)
        plain = samples(compose(scene_of("margin", size, Dataset(frames=make_dataset().frames)), size))[0]
        luma = samples(compose(scene, size))[0]
        ink = luma.astype(int) != plain if luma.shape == plain.shape else luma < 200
        for element in scene.elements(0):
            if isinstance(element, Sprite):
                part = ink[
                    element.y : element.y + element.drawing.height, element.x : element.x + element.drawing.width
                ]
                assert part.any()


def two_references() -> tuple[av.VideoFrame, av.VideoFrame]:
    """Two pictures that share their memory, as a decoder's reference frame and what it hands out do."""
    graph = av.filter.Graph()
    source = graph.add_buffer(width=320, height=240, format="yuv420p", time_base=Fraction(1, 24))
    split, one, other = graph.add("split"), graph.add("buffersink"), graph.add("buffersink")
    source.link_to(split)
    split.link_to(one, 0, 0)
    split.link_to(other, 1, 0)
    graph.configure()
    picture = yuv_frame((320, 240), 9)
    picture.pts, picture.time_base = 0, Fraction(1, 24)
    source.push(picture)
    pulled = one.pull(), other.pull()
    assert pulled[0].planes[0].buffer_ptr == pulled[1].planes[0].buffer_ptr
    return pulled


class TestMoments:
    """Pictures that are mixed, and drawings that fade."""

    def test_two_pictures_are_mixed_sample_by_sample(self):
        one, other = yuv_frame((64, 48), 1), yuv_frame((64, 48), 2)
        mixed = Compositor(None, (64, 48), BT709).compose(one, 0, other, 0.25)
        for plane, a, b in zip(samples(mixed), samples(one), samples(other), strict=True):
            exact = 0.75 * a.astype(np.float64) + 0.25 * b
            assert np.abs(plane - exact).max() <= 0.5 + 1e-9

    @pytest.mark.parametrize("weight", [0.0, 1.0])
    def test_a_picture_mixed_in_wholly_or_not_at_all_is_one_of_the_two(self, weight: float):
        one, other = yuv_frame((64, 48), 1), yuv_frame((64, 48), 2)
        mixed = Compositor(None, (64, 48), BT709).compose(one, 0, other, weight)
        for plane, wanted in zip(samples(mixed), samples(other if weight else one), strict=True):
            np.testing.assert_array_equal(plane, wanted)

    @pytest.mark.parametrize("name", THEMES)
    def test_a_caption_that_fades_lies_between_the_picture_and_the_caption(self, name: str):
        scene, picture = scene_of(name, (320, 240)), yuv_frame((320, 240), 3)
        compositor = Compositor(scene, (320, 240), BT709)
        none, half, full = (
            [plane.astype(int) for plane in samples(compositor.compose(picture, View(1, caption_opacity=share)))]
            for share in (0.0, 0.5, 1.0)
        )
        for a, b, c in zip(none, half, full, strict=True):
            assert (a != c).any()
            off = np.abs(b - (a + c) / 2) > 2  # in ``house``, where words come as a line behind them goes
            assert off.mean() <= (0.01 if name == "house" else 0)

    def test_labels_that_fade(self):
        scene, picture = scene_of("margin", (320, 240)), yuv_frame((320, 240), 3)
        compositor = Compositor(scene, (320, 240), BT709)
        none, half, full = (
            samples(compositor.compose(picture, View(1, marks_opacity=share)))[0].astype(int)
            for share in (0.0, 0.5, 1.0)
        )
        x, y, w, h = scene.pictures[0]
        np.testing.assert_array_equal(none[y : y + h, x : x + w], samples(picture)[0])
        assert (none != full).any()
        between = (np.minimum(none, full) - 1 <= half) & (half <= np.maximum(none, full) + 1)
        assert between.mean() > 0.999  # where two labels meet, both shine through
        changed = np.abs(full - none) > 20
        assert (np.abs(half - (none + full) / 2) <= 1)[changed].mean() > 0.8

    def test_a_card_covers_all_and_shows_it_as_it_goes(self):
        theme = load_theme("margin").model_copy(update={"min_height": 0})
        options = SceneOptions(cards=(Card("text", "112 people"),))
        scene = build_scene(make_dataset(size=(320, 240)), theme, (320, 240), options)
        compositor = Compositor(scene, (320, 240), BT709)
        one, other = (
            samples(compositor.compose(yuv_frame((320, 240), seed), View(1, card=0)))[0].copy() for seed in (1, 2)
        )
        np.testing.assert_array_equal(one, other)
        under = samples(compositor.compose(yuv_frame((320, 240), 1), 1))[0].astype(int)
        half = samples(compositor.compose(yuv_frame((320, 240), 1), View(1, card=0, card_opacity=0.5)))[0]
        assert np.median(np.abs(half - (under + one) / 2)) <= 1

    @pytest.mark.parametrize("depth", [8, 10])
    @pytest.mark.parametrize("opacity", [0.0, 0.3, 1.0])
    def test_a_sprite_of_which_a_share_shows(self, depth: int, opacity: float):
        color = ColorTags("bt709", False, 1, 1, 1, depth=depth)
        pixels = np.zeros((8, 8, 4), np.uint8)
        pixels[:, :4], pixels[:, 4:] = (255, 255, 255, 255), (60, 30, 0, 120)
        planar = to_planar(pixels, color)
        ground = np.full((8, 8), 100 << depth - 8, planar.layers[0].values.dtype)
        full, part = ([ground.copy(), ground[:4, :4].copy(), ground[:4, :4].copy()] for _ in range(2))
        draw_sprite(tuple(full), planar, 0, 0)
        draw_sprite(tuple(part), faded(planar, opacity), 0, 0)
        for a, b in zip(full, part, strict=True):
            start = float(100 << depth - 8)
            assert np.abs(b - (start + (a - start) * opacity)).max() <= 1.5 * (1 << depth - 8)
