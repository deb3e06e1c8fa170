"""The sound of several films one after the other: what belongs to the pictures of each, or silence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from loopviz.media.containers import ContainerKind
from loopviz.media.samples import (
    Samples,
    add_encoder,
    bridged,
    encoded,
    exactly,
    fitting_form,
    read_samples,
    silence,
    without_first,
)
from loopviz.media.soundtrack import opened_sound
from loopviz.notes import Note


@dataclass(frozen=True)
class SoundPiece:
    """What is heard for a while.

    Attributes:
        stop: When it ends, in seconds of the film; it begins where the one before ends.
        path: A file, whose first stream of sound is heard; None for silence.
        begin: Where in the file it begins, in seconds on its clock.
        heard: For how long there is sound, and silence then; None: to the end.
    """

    stop: Fraction
    path: Path | None = None
    begin: Fraction = Fraction(0)
    heard: Fraction | None = None


@dataclass(frozen=True)
class SoundRow:
    """Pieces of sound one after the other, the first from the film's beginning on.

    Attributes:
        pieces: At least one of them has a file.
    """

    pieces: tuple[SoundPiece, ...]

    def opened(self, seconds: Fraction, kind: ContainerKind) -> OpenedRow:
        """Return them on their way into a film that is so long."""
        return OpenedRow(self, seconds, kind)


class OpenedRow:
    """A row of sounds on its way into a film; see ``LoopedSoundtrack``.

    Args:
        row: What is heard.
        seconds: How long the film is.
        kind: The container that it is for.

    Attributes:
        notes: What a person should know.
    """

    def __init__(self, row: SoundRow, seconds: Fraction, kind: ContainerKind) -> None:
        self.notes: tuple[Note, ...] = ()
        self._row, self._encoder = row, kind.sound_encoder
        with opened_sound(next(piece.path for piece in row.pieces if piece.path is not None)) as (_, stream):
            self._form = fitting_form(stream, self._encoder)
        self._length = math.ceil(seconds * self._form.rate)
        self._out: AudioStream | None = None

    def add_to(self, out: OutputContainer) -> None:
        """Add its stream to ``out``."""
        self._out = add_encoder(out, self._encoder, self._form)

    def packets(self) -> Iterator[Packet[AudioStream]]:
        """Yield its packets; ``add_to`` went before."""
        if self._out is not None:
            samples = exactly(bridged(self._parts(), self._form), self._length, self._form)
            yield from encoded(samples, self._out, self._form)

    def mux(self, out: OutputContainer, packet: Packet[Any]) -> None:
        """Write a packet."""
        out.mux(packet)

    def _parts(self) -> Iterator[Iterator[Samples]]:
        start = 0
        for piece in self._row.pieces:
            stop = round(piece.stop * self._form.rate)
            yield self._part(piece, stop - start)
            start = stop

    def _part(self, piece: SoundPiece, length: int) -> Iterator[Samples]:
        if piece.path is None:
            yield from silence(length, self._form)
            return
        heard = length if piece.heard is None else min(length, round(piece.heard * self._form.rate))
        blocks = read_samples(piece.path, 0, self._form)
        began = without_first(blocks, round(piece.begin * self._form.rate))
        yield from exactly(began, heard, self._form)
        yield from silence(length - heard, self._form)
