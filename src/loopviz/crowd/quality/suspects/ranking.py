"""Labels most worth a look, ranked: each with what speaks against it.

Evidence is weighed in deviations: how many times further a label is from what it should be than labels commonly are.
So what is found by one kind of evidence can be ranked beside what another one finds. An object that nobody labelled on
a frame is a suspect without a label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.crowd.quality.suspects.by_picture import by_picture
from loopviz.crowd.quality.suspects.by_time import by_time
from loopviz.crowd.quality.suspects.chains import chains
from loopviz.dataset import Dataset
from loopviz.geometry import box_iou, paired_iou
from loopviz.schema import EDGES
from loopviz.work import HAS_AREA, IS_CARRIED, IS_GOLD, IS_MODELS

KINDS = ("size", "unusual", "jump", "edges", "swapped", "category", "duplicate", "missed", "lone", "odd")
SUSPECTS: dict[str, Any] = {
    "rank": pl.Int64,
    "kind": pl.Enum(KINDS),
    "score": pl.Float64,  # 0 to 1
    "frame": pl.Int64,
    "annotation_id": pl.Int64,  # null: nobody labelled it
    "class_id": pl.Int64,
    "other_class_id": pl.Int64,  # what it seems to be, or is exchanged with
    "other_annotation_id": pl.Int64,  # what it is a copy of
    **dict.fromkeys(EDGES, pl.Float64),  # where: the label's box, or where it should be
    "found": pl.Float64,  # what was measured, in the kind's own measure
    "usual": pl.Float64,  # what is usual there
    "picture_pixels": pl.Float64,  # how far the picture's edge is from the label's; null: it says nothing against it
}
HALF = 4.0  # deviations that make a score of one half
SAME = 0.75  # least overlap of a label and its copy
COPY = 10.0  # deviations of an exact copy
STAYS = 4  # labels of one object, to be sure that it is one
NEAR, MATCHED = 0.3, 0.5  # least overlaps with a detection: of something there, and of the same object
SURE = 0.5  # least confidence of a detection that speaks against a label
ENOUGH, SPREAD = (
    20,
    0.1,
)  # labels of a category, to say what is usual; and how far sizes lie apart at least, as logarithms
LESS = 0.5  # of the deviations: what is unusual for its category says less than what is so for itself
UNSEEN, DETECTED, ROUGH = 6.0, 8.0, 12.0  # deviations of a label without a detection, of one without a label, of edges


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known beside the labels.

    Attributes:
        detections: A model's annotations of the same frames and categories, which it did not learn from these labels;
            None: none. Frames without any say nothing.
        edges: Where the pictures have edges around those of labels (``picture_edges``); None: nobody looked.
    """

    detections: pl.DataFrame | None = None
    edges: pl.DataFrame | None = None


def drawn_labels(dataset: Dataset) -> pl.DataFrame:
    """Return the labels that may be suspects, sorted by frame: what people drew, but no points and lines."""
    drawn = dataset.annotations.filter(HAS_AREA, ~IS_CARRIED, ~IS_MODELS, ~IS_GOLD)
    return drawn.sort("frame", "annotation_id")


def suspects(dataset: Dataset, evidence: Evidence = Evidence()) -> pl.DataFrame:
    """Return the labels most worth a look, the most suspicious first: columns of ``SUSPECTS``.

    Each label is there once, with the evidence that speaks most against it. Labels that nobody drew, and points and
    lines, are left out.

    Args:
        dataset: The Dataset.
        evidence: What is known beside it.
    """
    drawn = drawn_labels(dataset)
    if not drawn.height:
        return pl.DataFrame(schema=SUSPECTS)
    labels = drawn.with_columns(person=pl.col("assignment_id").fill_null("").rank("dense").cast(pl.Int64))
    labels = labels.with_columns(chain=pl.Series(chains(labels)))
    # Of labels of nobody who is known, where others are somebody's, nobody knows whether one person drew both.
    told = labels.filter(pl.col("assignment_id").is_not_null()) if dataset.assignments.height else labels
    picture = None if evidence.edges is None else by_picture(labels, evidence.edges)
    return _ranked(
        by_time(labels, picture), _unusual(labels), _copies(told), pl.DataFrame(list(_by_model(labels, evidence)))
    )


def _ranked(*found: pl.DataFrame) -> pl.DataFrame:
    """Return what was found as a table, of each label the evidence that speaks most against it."""
    columns = {**SUSPECTS, "deviations": pl.Float64}
    tables = [each.cast({name: columns[name] for name in each.columns}) for each in found]
    rows = pl.concat([pl.DataFrame(schema=columns), *tables], how="diagonal")
    rows = rows.with_columns(score=pl.col("deviations") / (pl.col("deviations") + HALF))
    rows = rows.sort("score", "frame", descending=[True, False], maintain_order=True)
    # A label is known by its id, an object that nobody labelled by where it should be.
    labelled = pl.col("annotation_id").is_not_null()
    first = pl.col("annotation_id").is_first_distinct() | ~labelled
    kept = rows.filter(first & ~pl.Series(_again(rows)))
    return kept.with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)).select(list(SUSPECTS))


def _again(rows: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which rows are of an object that nobody labelled, and that a row before is of: by another, or a model."""
    again = np.zeros(rows.height, dtype=np.bool_)
    places = rows.with_row_index("row").filter(pl.col("annotation_id").is_null())
    for _, group in places.filter(pl.len().over("frame", "class_id") > 1).group_by("frame", "class_id"):
        group = group.sort("row")
        numbers, boxes = group["row"].to_list(), group.select(EDGES).to_numpy()
        overlap = box_iou(boxes, boxes)
        for place, number in enumerate(numbers):
            again[number] = bool((overlap[place, :place] * ~again[numbers[:place]]).max(initial=0.0) >= NEAR)
    return again


def _unusual(labels: pl.DataFrame) -> pl.DataFrame:
    """Return labels and how far their size is from their category's."""
    area = ((pl.col("x_max") - pl.col("x_min")) * (pl.col("y_max") - pl.col("y_min"))).clip(1e-9).log()
    sizes = labels.select("class_id", size=area)
    middle = sizes.group_by("class_id").agg(pl.col("size").median().alias("usual"), count=pl.len())
    off = (
        sizes.join(middle, on="class_id")
        .group_by("class_id")
        .agg(spread=1.4826 * (pl.col("size") - pl.col("usual")).abs().median())
    )
    known = labels.with_columns(size=area).join(middle.filter(pl.col("count") >= ENOUGH), on="class_id")
    away = (pl.col("size") - pl.col("usual")).abs() / (pl.col("spread") + SPREAD)
    return known.join(off, on="class_id").select(
        "frame",
        "annotation_id",
        "class_id",
        *EDGES,
        kind=pl.lit("unusual"),
        deviations=LESS * away,
        found=(pl.col("size") - pl.col("usual")).exp(),
        usual=pl.lit(1.0),
    )


def _copies(labels: pl.DataFrame) -> pl.DataFrame:
    """Return labels that lie on an earlier one of the same person and category.

    Two objects that stay through time may lie on each other for once: that says less.
    """
    several = labels.with_columns(stays=pl.len().over("chain") > STAYS).filter(
        pl.len().over("frame", "person", "class_id") > 1
    )
    several = several.sort("frame", "person", "class_id", maintain_order=True)
    boxes, objects = several.select(EDGES).to_numpy(), several["chain"].to_numpy()
    stay, ids = several["stays"].to_numpy(), several["annotation_id"].to_numpy()
    place, other, overlap = _overlapping(several, boxes)
    both = (objects[place] != objects[other]) & stay[place] & stay[other]
    found: pl.DataFrame = several[place].select("frame", "annotation_id", "class_id", *EDGES)
    return found.with_columns(
        kind=pl.lit("duplicate"),
        deviations=pl.Series(np.where(both, LESS, 1.0) * COPY * overlap),
        other_annotation_id=pl.Series(ids[other]),
        found=pl.Series(overlap),
        usual=pl.lit(0.0),
    )


def _overlapping(several: pl.DataFrame, boxes: npt.NDArray[np.float64]) -> tuple[Any, Any, Any]:
    """Return which rows are copies, of which earlier row of their group each is most, and how far they overlap."""
    groups = several.select(group=pl.struct("frame", "person", "class_id").rle_id())["group"].to_numpy()
    starts = np.searchsorted(groups, groups)
    best, which = np.zeros(len(boxes)), np.zeros(len(boxes), dtype=np.int64)
    places = np.arange(len(boxes))
    for back in range(1, int((places - starts).max(initial=0)) + 1):
        rows = places[places - starts >= back]
        overlap = paired_iou(boxes[rows], boxes[rows - back])
        better = overlap >= best[rows]  # of two alike, the earlier
        best[rows[better]], which[rows[better]] = overlap[better], rows[better] - back
    copies = np.flatnonzero(best >= SAME)
    return copies, which[copies], best[copies]


def _by_model(labels: pl.DataFrame, evidence: Evidence) -> Iterator[dict[str, Any]]:
    """Yield labels that a model's detections speak against, and sure detections of what nobody labelled."""
    if evidence.detections is None:
        return
    found = {
        frame: part for (frame,), part in evidence.detections.sort("frame").group_by(["frame"], maintain_order=True)
    }
    for (frame,), group in labels.group_by(["frame"], maintain_order=True):
        theirs = found.get(frame)
        if theirs is not None:
            overlap = box_iou(group.select(EDGES).to_numpy(), theirs.select(EDGES).to_numpy())
            alike = group["class_id"].to_numpy()[:, None] == theirs["class_id"].to_numpy()
            sure = theirs["confidence"].fill_null(1.0).to_numpy()
            yield from _against(group, theirs, overlap, alike, sure)
            yield from _unlabelled(theirs, overlap, sure)


def _against(
    group: pl.DataFrame, theirs: pl.DataFrame, overlap: Any, alike: Any, sure: Any
) -> Iterator[dict[str, Any]]:
    for place in range(group.height):
        same = np.where(alike[place], overlap[place], 0.0)
        other = np.where(alike[place] | (sure < SURE), 0.0, overlap[place])
        best, far = float(same.max(initial=0.0)), float(overlap[place].max(initial=0.0))
        if other.max(initial=0.0) >= MATCHED and best < NEAR:
            what = int(other.argmax())
            measured = {"found": float(sure[what]), "usual": best, "other_class_id": theirs["class_id"][what]}
            yield _about(group, place) | {"kind": "category", "deviations": DETECTED * float(sure[what]), **measured}
        elif far < NEAR:
            yield _about(group, place) | {"kind": "odd", "deviations": UNSEEN, "found": far, "usual": MATCHED}
        elif best >= NEAR:
            yield _about(group, place) | {
                "kind": "edges",
                "deviations": ROUGH * (1 - best),
                "found": best,
                "usual": 1.0,
            }


def _unlabelled(theirs: pl.DataFrame, overlap: Any, sure: Any) -> Iterator[dict[str, Any]]:
    for place in np.flatnonzero((overlap.max(axis=0, initial=0.0) < NEAR) & (sure >= SURE)).tolist():
        said = {
            "kind": "missed",
            "deviations": DETECTED * float(sure[place]),
            "found": float(sure[place]),
            "usual": SURE,
        }
        yield _about(theirs, place) | said | {"annotation_id": None}


def _about(rows: pl.DataFrame, place: int) -> dict[str, Any]:
    return rows.select("frame", "annotation_id", "class_id", *EDGES).row(place, named=True)
