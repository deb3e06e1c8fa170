"""The truth about the clip's parts, read from its masks: boxes, and which pixel is what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

PARTS = ("Body", "Cable", "Left_Button", "Right_Button", "Scroll_Wheel")
BODY, CABLE, LEFT, RIGHT, WHEEL = range(len(PARTS))

Box = tuple[float, float, float, float]
"""x_min, y_min, x_max, y_max in pixels; the maximum edges are exclusive."""


@dataclass(frozen=True)
class Truth:
    """What is really on one frame.

    Args:
        number: The frame's number as file names count, from 1.
        width: Of the frame, in pixels.
        height: Of the frame, in pixels.
        boxes: Class id (place in ``PARTS``) to the box around that part's visible pixels.
        file: The mask.
    """

    number: int
    width: int
    height: int
    boxes: Mapping[int, Box]
    file: Path | None = None


def read_truth(masks: Path) -> list[Truth]:
    """Read ``mouse_0001.png`` … in the order of their numbers.

    Raises:
        ValueError: If the folder holds no mask.
    """
    numbered = sorted(
        (int(match[1]), file) for file in masks.glob("*.png") if (match := re.fullmatch(r"mouse_(\d+)", file.stem))
    )
    if not numbered:
        raise ValueError(f"{masks}: no mask named mouse_0001.png or the like")
    return [_read_mask(number, file) for number, file in numbered]


def read_classes(file: Path) -> np.ndarray:
    """Return a mask's pixels, uint8 of shape (height, width): 0 is background, then class id + 1."""
    # A palette's indices are the classes: converting the picture to grey would lose them.
    with Image.open(file) as picture:
        return np.asarray(picture)


def _read_mask(number: int, file: Path) -> Truth:
    classes = read_classes(file)
    height, width = classes.shape
    boxes = {part: box for part in range(len(PARTS)) if (box := _extent(classes == part + 1)) is not None}
    return Truth(number, width, height, boxes, file)


def _extent(mask: np.ndarray) -> Box | None:
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not columns.size:
        return None
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)
