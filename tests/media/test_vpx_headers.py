from __future__ import annotations

import av
import pytest

from loopviz.errors import InputError
from loopviz.media import probe
from loopviz.media.vpx_headers import announced_size

QUICK = {"g": "4", "deadline": "realtime", "cpu-used": "8", "auto-alt-ref": "0"}


@pytest.mark.parametrize("size", [(64, 48), (34, 18), (1280, 2), (642, 1026)], ids=str)
@pytest.mark.parametrize(
    ("encoder", "pixel_format"),
    [("libvpx", "yuv420p"), ("libvpx-vp9", "yuv420p"), ("libvpx-vp9", "yuv444p"), ("libvpx-vp9", "gbrp")],
)
def test_key_frames_announce_their_size(make_clip, encoder: str, pixel_format: str, size: tuple[int, int]) -> None:
    path = make_clip("a.webm", frames=6, size=size, codec=encoder, pixel_format=pixel_format, options=QUICK)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        codec = stream.codec_context.codec.canonical_name
        for packet in container.demux(stream):
            if packet.size:
                assert announced_size(codec, bytes(packet)) == (size if packet.is_keyframe else None)


@pytest.mark.parametrize("codec", ["vp8", "vp9"])
def test_what_is_no_packet_announces_nothing(codec: str) -> None:
    assert [announced_size(codec, content) for content in (b"", b"\0", bytes(40), b"\xff" * 40)] == [None] * 4


@pytest.mark.parametrize("encoder", ["libvpx", "libvpx-vp9"])
def test_a_transparent_picture_that_is_too_large_is_refused(make_clip, encoder: str) -> None:
    """Its header says 64x48, its key frames 16383x16383."""
    clip = {"codec": encoder, "pixel_format": "yuva420p", "options": QUICK}
    path = make_clip("a.webm", frames=3, **clip)
    content = bytearray(path.read_bytes())
    at = 0
    start, large = (
        (b"\x9d\x01\x2a", b"\xff\x3f\xff\x3f") if encoder == "libvpx" else (b"\x49\x83\x42", b"\x03\xff\xe3\xff\xe0")
    )
    while (at := content.find(start, at)) >= 0:
        content[at + 3 : at + 3 + len(large)] = large
        at += 3
    path.write_bytes(content)
    with pytest.raises(InputError, match="too large to be read"):
        probe(path)
