from __future__ import annotations

import os
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from loopviz.errors import ConfigError, InputError
from loopviz.media import open_source, probe
from loopviz.notes import Note


def test_facts_of_a_clip(make_clip) -> None:
    info = probe(make_clip(rate=Fraction(24000, 1001), frames=24))
    assert (info.kind, info.frames, info.width, info.height) == ("video", 24, 64, 48)
    assert info.frame_rate == Fraction(24000, 1001)
    assert info.duration_seconds == pytest.approx(1.001)
    assert (info.rotation, info.sample_aspect_ratio, info.variable_frame_rate) == (0, 1, False)
    assert (info.audio_streams, info.codec, info.pixel_format, info.bit_depth) == (0, "h264", "yuv420p", 8)
    assert info.claimed_frames == 24
    assert info.notes == ()


def test_the_duration_is_of_the_frames_not_the_header(make_clip) -> None:
    info = probe(make_clip(time_base=Fraction(1, 1000), pts=[500, 540, 700, 720]))
    assert info.variable_frame_rate
    assert info.duration_seconds == pytest.approx((720 - 500) / 1000, abs=0.1)


def text(path: Path) -> None:
    path.write_text("frame,x,y\n1,2,3\n" * 40)


def rubbish(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 20)


def sound_only(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(8000))


def playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://example.org/a.ts\n#EXT-X-ENDLIST\n")


@pytest.mark.parametrize(
    ("name", "make", "problem", "remedy"),
    [
        pytest.param("gone.mp4", lambda _: None, "there is no such file", "Check the path", id="missing"),
        pytest.param("empty.mp4", Path.touch, "the file is empty", "again", id="empty"),
        pytest.param("notes.mp4", text, "this is text, not a video", "Give a video", id="text"),
        pytest.param("notes.txt", text, "not a video", "", id="text-that-ffmpeg-would-draw"),
        pytest.param("noise.mp4", rubbish, "not a video, or its header is damaged", "ffmpeg -i", id="rubbish"),
        pytest.param("sound.wav", sound_only, "holds no video", "Give the file that holds", id="sound"),
        pytest.param("list.m3u8", playlist, "not a video", "", id="playlist"),
        pytest.param("folder", Path.mkdir, "the folder holds no images", "Give the folder", id="empty-folder"),
        pytest.param("pipe", os.mkfifo, "neither a file nor a folder", "", id="pipe"),
    ],
)
def test_what_is_no_video(tmp_path: Path, name: str, make: Callable[[Path], None], problem: str, remedy: str) -> None:
    path = tmp_path / name
    make(path)
    with pytest.raises(InputError, match=problem) as caught:
        open_source(path)
    assert str(path) in str(caught.value)
    assert remedy in (caught.value.remedy or "")


def test_a_name_that_looks_like_a_protocol_is_a_file(
    make_clip, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_clip().rename(tmp_path / "concat:a|b.mp4")
    monkeypatch.chdir(tmp_path)
    assert probe("concat:a|b.mp4").frames == 12


def test_trailing_rubbish_hurts_nobody(make_clip) -> None:
    path = make_clip()
    path.write_bytes(path.read_bytes() + b"\xff\xff\xff\xffjunk" + bytes(40))
    assert probe(path).frames == 12


def test_cover_art_is_never_the_video(make_clip, tmp_path: Path) -> None:
    video = make_clip("video.mp4")
    cover = make_clip("cover.mov", codec="mjpeg", pixel_format="yuvj420p", options={}, frames=1, size=(320, 320))
    path = tmp_path / "both.mp4"
    with av.open(str(video)) as source, av.open(str(cover)) as art, av.open(str(path), "w") as out:
        attached = out.add_stream_from_template(art.streams.video[0])
        attached.disposition = av.stream.Disposition.attached_pic
        shown = out.add_stream_from_template(source.streams.video[0])
        for container, stream in ((art, attached), (source, shown)):
            for packet in container.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    out.mux(packet)
    info = probe(path)
    assert (info.width, info.height, info.frames) == (64, 48, 12)
    assert Note("attached-pictures", {"count": 1}) in info.notes


@pytest.mark.parametrize("rate", [pytest.param(Fraction(0), id="zero"), pytest.param(Fraction(-24), id="negative")])
def test_no_frame_rate(tmp_path: Path, rate: Fraction) -> None:
    with pytest.raises(ConfigError, match="no frame rate"):
        open_source(tmp_path, frame_rate=rate)


def test_a_video_has_its_own_frame_rate(make_clip) -> None:
    with pytest.raises(ConfigError, match="its own times"):
        open_source(make_clip(), frame_rate=Fraction(25))
