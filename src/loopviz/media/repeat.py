"""A film that plays again and again, as one file: its packets are copied, and no picture is encoded again.

For players that stop, show black or stutter where a file begins anew. Nothing in the file says that it repeats: time
stamps run on, there is no edit list, and each repetition begins with a key frame. Its sound is one stream, see
``loopviz.media.sound_cycle``.
"""

from __future__ import annotations

import contextlib
import heapq
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import av.error
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from loopviz.durations import LONGEST
from loopviz.errors import ConfigError, OutputError
from loopviz.media.container import open_container, real_streams
from loopviz.media.containers import ContainerKind, container_kind, new_media_file, not_written, writing
from loopviz.media.mux import add_copied_video, clock_options
from loopviz.media.output_timestamps import Clock, frame_clock
from loopviz.media.sound_cycle import Playing, SoundCycle, encode_cycle
from loopviz.media.sound_tracks import describe
from loopviz.media.types import Pts
from loopviz.media.verify import verify_repeated
from loopviz.notes import Note, note

_PACKET_BYTES = 48  # of a container for each packet, at most: a line in each of an MP4's tables
_CHAPTER_BYTES = 1024  # with its title, which stands there twice
_HEADER_BYTES = 1 << 16


@dataclass(frozen=True)
class Repetition:
    """How often a film is to play: so many times, or until a time is over. The film is never cut.

    Attributes:
        times: How often, at least once.
        seconds: How long at least, instead; what plays then plays to its end.
    """

    times: int = 1
    seconds: Fraction | None = None

    def of(self, film_seconds: Fraction) -> int:
        """Return how often a film of some length plays.

        Raises:
            ConfigError: If all of it would be longer than a week.
        """
        if self.seconds is not None:
            return math.ceil(self.seconds / film_seconds)
        if self.times > 1 and self.times * film_seconds > LONGEST:
            raise ConfigError(
                f"the film of {float(film_seconds):.3f} seconds would play for more than a week",
                at="repeat",
                found=self.times,
                expected=f"at most {max(1, int(LONGEST / film_seconds))}",
            )
        return self.times


class FilmTimes(Protocol):
    """When a film's frames are shown, as planned: a container may have rounded that.

    Attributes:
        pts: Shape ``(frames,)``, ascending.
        end_pts: When the last one ends.
        time_base: Seconds that one unit lasts.
    """

    @property
    def pts(self) -> Pts: ...  # noqa: D102

    @property
    def end_pts(self) -> int: ...  # noqa: D102

    @property
    def time_base(self) -> Fraction: ...  # noqa: D102


def seconds_of(shown: FilmTimes) -> Fraction:
    """Return how long a film is."""
    return (shown.end_pts - int(shown.pts[0])) * shown.time_base


@dataclass(frozen=True)
class RepeatedFilm:
    """What was written.

    Attributes:
        path: The file.
        times: How often the film plays in it.
        film_seconds: How long the film lasts.
        notes: What a person should know.
    """

    path: Path
    times: int
    film_seconds: Fraction
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Pictures:
    """The packets of a film's pictures, as they come.

    Attributes:
        zero: When the first is shown, in seconds on the film's clock.
        order: Shape ``(frames,)``: the place of each packet's frame in the order shown.
        delay: How many packets at most go before one whose frame is shown earlier.
        clock: When the frames are shown.
        size_bytes: All of them together.
    """

    zero: Fraction
    order: Pts
    delay: int
    clock: Clock
    size_bytes: int


def repeat_film(
    film: Path, target: Path, times: int, *, shown: FilmTimes, done: Callable[[int], None] | None = None
) -> RepeatedFilm:
    """Write a file that plays a finished film again and again.

    Args:
        film: A film that ``join_segments`` wrote.
        target: A new file; its suffix says the container. It is written in place, with files beside it that go again:
            see ``loopviz.atomic``.
        times: How often.
        shown: When its frames are shown.
        done: Called with how many frames more are written; what it raises passes as it is.

    Raises:
        ConfigError: If the suffix is not known, or its container does not take the film's codec.
        InputError: If the film cannot be read.
        OutputError: If there is no room for it, or it cannot be written.
    """
    kind = container_kind(target)
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(open_container(film))
        stream = real_streams(source)[0]
        _check_codec(stream, kind, target)
        pictures = _survey(source, stream, shown, film)
        playing = Playing(pictures.zero, seconds_of(shown), times)
        with writing(target):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".sound-", dir=target.parent)))
        sounds = [
            encode_cycle(film, number, folder / f"{number}.nut", playing, kind)
            for number in range(len(source.streams.audio))
        ]
        packets = len(pictures.order) * times + sum(sound.packets_in_all for sound in sounds)
        tables = packets * _PACKET_BYTES + len(source.chapters()) * _CHAPTER_BYTES + _HEADER_BYTES
        _check_room(target, pictures.size_bytes * times + sum(sound.size_bytes for sound in sounds) + tables)
        out = stack.enter_context(new_media_file(target, kind.format, _options(kind, pictures, times, tables)))
        video = add_copied_video(out, stream, pictures.clock.scale, stream.average_rate or Fraction(25), kind)
        out.set_chapters(source.chapters())  # of the first time
        streams: list[Iterator[Packet[Any]]] = [_copies(source, stream, video, pictures, times)]
        streams += [_added(sound, out, source.streams.audio[number]) for number, sound in enumerate(sounds)]
        _mux(out, target, streams, len(pictures.order), done)
    verify_repeated(target, film, playing)
    encoded = any(sound.encoder == kind.sound_encoder for sound in sounds)
    notes = (note("sound-encoded-anew", became=kind.sound_encoder),) if encoded else ()
    return RepeatedFilm(target, times, seconds_of(shown), notes)


def _added(sound: SoundCycle, out: OutputContainer, original: AudioStream) -> Iterator[Packet[Any]]:
    """Add a stream of sound to the output, and return its packets."""
    stream = sound.add_to(out)
    describe(stream, original)
    return sound.packets(stream)


def _mux(
    out: OutputContainer,
    target: Path,
    streams: Sequence[Iterator[Packet[Any]]],
    frames: int,
    done: Callable[[int], None] | None,
) -> None:
    """Write all packets in the order of decoding."""
    with writing(target):
        out.start_encoding()
    pictures = 0
    for packet in heapq.merge(*streams, key=_decoding_seconds):
        try:  # no context manager for each of millions
            out.mux(packet)
        except (OSError, av.error.FFmpegError) as error:
            raise not_written(error, target) from error
        pictures += packet.stream_index == 0
        if done and pictures == frames:
            done(pictures)
            pictures = 0


def _decoding_seconds(packet: Packet[Any]) -> float:
    return float((packet.dts or 0) / packet.time_base.denominator)  # every clock here counts whole parts of a second


def _check_codec(stream: VideoStream, kind: ContainerKind, target: Path) -> None:
    codec = stream.codec_context.codec.canonical_name
    if codec not in kind.video:
        raise ConfigError(
            f"a {target.suffix.lower()} file does not take the film's codec",
            file=target,
            found=codec,
            expected=", ".join(sorted(kind.video)),
        )


def _survey(source: InputContainer, stream: VideoStream, times: FilmTimes, film: Path) -> _Pictures:
    base = stream.time_base or Fraction(1)
    stamps, sizes = np.array([(p.pts or 0, p.size) for p in source.demux(stream) if p.size], dtype=np.int64).T
    if len(stamps) != len(times.pts):
        raise OutputError("the film has other frames than planned", file=film, found=len(stamps))
    order = np.argsort(np.argsort(stamps))
    delay = int(np.max(np.arange(len(order)) - order))
    clock = frame_clock(times.pts, times.end_pts, times.time_base, delay)
    return _Pictures(int(stamps.min()) * base, order, delay, clock, int(sizes.sum()))


def _check_room(target: Path, needed: int) -> None:
    with writing(target):
        free = shutil.disk_usage(target.parent).free
    if needed > free:
        raise OutputError(
            "there is not enough room for the repeated film",
            file=target,
            found=f"{free / 1e9:.1f} GB",
            expected=f"{needed / 1e9:.1f} GB",
            remedy="Free some space, repeat it less often, or choose another place for the output.",
        )


def _options(kind: ContainerKind, pictures: _Pictures, times: int, tables: int) -> dict[str, str]:
    """Return the muxer's options: without edit lists, and in an MP4 with room for its tables before all else.

    To move them there afterwards (``faststart``) would write everything twice. Without an edit list, times of decoding
    may lie after those of showing, which is what ``negative_cts_offsets`` allows.
    """
    if not kind.edit_lists:
        return dict(kind.options)
    return {
        **kind.options,
        **clock_options(pictures.clock.scale, Fraction(pictures.clock.end * times, pictures.clock.scale)),
        "movflags": "+negative_cts_offsets",
        "use_editlist": "0",
        "moov_size": str(tables),
    }


def _copies(
    source: InputContainer, stream: VideoStream, video: VideoStream, pictures: _Pictures, times: int
) -> Iterator[Packet[VideoStream]]:
    base = Fraction(1, pictures.clock.scale)
    for stamps in pictures.clock.packets(pictures.order, pictures.delay, times=times):
        source.seek(0)
        packets = (packet for packet in source.demux(stream) if packet.size)
        for packet, pts, dts, duration in zip(packets, *(each.tolist() for each in stamps), strict=True):
            packet.stream, packet.time_base = video, base
            packet.pts, packet.dts, packet.duration = pts, dts, duration
            yield packet
