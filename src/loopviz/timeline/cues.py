"""Cues: the runs of a film on which the words on screen stay the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from loopviz.timeline.table import SCHEMA, Timeline, Words

SHOWN = ("source_frame", "label_frame", "words", "so_far", "card")
CUES: Mapping[str, pl.DataType] = {
    "first": pl.Int64(),  # the output frame on which it begins, counted from the film's first
    "frames": pl.Int64(),
    "start_pts": pl.Int64(),  # in the film's time base, from its first frame
    "end_pts": pl.Int64(),
    **{name: SCHEMA[name] for name in SHOWN},
}


class Cue(NamedTuple):
    """A row of ``cues``."""

    first: int
    frames: int
    start_pts: int
    end_pts: int
    source_frame: int
    label_frame: int
    words: Words
    so_far: int
    card: int | None


def cues(film: Timeline) -> pl.DataFrame:
    """Return a film's cues, in order, with the columns of ``CUES``; ``card`` is null where the film itself plays.

    While pictures dissolve or cross-fade the words are those of the nearer one.
    """
    words = pl.struct(pl.when(pl.col("card").is_null()).then(pl.struct("label_frame", "words", "so_far")), "card")
    ends = film.frames["pts"].shift(-1).fill_null(film.end_pts)
    zero = int(film.pts[0])
    rows = film.frames.select(
        pl.col(SHOWN),
        run=words.rle_id(),
        start_pts=pl.col("pts") - zero,
        end_pts=ends - zero,
        first=pl.int_range(pl.len()),
    )
    shown = pl.col(SHOWN).first()
    runs = rows.group_by("run", maintain_order=True).agg(
        pl.col("first", "start_pts").first(), pl.col("end_pts").last(), pl.len().cast(pl.Int64).alias("frames"), shown
    )
    return runs.select(*CUES)
