"""What is measured of a finished picture: how words stand out from what is behind them, and how near to its edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt

from loopviz.media import Source, to_rgb
from loopviz.render.compositor import Compositor, composed
from loopviz.render.plan import view_of
from loopviz.scene import Element, Scene, Sprite, Text, Typesetter, View
from loopviz.scene.contrast import READABLE, luminance
from loopviz.scene.oklab import linear_light
from loopviz.timeline import Shown

SAFE = 0.05  # of each side: what screens, frames and projectors may cover (EBU R 95 calls it the graphics safe area)
FEW = 0.05  # of the ground behind words may be nearer to their colour than is said: a line that crosses them
CAPITAL, BELOW = 0.75, 0.22  # of the type's size: how far letters reach above their base line, and below it

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Words:
    """A text on the picture.

    Attributes:
        text: The words.
        box: Where they are: ``x_min y_min x_max y_max`` in pixels of the canvas.
        contrast: The ratio of their colour to what is behind them, from 1 to 21, on all but a twentieth of it.
        is_readable: Whether that is enough.
        is_inside: Whether they keep the safe margin.
    """

    text: str
    box: Box
    contrast: float
    is_readable: bool
    is_inside: bool


class WordlessScene:
    """A scene as it is, but for its words: what is behind them is seen."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scene, name)

    def elements(self, view: View) -> tuple[Element, ...]:
        """Return what is drawn at a moment, without texts."""
        return tuple(map(_wordless, self._scene.elements(view)))


def _wordless(element: Element) -> Element:
    if not isinstance(element, Sprite):
        return element
    shapes = tuple(shape for shape in element.drawing.shapes if not isinstance(shape, Text))
    return replace(element, drawing=replace(element.drawing, shapes=shapes))


def words_on(source: Source, scene: Scene, shown: Shown, kept: dict[int, av.VideoFrame]) -> list[Words]:
    """Measure the words that are on the finished picture at a moment.

    Args:
        source: The open source.
        scene: What is drawn.
        shown: The moment.
        kept: Pictures that were decoded before; see ``pictures_of``.

    Raises:
        InputError: If the frame is damaged.
    """
    behind = Compositor(cast(Scene, WordlessScene(scene)), (source.info.width, source.info.height), source.info.color)
    ground = to_rgb(next(composed(source, behind, [shown], kept)))
    light = _luminance(ground)
    return [_measured(text, box, light) for text, box in _texts(scene.typesetter, scene.elements(view_of(shown)))]


def _texts(typesetter: Typesetter, elements: tuple[Element, ...]) -> Iterator[tuple[Text, Box]]:
    for element in elements:
        if not isinstance(element, Sprite) or element.opacity <= 0:
            continue
        for shape in element.drawing.shapes:
            if isinstance(shape, Text) and shape.text.strip():
                yield shape, _box(typesetter, shape, element.x, element.y)


def _box(typesetter: Typesetter, text: Text, x: int, y: int) -> Box:
    longest, _, lines = typesetter.measure(text.text, text.style, text.width)
    spare = {"left": 0.0, "right": text.width - longest, "center": (text.width - longest) / 2}[text.align]
    left, base, size = x + text.x + spare, y + text.y, text.style.size
    last = base + (lines - 1) * typesetter.line_height(text.style)
    return left, base - CAPITAL * size, left + longest, last + BELOW * size


def _measured(text: Text, box: Box, light: npt.NDArray[np.float32]) -> Words:
    height, width = light.shape
    x0, y0, x1, y1 = (int(edge) for edge in box)
    behind = light[max(0, y0) : max(1, y1 + 1), max(0, x0) : max(1, x1 + 1)]
    ink = luminance(text.style.color)
    ratios = (np.maximum(behind, ink) + 0.05) / (np.minimum(behind, ink) + 0.05)
    ratio = float(np.quantile(ratios, FEW)) if behind.size else 1.0
    inside = SAFE * width <= box[0] and box[2] <= (1 - SAFE) * width
    inside = inside and SAFE * height <= box[1] and box[3] <= (1 - SAFE) * height
    return Words(text.text, box, round(ratio, 2), ratio >= READABLE, inside)


def _luminance(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the relative luminance of each pixel, 0 to 1 (WCAG 2.2), shape ``(height, width)``."""
    table = linear_light(np.arange(256)).astype(np.float32)
    light: npt.NDArray[np.float32] = table[rgb] @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return light
