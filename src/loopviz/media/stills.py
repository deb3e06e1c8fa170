"""Single pictures: as RGB for eyes and files."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from loopviz.media.normalise import SCALING
from loopviz.media.output import new_file, writing

Rgb = npt.NDArray[np.uint8]


def to_rgb(picture: av.VideoFrame) -> Rgb:
    """Return a tagged picture as R'G'B', shape ``(height, width, 3)``, full range, its matrix and range honoured."""
    return np.ascontiguousarray(picture.to_ndarray(format="rgb24", interpolation=SCALING), np.uint8)


def save_png(rgb: Rgb, target: Path) -> None:
    """Write an RGB array, shape ``(height, width, 3)``, as a PNG: complete or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    with new_file(target, overwrite=True) as part, writing(target):
        Image.fromarray(rgb).save(part, format="PNG")
