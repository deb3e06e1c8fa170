"""One limit for every picture, still or video: what announces a larger one is refused before memory is taken for it."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from loopviz.errors import InputError
from loopviz.media import open_source, probe
from loopviz.media.normalise import BAND, blend
from loopviz.media.picture_limits import MOST_PIXELS, check_size

TEN_TIMES = 29_914  # a side: ten times the limit
PROBES = """
import json, resource, sys
from loopviz.errors import InputError
from loopviz.media import probe
import loopviz.media.image_source
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
said = {}
for path in sys.argv[1:]:
    try:
        probe(path)
        said[path] = ""
    except InputError as error:
        said[path] = error.problem
print(json.dumps([said, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
"""


def gif(width: int, height: int, inner: tuple[int, int] = (1, 1)) -> bytes:
    """Eighty-odd bytes: a canvas, and in it one picture of another size."""
    head = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\0\5\0\0\0,"
    return head + struct.pack("<4H", 0, 0, *inner) + b"\0\2\2\x44\1\0;"


def png(width: int, height: int, *, animated: bool) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    movement = chunk(b"acTL", struct.pack(">II", 2, 0))
    movement += chunk(b"fcTL", struct.pack(">5I2H2B", 0, width, height, 0, 0, 1, 10, 0, 0))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)) + (movement if animated else b"")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def webp(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return kind + struct.pack("<I", len(content)) + content

    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "WEBP", lossless=True)
    frame = bytes(6) + b"\7\0\0\7\0\0\x64\0\0\0" + content.getvalue()[12:]
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBP" + chunk(b"VP8X", b"\2\0\0\0" + canvas) + chunk(b"ANIM", bytes(6)) + chunk(b"ANMF", frame) * 2
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head


def matroska(make_clip, codec: str) -> bytes:
    """A file of 1000x1000 whose header announces 65535x65535."""
    content = make_clip("made.mkv", frames=1, size=(1000, 1000), codec=codec, options={}).read_bytes()
    at = content.index(b"\xb0\x82\x03\xe8\xba\x82\x03\xe8")
    return content[:at] + b"\xb0\x82\xff\xff\xba\x82\xff\xff" + content[at + 8 :]


def test_bombs_take_no_memory(make_clip, tmp_path: Path) -> None:
    """All in one process that has seen no large picture before; a single one that goes off takes gigabytes."""
    bombs = {
        "just-above.gif": gif(9460, 9460),
        "sixteen.gif": gif(16_000, 16_000),
        "ten-times.gif": gif(TEN_TIMES, TEN_TIMES),
        "most.gif": gif(65_535, 65_535),
        "ten-times.png": png(TEN_TIMES, TEN_TIMES, animated=False),
        "animated.png": png(TEN_TIMES, TEN_TIMES, animated=True),
        "ten-times.webp": webp(TEN_TIMES, TEN_TIMES),
        "just-above.webp": webp(9460, 9460),
        "ten-times.bmp": bmp(TEN_TIMES, TEN_TIMES),
        "ffv1.mkv": matroska(make_clip, "ffv1"),
    }
    for name, content in bombs.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "animated.apng").write_bytes(bombs["animated.png"])
    (tmp_path / "inner.gif").write_bytes(gif(16, 16, (65_535, 65_535)))
    made = subprocess.run(
        [sys.executable, "-c", PROBES, *bombs, "animated.apng", "inner.gif"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    said, grown = json.loads(made.stdout)
    assert {said[name] for name in bombs} == {"the picture is too large to be read"}
    assert grown < 100_000  # KiB: what decoders take for themselves; the smallest of these pictures has 350 MB


def test_a_picture_within_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wide.gif"
    path.write_bytes(gif(30_000, 20))
    with open_source(path) as source:
        assert (source.info.width, source.info.height) == (30_000, 20)
        assert next(iter(source.read())).picture.width == 30_000


@pytest.mark.parametrize(("width", "height", "fits"), [(9459, 9459, True), (9460, 9460, False), (MOST_PIXELS, 1, True)])
def test_the_limit(width: int, height: int, fits: bool) -> None:
    if fits:
        check_size(width, height, Path("a.mp4"))
    else:
        with pytest.raises(InputError, match=rf"found '{width}x{height}'; expected at most {MOST_PIXELS} pixels"):
            check_size(width, height, Path("a.mp4"))


def test_a_shape_of_pixels_counts_too(make_clip) -> None:
    """Stored 4000x4000 and eight times as wide when shown: more than is allowed."""

    def eight_to_one(stream) -> None:
        stream.codec_context.sample_aspect_ratio = 8

    size = (4000, 4000)
    path = make_clip(frames=1, size=size, options={"preset": "ultrafast", "crf": "50"}, setup=eight_to_one)
    with pytest.raises(InputError, match=r"found '32000x4000'"):
        probe(path)


def test_paper_under_transparent_parts_is_the_same_in_bands() -> None:
    rgba = np.random.default_rng(1).integers(0, 256, (2 * BAND + 5, 7, 4)).astype(np.uint8)
    rows = [blend(rgba[row : row + 1], "#204060") for row in range(len(rgba))]
    np.testing.assert_array_equal(blend(rgba, "#204060"), np.concatenate(rows))
