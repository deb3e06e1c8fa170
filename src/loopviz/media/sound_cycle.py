"""The sound of a film that is played again and again: encoded once, as one stream whose packets repeat without end.

A codec's packets are of one length (AAC: 1024 samples), and a film is seldom a whole number of them, so its packets
cannot simply follow themselves. What is encoded is a *cycle*: so many repetitions that their sound is a whole number of
packets, or so nearly that what is cut stays below a hundredth of a second in the whole file. It is encoded with what
goes before it and comes after it, as if the stream had always run: the last packet leads on to the first. No packet
hides samples at its beginning, so no edit list is needed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from loopviz.media.container import open_container
from loopviz.media.containers import ContainerKind
from loopviz.media.samples import (
    PCM_PACKET,
    SampleForm,
    Samples,
    add_encoder,
    bridged,
    encode_samples,
    exactly,
    fitting_form,
    last_samples,
    packet_samples,
    read_samples,
    without_first,
)

_DRIFT = Fraction(1, 100)  # seconds; an ear hears sound beside its picture from about four times that
_AROUND = 256  # packets before and after a cycle: encoders look ahead, and need some seconds to find their measure
_BEGIN = 1 << 20  # the first sample's stamp: NUT has none below 0


@dataclass(frozen=True)
class Playing:
    """What of a film is played, and how often.

    Attributes:
        zero: When its first picture is shown, in seconds on the film's clock.
        seconds: How long its pictures last.
        times: How often it is played.
    """

    zero: Fraction
    seconds: Fraction
    times: int


@dataclass(frozen=True)
class CycleLength:
    """How long a cycle is.

    Attributes:
        repetitions: Of the film.
        samples: A whole number of packets.
    """

    repetitions: int
    samples: int


def cycle_length(once: Fraction, packet: int, times: int, rate: int) -> CycleLength:
    """Return the shortest cycle whose sound stays beside its pictures over all repetitions.

    Args:
        once: How many samples the film lasts.
        packet: How many samples a packet holds.
        times: How often the film is played.
        rate: Samples a second.
    """
    for count in range(1, times + 1):
        samples = math.floor(count * once / packet) * packet
        drift = (count * once - samples) * Fraction(times, count)
        if samples > (count - 1) * once and drift <= _DRIFT * rate:
            return CycleLength(count, samples)
    return CycleLength(times, math.ceil(times * once / packet) * packet)


@dataclass(frozen=True)
class SoundCycle:
    """An encoded cycle.

    Attributes:
        path: A NUT file: what goes before, the cycle, and what comes after it.
        encoder: What it was encoded with.
        form: What its samples are.
        packet: How many a packet has; 0: as many as it says.
        length: How long the cycle is.
        hidden: How many samples a player leaves out at the very beginning, as Matroska and Opus have it.
        total: How many samples the whole is to last.
    """

    path: Path
    encoder: str
    form: SampleForm
    packet: int
    length: CycleLength
    hidden: int
    total: int

    @property
    def size_bytes(self) -> int:
        """How large the whole is, roughly: what lies around the cycle counts as well."""
        return self.path.stat().st_size * math.ceil(self.total / self.length.samples)

    @property
    def packets_in_all(self) -> int:
        """How many packets the whole has at most."""
        in_cycle = math.ceil(self.length.samples / (self.packet or PCM_PACKET)) + 1
        return math.ceil(self.total / self.length.samples) * in_cycle

    def add_to(self, out: OutputContainer) -> AudioStream:
        """Add the stream that takes its packets."""
        return add_encoder(out, self.encoder, self.form)

    def packets(self, stream: AudioStream) -> Iterator[Packet[AudioStream]]:
        """Yield the packets of all repetitions, on a clock of samples whose 0 is the film's."""
        with av.open(str(self.path.absolute())) as container:
            for begin in range(-self.hidden, self.total, self.length.samples):
                container.seek(0)
                for packet in container.demux(container.streams.audio[0]):
                    place = self._samples(packet.pts, packet) - _BEGIN + self.hidden
                    if not (packet.size and 0 <= place < self.length.samples and begin + place < self.total):
                        continue
                    left = min(self.length.samples - place, self.total - begin - place)
                    packet.duration = min(self.packet or self._samples(packet.duration, packet), left)
                    packet.stream, packet.time_base = stream, Fraction(1, self.form.rate)
                    packet.pts = packet.dts = begin + place
                    yield packet

    def _samples(self, time: int | None, packet: Packet[AudioStream]) -> int:
        return round((time or 0) * packet.time_base * self.form.rate)


def encode_cycle(film: Path, number: int, target: Path, playing: Playing, kind: ContainerKind) -> SoundCycle:
    """Encode the sound of a film so that its packets can follow themselves.

    PCM stays what it is, to the sample; any other codec becomes what the container has for sound.

    Args:
        film: The film.
        number: Which of its streams of sound, from 0.
        target: A new NUT file.
        playing: What of the film is played, and how often.
        kind: The container that it is for.

    Raises:
        InputError: If the film cannot be opened.
        OutputError: If the file cannot be written.
    """
    with open_container(film) as container:
        stream = container.streams.audio[number]
        codec = stream.codec_context.codec.canonical_name
        encoder = codec if codec.startswith("pcm_") else kind.sound_encoder
        form = fitting_form(stream, encoder)
    packet = packet_samples(encoder, form)
    once = playing.seconds * form.rate
    length = cycle_length(once, packet or 1, playing.times, form.rate)
    edges = [math.floor(index * once) for index in range(length.repetitions)] + [length.samples]

    def repetition(index: int) -> Iterator[Samples]:
        place = index % length.repetitions
        return exactly(read_samples(film, number, form, zero=playing.zero), edges[place + 1] - edges[place], form)

    edge = _AROUND * packet or form.rate
    around = math.ceil(edge / min(np.diff(edges)))  # repetitions
    before = last_samples(bridged(map(repetition, range(-around, 0)), form), edge, form)
    after = exactly(itertools.chain.from_iterable(map(repetition, range(around))), edge, form)
    parts = itertools.chain([[before]], map(repetition, range(length.repetitions)), [after])
    samples, begin = bridged(parts, form), _BEGIN - len(before)
    if not packet:  # PCM needs no more than the cycle, which may end within what would be a packet
        samples, begin = exactly(without_first(samples, len(before)), length.samples, form), _BEGIN
    encode_samples(samples, target, encoder, form, begin=begin)
    delay = _delay(target, form.rate, begin)
    hidden = delay % packet if packet and kind.edit_lists else delay
    return SoundCycle(target, encoder, form, packet, length, hidden, math.floor(playing.times * once))


def _delay(path: Path, rate: int, begin: int) -> int:
    """Return how many samples the first packet of a file lies before the first sample."""
    with av.open(str(path.absolute())) as container:
        packet = next(container.demux(container.streams.audio[0]))
        return begin - round((packet.pts or 0) * packet.time_base * rate)
