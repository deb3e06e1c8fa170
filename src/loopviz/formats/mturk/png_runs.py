"""A mask's PNG as runs of equal pixels.

A widget's mask is a few flat areas: a hundred times fewer runs than pixels. A browser's canvas writes it as RGBA of
eight bits, all rows as they are or all as differences to the pixel on the left (filters None and Sub, PNG
specification, section 9). libdeflate unpacks such data thirty times faster than what is in the libraries that read
pictures. Any other PNG is for those libraries, but packed anew without compression, which halves their work. A damaged
one is left to them as it is.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from loopviz.formats.table_columns import Bools, Ints

_SIGNATURE = 8  # bytes
_HEADER = struct.Struct(">II5s")  # width, height; depth, colour type, compression, filters, interlacing
_RGBA = b"\x08\x06\x00\x00\x00"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_NONE, _SUB = 0, 1
_AT_ONCE = 2**16  # pixels: 256 KiB are less than what a processor has at hand
_ORDER = re.compile(rb"IHDR (PLTE |[a-z]... )*(IDAT )+([a-z]... )*IEND", re.DOTALL)  # of chunks; lower case is extra

Pixels = npt.NDArray[np.uint32]


class PixelRuns(NamedTuple):
    """Where runs begin in the picture read row by row, the four bytes of their pixels as one number, and its shape.

    No run is longer than a row.
    """

    starts: Ints
    values: Pixels
    shape: tuple[int, int]


@dataclass(frozen=True)
class Unpacked:
    """A sound PNG: what stands before its pixels, its rows, each behind the number of its filter, and what follows."""

    before: bytes
    rows: bytearray
    after: bytes

    def runs(self) -> PixelRuns | None:
        """Return the runs of a PNG that a canvas wrote; None where it must be read otherwise."""
        width, height, kind = _HEADER.unpack_from(self.before, _SIGNATURE + 8)
        filters = np.frombuffer(self.rows, np.uint8)[:: 1 + 4 * width]
        if kind != _RGBA or filters[0] > _SUB or np.any(filters != filters[0]):
            return None
        pixels = np.ndarray((height, width), np.uint32, self.rows, offset=1, strides=(1 + 4 * width, 4))
        return runs_of(pixels, steps=filters[0] == _SUB)

    def stored(self) -> bytes:
        """Return the same PNG without compression."""
        from deflate import crc32, zlib_compress

        body = b"IDAT" + zlib_compress(self.rows, 0)
        length, check = struct.pack(">I", len(body) - 4), struct.pack(">I", crc32(body))
        return b"".join([self.before, length, body, check, self.after])


def unpack(data: bytes) -> Unpacked | None:
    """Return a PNG unpacked; None where it is damaged or interlaced, or holds what is not known.

    Args:
        data: The PNG; the caller has looked at its size.
    """
    try:
        from deflate import DeflateError, zlib_decompress
    except ModuleNotFoundError:  # a machine for which there is no wheel: pictures' own libraries take longer
        return None
    try:
        chunks = list(_chunks(data))
        size = _rows_size(*_HEADER.unpack_from(data, _SIGNATURE + 8))
    except struct.error:  # it breaks off
        return None
    kinds = b" ".join(kind for kind, _, _ in chunks)
    pixels = [(begin, end) for kind, begin, end in chunks if kind == b"IDAT"]
    if not size or not _ORDER.fullmatch(kinds):
        return None
    try:
        rows = zlib_decompress(b"".join(data[begin:end] for begin, end in pixels), size)
    except (DeflateError, MemoryError):
        return None
    return Unpacked(data[: pixels[0][0] - 8], rows, data[pixels[-1][1] + 4 :]) if len(rows) == size else None


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kinds of the chunks and where their contents begin and end, up to one that is damaged."""
    from deflate import crc32

    view, at = memoryview(data), _SIGNATURE
    while at < len(data):
        (length,) = struct.unpack_from(">I", view, at)
        (check,) = struct.unpack_from(">I", view, at + 8 + length)
        kind = data[at + 4 : at + 8]
        if check != crc32(view[at + 4 : at + 8 + length]):
            return
        yield kind, at + 8, at + 8 + length
        if kind == b"IEND":
            return
        at += 12 + length


def _rows_size(width: int, height: int, kind: bytes) -> int:
    """Return the bytes of all rows with their filters, 0 where they are interlaced or of no known kind."""
    depth, color, *rest = kind
    return 0 if any(rest) else height * (1 + (width * depth * _CHANNELS.get(color, 0) + 7) // 8)


def runs_of(pixels: Pixels, *, steps: bool = False) -> PixelRuns:
    """Return the runs of a picture's pixels.

    Args:
        pixels: ``(height, width)``, each four bytes.
        steps: They are differences to the pixel on the left, as the filter Sub has them.
    """
    begins = _begins(pixels, steps=steps)
    starts = true_places(begins)
    values = pixels[np.divmod(starts, pixels.shape[1])]
    return PixelRuns(starts, _summed(values, starts, pixels.shape) if steps else values, pixels.shape)


def _begins(pixels: Pixels, *, steps: bool) -> Bools:
    """Return which pixels begin a run, row by row; a few rows at a time stay in the processor's own memory."""
    (height, width), rows = pixels.shape, max(_AT_ONCE // pixels.shape[1], 1)
    begins, few = np.empty(pixels.size, np.bool_), np.empty((rows, width), np.uint32)
    for top in range(0, height, rows):
        part = few[: height - top]
        part[:] = pixels[top : top + rows]
        flat, at = part.reshape(-1), top * width
        np.not_equal(flat[1:], 0 if steps else flat[:-1], out=begins[at + 1 : at + len(flat)])
    begins[::width] = True
    return begins


def true_places(flags: Bools) -> Ints:
    """Return where flags are true, as ``np.flatnonzero`` does, but in half the time where few of them are."""
    even = len(flags) // 8 * 8
    eights = flags[:even].view(np.uint64)
    some = np.flatnonzero(eights != 0)
    if len(some) > len(eights) // 8:
        return np.flatnonzero(flags)
    within = np.flatnonzero(eights[some].view(np.bool_))
    return np.append(8 * some[within >> 3] + (within & 7), even + np.flatnonzero(flags[even:]))


def _summed(steps: Pixels, starts: Ints, shape: tuple[int, int]) -> Pixels:
    """Return the pixels of runs that are given as differences to the run before in the same row."""
    first = np.searchsorted(starts, np.arange(shape[0]) * shape[1])  # every row begins a run
    channels = steps.view(np.uint8).reshape(-1, 4)
    sums = np.cumsum(channels, axis=0, dtype=np.uint8)  # modulo 256, as the filter is
    before = np.ascontiguousarray(sums[first] - channels[first]).view(np.uint32)
    before = before.repeat(np.diff(first, append=len(starts)), axis=0).view(np.uint8)
    return np.ascontiguousarray(sums - before).view(np.uint32).reshape(-1)
