"""The drawing alone, on transparency: what an editing program lays over the picture.

It is composed in red, green and blue that are multiplied by alpha, as floating-point numbers, and rounded once, at its
end. What is handed on has straight alpha, as ProRes 4444, VP9 and PNG have it: colours are divided by their alpha
again. Over a picture it gives what ``Compositor`` draws on that picture, but for rounding; where chroma is halved, it
is weighted by alpha first, so that nothing of the empty ground bleeds into an edge.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from loopviz.media import ColorTags, VideoSpec
from loopviz.media.color import apply_tags
from loopviz.media.conform import tags_for
from loopviz.media.hdr_curves import from_standard, is_hdr
from loopviz.media.rotation import plane_view
from loopviz.render.laid_strokes import PaintedStrokes
from loopviz.render.planes import bands, in_hdr, premultiplied_matrix
from loopviz.scene import Drawing, Rect, Scene, Sprite, View
from loopviz.scene.contrast import channels
from loopviz.scene.strokes import Accumulation

SPRITES_KEPT = 256
Canvas = npt.NDArray[np.float32]  # (height, width, 4): red, green, blue multiplied by alpha, and alpha, 0 to 255


class OverlayCompositor:
    """Composes the drawings of one scene; keeps the sprites that it drew last.

    Args:
        scene: What is drawn.
        spec: What the pictures are encoded as.
    """

    def __init__(self, scene: Scene, spec: VideoSpec) -> None:
        self._scene, self._spec = scene, spec
        self._color = dataclasses.replace(tags_for(spec), depth=10 if spec.pixel_format.endswith("10le") else 8)
        self._ground = self._empty()
        self._sprite = lru_cache(maxsize=SPRITES_KEPT)(self._painted)
        self._strokes = lru_cache(maxsize=2)(PaintedStrokes)

    def compose(self, view: View) -> av.VideoFrame:
        """Return what is drawn at a moment, in the format and the size of the spec."""
        canvas = self._ground.copy()
        for element in self._scene.elements(view):
            match element:
                case Rect():
                    edges = element.x_min, element.y_min, element.x_max, element.y_max
                    _fill(canvas, edges, self._filling(element.color), element.opacity)
                case Sprite():
                    pixels, (x, y) = self._sprite(element.drawing)
                    _blend(canvas, pixels, (element.x + x, element.y + y), element.opacity)
                case Accumulation():
                    laid = self._in_hdr(self._strokes(element.strokes).at(element.count))
                    _blend(canvas, laid, (element.x, element.y), element.opacity)
        size = self._spec.width, self._spec.height
        if (canvas.shape[1], canvas.shape[0]) != size:
            canvas = np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA), np.float32)
        return _picture(canvas, self._color, self._spec.pixel_format)

    def _empty(self) -> Canvas:
        """Return the paper around the picture; what is the picture's own is empty."""
        width, height = self._scene.canvas_size
        ground = np.empty((height, width, 4), np.float32)
        ground[:] = self._filling(self._scene.theme.colors.paper)
        for x, y, wide, high in self._scene.pictures:
            # Where the canvas ends a pixel after a picture of odd sides, its last pixels stand twice.
            right, bottom = x + wide + (x + wide + 1 == width), y + high + (y + high + 1 == height)
            ground[y:bottom, x:right] = 0
        return ground

    def _filling(self, color: str) -> Canvas:
        rgb = np.array(channels(color), np.float64)
        if is_hdr(self._color):
            rgb = 255 * np.asarray(from_standard(rgb / 255, self._color), dtype=np.float64)
        return np.append(rgb, 255).astype(np.float32)

    def _painted(self, drawing: Drawing) -> tuple[Canvas, tuple[int, int]]:
        """Return a drawing without its empty margins, and where it begins."""
        pixels = self._scene.typesetter.paint(drawing)
        x, y, width, height = cv2.boundingRect(cv2.extractChannel(pixels, 3))
        return self._in_hdr(pixels[y : y + height, x : x + width].astype(np.float32)), (x, y)

    def _in_hdr(self, painted: Canvas) -> Canvas:
        if not is_hdr(self._color) or not painted.size:
            return painted
        return np.concatenate([in_hdr(painted, self._color), painted[..., 3:]], axis=-1).astype(np.float32)


def _fill(canvas: Canvas, edges: tuple[float, float, float, float], filling: Canvas, opacity: float) -> None:
    """Fill ``x_min y_min x_max y_max`` with a colour; a pixel that an edge cuts is covered in part."""
    x0, y0, x1, y1 = edges
    height, width = canvas.shape[:2]
    for rows, down in bands(y0, y1, height):
        for columns, across in bands(x0, x1, width):
            ground = canvas[rows, columns]
            ground += (filling - ground) * np.float32(down * across * opacity)


def _blend(canvas: Canvas, pixels: Canvas, corner: tuple[int, int], opacity: float) -> None:
    """Lay a drawing on a canvas; what lies outside is cut off."""
    x, y = corner
    height, width = pixels.shape[:2]
    top, left = max(0, -y), max(0, -x)
    bottom, right = min(height, canvas.shape[0] - y), min(width, canvas.shape[1] - x)
    if bottom <= top or right <= left:
        return
    ground = canvas[y + top : y + bottom, x + left : x + right]
    laid = pixels[top:bottom, left:right] * np.float32(opacity)
    ground *= 1 - laid[..., 3:] / 255
    ground += laid


def _picture(canvas: Canvas, color: ColorTags, pixel_format: str) -> av.VideoFrame:
    """Return a canvas as a picture with straight alpha."""
    if pixel_format == "rgba":
        return av.VideoFrame.from_ndarray(_rounded(_straight(canvas, (0, 0, 0)), 255).astype(np.uint8), format="rgba")
    matrix = premultiplied_matrix(color)
    yuva = np.asarray(cv2.transform(canvas, matrix), np.float32)
    nothing = tuple((matrix[:3, 3] * 255).tolist())  # black: its chroma is in the middle
    height, width = canvas.shape[:2]
    made = av.VideoFrame(width, height, pixel_format)
    full = chroma = _straight(yuva, nothing)
    if pixel_format == "yuva420p":
        half = np.asarray(cv2.resize(yuva, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.float32)
        chroma = _straight(half, nothing)
    top = (1 << color.depth) - 1
    for place, layer in enumerate((full, chroma, chroma)):
        plane_view(made, place)[:] = _rounded(layer[..., place], top)
    plane_view(made, 3)[:] = _rounded(full[..., 3] * (top / 255), top)
    apply_tags(made, color)
    return made


def _straight(pixels: npt.NDArray[Any], nothing: tuple[float, ...]) -> Canvas:
    """Return three channels divided by the fourth, alpha from 0 to 255; ``nothing`` where that is 0."""
    alpha = pixels[..., 3:]
    straight = np.empty_like(pixels)
    straight[..., :3] = nothing
    np.divide(pixels[..., :3] * np.float32(255), alpha, out=straight[..., :3], where=alpha > 0)
    straight[..., 3:] = alpha
    return straight


def _rounded(values: npt.NDArray[Any], top: int) -> npt.NDArray[Any]:
    rounded: npt.NDArray[Any] = np.rint(np.clip(values, 0, top))
    return rounded
