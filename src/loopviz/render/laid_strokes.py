"""Strokes that build up over a film, as sprites: from one moment to the next only what was added is painted.

All is reckoned element by element, so that a sample is the same to the last bit whichever part of the field it was
painted with: a film that begins anywhere has the pixels that it has there when it begins at its beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import numpy.typing as npt

from loopviz.media import ColorTags
from loopviz.media.hdr_curves import is_hdr
from loopviz.media.rotation import Plane
from loopviz.render.planes import PlanarSprite, PlaneLayer, in_hdr, premultiplied_matrix
from loopviz.scene.strokes import LaidStrokes, Strokes

Canvas = npt.NDArray[np.float32]


class PaintedStrokes:
    """Strokes as red, green and blue multiplied by alpha, and alpha, from 0 to 255."""

    def __init__(self, strokes: Strokes) -> None:
        self._laid = LaidStrokes(strokes)
        width, height = strokes.size
        self._pixels: Canvas = np.zeros((height, width, 4), np.float32)

    def at(self, count: int) -> Canvas:
        """Return the field with so many boxes on it; it stays so until the next call."""
        for x0, y0, x1, y1 in self._laid.go_to(count):
            self._pixels[y0:y1, x0:x1] = self._laid.strokes.pixels(self._laid.field[y0:y1, x0:x1])
        return self._pixels


class PlanarStrokes:
    """The same in the planes of a stream."""

    def __init__(self, strokes: Strokes, color: ColorTags) -> None:
        self._laid, self._color = LaidStrokes(strokes), color
        width, height = strokes.size
        dtype = np.uint8 if color.depth == 8 else np.uint16
        self._values = [np.zeros(shape, dtype) for shape in ((height, width), *[(height // 2, width // 2)] * 2)]
        self._through = [np.full(each.shape, 255, dtype) for each in self._values[:2]]

    def at(self, count: int) -> PlanarSprite:
        """Return the sprite with so many boxes on it; it stays so until the next call."""
        for x0, y0, x1, y1 in self._laid.go_to(count):
            full = self._converted(self._laid.strokes.pixels(self._laid.field[y0:y1, x0:x1]))
            half = [_halved(each) for each in full]
            whole, part = np.s_[y0:y1, x0:x1], np.s_[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2]
            self._values[0][whole], self._through[0][whole] = self._rounded(full[0]), 255 - np.rint(full[3])
            self._values[1][part], self._values[2][part] = self._rounded(half[1]), self._rounded(half[2])
            self._through[1][part] = 255 - np.rint(half[3])
        luma, blue, red = self._values
        through, of_chroma = self._through
        return PlanarSprite((PlaneLayer(luma, through), PlaneLayer(blue, of_chroma), PlaneLayer(red, of_chroma)))

    @cached_property
    def _matrix(self) -> list[list[float]]:
        return [[float(weight) for weight in row] for row in premultiplied_matrix(self._color)]

    def _converted(self, pixels: Canvas) -> list[Canvas]:
        """Return Y, Cb, Cr, multiplied by alpha, and alpha."""
        if is_hdr(self._color):
            pixels = np.concatenate([in_hdr(pixels, self._color), pixels[..., 3:]], axis=-1).astype(np.float32)
        return [np.asarray(sum(_weighted(pixels, row)), np.float32) for row in self._matrix]

    def _rounded(self, values: Canvas) -> Plane:
        return np.asarray(np.rint(np.clip(values, 0, (1 << self._color.depth) - 1)), self._values[0].dtype)


def _weighted(pixels: Canvas, row: list[float]) -> Iterator[Canvas]:
    yield from (np.float32(weight) * pixels[..., place] for place, weight in enumerate(row) if weight)


def _halved(plane: Canvas) -> Canvas:
    """Return the means of four pixels each."""
    upper, lower = plane[0::2], plane[1::2]
    return (upper[:, 0::2] + upper[:, 1::2] + lower[:, 0::2] + lower[:, 1::2]) * np.float32(0.25)
