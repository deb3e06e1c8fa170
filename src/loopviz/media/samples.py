"""Sound as a stream of samples: decoded in blocks, cut to the sample, joined without a click, encoded as one stream."""

from __future__ import annotations

import contextlib
import io
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.packet import Packet

from loopviz.media.container import open_container
from loopviz.media.containers import new_media_file, writing

Samples = npt.NDArray[np.float32]
"""Shape ``(samples, channels)``, full scale is -1 to 1."""

_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}  # what every encoder here takes; other layouts become stereo
_BITS_A_CHANNEL = 96_000
BRIDGE_SECONDS = Fraction(1, 100)
_JUMP = 1.5
_BLOCK = 8192
PCM_PACKET = 1024  # samples
_NUT = {"fflags": "+bitexact", "avoid_negative_ts": "disabled"}


@dataclass(frozen=True)
class SampleForm:
    """What samples are.

    Attributes:
        rate: Samples a second.
        channels: 1, 2 or 6.
    """

    rate: int
    channels: int

    @property
    def layout(self) -> str:
        """FFmpeg's name of the channels."""
        return _LAYOUTS[self.channels]


def fitting_form(stream: AudioStream, encoder: str) -> SampleForm:
    """Return the form nearest to a stream's own that an encoder takes."""
    context = stream.codec_context
    rates = av.Codec(encoder, "w").audio_rates
    rate = context.sample_rate if context.sample_rate and (not rates or context.sample_rate in rates) else 48_000
    return SampleForm(rate, context.channels if context.channels in _LAYOUTS else 2)


def read_samples(path: Path, number: int, form: SampleForm, *, zero: Fraction = Fraction(0)) -> Iterator[Samples]:
    """Decode a stream of sound; gaps are silent, what cannot be decoded is one.

    Args:
        path: The file.
        number: Which of its streams of sound, from 0.
        form: What the samples become.
        zero: When the first sample is heard, in seconds on the file's clock.

    Raises:
        InputError: If the file cannot be opened.
    """
    with open_container(path) as container:
        stream = container.streams.audio[number]
        graph: av.filter.Graph | None = None
        for frame in _frames(container.demux(stream)):
            graph = graph or _resampling(frame, form)
            if frame.pts is not None and frame.time_base is not None:
                frame.pts = round((frame.pts * frame.time_base - zero) * frame.sample_rate)
                frame.time_base = Fraction(1, frame.sample_rate)
            yield from _pulled(graph, frame, form.channels)
        if graph is not None:
            yield from _pulled(graph, None, form.channels)


def _frames(packets: Iterable[Packet[AudioStream]]) -> Iterator[AudioFrame]:
    for packet in packets:
        with contextlib.suppress(av.error.FFmpegError):
            yield from packet.decode()


def _resampling(frame: AudioFrame, form: SampleForm) -> av.filter.Graph:
    graph = av.filter.Graph()
    base = Fraction(1, frame.sample_rate)
    source = graph.add_abuffer(
        sample_rate=frame.sample_rate, format=frame.format.name, layout=frame.layout.name, time_base=base
    )
    graph.link_nodes(
        source,
        graph.add("aresample", **{"async": "1", "first_pts": "0"}),
        graph.add("aformat", sample_fmts="flt", sample_rates=str(form.rate), channel_layouts=form.layout),
        graph.add("abuffersink"),
    ).configure()
    return graph


def _pulled(graph: av.filter.Graph, frame: AudioFrame | None, channels: int) -> Iterator[Samples]:
    with contextlib.suppress(av.error.FFmpegError):  # a frame of another form than the first
        graph.push(frame)
    with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
        while True:
            made = graph.pull()
            assert isinstance(made, AudioFrame)  # noqa: S101  (for the type checker)
            yield made.to_ndarray().astype(np.float32, copy=False).reshape(-1, channels)


def exactly(blocks: Iterable[Samples], length: int, form: SampleForm) -> Iterator[Samples]:
    """Cut a stream to a length, or let it fade to silence and go on with that.

    The last hundredth of a second before silence is faded: sound that just stops is a click.
    """
    position = 0
    ending = int(form.rate * BRIDGE_SECONDS)
    held = np.zeros((0, form.channels), np.float32)
    for block in blocks:
        if position + len(held) >= length:
            break
        held = np.concatenate([held, block])
        ready, held = held[:-ending], held[-ending:]
        position += len(ready)
        yield ready if position <= length else ready[: length - position]
    if position + len(held) < length:
        held = held * np.linspace(1, 0, len(held), dtype=np.float32)[:, None]
    if position < length:
        yield held[: length - position]
        position += len(held)
    yield from silence(length - position, form)


def silence(length: int, form: SampleForm) -> Iterator[Samples]:
    """Yield so many samples of silence."""
    for begin in range(0, length, _BLOCK):
        yield np.zeros((min(_BLOCK, length - begin), form.channels), np.float32)


def bridged(parts: Iterable[Iterable[Samples]], form: SampleForm) -> Iterator[Samples]:
    """Join streams to one without a step from one to the next.

    Where the sound runs on, nothing changes. Where it jumps, both sides bend towards each other over a hundredth of a
    second: no fade, which would make a hole in sound that loops.
    """
    return _joined(parts, int(form.rate * BRIDGE_SECONDS), _bent)


def cross_faded(parts: Iterable[Iterable[Samples]], form: SampleForm, seconds: Fraction) -> Iterator[Samples]:
    """Join streams to one, each fading into the next with the same power throughout."""
    return _joined(parts, int(form.rate * seconds), _crossed)


def _joined(
    parts: Iterable[Iterable[Samples]], length: int, joint: Callable[[Samples, Samples], tuple[Samples, Samples]]
) -> Iterator[Samples]:
    """Join streams.

    Args:
        parts: The streams.
        length: How many samples on each side of a joint change.
        joint: Returns what becomes of the end of one stream and the beginning of the next; what it returns second may
            still become the end of that stream.
    """
    tail: Samples | None = None
    for part in parts:
        blocks = regrouped(part, length)
        head = next(blocks, None)
        if head is None:
            continue
        ready, tail = (head[:0], head) if tail is None else joint(tail, head)
        yield ready
        for block in blocks:
            both = np.concatenate([tail, block])
            cut = max(0, len(both) - length)
            yield both[:cut]
            tail = both[cut:]
    if tail is not None:
        yield tail


def _bent(tail: Samples, head: Samples) -> tuple[Samples, Samples]:
    """Bend the end of one stream and the beginning of the next to meet half-way, where one jumps to the other.

    A jump is a step larger than any that the sound takes nearby: what ear and loudspeaker hear as a click.
    """
    if min(len(tail), len(head)) < 2:
        return tail, head
    step = head[0] - tail[-1]
    nearby = np.maximum(np.abs(np.diff(tail, axis=0)).max(0), np.abs(np.diff(head, axis=0)).max(0))
    half = np.where(np.abs(step) > _JUMP * nearby, step / 2, 0).astype(np.float32)
    return tail + _rise(len(tail)) * half, head - _rise(len(head))[::-1] * half


def _crossed(tail: Samples, head: Samples) -> tuple[Samples, Samples]:
    """Lay the beginning of the next stream over the end of one: their powers, sine and cosine squared, add up to 1."""
    count = min(len(tail), len(head))
    rise = np.sqrt(_rise(count))
    both = tail[len(tail) - count :] * rise[::-1] + head[:count] * rise
    return tail[: len(tail) - count], np.concatenate([both, head[count:]])


def _rise(count: int) -> Samples:
    return np.sin(np.linspace(0, np.pi / 2, count, dtype=np.float32))[:, None] ** 2


def regrouped(blocks: Iterable[Samples], length: int) -> Iterator[Samples]:
    """Yield a stream in blocks of one length; the last may be shorter."""
    held: list[Samples] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count >= length:
            whole = np.concatenate(held)
            cut = count - count % length
            yield from (whole[begin : begin + length] for begin in range(0, cut, length))
            held, count = [whole[cut:]], count - cut
    if count:
        yield np.concatenate(held)


def last_samples(blocks: Iterable[Samples], length: int, form: SampleForm) -> Samples:
    """Return the end of a stream, of which no more than that is held."""
    held = np.zeros((0, form.channels), np.float32)
    for block in blocks:
        held = np.concatenate([held, block])[-length:] if length else held
    return held


def without_first(blocks: Iterable[Samples], count: int) -> Iterator[Samples]:
    """Leave the beginning of a stream out."""
    for block in blocks:
        yield block[min(count, len(block)) :]
        count -= min(count, len(block))


def faded(
    blocks: Iterable[Samples], length: int, form: SampleForm, *, begin: Fraction, end: Fraction
) -> Iterator[Samples]:
    """Fade a stream of a known length in and out: equal steps of amplitude.

    Args:
        blocks: The stream.
        length: How many samples it has.
        form: What they are.
        begin: How many seconds the fade in takes.
        end: How many seconds the fade out takes.
    """
    rise, fall = begin * form.rate, end * form.rate
    position = 0
    for block in blocks:
        places = np.arange(position, position + len(block))
        gain = np.ones(len(block))
        if rise:
            gain = np.minimum(gain, places / float(rise))
        if fall:
            gain = np.minimum(gain, (length - places) / float(fall))
        yield block * np.maximum(gain, 0).astype(np.float32)[:, None]
        position += len(block)


def add_encoder(out: OutputContainer, encoder: str, form: SampleForm) -> AudioStream:
    """Add a stream that encodes sound; its clock counts samples."""
    stream = out.add_stream(encoder, rate=form.rate, layout=form.layout)
    assert isinstance(stream, AudioStream)  # noqa: S101  (for the type checker)
    context = stream.codec_context
    context.bit_rate = _BITS_A_CHANNEL * form.channels
    context.time_base = stream.time_base = Fraction(1, form.rate)
    context.flags |= Flags.bitexact  # keeps the encoder's version out of the packets
    context.open()
    return stream


def packet_samples(encoder: str, form: SampleForm) -> int:
    """Return how many samples a packet of an encoder holds, 0 where any number may be."""
    with av.open(io.BytesIO(), "w", format="nut") as out:
        return add_encoder(out, encoder, form).codec_context.frame_size


def encode_samples(blocks: Iterable[Samples], target: Path, encoder: str, form: SampleForm, *, begin: int = 0) -> None:
    """Encode samples to a new NUT file, whose stamps count samples.

    Args:
        blocks: The samples.
        target: The file.
        encoder: FFmpeg's name of the encoder.
        form: What the samples are.
        begin: The stamp of the first one. An encoder with a delay begins earlier by that, and NUT has no negative
            stamps.

    Raises:
        OutputError: If it cannot be written.
    """
    with new_media_file(target, "nut", _NUT) as out:
        stream = add_encoder(out, encoder, form)
        for packet in encoded(blocks, stream, form, begin):
            with writing(target):
                out.mux(packet)


def encoded(
    blocks: Iterable[Samples], stream: AudioStream, form: SampleForm, begin: int = 0
) -> Iterator[Packet[AudioStream]]:
    """Yield samples as packets of a stream that ``add_encoder`` made; ``begin`` is the stamp of the first sample."""
    context = stream.codec_context
    fitting = av.AudioResampler(context.format, context.layout, form.rate, context.frame_size or PCM_PACKET)
    for frame in itertools.chain(_audio_frames(blocks, form, begin), (None,)):
        for ready in itertools.chain(fitting.resample(frame), () if frame else (None,)):
            yield from stream.encode(ready)


def _audio_frames(blocks: Iterable[Samples], form: SampleForm, position: int) -> Iterator[AudioFrame]:
    for block in blocks:
        if len(block):
            frame = AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), "flt", form.layout)
            frame.sample_rate, frame.pts, frame.time_base = form.rate, position, Fraction(1, form.rate)
            position += len(block)
            yield frame
