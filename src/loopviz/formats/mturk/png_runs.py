"""A mask's PNG as runs of equal pixels, without making the picture.

A widget's mask is a few flat areas: a hundred times fewer runs than pixels. A browser's canvas writes it as RGBA of
eight bits, all rows as they are or all as differences to the pixel on the left (filters None and Sub, PNG
specification, section 9). libdeflate unpacks such data thirty times faster than what is in the libraries that read
pictures. Four bytes that equal the next four lie inside a run, wherever pixels begin: pixels are looked at only where
they differ. Any other PNG is for those libraries, but packed anew without compression, which halves their work. A
damaged one is left to them as it is.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from loopviz.formats.table_columns import Ints

_SIGNATURE = 8  # bytes
_HEADER = struct.Struct(">II5s")  # width, height; depth, colour type, compression, filters, interlacing
_RGBA = b"\x08\x06\x00\x00\x00"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_NONE, _SUB = 0, 1
_ORDER = re.compile(rb"IHDR (PLTE |[a-z]... )*(IDAT )+([a-z]... )*IEND", re.DOTALL)  # of chunks; lower case is extra
_FLAT = 4  # pixels; a picture of many runs that are shorter is not flat
_MANY = 2**16

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
        return _runs(self.rows, (height, width), sub=filters[0] == _SUB)

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


def _runs(rows: bytearray, shape: tuple[int, int], *, sub: bool) -> PixelRuns | None:
    """Return the runs of rows that all have the filter None, or all Sub; None where most of them are short."""
    height, width = shape
    words = np.frombuffer(rows, np.uint32, len(rows) // 4)
    places = np.flatnonzero(words != 0 if sub else words[1:] != words[:-1])
    if len(rows) < 16 or len(places) > max(_MANY, height * width // _FLAT):
        return None
    starts = _near(places, shape, sub=sub)
    row = starts // width
    pairs = np.ndarray(len(rows) - 7, np.uint64, rows, strides=(1,))  # eight bytes from every place on
    both = pairs[4 * starts + row - 3].view(np.uint32).reshape(-1, 2)  # the pixel on the left, and the pixel
    both[0, 1] = np.frombuffer(rows, np.uint32, 1, 1)[0]
    begins = (both[:, 1] != (0 if sub else both[:, 0])) | (starts == row * width)
    starts, row, values = starts[begins], row[begins], both[begins, 1]
    return PixelRuns(starts, _summed(values, row) if sub else values, shape)


def _near(words: Ints, shape: tuple[int, int], *, sub: bool) -> Ints:
    """Return the pixels that may begin a run: the first of every row, and those near words that tell of a change."""
    height, width = shape
    row, at = np.divmod(4 * words, 1 + 4 * width)
    near = row * width + (at + 3) // 4 - sub  # the pixel that differs, or the one behind it
    last = height * width - 1  # its bytes may be no whole word
    near = np.concatenate([np.stack([near, near + 1], axis=1).reshape(-1), [last], np.arange(height) * width])
    near = near.clip(0, last)
    near.sort(kind="stable")
    return near[np.diff(near, prepend=-1) > 0]


def _summed(steps: Pixels, row: Ints) -> Pixels:
    """Return the pixels of runs that are given as differences to the run before in the same row."""
    channels = steps.view(np.uint8).reshape(-1, 4)
    sums = np.cumsum(channels, axis=0, dtype=np.uint8)  # modulo 256, as the filter is
    first = np.searchsorted(row, np.arange(row[-1] + 1))
    before = sums[first] - channels[first]
    return np.ascontiguousarray(sums - before[row]).view(np.uint32).reshape(-1)
