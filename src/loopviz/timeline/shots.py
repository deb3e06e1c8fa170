"""Shots: which frames a film shows, in which order; a frame and the person whose work the caption speaks of.

A *shot* is one frame of the source with its labels, as long as it stands. Shots that follow each other with the same
person are that person's *stand*, unless something is said of each frame itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.timeline.spec import Order, Show, among
from loopviz.work import IS_APPROVED, IS_CARRIED, IS_DISMISSED, IS_REJECTED, PAID_USD

SHOTS: Mapping[str, pl.DataType] = {
    "frame": pl.Int64(),
    "worker_id": pl.String(),  # null: nobody worked on it, or nobody knows who
    "worked": pl.Boolean(),  # whether somebody worked on it, known or not
    "labels": pl.Int64(),
    "stands": pl.Boolean(),  # whether somebody's labels on it count
    "status": pl.String(),
    "paid_usd": pl.Float64(),
    "work_seconds": pl.Float64(),
    "submitted_at": pl.Datetime("us", "UTC"),
    "of_frame": pl.Boolean(),  # whether something is said of the frame itself: then it is a stand of its own
}
PAY_GROUPS = 3
Numbers = npt.NDArray[np.int64]


def shots_of(dataset: Dataset) -> pl.DataFrame:
    """Return a shot of every frame of a Dataset, in the source's order: the columns of ``SHOTS``."""
    counts = (IS_APPROVED | pl.col("accepted").fill_null(value=False)) & ~IS_DISMISSED
    work = dataset.assignments.with_columns(
        worked=pl.lit(value=True),
        stands=counts,
        paid_usd=PAID_USD,
    )
    labels = (
        dataset.annotations.filter(~IS_CARRIED)
        .join(work.select("assignment_id", "stands"), on="assignment_id", how="left")
        .group_by("frame")
        .agg(pl.len().cast(pl.Int64).alias("labels"), pl.col("stands").any().alias("stands"))
    )
    first = work.filter(pl.col("frame").is_not_null()).unique("frame", keep="first", maintain_order=True)
    return (
        dataset.frames.select("frame")
        .join(first.drop("stands"), on="frame", how="left", maintain_order="left")
        .join(labels, on="frame", how="left", maintain_order="left")
        .with_columns(
            pl.col("labels").fill_null(0),
            pl.col("worked", "stands").fill_null(value=False),
            pl.col("status").cast(pl.String),
            of_frame=pl.lit(value=False),
        )
        .select(*SHOTS)
    )


def choose(shots: pl.DataFrame, show: Show, seed: int, ranges: Sequence[range] = ()) -> pl.DataFrame:
    """Return the shots that are shown, in the order that they came in.

    Args:
        shots: All of them.
        show: Which.
        seed: Decides who is chosen, where not everybody is.
        ranges: The frames of ``show.ranges``.

    Raises:
        ConfigError: If no frame, or not so many people, are there; with how many there are.
    """
    labelled = shots.filter((pl.col("labels") > 0) | pl.col("worker_id").is_not_null())
    match show.kind:
        case "all":
            chosen = shots
        case "labelled":
            chosen = labelled
        case "accepted":
            chosen = shots.filter("stands")
        case "every":
            chosen = labelled.gather_every(show.number or 1)
        case "ranges":
            chosen = shots.filter(pl.col("frame").map_elements(lambda f: among(ranges, f), return_dtype=pl.Boolean))
        case "people":
            chosen = one_a_person(labelled, show.number, seed)
    if not chosen.height:
        raise ConfigError(
            "no frame of this source is shown so",
            at="timeline.show",
            found=show.kind,
            expected=f"something of {shots.height} frames, {labelled.height} of them labelled",
        )
    return chosen


def one_a_person(shots: pl.DataFrame, number: int | None, seed: int) -> pl.DataFrame:
    """Return a shot of each of so many people, in the order that they came in; of everybody where there is no number.

    Who is chosen is fair by what became of their work and by what it paid: every group has its share of the film, to
    the nearest person (Hamilton's method of the largest remainders). Within a group the seed decides.

    Raises:
        ConfigError: If there are not so many.
    """
    known = shots.filter(pl.col("worker_id").is_not_null())
    people = known["worker_id"].n_unique()
    if not people:
        raise ConfigError(
            "nobody is known who worked on these frames",
            at="timeline.show",
            expected="frames: all, labelled, 'every 5th', or ranges",
        )
    if (number or 1) > people:
        raise ConfigError(
            "there are not so many people to show", at="timeline.show", found=number, expected=f"at most {people}"
        )
    drawn = known.filter(pl.col("labels") > 0)
    silent = known.join(drawn.select("worker_id"), on="worker_id", how="anti")  # who left no label is shown without
    by_lot = pl.concat([drawn, silent]).with_columns(
        lot=_lots(pl.concat([drawn, silent]), ("worker_id", "frame"), seed)
    )
    single = by_lot.sort("lot").unique("worker_id", keep="first", maintain_order=True)
    chosen = single if number is None else _fair(known, single, number)
    return shots.filter(pl.col("frame").is_in(chosen["frame"].implode()))


def _fair(shots: pl.DataFrame, single: pl.DataFrame, number: int) -> pl.DataFrame:
    """Choose people by their groups' shares; ``single`` has a row each, in the order of their lots."""
    people = shots.group_by("worker_id").agg(
        IS_REJECTED.mean().alias("refused"), pl.col("paid_usd").sum().alias("paid")
    )
    rank = (pl.col("paid").rank("ordinal") - 1) * PAY_GROUPS // pl.len()
    fate = pl.when(pl.col("refused") == 0).then(0).when(pl.col("refused") < 1).then(1).otherwise(2)
    grouped = people.sort("paid", "worker_id").select("worker_id", group=fate * PAY_GROUPS + rank.cast(pl.Int32))
    single = single.join(grouped, on="worker_id", how="left", maintain_order="left")
    sizes = single.group_by("group").len("size").sort("group")
    seats = seats_of(sizes["size"].to_list(), number)
    sizes = sizes.with_columns(seats=pl.Series(seats, dtype=pl.Int64))
    place = pl.int_range(pl.len()).over("group")
    return single.join(sizes, on="group", how="left", maintain_order="left").filter(place < pl.col("seats"))


def seats_of(sizes: Sequence[int], number: int) -> list[int]:
    """Share a number out among groups by their sizes: whole shares first, then the largest remainders."""
    total = sum(sizes)
    seats = [size * number // total for size in sizes]
    rest = sorted(range(len(sizes)), key=lambda i: (-(sizes[i] * number % total), i))
    for i in rest[: number - sum(seats)]:
        seats[i] += 1
    return seats


def arrange(shots: pl.DataFrame, order: Order, seed: int) -> pl.DataFrame:
    """Return shots in an order.

    Raises:
        ConfigError: If some lack what they would be put in order by; with how many.
    """
    if order == "source":
        return shots
    if order == "random":
        return shots.with_columns(lot=_lots(shots, ("frame",), seed)).sort("lot", maintain_order=True).drop("lot")
    column = {"worker": "worker_id", "time": "submitted_at", "pay": "paid_usd"}[order]
    if lacking := shots[column].null_count():
        raise ConfigError(
            f"the frames cannot be put in order by {order}",
            at="timeline.order",
            found=f"{lacking} of {shots.height} shown frames without it",
            expected="one that all have, as 'source'; or a 'show' that leaves those out",
        )
    if order == "worker":  # people in the order in which they first appear: an id's letters say nothing
        return shots.with_columns(first=pl.col("frame").min().over("worker_id")).sort("first", "frame").drop("first")
    return shots.sort(column, "frame")


def _lots(shots: pl.DataFrame, columns: Sequence[str], seed: int) -> pl.Series:
    """Return a lot for each row: the same on every machine, and with every version of every library."""
    texts = ("\0".join(map(str, (seed, *row))) for row in shots.select(columns).iter_rows())
    return pl.Series([hashlib.sha256(text.encode()).hexdigest() for text in texts], dtype=pl.String)


def stands_of(shots: pl.DataFrame) -> Numbers:
    """Return, for each shot, the number of the stand that it is in: a person's shots in a row.

    Nobody's are alone, and so are those of whose frames something is said.
    """
    worker = shots["worker_id"]
    same = ((worker == worker.shift(1)).fill_null(value=False) & ~shots["of_frame"]).to_numpy()
    return np.cumsum(~same) - 1
