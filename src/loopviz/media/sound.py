"""The sound of a source beside its pictures: copied where the container allows, else encoded anew.

Sound never keeps a video from being written: a stream that cannot be used is left out, and a note says so. Each stream
is tried out on a file in memory before the real one is begun.
"""

from __future__ import annotations

import contextlib
import io
import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Discard

from loopviz.errors import InputError
from loopviz.media.container import open_container
from loopviz.media.containers import ContainerKind
from loopviz.media.sound_tracks import Converted, Copied, SoundWindow, Track
from loopviz.notes import Note, note

_REHEARSED_PACKETS = 50
_LOST_SECONDS = 1
_SEEK_SECONDS = 10  # a window that begins later than this is jumped to, this much early
ERRORS = (av.error.FFmpegError, OSError, ValueError, LookupError)


_Way = type[Copied] | type[Converted]


class Sound:
    """The usable streams of a file. Made by ``open_sound``."""

    def __init__(self, source: InputContainer | None, window: SoundWindow, kind: ContainerKind) -> None:
        self._source, self._window, self._kind = source, window, kind
        self._notes: list[Note] = []
        self._ways: dict[int, _Way] = {}
        self._tracks: dict[int, Track] = {}
        self._failed: set[int] = set()

    @property
    def notes(self) -> tuple[Note, ...]:
        """What became of the sound; complete when all packets have been read."""
        damaged = sum(track.damaged for track in self._tracks.values())
        return (*self._notes, note("sound-damaged", count=damaged)) if damaged else tuple(self._notes)

    def say(self, code: str, **values: object) -> None:
        """Add a note."""
        self._notes.append(note(code, **values))

    def choose(self, path: Path) -> None:
        """Try every stream out, and settle how each is carried over."""
        for number, stream in enumerate(self._source.streams.audio if self._source else (), start=1):
            if stream.codec_context is None:
                self.say("sound-unknown", stream=number)
                continue
            codec = stream.codec_context.codec.canonical_name
            fits = self._kind.sound is None or codec in self._kind.sound
            if fits and _rehearse(path, stream.index, Copied, self._kind) is None:
                self._ways[stream.index] = Copied
            elif (trouble := _rehearse(path, stream.index, Converted, self._kind)) is None:
                self._ways[stream.index] = Converted
                self.say("sound-converted", stream=number, codec=codec, became=self._kind.sound_encoder, fits=fits)
            else:
                self.say("sound-left-out", stream=number, codec=codec, trouble=trouble)

    def add_to(self, out: OutputContainer) -> None:
        """Add a stream to ``out`` for each usable one."""
        for index, way in self._ways.items():
            self._tracks[index] = way(_audio(self._source, index), out, self._window, self._kind)

    def mux(self, out: OutputContainer, packet: Packet[Any]) -> None:
        """Write a packet; one of the sound that the muxer finds damaged is left out and counted."""
        try:
            out.mux(packet)
        except (av.error.InvalidDataError, av.error.ArgumentError):
            if not self.drop(packet):
                raise

    def drop(self, packet: Packet[Any]) -> bool:
        """Count a packet that the muxer refused; False when it is none of the sound's."""
        track = next((track for track in self._tracks.values() if track.out.index == packet.stream_index), None)
        if track is not None:
            track.damaged += 1
        return track is not None

    def packets(self) -> Iterator[Packet[AudioStream]]:
        """Yield the packets for the output, in about the order of time."""
        try:
            for packet in self._demuxed():
                yield from self._guarded(packet.stream.index, packet)
                if all(track.done for track in self._tracks.values()):
                    break
        except ERRORS as error:
            self.say("sound-ends-early", trouble=str(error))
        for index, track in self._tracks.items():
            yield from self._guarded(index, None)
            self._say_missing(index, track)

    def _guarded(self, index: int, packet: Packet[AudioStream] | None) -> list[Packet[AudioStream]]:
        """Feed a track, or finish it; one that fails stays silent from there on and leaves the others alone."""
        track = self._tracks[index]
        if index in self._failed:
            return []
        try:
            return track.finish() if packet is None else track.feed(packet)
        except ERRORS as error:
            self._failed.add(index)
            self.say("sound-stream-ends", seconds=float(track.end), trouble=str(error))
            return []

    def _say_missing(self, index: int, track: Track) -> None:
        """Say so when a stream ends well before its header promises: the rest of the file is damaged or gone."""
        stream = _audio(self._source, index)
        if stream.duration is None or stream.time_base is None or index in self._failed:
            return
        promised = ((stream.start_time or 0) + stream.duration) * stream.time_base
        wanted = promised if self._window.stop is None else min(promised, self._window.stop)
        lost = float(wanted - self._window.zero - track.end)
        if lost > _LOST_SECONDS:
            self.say("sound-missing", seconds=lost)

    def _demuxed(self) -> Iterator[Packet[AudioStream]]:
        """Yield the source's packets of the used streams, from shortly before the window on."""
        if self._source is None or not self._tracks:
            return
        for stream in self._source.streams:
            if stream.index not in self._tracks:
                stream.discard = Discard.all  # what is not wanted is not even read, where the format has an index
        begin = self._window.start - _SEEK_SECONDS
        if begin > 0:
            with contextlib.suppress(*ERRORS):  # a file that cannot be searched is read from its beginning
                self._source.seek(int(begin * 1_000_000))
        yield from self._source.demux(tuple(_audio(self._source, index) for index in self._tracks))


def _audio(source: InputContainer | None, index: int) -> AudioStream:
    stream = source.streams[index] if source else None
    if not isinstance(stream, AudioStream):
        raise LookupError(f"stream {index} is no sound")
    return stream


def _rehearse(path: Path, index: int, way: _Way, kind: ContainerKind) -> str | None:
    """Carry the first packets of a stream over to a file in memory; return what went wrong, None when nothing did."""
    try:
        with open_container(path) as source, av.open(io.BytesIO(), "w", format=kind.format) as out:
            stream = _audio(source, index)
            zero = (stream.start_time or 0) * (stream.time_base or Fraction(0))
            track = way(stream, out, SoundWindow(zero, zero, None), kind)
            packets = itertools.islice((packet for packet in source.demux(stream) if packet.size), _REHEARSED_PACKETS)
            made = [ready for packet in packets for ready in track.feed(packet)] + track.finish()
            out.mux(made)
    except (InputError, *ERRORS) as error:
        return str(error)
    return None if made else "nothing in it can be read"


@contextlib.contextmanager
def open_sound(path: Path | None, window: SoundWindow, kind: ContainerKind) -> Iterator[Sound]:
    """Open the file that holds the sound, and find out what of it can be used and how.

    A file that cannot be read is silent, with a note.
    """
    with contextlib.ExitStack() as stack:
        sound = Sound(None, window, kind)
        if path is not None:
            try:
                sound = Sound(stack.enter_context(open_container(path)), window, kind)
                sound.choose(path)
            except (InputError, *ERRORS) as error:
                sound.say("sound-unread", trouble=str(error))
        yield sound
