"""The drawing alone, laid over the picture, against the drawing on the picture."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest
from support import make_clip, make_dataset, psnr

from loopviz.errors import ConfigError
from loopviz.media import EncoderSettings, Source, open_source
from loopviz.media.container import is_see_through
from loopviz.media.rotation import plane_view
from loopviz.render import RenderOptions, plan_render, render_video
from loopviz.render.compositor import Compositor, compositor_of
from loopviz.render.overlay import OverlayCompositor
from loopviz.render.planes import rgb_to_yuv
from loopviz.scene import Scene, View, build_scene, load_theme

SIZE = (480, 360)
Planes = list[npt.NDArray[np.float64]]
CODECS = ["png", "prores_ks", "libvpx-vp9"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    with open_source(make_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", 4, SIZE)) as opened:
        yield opened


def scene_of(name: str, size: tuple[int, int] = SIZE) -> Scene:
    return build_scene(make_dataset(4, size), load_theme(name).model_copy(update={"min_height": 0}), size)


def ground(scene: Scene, picture: av.VideoFrame) -> Planes:
    """The source's picture where the layout has it, as the direct render places it, and black around it."""
    made = []
    width, height = scene.canvas_size
    for place, step in enumerate((1, 2, 2)):
        plane = np.full((height // step, width // step), 16.0 if not place else 128.0)
        for x, y, wide, high in scene.pictures:
            plane[y // step : (y + high) // step, x // step : (x + wide) // step] = plane_view(picture, place)
        made.append(plane)
    return made


def laid_over(drawing: av.VideoFrame, below: Planes, color: Any) -> Planes:
    """Straight alpha over a picture, at the resolution of each plane; 4:4:4 becomes 4:2:0 as means of four pixels."""
    if drawing.format.name == "rgba":
        rgba = drawing.to_ndarray(format="rgba").astype(np.float64)
        yuv, alpha = rgb_to_yuv(rgba[..., :3], color), rgba[..., 3] / 255
        colors = [yuv[..., place] for place in range(3)]
    else:
        bits = drawing.format.components[0].bits
        colors = [plane_view(drawing, place) / (1 << bits - 8) for place in range(3)]
        alpha = plane_view(drawing, 3) / ((1 << bits) - 1)
    if drawing.format.name == "yuva420p":
        shares = [alpha, half(alpha), half(alpha)]
        return [c * a + g * (1 - a) for c, a, g in zip(colors, shares, below, strict=True)]
    full = [below[0], *(plane.repeat(2, 0).repeat(2, 1) for plane in below[1:])]
    over = [c * alpha + g * (1 - alpha) for c, g in zip(colors, full, strict=True)]
    return [over[0], half(over[1]), half(over[2])]


def half(plane: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.asarray(cv2.resize(plane, (plane.shape[1] // 2, plane.shape[0] // 2), interpolation=cv2.INTER_AREA))


def overlay(source: Source, scene: Scene, codec: str) -> OverlayCompositor:
    plan = plan_render(source, scene, RenderOptions(EncoderSettings(codec), alpha=True))
    return OverlayCompositor(scene, plan.spec)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("theme", ["margin", "house"])
@pytest.mark.parametrize("opacity", [1.0, 0.37])
def test_over_the_picture_it_is_the_direct_render(source: Source, codec: str, theme: str, opacity: float):
    scene = scene_of(theme)
    compositor, drawing = compositor_of(source, scene), overlay(source, scene, codec)
    for frame in source.read():
        view = View(frame.index, caption_opacity=opacity)
        composed = compositor.compose(frame.picture, view)
        expected = [plane_view(composed, place).astype(np.float64) for place in range(3)]
        found = laid_over(drawing.compose(view), ground(scene, frame.picture), source.info.color)
        luma, *chroma = (np.abs(one - np.rint(other)) for one, other in zip(expected, found, strict=True))
        # The direct render rounds after each of several drawings on one place, the other once.
        assert luma.max() <= 2 and np.mean(luma > 1) < 1e-3
        # Where two thin lines share a sample of halved chroma the direct render counts both, the other what is seen.
        assert all(np.mean(off > 1) < 3e-3 for off in chroma)


@pytest.mark.parametrize("codec", CODECS)
def test_the_picture_is_a_hole_and_paper_is_not(source: Source, codec: str):
    scene = scene_of("margin")
    made = overlay(source, scene, codec).compose(View(3))  # a frame without labels
    alpha = made.to_ndarray(format="rgba")[..., 3] if codec == "png" else plane_view(made, 3)
    x, y, width, height = scene.pictures[0]
    assert not alpha[y : y + height, x : x + width].any()
    top = 1023 if codec == "prores_ks" else 255
    assert (alpha[:y] == top).all() and (alpha[:, :x] == top).all()


def test_an_edge_of_color_does_not_darken_where_chroma_is_halved(source: Source):
    scene = scene_of("house")
    made = overlay(source, scene, "libvpx-vp9").compose(View(0))
    alpha, red = half(plane_view(made, 3).astype(np.float64)), plane_view(made, 2).astype(np.float64)
    full = overlay(source, scene, "prores_ks").compose(View(0))
    strong, deep = plane_view(full, 3) / 1023, plane_view(full, 2) / 4
    mean = half(strong * deep) / np.maximum(half(strong), 1e-9)
    seen = alpha > 16
    assert seen.any() and np.abs(red - mean)[seen].max() < 2


def test_it_is_scaled_as_what_is_drawn(source: Source):
    scene = scene_of("margin")
    options = RenderOptions(EncoderSettings("png"), alpha=True, max_width=200)
    plan = plan_render(source, scene, options)
    made = OverlayCompositor(scene, plan.spec).compose(View(0))
    assert (made.width, made.height) == (plan.spec.width, plan.spec.height) and made.width == 200


def test_without_a_scene_nothing_could_stand_alone(source: Source):
    with pytest.raises(ConfigError):
        plan_render(source, None, RenderOptions(EncoderSettings("png"), alpha=True))


@pytest.mark.parametrize(
    ("codec", "name", "likeness"),
    [("prores_ks", "a.mov", 46), ("prores_ks", "a.mkv", 46), ("libvpx-vp9", "a.webm", 36), ("libvpx-vp9", "a.mkv", 36)],
)
def test_what_is_encoded_lies_over_the_picture_as_well(
    source: Source, tmp_path: Path, codec: str, name: str, likeness: float
):
    scene = scene_of("house")
    settings = EncoderSettings(codec, crf=4, preset="veryfast")
    options = RenderOptions(settings, segment_seconds=0.1, alpha=True, sound=False)
    result = render_video(source, scene, tmp_path / name, options)
    drawn = seen_through(result.path)
    assert len(drawn) == 4
    compositor = Compositor(scene, SIZE, source.info.color)
    for frame, drawing in zip(source.read(), drawn, strict=True):
        composed = compositor.compose(frame.picture, frame.index)
        for place, over in enumerate(laid_over(drawing, ground(scene, frame.picture), source.info.color)):
            assert psnr(over, plane_view(composed, place)) > likeness


def seen_through(path: Path) -> list[av.VideoFrame]:
    """All pictures of a file with their transparency: of VP9 by libvpx, which alone reads it."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        if stream.codec_context.name == "prores":
            assert stream.codec_context.profile == "4444"
            frames = list(container.decode(stream))
        else:
            assert is_see_through(stream)
            decoder = av.Codec("libvpx-vp9", "r").create("video")
            frames = [frame for packet in container.demux(stream) if packet.size for frame in decoder.decode(packet)]
    assert all(any(part.is_alpha for part in frame.format.components) for frame in frames)
    return frames


@pytest.mark.parametrize(("codec", "name"), [("libx264", "a.mp4"), ("libx265", "a.mp4"), ("ffv1", "a.mkv")])
def test_encoders_without_transparency_are_refused(source: Source, tmp_path: Path, codec: str, name: str):
    with pytest.raises(ConfigError, match="transparency"):
        render_video(source, scene_of("house"), tmp_path / name, RenderOptions(EncoderSettings(codec), alpha=True))


@pytest.mark.parametrize(("codec", "name"), [("prores_ks", "a.mp4"), ("libvpx-vp9", "a.mp4"), ("libvpx-vp9", "a.mov")])
def test_containers_that_would_lose_it_are_refused(source: Source, tmp_path: Path, codec: str, name: str):
    with pytest.raises(ConfigError, match="transparency"):
        render_video(source, scene_of("house"), tmp_path / name, RenderOptions(EncoderSettings(codec), alpha=True))


def test_no_picture_is_decoded(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(type(source), "read", None)
    options = RenderOptions(EncoderSettings("png"), alpha=True, frames=range(1, 3))
    made = render_video(source, scene_of("house"), tmp_path / "drawing", options)
    assert sorted(file.name for file in made.path.glob("*.png")) == ["frame_000001.png", "frame_000002.png"]
    assert Fraction(made.frames) == 2
