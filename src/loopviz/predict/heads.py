"""The three forms in which YOLO models give their boxes, told apart by the shape of their output and never guessed.

- ``classes``, YOLOv8 to 12: ``(batch, 4 + classes, boxes)``. Centre, width and height, then a score for each class.
- ``objectness``, YOLOv5 and 7: ``(batch, boxes, 5 + classes)``. Centre, width and height, how sure it is that something
  is there, and a score for each class, if so.
- ``objects``, YOLOv10, 26, and what is exported with ``nms=True``: ``(batch, objects, 6)``. Corners, confidence, class.
  Each object stands there once.

Coordinates are pixels of the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from loopviz.errors import InputError
from loopviz.geometry import Boxes, boxes_from_centres
from loopviz.predict.metadata import EXPORT, Metadata
from loopviz.wording import counted

Head = Literal["classes", "objectness", "objects"]
Shape = Sequence[int | None]  # of an output; None where a side may have any length
Floats = npt.NDArray[np.float32]
CELLS = (8, 16, 32)  # pixels between the places where YOLOs of either kind look, on their three levels
ANCHORS = 3  # boxes that YOLOv5 tries at each place


class Candidates(NamedTuple):
    """What a model sees in one picture: ``(N, 4)`` corner boxes in pixels of the input, confidences, class ids."""

    boxes: Boxes
    confidence: npt.NDArray[np.float64]
    class_ids: npt.NDArray[np.int64]


def head_of(shapes: Sequence[Shape], facts: Metadata, size: tuple[int, int], file: Path) -> Head:
    """Return the form of a model's output.

    Args:
        shapes: Of its outputs.
        facts: What the model says of itself.
        size: The width and height of its input.
        file: The model, for messages.

    Raises:
        InputError: If it is none of those that are known, or could be two.
    """
    count = len(facts.names)
    wanted = f"one, of {_said((4 + count, 'boxes'))}, {_said(('boxes', 5 + count))} or {_said(('objects', 6))}"
    found = ", ".join(_said(shape[1:]) for shape in shapes)
    if len(shapes) != 1 or len(shapes[0]) != 3:
        what, remedy = "the model's output is none of a detector", EXPORT
        raise InputError(what, file=file, at="output", found=found, expected=wanted, remedy=remedy)
    fitting = _fitting(shapes[0], facts, size)
    if len(fitting) > 1:
        what, remedy = (
            "the model's output could be two things",
            "Export it again with the present version of Ultralytics.",
        )
        raise InputError(what, file=file, at="output", found=found, expected=wanted, remedy=remedy)
    if not fitting:
        what = f"the model's output is none of a detector of {counted(count, 'category', 'categories')}"
        raise InputError(what, file=file, at="output", found=found, expected=wanted, remedy=EXPORT)
    return fitting[0]


def _fitting(shape: Shape, facts: Metadata, size: tuple[int, int]) -> list[Head]:
    _, rows, columns = shape
    count = len(facts.names)
    by_shape: dict[Head, bool] = {
        "classes": rows == 4 + count and columns not in (5 + count, 6) and not facts.sorted_out,
        "objectness": columns == 5 + count and facts.head is None and facts.sorted_out is None,
        "objects": columns == 6 and facts.sorted_out is not False,
    }
    places = sum((size[0] // cell) * (size[1] // cell) for cell in CELLS)
    if by_shape["objectness"] and rows == ANCHORS * places:  # of one category, 5 + 1 is 6: so many are no objects
        return ["objectness"]
    return [head for head, fits in by_shape.items() if fits]


def _said(sides: Sequence[int | str | None]) -> str:
    return f"({', '.join('any' if side is None else str(side) for side in ('batch', *sides))})"


def candidates(head: Head, output: Floats, least: float) -> Candidates:
    """Return what one picture's output holds, above a confidence, in the output's order.

    Args:
        head: The output's form.
        output: The output of one picture: its two sides.
        least: Confidences have to be above it.
    """
    if head == "objects":
        kept = output[output[:, 4] > least]
        return Candidates(kept[:, :4].astype(np.float64), kept[:, 4].astype(np.float64), kept[:, 5].astype(np.int64))
    rows, scores = (output.T, output[4:].T) if head == "classes" else _weighed(output, least)
    best = scores.argmax(axis=1)
    confidence = scores[np.arange(len(scores)), best]
    kept = confidence > least
    boxes = boxes_from_centres(rows[kept, :4].astype(np.float64))
    return Candidates(boxes, confidence[kept].astype(np.float64), best[kept].astype(np.int64))


def _weighed(output: Floats, least: float) -> tuple[Floats, Floats]:
    """Return the rows where something is, and the scores of what it is, given that."""
    rows = output[output[:, 4] > least]
    return rows, rows[:, 5:] * rows[:, 4:5]
