"""Only the file that was named is opened, and nothing that it names in turn."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import av
import pytest

from loopviz.errors import InputError
from loopviz.media import open_source, probe

IN_OPEN, IN_NONBLOCK = 0x20, 0o4000  # of inotify(7)
SECONDS = 60
XML = '<?xml version="1.0"?>\n'
DASH = "urn:mpeg:dash:schema:mpd:2011"
SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
NAMING = {
    "hls": ("#EXTM3U\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n", "HLS"),
    "hls-live": ("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n", "HLS"),
    "hls-master": ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{}\n", "HLS"),
    "hls-key": ('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{}"\n#EXTINF:1,\nx.ts\n#EXT-X-ENDLIST\n', "HLS"),
    "hls-map": ('#EXTM3U\n#EXT-X-MAP:URI="{}"\n#EXTINF:1,\nx.mp4\n#EXT-X-ENDLIST\n', "HLS"),
    "hls-after-a-mark": ("\ufeff#EXTM3U\n#EXTINF:1,\n{}\n", "HLS"),
    "ffconcat": ("ffconcat version 1.0\nfile '{}'\n", "ffconcat"),
    "concat-without-a-head": ("# mine\nfile '{}'\n", "ffconcat"),
    "sdp": (SDP + "a=fmtp:{}\n", "SDP"),
    "dash": (f'{XML}<MPD xmlns="{DASH}"><Period><BaseURL>{{}}</BaseURL></Period></MPD>', "DASH"),
    "imf": (f"{XML}<CompositionPlaylist><Id>{{}}</Id></CompositionPlaylist>", "IMF"),
    "pls": ("[playlist]\nFile1={}\n", "PLS"),
    "xspf": (f"{XML}<playlist><track><location>{{}}</location></track></playlist>", "XSPF"),
    "asx": ('<asx version="3.0"><entry><ref href="{}"/></entry></asx>', "ASX"),
    "m3u-of-paths": ("{}\n", "text"),
}  # fmt: skip


@contextmanager
def opened_files(*watched: Path) -> Iterator[Callable[[], set[Path]]]:
    """Yield what tells which of some files were opened since; the kernel notes it, whoever opens them."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "inotify_init1"):
        pytest.skip("there is no inotify here")
    queue = libc.inotify_init1(IN_NONBLOCK)
    names = {libc.inotify_add_watch(queue, os.fsencode(path), IN_OPEN): path for path in watched}
    seen: set[Path] = set()

    def opened() -> set[Path]:
        try:
            events = os.read(queue, 1 << 16)
        except BlockingIOError:
            return seen
        while events:
            number, _, _, length = struct.unpack_from("iIII", events)
            seen.add(names[number])
            events = events[16 + length :]
        return seen

    try:
        yield opened
    finally:
        os.close(queue)


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it hangs"))
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.m3u8", "clip.sdp", "clip.txt", "clip.gif"])
@pytest.mark.parametrize("kind", NAMING)
def test_what_names_other_files_is_refused_as_what_it_is(make_clip, tmp_path: Path, kind: str, name: str) -> None:
    named = make_clip("named.ts", frames=2)
    content, said = NAMING[kind]
    path = tmp_path / name
    path.write_text(content.format(named), "utf-8")
    with opened_files(named, path) as opened:
        with pytest.raises(InputError, match=said):
            probe(path)
        assert opened() == {path}


@pytest.mark.parametrize("kind", NAMING)
def test_a_pipe_that_is_named_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    os.mkfifo(tmp_path / "pipe.ts")
    path = tmp_path / "clip.mp4"
    path.write_text(NAMING[kind][0].format(tmp_path / "pipe.ts"), "utf-8")
    with pytest.raises(InputError, match="not a video"):
        probe(path)


def test_the_tracer_sees_what_a_demuxer_opens(make_clip, tmp_path: Path) -> None:
    """Without the list the same playlist does open what it names: the tests above would notice."""
    named = make_clip("named.ts", frames=2)
    path = tmp_path / "clip.mp4"
    path.write_text(NAMING["ffconcat"][0].format(named), "utf-8")
    with opened_files(named) as opened:
        av.open(str(path), options={"protocol_whitelist": "file", "safe": "0"}).close()
        assert opened() == {named}


def test_a_sequence_of_images_is_not_followed(make_clip, tmp_path: Path) -> None:
    clip = make_clip("clip.gif", frames=2, codec="gif", pixel_format="rgb8", options={})
    first, second = (shutil.copy(clip, tmp_path / name) for name in ("a001.tga", "a002.tga"))
    pattern = tmp_path / "a%03d.tga"
    with pytest.raises(InputError, match=f"A sequence of images is given by its folder: {tmp_path}"):
        probe(pattern)
    shutil.copy(clip, pattern)
    with opened_files(first, second) as opened:
        with pytest.raises(InputError, match="Rename it"):
            probe(pattern)
        assert opened() == set()


def grown(content: bytes, at: int, more: bytes) -> bytes:
    """Put bytes into the last box of an MP4 and tell all boxes around them."""
    sizes = bytearray(content)
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        place = content.rindex(kind, 0, at) - 4
        size = int.from_bytes(sizes[place : place + 4], "big") + len(more)
        sizes[place : place + 4] = size.to_bytes(4, "big")
    return bytes(sizes[:at] + more + sizes[at:])


def test_pictures_that_are_kept_in_another_file_are_not_fetched(make_clip, tmp_path: Path) -> None:
    """The alias is as QuickTime writes it (see FFmpeg's mov_read_dref): a volume, a name, then the absolute path."""
    path, elsewhere = make_clip("clip.mov", frames=4), tmp_path / "elsewhere.mov"
    shutil.copy(path, elsewhere)
    name = os.fsencode(elsewhere) + b"\0" * (len(os.fsencode(elsewhere)) % 2)
    alias = bytes(150) + b"\0\2" + len(name).to_bytes(2, "big") + name + b"\xff\xff\0\0"
    content = path.read_bytes()
    entry = content.index(b"dref") + 12
    size = int.from_bytes(content[entry : entry + 4], "big")
    content = grown(content, entry + 12, alias)
    entry_size = (size + len(alias)).to_bytes(4, "big")
    path.write_bytes(content[:entry] + entry_size + b"alis\0\0\0\0" + content[entry + 12 :])
    with opened_files(elsewhere) as opened:
        with suppress(InputError):
            probe(path)
        assert opened() == set()
        options = {"enable_drefs": "1", "use_absolute_path": "1"}
        av.open(str(path), options=options).close()
        assert opened() == {elsewhere}  # so does who allows it


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("a.mov", "libx264", "yuv420p"),
        ("a.m4v", "libx264", "yuv420p"),
        ("a.3gp", "libx264", "yuv420p"),
        ("a.mkv", "libx264", "yuv420p"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("a.ivf", "libvpx-vp9", "yuv420p"),
        ("a.ts", "libx264", "yuv420p"),
        ("a.m2ts", "libx264", "yuv420p"),
        ("a.h264", "libx264", "yuv420p"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.flv", "libx264", "yuv420p"),
        ("a.mpg", "mpeg2video", "yuv420p"),
        ("a.mxf", "mpeg2video", "yuv420p"),
        ("a.wmv", "msmpeg4", "yuv420p"),
        ("a.nut", "libx264", "yuv420p"),
        ("a.gif", "gif", "rgb8"),
        ("a.apng", "apng", "rgb24"),
    ],
)
def test_videos_are_opened_as_before(make_clip, name: str, codec: str, pixel_format: str) -> None:
    path = make_clip(name, frames=5, rate=25, codec=codec, pixel_format=pixel_format, options={})
    with open_source(path) as source:
        assert (source.info.frames, source.info.width, source.info.height) == (5, 64, 48)
    other = path.rename(path.with_suffix(".dat"))  # told by what it holds, not by its name
    assert probe(other).frames == 5


def test_what_is_no_regular_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "link.mp4").symlink_to(tmp_path / "pipe.mp4")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's path may have 107 bytes
        try:
            listening.bind("socket.mp4")
        finally:
            os.chdir(here)
        for path in (*(tmp_path / f"{name}.mp4" for name in ("pipe", "link", "socket")), Path("/dev/zero")):
            with pytest.raises(InputError, match="neither a file nor a folder"):
                probe(path)


def test_an_image_that_is_no_regular_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    for path in (tmp_path, tmp_path / "a.png"):
        with pytest.raises(InputError):
            probe(path)
