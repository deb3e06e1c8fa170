"""Label Studio's own run lengths of painted masks.

A stream of bits, the highest of a byte first: how many values there are (32 bits), how many bits a value has (5 bits,
one less), how many bits each of four kinds of lengths has (4 bits each, one less); then runs: whether it is one value
(1 bit), which kind of length (2 bits), the length (one less), and the value, or as many values. The values are red,
green, blue and opacity of each pixel, row by row (``label_studio_sdk/converter/brush.py``, ``decode_rle``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.formats.labels.by_name import MOST_MASK, BadShape, Size

Bits = npt.NDArray[np.uint8]
_HEAD = 53  # bits before the first run
CHANNELS = 4  # values of a pixel
LENGTHS = (3, 4, 8, 16)  # bits of the four kinds of lengths, as Label Studio writes them
LONGEST = 2 ** LENGTHS[-1]  # values of a run


def painted(said: Any, size: Size) -> npt.NDArray[np.bool_]:
    """Return the pixels that are painted, ``(height, width)``: those that are not wholly transparent.

    Args:
        said: The run lengths, bytes as a list of numbers.
        size: The picture's width and height.

    Raises:
        BadShape: If they are none, break off, or are those of a picture of another size.
    """
    expected = f"run lengths of {size[0]}x{size[1]} pixels"
    if not (isinstance(said, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in said)):
        raise BadShape("not a painted mask", said, expected)
    bits = np.unpackbits(np.array(said, dtype=np.uint8))
    count = size[0] * size[1]
    if count > MOST_MASK:
        raise BadShape("a mask that is too large", f"{size[0]}x{size[1]}", f"{MOST_MASK:,} pixels")
    if len(bits) < _HEAD or _number(bits[:32]) != 4 * count:
        found = f"{_number(bits[:32])} values" if len(bits) >= _HEAD else f"{len(said)} bytes"
        raise BadShape("a painted mask of another size than its picture", found, f"{4 * count} values")
    values = _values(bits, 4 * count)
    if values is None:
        raise BadShape("a painted mask breaks off", f"{len(said)} bytes", expected)
    return np.asarray(values.reshape(size[1], size[0], 4)[..., 3] > 0)


def _values(bits: Bits, count: int) -> Bits | None:
    """Return the values of all runs, None where the bits end before them."""
    wide = _number(bits[32:37]) + 1
    lengths = [_number(bits[37 + 4 * kind : 41 + 4 * kind]) + 1 for kind in range(4)]
    values, place, done = np.zeros(count, np.uint8), _HEAD, 0
    while done < count:
        start = place + 3 + lengths[_number(bits[place + 1 : place + 3])]
        if start > len(bits):
            return None
        stop = min(count, done + 1 + _number(bits[place + 3 : start]))
        some = 1 if bits[place] else stop - done
        place = start + some * wide
        if place > len(bits):
            return None
        values[done:stop] = _numbers(bits[start:place].reshape(some, wide))
        done = stop
    return values


def _number(bits: Bits) -> int:
    found = 0
    for bit in bits.tolist():
        found = 2 * found + bit
    return found


def _numbers(rows: Bits) -> Sequence[int] | Bits:
    """Return the numbers whose bits are the rows; what is above 255 counts as 255."""
    powers = 1 << np.arange(rows.shape[1] - 1, -1, -1, dtype=np.int64)
    return np.minimum(rows.astype(np.int64) @ powers, 255).astype(np.uint8)


def encoded(mask: npt.NDArray[np.bool_]) -> list[int]:
    """Return a mask's run lengths, such that ``painted`` returns the mask.

    Args:
        mask: ``(height, width)``.
    """
    flat = mask.ravel()
    starts = np.append(0, np.flatnonzero(flat[1:] != flat[:-1]) + 1)
    runs = np.diff(np.append(starts, flat.size)) * CHANNELS
    parts = -(-runs // LONGEST)  # of a run, each of which has its length and value
    lengths = np.full(parts.sum(), LONGEST)
    lengths[np.cumsum(parts) - 1] = runs - (parts - 1) * LONGEST
    values = np.repeat(255 * flat[starts].astype(np.int64), parts)
    is_one, kind = 1, len(LENGTHS) - 1
    said = ((is_one << 2 | kind) << LENGTHS[kind] | lengths - 1) << 8 | values
    head = CHANNELS * flat.size << 5 | 8 - 1
    for wide in LENGTHS:
        head = head << 4 | wide - 1
    bits = [_bits(np.array([head]), _HEAD), _bits(said, 1 + 2 + LENGTHS[kind] + 8)]
    packed: list[int] = np.packbits(np.concatenate([each.ravel() for each in bits])).tolist()
    return packed


def _bits(numbers: npt.NDArray[np.int64], count: int) -> Bits:
    """Return the lowest bits of numbers, ``(numbers, count)``, the highest first."""
    return np.unpackbits(numbers.astype(">u8").view(np.uint8).reshape(-1, 8), axis=1)[:, -count:]
