"""Average precision as COCO's evaluation has it, by a well-kept implementation of it (``faster-coco-eval``).

A detection counts by how far it overlaps its label: ``map50`` asks for an IoU of 0.5, ``map50_95`` is the mean over
0.5, 0.55 … 0.95. Both are means over the categories that the reference has labels of (T.-Y. Lin et al., "Microsoft
COCO", 2014; ``cocoeval.py``). Of a frame the 100 surest detections of a category count. Regions of several
objects (``is_crowd``) are not missed, and what lies in them is not wrong.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.errors import MissingPartError
from loopviz.schema import EDGES
from loopviz.work import HAS_AREA

SIZES = ("small", "medium", "large")  # COCO's: of less than 32 x 32 pixels, less than 96 x 96, and more
CATEGORIES: Mapping[str, pl.DataType] = {
    "class_id": pl.Int64(),
    "labels": pl.Int64(),
    "detections": pl.Int64(),
    "map50": pl.Float64(),  # null: the reference has no label of it
    "map50_95": pl.Float64(),
}
CURVES: Mapping[str, pl.DataType] = {
    "class_id": pl.Int64(),
    "recall": pl.Float64(),
    "precision": pl.Float64(),  # the best at this recall or a higher one; 0 where it is never reached
    "confidence": pl.Float64(),  # from which on detections have to be taken to reach it; 0 where it is never reached
}
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scores:
    """How good detections are.

    Attributes:
        map50: Mean average precision at an IoU of 0.5; None where there are no labels.
        map50_95: The same, over ten IoU.
        sizes: ``map50_95`` of small, medium and large objects.
        categories: Columns as ``CATEGORIES``.
        curves: Precision by recall at an IoU of 0.5, at 101 recalls a category: columns as ``CURVES``.
    """

    map50: float | None
    map50_95: float | None
    sizes: Mapping[str, float | None]
    categories: pl.DataFrame
    curves: pl.DataFrame


def coco_scores(
    reference: pl.DataFrame, predicted: pl.DataFrame, frames: Iterable[int], class_ids: Sequence[int]
) -> Scores:
    """Return how good detections are, by labels.

    Args:
        reference: Rows of a Dataset's ``annotations``.
        predicted: The same, with a confidence each; who gives none is sure.
        frames: The frames that are judged; what stands on others is left aside.
        class_ids: The categories, by the ids that both tables have.

    Raises:
        MissingPartError: If ``faster-coco-eval`` is not installed.
    """
    chosen = sorted(set(frames))
    labels, found = (each.filter(pl.col("frame").is_in(chosen), HAS_AREA) for each in (reference, predicted))
    counts = _categories(labels, found, class_ids)
    if not chosen or not class_ids or not labels.height:
        nothing = pl.lit(None, pl.Float64)
        empty = counts.with_columns(map50=nothing, map50_95=nothing)
        return Scores(None, None, dict.fromkeys(SIZES), empty, pl.DataFrame(schema=dict(CURVES)))
    precision, confidence, recalls = _evaluated(labels, found, chosen, class_ids)
    strict, half = precision[:, :, :, 0], precision[:1, :, :, 0]
    each = [(_mean(half[:, :, k]), _mean(strict[:, :, k])) for k in range(len(class_ids))]
    table = counts.with_columns(
        pl.Series("map50", [pair[0] for pair in each], dtype=pl.Float64),
        pl.Series("map50_95", [pair[1] for pair in each], dtype=pl.Float64),
    )
    sizes = {name: _mean(precision[:, :, :, place]) for place, name in enumerate(SIZES, 1)}
    curves = _curves(precision[0, :, :, 0], confidence[0, :, :, 0], recalls, class_ids)
    return Scores(_mean(half), _mean(strict), sizes, table, curves)


def check_evaluator() -> None:
    """Refuse to measure anything where that cannot be done.

    Raises:
        MissingPartError: If ``faster-coco-eval`` is not installed.
    """
    if importlib.util.find_spec("faster_coco_eval") is None:
        remedy = "Install it: pip install 'loopviz[predict]'"
        raise MissingPartError("detections are measured by faster-coco-eval, which is not there", remedy=remedy)


def _evaluated(
    labels: pl.DataFrame, found: pl.DataFrame, frames: Sequence[int], class_ids: Sequence[int]
) -> tuple[_Floats, _Floats, _Floats]:
    """Return precision and confidence by IoU, recall, category and size, and the recalls; -1 where there are none."""
    check_evaluator()
    from faster_coco_eval import COCO, COCOeval_faster  # here: it is part of an extra

    images = [{"id": frame} for frame in frames]
    categories = [{"id": class_id, "name": str(class_id)} for class_id in class_ids]
    truth, results = (
        COCO({"images": images, "categories": categories, "annotations": _entries(each)}) for each in (labels, found)
    )
    run = COCOeval_faster(truth, results, "bbox")
    run.params.imgIds, run.params.catIds = list(frames), list(class_ids)
    run.evaluate()
    run.accumulate()
    shape = len(run.params.iouThrs), len(run.params.recThrs), len(class_ids), 1 + len(SIZES), len(run.params.maxDets)
    order = np.argsort(np.argsort(class_ids))  # it has them in ascending order
    precision, confidence = (
        np.asarray(run.eval[name], np.float64).reshape(shape)[..., -1][:, :, order] for name in ("precision", "scores")
    )
    return precision, confidence, np.asarray(run.params.recThrs, np.float64)


def _entries(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return annotations as COCO's own; ids from 1, for its evaluation takes 0 for none."""
    entries = []
    columns = rows.select("frame", "class_id", *EDGES, "is_crowd", "confidence")
    for number, (frame, class_id, x0, y0, x1, y1, crowd, confidence) in enumerate(columns.iter_rows(), 1):
        width, height = max(x1 - x0, 0.0), max(y1 - y0, 0.0)
        entry = {"id": number, "image_id": frame, "category_id": class_id, "bbox": [x0, y0, width, height]}
        entries.append(
            entry
            | {"area": width * height, "iscrowd": int(bool(crowd)), "score": 1.0 if confidence is None else confidence}
        )
    return entries


def _categories(labels: pl.DataFrame, found: pl.DataFrame, class_ids: Sequence[int]) -> pl.DataFrame:
    objects = labels.filter(~pl.col("is_crowd").fill_null(value=False))
    counts = [dict(each.group_by("class_id").agg(pl.len()).iter_rows()) for each in (objects, found)]
    rows = [(class_id, *(each.get(class_id, 0) for each in counts)) for class_id in class_ids]
    schema = {name: CATEGORIES[name] for name in ("class_id", "labels", "detections")}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _curves(precision: _Floats, confidence: _Floats, recalls: _Floats, class_ids: Sequence[int]) -> pl.DataFrame:
    parts = [
        pl.DataFrame(
            {"class_id": class_id, "recall": recalls, "precision": precision[:, k], "confidence": confidence[:, k]},
            schema_overrides=dict(CURVES),
        )
        for k, class_id in enumerate(class_ids)
        if (precision[:, k] >= 0).all()
    ]
    return pl.concat([pl.DataFrame(schema=dict(CURVES)), *parts])


def _mean(values: _Floats) -> float | None:
    """Return the mean of what is known."""
    known = values[values > -1]
    return float(known.mean()) if known.size else None
