from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from support import codes

from loopviz.media import frame_index as index_module
from loopviz.media import open_source, probe
from loopviz.media.frame_index import build_index
from loopviz.notes import Note

B_FRAMES = {"crf": "20", "preset": "veryfast", "x264-params": "keyint=8:min-keyint=8:bframes=3:b-adapt=0:scenecut=0"}
UNEVEN = [0, 40, 85, 120, 400, 440, 480, 900, 933, 966]


def test_packets_are_enough_for_mp4(make_clip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "decode_all", lambda *_: pytest.fail("it was decoded"))
    index = build_index(
        make_clip(options=B_FRAMES, frames=20, time_base=Fraction(1, 1000), pts=[*UNEVEN, *range(2000, 2010)])
    )
    assert len(index.pts) == 20
    assert index.varies
    assert index.keyframes.tolist() == [0, 8, 16]


@pytest.mark.parametrize(
    ("name", "clip"),
    [
        pytest.param("clip.mkv", {"time_base": Fraction(1, 1000), "pts": UNEVEN}, id="uneven-matroska"),
        pytest.param("clip.avi", {"codec": "mpeg4", "options": {}}, id="avi"),
        pytest.param("clip.ts", {}, id="transport-stream"),
        pytest.param("clip.webm", {"codec": "libvpx", "options": {"b": "200k"}}, id="vp8"),
    ],
)
def test_what_packets_cannot_prove_is_decoded(
    make_clip, monkeypatch: pytest.MonkeyPatch, name: str, clip: dict[str, object]
) -> None:
    called = []
    real = index_module.decode_all
    monkeypatch.setattr(index_module, "decode_all", lambda path: called.append(path) or real(path))
    index = build_index(make_clip(name, **clip))
    assert len(called) == 1
    assert len(index.pts) in (10, 12)


def test_vfr_times_are_kept_to_the_tick(make_clip) -> None:
    times = [0, 1, 1001, 5000, 5003, 90000]
    index = build_index(make_clip(time_base=Fraction(1, 90000), pts=times))
    assert (index.pts - index.pts[0]).tolist() == times
    assert index.varies


def test_a_clip_cut_at_an_open_gop(make_clip, tmp_path: Path) -> None:
    """Its first packets promise pictures that lean on what is gone, and that no decoder yields."""
    options = {"crf": "20", "x265-params": "keyint=8:min-keyint=8:open-gop=1:bframes=3:scenecut=0:log-level=none"}
    path, cut = make_clip(codec="libx265", options=options, frames=24), tmp_path / "cut.mp4"
    with av.open(str(path)) as source, av.open(str(cut), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        packets = [packet for packet in source.demux(video=0) if packet.size]
        second_key = [place for place, packet in enumerate(packets) if packet.is_keyframe][1]
        for packet in packets[second_key:]:
            packet.stream = stream
            out.mux(packet)
    index = build_index(cut)
    with av.open(str(cut)) as container:
        yielded = [frame.pts for frame in container.decode(video=0)]
    assert len(yielded) < len(packets) - second_key, "the encoder made no open GOP: the test says nothing"
    assert index.pts.tolist() == yielded


def test_a_header_that_miscounts_is_contradicted(corpus: Path) -> None:
    info = probe(corpus / "video" / "torchcodec" / "discard_first_keyframe.mp4")
    assert (info.claimed_frames, info.frames) == (30, 25)
    assert Note("frame-count", {"claimed": 30, "found": 25}) in info.notes


def test_what_is_cut_off_by_an_edit_list_is_no_frame(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "decode_all", lambda *_: pytest.fail("its packets say it all"))
    index = build_index(corpus / "video" / "torchcodec" / "discard_first_keyframe.mp4")
    assert len(index.pts) == 25
    assert index.pts[0] == 0


def test_a_stream_without_times_gets_even_ones(make_clip) -> None:
    index = build_index(make_clip("clip.h264", rate=25, options=B_FRAMES))
    assert len(index.pts) == 12
    assert index.rate == 25
    assert not index.varies
    assert len(np.unique(np.diff(index.pts))) == 1


@pytest.mark.parametrize(
    ("name", "clip"),
    [
        pytest.param("clip.mkv", {"options": B_FRAMES}, id="h264"),
        pytest.param("clip.mkv", {"codec": "mpeg2video", "options": {"g": "8", "bf": "0"}, "rate": 25}, id="mpeg2"),
        pytest.param("clip.webm", {"codec": "libvpx-vp9", "options": {"g": "8", "deadline": "realtime"}}, id="vp9"),
    ],
)
def test_a_clip_that_begins_between_key_frames(make_clip, tmp_path: Path, name: str, clip: dict[str, object]) -> None:
    path, cut = make_clip(name, frames=24, **clip), tmp_path / f"cut-{name}"
    with av.open(str(path)) as source, av.open(str(cut), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in [packet for packet in source.demux(video=0) if packet.size][3:]:
            packet.stream = stream
            out.mux(packet)
    with open_source(cut) as source:
        assert source.info.frames == 16
        assert [frame.index for frame in source.read()] == list(range(16))


def test_an_empty_packet_is_no_frame_and_no_end(make_clip, tmp_path: Path) -> None:
    path, gappy = make_clip(), tmp_path / "gappy.nut"
    with av.open(str(path)) as source, av.open(str(gappy), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for place, packet in enumerate(packet for packet in source.demux(video=0) if packet.size):
            kept = av.Packet(b"") if place == 11 else packet
            kept.pts, kept.dts, kept.time_base, kept.stream = packet.pts, packet.dts, packet.time_base, stream
            out.mux(kept)
            if place == 5:
                empty = av.Packet(b"")
                empty.pts, empty.dts, empty.time_base, empty.stream = (
                    packet.pts + 1,
                    packet.dts + 1,
                    packet.time_base,
                    stream,
                )
                out.mux(empty)
    with av.open(str(gappy)) as container:
        assert 0 in [packet.size for packet in container.demux(video=0) if packet.dts is not None]
    assert len(build_index(gappy).pts) == 11


def test_what_was_lost_on_the_way_is_said(make_clip) -> None:
    path = make_clip("clip.ts", options=B_FRAMES, frames=24, size=(320, 240))
    content = path.read_bytes()
    middle = len(content) // 188 // 2 * 188
    path.write_bytes(content[:middle] + content[middle + 188 :])
    assert "packets-damaged" in codes(build_index(path).notes)


H264 = {"crf": "20", "preset": "veryfast", "x264-params": "keyint=8:min-keyint=8:bframes=3:b-adapt=0:scenecut=0"}


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        pytest.param("libx264", H264, id="h264"),
        pytest.param("libx264", {**H264, "x264-params": H264["x264-params"] + ":open-gop=1"}, id="h264-open-gop"),
        pytest.param("libx264", {"crf": "20", "preset": "veryslow"}, id="h264-pyramid"),
        pytest.param("mpeg4", {"bf": "2", "g": "8", "qmin": "1", "qmax": "1"}, id="mpeg4"),
    ],
)
@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001)], ids=str)
def test_frames_that_are_stored_in_another_order_in_avi_have_even_times(
    make_clip, codec: str, options: dict[str, str], rate: Fraction
) -> None:
    def grey(index: int) -> av.VideoFrame:
        return av.VideoFrame.from_ndarray(np.full((72, 64), 20 + 7 * index, np.uint8), format="yuv420p")

    def number(picture: av.VideoFrame) -> int:
        return round((picture.to_ndarray()[:48].mean() - 20) / 7)

    path = make_clip("clip.avi", frames=29, rate=rate, codec=codec, options=options, pictures=grey)
    with open_source(path) as source:
        assert (source.info.frame_rate, source.info.variable_frame_rate, source.info.notes) == (rate, False, ())
        assert source.info.duration_seconds == pytest.approx(29 / rate)
        assert np.diff(source.pts).tolist() == [1] * 28
        assert [number(frame.picture) for frame in source.read()] == list(range(29))
        for index in random.Random(6).sample(range(29), 29):  # noqa: S311
            (frame,) = source.read(index, index + 1)
            assert (frame.pts, number(frame.picture)) == (source.pts[index], index)
