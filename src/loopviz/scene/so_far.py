"""Counters: what the work on all frames that a film has shown so far comes to."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from loopviz.dataset import Dataset
from loopviz.work import IS_APPROVED, IS_REJECTED, PAID_USD

Totals = dict[str, float | None]


def running_totals(dataset: Dataset, order: Sequence[int]) -> list[Totals]:
    """Return what the work on the first 1, 2, … of some frames comes to: what ``account`` is for all work.

    A sum in which some value is not known is the sum of those that are, None where none is.

    Args:
        dataset: The labels, work and people.
        order: Frames in the order in which they are first shown.

    Returns:
        An item a frame, with the values of ``so_far`` that captions show.
    """
    labels = dataset.annotations.group_by("assignment_id").agg(pl.len().alias("labels"))
    places = pl.DataFrame({"frame": order, "place": range(len(order))}, schema={"frame": pl.Int64, "place": pl.Int64})
    work = dataset.assignments.join(places, on="frame").join(labels, on="assignment_id", how="left").sort("place")
    steps = work.select(
        "place",
        people=pl.col("worker_id").is_first_distinct() & pl.col("worker_id").is_not_null(),
        tasks=pl.lit(1),
        approved=IS_APPROVED,
        rejected=IS_REJECTED,
        untimed=pl.col("work_seconds").is_null(),
        seconds=pl.col("work_seconds"),
        unpaid_seconds=pl.when(IS_REJECTED).then(pl.col("work_seconds")).when(IS_APPROVED).then(0.0),
        labels=pl.col("labels").fill_null(0),
        paid_usd=PAID_USD,
        unpaid_usd=pl.when(IS_REJECTED).then(pl.col("reward_usd")).when(IS_APPROVED).then(0.0),
    )
    each = places.select("place").join(
        steps.group_by("place").agg(
            pl.col("people", "tasks", "approved", "rejected", "labels", "untimed").cast(pl.Int64).sum(),
            *(
                pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)
                for name in ("seconds", "unpaid_seconds", "paid_usd", "unpaid_usd")
            ),
        ),
        on="place",
        how="left",
        maintain_order="left",
    )
    counts = each.select(pl.col("people", "tasks", "approved", "rejected", "labels", "untimed").fill_null(0).cum_sum())
    sums = each.select(pl.col("seconds", "unpaid_seconds", "paid_usd", "unpaid_usd").fill_null(0).cum_sum())
    known = each.select(pl.col("seconds", "unpaid_seconds", "paid_usd", "unpaid_usd").is_not_null().cum_max())
    sums = sums.with_columns(pl.when(known[name]).then(pl.col(name)).alias(name) for name in sums.columns)
    return pl.concat([counts, sums], how="horizontal").with_columns(hours=pl.col("seconds") / 3600).to_dicts()
