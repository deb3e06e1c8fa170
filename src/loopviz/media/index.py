"""The frame index: which frames a stream holds, when each is shown, and where decoding may begin.

Two ways lead to it. Reading the packets alone is fast, and trusted only where the container and the codec make one
packet one shown frame. Everything else is decoded once, because only decoding tells what decoding yields.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

from loopviz.errors import InputError
from loopviz.media.complete import check_complete
from loopviz.media.container import AGAIN, open_container, video_stream
from loopviz.media.decoder import Decoder
from loopviz.media.mend import mended
from loopviz.media.rate import DEFAULT_RATE, measure_rate
from loopviz.media.types import Pts

# One packet is one shown frame in these. Not so in VP8 (hidden frames), MPEG-4 in AVI (packed and empty packets) or
# transport streams (fields, missing times).
TRUSTED_CODECS = frozenset({"h264", "hevc", "vp9", "av1", "mjpeg", "prores", "ffv1", "dnxhd", "png", "qtrle"})
TRUSTED_CONTAINERS = frozenset({"mov", "mp4"})
# Matroska stores no decoding times, so that a muxer's slip shows only in the order in which pictures come out: trusted
# where the times run evenly.
TRUSTED_IF_EVEN = frozenset({"matroska", "webm"})
PROGRESSIVE = (0, 1)  # AVFieldOrder: unknown, progressive
TRIED_FRAMES = 6  # where packets are trusted, so many are decoded all the same


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """Every frame of a stream in the order in which they are shown.

    Attributes:
        pts: Strictly ascending, shape ``(frames,)``.
        stored: What the decoder says for each, as in the file; None when the file leaves some open.
        keyframes: Ascending indices of frames at which decoding may begin.
        end_pts: The end of the last frame.
        rate: Frames a second, exact where it is constant.
        varies: Whether the rate is variable.
        notes: What had to be mended.
    """

    pts: Pts
    stored: Pts | None
    keyframes: Pts
    end_pts: int
    rate: Fraction
    varies: bool
    notes: tuple[str, ...] = ()

    @cached_property
    def number(self) -> dict[int, int]:
        """Frame index by stored pts; empty when those are missing or not unique, so that nothing can be sought."""
        if self.stored is None or len(np.unique(self.stored)) < len(self.stored):
            return {}
        return {pts: index for index, pts in enumerate(self.stored.tolist())}


@dataclass
class _Seen:
    """What passes by while a file is read once."""

    pts: list[int | None] = field(default_factory=list)
    last_duration: int = 0
    keys: list[int] = field(default_factory=list)
    incomplete: int = 0


def build_index(path: Path) -> FrameIndex:
    """Read a file's video once, by its packets if that is enough, else by decoding it.

    Raises:
        InputError: If there is no frame, or one cannot be decoded.
    """
    with open_container(path) as container:
        stream = video_stream(container, path)
        time_base = stream.time_base or Fraction(1, 1_000_000)
        stated = (stream.guessed_rate, stream.base_rate, stream.average_rate)
        formats = set(container.format.name.split(","))
        check_complete(path, formats)
        seen = _scan_packets(stream) if _one_packet_one_frame(stream, formats) else None
    index = None if seen is None else _finish(seen, time_base, stated)
    doubtful = index is None or (index.varies and bool(formats & TRUSTED_IF_EVEN))
    if doubtful or not _decodes_alike(path, index):
        index = _finish(_decode_all(path), time_base, stated)
    if index is None:
        raise InputError("the video holds no frame that can be decoded", file=path, remedy=AGAIN)
    return index


def _one_packet_one_frame(stream: VideoStream, formats: set[str]) -> bool:
    codec = stream.codec_context
    return (
        bool(formats & (TRUSTED_CONTAINERS | TRUSTED_IF_EVEN))
        and codec.codec.canonical_name in TRUSTED_CODECS
        and codec.field_order in PROGRESSIVE
    )


def _scan_packets(stream: VideoStream) -> _Seen | None:
    """Return what the packets say, None when they raise doubts."""
    found: list[tuple[int, int]] = []
    keys: list[int] = []
    try:
        for packet in stream.container.demux(stream):  # type: ignore[attr-defined]  # the container was opened to read
            if packet.dts is None and packet.pts is None and not packet.size:
                continue  # the end
            if packet.pts is None or not packet.size or packet.is_corrupt:
                return None
            if packet.is_discard:
                continue  # cut off by an edit list: decoded, not shown
            found.append((packet.pts, packet.duration or 0))
            if packet.is_keyframe:
                keys.append(packet.pts)
    except (av.FFmpegError, OSError):
        return None
    found.sort()
    pts: list[int | None] = [when for when, _ in found]
    if not pts or len(set(pts)) < len(pts):
        return None
    return _Seen(pts, found[-1][1], keys)


def _decodes_alike(path: Path, index: FrameIndex | None) -> bool:
    """Say whether the first frames come out as the packets promised: pictures in two fields, say, don't."""
    if index is None or index.stored is None:
        return False
    decoder = Decoder(path)
    try:
        promised = index.stored[:TRIED_FRAMES].tolist()
        return all((picture := decoder.next()) is not None and picture.pts == pts for pts in promised)
    finally:
        decoder.close()


def _decode_all(path: Path) -> _Seen:
    decoder, seen = Decoder(path), _Seen()
    try:
        while (picture := decoder.next()) is not None:
            seen.pts.append(picture.pts)
            seen.last_duration = picture.duration or 0
            if decoder.error:
                break
        if decoder.error:
            raise InputError(
                f"the video is damaged: {_reason(decoder.error)}",
                file=path,
                at=f"near frame {len(seen.pts)}",
                remedy=AGAIN,
            ) from decoder.error
        seen.keys, seen.incomplete = list(decoder.keys), decoder.incomplete
    finally:
        decoder.close()
    return seen


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _finish(seen: _Seen, time_base: Fraction, stated: tuple[Fraction | None, ...]) -> FrameIndex | None:
    if not seen.pts:
        return None
    known = [when for when in seen.pts if when is not None]
    stored = np.array(known, np.int64) if len(known) == len(seen.pts) else None
    assumed = next((rate for rate in stated if rate), DEFAULT_RATE)
    pts, notes = mended(seen.pts, 1 / (assumed * time_base))
    if seen.incomplete:
        notes += (f"packets that were damaged on the way, and may show: {seen.incomplete}",)
    period = (int(pts[-1]) - int(pts[0])) // (len(pts) - 1) if len(pts) > 1 else 0
    end = int(pts[-1]) + max(1, seen.last_duration or period)
    rate, varies = measure_rate(pts, end, time_base, stated)
    index = FrameIndex(pts, stored, np.empty(0, np.int64), end, rate, varies, notes)
    keys = sorted(index.number[key] for key in set(seen.keys) if key in index.number)
    return dataclasses.replace(index, keyframes=np.array(keys, np.int64))
