"""The time of the work that a film shows, task after task: what a clock of work says, and what was paid by then."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

import polars as pl

from loopviz.dataset import Dataset
from loopviz.work import IS_APPROVED, IS_REJECTED, PAID_USD

Fate = Literal["paid", "rejected", "open"]
Work = tuple[float, float, Fate]  # its seconds, its pay, and what became of it


@dataclass(frozen=True)
class Task:
    """The work on a frame, as it lies in the time of all work, in seconds.

    Attributes:
        start: When it begins: the work before it has been done.
        seconds: How long it took; 0 where that is not known.
        fate: What became of it.
        paid_before: What all work before it was paid.
        paid: What it was paid; 0 where that is not known.
    """

    start: float
    seconds: float
    fate: Fate
    paid_before: float
    paid: float


def tasks_of(dataset: Dataset, order: tuple[int, ...]) -> list[Task]:
    """Return the work on some frames as if it had been done one after the other.

    Of several people who worked on one frame it is the first's, whom the film names.

    Args:
        dataset: The work.
        order: The frames, in the order in which they are shown.
    """
    fate = (
        pl.when(IS_REJECTED).then(pl.lit("rejected")).when(IS_APPROVED).then(pl.lit("paid")).otherwise(pl.lit("open"))
    )
    work = dataset.assignments.filter(pl.col("frame").is_not_null()).unique("frame", keep="first", maintain_order=True)
    known = work.select(
        "frame", pl.col("work_seconds").fill_null(0.0), PAID_USD.fill_null(0.0).alias("paid"), fate.alias("fate")
    )
    nothing: Work = 0.0, 0.0, "open"
    rows: dict[int, Work] = {frame: (took, usd, fate) for frame, took, usd, fate in known.iter_rows()}
    found = [rows.get(frame, nothing) for frame in order]
    starts = accumulate((seconds for seconds, _, _ in found), initial=0.0)
    before = accumulate((paid for _, paid, _ in found), initial=0.0)
    return [
        Task(start, seconds, fate, paid_before, paid)
        for start, paid_before, (seconds, paid, fate) in zip(starts, before, found, strict=False)
    ]
