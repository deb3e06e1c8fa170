"""A soundtrack: a sound file that plays under a film, looped to its length, in place of the source's sound."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from loopviz.errors import InputError, check_is_file
from loopviz.media.container import open_container
from loopviz.media.containers import ContainerKind
from loopviz.media.samples import (
    Samples,
    add_encoder,
    cross_faded,
    encoded,
    exactly,
    faded,
    fitting_form,
    read_samples,
    silence,
)
from loopviz.notes import Note

EXPECTED = "a sound file, as WAV, FLAC, MP3, M4A or Ogg"
CROSS_FADE = Fraction(1, 20)  # seconds, from one round to the next
LEAST_SECONDS = Fraction(1, 2)
SILENCE = 1e-3  # of full scale: -60 dB
_LOST_SECONDS = 1
_GAP = Fraction(1, 20)  # seconds
_FIRST_PACKETS = 2  # which decoders of MP3 and AAC may refuse where a file was cut out of a longer one
_AGAIN = "Check that it plays; copy or export it again."


@dataclass(frozen=True)
class Soundtrack:
    """What plays under a film.

    Attributes:
        path: A sound file, or a video with sound: its first stream of sound is taken.
        fade_in: Seconds at the film's beginning.
        fade_out: Seconds at its end. Fades that are longer than the film meet in its middle.
        gain: What its samples are multiplied by; what would be louder than full scale is not.
        seconds: For how long it plays, and then is silent; None: again and again, to the film's end.
    """

    path: Path
    fade_in: Fraction = Fraction(1)
    fade_out: Fraction = Fraction(1)
    gain: float = 1.0
    seconds: Fraction | None = None

    def opened(self, seconds: Fraction, kind: ContainerKind) -> LoopedSoundtrack:
        """Return it on its way into a film that is so long."""
        return LoopedSoundtrack(self, seconds, kind)


def check_soundtrack(path: Path) -> Fraction:
    """Decode a sound file, and refuse one that would not be heard as it is.

    Returns:
        How many seconds it lasts.

    Raises:
        InputError: If it is missing, no sound, damaged, cut short, silent, or too short to loop.
    """
    with opened_sound(path) as (container, stream):
        promised = (stream.duration or 0) * (stream.time_base or Fraction(0))
        seconds, peak = _heard(container, stream, path)
    if seconds < min(promised - _LOST_SECONDS, promised):
        raise InputError(
            "the soundtrack is cut short",
            file=path,
            found=f"{float(seconds):.1f} s",
            expected=f"{float(promised):.1f} s, as its header says",
            remedy=_AGAIN,
        )
    if seconds < LEAST_SECONDS:
        raise InputError(
            "the soundtrack is too short",
            file=path,
            found=f"{float(seconds):.3f} s",
            expected=f"at least {float(LEAST_SECONDS)} s",
        )
    if peak < SILENCE:
        raise InputError("the soundtrack is silent", file=path, remedy="Give another, or 'none'.")
    return seconds


def _heard(container: InputContainer, stream: AudioStream, path: Path) -> tuple[Fraction, float]:
    """Decode all of a stream; return how many seconds it lasts, and its peak."""
    seconds, peak = Fraction(0), 0.0
    end: Fraction | None = None
    for number, packet in enumerate(container.demux(stream)):
        try:
            frames = packet.decode()
        except av.error.FFmpegError as error:
            if number < _FIRST_PACKETS:
                continue
            place = f"{float(seconds):.1f} s"
            raise InputError(f"the soundtrack is damaged: {error}", file=path, at=place, remedy=_AGAIN) from error
        for frame in frames:
            begin = (frame.pts or 0) * (frame.time_base or Fraction(0))
            if end is not None and begin - end > _GAP:
                place = f"{float(end):.1f} s to {float(begin):.1f} s"
                raise InputError("the soundtrack is damaged: a part is missing", file=path, at=place, remedy=_AGAIN)
            end = begin + Fraction(frame.samples, frame.sample_rate)
            seconds += Fraction(frame.samples, frame.sample_rate)
            peak = max(peak, _peak(frame))
    return seconds, peak


def _peak(frame: AudioFrame) -> float:
    values = frame.to_ndarray()
    if values.dtype == np.uint8:
        return float(np.abs(values.astype(np.int16) - 128).max()) / 128
    scale = 1 << (8 * values.itemsize - 1) if values.dtype.kind == "i" else 1
    return float(np.abs(values.astype(np.float64)).max()) / scale


@contextlib.contextmanager
def opened_sound(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    """Open a file for its first stream of sound.

    Raises:
        InputError: If there is none that can be decoded.
    """
    check_is_file(path, EXPECTED)
    try:
        container = open_container(path)
    except InputError as error:
        raise InputError("this is no sound", file=path, expected=EXPECTED, remedy=_AGAIN) from error
    with container:
        stream = next((each for each in container.streams.audio if each.codec_context is not None), None)
        if stream is None:
            held = ", ".join(sorted({str(each.type) for each in container.streams})) or "nothing"
            raise InputError("the file holds no sound that can be decoded", file=path, found=held, expected=EXPECTED)
        yield container, stream


class LoopedSoundtrack:
    """A soundtrack on its way into a film.

    Args:
        soundtrack: The soundtrack.
        seconds: How long the film is.
        kind: The container that it is for.

    Attributes:
        notes: What a person should know.
    """

    def __init__(self, soundtrack: Soundtrack, seconds: Fraction, kind: ContainerKind) -> None:
        self.notes: tuple[Note, ...] = ()
        self._soundtrack, self._encoder = soundtrack, kind.sound_encoder
        with opened_sound(soundtrack.path) as (container, stream):
            self._form = fitting_form(stream, self._encoder)
            self._number = container.streams.audio.index(stream)
            self._zero = (stream.start_time or 0) * (stream.time_base or Fraction(0))
        self._length = math.ceil(seconds * self._form.rate)
        self._out: AudioStream | None = None

    def add_to(self, out: OutputContainer) -> None:
        """Add its stream to ``out``."""
        self._out = add_encoder(out, self._encoder, self._form)

    def packets(self) -> Iterator[Packet[AudioStream]]:
        """Yield its packets; ``add_to`` went before."""
        if self._out is not None:
            yield from encoded(self._samples(), self._out, self._form)

    def mux(self, out: OutputContainer, packet: Packet[Any]) -> None:
        """Write a packet."""
        out.mux(packet)

    def _samples(self) -> Iterator[Samples]:
        wanted = self._soundtrack
        plays = self._length if wanted.seconds is None else min(self._length, int(wanted.seconds * self._form.rate))
        looped = exactly(cross_faded(self._rounds(), self._form, CROSS_FADE), plays, self._form)
        blocks = faded(looped, plays, self._form, begin=wanted.fade_in, end=wanted.fade_out)
        louder = blocks if wanted.gain == 1 else (np.clip(block * np.float32(wanted.gain), -1, 1) for block in blocks)
        return itertools.chain(louder, silence(self._length - plays, self._form))

    def _rounds(self) -> Iterator[Iterator[Samples]]:
        """Yield the file's samples again and again."""
        while True:
            blocks = read_samples(self._soundtrack.path, self._number, self._form, zero=self._zero)
            first = next(blocks, None)
            if first is None:  # somebody took its content away meanwhile: what is left is silent
                return
            yield itertools.chain((first,), blocks)
