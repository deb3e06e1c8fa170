from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from support import codes

from loopviz.media import open_source, save_png, to_rgb
from loopviz.media.color import tags_of
from loopviz.notes import Note

COEFFICIENTS = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 5: (0.299, 0.114), 9: (0.2627, 0.0593)}
COLORS = [(255, 255, 255), (0, 0, 0), (200, 30, 40), (20, 160, 60), (30, 60, 220), (128, 128, 128), (250, 220, 10)]
RANGES = {1: False, 2: True}


def yuv_of(rgb: tuple[int, int, int], colorspace: int, color_range: int) -> tuple[int, int, int]:
    """The definition, in floats: ITU-R BT.601, BT.709 and BT.2020."""
    kr, kb = COEFFICIENTS[colorspace]
    r, g, b = (value / 255 for value in rgb)
    y = kr * r + (1 - kr - kb) * g + kb * b
    u, v = (b - y) / (2 * (1 - kb)), (r - y) / (2 * (1 - kr))
    if RANGES[color_range]:
        return round(255 * y), round(128 + 255 * u), round(128 + 255 * v)
    return round(16 + 219 * y), round(128 + 224 * u), round(128 + 224 * v)


def flat(yuv: tuple[int, ...], size: tuple[int, int] = (64, 48), pixel_format: str = "yuv420p") -> av.VideoFrame:
    picture = av.VideoFrame(*size, pixel_format)
    bits = picture.format.components[0].bits
    for plane, value in zip(picture.planes, yuv, strict=True):
        samples = np.full(plane.buffer_size // (1 if bits == 8 else 2), value, np.uint8 if bits == 8 else np.uint16)
        plane.update(samples.tobytes())
    return picture


@pytest.mark.parametrize("color_range", [1, 2], ids=["limited", "full"])
@pytest.mark.parametrize("colorspace", [1, 6, 9], ids=["bt709", "bt601", "bt2020"])
def test_known_colours_come_back(make_clip, colorspace: int, color_range: int) -> None:
    def tag(stream: av.VideoStream) -> None:
        stream.codec_context.colorspace, stream.codec_context.color_range = colorspace, color_range

    path = make_clip(
        frames=len(COLORS), setup=tag, pictures=lambda index: flat(yuv_of(COLORS[index], colorspace, color_range))
    )
    with open_source(path) as source:
        assert source.info.color.full_range == RANGES[color_range]
        assert source.info.color.colorspace == colorspace
        for frame, expected in zip(source.read(), COLORS, strict=True):
            rgb = to_rgb(frame.picture).astype(int)
            assert rgb.shape == (48, 64, 3)
            assert np.abs(rgb - np.array(expected)).max() <= 2


@pytest.mark.parametrize("color_range", [1, 2], ids=["limited", "full"])
@pytest.mark.parametrize("pixel_format", ["yuv420p10le", "yuv422p", "yuv444p", "yuv444p10le"])
def test_other_formats_keep_matrix_and_range(make_clip, pixel_format: str, color_range: int) -> None:
    shift = 4 if "10" in pixel_format else 1

    def tag(stream: av.VideoStream) -> None:
        stream.codec_context.colorspace, stream.codec_context.color_range = 6, color_range

    wanted = [yuv_of(color, 6, color_range) for color in COLORS]
    path = make_clip(
        frames=len(COLORS),
        pixel_format=pixel_format,
        setup=tag,
        pictures=lambda index: flat(tuple(value * shift for value in wanted[index]), pixel_format=pixel_format),
    )
    with open_source(path) as source:
        assert (source.info.color.matrix, source.info.color.full_range) == ("bt601", RANGES[color_range])
        assert source.info.bit_depth == (10 if shift == 4 else 8)
        assert ("depth-reduced" in codes(source.info.notes)) == (shift == 4)
        assert ("chroma-reduced" in codes(source.info.notes)) == ("420" not in pixel_format)
        for frame, yuv in zip(source.read(), wanted, strict=True):
            assert frame.picture.format.name == "yuv420p"
            for plane, value in zip(frame.picture.planes, yuv, strict=True):
                assert abs(np.frombuffer(memoryview(plane), np.uint8)[: plane.width].astype(int) - value).max() <= 1
            assert (frame.picture.colorspace, frame.picture.color_range) == (6, color_range)


@pytest.mark.parametrize(
    ("pixel_format", "colorspace", "color_range", "height", "expected"),
    [
        pytest.param("yuv420p", 2, 0, 719, ("bt601", False, 6), id="unsaid-sd"),
        pytest.param("yuv420p", 2, 0, 720, ("bt709", False, 1), id="unsaid-hd"),
        pytest.param("yuvj420p", 2, 0, 100, ("bt601", True, 6), id="yuvj-is-full-range"),
        pytest.param("yuv420p", 1, 2, 100, ("bt709", True, 1), id="said-full-range"),
        pytest.param("yuv420p10le", 9, 1, 100, ("bt2020", False, 9), id="bt2020"),
        pytest.param("yuv420p10le", 10, 1, 100, ("bt2020", False, 9), id="constant-luminance"),
        pytest.param("yuv420p", 5, 1, 2000, ("bt601", False, 5), id="pal-in-hd"),
        pytest.param("yuv420p", 3, 1, 2000, ("bt709", False, 1), id="reserved-number"),
        pytest.param("rgb24", 0, 2, 100, ("bt709", False, 1), id="rgb"),
        pytest.param("pal8", 2, 0, 100, ("bt709", False, 1), id="palette"),
    ],
)
def test_tags(
    pixel_format: str, colorspace: int, color_range: int, height: int, expected: tuple[str, bool, int]
) -> None:
    picture = av.VideoFrame(16, 16, pixel_format)
    picture.colorspace, picture.color_range = colorspace, color_range
    tags = tags_of(picture, height)
    assert (tags.matrix, tags.full_range, tags.colorspace) == expected


def test_what_only_the_container_says_counts(make_clip) -> None:
    def tag(stream: av.VideoStream) -> None:
        stream.codec_context.colorspace = stream.codec_context.color_primaries = stream.codec_context.color_trc = 1

    with open_source(make_clip("clip.mov", codec="mpeg4", options={}, setup=tag)) as source:
        assert source.info.color.matrix == "bt709"
        assert (source.info.color.primaries, source.info.color.transfer) == (1, 1)


@pytest.mark.parametrize("pixel_format", ["gray", "gray10le"])
@pytest.mark.parametrize("color_range", [1, 2], ids=["limited", "full"])
def test_grey_is_luma_as_it_is(make_clip, pixel_format: str, color_range: int) -> None:
    shift = 4 if "10" in pixel_format else 1

    def tag(stream: av.VideoStream) -> None:
        stream.codec_context.colorspace, stream.codec_context.color_range = 1, color_range

    path = make_clip(
        "grey.mkv",
        codec="ffv1",
        options={},
        pixel_format=pixel_format,
        setup=tag,
        frames=3,
        pictures=lambda index: flat((shift * (40 + 80 * index),), pixel_format=pixel_format),
    )
    with open_source(path) as source:
        assert source.info.color.full_range == RANGES[color_range]
        for frame in source.read():
            luma, chroma = (np.frombuffer(memoryview(frame.picture.planes[i]), np.uint8)[:32] for i in (0, 1))
            assert np.abs(luma.astype(int) - (40 + 80 * frame.index)).max() <= 1
            assert set(chroma.tolist()) == {128}


def test_transparency_is_shown_on_black(make_clip) -> None:
    def picture(_: int) -> av.VideoFrame:
        rgba = np.zeros((48, 64, 4), np.uint8)
        rgba[..., 0] = 240
        rgba[:, 32:, 3], rgba[:16, :, 3] = 255, 128
        return av.VideoFrame.from_ndarray(rgba, format="rgba")

    path = make_clip("clear.mov", codec="png", options={}, pixel_format="rgba", frames=1, pictures=picture)
    with open_source(path) as source:
        assert Note("on-paper", {"paper": "black"}) in source.info.notes
        rgb = to_rgb(next(source.read()).picture).astype(int)
    for place, expected in {(40, 10): (0, 0, 0), (40, 50): (240, 0, 0), (5, 10): (120, 0, 0)}.items():
        assert np.abs(rgb[place] - expected).max() <= 3


@pytest.mark.parametrize(
    ("aspect", "size"),
    [
        pytest.param(Fraction(2, 3), (43, 48), id="narrow-odd"),
        pytest.param(Fraction(4, 3), (85, 48), id="wide-odd"),
        pytest.param(Fraction(64, 45), (91, 48), id="pal-wide"),
        pytest.param(Fraction(20), (64, 48), id="absurd"),
    ],
)
def test_pixels_become_square(make_clip, aspect: Fraction, size: tuple[int, int]) -> None:
    def setup(stream: av.VideoStream) -> None:
        stream.codec_context.sample_aspect_ratio = aspect

    with open_source(make_clip(setup=setup, frames=2)) as source:
        assert (source.info.width, source.info.height) == size
        assert len(source.info.notes) == 1
        for frame in source.read():
            assert (frame.picture.width, frame.picture.height) == size


def test_a_picture_is_saved_whole_or_not_at_all(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    target = tmp_path / "still.png"
    rgb = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    save_png(rgb, target)
    assert np.array_equal(np.asarray(Image.open(target)), rgb)

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(KeyboardInterrupt):
        save_png(rgb[::-1], target)
    assert np.array_equal(np.asarray(Image.open(target)), rgb)
    assert [file.name for file in tmp_path.iterdir()] == ["still.png"]
