"""A stream of sound on its way into a video: its packets copied, or decoded and encoded anew."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from loopviz.media.containers import ContainerKind
from loopviz.media.samples import add_encoder, fitting_form


@dataclass(frozen=True)
class SoundWindow:
    """Which part of the sound is wanted, in seconds on the source's clock.

    Attributes:
        zero: What becomes 0 in the output.
        start: Earlier sound is left out.
        stop: Later sound is left out; None: there is no end.
    """

    zero: Fraction
    start: Fraction
    stop: Fraction | None


def _samples(window: SoundWindow, rate: int) -> tuple[int, int | None]:
    """Return a window's edges in samples of the output's clock."""
    start = math.floor((window.start - window.zero) * rate)
    return start, None if window.stop is None else math.ceil((window.stop - window.zero) * rate)


def _opus_delay(stream: AudioStream) -> int:
    """Return how many samples Matroska itself hides at the beginning of Opus: RFC 7845, section 5.1, pre-skip."""
    head = stream.codec_context.extradata or b""
    return int.from_bytes(head[10:12], "little") if head.startswith(b"OpusHead") else 0


def describe(out: AudioStream, stream: AudioStream) -> None:
    """Carry over what helps a listener to choose; free text of the source is left behind."""
    if stream.language:
        out.metadata["language"] = stream.language


class Track(Protocol):
    """A stream on its way into the output.

    Attributes:
        out: The output's stream.
        damaged: How many packets could not be used.
        done: Whether what follows lies behind the window.
        end: How far the source has been read, in seconds of the output's clock.
    """

    out: AudioStream
    damaged: int
    done: bool
    end: Fraction

    def feed(self, packet: Packet[AudioStream]) -> list[Packet[AudioStream]]:
        """Take a packet of the source, return what is ready for the output."""
        ...

    def finish(self) -> list[Packet[AudioStream]]:
        """Return what is left at the end."""
        ...


class Copied:
    """A track of packets as they are, on a clock of whole samples whose 0 is the first frame."""

    def __init__(self, stream: AudioStream, out: OutputContainer, window: SoundWindow, kind: ContainerKind) -> None:
        self.damaged, self.done, self.end = 0, False, window.start - window.zero
        self._rate = stream.codec_context.sample_rate
        if not self._rate:
            raise ValueError("its sample rate is not known")
        self.out = out.add_stream_from_template(stream)
        describe(self.out, stream)
        self._frame_size = stream.codec_context.frame_size
        self._zero = window.zero
        self._start, self._stop = _samples(window, self._rate)
        # Most codecs need the packet before to decode the first that is heard; what lies before 0 is not heard.
        self._run_up = kind.edit_lists and self._start <= 0
        self._first: int | None = None if kind.edit_lists else -_opus_delay(stream)
        self._next, self._known = self._first, True
        self._last: int | None = None

    def feed(self, packet: Packet[AudioStream]) -> list[Packet[AudioStream]]:
        """See ``Track``."""
        if not packet.size:
            return []
        begin, length = self._place(packet)
        self._next = begin + length
        self.end = Fraction(self._next, self._rate)
        self.done = self._stop is not None and begin >= self._stop
        early = begin + length + (length if self._run_up else 0) <= self._start
        early = early or (self._first is not None and begin < self._first)
        if self.done or early:
            return []
        if self._last is not None and begin <= self._last:
            self.damaged += 1
            return []
        self._last = begin
        packet.stream = self.out
        packet.time_base = Fraction(1, self._rate)
        packet.pts = packet.dts = begin
        packet.duration = length if self._stop is None else min(length, self._stop - begin)
        return [packet]

    def finish(self) -> list[Packet[AudioStream]]:
        """See ``Track``."""
        return []

    def _place(self, packet: Packet[AudioStream]) -> tuple[int, int]:
        """Return where a packet begins and how long it lasts, in samples.

        A container with a coarse clock (Matroska's milliseconds) rounds stamps: a packet that follows the one before up
        to that rounding does follow it, as long as the length of that one is known to the sample.
        """
        tick = packet.time_base * self._rate
        rounding = max(Fraction(1), tick)
        length = round((packet.duration or 0) * tick)
        known = tick <= 1
        if self._frame_size and abs(self._frame_size - length) <= rounding:
            length, known = self._frame_size, True
        follows, self._known = self._known, known
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None:
            return (self._next or 0), length
        begin = stamp * tick - self._zero * self._rate
        if follows and self._next is not None and abs(begin - self._next) <= rounding:
            return self._next, length
        return round(begin), length


class Converted:
    """A track of sound that the container does not take: encoded anew, cut to the sample, gaps filled with silence."""

    def __init__(self, stream: AudioStream, out: OutputContainer, window: SoundWindow, kind: ContainerKind) -> None:
        self.damaged, self.done, self.end = 0, False, window.start - window.zero
        self._window = window
        form = fitting_form(stream, kind.sound_encoder)
        self._rate = form.rate
        self.out = add_encoder(out, kind.sound_encoder, form)
        describe(self.out, stream)
        self._started = False
        self._shape: tuple[int, str, str] | None = None
        self._graph: av.filter.Graph | None = None

    def feed(self, packet: Packet[AudioStream]) -> list[Packet[AudioStream]]:
        """See ``Track``."""
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            self.damaged += 1
            return []
        made: list[Packet[AudioStream]] = []
        for frame in frames:
            begin = self._place(frame, packet)
            self.end = begin + Fraction(frame.samples, frame.sample_rate)
            self._started = True
            made.extend(self._encode(frame, begin))
        return made

    def finish(self) -> list[Packet[AudioStream]]:
        """See ``Track``."""
        rest: list[Packet[AudioStream]] = []
        if self._graph is not None:
            rest = self._filter(self._graph, None)
        return [*rest, *self.out.encode(None)]

    def _place(self, frame: AudioFrame, packet: Packet[AudioStream]) -> Fraction:
        """Return when a frame begins, in seconds of the output; some decoders (AMR) leave that to the packet."""
        if frame.pts is not None and frame.time_base is not None:
            begin = frame.pts * frame.time_base - self._window.zero
            rounding = packet.time_base
            return self.end if self._started and abs(begin - self.end) <= rounding else begin
        if packet.pts is not None and not self._started:
            return packet.pts * packet.time_base - self._window.zero
        return self.end

    def _encode(self, frame: AudioFrame, seconds: Fraction) -> list[Packet[AudioStream]]:
        shape = (frame.sample_rate, frame.format.name, frame.layout.name)
        if self._graph is None:
            self._shape, self._graph = shape, self._new_graph(shape)
        if shape != self._shape:
            self.damaged += 1
            return []
        begin = round(seconds * frame.sample_rate)
        stop = _samples(self._window, frame.sample_rate)[1]
        self.done = stop is not None and begin >= stop
        frame.pts, frame.time_base = begin, Fraction(1, frame.sample_rate)
        return self._filter(self._graph, frame)

    def _new_graph(self, shape: tuple[int, str, str]) -> av.filter.Graph:
        rate, sample_format, layout = shape
        start, stop = _samples(self._window, rate)
        end = {} if stop is None else {"end_pts": str(stop)}
        context = self.out.codec_context
        graph = av.filter.Graph()
        graph.link_nodes(
            graph.add_abuffer(sample_rate=rate, format=sample_format, layout=layout, time_base=Fraction(1, rate)),
            graph.add("atrim", start_pts=str(start), **end),
            graph.add("aresample", **{"async": "1"}),
            graph.add(
                "aformat",
                sample_fmts=context.format.name,
                sample_rates=str(self._rate),
                channel_layouts=context.layout.name,
            ),
            graph.add("asetnsamples", n=str(context.frame_size or 1024), p="0"),
            graph.add("abuffersink"),
        ).configure()
        return graph

    def _filter(self, graph: av.filter.Graph, frame: AudioFrame | None) -> list[Packet[AudioStream]]:
        """Send a frame, or None for the end, through the filters; return what the encoder made of it."""
        with contextlib.suppress(av.error.EOFError):  # what lies behind the window is not taken
            graph.push(frame)
        made: list[Packet[AudioStream]] = []
        with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
            while True:
                cut = graph.pull()
                assert isinstance(cut, AudioFrame)  # noqa: S101  (for the type checker)
                made.extend(self.out.encode(cut))
        return made
