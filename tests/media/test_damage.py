"""Damaged files: what can be read is read, in its place; what is missing is said; who wants none of it is obeyed."""

from __future__ import annotations

import os
import pickle
import random
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from support import codes

from loopviz.errors import DamagedError, InputError
from loopviz.media import ReadOptions, open_source
from loopviz.media.video_source import VideoSource
from loopviz.notes import Note

os.environ.setdefault("SVT_LOG", "1")  # the library asks once a process, and other tests look at what it says
MEND, REFUSE = ReadOptions(damage="mend"), ReadOptions(damage="refuse")
INTRA = {"preset": "ultrafast", "g": "1", "bf": "0"}
GROUPS = {"preset": "ultrafast", "x264-params": "keyint=6:min-keyint=6:bframes=0:scenecut=0"}
X265 = {"preset": "ultrafast", "x265-params": "keyint=6:min-keyint=6:bframes=0:log-level=none"}
JPEG = {"codec": "mjpeg", "pixel_format": "yuvj420p", "options": {}}


def packets(path: Path) -> list[tuple[int, int]]:
    content = path.read_bytes()
    with av.open(str(path)) as container:
        contents = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    return [(content.index(part), len(part)) for part in contents]


def wipe(path: Path, *frames: int) -> None:
    """Overwrite packets with zeros."""
    content, places = bytearray(path.read_bytes()), packets(path)
    for frame in frames:
        position, size = places[frame]
        content[position : position + size] = bytes(size)
    path.write_bytes(content)


def faststart(path: Path) -> None:
    """Put an MP4's index before its pictures."""
    with av.open(str(path)) as source:
        stream = source.streams.video[0]
        whole = [packet for packet in source.demux(stream) if packet.size]
        with av.open(str(path.with_suffix(".new")), "w", format="mp4", options={"movflags": "faststart"}) as out:
            new = out.add_stream_from_template(stream)
            for packet in whole:
                packet.stream = new
                out.mux(packet)
    path.with_suffix(".new").replace(path)


@pytest.mark.parametrize(
    ("name", "clip"),
    [
        pytest.param("clip.mp4", {"options": INTRA}, id="h264"),
        pytest.param("clip.mkv", {"options": INTRA}, id="h264-matroska"),
        pytest.param("clip.mov", JPEG, id="mjpeg"),
        pytest.param("clip.avi", JPEG, id="mjpeg-avi"),
        pytest.param("clip.mov", {"codec": "prores_ks", "pixel_format": "yuv422p10le", "options": {}}, id="prores"),
    ],
)
def test_a_hole_keeps_its_place(make_clip, digest, name: str, clip: dict[str, object]) -> None:
    path = make_clip(name, frames=12, **clip)
    with open_source(path) as source:
        whole = [digest(frame.picture) for frame in source.read()]
    wipe(path, 6, 7)
    with open_source(path, options=MEND) as source:
        assert source.info.frames == 12
        assert Note("frames-held", {"frames": [6, 7]}) in source.info.notes
        shown = [digest(frame.picture) for frame in source.read()]
        assert shown == [*whole[:6], whole[5], whole[5], *whole[8:]]
        for index in random.Random(2).sample(range(12), 12):  # noqa: S311
            (frame,) = source.read(index, index + 1)
            assert (frame.pts, digest(frame.picture)) == (source.pts[index], shown[index])


@pytest.mark.parametrize("gone", [(0,), (0, 1)], ids=str)
def test_a_hole_at_the_beginning_shows_the_first_frame_there_is(make_clip, digest, gone: tuple[int, ...]) -> None:
    path = make_clip("clip.mov", frames=8, **JPEG)
    with open_source(path) as source:
        whole = [digest(frame.picture) for frame in source.read()]
    wipe(path, *gone)
    with open_source(path, options=MEND) as source:
        first = len(gone)
        assert [digest(f.picture) for f in source.read()] == [*[whole[first]] * first, *whole[first:]]


def test_what_is_missing_at_the_end_keeps_its_place(make_clip, digest) -> None:
    path = make_clip(frames=12, options=INTRA)
    with open_source(path) as source:
        end, whole = source.end_pts, [digest(frame.picture) for frame in source.read()]
    wipe(path, 10, 11)
    with open_source(path, options=MEND) as source:
        assert (source.info.frames, source.end_pts, source.damaged) == (12, end, (10, 11))
        assert source.info.notes == (Note("frames-held", {"frames": [10, 11]}),)
        assert [digest(frame.picture) for frame in source.read()] == [*whole[:10], whole[9], whole[9]]


OPEN = "keyint=6:min-keyint=6:bframes=2:b-adapt=0:scenecut=0:open-gop=1"
VPX = {"g": "6", "deadline": "realtime", "cpu-used": "8", "auto-alt-ref": "0", "lag-in-frames": "0"}
GROUPED = {
    "h264": ("clip.mp4", {"options": GROUPS}),
    "h264-open": ("clip.mp4", {"options": {"preset": "fast", "x264-params": OPEN}}),
    "h264-matroska": ("clip.mkv", {"options": GROUPS}),
    "hevc": ("clip.mp4", {"codec": "libx265", "options": X265}),
    "vp9": ("clip.webm", {"codec": "libvpx-vp9", "options": VPX}),
    "mpeg4-avi": ("clip.avi", {"codec": "mpeg4", "options": {"g": "6"}}),
    "av1": ("clip.mp4", {"codec": "libsvtav1", "options": {"preset": "12", "svtav1-params": "keyint=6:pred-struct=1"}}),
}


def wiped(content: bytearray, position: int, size: int) -> None:
    content[position : position + size] = bytes(size)


def half_wiped(content: bytearray, position: int, size: int) -> None:
    content[position + size // 2 : position + size] = bytes(size - size // 2)


def flipped(content: bytearray, position: int, size: int) -> None:
    content[position + size // 3] ^= 0x55
    content[position + size // 2] ^= 0x10


# What a decoder does not notice nobody can say: HEVC and VP9 take half a picture for a whole one.
HARMS = [(kind, wiped) for kind in GROUPED] + [
    (kind, harm)
    for kind in ("h264", "h264-open", "h264-matroska", "mpeg4-avi", "av1")
    for harm in (half_wiped, flipped)
]


@pytest.mark.parametrize(("kind", "harm"), HARMS, ids=lambda value: getattr(value, "__name__", value))
def test_a_damaged_key_frame_costs_its_group(make_clip, digest, kind: str, harm: Callable[..., None]) -> None:
    """No frame up to the next key frame is shown as whole, in whatever order frames are asked for."""
    name, clip = GROUPED[kind]
    path = make_clip(name, frames=24, size=(160, 128), **clip)
    with open_source(path) as source:
        whole = [digest(frame.picture) for frame in source.read()]
    with av.open(str(path)) as container:
        read = [packet for packet in container.demux(video=0) if packet.size]
    first, key, after = [number for number, packet in enumerate(read) if packet.is_keyframe][:3]
    order = sorted(packet.pts for packet in read)
    lost = range(order.index(min(packet.pts for packet in read[key:after])), order.index(read[after].pts))
    assert first == 0 < lost.start < lost.stop < 20
    content = bytearray(path.read_bytes())
    harm(content, *packets(path)[key])
    path.write_bytes(content)
    expected = [*whole[: lost.start], *[whole[lost.start - 1]] * len(lost), *whole[lost.stop :]]
    with open_source(path, options=MEND) as source:
        assert source.damaged == tuple(lost)
        assert [digest(frame.picture) for frame in source.read()] == expected
        for index in random.Random(1).sample(range(24), 24):  # noqa: S311
            assert digest(next(source.read(index, index + 1)).picture) == expected[index]
    leaning = order.index(read[key].pts)  # before it, what leans on it cannot be told before all is decoded
    with open_source(path) as source:
        for index in random.Random(2).sample(range(24), 24):  # noqa: S311
            if index in range(lost.start, leaning):
                continue
            try:
                shown = digest(next(source.read(index, index + 1)).picture)
            except DamagedError:
                assert index in lost
            else:
                assert shown == expected[index]


def test_a_damaged_last_key_frame_keeps_the_place_of_what_can_be_decoded(make_clip, digest) -> None:
    path = make_clip(frames=24, size=(160, 128), options=GROUPS)
    with open_source(path) as source:
        whole = [digest(frame.picture) for frame in source.read()]
    content = bytearray(path.read_bytes())
    half_wiped(content, *packets(path)[18])
    path.write_bytes(content)
    with open_source(path, options=MEND) as source:
        assert source.damaged == tuple(range(18, 24))
        assert [digest(frame.picture) for frame in source.read()] == [*whole[:18], *[whole[17]] * 6]


def test_where_no_key_frame_is_whole_what_there_is_is_shown(make_clip) -> None:
    path = make_clip("clip.avi", frames=6, size=(160, 128), codec="mpeg4", options={"g": "12"})
    content = bytearray(path.read_bytes())
    half_wiped(content, *packets(path)[0])
    path.write_bytes(content)
    with open_source(path, options=MEND) as source:
        assert source.damaged == (0,)
        assert source.info.notes[0] == Note("frames-in-part", {"frames": [0]})
        assert len(list(source.read())) == 6


def test_a_damaged_frame_between_key_frames_is_one(make_clip, digest) -> None:
    path = make_clip(frames=24, size=(160, 128), options=GROUPS)
    wipe(path, 8)
    with open_source(path, options=MEND) as source:
        assert source.damaged == (8,)
        once = [digest(frame.picture) for frame in source.read()]
        assert [digest(next(source.read(index, index + 1)).picture) for index in range(24)] == once


def test_a_bit_that_fell_over_is_said(make_clip) -> None:
    path = make_clip(frames=24, size=(160, 128), options=GROUPS)
    content, (position, _) = bytearray(path.read_bytes()), packets(path)[8]
    content[position + 12] ^= 0x10
    path.write_bytes(content)
    with open_source(path) as source, pytest.raises(DamagedError, match="frame 8: the frame is damaged"):
        list(source.read())
    with open_source(path, options=MEND) as source:
        assert source.info.notes == (Note("frames-in-part", {"frames": [8]}),)
        assert len(list(source.read())) == source.info.frames == 24
    with pytest.raises(InputError, match=r"clip\.mp4, near frame \d+: the video is damaged"):
        open_source(make_damaged_jpeg(make_clip), options=REFUSE)


def make_damaged_jpeg(make_clip: Callable[..., Path]) -> Path:
    """A clip that must be decoded to be counted, so that its damage is known at once."""
    made = make_clip("damaged.avi", frames=8, **JPEG)
    wipe(made, 3)
    return made.rename(made.with_name("clip.mp4"))


@pytest.mark.parametrize("suffix", ["mkv", "avi"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_file_that_is_cut_short(make_clip, digest, suffix: str, kept: float) -> None:
    path = make_clip(f"clip.{suffix}", frames=24, size=(160, 128), **JPEG)
    with open_source(path) as source:
        whole = [digest(frame.picture) for frame in source.read()]
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    lacking = len(content) - int(len(content) * kept)
    with open_source(path) as source:
        assert Note("cut-short", {"bytes": lacking}) in source.info.notes
        assert 0 < source.info.frames < 24
        shown = [digest(frame.picture) for frame in source.read()]
        assert shown[:-1] == whole[: len(shown) - 1]
    with pytest.raises(InputError, match="cut short"):
        open_source(path, options=REFUSE)


def test_a_faststart_mp4_that_is_cut_short(make_clip, digest) -> None:
    path = make_clip(frames=24, options=INTRA)
    faststart(path)
    with open_source(path) as source:
        whole = [digest(frame.picture) for frame in source.read()]
    path.write_bytes(path.read_bytes()[: -sum(size for _, size in packets(path)[-6:]) - 10])
    with open_source(path) as source:
        assert source.info.frames in (17, 18)
        assert [digest(frame.picture) for frame in source.read(0, 17)] == whole[:17]
        assert source.info.claimed_frames == 24
        assert "frame-count" in codes(source.info.notes)
    with pytest.raises(InputError, match="cut short"):
        open_source(path, options=REFUSE)


def test_an_mp4_whose_index_was_at_the_end_cannot_be_read(make_clip) -> None:
    path = make_clip(frames=24)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(InputError, match="header is damaged"):
        open_source(path)


@pytest.mark.parametrize("damage", ["notice", "mend", "refuse"])
def test_a_whole_file_is_read_alike(make_clip, digest, damage: str) -> None:
    path = make_clip(frames=20, options=GROUPS)
    with open_source(path) as source, open_source(path, options=ReadOptions(damage=damage)) as other:
        assert other.info.notes == source.info.notes == ()
        assert [digest(f.picture) for f in other.read()] == [digest(f.picture) for f in source.read()]


def test_nothing_that_can_be_decoded(make_clip) -> None:
    path = make_clip(frames=4, options=INTRA)
    wipe(path, 0, 1, 2, 3)
    for options in (ReadOptions(), MEND):
        with pytest.raises(InputError, match="no frame that can be decoded"):
            open_source(path, options=options)


def test_a_mended_source_crosses_to_another_process(make_clip) -> None:
    path = make_clip(frames=12, options=INTRA)
    wipe(path, 6)
    with open_source(path, options=MEND) as source, pickle.loads(pickle.dumps(source)) as again:  # noqa: S301
        assert isinstance(again, VideoSource)
        assert again.info == source.info
        assert again.fingerprint() == source.fingerprint()
    error = DamagedError("gone", file=path)
    assert type(pickle.loads(pickle.dumps(error))) is DamagedError  # noqa: S301


def test_a_damaged_image_shows_the_one_before(tmp_path: Path) -> None:
    for index in range(4):
        noise = np.random.default_rng(index).integers(0, 255, (64, 64, 3)).astype(np.uint8)
        Image.fromarray(noise).save(tmp_path / f"{index}.png")
    for index in (0, 2):
        content = (tmp_path / f"{index}.png").read_bytes()
        (tmp_path / f"{index}.png").write_bytes(content[: len(content) // 2])
    with open_source(tmp_path) as source, pytest.raises(DamagedError, match=r"0\.png: the image is damaged"):
        list(source.read())
    with open_source(tmp_path, options=MEND) as source:
        assert Note("images-held", {"count": 2, "first": "0.png", "frame": 0}) in source.info.notes
        shown = [bytes(frame.picture.planes[0]) for frame in source.read()]
        assert [frame.pts for frame in source.read()] == [0, 1, 2, 3]
    assert shown[0] == shown[1] == shown[2] != shown[3]
    for index in range(4):
        content = (tmp_path / f"{index}.png").read_bytes()
        (tmp_path / f"{index}.png").write_bytes(content[:200])
    with pytest.raises(DamagedError, match=r"3\.png"):
        open_source(tmp_path, options=MEND)
