"""Finding out that a file is cut short before half of it is rendered.

Demuxers read what is there and end as if all were well. The container's own size fields know better: ISO base media
(ISO/IEC 14496-12, boxes), Matroska (RFC 8794, EBML elements) and RIFF (AVI) say how long the file should be.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

EBML_HEADER, SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
ISO_CONTENT = frozenset({b"mdat", b"moov", b"moof"})  # others may be trailing rubbish that hurts nobody


def missing_bytes(path: Path, formats: set[str]) -> int:
    """Return how many bytes a file lacks of what its container says; 0 if none, or if it does not say.

    Args:
        path: The file.
        formats: FFmpeg's names of its container, as ``{"mov", "mp4", …}``.
    """
    length = path.stat().st_size
    with path.open("rb") as file:
        expected = _expected_length(file, formats)
    return max(0, (expected or 0) - length)


def _expected_length(file: BinaryIO, formats: set[str]) -> int | None:
    if "mov" in formats:
        return max((end for kind, end in _boxes(file) if kind in ISO_CONTENT), default=None)
    if "matroska" in formats:
        return _matroska_length(file)
    if "avi" in formats:
        head = file.read(12)
        return int.from_bytes(head[4:8], "little") + 8 if head[:4] == b"RIFF" else None
    return None


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield type and end of each top-level box."""
    start, length = 0, os.fstat(file.fileno()).st_size
    while start + 8 <= length:
        file.seek(start)
        head = file.read(16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size < 8:
            return  # 0: up to the end, whatever that is
        yield head[4:8], start + size
        start += size


def _matroska_length(file: BinaryIO) -> int | None:
    if file.read(4) != EBML_HEADER:
        return None
    header = _variable_size(file)
    if header is None:
        return None
    file.seek(header, os.SEEK_CUR)
    if file.read(4) != SEGMENT:
        return None
    size = _variable_size(file)
    return None if size is None else file.tell() + size


def _variable_size(file: BinaryIO) -> int | None:
    """Read an EBML size: as many bytes as the first has leading zero bits, plus one; all ones mean unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    count = 9 - first[0].bit_length()
    value = int.from_bytes(first + file.read(count - 1), "big") & ((1 << 7 * count) - 1)
    return None if value == (1 << 7 * count) - 1 else value
