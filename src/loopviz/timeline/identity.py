"""Functions that make a timeline, or another of one."""

from __future__ import annotations

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


def has_source_time(timeline: Timeline, source: Source) -> bool:
    """Say whether a timeline plays a run of a source's frames at the source's own times, so that its sound fits."""
    shown = timeline.frames["source_frame"].to_numpy()
    if timeline.time_base != source.info.time_base or np.any(np.diff(shown) != 1) or shown[-1] >= source.info.frames:
        return False
    ends = [*source.pts[shown[-1] + 1 : shown[-1] + 2].tolist(), source.end_pts]
    return timeline.end_pts == ends[0] and np.array_equal(timeline.pts, source.pts[shown])
