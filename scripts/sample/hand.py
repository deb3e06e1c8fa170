"""The mask that a person paints on a frame: the truth as far as their hand and care go."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np

from sample.faults import BLOB, BODY_ONLY, DAB, TWO_PARTS, Plan
from sample.people import Person
from sample.truth import BODY, CABLE, PARTS, Truth

REFERENCE_HEIGHT = 960  # slips are in pixels of a picture this high
COUNTS_FROM = 25  # pixels of such a picture: a category that covers fewer does not count as used
WAVES_ACROSS, WAVES_DOWN = 10, 7  # how often a hand strays, over the picture
BITE_SHARE = 0.5  # of entirely careless people's bodies lack a piece
OUTLINE_LEVEL = 105  # of 255: below the middle, as people include the edge


def paint(rng: Random, truth: Truth, classes: np.ndarray, person: Person, plan: Plan) -> np.ndarray:
    """Return what is painted, uint8 of shape (height, width): 0 is nothing, then the given class id + 1.

    Args:
        rng: The dice.
        truth: What is on the frame.
        classes: The frame's true mask, in the same form.
        person: Who paints.
        plan: What they paint.
    """
    painted = np.zeros_like(classes)
    if plan.kind == BLOB:
        (name,) = plan.names.values()
        cv2.fillPoly(painted, [_blob(rng, truth)], name + 1)
        return painted
    strayed = _stray(rng, classes, person)
    whole = plan.kind in (BODY_ONLY, TWO_PARTS, DAB)  # who leaves the buttons out paints over them
    for part, name in plan.names.items():
        true = np.isin(strayed, (0, CABLE + 1), invert=True) if whole and part == BODY else strayed == part + 1
        painted[_outlined(rng, true, person, bitten=part == BODY)] = name + 1
    if plan.dab is not None:
        _dab(rng, painted, truth, plan.dab)
    return painted


def used(painted: np.ndarray) -> list[int]:
    """Return the class ids that cover enough pixels to count."""
    enough = max(1.0, COUNTS_FROM * (painted.shape[0] / REFERENCE_HEIGHT) ** 2)
    pixels = np.bincount(painted.ravel(), minlength=len(PARTS) + 1)[1:]
    return [part for part, count in enumerate(pixels.tolist()) if count >= enough]


def mask_overlap(classes: np.ndarray, painted: np.ndarray) -> float:
    """Return the mean intersection over union of the parts that are there, 0 to 1; a part left out counts 0."""
    scores = []
    for name in range(1, len(PARTS) + 1):
        true, drawn = classes == name, painted == name
        if true.any():
            scores.append(np.count_nonzero(true & drawn) / np.count_nonzero(true | drawn))
    return sum(scores) / len(scores)


def _stray(rng: Random, classes: np.ndarray, person: Person) -> np.ndarray:
    """Bend the truth as a hand does that follows it: all a little aside, and each stretch some more."""
    height, width = classes.shape
    sigma = (0.8 + 12 * (1 - person.care) ** 1.8) * height / REFERENCE_HEIGHT
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    columns += _waves(rng, sigma, width, height)
    rows += _waves(rng, sigma, width, height)
    return cv2.remap(classes, columns, rows, cv2.INTER_NEAREST)


def _waves(rng: Random, sigma: float, width: int, height: int) -> np.ndarray:
    aside = rng.gauss(0, sigma * 0.6)
    field = [[aside + rng.gauss(0, sigma) for _ in range(WAVES_ACROSS)] for _ in range(WAVES_DOWN)]
    return cv2.resize(np.array(field, np.float32), (width, height), interpolation=cv2.INTER_CUBIC)


def _outlined(rng: Random, true: np.ndarray, person: Person, *, bitten: bool) -> np.ndarray:
    """Return the part as bool, its outline smoothed, grown by habit and perhaps with a piece missing."""
    scale = true.shape[0] / REFERENCE_HEIGHT
    mask = true.astype(np.uint8) * 255
    if radius := round(60 * person.padding * scale):
        mask = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)))
    if bitten and mask.any() and rng.random() < BITE_SHARE * (1 - person.care):
        rows, columns = np.nonzero(mask)
        at = rng.randrange(rows.size)
        cv2.circle(mask, (int(columns[at]), int(rows[at])), round(rng.uniform(30, 90) * scale), 0, -1)
    return cv2.GaussianBlur(mask, (0, 0), max(3 * scale, 0.1)) > OUTLINE_LEVEL


def _blob(rng: Random, truth: Truth) -> np.ndarray:
    """Return a wobbly ring around everything as points of shape (n, 2)."""
    boxes = np.array(list(truth.boxes.values()))
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    turns = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    reach = np.array([[rng.uniform(0.75, 1.15)] for _ in turns])
    ring = (low + high) / 2 + reach * (high - low) / 2 * np.column_stack((np.cos(turns), np.sin(turns)))
    return np.rint(ring).astype(np.int32)


def _dab(rng: Random, painted: np.ndarray, truth: Truth, part: int) -> None:
    """Touch a part with too few pixels to count."""
    side = round(rng.choice((2, 3, 4)) * truth.height / REFERENCE_HEIGHT)
    x_min, y_min, x_max, y_max = truth.boxes[part]
    x, y = round((x_min + x_max) / 2), round((y_min + y_max) / 2)
    painted[y : y + side, x : x + side] = part + 1
