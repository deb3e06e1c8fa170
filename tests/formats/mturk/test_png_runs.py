"""Runs of a PNG's pixels: those that any decoder finds, and nothing of what is odd or damaged."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from loopviz.errors import InputError
from loopviz.formats.mturk.masks import _decoded_runs
from loopviz.formats.mturk.png_runs import PixelRuns, true_places, unpack

pytest.importorskip("deflate")  # without it every PNG is left to a whole decoder
FEW = st.sampled_from([0, 0x80FF0000, 0xFF00FF01])
PICTURE = arrays(np.uint32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=FEW)
HEAD = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def paeth(left: int, up: int, corner: int) -> int:
    near = {left: abs(up - corner), up: abs(left - corner), corner: abs(left + up - 2 * corner)}
    return min((left, up, corner), key=near.__getitem__)


def filtered(rows: np.ndarray, kinds: list[int], step: int) -> bytes:
    """Return rows of bytes, each behind the number of its filter (PNG specification, section 9)."""
    height, width = rows.shape
    framed = np.zeros((height + 1, width + step), np.int64)
    framed[1:, step:] = rows
    left, up, corner = framed[1:, :width], framed[:-1, step:], framed[:-1, :width]
    nearest = np.array(
        [paeth(*three) for three in zip(left.flat, up.flat, corner.flat, strict=True)], np.int64
    ).reshape(rows.shape)
    guesses = [np.zeros_like(left), left, up, (left + up) // 2, nearest]
    lines = zip(kinds, range(height), strict=True)
    return b"".join(bytes([kind]) + (rows[y] - guesses[kind][y]).astype(np.uint8).tobytes() for kind, y in lines)


def whole(size: tuple[int, int], kind: bytes, data: bytes, *extra: bytes, parts: int = 1) -> bytes:
    cuts = [data[i * len(data) // parts : (i + 1) * len(data) // parts] for i in range(parts)]
    head = chunk(b"IHDR", struct.pack(">II", *size) + kind) + b"".join(extra)
    return HEAD + head + b"".join(chunk(b"IDAT", cut) for cut in cuts) + chunk(b"IEND", b"")


def png(pixels: np.ndarray, filters: list[int], *, depth: bytes = b"\x08\x06\x00\x00\x00", parts: int = 1) -> bytes:
    """Return a PNG of red, green, blue and alpha."""
    height, width = pixels.shape
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(height, 4 * width)
    return whole((width, height), depth, zlib.compress(filtered(rows, filters, 4)), parts=parts)


def painted(data: bytes) -> np.ndarray:
    """Return the four bytes of every pixel as Pillow reads them."""
    with Image.open(BytesIO(data)) as image:
        return np.ascontiguousarray(image.convert("RGBA")).view(np.uint32)[..., 0]


def drawn(runs: PixelRuns | None) -> np.ndarray:
    assert runs is not None and np.all(runs.starts // runs.shape[1] == (ends(runs) - 1) // runs.shape[1])
    return np.repeat(runs.values, ends(runs) - runs.starts).reshape(runs.shape)


def ends(runs: PixelRuns) -> np.ndarray:
    return np.append(runs.starts[1:], runs.shape[0] * runs.shape[1])


@given(PICTURE, st.booleans(), st.integers(1, 3))
def test_runs_are_the_picture(pixels: np.ndarray, sub: bool, parts: int) -> None:
    data = png(pixels, [int(sub)] * len(pixels), parts=parts)
    unpacked = unpack(data)
    assert unpacked is not None
    assert np.array_equal(painted(data), pixels)
    assert np.array_equal(drawn(_decoded_runs(data, InputError)), pixels)
    runs = unpacked.runs()
    assert np.array_equal(drawn(runs), pixels)
    assert runs is not None and len(runs.starts) == len(_decoded_runs(data, InputError).starts)


@given(PICTURE, st.lists(st.integers(0, 4), min_size=9, max_size=9), st.integers(1, 3))
def test_any_filters(pixels: np.ndarray, kinds: list[int], parts: int) -> None:
    data = png(pixels, kinds[: len(pixels)], parts=parts)
    unpacked = unpack(data)
    assert unpacked is not None
    assert np.array_equal(drawn(_decoded_runs(unpacked.stored(), InputError)), painted(data))
    if runs := unpacked.runs():
        assert np.array_equal(drawn(runs), pixels)


KINDS = [(0, 1, 1), (0, 2, 1), (0, 4, 1), (0, 8, 1), (2, 8, 3), (3, 1, 1), (3, 2, 1), (3, 4, 1), (3, 8, 1), (4, 8, 2)]


@pytest.mark.parametrize(("color", "bits", "channels"), [*KINDS, (6, 8, 4), (0, 16, 1), (2, 16, 3), (6, 16, 4)])
@given(st.data())
def test_any_colours_and_depths(color: int, bits: int, channels: int, data: st.DataObject) -> None:
    width, height = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 5))
    size = (height, (width * bits * channels + 7) // 8)
    rows = data.draw(arrays(np.uint8, size, elements=st.sampled_from([0, 1, 27, 255])))
    kinds = data.draw(st.lists(st.integers(0, 4), min_size=height, max_size=height))
    packed = zlib.compress(filtered(rows, kinds, max(bits * channels // 8, 1)))
    palette = [chunk(b"PLTE", bytes(range(256)) * 3), chunk(b"tRNS", bytes([0, 255, 7]))] if color == 3 else []
    if color == 3 and bits < 8:
        palette[0] = chunk(b"PLTE", bytes(range(3 * 2**bits)))
        palette[1] = chunk(b"tRNS", bytes([0, 255]))
    picture = whole((width, height), bytes([bits, color, 0, 0, 0]), packed, *palette)
    unpacked = unpack(picture)
    assert unpacked is not None and (unpacked.runs() is None or (color, bits) == (6, 8))
    assert np.array_equal(
        drawn(_decoded_runs(unpacked.stored(), InputError)), drawn(_decoded_runs(picture, InputError))
    )
    if bits < 16:
        assert np.array_equal(drawn(_decoded_runs(unpacked.stored(), InputError)), painted(picture))


@pytest.mark.parametrize("sub", [False, True])
def test_noise_is_read_too(sub: bool) -> None:
    noise = np.random.default_rng(1).integers(0, 2**32, (300, 301), np.uint32)
    unpacked = unpack(png(noise, [int(sub)] * 300))
    assert unpacked is not None and np.array_equal(drawn(unpacked.runs()), noise)


@given(st.lists(st.integers(0, 200), max_size=30), st.integers(0, 300))
def test_true_places_are_where_flags_are_true(places: list[int], room: int) -> None:
    flags = np.zeros(max(places, default=-1) + 1 + room, np.bool_)
    flags[places] = True
    assert np.array_equal(true_places(flags), np.flatnonzero(flags))


WHOLE = png(np.zeros((3, 4), np.uint32), [0, 1, 0])
BODY = WHOLE.index(b"IDAT") + 6


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(WHOLE[:-20], id="breaks off"),
        pytest.param(WHOLE[:BODY] + bytes([WHOLE[BODY] ^ 1]) + WHOLE[BODY + 1 :], id="a bit is changed"),
        pytest.param(HEAD, id="nothing but a signature"),
        pytest.param(png(np.zeros((3, 4), np.uint32), [0, 1, 0], depth=b"\x08\x06\0\0\1"), id="interlaced"),
        pytest.param(png(np.zeros((3, 4), np.uint32), [0, 1, 0], depth=b"\x08\x02\0\0\0"), id="too many bytes"),
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
    assert unpack(data) is None
