"""Runs of a PNG's pixels: those that any decoder finds, and nothing of what is odd or damaged."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from loopviz.formats.png_runs import pixel_runs

pytest.importorskip("deflate")  # without it every PNG is left to a whole decoder
FEW = st.sampled_from([0, 0x80FF0000, 0xFF00FF01])
PICTURE = arrays(np.uint32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=FEW)
HEAD = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(pixels: np.ndarray, filters: list[int], *, depth: bytes = b"\x08\x06\x00\x00\x00", parts: int = 1) -> bytes:
    """Return a PNG whose rows are filtered by None (0) or Sub (1)."""
    height, width = pixels.shape
    channels = np.ascontiguousarray(pixels).view(np.uint8).reshape(height, width, 4)
    rows = []
    for row, kind in zip(channels, filters, strict=True):
        left = np.vstack([np.zeros((1, 4), np.uint8), row[:-1]])
        rows.append(bytes([kind]) + (row - left if kind == 1 else row).tobytes())
    data = zlib.compress(b"".join(rows))
    cuts = [data[i * len(data) // parts : (i + 1) * len(data) // parts] for i in range(parts)]
    head = chunk(b"IHDR", struct.pack(">II", width, height) + depth)
    return HEAD + head + b"".join(chunk(b"IDAT", cut) for cut in cuts) + chunk(b"IEND", b"")


@given(PICTURE, st.integers(0, 2**9 - 1), st.integers(1, 3))
def test_runs_are_the_picture(pixels: np.ndarray, kinds: int, parts: int) -> None:
    data = png(pixels, [kinds >> row & 1 for row in range(len(pixels))], parts=parts)
    runs = pixel_runs(data)
    assert runs is not None and runs.shape == pixels.shape
    lengths = np.diff(runs.starts, append=pixels.size)
    assert np.array_equal(np.repeat(runs.values, lengths).reshape(pixels.shape), pixels)
    seen = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)[..., [2, 1, 0, 3]]
    assert np.array_equal(np.ascontiguousarray(seen).view(np.uint32)[..., 0], pixels)


WHOLE = png(np.zeros((3, 4), np.uint32), [0, 1, 0])
BODY = WHOLE.index(b"IDAT") + 6


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(WHOLE[:-20], id="breaks off"),
        pytest.param(WHOLE[:BODY] + bytes([WHOLE[BODY] ^ 1]) + WHOLE[BODY + 1 :], id="a bit is changed"),
        pytest.param(HEAD, id="nothing but a signature"),
        pytest.param(png(np.zeros((3, 4), np.uint32), [0, 1, 4]), id="another filter"),
        pytest.param(png(np.zeros((3, 4), np.uint32), [0, 1, 0], depth=b"\x08\x06\0\0\1"), id="interlaced"),
        pytest.param(png(np.zeros((3, 4), np.uint32), [0, 1, 0], depth=b"\x08\x02\0\0\0"), id="no alpha"),
        pytest.param(WHOLE.replace(chunk(b"IEND", b""), chunk(b"ABCD", b"") + chunk(b"IEND", b"")), id="unknown part"),
        pytest.param(
            WHOLE.replace(struct.pack(">II", 4, 3), struct.pack(">II", 4, 4)), id="a size that its check does not fit"
        ),
        pytest.param(
            HEAD + chunk(b"IHDR", struct.pack(">II", 4, 9) + b"\x08\x06\0\0\0") + WHOLE[33:],
            id="more rows than there are",
        ),
    ],
)
def test_what_is_odd_or_damaged_is_left_to_a_whole_decoder(data: bytes) -> None:
    assert pixel_runs(data) is None
