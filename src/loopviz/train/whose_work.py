"""Whose labels teach: a weight for every assignment, and why.

Only what is known counts: work that nobody judged, and people of whom nothing is known, weigh as much as the mean of
all. Work whose labels were not all read teaches nothing: what is missing on its frames would be taken for background.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, get_args

import polars as pl

from loopviz.dataset import Dataset
from loopviz.train.care import care, evidence_of
from loopviz.train.options import Whose
from loopviz.work import IS_DISMISSED, IS_REJECTED

Why = Literal["kept", "nothing-known", "not-read", "rejected", "does-not-count", "not-borne-out", "left-out"]
WEIGHTS: Mapping[str, pl.DataType] = {
    "assignment_id": pl.String(),
    "weight": pl.Float64(),  # 0: its labels are left out; 1: nothing weighs more
    "care": pl.Float64(),  # its vote on a frame that several labelled; 1 where nobody asks for care
    "why": pl.Enum(get_args(Why)),
}
SHARPNESS = 2  # power of the care: labels of half the care teach a quarter
LEAST_WEIGHT = 0.25  # at this weight and below labels harm more than they teach: a review alone comes to it


def weights(
    dataset: Dataset, whose: Whose, evidence: pl.DataFrame | None = None, left_out: Collection[str] = ()
) -> pl.DataFrame:
    """Return how much the labels of every assignment count: columns as ``WEIGHTS``, in the assignments' order.

    Args:
        dataset: All work.
        whose: As ``TrainingSetOptions.whose``.
        evidence: Of ``weighted``, what is known of the work beyond what the Dataset itself says, as
            ``loopviz.train.care.model_evidence`` returns it.
        left_out: Assignments whose labels do not teach, whatever is known of them.
    """
    work = _cared_for(dataset, evidence) if whose == "weighted" else _decided(dataset, whose)
    unread = ~pl.col("labels_read").fill_null(value=True)
    unwanted = pl.when(pl.col("assignment_id").is_in(list(left_out))).then(pl.lit("left-out"))
    why = pl.coalesce(pl.when(unread).then(pl.lit("not-read")), unwanted, "why", pl.lit("kept")).cast(WEIGHTS["why"])
    teaches = pl.col("why").is_in(["kept", "nothing-known"])
    return work.with_columns(why=why).select(
        "assignment_id", weight=pl.when(teaches).then("weight").otherwise(0.0), care="care", why="why"
    )


def _decided(dataset: Dataset, whose: Whose) -> pl.DataFrame:
    """Weigh work by what was decided on it: all that was not dismissed alike."""
    dismissed = pl.lit(whose != "all")
    why = pl.coalesce(
        pl.when(dismissed & IS_REJECTED).then(pl.lit("rejected")),
        pl.when(dismissed & IS_DISMISSED).then(pl.lit("does-not-count")),
    )
    return dataset.assignments.with_columns(weight=pl.lit(1.0), care=pl.lit(1.0), why=why)


def _cared_for(dataset: Dataset, evidence: pl.DataFrame | None) -> pl.DataFrame:
    """Weigh work by the care that is known of it: what is as good as the mean, or unknown, in full; the rest less."""
    said = evidence_of(dataset)
    found = care(dataset, said if evidence is None else pl.concat([said, evidence]))
    weight = (pl.col("care") ** SHARPNESS).clip(0, 1)
    why = pl.coalesce(
        pl.when(weight <= LEAST_WEIGHT).then(pl.lit("not-borne-out")),
        pl.when(pl.col("pieces") == 0).then(pl.lit("nothing-known")),
    )
    work = dataset.assignments.with_columns(found.select("care", "pieces"))
    return work.with_columns(weight=weight, why=why)
