"""Whether a written video is the one that was planned: it is opened, counted and decoded at both ends."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from loopviz.errors import OutputError
from loopviz.media.containers import not_written

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
