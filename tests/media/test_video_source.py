from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from loopviz.errors import InputError
from loopviz.media import ReadOptions, open_source, probe, to_rgb
from loopviz.media.decoder import Decoder
from loopviz.media.video_source import VideoSource
from loopviz.notes import Note

Digest = Callable[[av.VideoFrame], str]
B_FRAMES = {"crf": "20", "preset": "veryfast", "x264-params": "keyint=8:min-keyint=8:bframes=3:b-adapt=0:scenecut=0"}
NO_B_FRAMES = {**B_FRAMES, "x264-params": "keyint=8:min-keyint=8:bframes=0:scenecut=0"}
OPEN_GOP = {**B_FRAMES, "x264-params": B_FRAMES["x264-params"] + ":open-gop=1"}
REFRESH = {**B_FRAMES, "x264-params": "keyint=8:intra-refresh=1:bframes=0"}
X265 = {"crf": "20", "preset": "ultrafast", "x265-params": "keyint=8:min-keyint=8:open-gop=1:bframes=3:log-level=none"}
VP8 = {"lag-in-frames": "8", "auto-alt-ref": "1", "deadline": "realtime", "g": "10", "b": "200k"}


@pytest.mark.parametrize(
    ("name", "clip"),
    [
        pytest.param("clip.mp4", {"options": B_FRAMES}, id="h264-b-frames"),
        pytest.param("clip.mp4", {"options": OPEN_GOP}, id="h264-open-gop"),
        pytest.param("clip.mp4", {"options": REFRESH}, id="h264-intra-refresh"),
        pytest.param("clip.mkv", {"options": B_FRAMES}, id="h264-matroska"),
        pytest.param("clip.ts", {"options": B_FRAMES}, id="h264-transport-stream"),
        pytest.param("clip.ts", {"options": OPEN_GOP}, id="h264-open-gop-transport-stream"),
        pytest.param("clip.mkv", {"options": OPEN_GOP}, id="h264-open-gop-matroska"),
        pytest.param("clip.h264", {"options": B_FRAMES}, id="h264-without-times"),
        pytest.param("clip.mp4", {"codec": "libx265", "options": X265}, id="hevc-open-gop"),
        pytest.param("clip.webm", {"codec": "libvpx", "options": VP8}, id="vp8-hidden-frames"),
        pytest.param("clip.webm", {"codec": "libvpx-vp9", "options": VP8}, id="vp9"),
        pytest.param("clip.avi", {"codec": "mpeg4", "options": {"bf": "2", "g": "8"}}, id="mpeg4-b-frames-in-avi"),
        pytest.param("clip.mpg", {"codec": "mpeg2video", "options": {"bf": "2", "g": "8"}, "rate": 25}, id="mpeg-ps"),
        pytest.param("clip.mov", {"codec": "mjpeg", "pixel_format": "yuvj420p", "options": {}}, id="mjpeg"),
        pytest.param("clip.mov", {"codec": "prores_ks", "pixel_format": "yuv422p10le", "options": {}}, id="prores"),
        pytest.param("clip.gif", {"codec": "gif", "pixel_format": "rgb8", "options": {}, "rate": 10}, id="gif"),
    ],
)
def test_any_order_yields_the_same_pictures(make_clip, digest: Digest, name: str, clip: dict[str, object]) -> None:
    path = make_clip(name, frames=26, **clip)
    with open_source(path) as source:
        assert source.info.frames == 26
        straight = [(frame.index, frame.pts, digest(frame.picture)) for frame in source.read()]
        assert [index for index, _, _ in straight] == list(range(26))
        assert [pts for _, pts, _ in straight] == source.pts.tolist()
        for index in random.Random(7).sample(range(26), 26):  # noqa: S311
            (frame,) = source.read(index, index + 1)
            assert (frame.index, frame.pts, digest(frame.picture)) == straight[index]


def test_a_seek_decodes_only_what_the_wanted_picture_leans_on(make_clip, digest: Digest) -> None:
    with open_source(make_clip(options=B_FRAMES | {"g": "20", "x264-params": "b-adapt=0"}, frames=20)) as source:
        straight = [digest(frame.picture) for frame in source.read()]
        key, wanted = int(source.pts[0]), int(source.pts[15])
    decoder = Decoder(source.path)
    decoder.seek(key, wanted)
    found = {picture.pts: digest(picture) for picture in iter(decoder.next, None)}
    decoder.close()
    assert [found.get(pts) for pts in source.pts.tolist()[15:]] == straight[15:]
    assert len(found) < 15


def test_reading_on_costs_no_seek(make_clip, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_source(make_clip(frames=20)) as source:
        monkeypatch.setattr(Decoder, "seek", lambda *_: pytest.fail("it went back"))
        assert [frame.index for frame in source.read(0, 7)] == list(range(7))
        assert [frame.index for frame in source.read(7, 12)] == list(range(7, 12))
        assert [frame.index for frame in source.read(14)] == list(range(14, 20))


def test_a_read_given_up_midway_leaves_no_trace(make_clip, digest: Digest) -> None:
    with open_source(make_clip(options=B_FRAMES, frames=20)) as source:
        straight = [digest(frame.picture) for frame in source.read()]
        first, second = source.read(), source.read(11, 15)
        mixed = [next(first), next(first), next(second), next(first), next(second), next(second)]
        assert [frame.index for frame in mixed] == [0, 1, 11, 2, 12, 13]
        assert [digest(frame.picture) for frame in mixed] == [straight[frame.index] for frame in mixed]
        del first, second
        assert [digest(frame.picture) for frame in source.read(3)] == straight[3:]


def test_an_upright_yuv420p_picture_passes_through_without_a_copy(make_clip) -> None:
    with VideoSource(make_clip()) as source:
        raw = source._decoder.next()
        source._decoder.put_back(raw)
        assert next(source.read()).picture is raw


def test_drawing_on_a_picture_does_not_reach_the_next(make_clip, samples_of) -> None:
    path = make_clip(options=B_FRAMES, frames=16)
    with open_source(path) as source:
        clean = [samples_of(frame.picture)[0] for frame in source.read()]
    with open_source(path) as source:
        for frame, expected in zip(source.read(), clean, strict=True):
            assert np.array_equal(samples_of(frame.picture)[0], expected)
            frame.picture.make_writable()
            np.frombuffer(memoryview(frame.picture.planes[0]), np.uint8)[:] = 0


@pytest.mark.parametrize(
    ("start", "stop"),
    [pytest.param(-1, 3, id="before"), pytest.param(0, 13, id="after"), pytest.param(5, 4, id="turned")],
)
def test_frames_that_are_not_there(make_clip, start: int, stop: int) -> None:
    with open_source(make_clip()) as source, pytest.raises(InputError, match="not in the source"):
        source.read(start, stop)


def test_an_empty_range(make_clip) -> None:
    with open_source(make_clip()) as source:
        assert list(source.read(12)) == []


def test_the_frames_table(make_clip) -> None:
    with open_source(make_clip(rate=Fraction(30000, 1001), pts=range(5, 9))) as source:
        table = source.table()
    assert table["frame"].to_list() == [0, 1, 2, 3]
    assert table["pts_seconds"].to_list() == pytest.approx([index * 1001 / 30000 for index in range(4)], abs=1e-9)
    assert table["file"].to_list() == [None] * 4
    assert table.select("width", "height").unique().rows() == [(64, 48)]


def test_the_fingerprint_is_of_the_bytes(make_clip) -> None:
    first, second = make_clip("a.mp4"), make_clip("b.mp4", frames=11)
    marks = []
    for path in (first, second, first):
        with open_source(path) as source:
            marks.append(source.fingerprint())
    assert marks[0] == marks[2] != marks[1]
    assert len(marks[0]) == 64


def packets(path: Path) -> list[tuple[int, int]]:
    """Position and size of each packet."""
    with av.open(str(path)) as container:
        return [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size and packet.pos]


@pytest.mark.parametrize(
    ("name", "clip"),
    [
        pytest.param("clip.mp4", {"options": {"preset": "ultrafast", "g": "1", "bf": "0"}}, id="h264"),
        pytest.param("clip.mov", {"codec": "mjpeg", "pixel_format": "yuvj420p", "options": {}}, id="mjpeg"),
    ],
)
def test_a_damaged_frame_is_named(make_clip, name: str, clip: dict[str, object]) -> None:
    path = make_clip(name, frames=10, **clip)
    content = bytearray(path.read_bytes())
    position, size = packets(path)[6]
    content[position : position + size] = bytes(size)
    path.write_bytes(content)
    with open_source(path) as source:
        seen = []
        with pytest.raises(InputError, match=r"clip\.\w+, frame 6: the frame is damaged or missing"):
            seen.extend(frame.index for frame in source.read())
        assert len(list(source.read(7))) == 3


def test_a_picture_that_changes_its_size_is_refused(make_clip, tmp_path: Path) -> None:
    def jpeg(size: int) -> bytes:
        path = make_clip(f"{size}.mov", codec="mjpeg", pixel_format="yuvj420p", options={}, frames=1, size=(size, size))
        with av.open(str(path)) as container:
            return next(bytes(packet) for packet in container.demux(video=0))

    path = tmp_path / "mixed.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuvj420p"
        for index, size in enumerate((64, 64, 32)):
            packet = av.Packet(jpeg(size))
            packet.stream, packet.pts, packet.dts, packet.time_base = stream, index, index, Fraction(1, 10)
            packet.is_keyframe = True
            out.mux(packet)
    with open_source(path) as source, pytest.raises(InputError, match="frame 2: the picture changes its size"):
        list(source.read())


def test_closing_twice_is_fine(make_clip) -> None:
    source = open_source(make_clip())
    source.close()
    source.close()


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_what_leans_on_a_damaged_key_frame_is_not_shown_as_if_whole(make_clip, digest: Digest, suffix: str) -> None:
    path = make_clip(f"clip.{suffix}", options=NO_B_FRAMES, frames=24, size=(160, 120))
    with open_source(path) as source:
        whole = [digest(frame.picture) for frame in source.read()]
    content = bytearray(path.read_bytes())
    position, size = packets(path)[8]
    content[position + 5 : position + size] = bytes(size - 5)
    path.write_bytes(content)
    with open_source(path) as source:
        shown = {}
        for index in [*range(8, 16), *range(24)]:
            try:
                (frame,) = source.read(index, index + 1)
                shown[index] = digest(frame.picture) == whole[index]
            except InputError as error:
                assert error.at == f"frame {index}" or index not in shown
    assert all(shown.values())
    assert set(range(8)) | set(range(16, 24)) <= shown.keys()


@pytest.mark.parametrize("late", [-9, 3, 8, 100], ids=str)
def test_a_container_that_lands_in_the_wrong_place(
    make_clip, digest: Digest, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    """The pictures just before a key frame of an open GOP can be decoded from there, but are wrong."""
    with open_source(make_clip(options=OPEN_GOP, frames=26)) as source:
        straight = [digest(frame.picture) for frame in source.read()]
        step, seek = int(source.pts[1] - source.pts[0]), Decoder.seek
        monkeypatch.setattr(Decoder, "seek", lambda self, pts, wanted: seek(self, pts + late * step, wanted))
        for index in random.Random(3).sample(range(26), 26):  # noqa: S311
            (frame,) = source.read(index, index + 1)
            assert digest(frame.picture) == straight[index]


def see_through(index: int) -> av.VideoFrame:
    """Red that is whole on the left and transparent on the right."""
    rgba = np.zeros((64, 96, 4), np.uint8)
    rgba[..., 0], rgba[..., 2], rgba[:, :48, 3] = 255, 9 * index, 255
    return av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format="yuva420p")


ALPHA = {"g": "5", "auto-alt-ref": "0", "deadline": "realtime", "cpu-used": "8"}


@pytest.mark.parametrize("name", ["clip.webm", "clip.mkv"])
@pytest.mark.parametrize("codec", ["libvpx-vp9", "libvpx"])
def test_transparency_beside_the_pictures_is_read(make_clip, digest: Digest, codec: str, name: str) -> None:
    clip = {"codec": codec, "pixel_format": "yuva420p", "options": ALPHA, "pictures": see_through}
    path = make_clip(name, size=(96, 64), frames=17, **clip)
    with open_source(path, options=ReadOptions(paper="#20ff40")) as source:
        assert source.info.pixel_format == "yuva420p"
        assert source.info.notes == (Note("on-paper", {"paper": "#20ff40"}),)
        shown = [frame.picture for frame in source.read()]
        assert len(shown) == 17
        for picture in shown:
            rgb = to_rgb(picture).astype(int)
            assert np.abs(rgb[:, 56:] - (0x20, 0xFF, 0x40)).mean() < 4
            assert rgb[:, :40, 0].min() > 240
        for index in random.Random(4).sample(range(17), 17):  # noqa: S311
            assert digest(next(source.read(index, index + 1)).picture) == digest(shown[index])


def test_transparency_that_nothing_here_reads_is_said(make_clip, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = {"codec": "libvpx-vp9", "pixel_format": "yuva420p", "options": ALPHA, "pictures": see_through}
    path = make_clip("clip.webm", size=(96, 64), frames=3, **clip)
    monkeypatch.setattr("loopviz.media.container.codecs_available", frozenset())
    assert probe(path).notes == (Note("transparency-unread"),)
