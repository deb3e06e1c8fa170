"""A page of pixels: photographs laid down, and a scene's elements painted over them in red, green and blue."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from loopviz.scene import Element, Rect, Sprite, Text, Typesetter
from loopviz.scene.contrast import channels

Pixels = npt.NDArray[np.uint8]


class Page:
    """A page of ``width`` by ``height`` pixels of one paper; ``pixels`` is ``(height, width, 3)``."""

    def __init__(self, typesetter: Typesetter, width: int, height: int, paper: str) -> None:
        self._typesetter = typesetter
        self.pixels: Pixels = np.empty((height, width, 3), dtype=np.uint8)
        self.pixels[...] = channels(paper)

    def photograph(self, picture: Pixels, x: int, y: int) -> None:
        """Lay a picture, ``(height, width, 3)``, down with its corner at ``x, y``."""
        self.pixels[y : y + picture.shape[0], x : x + picture.shape[1]] = picture

    def set(self, shapes: Iterable[Text | Rect], x: float = 0, y: float = 0) -> None:
        """Set type and rules whose own origin lies at ``x, y``."""
        self.draw(self._typesetter.place(shapes, x, y))

    def draw(self, elements: Iterable[Element]) -> None:
        """Paint elements in their order; what lies outside the page is cut off."""
        for element in elements:
            match element:
                case Rect():
                    self._fill(element)
                case Sprite():
                    self._blend(self._typesetter.paint(element.drawing), element.x, element.y)

    def _fill(self, rect: Rect) -> None:
        x0, y0, x1, y1 = (max(0, round(edge)) for edge in (rect.x_min, rect.y_min, rect.x_max, rect.y_max))
        ground = self.pixels[y0:y1, x0:x1]
        ground[...] = np.rint(ground + (np.array(channels(rect.color)) - ground) * rect.opacity)

    def _blend(self, painted: Pixels, x: int, y: int) -> None:
        """Lay a painting (colours multiplied by alpha, and alpha) over the page."""
        top, left = max(0, -y), max(0, -x)
        painted = painted[top : self.pixels.shape[0] - y, left : self.pixels.shape[1] - x]
        ground = self.pixels[y + top : y + top + painted.shape[0], x + left : x + left + painted.shape[1]]
        through = 255 - painted[..., 3:].astype(np.uint16)
        ground[...] = painted[..., :3] + ((ground * through + 127) // 255).astype(np.uint8)
