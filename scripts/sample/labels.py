"""The boxes that a person draws on a frame: the truth, as far as their care goes."""

from __future__ import annotations

from random import Random

from sample.people import Person
from sample.truth import BODY, CABLE, LEFT, RIGHT, WHEEL, Box, Truth

Row = tuple[int, Box]
"""A class id and a box."""

REFERENCE_HEIGHT = 960  # the slips below are in pixels of a picture this high
FORGETTING = {BODY: 0.02, CABLE: 0.36, LEFT: 0.10, RIGHT: 0.10, WHEEL: 0.44}  # at no care at all


def draw_boxes(rng: Random, truth: Truth, person: Person) -> list[Row]:
    """Return the rows that a person draws on a frame, in the order in which they drew them."""
    carelessness = 1 - person.care
    if rng.random() < 1.3 * max(0.0, carelessness - 0.6):
        return [(BODY, _slip(rng, _around(truth), truth, person))]
    kept = [part for part in truth.boxes if rng.random() >= FORGETTING[part] * carelessness]
    if person.care < 0.5:
        rng.shuffle(kept)
    swapped = rng.random() < 0.16 * carelessness**2 or (person.viewer_side and mirrored(truth))
    names = {LEFT: RIGHT, RIGHT: LEFT} if swapped else {}
    return [(names.get(part, part), _slip(rng, truth.boxes[part], truth, person)) for part in kept]


def mirrored(truth: Truth) -> bool:
    """Say whether the mouse faces the viewer, so that its left button is on the viewer's right."""
    left, right = truth.boxes.get(LEFT), truth.boxes.get(RIGHT)
    return left is not None and right is not None and left[0] + left[2] > right[0] + right[2]


def _around(truth: Truth) -> Box:
    boxes = truth.boxes.values()
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _slip(rng: Random, box: Box, truth: Truth, person: Person) -> Box:
    """Move a box's edges as an unsteady hand does: each a little, all together some more, outwards by habit."""
    sigma = (0.55 + 22 * (1 - person.care) ** 2.2) * truth.height / REFERENCE_HEIGHT
    dx, dy = rng.gauss(0, sigma), rng.gauss(0, sigma)
    x_pad, y_pad = (person.padding * (box[2] - box[0]), person.padding * (box[3] - box[1]))
    x_min, x_max = _span(rng, box[0] + dx - x_pad, box[2] + dx + x_pad, sigma, truth.width)
    y_min, y_max = _span(rng, box[1] + dy - y_pad, box[3] + dy + y_pad, sigma, truth.height)
    return x_min, y_min, x_max, y_max


def _span(rng: Random, low: float, high: float, sigma: float, size: int) -> tuple[float, float]:
    """Return both ends moved, in whole pixels (mice click on pixels), inside 0 … size and at least 2 apart."""
    low, high = sorted((low + rng.gauss(0, sigma), high + rng.gauss(0, sigma)))
    start = min(max(round(low), 0), size - 2)
    return float(start), float(min(max(round(high), start + 2), size))


def overlap(a: Box, b: Box) -> float:
    """Return intersection over union."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)
