"""Films in a row: each at the rate of the whole, at its place in it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import polars as pl

from loopviz.timeline.table import Timeline


def placed(
    film: Timeline, frame_rate: Fraction, first: int = 0, *, speed: Fraction = Fraction(1), hold: int = 0
) -> Timeline:
    """Return a film at a constant rate, from some frame of a longer one on: its numbers and times are that one's.

    At the film's own rate each frame is shown once. A frame counts from half its length before it begins, or half a
    step of the new film if that is less, so that a container's rounded times move none.

    Args:
        film: The film.
        frame_rate: Frames a second of the longer one.
        first: Where in it this one begins.
        speed: How much faster it plays than by itself.
        hold: How many frames its last one stays longer.
    """
    step = speed / frame_rate / film.time_base  # in units of its own clock
    early = min(step, 1 / film.frame_rate / film.time_base) / 2
    pts = film.pts
    lasts = film.end_pts - int(pts[0])
    count = max(1, round(lasts / step))
    moments = [int(pts[0]) + (place * step + early).__floor__() for place in range(count)]
    shown = (pts.searchsorted(moments, side="right") - 1).tolist()
    rows = film.frames[shown + [shown[-1]] * hold]
    numbered = rows.with_columns(pts=pl.int_range(first, first + rows.height, dtype=pl.Int64))
    return Timeline(numbered, 1 / frame_rate, frame_rate, first + rows.height, first)


def in_a_row(films: Sequence[Timeline]) -> Timeline:
    """Return films one after the other, as ``placed`` made them; where two are mixed, the one that comes counts.

    Its source frames are its own numbers: the films may have sources of their own.
    """
    starts = [*(film.start for film in films), films[-1].end_pts]
    parts = [film.frames[: stop - start] for film, (start, stop) in zip(films, pairwise(starts), strict=True)]
    frames = pl.concat(parts).with_columns(source_frame=pl.col("pts") - starts[0])
    return Timeline(frames, films[0].time_base, films[0].frame_rate, films[-1].end_pts, films[0].start)
