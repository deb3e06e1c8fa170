"""Whether a colour profile is sRGB: by what it calls itself, or by its primaries.

ICC.1:2022 (version 4) and ICC.1:2001-04 (version 2): a header of 128 bytes, then a table of tags, each with its place
and its length.
"""

from __future__ import annotations

import struct

HEADER = 128
MOST_TAGS = 100  # of a table: real ones have some twenty
# Red, green and blue of sRGB as X, Y, Z under D50 (IEC 61966-2-1, adapted as ICC profiles have them).
PRIMARIES = {b"rXYZ": (0.4361, 0.2225, 0.0139), b"gXYZ": (0.3851, 0.7169, 0.0971), b"bXYZ": (0.1431, 0.0606, 0.7141)}
NEAR = 0.003  # makers round otherwise


def is_srgb(profile: bytes) -> bool:
    """Say whether an ICC profile describes sRGB; of one that cannot be read it does not."""
    try:
        tags = _tags(profile)
        return "srgb" in _text(tags.get(b"desc", b"")).lower() or _has_primaries(tags)
    except (struct.error, UnicodeDecodeError):
        return False


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, HEADER)
    entries = [struct.unpack_from(">4sII", profile, HEADER + 4 + 12 * i) for i in range(min(count, MOST_TAGS))]
    return {name: profile[start : start + length] for name, start, length in entries}


def _text(tag: bytes) -> str:
    """Return a text: ASCII of version 2 (``desc``), or the first of version 4's translations (``mluc``)."""
    if tag[:4] == b"mluc":
        length, start = struct.unpack_from(">II", tag, 20)
        return tag[start : start + length].decode("utf-16-be", "replace")
    return tag[12:].split(b"\0")[0].decode("latin-1")


def _has_primaries(tags: dict[bytes, bytes]) -> bool:
    if not tags.keys() >= PRIMARIES.keys():
        return False
    found = {name: [n / 65536 for n in struct.unpack_from(">3i", tags[name], 8)] for name in PRIMARIES}
    return all(
        abs(seen - known) < NEAR for name in PRIMARIES for seen, known in zip(found[name], PRIMARIES[name], strict=True)
    )
