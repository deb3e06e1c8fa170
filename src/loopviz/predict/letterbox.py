"""How a picture stands in a model's input: scaled as a whole, in the middle, on grey, and the way back of its boxes.

As Ultralytics' YOLO does it, since a model sees best what it was trained on: both sides are scaled by one factor and
rounded, by OpenCV's bilinear interpolation; around it is grey of 114, an odd pixel of which lies to the right or below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loopviz.geometry import Boxes, clip_boxes

Rgb = npt.NDArray[np.uint8]
Size = tuple[int, int]  # width, height
GREY = 114


@dataclass(frozen=True)
class InputFit:
    """Where pictures of one size stand in an input.

    Attributes:
        picture: The pictures' width and height.
        input: The input's.
        scaled: The pictures', once they are scaled.
        left: How many columns of grey are before them.
        top: How many rows of grey are above them.
    """

    picture: Size
    input: Size
    scaled: Size
    left: int
    top: int

    @classmethod
    def of(cls, picture: Size, size: Size, stride: int | None = None) -> InputFit:
        """Return how pictures of one size stand in an input.

        Args:
            picture: The pictures' width and height.
            size: The input's, or the largest that it may have.
            stride: Where the input may be of any size: what its sides are multiples of. It has no more grey than that
                asks for then.
        """
        factor = min(size[0] / picture[0], size[1] / picture[1])
        wide, high = (max(round(side * factor), 1) for side in picture)
        across, down = size[0] - wide, size[1] - high
        if stride is not None:
            across, down = across % stride, down % stride
        return cls(picture, (wide + across, high + down), (wide, high), across // 2, down // 2)

    def apply(self, picture: Rgb) -> Rgb:
        """Return a picture, ``(height, width, 3)``, as the input has it."""
        import cv2  # here: who reads a label set has no use for it

        if self.picture != self.scaled:
            picture = np.asarray(cv2.resize(picture, self.scaled, interpolation=cv2.INTER_LINEAR), np.uint8)
        whole = np.full((self.input[1], self.input[0], 3), GREY, np.uint8)
        whole[self.top : self.top + self.scaled[1], self.left : self.left + self.scaled[0]] = picture
        return whole

    def into(self, boxes: Boxes) -> Boxes:
        """Return ``(N, 4)`` corner boxes of a picture as they lie in the input, in pixels."""
        return boxes * self._scale + self._shift

    def back(self, boxes: Boxes) -> Boxes:
        """Return ``(N, 4)`` corner boxes of the input as they lie in the picture, cut to it, in pixels."""
        return clip_boxes((boxes - self._shift) / self._scale, *self.picture)

    @property
    def _scale(self) -> Boxes:
        return np.tile(np.divide(self.scaled, self.picture), 2)

    @property
    def _shift(self) -> Boxes:
        return np.array([self.left, self.top, self.left, self.top], np.float64)
