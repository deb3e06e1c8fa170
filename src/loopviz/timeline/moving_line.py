"""A line that moves over the picture and back, between what the crowd drew and what a model found."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import polars as pl

from loopviz.timeline.table import Timeline

REACH = 0.42  # how far the line goes from the middle, of the picture's width


def with_moving_line(film: Timeline, seconds: Fraction) -> Timeline:
    """Return a film over whose picture the line goes, from the middle to the right, to the left, and back.

    Args:
        film: The film.
        seconds: How long there and back takes, about: it goes a whole number of times, so that a loop closes.
    """
    length = film.end_pts - int(film.pts[0])
    times = max(1, round(length * film.time_base / seconds))
    phase = 2 * np.pi * times * (film.pts - film.pts[0]) / length
    line = pl.Series("line", np.round(0.5 + REACH * np.sin(phase), 6))
    return replace(film, frames=film.frames.with_columns(line))
