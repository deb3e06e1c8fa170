"""The size that a key frame of VP8 or VP9 announces: libvpx takes memory for it before anybody is asked."""

from __future__ import annotations

VP8_START, VP9_SYNC = b"\x9d\x01\x2a", 0x498342
SRGB = 7


def announced_size(codec: str, packet: bytes) -> tuple[int, int] | None:
    """Return the width and height in a packet's header; None where there is none, as in what is no key frame.

    Args:
        codec: ``"vp8"`` (RFC 6386, 9.1) or ``"vp9"`` (VP9 Bitstream Specification, 6.2).
        packet: The packet, or its first 16 bytes.
    """
    if codec == "vp8":
        if packet[3:6] != VP8_START or len(packet) < 10:
            return None
        return int.from_bytes(packet[6:8], "little") & 0x3FFF, int.from_bytes(packet[8:10], "little") & 0x3FFF
    return _vp9_size(packet[:16].ljust(16, b"\0"))


def _vp9_size(head: bytes) -> tuple[int, int] | None:
    bits, place = int.from_bytes(head, "big"), 0

    def take(count: int) -> int:
        nonlocal place
        place += count
        return (bits >> (128 - place)) & ((1 << count) - 1)

    marker, low, high = take(2), take(1), take(1)
    profile = low + 2 * high
    take(1 if profile == 3 else 0)
    if marker != 2 or take(1) or take(1):  # shows an earlier frame, or is no key frame
        return None
    take(2)
    if take(24) != VP9_SYNC:
        return None
    take(1 if profile >= 2 else 0)
    subsampled = take(3) != SRGB
    take(1 if subsampled else 0)
    take((3 if subsampled else 1) if profile % 2 else 0)
    return take(16) + 1, take(16) + 1
