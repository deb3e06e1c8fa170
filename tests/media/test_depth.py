"""Ten bits and HDR: kept with their tags, or brought to eight bits of a standard screen."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from support import codes

from loopviz.errors import MissingPartError
from loopviz.media import (
    ColorTags,
    EncoderSettings,
    ReadOptions,
    VideoSpec,
    encode_segment,
    join_segments,
    open_source,
    to_rgb,
)
from loopviz.media.encoders import check_pictures
from loopviz.media.hdr_curves import HLG, PQ, from_standard
from loopviz.media.split import split_frames
from loopviz.media.types import HdrLight
from loopviz.notes import Note

KEEP = ReadOptions(depth="keep")
LIGHT = HdrLight((34000, 16000, 13250, 34500, 7500, 3000, 15635, 16450), (50, 40_000_000), (1200, 300))
BT709 = ColorTags("bt709", False, 1, 1, 1, 10)
HDR10 = ColorTags("bt2020", False, 9, 9, PQ, 10, LIGHT)
HLG10 = ColorTags("bt2020", False, 9, 9, HLG, 10)
ENCODERS = ["libx264", "libx265", "libsvtav1"]


def spec_of(color: ColorTags, codec: str = "libx264", size: tuple[int, int] = (128, 96)) -> VideoSpec:
    return VideoSpec(*size, Fraction(24), Fraction(1, 24), color, EncoderSettings(codec, 6, "ultrafast"))


def pictures(spec: VideoSpec, count: int = 6, level: tuple[int, int, int] | None = None) -> Iterator[av.VideoFrame]:
    for index in range(count):
        picture = av.VideoFrame(spec.width, spec.height, spec.color.pixel_format)
        for place, plane in enumerate(picture.planes):
            samples = np.frombuffer(memoryview(plane), np.uint16)
            ramp = np.linspace(200, 700, len(samples)).astype(np.uint16)
            samples[:] = level[place] if level else (ramp if place == 0 else 512)
        picture.pts, picture.time_base = index, spec.time_base
        yield picture


def clip(folder: Path, spec: VideoSpec, **what: object) -> Path:
    segment, path = folder / "segment.nut", folder / "clip.mp4"
    count = encode_segment(pictures(spec, **what), segment, spec)
    join_segments([segment], path, spec, pts=np.arange(count), end_pts=count)
    return path


def luma(picture: av.VideoFrame) -> np.ndarray:
    plane = picture.planes[0]
    dtype = np.uint16 if picture.format.name == "yuv420p10le" else np.uint8
    return np.frombuffer(memoryview(plane), dtype).reshape(plane.height, -1)[:, : plane.width]


@pytest.mark.parametrize("codec", ENCODERS)
@pytest.mark.parametrize("color", [BT709, HDR10, HLG10], ids=["sdr", "pq", "hlg"])
def test_ten_bits_are_kept_with_their_tags(tmp_path: Path, codec: str, color: ColorTags) -> None:
    spec = spec_of(color, codec)
    with open_source(clip(tmp_path, spec), options=KEEP) as source:
        assert source.info.color == color
        assert (source.info.pixel_format, source.info.bit_depth) == ("yuv420p10le", 10)
        for frame, stored in zip(source.read(), pictures(spec), strict=True):
            assert frame.picture.format.name == "yuv420p10le"
            assert (frame.picture.color_primaries, frame.picture.color_trc) == (color.primaries, color.transfer)
            assert np.abs(luma(frame.picture).astype(int) - luma(stored)).mean() < 4


@pytest.mark.parametrize("color", [BT709, HDR10, HLG10], ids=["sdr", "pq", "hlg"])
def test_eight_bits_are_the_default(tmp_path: Path, color: ColorTags) -> None:
    with open_source(clip(tmp_path, spec_of(color))) as source:
        assert source.info.color == ColorTags("bt709", False, 1, 1, 1)
        assert Note("depth-reduced", {"bits": 10, "depth": 8}) in source.info.notes
        assert ("hdr-mapped" in codes(source.info.notes)) == (color != BT709)
        assert {frame.picture.format.name for frame in source.read()} == {"yuv420p"}


@pytest.mark.parametrize("color", [HDR10, HLG10], ids=["pq", "hlg"])
def test_paper_white_is_white_enough(tmp_path: Path, color: ColorTags) -> None:
    """Reference white of HDR comes near white, and is no colour."""
    white = round(64 + 876 * float(from_standard(np.ones(3), color)[0]))
    path = clip(tmp_path, spec_of(color), level=(white, 512, 512))
    with open_source(path) as source:
        rgb = to_rgb(next(source.read()).picture)[40, 40].astype(int)
    with open_source(path, options=KEEP) as source:
        still = to_rgb(next(source.read()).picture)[40, 40].astype(int)
    assert np.ptp(rgb) <= 2
    assert 222 <= rgb[0] <= 240
    assert np.abs(rgb - still).max() <= 2, "a still is for a standard screen, whatever the video is"


def test_twelve_bits_become_ten(make_clip) -> None:
    def picture(_: int) -> av.VideoFrame:
        made = av.VideoFrame(64, 48, "yuv420p12le")
        for plane in made.planes:
            np.frombuffer(memoryview(plane), np.uint16)[:] = 2000
        return made

    path = make_clip("clip.mkv", codec="ffv1", options={}, pixel_format="yuv420p12le", frames=2, pictures=picture)
    with open_source(path, options=KEEP) as source:
        assert Note("depth-reduced", {"bits": 12, "depth": 10}) in source.info.notes
        assert set(luma(next(source.read()).picture).ravel().tolist()) == {500}


def test_eight_bits_stay_eight_when_depth_is_kept(make_clip, digest) -> None:
    path = make_clip()
    with open_source(path) as plain, open_source(path, options=KEEP) as kept:
        assert kept.info.color.depth == 8
        assert [digest(f.picture) for f in plain.read()] == [digest(f.picture) for f in kept.read()]


def test_a_turned_picture_of_ten_bits(tmp_path: Path) -> None:
    spec = spec_of(BT709)
    path, turned = clip(tmp_path, spec), tmp_path / "turned.mp4"
    with av.open(str(path)) as source, av.open(str(turned), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(90)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    with open_source(path, options=KEEP) as source, open_source(turned, options=KEEP) as other:
        straight, rotated = luma(next(source.read()).picture), luma(next(other.read()).picture)
        assert rotated.dtype == np.uint16
        assert any(np.array_equal(np.rot90(straight, k), rotated) for k in (1, 3))


def test_an_encoder_without_ten_bits_is_named_before_the_work() -> None:
    spec = spec_of(BT709, "libvpx-vp9")
    if "yuv420p10le" in {form.name for form in av.Codec("libvpx-vp9", "w").video_formats or []}:
        pytest.skip("this build's VP9 has 10 bits")
    with pytest.raises(MissingPartError, match="not built for 10 bit"):
        check_pictures(spec)


def test_how_a_source_is_read_is_part_of_its_fingerprint(make_clip) -> None:
    path, marks = make_clip(), set()
    for options in (ReadOptions(), KEEP, ReadOptions(paper="#ffffff"), ReadOptions(damage="mend")):
        with open_source(path, options=options) as source:
            marks.add(source.fingerprint())
    assert len(marks) == 4


def test_hdr_frames_are_split_as_a_standard_screen_shows_them(tmp_path: Path) -> None:
    path = clip(tmp_path, spec_of(HDR10), count=2)
    with open_source(path) as source:
        folder = split_frames(source, tmp_path / "frames")
        first = to_rgb(next(source.read(0, 1)).picture)
    assert np.array_equal(np.asarray(Image.open(folder / "frame_000000.png")), first)
    with open_source(folder) as again:
        assert again.info.color == ColorTags("bt709", False, 1, 1, 1)


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("channels", ["rgb48", "rgba64", "gray16"])
def test_sixteen_bit_images_keep_ten(tmp_path: Path, suffix: str, channels: str) -> None:
    if (suffix, channels) == ("tif", "gray16"):
        Image.fromarray(np.full((32, 32), 20_000, np.uint16)).save(tmp_path / "1.tif")
    else:
        form = f"{channels}be" if suffix == "png" else f"{channels}le"
        picture = av.VideoFrame(32, 32, form)
        samples = np.frombuffer(memoryview(picture.planes[0]), ">u2" if suffix == "png" else "<u2")
        samples[:] = 20_000
        if channels == "rgba64":
            samples[3::4] = 65535
        encoder = av.CodecContext.create("png" if suffix == "png" else "tiff", "w")
        encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 32, 32, form, Fraction(1)
        packets = [*encoder.encode(picture), *encoder.encode()]
        (tmp_path / f"1.{suffix}").write_bytes(b"".join(map(bytes, packets)))
    expected = 64 + 876 * 20_000 / 65535
    with open_source(tmp_path, options=KEEP) as source:
        assert (source.info.bit_depth, source.info.color.depth) == (16, 10)
        found = luma(next(source.read()).picture)
    assert np.abs(found - expected).max() <= 1.5
    with open_source(tmp_path) as source:
        assert np.abs(luma(next(source.read()).picture) - expected / 4).max() <= 1.5
