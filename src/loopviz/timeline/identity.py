"""Functions that make a timeline, or another of one."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from loopviz.errors import ConfigError
from loopviz.media.types import Source
from loopviz.timeline.table import Timeline, rows


def identity_timeline(source: Source) -> Timeline:
    """Return the timeline of a film that plays as its source does: every frame at its own time, with its own labels."""
    numbers = np.arange(source.info.frames)
    frames = rows({"pts": source.pts, "source_frame": numbers, "label_frame": numbers, "so_far": numbers + 1})
    return Timeline(frames, source.info.time_base, source.info.frame_rate, source.end_pts)


def part(timeline: Timeline, frames: range) -> Timeline:
    """Return a run of a timeline's frames, at the times and with the numbers that they have in the whole.

    Raises:
        ConfigError: If it has no such frames.
    """
    whole = timeline.numbers
    if frames.step != 1 or not whole.start <= frames.start < frames.stop <= whole.stop:
        raise ConfigError(
            "the range is not in the source",
            found=f"{frames.start}:{frames.stop}",
            expected=f"a part of {whole.start}:{whole.stop}, beginning before it ends",
        )
    first, stop = frames.start - whole.start, frames.stop - whole.start
    end = timeline.end_pts if frames.stop == whole.stop else int(timeline.pts[stop])
    frames_within = timeline.frames.slice(first, stop - first)
    return Timeline(frames_within, timeline.time_base, timeline.frame_rate, end, frames.start)


def picked(timeline: Timeline, places: Sequence[int], frame_rate: Fraction | None = None) -> Timeline:
    """Return some frames of a timeline, each shown until the next one is.

    Args:
        timeline: The timeline.
        places: Which, ascending, counted from its first.
        frame_rate: How many there are a second; as before where it is not given.
    """
    rate = frame_rate or timeline.frame_rate
    return dataclasses.replace(timeline, frames=timeline.frames[list(places)], frame_rate=rate)


def at_most(timeline: Timeline, frame_rate: Fraction) -> Timeline:
    """Return a timeline that shows no more than so many frames a second: the first of each such step."""
    if timeline.frame_rate <= frame_rate:
        return timeline
    since = (timeline.pts - int(timeline.pts[0])).tolist()
    steps = [int(each * timeline.time_base * frame_rate) for each in since]
    return picked(timeline, [i for i, step in enumerate(steps) if not i or step > steps[i - 1]], frame_rate)


def has_source_time(timeline: Timeline, source: Source) -> bool:
    """Say whether a timeline plays a source's frames at the source's own times, so that its sound fits.

    It may begin later, end earlier, and leave frames out.
    """
    shown = timeline.frames["source_frame"].to_numpy()
    if timeline.time_base != source.info.time_base or np.any(np.diff(shown) < 1) or shown[-1] >= source.info.frames:
        return False
    ends = {*source.pts[shown[-1] + 1 :].tolist(), source.end_pts}
    return timeline.end_pts in ends and np.array_equal(timeline.pts, source.pts[shown])
