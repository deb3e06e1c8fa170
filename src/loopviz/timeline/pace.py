"""Pace: how many frames of the output each shot stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import isfinite

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.errors import ConfigError
from loopviz.timeline.reading import Profile, profiles
from loopviz.timeline.shots import stands_of
from loopviz.timeline.spec import Pace, Rhythm
from loopviz.timeline.table import Words

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Paced:
    """What decides how long a film's shots stand.

    Attributes:
        shots: In their order, with the columns of ``SHOTS``.
        texts: What the panel says on each shot.
        portraits: Which shots are portraits, whose reading time has no upper limit.
        source_seconds: How long each shot's frame lasts in the source.
        frame_rate: Of the output.
    """

    shots: pl.DataFrame
    texts: Sequence[str]
    portraits: Sequence[bool]
    source_seconds: Sequence[Fraction]
    frame_rate: Fraction


def words_of(shots: pl.DataFrame, rhythm: Rhythm) -> list[Words]:
    """Return what the panel says on each shot: every nth person is a portrait."""
    return [rhythm.portrait if stand % rhythm.every == rhythm.every - 1 else rhythm.beat for stand in stands_of(shots)]


def portraits_of(shots: pl.DataFrame, rhythm: Rhythm) -> list[bool]:
    """Return which shots are portraits; without a rhythm none is."""
    return [rhythm.every > 1 and stand % rhythm.every == rhythm.every - 1 for stand in stands_of(shots)]


def frames_of_shots(paced: Paced, pace: Pace) -> Numbers:
    """Return the output frames of each shot, at least one: times are rounded where they add up, not one by one.

    Raises:
        ConfigError: If the film is to be shorter than a frame a shot, or the pace is that of people and there are none;
            with what is possible.
    """
    if pace.kind == "work":
        return _frames_of_work(paced, pace)
    stands = stands_of(paced.shots)
    sizes = np.bincount(stands)
    seconds = _seconds_of_stands(paced, pace, stands, sizes)
    ends = np.array([round(end * paced.frame_rate) for end in accumulate(seconds)], dtype=np.int64)
    frames = np.diff(ends, prepend=0)
    if pace.kind == "length" and np.any(frames < sizes):
        least = float(max(map(int, sizes)) * len(sizes) / paced.frame_rate)
        raise ConfigError(
            "the film is too short for all that it shows",
            at="timeline.pace",
            found=f"{float(pace.seconds):g} s for {len(stands)} frames of {len(sizes)} people",
            expected=f"at least {least:.1f} s at {float(paced.frame_rate):g} frames a second, or fewer people",
        )
    return np.concatenate([shared(int(max(n, k)), int(k)) for n, k in zip(frames, sizes, strict=True)])


def _frames_of_work(paced: Paced, pace: Pace) -> Numbers:
    """Return the frames of each shot as the work on it took; where that is not known, as its words take to read.

    Raises:
        ConfigError: If of no shot it is known.
    """
    known = [took if took and isfinite(took) and took > 0 else None for took in paced.shots["work_seconds"]]
    reader = profiles()[pace.profile]
    if not any(known):
        raise ConfigError(
            "of nothing that is shown it is known how long the work took",
            at="timeline.pace",
            found=f"work / {float(pace.faster):g}",
            expected="another pace, as reading; or work with a time (`work_seconds`, or begin and end)",
        )
    rows = zip(known, paced.shots["worked"], paced.texts, paced.source_seconds, strict=True)
    seconds = (
        Fraction(took) / pace.faster if took else reader.needs(text) if worked else natural
        for took, worked, text, natural in rows
    )
    ends = np.array([round(end * paced.frame_rate) for end in accumulate(seconds)], dtype=np.int64)
    return np.maximum(1, np.diff(ends, prepend=0))


def _seconds_of_stands(paced: Paced, pace: Pace, stands: Numbers, sizes: Numbers) -> list[Fraction]:
    match pace.kind:
        case "frame":
            return _sums(paced.source_seconds, stands)
        case "fixed":
            return [pace.seconds * int(size) for size in sizes]
        case "length":
            return [pace.seconds / len(sizes)] * len(sizes)
    people = _firsts(paced.shots["worked"].to_list(), stands)
    if not any(people):
        raise ConfigError(
            "nobody is known who worked on what is shown, so there are no words to be read",
            at="timeline.pace",
            found=pace.kind,
            expected="a time for each frame, as 2s; frame, as in the source; or a length of all, as by-length 3m",
        )
    own = _sums(paced.source_seconds, stands)  # of frames that nobody worked on
    if pace.kind == "person":
        return [pace.seconds if person else natural for person, natural in zip(people, own, strict=True)]
    profile = profiles()[pace.profile]
    needed, portraits = longest(paced.texts, stands, profile), _firsts(paced.portraits, stands)
    return [
        natural if not person else need if portrait else min(need, profile.at_most)
        for person, portrait, need, natural in zip(people, portraits, needed, own, strict=True)
    ]


def longest(texts: Sequence[str], stands: Numbers, profile: Profile) -> list[Fraction]:
    """Return how long the longest text of each stand takes to read."""
    needed = [Fraction(0)] * (int(stands[-1]) + 1)
    for stand, text in zip(stands.tolist(), texts, strict=True):
        needed[stand] = max(needed[stand], profile.needs(text))
    return needed


def _sums(seconds: Sequence[Fraction], stands: Numbers) -> list[Fraction]:
    sums = [Fraction(0)] * (int(stands[-1]) + 1)
    for stand, value in zip(stands.tolist(), seconds, strict=True):
        sums[stand] += value
    return sums


def _firsts(values: Sequence[bool], stands: Numbers) -> list[bool]:
    return [values[i] for i in np.flatnonzero(np.diff(stands, prepend=-1)).tolist()]


def shared(frames: int, parts: int) -> Numbers:
    """Share frames out among a stand's shots, or a card's pages, as evenly as whole frames go."""
    return np.diff(np.arange(parts + 1) * frames // parts)
