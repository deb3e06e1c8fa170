"""What a detector sees a box by: its own features there, as one vector.

The levels of its neck are maps of the whole picture, each cell of which stands for some pixels of the input. A box's
vector is the mean of each level over the box, brought to length 1 level by level, so that each has the same say, and
then as a whole. A cell that lies in the box by half counts half: RoI average pooling with one bin, where nothing is
rounded (compare RoIAlign in He et al., "Mask R-CNN", 2017).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from loopviz.geometry import Boxes
from loopviz.predict.heads import Floats
from loopviz.predict.letterbox import Size

TINY = 1e-12


def pooled(levels: Sequence[Floats], boxes: Boxes, size: Size) -> Floats:
    """Return the vectors of boxes.

    Args:
        levels: A map ``(channels, rows, columns)`` of each level.
        boxes: ``(N, 4)`` corner boxes in pixels of the input.
        size: The input's width and height.

    Returns:
        ``(N, D)`` float32 of length 1, where D is the sum of the levels' channels.
    """
    parts = [normalised(_mean(level, boxes, size)) for level in levels]
    return normalised(np.concatenate(parts, axis=1))


def normalised(vectors: Floats) -> Floats:
    """Return ``(N, D)`` vectors brought to length 1; one of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, TINY), np.float32)


def _mean(level: Floats, boxes: Boxes, size: Size) -> Floats:
    _, rows, columns = level.shape
    across = _shares(boxes[:, 0::2] * (columns / size[0]), columns)
    down = _shares(boxes[:, 1::2] * (rows / size[1]), rows)
    by_box = np.matmul(level, across.T)  # (channels, rows, N)
    return np.asarray(np.einsum("crn,nr->nc", by_box, down), np.float32)


def _shares(spans: Boxes, cells: int) -> Floats:
    """Return ``(N, cells)``: how much of each span ``(N, 2)`` lies in each cell; together 1."""
    edges = np.arange(cells)
    low, high = spans[:, :1], spans[:, 1:]
    inside = np.clip(np.minimum(high, edges + 1) - np.maximum(low, edges), 0, None)
    return np.asarray(inside / np.maximum(inside.sum(axis=1, keepdims=True), TINY), np.float32)
