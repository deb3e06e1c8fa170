"""What can be measured of every assignment: how much was labelled, how long it took, how far it agrees with others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from loopviz.crowd.quality.agreement import agreements, drawn_by_assignment, frame_sizes, gold_scores, is_read
from loopviz.crowd.quality.pixel_runs import Size, covered, pixels, runs_of
from loopviz.dataset import Dataset
from loopviz.work import HAS_AREA

MEASURED: dict[str, pl.DataType] = {
    "assignment_id": pl.String(),
    "categories": pl.Int64(),
    "boxes": pl.Int64(),
    "area": pl.Float64(),  # share of the picture
    "seconds": pl.Float64(),
    "agreement": pl.Float64(),  # null: nobody else labelled the frame
    "gold": pl.Float64(),  # null: no known answer
    "used": pl.List(pl.String()),  # names of the categories used
    "offered": pl.Int64(),  # categories to choose from
    "others": pl.Int64(),  # other people on the frame
    "without_area": pl.Int64(),  # points and lines, of which neither an area nor an agreement is known
    "read": pl.Boolean(),  # false: what was drawn is not known, so that nothing of it can be measured
}


def measures(dataset: Dataset, usage: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return what can be measured of every assignment: columns as ``MEASURED``, null where it cannot be.

    Args:
        dataset: The Dataset.
        usage: Columns ``assignment_id``, ``category``, ``used``: which categories were on offer and which were used, as
            counted from pixels. Without it (or for assignments it does not name) annotations are counted.
    """
    agreed, gold, sizes = agreements(dataset), gold_scores(dataset), frame_sizes(dataset)
    counted = _usage(usage) if usage is not None else {}
    names = dict(dataset.categories.select("class_id", "name").iter_rows())
    drawn = drawn_by_assignment(dataset)
    bare = dict(dataset.annotations.filter(~HAS_AREA).group_by("assignment_id").len().iter_rows())
    company = _others(dataset)
    rows: list[tuple[Any, ...]] = []
    columns = ("assignment_id", "frame", "work_seconds", "labels_read")
    for task, frame, seconds, read in dataset.assignments.select(columns).iter_rows():
        if read is False:
            rows.append((task, None, None, None, seconds, None, None, [], len(names), company[task], None, False))
            continue
        labels = list(drawn[task].iter_rows(named=True)) if task in drawn else []
        used, offered = counted.get(task) or ([names[c] for c in sorted({r["class_id"] for r in labels})], len(names))
        area = None if bare.get(task) else _share(labels, sizes.get(frame))
        measured = len(used), len(labels), area, seconds, agreed.get(task), gold.get(task)
        rows.append((task, *measured, used, offered, company[task], bare.get(task, 0), True))
    return pl.DataFrame(rows, schema=MEASURED, orient="row")


def _usage(usage: pl.DataFrame) -> dict[str, tuple[list[str], int]]:
    """Return the names of the categories used and how many were on offer, by assignment."""
    grouped = usage.group_by("assignment_id", maintain_order=True).agg(
        used=pl.col("category").filter("used").unique(maintain_order=True), offered=pl.col("category").n_unique()
    )
    return {task: (used, offered) for task, used, offered in grouped.iter_rows()}


def _others(dataset: Dataset) -> dict[str, int]:
    """Return how many other people's labels of each assignment's frame are known."""
    work = is_read(dataset.assignments)
    person = pl.coalesce("worker_id", "assignment_id")
    known = pl.when(pl.col("frame").is_not_null()).then(person.n_unique().over("frame") - 1).otherwise(0)
    others = dict.fromkeys(dataset.assignments["assignment_id"], 0)
    return others | dict(work.select("assignment_id", known.alias("others")).iter_rows())


def _share(labels: Sequence[dict[str, Any]], size: Size | None) -> float | None:
    """Return the share of a picture that some labels cover together."""
    if size is None:
        return None
    return pixels(covered([runs_of(row, size) for row in labels], 1)) / (size[0] * size[1])
