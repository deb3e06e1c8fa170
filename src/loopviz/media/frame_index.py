"""The frame index: which frames a stream holds, when each is shown, and where decoding may begin.

Two ways lead to it. Reading the packets alone is fast, and trusted only where the container and the codec make one
packet one shown frame. Everything else is decoded once, because only decoding tells what decoding yields.

Of a damaged file the packets say which frames there should be, and decoding which of them there are. A frame that is
missing between others keeps its place and shows the one before it, so that labels stay with the frames that they were
drawn on; what is missing at the end of a file that is cut short is gone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from av.video.stream import VideoStream

from loopviz.errors import InputError
from loopviz.media.container import AGAIN, open_container, video_stream
from loopviz.media.decoder import Decoder
from loopviz.media.deinterlace import PROGRESSIVE
from loopviz.media.frame_rate import DEFAULT_RATE, measure_rate
from loopviz.media.packet_scan import Seen, decode_all, scan_packets
from loopviz.media.timestamp_repair import mended
from loopviz.media.truncation import missing_bytes
from loopviz.media.types import Pts, ReadOptions
from loopviz.notes import Note, note

# One packet is one shown frame in these. Not so in VP8 (hidden frames), MPEG-4 in AVI (packed and empty packets) or
# transport streams (fields, missing times).
TRUSTED_CODECS = frozenset({"h264", "hevc", "vp9", "av1", "mjpeg", "prores", "ffv1", "dnxhd", "png", "qtrle"})
HIDING_CODECS = frozenset({"vp8"})  # not every packet is a picture that is shown
TRUSTED_CONTAINERS = frozenset({"mov", "mp4"})
# Matroska stores no decoding times, so that a muxer's slip shows only in the order in which pictures come out: trusted
# where the times run evenly.
TRUSTED_IF_EVEN = frozenset({"matroska", "webm"})
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
        held: For each frame that is missing, or leans on a key frame that is damaged, the frame shown in its place.
        partial: Frames that are damaged in part, and shown.
        decoded: Whether every frame was decoded to know all this.
    """

    pts: Pts
    stored: Pts | None
    keyframes: Pts
    end_pts: int
    rate: Fraction
    varies: bool
    notes: tuple[Note, ...] = ()
    held: Mapping[int, int] = field(default_factory=dict)
    partial: tuple[int, ...] = ()
    decoded: bool = False

    @cached_property
    def number(self) -> dict[int, int]:
        """Frame index by stored pts; empty when those are missing or not unique, so that nothing can be sought."""
        if self.stored is None or not np.diff(np.sort(self.stored)).all():
            return {}
        return {pts: index for index, pts in enumerate(self.stored.tolist())}


def build_index(path: Path, damage: str = ReadOptions.damage) -> FrameIndex:
    """Read a file's video once, by its packets if that is enough, else by decoding it.

    Args:
        path: The file.
        damage: See ``ReadOptions``.

    Raises:
        InputError: If there is no frame; if the file is damaged, and that was to be refused.
    """
    with open_container(path) as container:
        stream = video_stream(container, path)
        time_base = stream.time_base or Fraction(1, 1_000_000)
        stated = (stream.guessed_rate, stream.base_rate, stream.average_rate)
        formats = set(container.format.name.split(","))
        short = missing_bytes(path, formats)
        if short and damage == "refuse":
            raise InputError(str(note("cut-short", bytes=short)), file=path, remedy=AGAIN)
        seen = scan_packets(stream) if _one_packet_one_frame(stream, formats) else None
    index = None if seen is None else _finish(seen, time_base, stated)
    doubtful = index is None or (index.varies and bool(formats & TRUSTED_IF_EVEN))
    if doubtful or short or damage == "mend" or not _decodes_alike(path, index):
        index = _decoded(path, time_base, stated, damage, short=bool(short))
    if index is None:
        raise InputError("the video holds no frame that can be decoded", file=path, remedy=AGAIN)
    notes = (note("cut-short", bytes=short),) if short else ()
    return dataclasses.replace(index, notes=notes + index.notes)


def _one_packet_one_frame(stream: VideoStream, formats: set[str]) -> bool:
    codec = stream.codec_context
    return (
        bool(formats & (TRUSTED_CONTAINERS | TRUSTED_IF_EVEN))
        and codec.codec.canonical_name in TRUSTED_CODECS
        and codec.field_order in PROGRESSIVE
    )


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


def _decoded(
    path: Path, time_base: Fraction, stated: tuple[Fraction | None, ...], damage: str, *, short: bool
) -> FrameIndex | None:
    """Return the index by what decoding yields."""
    seen = decode_all(path)
    if seen.trouble and damage == "refuse":
        raise InputError(f"the video is damaged: {seen.trouble}", file=path, at=f"near frame {seen.at}", remedy=AGAIN)
    index = _finish(seen, time_base, stated)
    if index is None:
        return None
    index = dataclasses.replace(index, decoded=True)
    if seen.trouble or damage == "mend":
        promised = _promised(path, time_base, stated)
        if promised is not None and _fits(promised, seen):
            index = _with_gaps(promised, seen, index.notes, short=short)
        elif seen.trouble:
            near = note("damaged-near", frame=seen.at, trouble=seen.trouble, readable=len(index.pts))
            index = dataclasses.replace(index, notes=(*index.notes, near))
            index = _with_gaps(index, seen, index.notes, short=short) if seen.lost and index.number else index
    partial = [index.number[pts] for pts in seen.partial if pts in index.number]
    partial = [frame for frame in partial if frame not in index.held]
    if not partial:
        return index
    return dataclasses.replace(
        index, notes=(*index.notes, note("frames-in-part", frames=partial)), partial=tuple(partial)
    )


def _promised(path: Path, time_base: Fraction, stated: tuple[Fraction | None, ...]) -> FrameIndex | None:
    """Return the index that a damaged file's packets promise; None where a packet is not a frame."""
    with open_container(path) as container:
        stream = video_stream(container, path)
        codec = stream.codec_context
        if codec.codec.canonical_name in HIDING_CODECS or codec.field_order not in PROGRESSIVE:
            return None
        seen = scan_packets(stream, damaged=True)
    return None if seen is None else _finish(seen, time_base, stated)


def _fits(promised: FrameIndex, seen: Seen) -> bool:
    """Say whether what was decoded is what was promised, in its order, but for what is missing.

    Where nothing went wrong and half is missing a packet is only half a picture.
    """
    places = [promised.number.get(when, -1) if when is not None else -1 for when in seen.pts]
    in_order = min(places) >= 0 and all(before < after for before, after in pairwise(places))
    return in_order and (bool(seen.trouble) or 3 * len(places) > 2 * len(promised.pts))


def _with_gaps(promised: FrameIndex, seen: Seen, notes: tuple[Note, ...], *, short: bool) -> FrameIndex:
    """Return an index of the frames that were promised, of a file that is cut short up to the last that was seen.

    What is missing before the first key frame was never to be shown: it leans on what was cut off.
    """
    assert promised.stored is not None  # noqa: S101  # for the type checker; a frame without a time fits nothing
    decoded, lost = np.isin(promised.stored, np.array(seen.pts, np.int64)), np.isin(promised.stored, seen.lost)
    there = decoded & ~lost
    first, count = int(there.argmax()), len(there) - (int(decoded[::-1].argmax()) if short else 0)
    begin = min(first, int(promised.keyframes[0]) if len(promised.keyframes) else 0)
    missing = np.flatnonzero(~there[:count])
    missing = missing[missing >= begin]
    latest = np.maximum.accumulate(np.where(there[:count], np.arange(count), first))
    if len(missing):
        notes += (note("frames-held", frames=(missing - begin).tolist()),)
    if count < len(there):
        notes += (note("frames-lost", count=len(there) - count),)
    return dataclasses.replace(
        promised,
        pts=promised.pts[begin:count],
        stored=promised.stored[begin:count],
        keyframes=np.array([key - begin for key in promised.keyframes.tolist() if there[key]], np.int64),
        end_pts=promised.end_pts if count == len(there) else int(promised.pts[count]),
        notes=notes,
        decoded=True,
        held={int(frame) - begin: int(latest[frame]) - begin for frame in missing},
    )


def _finish(seen: Seen, time_base: Fraction, stated: tuple[Fraction | None, ...]) -> FrameIndex | None:
    if not seen.pts:
        return None
    known = [when for when in seen.pts if when is not None]
    stored = np.array(known, np.int64) if len(known) == len(seen.pts) else None
    assumed = next((rate for rate in stated if rate), DEFAULT_RATE)
    counted = seen.counted and len(set(known)) == len(seen.pts) == len(known)
    pts, notes = mended([*sorted(known)] if counted else seen.pts, 1 / (assumed * time_base))
    if seen.incomplete:
        notes += (note("packets-damaged", count=seen.incomplete),)
    period = (int(pts[-1]) - int(pts[0])) // (len(pts) - 1) if len(pts) > 1 else 0
    end = int(pts[-1]) + max(1, seen.last_duration or period)
    rate, varies = measure_rate(pts, end, time_base, stated)
    index = FrameIndex(pts, stored, np.empty(0, np.int64), end, rate, varies, notes)
    keys = sorted(index.number[key] for key in set(seen.keys) if key in index.number)
    return dataclasses.replace(index, keyframes=np.array(keys, np.int64))
