"""What became of tracks between two sets of labels: which went, came, were split, merged, exchanged or renamed.

A track is its boxes, not its number. Boxes are paired as ``difference`` pairs them, and counted by the tracks of both
ends: so many boxes of the one track before are of the other track after. Tracks are then paired one to one so that the
pairs have the most boxes in sum, as the measures of tracking pair them (IDF1: E. Ristani et al., "Performance Measures
and a Data Set for Multi-Target, Multi-Camera Tracking", 2016). What the pairs leave is what changed.

Two tracks can only be one if what they share is at least a quarter (``PART``) of what either shares with any track: the
parts of an exchange among up to four tracks are as much. And it is at least a quarter of the boxes of the shorter one:
tracks that only meet in passing are two. So a track that was made longer is the same track, and so is one that was cut.
Boxes that moved from one track to another are all told: a flicker of one frame is an exchange of one box or, under a
number of its own, a split part of one box.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.dataset import Dataset
from loopviz.evaluation.assignment import best_pairs
from loopviz.work import HAS_AREA

PART = 0.25
KINDS = ("went", "came", "split", "merged", "exchanged", "renamed")
TRACK_CHANGES: Mapping[str, pl.DataType] = {
    "kind": pl.Enum(KINDS),
    "before_track": pl.Int64(),  # track_id; null: it came
    "after_track": pl.Int64(),  # null: it went
    "other_track": pl.Int64(),  # track_id before of the track that was exchanged with; null: none
    "first_frame": pl.Int64(),  # of the boxes that are counted
    "last_frame": pl.Int64(),
    "boxes": pl.Int64(),  # on both tracks; all of one that came or went; the renamed ones of a pair
    "boxes_back": pl.Int64(),  # that the other track gave in exchange; null: no exchange
    "before_class": pl.Int64(),  # of most of these boxes
    "after_class": pl.Int64(),
    "worker_id": pl.String(),  # null: nobody is known, or several drew the track
}
SIDES = ("before", "after")
MOVED = (*SIDES, "giver")
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TrackChanges:
    """What became of tracks.

    Attributes:
        table: Columns as ``TRACK_CHANGES``, by kind. One row is a track that went or came; a part of a track that was
            split, or of one that was merged, the part that goes on among them; an exchange; or a track whose category
            changed.
        counts: How many tracks there were ``before`` and are ``after``; how many are the ``same``, pairs of which the
            table says nothing; of each kind: tracks that went and came, before they were split, after they were merged,
            exchanges, and renamed pairs; and how many pairs are ``renumbered``, which changes nothing.
    """

    table: pl.DataFrame
    counts: dict[str, int]


def has_tracks(dataset: Dataset) -> bool:
    """Say whether any label that has an area is of a track."""
    return not _tracked(dataset).is_empty()


def track_changes(before: Dataset, after: Dataset, changes: pl.DataFrame) -> TrackChanges:
    """Return what became of each track.

    A track is the labels with one ``track_id``. Where on some frame of either side one id stands on labels of several
    people, each person's tracks are their own; where it stands on several categories, each category's are.

    Pairs are made of tracks that share ``PART`` or more of the shared boxes of both, and of the boxes of the shorter
    one; of pairings with the most boxes, that of the most pairs, then that of what tracks begin with. Then, of tracks
    that share boxes and are no pair:

    - ``split``: the new one has no pair, and what they share is ``PART`` or more of its shared boxes, and of the
      boxes of the shorter one.
    - ``merged``: the same the other way round.
    - ``exchanged``: all others. Each run of boxes is an exchange of its own, and one with those that the other track
      gave on the same frames.

    A pair is ``renamed`` where most of its boxes are of one category before and of another after. A track came or went
    if it has no pair and is in nothing that was split or merged: it shares no box, or a few in passing.

    Args:
        before: The first set.
        after: The second set, with the same frames and the same categories.
        changes: What ``difference`` says of the two; how it paired their boxes.
    """
    one, other = (_tracked(side) for side in (before, after))
    key = _key(one, other)
    one, other = _numbered(one, key), _numbered(other, key)
    boxes = _shared(one, other, changes)
    links = _links(boxes, one, other)
    split, merged, rest = _split_and_merged(links)
    rows = _rows(
        {
            "went": _alone(one, _goes_on(links, split, merged, "before"), "before"),
            "came": _alone(other, _goes_on(links, split, merged, "after"), "after"),
            "split": split,
            "merged": merged,
            "exchanged": _exchanges(boxes, rest),
            "renamed": _renamed(boxes, links),
        }
    )
    known = _known(one), _known(other)
    return TrackChanges(_named(rows, *known), _counts(rows, links.filter("pair"), *known))


def _tracked(dataset: Dataset) -> pl.DataFrame:
    """Return the labels that are of a track, with whose they are."""
    who = dataset.assignments.select("assignment_id", "worker_id")
    rows = dataset.annotations.filter(HAS_AREA & pl.col("track_id").is_not_null())
    columns = ("annotation_id", "frame", "class_id", "track_id", "worker_id")
    return rows.join(who, on="assignment_id", how="left", maintain_order="left").select(*columns)


def _key(*sides: pl.DataFrame) -> list[str]:
    """Return the columns that tell tracks apart."""
    key = ["track_id"]
    for column in ("worker_id", "class_id"):
        counts = [[side.select("frame", *each).n_unique() for side in sides] for each in (key, [*key, column])]
        if counts[0] != counts[1]:
            key.append(column)
    return key


def _numbered(side: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Return labels by frame, with ``track``: which track they are of, in the order in which these begin."""
    rows = side.sort("frame", maintain_order=True)
    tracks = rows.select(key).unique(maintain_order=True).with_columns(track=pl.int_range(pl.len(), dtype=pl.Int64))
    return rows.join(tracks, on=key, nulls_equal=True, maintain_order="left")


def _shared(one: pl.DataFrame, other: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of boxes with a track on both sides, by frame; ``before`` and ``after`` are these tracks."""
    pairs = changes.select("frame", "before_id", "after_id", "before_class", "after_class")
    for name, side in (("before", one), ("after", other)):
        tracks = side.select(pl.col("annotation_id").alias(f"{name}_id"), pl.col("track").alias(name))
        pairs = pairs.join(tracks, on=f"{name}_id", maintain_order="left")
    return pairs.sort("frame", "before", "after")


def _summed(boxes: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Return how many boxes groups have, on which frames, and of which category most of them are."""
    span = (pl.col("frame").min().alias("first_frame"), pl.col("frame").max().alias("last_frame"))
    most = [pl.col(name).mode().min() for name in boxes.columns if name.endswith("_class")]
    return boxes.group_by(by, maintain_order=True).agg(*span, pl.len().cast(pl.Int64).alias("boxes"), *most)


def _links(boxes: pl.DataFrame, one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return the tracks that share boxes: how many, whether they are a pair, and which track is the pair of each."""
    links = _summed(boxes, *SIDES)
    for name, side in zip(SIDES, (one, other), strict=True):
        sizes = side.group_by(pl.col("track").alias(name)).agg(pl.len().alias(f"size_{name}"))
        links = links.join(sizes, on=name, maintain_order="left")
    enough = pl.col("boxes") >= PART * pl.min_horizontal("size_before", "size_after")
    shares = {f"of_{name}": pl.col("boxes") >= PART * pl.col("boxes").sum().over(name) for name in SIDES}
    links = links.with_columns((enough & share).alias(name) for name, share in shares.items())
    links = links.with_columns(pair=_paired(links))
    pairs = links.filter("pair").select(*SIDES)
    ends = pairs.select("before", taker="after"), pairs.select("after", giver="before")
    return links.join(ends[0], on="before", how="left", maintain_order="left").join(
        ends[1], on="after", how="left", maintain_order="left"
    )


def _paired(links: pl.DataFrame) -> pl.Series:
    """Say which links are the pairs with the most boxes in sum."""
    possible = links.with_row_index("row").filter("of_before", "of_after")
    alone = pl.all_horizontal(pl.len().over(side) == 1 for side in SIDES)
    found = np.zeros(links.height, dtype=np.bool_)
    found[possible.filter(alone)["row"].to_numpy()] = True
    for island in _islands(possible.filter(~alone)):
        found[_best(island)] = True
    return pl.Series(found)


def _islands(links: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the links of each group of tracks that nothing links to another."""
    found, last = links.with_columns(island=pl.int_range(pl.len())), links.clear()
    while not found.equals(last):
        last = found
        for side in SIDES:
            found = found.with_columns(pl.col("island").min().over(side))
    yield from found.partition_by("island")


def _best(links: pl.DataFrame) -> Ints:
    """Return the rows of the best pairs: of the most boxes, then the most pairs, then those that begin first."""
    (_, rows), (_, columns) = (np.unique(links[side].to_numpy(), return_inverse=True) for side in SIDES)
    first = links["first_frame"].to_numpy()
    late = np.sqrt((first - first.min()) / (first.max() - first.min() + 1))  # a root: sums of it are seldom equal
    worth, row = np.zeros((rows.max() + 1, columns.max() + 1)), np.zeros((rows.max() + 1, columns.max() + 1), np.int64)
    most = links.height + 1
    worth[rows, columns] = links["boxes"].to_numpy() + (1 - late / most) / (2 * most)
    row[rows, columns] = links["row"].to_numpy()
    return np.array([row[pair] for pair in best_pairs(worth)], dtype=np.int64)


def _split_and_merged(links: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the parts of split tracks, those of merged ones, each with the part that goes on, and all other links."""
    split = pl.col("giver").is_null() & pl.col("of_after")
    merged = pl.col("taker").is_null() & pl.col("of_before")
    parts = links.filter(split | (pl.col("pair") & split.any().over("before"))).sort("before", "first_frame", "after")
    whole = links.filter(merged | (pl.col("pair") & merged.any().over("after"))).sort("after", "first_frame", "before")
    return parts, whole, links.filter(~pl.col("pair") & ~split & ~merged)


def _goes_on(links: pl.DataFrame, split: pl.DataFrame, merged: pl.DataFrame, name: str) -> pl.Series:
    """Return the tracks of a side that have a pair, or are parts, or made of parts."""
    return pl.concat([each[name] for each in (links.filter("pair"), split, merged)])


def _exchanges(boxes: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return the exchanges of two tracks: runs of boxes that one gave the other, and those that came back meanwhile.

    A run ends where either track goes on with a box that is not among them.
    """
    places = [pl.int_range(pl.len()).over(side).alias(f"nth_{side}") for side in SIDES]
    moved = boxes.with_columns(places).join(links.select(*SIDES, "giver"), on=SIDES, maintain_order="left")
    moved = moved.sort(*SIDES, "frame", maintain_order=True)
    steps = [(pl.col(side).diff() != 0) | (pl.col(f"nth_{side}").diff() != 1) for side in SIDES]
    runs = _summed(moved.with_columns(run=pl.any_horizontal(steps).fill_null(value=True).cum_sum()), "run", *MOVED)
    runs = runs.with_columns(
        low=pl.min_horizontal("before", "giver"),  # the two tracks, whichever gave; who has no pair is counted below 0
        high=pl.max_horizontal("before", pl.coalesce("giver", -1 - pl.col("after"))),
    ).sort("low", "high", "first_frame", "before")
    past = pl.col("last_frame").cum_max().shift(1).over("low", "high")
    runs = runs.with_columns(event=(pl.col("first_frame") > past).fill_null(value=True).cum_sum())
    own = pl.col("before") == pl.col("before").first()
    events = runs.group_by("event", maintain_order=True).agg(
        pl.col(*MOVED, "first_frame", "before_class", "after_class").first(),
        pl.col("last_frame").max(),
        pl.col("boxes").filter(own).sum(),
        boxes_back=pl.col("boxes").filter(~own).sum(),
    )
    return events.rename({"giver": "other"}).sort("first_frame", *SIDES)


def _renamed(boxes: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of which most boxes are of another category than before, and which boxes are."""
    differs = pl.col("before_class") != pl.col("after_class")
    pairs = links.filter(pl.col("pair") & differs).select(*SIDES, "before_class", "after_class")
    called = _summed(boxes.filter(differs).select("frame", *SIDES), *SIDES)
    return pairs.join(called, on=SIDES, maintain_order="left").sort("first_frame", *SIDES)


def _alone(side: pl.DataFrame, known: pl.Series, name: str) -> pl.DataFrame:
    """Return the tracks of a side that do not go on."""
    rows = side.filter(~pl.col("track").is_in(known.implode()))
    labels = rows.select("frame", pl.col("track").alias(name), pl.col("class_id").alias(f"{name}_class"))
    return _summed(labels, name).sort("first_frame", name)


def _rows(kinds: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return all kinds as one table; ``before``, ``after`` and ``other`` are tracks."""
    columns = {name.removesuffix("_track"): kind for name, kind in TRACK_CHANGES.items() if name != "worker_id"}
    empty = pl.DataFrame(schema=columns)
    told = [each.with_columns(kind=pl.lit(kind, columns["kind"])) for kind, each in kinds.items()]
    return pl.concat([empty, *told], how="diagonal").select(*columns)


def _known(side: pl.DataFrame) -> pl.DataFrame:
    """Return the id of each track, and whose it is if one person drew it."""
    one = pl.when(pl.col("worker_id").n_unique() == 1).then(pl.col("worker_id").first())
    return side.group_by("track", maintain_order=True).agg(pl.col("track_id").first(), one.alias("worker_id"))


def _named(rows: pl.DataFrame, one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the ids of tracks, and with whose these are."""
    for name, side in (("before", one), ("after", other), ("other", one)):
        known = side.select(pl.col("track").alias(name), pl.col("track_id", "worker_id").name.prefix(f"{name}_"))
        rows = rows.join(known, on=name, how="left", maintain_order="left")
    named = rows.with_columns(worker_id=pl.coalesce("before_worker_id", "after_worker_id"))
    ids = {f"{name}_track_id": f"{name}_track" for name in ("before", "after", "other")}
    return named.rename(ids).select(*TRACK_CHANGES)


def _counts(rows: pl.DataFrame, pairs: pl.DataFrame, one: pl.DataFrame, other: pl.DataFrame) -> dict[str, int]:
    """Return how many tracks there were and are, and what became of how many."""
    of = {kind: rows.filter(pl.col("kind") == kind) for kind in KINDS}
    told = pl.concat([rows["before"], rows["other"]]), rows["after"]
    same = pairs.filter(~pl.col("before").is_in(told[0].implode()) & ~pl.col("after").is_in(told[1].implode()))
    numbers = [
        pairs.select(name).join(side, left_on=name, right_on="track", maintain_order="left")["track_id"]
        for name, side in (("before", one), ("after", other))
    ]
    return {
        "before": one.height,
        "after": other.height,
        "same": same.height,
        **{kind: each.height for kind, each in of.items()},
        "split": of["split"]["before"].n_unique(),
        "merged": of["merged"]["after"].n_unique(),
        "renumbered": int((numbers[0] != numbers[1]).sum()),
    }
