"""From segments and sound to a video: packets are copied, time stamps set anew, nothing is encoded twice."""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from loopviz.errors import ConfigError, OutputError
from loopviz.media.conform import tags_for
from loopviz.media.containers import CONTAINERS, ContainerKind, container_kind, new_media_file, not_written, writing
from loopviz.media.encode import segment_format, segment_stamps, tag_colors
from loopviz.media.encoders import ENCODERS, VideoSpec, check_pictures
from loopviz.media.output_timestamps import Clock, frame_clock
from loopviz.media.sound import open_sound
from loopviz.media.sound_row import SoundRow
from loopviz.media.sound_tracks import SoundWindow
from loopviz.media.soundtrack import Soundtrack
from loopviz.media.types import Pts
from loopviz.notes import Note, note

_MAX_MOVIE_SCALE = 1_000_000  # counts whole durations only: finer would need 64 bits for a few seconds
_MAX_UINT32 = 2**32 - 1
_COARSE_MOVIE_SCALE = 1000
MILLISECOND = Fraction(1, 1000)
_REMEDY = "Render the segments anew."


@dataclass(frozen=True)
class _Survey:
    """What all segments together hold.

    Attributes:
        frames: Shape ``(packets,)``, in the order of decoding: the frame's place in the order shown.
        delay: How many packets at most go before one whose frame is shown earlier.
    """

    frames: Pts
    delay: int


@dataclass(frozen=True)
class Chapter:
    """A stretch of a film that a player names, and may jump to; seconds count from its beginning."""

    start: Fraction
    end: Fraction
    title: str


def join_segments(
    segments: Sequence[Path],
    target: Path,
    spec: VideoSpec,
    *,
    pts: Pts,
    end_pts: int,
    sound: Path | None = None,
    sound_start: Fraction = Fraction(0),
    sound_stop: Fraction | None = None,
    soundtrack: Soundtrack | SoundRow | None = None,
    chapters: Sequence[Chapter] = (),
) -> tuple[Note, ...]:
    """Join segments to one video, with the sound of its source.

    The first frame is shown at 0; sound keeps its relation to the pictures. The same input gives the same bytes.

    Args:
        segments: Files of ``encode_segment``, in the order shown.
        target: A new file; its suffix says the container: .mp4, .m4v, .mov, .mkv or .webm.
        spec: What the segments were encoded with.
        pts: Shape ``(frames,)``, of all frames, as on the pictures.
        end_pts: The end of the last frame.
        sound: A file whose streams of sound go along; its clock is the one of ``pts``. Bad sound is left out with a
            note, it never keeps a video from being written.
        sound_start: Seconds on that clock; earlier sound is left out, to the edge of a packet.
        sound_stop: Seconds on that clock; None: to the end of the sound.
        soundtrack: What plays instead of ``sound``, from the first picture to the last.
        chapters: Where a player may jump to.

    Returns:
        What a person should know, as ``"sound stream 0: vorbis became aac"``.

    Raises:
        ConfigError: If the suffix is not known, or its container does not take the codec.
        InputError: If the soundtrack cannot be opened; ``check_soundtrack`` says more, and before all is rendered.
        OutputError: If the segments are not what was planned, or the file cannot be written.
    """
    kind = fitting_kind(target, spec)
    survey = _survey(segments, spec, pts)
    clock = frame_clock(pts, end_pts, spec.time_base, survey.delay)
    zero = int(pts[0]) * spec.time_base
    window = SoundWindow(zero, max(zero, Fraction(sound_start)), sound_stop)
    options = dict(kind.options)
    if kind.edit_lists:
        options |= clock_options(clock.scale, Fraction(clock.end, clock.scale))
    with contextlib.ExitStack() as stack:
        # The sound is tried out before the output is begun.
        tracks = (
            soundtrack.opened(Fraction(clock.end, clock.scale), kind)
            if soundtrack
            else stack.enter_context(open_sound(sound, window, kind))
        )
        out = stack.enter_context(new_media_file(target, kind.format, options))
        video = _add_video(out, segments[0], spec, clock, kind)
        tracks.add_to(out)
        out.set_chapters([_chapter(number, each) for number, each in enumerate(chapters)])
        with writing(target):
            out.start_encoding()
        packets = _video_packets(segments, spec, video, survey, clock)
        streams: tuple[Iterator[Packet[Any]], ...] = (packets, tracks.packets())
        for packet in heapq.merge(*streams, key=_decoding_seconds):
            with writing(target):
                tracks.mux(out, packet)
    return tracks.notes + _rounding_notes(clock, kind)


def _chapter(number: int, chapter: Chapter) -> Any:
    start, end = (round(seconds * 1000) for seconds in (chapter.start, chapter.end))
    return {"id": number, "start": start, "end": end, "time_base": MILLISECOND, "metadata": {"title": chapter.title}}


def _decoding_seconds(packet: Packet[Any]) -> Fraction:
    return (packet.dts or 0) * packet.time_base


def _rounding_notes(clock: Clock, kind: ContainerKind) -> tuple[Note, ...]:
    if kind.edit_lists:
        return () if clock.exact else (note("times-rounded", scale=clock.scale),)
    whole = clock.exact and not np.any(clock.shown * 1000 % clock.scale)
    return () if whole else (note("times-rounded-coarsely", container=kind.format),)


def fitting_kind(target: Path, spec: VideoSpec) -> ContainerKind:
    """Return what the suffix of a joined video stands for.

    Raises:
        ConfigError: If the suffix is not known, or its container does not take the codec.
        MissingPartError: If this build's encoder does not have the depth.
    """
    kind = container_kind(target)
    check_pictures(spec)
    holds = kind.alpha if spec.alpha else kind.video
    if spec.encoder.codec not in holds:
        raise _unfit(target, spec, holds)
    return kind


def _unfit(target: Path, spec: VideoSpec, holds: frozenset[str]) -> ConfigError:
    """Return what to say of a container that does not take a codec, or not its transparency."""
    fitting = [name for name, encoder in ENCODERS.items() if encoder.codec in holds]
    kinds = {suffix: kind.alpha if spec.alpha else kind.video for suffix, kind in CONTAINERS.items()}
    endings = ", ".join(suffix for suffix, codecs in kinds.items() if spec.encoder.codec in codecs)
    another = f"choose another ending: {endings}" if endings else "choose another ending"
    return ConfigError(
        f"a {target.suffix.lower()} file does not take this codec{' with transparency' if spec.alpha else ''}",
        file=target,
        found=spec.encoder.codec,
        expected=f"an encoder of {', '.join(fitting)}" if fitting else None,
        remedy=f"Name one with --codec (encoder.codec), or {another}.",
    )


@contextlib.contextmanager
def open_segment(
    path: Path, spec: VideoSpec, *, known: bool = True
) -> Iterator[tuple[VideoStream, Iterator[Packet[VideoStream]]]]:
    """Open a segment; yield its stream and its packets. It is our own product: a bad one is an OutputError.

    What the system says is the same trouble that a writer of segments meets: a folder that was removed, a disk that
    fails. Only what FFmpeg finds in the file is the segment's.

    Only for one that is not ``known`` are frames decoded to learn the pixel format, which takes longer than all else.
    """
    quick: Any = [{"skip_frame": "all"}] if known else None  # the stubs know only a list of words
    try:
        with av.open(str(path.absolute()), format=segment_format(spec), stream_options=quick) as container:
            stream = container.streams.video[0]
            # The last packet that a demuxer gives is an empty one.
            yield stream, (packet for packet in container.demux(stream) if packet.size)
    except OSError as error:
        raise not_written(error, path) from error
    except (IndexError, av.error.FFmpegError) as error:
        raise OutputError(f"a segment cannot be read: {error}", file=path, remedy=_REMEDY) from error


def _survey(segments: Sequence[Path], spec: VideoSpec, pts: Pts) -> _Survey:
    """Read the stamps of all packets, and see that together they are the planned frames.

    Raises:
        OutputError: If a segment cannot be read, has another codec, size or header than the first, or other frames.
    """
    header: bytes | None = None
    frames: list[Pts] = []
    first = 0
    for number, path in enumerate(segments):
        with open_segment(path, spec) as (stream, packets):
            context = stream.codec_context
            header = context.extradata if number == 0 else header
            size = (context.width, context.height)
            if size != (spec.width, spec.height) or context.extradata != header:
                raise OutputError(
                    "a segment was encoded with another size or other settings", file=path, found=size, remedy=_REMEDY
                )
            seconds = [(packet.pts or 0) * packet.time_base for packet in packets]
        frames.append(first + _places(seconds, pts[first : first + len(seconds)], spec, path))
        first += len(seconds)
    if not first or first != len(pts):
        raise OutputError(
            "the segments do not hold the planned frames",
            file=segments[0] if segments else None,
            found=first,
            expected=f"{len(pts)} frames",
            remedy=_REMEDY,
        )
    order = np.concatenate(frames)
    return _Survey(order, int(np.max(np.arange(first) - order)))


def _places(seconds: Sequence[Fraction], pts: Pts, spec: VideoSpec, path: Path) -> Pts:
    """Return each packet's place in the order shown; its stamp must be the planned one."""
    planned, unit = segment_stamps(pts, spec)
    stamps = np.array([round(each / unit) for each in seconds], dtype=np.int64)
    if len(planned) != len(stamps) or not np.array_equal(np.sort(stamps), planned):
        raise OutputError("a segment holds other frames than planned", file=path, remedy=_REMEDY)
    return np.argsort(np.argsort(stamps))


def clock_options(scale: int, seconds: Fraction) -> dict[str, str]:
    """Return an MP4's options for its clocks; whole durations are counted in units that 32 bits hold, if any do.

    Args:
        scale: Units a second of the pictures' clock.
        seconds: How long it lasts.
    """
    fine = min(scale, _MAX_MOVIE_SCALE)
    whole = fine if seconds * fine < _MAX_UINT32 else _COARSE_MOVIE_SCALE
    return {"video_track_timescale": str(scale), "movie_timescale": str(whole)}


def _add_video(out: OutputContainer, segment: Path, spec: VideoSpec, clock: Clock, kind: ContainerKind) -> VideoStream:
    """Add the stream that takes the segments' packets."""
    with open_segment(segment, spec, known=False) as (template, _):
        video = add_copied_video(out, template, clock.scale, spec.frame_rate, kind)
    tag_colors(video, tags_for(spec))
    if spec.alpha_beside:
        video.codec_context.pix_fmt = spec.pixel_format  # Matroska says by it that each picture has another beside it
    return video


def add_copied_video(
    out: OutputContainer, template: VideoStream, scale: int, frame_rate: Fraction, kind: ContainerKind
) -> VideoStream:
    """Add a stream that takes the packets of another as they are.

    Args:
        out: The container.
        template: The other stream.
        scale: Units a second that its stamps will count.
        frame_rate: Frames a second; a tag.
        kind: What the container is.
    """
    video = out.add_stream_from_template(template, opaque=True)
    video.codec_context.framerate = frame_rate
    video.time_base = Fraction(1, scale)
    codec = template.codec_context.codec.canonical_name
    if codec == "hevc" and kind.edit_lists:
        video.codec_context.codec_tag = "hvc1"  # Apple's players know HEVC by no other name
    elif codec == "prores":
        video.codec_context.codec_tag = template.codec_context.codec_tag  # which of its kinds it is: HQ, 4444
    return video


def _video_packets(
    segments: Sequence[Path], spec: VideoSpec, video: VideoStream, survey: _Survey, clock: Clock
) -> Iterator[Packet[VideoStream]]:
    """Yield all packets in the order of decoding, with the stamps of the joined video."""
    ((pts, dts, durations),) = clock.packets(survey.frames, survey.delay)
    stamps = zip(pts, dts, durations, strict=True)
    for path in segments:
        with open_segment(path, spec) as (_, packets):
            for packet in packets:
                packet.stream = video
                packet.time_base = Fraction(1, clock.scale)
                packet.pts, packet.dts, packet.duration = map(int, next(stamps))
                yield packet
