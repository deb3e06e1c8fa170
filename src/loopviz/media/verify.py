"""Whether a written video is the one that was planned: it is opened, counted and decoded at both ends."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av import VideoFrame
from av.container import InputContainer
from av.video.stream import VideoStream

from loopviz.errors import InputError, OutputError
from loopviz.media.container import AGAIN, open_container
from loopviz.media.containers import not_written
from loopviz.media.sound_cycle import Playing

_ROUNDING = Fraction(1, 1000)  # of Matroska's stamps
_SEEK_SECONDS = Fraction(1)
_LONGEST_PACKET = Fraction(1, 10)  # seconds of sound, which may end a little after the pictures
_REMEDY = "Render it again; if that does not help, report it with the clip."


def verify_video(path: Path, *, frames: int, duration_seconds: float, width: int, height: int) -> None:
    """Check a written video against its plan.

    All packets are counted, the first and the last frame decoded; the pictures' duration may be off by half a frame.

    Raises:
        OutputError: If the file is not what was planned, or cannot be read.
    """
    try:
        with av.open(str(path.absolute())) as container:
            stream = container.streams.video[0]
            size = (stream.codec_context.width, stream.codec_context.height)
            stamps, end = _times(container, stream)
            _check(path, "frames", found=len(stamps), planned=frames)
            _check(path, "width and height", found=size, planned=(width, height))
            duration = float(end - stamps[0])
            if abs(duration - duration_seconds) > duration_seconds / frames / 2:
                _check(path, "duration in seconds", found=round(duration, 6), planned=round(duration_seconds, 6))
            for name, stamp in (("first frame", stamps[0]), ("last frame", stamps[-1])):
                _check(path, name, found=_decoded(container, stream, stamp), planned=size)
    except OSError as error:
        raise not_written(error, path) from error
    except (IndexError, av.error.FFmpegError) as error:
        raise OutputError(f"the written video cannot be read: {error}", file=path, remedy=_REMEDY) from error


def verify_repeated(path: Path, film: Path, playing: Playing) -> None:
    """Check a film that plays again and again against the film, at both ends and at its first, middle and last seam.

    It must last as long as all repetitions, and at each seam the film's first frame must follow its last at the time
    planned. What lies between is not read.

    Args:
        path: The file.
        film: The film.
        playing: What of it is played, and how often.

    Raises:
        OutputError: If the file is not so, or cannot be read.
    """
    try:
        with av.open(str(path.absolute())) as repeated, av.open(str(film.absolute())) as once:
            _, first = _seam(once, playing.zero)
            last, _ = _seam(once, playing.zero + playing.seconds)
            found, planned = Fraction(repeated.duration or 0, av.time_base), playing.seconds * playing.times
            if abs(found - planned) > _LONGEST_PACKET:
                _check(path, "duration in seconds", found=float(found), planned=float(planned))
            broken = _broken(repeated, Fraction(0), playing.seconds, playing.times, (first, last))
            _check(path, "pictures at seams", found=broken, planned=[])
    except OSError as error:
        raise not_written(error, path) from error
    except (IndexError, av.error.FFmpegError) as error:
        raise OutputError(f"the written video cannot be read: {error}", file=path, remedy=_REMEDY) from error


def repetitions_in(path: Path, seconds: Fraction) -> int:
    """Return how often a film of some length plays in a file; 1 where that is no whole number of times.

    Raises:
        InputError: If it cannot be read.
    """
    with open_container(path) as container:
        whole = Fraction(container.duration or 0, av.time_base)
    times = round(whole / seconds)
    return times if times and abs(whole - times * seconds) <= _LONGEST_PACKET else 1


def broken_seams(path: Path, seconds: Fraction) -> list[int]:
    """Return the seams of a film that plays again and again at which its first frame does not follow its last.

    Looked at are both ends, and the first, the middle and the last seam.

    Args:
        path: The file.
        seconds: How long the film is.

    Raises:
        InputError: If it cannot be read.
    """
    times = repetitions_in(path, seconds)
    try:
        with open_container(path) as container:
            zero = _first_time(container)
            _, first = _seam(container, zero)
            last, _ = _seam(container, zero + seconds)
            return _broken(container, zero, seconds, times, (first, last))
    except (OSError, IndexError, av.error.FFmpegError) as error:
        raise InputError(f"the film cannot be read: {error}", file=path, remedy=AGAIN) from error


def _first_time(container: InputContainer) -> Fraction:
    stream = container.streams.video[0]
    return (stream.start_time or 0) * (stream.time_base or Fraction(0))


def _broken(
    container: InputContainer,
    zero: Fraction,
    seconds: Fraction,
    times: int,
    ends: tuple[VideoFrame | None, VideoFrame | None],
) -> list[int]:
    """Return the seams at which a film's ends, its first and its last frame, do not meet; 0 is the beginning."""
    first, last = ends
    found = []
    for time in sorted({0, 1, times // 2, times - 1, times}):
        before, after = _seam(container, zero + seconds * time)
        if not ((not time or _same(before, last)) and (time == times or _same(after, first))):
            found.append(time)
    return found


def _seam(container: InputContainer, seconds: Fraction) -> tuple[VideoFrame | None, VideoFrame | None]:
    """Decode the last frame shown before a time, and the one shown at it.

    Seeking goes by times of decoding, so that it may come out at a frame shown later: then it is tried from earlier on.
    """
    stream = container.streams.video[0]
    time_base = stream.time_base or Fraction(1)
    before, back = None, _ROUNDING
    while True:
        container.seek(max(0, math.floor((seconds - back) / time_base)), stream=stream)
        for frame in container.decode(stream):
            begin = (frame.pts or 0) * time_base - seconds
            if begin >= -_ROUNDING:
                break
            before = frame
        else:
            return before, None
        if before is not None or back >= seconds:
            return before, frame if begin <= _ROUNDING else None
        back = max(2 * back, _SEEK_SECONDS)


def _same(one: VideoFrame | None, other: VideoFrame | None) -> bool:
    return one is not None and other is not None and np.array_equal(one.to_ndarray(), other.to_ndarray())


def _times(container: InputContainer, stream: VideoStream) -> tuple[list[Fraction], Fraction]:
    """Return when each frame is shown, ascending, and when the last one ends, in seconds.

    MP4 says the duration of the stream; Matroska only that of the whole file, and rounds a frame's to milliseconds.
    """
    time_base = stream.time_base or Fraction(0)
    packets = [(packet.pts or 0, packet.duration or 0) for packet in container.demux(stream) if packet.size]
    stamps = sorted(pts * time_base for pts, _ in packets)
    if stream.duration is not None:
        return stamps, stamps[0] + stream.duration * time_base
    return stamps, max(pts + duration for pts, duration in packets) * time_base


def _decoded(container: InputContainer, stream: VideoStream, stamp: Fraction) -> tuple[int, int] | None:
    """Decode the frame shown at a time, and return its size; None when there is none."""
    time_base = stream.time_base or Fraction(1)
    container.seek(int(stamp / time_base), stream=stream)
    for frame in container.decode(stream):
        if frame.pts is not None and frame.pts * time_base == stamp:
            return frame.width, frame.height
    return None


def _check(path: Path, what: str, *, found: object, planned: object) -> None:
    if found != planned:
        raise OutputError(
            f"the written video is not the planned one: {what}",
            file=path,
            found=found,
            expected=str(planned),
            remedy=_REMEDY,
        )
