"""Which detection is which label: two tables of annotations on the same frames, object by object.

Detections choose in the order of their confidence, each the free label of its own category that it overlaps most, if
that is by an IoU of 0.5 or more: so COCO's evaluation pairs them (``evaluateImg`` in pycocotools' ``cocoeval.py``). A
detection that lies in a region that stands for several objects (``is_crowd``) is neither right nor wrong; it overlaps
that region by the share of its own area. What is left of both sides is paired once more whatever the category: one
object, called two things. Boxes are compared, for detections are boxes; points and lines have none, and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.geometry import Boxes, box_areas, box_intersections, box_iou
from loopviz.schema import EDGES
from loopviz.work import HAS_AREA

SAME_OBJECT = 0.5  # least IoU of PASCAL VOC, and of mAP50
OUTCOMES = ("matched", "confused", "missed", "extra", "ignored")
MATCHES: Mapping[str, pl.DataType] = {
    "frame": pl.Int64(),
    "outcome": pl.Enum(OUTCOMES),
    "reference_id": pl.Int64(),  # annotation_id of the label; null: extra
    "predicted_id": pl.Int64(),  # annotation_id of the detection; null: missed
    "reference_class": pl.Int64(),
    "predicted_class": pl.Int64(),
    "iou": pl.Float64(),  # null where there is no pair; of one in a crowd region the share that lies in it
    "confidence": pl.Float64(),  # of the detection
}
_Ints = npt.NDArray[np.int64]


class _Side(NamedTuple):
    """One side of a frame, a row an object; detections the most confident first."""

    ids: _Ints
    classes: _Ints
    boxes: Boxes
    crowd: npt.NDArray[np.bool_]
    confidence: list[float | None]

    @classmethod
    def of(cls, rows: pl.DataFrame, *, ranked: bool) -> _Side:
        if ranked:  # whoever says no confidence is sure; the order of equals stays
            sure = pl.col("confidence").fill_null(1.0)
            rows = rows.sort(sure, descending=True, maintain_order=True)
        return cls(
            rows["annotation_id"].to_numpy(),
            rows["class_id"].to_numpy(),
            rows.select(EDGES).to_numpy().reshape(-1, 4),
            rows["is_crowd"].fill_null(value=False).to_numpy(),
            rows["confidence"].to_list(),
        )


def match_labels(
    reference: pl.DataFrame, predicted: pl.DataFrame, *, iou: float = SAME_OBJECT, frames: Iterable[int] | None = None
) -> pl.DataFrame:
    """Pair detections with labels.

    Args:
        reference: The labels: rows of a Dataset's ``annotations``. Where several people labelled a frame, of one of
            them, or what they agree on: each label is taken for an object of its own.
        predicted: The detections, with the same frames and the same class ids.
        iou: The least intersection over union of two boxes that are taken for one object.
        frames: Only these; None: all that either table has.

    Returns:
        Columns as ``MATCHES``, by frame; one row a pair, a label that nothing found (``missed``), or a detection where
        nothing was labelled (``extra``). A pair is ``matched``; ``confused``, if the categories differ; ``ignored``, if
        the label is a region of several objects, which is never missed.
    """
    both = {*reference["frame"], *predicted["frame"]}
    chosen = sorted(both if frames is None else both & set(frames))
    labels, detections = (_by_frame(table.filter(HAS_AREA)) for table in (reference, predicted))
    rows: list[tuple[object, ...]] = []
    for frame in chosen:
        label = _Side.of(labels.get(frame, reference.clear()), ranked=False)
        detection = _Side.of(detections.get(frame, predicted.clear()), ranked=True)
        rows += (_row(frame, label, detection, *pair) for pair in _pairs(label, detection, iou))
    return pl.DataFrame(rows, schema=dict(MATCHES), orient="row")


def _by_frame(table: pl.DataFrame) -> dict[int, pl.DataFrame]:
    return {int(frame): part for (frame,), part in table.partition_by("frame", as_dict=True).items()}


_Pair = tuple[str, int | None, int | None, float | None]  # the outcome, places of both in their side, the overlap


def _pairs(label: _Side, detection: _Side, least: float) -> list[_Pair]:
    """Return every object of a frame once: the pairs in the order of the detections, then what was missed."""
    overlap = box_iou(detection.boxes, label.boxes)
    alike = detection.classes[:, None] == label.classes[None, :]
    free = ~label.crowd
    found: dict[int, tuple[str, int, float]] = {}
    _take("matched", np.where(alike, overlap, -1.0), free, least, found)
    shared = box_intersections(detection.boxes, label.boxes)
    area = box_areas(detection.boxes)[:, None]
    inside = np.divide(shared, area, out=np.zeros_like(shared), where=area > 0)
    _take("ignored", np.where(alike & label.crowd, inside, -1.0), label.crowd, least, found, shareable=True)
    _take("confused", overlap, free, least, found)
    pairs: list[_Pair] = []
    for place in range(len(detection.ids)):
        outcome, other, share = found.get(place, ("extra", None, None))
        pairs.append((outcome, other, place, share))
    return pairs + [("missed", int(place), None, None) for place in np.flatnonzero(free)]


def _take(
    outcome: str,
    overlap: npt.NDArray[np.float64],
    free: npt.NDArray[np.bool_],
    least: float,
    found: dict[int, tuple[str, int, float]],
    *,
    shareable: bool = False,
) -> None:
    """Let every detection that has no label yet take the free one that it overlaps most; of equal ones the last."""
    count = overlap.shape[1]
    for place, row in enumerate(overlap):
        if place in found or not free.any():
            continue
        rated = np.where(free, row, -1.0)
        best = count - 1 - int(rated[::-1].argmax())  # as COCO's evaluation does it
        if rated[best] >= min(least, 1 - 1e-10):
            found[place] = (outcome, best, float(rated[best]))
            free[best] = shareable


def _row(
    frame: int, label: _Side, detection: _Side, outcome: str, one: int | None, other: int | None, share: float | None
) -> tuple[object, ...]:
    def of(values: _Ints, place: int | None) -> int | None:
        return None if place is None else int(values[place])

    confidence = None if other is None else detection.confidence[other]
    ids = of(label.ids, one), of(detection.ids, other)
    return frame, outcome, *ids, of(label.classes, one), of(detection.classes, other), share, confidence
