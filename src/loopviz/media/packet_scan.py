"""Reading a file's video once: what its packets say, or what decoding all of them yields."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import av
from av.video.stream import VideoStream

from loopviz.media.decoder import Decoder, is_listed


@dataclass
class Seen:
    """What passes by while a file is read once.

    Attributes:
        pts: Of every frame, in the order shown; None where the file says nothing.
        counted: Whether the container (AVI) has no times but counts its packets, one a frame at an even rate: then the
            numbers are those of decoding, and the frames shown take them in their own order.
        last_duration: Of the last one; 0 if not said.
        keys: The pts of the frames at which decoding may begin; see ``Decoder.keys``.
        incomplete: How many packets the container itself knew to be damaged.
        partial: The pts of pictures that are in part a guess of the decoder's.
        trouble: The first thing that went wrong in decoding; empty if nothing.
        at: After how many frames that was.
    """

    pts: list[int | None] = field(default_factory=list)
    counted: bool = False
    last_duration: int = 0
    keys: dict[int, int] = field(default_factory=dict)
    incomplete: int = 0
    partial: list[int] = field(default_factory=list)
    trouble: str = ""
    at: int = 0

    @cached_property
    def lost(self) -> list[int]:
        """The pts of pictures that were decoded and cannot be right: they lean on a key frame that is damaged.

        Those are all from a damaged key frame to the next whole one, and those just before it that lean on it as well.
        None where all would be: then these are shown as far as they go.
        """
        whole = {*self.keys} & {*self.pts} - {*self.partial}
        begins = sorted(whole)
        spans = []
        for key in {*self.keys} - whole:
            after = bisect_right(begins, key)
            spans.append((self.keys[key], begins[after] if after < len(begins) else math.inf))
        shown = (when for when in self.pts if when is not None)
        found = [when for when in shown if any(first <= when < end for first, end in spans)]
        return found if len(found) < len(self.pts) else []


def scan_packets(stream: VideoStream, *, damaged: bool = False) -> Seen | None:
    """Return what the packets say; None when they raise doubts, other than those of a file known to be ``damaged``."""
    found: list[tuple[int, int]] = []
    keys: dict[int, int] = {}
    try:
        for packet in stream.container.demux(stream):  # type: ignore[attr-defined]  # the container was opened to read
            if packet.dts is None and packet.pts is None and not packet.size:
                continue  # the end
            if packet.pts is None or not packet.size or (packet.is_corrupt and not damaged):
                return None
            if packet.is_discard:
                continue  # cut off by an edit list: decoded, not shown
            found.append((packet.pts, packet.duration or 0))
            if packet.is_keyframe or (damaged and is_listed(packet, stream)):
                keys[packet.pts] = packet.pts
    except (av.FFmpegError, OSError):
        return None
    found.sort()
    pts: list[int | None] = [when for when, _ in found]
    if not pts or len(set(pts)) < len(pts):
        return None
    return Seen(pts, last_duration=found[-1][1], keys=keys)


def decode_all(path: Path) -> Seen:
    """Decode a file to its end, whatever goes wrong on the way."""
    decoder, seen = Decoder(path), Seen()
    seen.counted = decoder.container.format.name == "avi"
    try:
        while (picture := decoder.next()) is not None:
            _note_trouble(seen, decoder, picture)
            seen.pts.append(picture.pts)
            seen.last_duration = picture.duration or 0
        _note_trouble(seen, decoder)
        if not seen.trouble and not {*decoder.keys} <= {*seen.pts}:
            seen.trouble = "a key frame cannot be decoded"
        seen.keys, seen.incomplete = dict(decoder.keys), decoder.incomplete
    finally:
        decoder.close()
    return seen


def _note_trouble(seen: Seen, decoder: Decoder, picture: av.VideoFrame | None = None) -> None:
    """Keep the first thing that went wrong, and which pictures are in part a guess."""
    partial = picture is not None and picture.is_corrupt
    if partial and picture is not None and picture.pts is not None:
        seen.partial.append(picture.pts)
    if not seen.trouble and (decoder.error or partial):
        seen.trouble = reason(decoder.error) if decoder.error else "a picture can be decoded only in part"
        seen.at = len(seen.pts)


def reason(error: Exception) -> str:
    """Return what FFmpeg or the system says of an error."""
    return getattr(error, "strerror", None) or type(error).__name__
