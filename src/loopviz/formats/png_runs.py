"""A mask's PNG as runs of equal pixels, without making the picture.

A widget's mask is a few flat areas: a hundred times fewer runs than pixels. A browser's canvas writes it as RGBA of
eight bits, its rows as they are or as differences to the pixel on the left (filters None and Sub, PNG specification,
section 9): where a difference is zero, a run goes on. libdeflate unpacks such data thirty times faster than what is in
the libraries that read pictures. Any other PNG, and a damaged one, is left to those.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from loopviz.formats.columns import Ints

_SIGNATURE = 8  # bytes
_RGBA = b"\x08\x06\x00\x00\x00"  # eight bits, colour and alpha, deflate, the five filters, not interlaced
_NONE, _SUB = 0, 1
_PLAIN = frozenset({b"IHDR", b"IDAT", b"IEND"})


class PixelRuns(NamedTuple):
    """Where runs begin in the picture read row by row, the four bytes of their pixels as one number, and its shape."""

    starts: Ints
    values: npt.NDArray[np.uint32]
    shape: tuple[int, int]


def pixel_runs(data: bytes) -> PixelRuns | None:
    """Return the runs of a PNG that a canvas wrote, none longer than a row; None where it must be read otherwise.

    Args:
        data: The PNG; the caller has looked at its size.
    """
    try:
        chunks = list(_chunks(data))
    except struct.error:
        return None
    known = [body for kind, body in chunks if kind == b"IDAT"]
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND" or chunks[0][1][8:] != _RGBA or not known:
        return None
    width, height = struct.unpack(">II", chunks[0][1][:8])
    size = height * (1 + 4 * width)
    raw = _unpacked(b"".join(known), size)
    return None if raw is None else _runs(np.frombuffer(raw, np.uint8).reshape(height, -1))


def _unpacked(data: bytes, size: int) -> bytearray | None:
    """Return what zlib's data hold, or None where they are damaged or of another size."""
    try:
        from deflate import DeflateError, zlib_decompress
    except ModuleNotFoundError:  # a machine for which there is no wheel: pictures' own libraries take longer
        return None
    try:
        raw = zlib_decompress(data, size)
    except (DeflateError, MemoryError):
        return None
    return raw if len(raw) == size else None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kinds and contents of the chunks that make the picture; none follow one that is damaged or unknown."""
    view, at = memoryview(data), _SIGNATURE
    while at < len(data):
        (length,) = struct.unpack_from(">I", view, at)
        kind, body = bytes(view[at + 4 : at + 8]), view[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", view, at + 8 + length)
        if check != zlib.crc32(view[at + 4 : at + 8 + length]):
            return
        if kind in _PLAIN:
            yield kind, bytes(body)
        elif kind[:1].isupper() or kind == b"tRNS":
            return  # a part of the picture that we do not know
        if kind == b"IEND":
            return
        at += 12 + length


def _runs(rows: npt.NDArray[np.uint8]) -> PixelRuns | None:
    """Return the runs of filtered rows, each of which begins with its filter."""
    filters = rows[:, 0]
    sub = filters == _SUB
    if not np.all(sub | (filters == _NONE)):
        return None
    pixels = np.ascontiguousarray(rows[:, 1:]).view(np.uint32)
    begins = np.ones(pixels.shape, np.bool_)
    if sub.all():
        np.not_equal(pixels[:, 1:], 0, out=begins[:, 1:])
    else:
        np.not_equal(pixels[:, 1:], pixels[:, :-1], out=begins[:, 1:])
        begins[sub, 1:] = pixels[sub, 1:] != 0
    starts = np.flatnonzero(begins)
    values = pixels.reshape(-1)[starts]
    if sub.any():
        own, steps = starts // pixels.shape[1], values.view(np.uint8).reshape(-1, 4)
        sums = np.cumsum(steps, axis=0, dtype=np.uint8)  # modulo 256, as the filter is
        first = np.searchsorted(starts, np.arange(len(rows)) * pixels.shape[1])
        before = sums[first] - steps[first]
        whole = np.ascontiguousarray(sums - before[own]).view(np.uint32).reshape(-1)
        values = np.where(sub[own], whole, values)
    return PixelRuns(starts, values, (pixels.shape[0], pixels.shape[1]))
