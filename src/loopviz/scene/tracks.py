"""Columns and rows of a composition, as in CSS grid: lengths, shares of the canvas, and parts of what is left.

A track is a number of units; ``30%`` of the canvas' side; ``picture``, as long as the picture's side; ``1fr``, a part
of what all others leave, the picture too; ``minmax(0.2, 1fr)``, that and at least so much; ``auto``, as long as what
stands in it says; or ``min(a, b)`` and ``max(a, b)`` of two of these (https://www.w3.org/TR/css-grid-1/#track-sizing,
of which this is a small part).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

TrackText = float | int | str
Kind = Literal["units", "share", "part", "picture", "auto", "min", "max", "minmax"]
NUMBER = r"(\d+(?:\.\d+)?|\.\d+)"
EXPECTED = "a number of units, '30%', '1fr', 'picture', 'auto', 'min(0.36, 42%)' or 'minmax(0.2, 1fr)'"
MOST_UNITS, MOST_SHARE, MOST_PARTS = 4.0, 100.0, 100.0


@dataclass(frozen=True)
class Track:
    """One column or row.

    Attributes:
        kind: What its length is: ``units``, a ``share`` of the side, ``part`` of what is left, the ``picture``'s or
            what stands in it (``auto``); the ``min`` or ``max`` of two; or ``minmax``, a length and parts beyond it.
        value: How many units, which share from 0 to 1, or how many parts.
        of: The two.
    """

    kind: Kind
    value: float = 0.0
    of: tuple[Track, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether it takes what others leave: on a canvas of given size the picture does so as well."""
        return self.kind in {"part", "picture", "minmax"}

    @property
    def needs_side(self) -> bool:
        """Whether it means nothing before the canvas has a size."""
        return self.kind in {"part", "share", "minmax"} or any(track.needs_side for track in self.of)


def parse_track(text: TrackText) -> Track:
    """Return a track as a theme writes it.

    Raises:
        ValueError: If it is none; with what one is.
    """
    if isinstance(text, bool):
        raise ValueError(EXPECTED)
    if isinstance(text, int | float):
        return _checked(Track("units", float(text)), MOST_UNITS)
    said = text.strip()
    if said in {"picture", "auto"}:
        return Track("picture" if said == "picture" else "auto")
    if found := re.fullmatch(rf"{NUMBER}(fr|%)?", said):
        number, unit = float(found[1]), found[2]
        if unit == "fr":
            return _checked(Track("part", number), MOST_PARTS)
        return Track("share", min(number, MOST_SHARE) / 100) if unit else _checked(Track("units", number), MOST_UNITS)
    if found := re.fullmatch(r"(min|max|minmax)\(([^,()]+),([^,()]+)\)", said):
        two = parse_track(found[2]), parse_track(found[3])
        if found[1] == "minmax" and not two[0].is_free and two[1].kind == "part":
            return Track("minmax", two[1].value, two)
        if found[1] != "minmax" and not any(track.is_free for track in two):
            return Track("min" if found[1] == "min" else "max", of=two)
    raise ValueError(EXPECTED)


def _checked(track: Track, most: float) -> Track:
    if not 0 <= track.value <= most:
        raise ValueError(f"{EXPECTED}, at most {most:g}")
    return track


@dataclass(frozen=True)
class Lengths:
    """What tracks are resolved against, in pixels.

    Attributes:
        unit: A unit.
        side: The canvas' width or height; None where it is as long as its tracks are together.
        picture: The picture's side; None: it takes all that others leave, before any part of it is shared.
    """

    unit: float
    side: float | None
    picture: float | None


def resolve(tracks: Sequence[Track], lengths: Lengths, wanted: Sequence[float], taken: float = 0.0) -> list[float]:
    """Return how long each track is, in pixels; together as long as the side, unless none of them is free.

    Args:
        tracks: The columns, or the rows.
        lengths: What they are fractions of.
        wanted: For each, what stands in it asks for, in units: of an ``auto`` track.
        taken: What of the side is margin and gaps, in pixels.
    """
    given = [_length(track, lengths, wants) for track, wants in zip(tracks, wanted, strict=True)]
    if lengths.side is None:
        return given
    left = max(0.0, lengths.side - taken - sum(given))
    with_picture = lengths.picture is None and any(track.kind == "picture" for track in tracks)
    parts = [_parts(track, picture_first=with_picture) for track in tracks]
    every = sum(parts) or 1.0
    return [long + left * part / every for long, part in zip(given, parts, strict=True)]


def _parts(track: Track, *, picture_first: bool) -> float:
    """Return how many parts of what is left a track takes."""
    if picture_first:
        return float(track.kind == "picture")
    return track.value if track.kind in {"part", "minmax"} else 0.0


def _length(track: Track, lengths: Lengths, wanted: float) -> float:
    match track.kind:
        case "units":
            return track.value * lengths.unit
        case "share":
            return track.value * (lengths.side or 0.0)
        case "auto":
            return wanted * lengths.unit
        case "minmax":
            return _length(track.of[0], lengths, wanted)
        case "min":
            return min(_length(each, lengths, wanted) for each in track.of)
        case "max":
            return max(_length(each, lengths, wanted) for each in track.of)
        case "picture":
            return lengths.picture or 0.0
        case _:
            return 0.0
