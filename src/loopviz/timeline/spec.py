"""What a project says of its film's time, as values: read from the words that people write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from loopviz.durations import parse_duration
from loopviz.timeline.reading import profile_names

Order = Literal["source", "worker", "time", "pay", "random"]
MOST = 1_000_000  # people, frames: more than anybody shows
LONGEST_STAND = 3600  # seconds


@dataclass(frozen=True)
class Pace:
    """How long each person, or each frame, stands.

    Attributes:
        kind: ``frame``: as in the source. ``fixed``: each frame, ``person``: each person, ``length``: the whole film so
            many seconds. ``reading``: each person as long as the caption takes to read. ``work``: each frame as long as
            the work on it took.
        seconds: Of the three that have some.
        profile: The reader, see ``loopviz.timeline.reading``.
        faster: Of ``work``, how many times faster the film is.
    """

    kind: Literal["frame", "fixed", "person", "length", "reading", "work"] = "frame"
    seconds: Fraction = Fraction(0)
    profile: str = "netflix"
    faster: Fraction = Fraction(1)


@dataclass(frozen=True)
class Show:
    """Which frames are shown.

    Attributes:
        kind: ``all``, ``labelled``, ``accepted`` (labels that stand), ``every`` nth labelled one, ``ranges`` of the
            source, ``people``: one frame each of so many people, or of everybody where there is no number.
        number: Of ``every`` and ``people``.
        ranges: As they are written.
    """

    kind: Literal["all", "labelled", "accepted", "every", "ranges", "people"] = "all"
    number: int | None = None
    ranges: tuple[str, ...] = ()


@dataclass(frozen=True)
class Between:
    """What happens between two people: a cut, a fade of the captions, or a dissolve of the pictures."""

    kind: Literal["cut", "fade", "dissolve"] = "cut"
    frames: int = 0


@dataclass(frozen=True)
class Loop:
    """How the film's end meets its beginning."""

    kind: Literal["natural", "cross-fade", "ping-pong", "hold"] = "natural"
    seconds: Fraction = Fraction(0)


@dataclass(frozen=True)
class DrawOn:
    """How labels are drawn: within so many seconds, or in the time that the work took, so many times faster."""

    seconds: Fraction | None = None
    faster: Fraction | None = None


@dataclass(frozen=True)
class Rhythm:
    """What the panel says of whom: of most people ``beat``, of every nth ``portrait``."""

    beat: Literal["sentence", "full"] = "full"
    portrait: Literal["sentence", "full"] = "full"
    every: int = 1


def parse_pace(value: object) -> Pace:
    """Return a pace: ``frame``, ``reading:museum``, ``2s``, ``person:1.5s``, ``by-length 3m`` or ``work / 60``.

    Raises:
        ValueError: If it is none of them.
    """
    names = ", ".join(profile_names())
    expected = f"frame, reading, reading:PROFILE ({names}), 2s, person:1.5s, by-length 3m or work / 60"
    if (faster := _faster(str(value).strip())) is not None:
        return Pace("work", faster=faster)
    kind, _, rest = re.sub(r"\s+", " ", str(value).strip()).replace("by-length ", "by-length:").partition(":")
    if kind == "frame" and not rest:
        return Pace()
    if kind == "reading" and (not rest or rest in profile_names()):
        return Pace("reading", profile=rest or Pace.profile)
    if kind == "by-length":
        return Pace("length", _seconds(rest, expected))
    person = kind == "person"
    seconds = _seconds(rest if person else str(value), expected)
    if seconds > LONGEST_STAND:
        raise ValueError(f"{expected}; an hour at most for a frame or a person")
    return Pace("person" if person else "fixed", seconds)


def parse_show(value: object) -> Show:
    """Return what is shown: ``all``, ``labelled``, ``accepted``, ``everyone``, ``every 5th``, ``24 people`` or ranges.

    Raises:
        ValueError: If it is none of them.
    """
    if isinstance(value, list | tuple) and value and all(isinstance(part, str) for part in value):
        return Show("ranges", ranges=tuple(value))
    text = str(value).strip()
    for kind in ("all", "labelled", "accepted"):
        if text == kind:
            return Show(kind)
    if text == "everyone":
        return Show("people")
    if (match := re.fullmatch(r"every ([0-9]{1,7})(?:st|nd|rd|th)?", text)) and 0 < int(match[1]) <= MOST:
        return Show("every", int(match[1]))
    if (match := re.fullmatch(r"([0-9]{1,7}) (?:people|person)", text)) and 0 < int(match[1]) <= MOST:
        return Show("people", int(match[1]))
    raise ValueError(
        "all, labelled, accepted, everyone, 'every 5th', '24 people', or a list of ranges: ['10:20', '2s:5s']"
    )


def parse_between(value: object) -> Between:
    """Return what happens between people: ``cut``, ``fade 6 frames`` or ``dissolve 12 frames``.

    Raises:
        ValueError: If it is none of them.
    """
    text = str(value).strip()
    if text == "cut":
        return Between()
    for kind in ("fade", "dissolve"):
        match = re.fullmatch(rf"{kind} ([0-9]{{1,4}}) frames?", text)
        if match and int(match[1]) >= 2:
            return Between(kind, int(match[1]))
    raise ValueError("cut, 'fade 6 frames' or 'dissolve 12 frames', of two frames at least")


def parse_loop(value: object) -> Loop:
    """Return a loop: ``natural``, ``none``, ``ping-pong``, ``hold 2s`` or ``cross-fade 1s``.

    Raises:
        ValueError: If it is none of them.
    """
    expected = "natural, ping-pong, 'hold 2s' or 'cross-fade 1s'"
    kind, _, rest = str(value).strip().partition(" ")
    if kind in {"natural", "none"} and not rest:
        return Loop()
    if kind == "ping-pong" and not rest:
        return Loop("ping-pong")
    for name in ("hold", "cross-fade"):
        if kind == name:
            return Loop(name, _seconds(rest, expected))
    raise ValueError(expected)


def parse_draw_on(value: object) -> DrawOn:
    """Return how labels are drawn: in ``1.2s``, or in the time that the work took, as ``work / 60``.

    Raises:
        ValueError: If it is neither.
    """
    text = str(value).strip()
    if (faster := _faster(text)) is not None:
        return DrawOn(faster=faster)
    return DrawOn(_seconds(text, "a time such as 1.2s, or the recorded time of work so many times faster: work / 60"))


def _faster(text: str) -> Fraction | None:
    """Return how many times faster ``work / 60`` is than the work was; None where a text says something else."""
    match = re.fullmatch(r"work ?/ ?([0-9]{1,6}(?:\.[0-9]{1,3})?)", text)
    return Fraction(match[1]) if match and Fraction(match[1]) > 0 else None


def _seconds(text: str, expected: str) -> Fraction:
    try:
        return parse_duration(text)
    except ValueError:
        raise ValueError(expected) from None


def among(ranges: Sequence[range], frame: int) -> bool:
    """Say whether a frame is in one of some ranges."""
    return any(frame in part for part in ranges)
