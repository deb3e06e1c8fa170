"""Which labels are carried to which frames, and the Dataset with them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from loopviz.consent import refused
from loopviz.dataset import Dataset
from loopviz.interpolation.flow import flowed
from loopviz.interpolation.tracks import tracked
from loopviz.media import Source
from loopviz.schema import SCHEMAS
from loopviz.work import IS_DISMISSED

How = Literal["none", "track", "flow"]
NOT_CARRIED = ("gold", "interpolated")  # an answer that is known is nobody's view of what moved


def carry_labels(dataset: Dataset, source: Source, how: How, most: int) -> Dataset:
    """Return a Dataset with labels on frames that nobody worked on: of origin ``interpolated``, and nobody's work.

    Labels of rejected work, of work that does not count, of people who refused consent, and of work of which nobody
    knows whose it is (it may be theirs) stay where they are.
    Nothing is carried past a frame that somebody labelled, or worked on and left without labels.

    Args:
        dataset: Labels on the source's frames.
        source: The pictures; only the flow looks at them.
        how: Along ``track``: straight lines between two frames with labels of the same track, or of the same category
            where each has exactly one. By ``flow``: as the pictures move, from the nearest frame with labels.
        most: Of a track, how many frames two labelled ones may be apart; of the flow, how far labels are carried.
    """
    if how == "none":
        return dataset
    labels, gaps = carriable(dataset), gaps_of(dataset)
    rows = tracked(labels, gaps, most) if how == "track" else flowed(labels, gaps, source, most)
    size = ("frame", "width", "height")
    fitting = rows.join(dataset.frames.select(size), on=size, how="semi", nulls_equal=True, maintain_order="left")
    return dataset.replace(annotations=pl.concat([dataset.annotations, _numbered(fitting, dataset)]))


def carriable(dataset: Dataset) -> pl.DataFrame:
    """Return the annotations that may be carried, each with the ``width`` and ``height`` of its frame."""
    theirs = (
        pl.col("worker_id").is_in(refused(dataset).implode()).fill_null(value=True)
    )  # work of who refused is nobody's
    kept_back = dataset.assignments.filter(IS_DISMISSED | theirs).select("assignment_id")
    labels = dataset.annotations.filter(~pl.col("origin").is_in(NOT_CARRIED).fill_null(value=False))
    return labels.join(kept_back, on="assignment_id", how="anti", maintain_order="left").join(
        dataset.frames.select("frame", "width", "height"), on="frame", maintain_order="left"
    )


def gaps_of(dataset: Dataset) -> pl.DataFrame:
    """Return the runs of frames that nobody worked on: the frame ``before`` and ``after``, null at the clip's ends."""
    frames = dataset.frames["frame"]
    touched = pl.concat([dataset.annotations["frame"], dataset.assignments["frame"].drop_nulls()]).unique().sort()
    if not len(touched) or not len(frames):
        return pl.DataFrame(schema={"before": pl.Int64, "after": pl.Int64, "first": pl.Int64, "last": pl.Int64})
    low, high = int(frames.min()), int(frames.max())  # type: ignore[arg-type]
    around = np.concatenate([[low - 1], touched.to_numpy(), [high + 1]])
    at = np.flatnonzero(np.diff(around) > 1)
    before, after = around[at], around[at + 1]
    gaps = pl.DataFrame({"before": before, "after": after, "first": before + 1, "last": after - 1})
    return gaps.with_columns(
        pl.when(pl.col("before") >= low).then("before").alias("before"),
        pl.when(pl.col("after") <= high).then("after").alias("after"),
    )


def _numbered(rows: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """Return carried labels as rows of the Dataset's annotations, in the order of their frames."""
    kinds = SCHEMAS["annotations"]
    first = dataset.annotations["annotation_id"].max()
    made = rows.sort("frame", maintain_order=True).with_columns(
        annotation_id=pl.int_range(pl.len(), dtype=pl.Int64) + (0 if first is None else first + 1),  # type: ignore[operator]
        origin=pl.lit("interpolated"),
        **{name: pl.lit(None) for name in ("confidence", "keypoint_confidence", "assignment_id", "mask_rle")},
    )
    return made.select(pl.col(name).cast(kind) for name, kind in kinds.items())
