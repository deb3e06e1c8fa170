"""From pictures to one segment: a closed group of pictures in a NUT file, whose time stamps are the pictures' own.

NUT holds any time base exactly. Its clock begins at zero, so the stamps of a segment that begins before zero are moved
by ``clock_shift``. It has no name for ProRes, and no place for VP9's transparency, which lies beside each
packet: such segments are MOV and Matroska files, whose pictures are only counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.codec.context import Flags, ThreadType
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.stream import VideoStream

from loopviz.errors import ConfigError, OutputError, no_memory
from loopviz.media.conform import Conformer, tags_for
from loopviz.media.containers import new_media_file, writing
from loopviz.media.encoders import THREADS, EncoderSettings, VideoSpec, check_pictures, check_settings, encoder_options
from loopviz.media.memory import is_limited, reuse_memory
from loopviz.media.types import ColorTags, Pts

# Without the second option the muxer would move all stamps when the first decoding stamp is negative.
_SEGMENT_OPTIONS = {"fflags": "+bitexact", "avoid_negative_ts": "disabled"}
_COUNTED = Fraction(1, 24)
# Up to how many pictures an encoder gives stamps of decoding that are whatever was in memory (x265 4.2, its issue 781:
# they come from its third picture). So few are never reordered.
_NEVER_TIMED = {"libx265": 2}
KEYFRAME_SECONDS = 2.0  # as streaming has it: how long segments are
Finish = Callable[[], int]


def clock_shift(first_pts: int) -> int:
    """Return what is added to the stamps of a segment that begins at ``first_pts``, so that none is negative."""
    return max(0, -first_pts)


def segment_format(spec: VideoSpec) -> str:
    """Return FFmpeg's name of the format that segments of a video have."""
    if not spec.encoder.in_nut:
        return "mov"
    return "matroska" if spec.alpha_beside else "nut"


def segment_stamps(planned: Pts, spec: VideoSpec) -> tuple[Pts, Fraction]:
    """Return the stamps that a segment's pictures have in its file, and what one unit of them lasts.

    Args:
        planned: Shape ``(frames,)``: the pictures' own stamps.
        spec: The video.
    """
    if segment_format(spec) != "nut":
        return np.arange(len(planned)), _COUNTED
    return planned + (clock_shift(int(planned[0])) if len(planned) else 0), spec.time_base


def encode_segment(pictures: Iterable[av.VideoFrame], target: Path, spec: VideoSpec) -> int:
    """Encode pictures to a segment, and return how many they were; see ``begin_segment``."""
    return begin_segment(pictures, target, spec)()


def begin_segment(pictures: Iterable[av.VideoFrame], target: Path, spec: VideoSpec) -> Finish:
    """Hand pictures to an encoder, for a segment that decodes by itself; return what ends it.

    An encoder looks ahead: most of its work is still to do when it has been given all. The end may be made in another
    thread, and must be made, once.

    The same pictures give the same bytes, however many processors may be used. The pictures belong to the encoder from
    here on: their kind and stamps may be changed.

    Args:
        pictures: As ``spec.given`` says, ``pts`` strictly ascending in the spec's time base.
        target: A file in a folder that is there; one that stands there, as a worker that died has left it, is
            replaced, and what is not finished is removed.
        spec: Shared by all segments of a video.

    Returns:
        A function that has the rest encoded, closes the file, and returns how many pictures are in it.

    Raises:
        ConfigError: If the settings are none that exist, or the encoder refuses them or the pictures.
        MissingPartError: If this build of FFmpeg lacks the encoder, or there is not enough memory for it.
        OutputError: If a picture is not as the spec says, or the file cannot be written, now or in the end.
    """
    reuse_memory()
    check_settings(spec.settings)
    check_pictures(spec)
    width, height, _ = spec.given
    if min(width, height, spec.width, spec.height) < 2 or any(n % 2 for n in (width, height, spec.width, spec.height)):
        raise OutputError(
            "a video needs an even width and height",
            file=target,
            found=f"{spec.width}x{spec.height}",
            remedy="Pad the pictures to even sizes.",
        )
    with writing(target):
        target.unlink(missing_ok=True)
    with ExitStack() as stack:
        container = stack.enter_context(new_media_file(target, segment_format(spec), _SEGMENT_OPTIONS))
        stream = _open_encoder(container, spec, target)
        count = _encode(container, stream, _checked(pictures, target, spec), target)
        unfinished = stack.pop_all()

    def finish() -> int:
        with unfinished, writing(target):
            rest = stream.encode(None)
            container.mux(timed_by_pictures(rest) if count <= _NEVER_TIMED.get(spec.settings.codec, 0) else rest)
        return count

    return finish


def timed_by_pictures(packets: Iterable[av.Packet[Any]]) -> list[av.Packet[Any]]:
    """Have packets whose pictures are in the order of showing decoded when they are shown; return them."""
    packets = list(packets)
    for packet in packets:
        packet.dts = packet.pts
    return packets


def _encode(container: OutputContainer, stream: VideoStream, pictures: Iterator[av.VideoFrame], target: Path) -> int:
    """Give pictures to an encoder, and what it has ready to the file; return how many they were."""
    count = 0
    for picture in pictures:
        with writing(target):
            container.mux(stream.encode(picture))
        count += 1
    if not count:
        raise OutputError("a segment needs at least one picture", file=target)
    return count


def _open_encoder(container: OutputContainer, spec: VideoSpec, target: Path) -> VideoStream:
    """Add the video stream; pts are counted in the spec's time base by encoder and muxer."""
    settings = spec.settings
    stream = container.add_stream(settings.codec, rate=spec.frame_rate, options=encoder_options(spec))
    assert isinstance(stream, VideoStream)  # noqa: S101  (for the type checker: a video encoder makes a video stream)
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = spec.width, spec.height, spec.pixel_format
    context.sample_aspect_ratio = Fraction(1)
    context.time_base = stream.time_base = spec.time_base if segment_format(spec) == "nut" else _COUNTED
    context.flags |= Flags.global_header
    context.thread_type, context.thread_count = ThreadType.AUTO, THREADS
    tag_colors(stream, tags_for(spec))
    try:
        context.open()
    except (av.error.FFmpegError, ValueError) as error:
        raise _refused(error, spec.settings, target) from error
    return stream


def _refused(error: Exception, settings: EncoderSettings, target: Path) -> Exception:
    """Return why an encoder does not open."""
    if isinstance(error, av.error.ExternalError) and is_limited():  # all that is said by one that gets no memory
        return no_memory()
    return ConfigError(f"{settings.codec} refuses its settings: {error}", file=target, found=settings)


def tag_colors(stream: VideoStream, color: ColorTags) -> None:
    """Write the colour tags to a stream that is about to be encoded or copied."""
    context = stream.codec_context
    context.color_range = 2 if color.full_range else 1  # AVCOL_RANGE_JPEG, AVCOL_RANGE_MPEG
    context.colorspace = color.colorspace
    context.color_primaries = color.primaries
    context.color_trc = color.transfer


def _checked(pictures: Iterable[av.VideoFrame], target: Path, spec: VideoSpec) -> Iterator[av.VideoFrame]:
    """Yield the pictures ready for the encoder; refuse those that are not as the spec says."""
    last: int | None = None
    shift, conformer = 0, Conformer(spec)
    for index, picture in enumerate(pictures):
        found = (picture.width, picture.height, picture.format.name)
        if found != spec.given:
            raise _mismatch("a picture has another size or format", target, index, found, spec)
        pts = picture.pts
        if pts is None or (last is not None and pts <= last):
            raise _mismatch("a picture's time does not follow the one before", target, index, (last, pts), spec)
        if picture.time_base and picture.time_base != spec.time_base:
            raise _mismatch("a picture counts time in another base", target, index, picture.time_base, spec)
        shift = clock_shift(pts) if last is None else shift
        last = pts
        picture = conformer.conform(picture)
        # What kind of frame it was in its source must not become an order to this encoder.
        picture.pict_type = PictureType.NONE
        if segment_format(spec) == "nut":
            picture.time_base, picture.pts = spec.time_base, pts + shift
        else:
            picture.time_base, picture.pts = _COUNTED, index
        yield picture


def _mismatch(problem: str, target: Path, index: int, found: object, spec: VideoSpec) -> OutputError:
    width, height, pixel_format = spec.given
    expected = f"{width}x{height} {pixel_format}, ascending pts in units of {spec.time_base} s"
    return OutputError(problem, file=target, at=f"picture {index} of the segment", found=found, expected=expected)
