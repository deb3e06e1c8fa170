"""Drawing at ten bits and in HDR: the same drawing as at eight, on finer numbers; white that does not blind."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import changed_theme, make_dataset, yuv_frame

from loopviz.media import ColorTags
from loopviz.media.hdr_curves import HLG, PQ, from_standard
from loopviz.media.rotation import Plane, plane_view
from loopviz.render.compositor import CANVASES, Compositor
from loopviz.render.planes import draw_sprite, fill_rect, planes, rgb_to_yuv, to_planar
from loopviz.scene import build_scene, load_theme


def tags(depth: int = 10, full: bool = False, transfer: int = 1) -> ColorTags:
    hdr = transfer != 1
    return ColorTags("bt2020" if hdr else "bt709", full, 9 if hdr else 1, 9 if hdr else 1, transfer, depth)


def canvas(width: int, height: int, values: tuple[int, int, int] = (400, 480, 560)) -> tuple[Plane, ...]:
    return tuple(
        np.full((height // step, width // step), value, np.uint16)
        for value, step in zip(values, (1, 2, 2), strict=True)
    )


def ten(picture: av.VideoFrame) -> av.VideoFrame:
    """The same picture on numbers four times as fine."""
    made = av.VideoFrame(picture.width, picture.height, "yuv420p10le")
    for index in range(3):
        plane_view(made, index)[:] = plane_view(picture, index).astype(np.uint16) * 4
    return made


@pytest.mark.parametrize(
    ("full", "rgb", "yuv"),
    [
        # ITU-T H.273: limited range is 8 bits' numbers times 4, full range ends at 1023 with its middle at 512.
        pytest.param(False, (0, 0, 0), (64, 512, 512), id="black"),
        pytest.param(False, (255, 255, 255), (940, 512, 512), id="white"),
        pytest.param(False, (255, 0, 0), (250.2376, 409.3434, 960), id="red"),
        pytest.param(True, (255, 255, 255), (1023, 512, 512), id="full-white"),
        pytest.param(True, (0, 0, 255), (73.8606, 1023.5, 465.1), id="full-blue"),
    ],
)
def test_known_values(full: bool, rgb: tuple[int, ...], yuv: tuple[float, ...]) -> None:
    np.testing.assert_allclose(rgb_to_yuv(np.array(rgb, np.float64), tags(full=full)), yuv, atol=0.05)


@pytest.mark.parametrize(("transfer", "code"), [(PQ, 573), (HLG, 721)])
def test_white_is_the_white_of_paper(transfer: int, code: int) -> None:
    """BT.2408-7, table 1: 58 % of PQ, 75 % of HLG; limited range of 10 bits is 64 to 940."""
    color = tags(transfer=transfer)
    white = rgb_to_yuv(np.array([255.0, 255, 255]), color)
    np.testing.assert_allclose(white, (code, 512, 512), atol=1)
    np.testing.assert_allclose(rgb_to_yuv(np.zeros(3), color), (64, 512, 512), atol=0.01)
    target = canvas(4, 4)
    draw_sprite(target, to_planar(np.full((4, 4, 4), 255, np.uint8), color), 0, 0)
    assert np.abs(target[0].astype(int) - code).max() <= 1
    fill_rect(target, (0, 0, 4, 4), white)
    assert np.abs(target[0].astype(int) - code).max() <= 1


@given(
    alpha=st.integers(0, 255),
    rgb=st.tuples(*[st.integers(0, 255)] * 3),
    ground=st.tuples(*[st.integers(0, 1023)] * 3),
    full=st.booleans(),
    transfer=st.sampled_from([1, PQ, HLG]),
)
@settings(max_examples=150)
def test_blending_is_within_rounding_of_the_ideal(
    alpha: int, rgb: tuple[int, ...], ground: tuple[int, ...], full: bool, transfer: int
) -> None:
    color, target = tags(full=full, transfer=transfer), canvas(4, 4, ground)
    premultiplied = [round(c * alpha / 255) for c in rgb]
    straight = np.array([c * 255 / alpha if alpha else 0 for c in premultiplied]).clip(0, 255)
    draw_sprite(target, to_planar(np.tile(np.array([*premultiplied, alpha], np.uint8), (2, 2, 1)), color), 0, 0)
    ideal = np.array(ground) * (1 - alpha / 255) + rgb_to_yuv(straight, color).clip(0, 1023) * alpha / 255
    found = np.array([plane[0, 0] for plane in target])
    assert np.abs(found - ideal).max() <= 1.6
    assert found.max() <= 1023
    assert [plane[-1, -1] for plane in target] == list(ground)


@pytest.mark.parametrize("value", [1023, 1022, 1000])
def test_full_white_on_full_white_stays_within_ten_bits(value: int) -> None:
    """Both halves of a blend may be rounded up."""
    for alpha in range(0, 256, 5):
        target = canvas(2, 2, (value, 512, 512))
        draw_sprite(target, to_planar(np.full((2, 2, 4), alpha, np.uint8), tags(full=True)), 0, 0)
        assert target[0].max() <= 1023


@pytest.mark.parametrize("name", ["margin", "house"])
@pytest.mark.parametrize("size", [(320, 240), (33, 17)])
def test_a_scene_at_ten_bits_is_the_scene_at_eight(name: str, size: tuple[int, int]) -> None:
    theme = load_theme(name).model_copy(update={"min_height": 200 if size[1] < 200 else 0})
    scene, picture = build_scene(make_dataset(size=size), theme, size), yuv_frame(size)
    fine = ten(picture)
    eight = Compositor(scene, size, tags(8)).compose(picture, 1)
    made = Compositor(scene, size, tags(10)).compose(fine, 1)
    assert made.format.name == "yuv420p10le"
    for plane, coarse in zip(planes(made), planes(eight), strict=True):
        assert plane.dtype == np.uint16
        assert np.abs(plane.astype(int) - coarse.astype(int) * 4).max() <= 8
        assert plane.max() <= 1023


def test_enlarging_does_not_leave_ten_bits() -> None:
    """A cubic overshoots at edges; eight bits stop at 255 by themselves, ten would not."""
    size = (32, 24)
    picture = av.VideoFrame(*size, "yuv420p10le")
    for index in range(3):
        view = plane_view(picture, index)
        view[:], view[:, ::3] = 0, 1023
    theme = changed_theme("house", without=("timeline", "scrim"), min_height=200)
    scene = build_scene(make_dataset(size=size, people=False), theme, size)
    made = Compositor(scene, size, tags(full=True)).compose(picture, 5)
    assert max(int(plane.max()) for plane in planes(made)) == 1023


def test_paper_around_an_hdr_picture_is_no_brighter_than_paper() -> None:
    size, color = (320, 240), tags(transfer=PQ)
    scene = build_scene(make_dataset(size=size), load_theme("margin").model_copy(update={"min_height": 0}), size)
    made = Compositor(scene, size, color).compose(ten(yuv_frame(size)), 1)
    x, _, width, _ = scene.pictures[0]
    luma = planes(made)[0]
    outside = np.ones(luma.shape, np.bool_)
    outside[:, x : x + width] = False
    white = 64 + 876 * float(from_standard(np.ones(3), color)[0])
    assert luma[outside].max() <= white + 1


def test_a_few_canvases_serve_all_frames_in_turn() -> None:
    size = (320, 240)
    scene = build_scene(make_dataset(size=size), load_theme("margin").model_copy(update={"min_height": 0}), size)
    compositor = Compositor(scene, size, tags(8))
    made = [compositor.compose(yuv_frame(size, 1), 1) for _ in range(2 * CANVASES)]
    places = [picture.planes[0].buffer_ptr for picture in made]
    assert len(set(places[:CANVASES])) == CANVASES
    assert places[CANVASES:] == places[:CANVASES]
    np.testing.assert_array_equal(planes(made[0])[0], planes(made[1])[0])
