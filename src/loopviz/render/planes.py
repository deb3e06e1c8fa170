"""Drawing on a picture's own Y, Cb and Cr planes.

A picture stays YUV 4:2:0 from decoder to encoder; only the rectangles under a drawing are touched, and every other
pixel reaches the encoder bit-exact. Drawings are painted once in RGB and converted once, with the matrix and range of
the stream (ITU-R BT.601, BT.709, BT.2020 non-constant luminance), to planes that are multiplied by their alpha:
blending is then one multiplication and one addition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from loopviz.media import ColorTags

Plane = npt.NDArray[np.uint8]
LUMA = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}


@dataclass(frozen=True)
class PlaneLayer:
    """One plane of a sprite: values already multiplied by alpha, and what of the ground shows through (255 - alpha)."""

    values: Plane
    through: Plane | None  # None: nothing shows through


@dataclass(frozen=True)
class PlanarSprite:
    """A sprite in the stream's own colours: luma, and both chroma planes at half the size."""

    layers: tuple[PlaneLayer, PlaneLayer, PlaneLayer]


def planes(picture: av.VideoFrame) -> tuple[Plane, Plane, Plane]:
    """Return writable views of a ``yuv420p`` picture's planes; writing to them writes to the picture.

    Rows in memory are longer than the picture is wide: a view leaves their padding out.
    """
    views = []
    for plane in picture.planes:
        rows = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(-1, plane.line_size)
        views.append(rows[: plane.height, : plane.width])
    return views[0], views[1], views[2]


def rgb_to_yuv(rgb: npt.NDArray[np.float64], color: ColorTags) -> npt.NDArray[np.float64]:
    """Return ``(…, 3)`` red, green, blue from 0 to 255 as Y, Cb, Cr on the 8-bit scale of the stream, unrounded."""
    kr, kb = LUMA[color.matrix]
    y = rgb @ np.array([kr, 1 - kr - kb, kb])
    cb = (rgb[..., 2] - y) / (2 * (1 - kb))
    cr = (rgb[..., 0] - y) / (2 * (1 - kr))
    if color.full_range:
        return np.stack([y, cb + 128, cr + 128], axis=-1)
    return np.stack([16 + y * (219 / 255), 128 + cb * (224 / 255), 128 + cr * (224 / 255)], axis=-1)


def to_planar(pixels: Plane, color: ColorTags) -> PlanarSprite:
    """Convert a painted drawing.

    Args:
        pixels: ``(height, width, 4)``, red, green, blue multiplied by alpha, and alpha; both sides even.
        color: The stream's matrix and range.

    Returns:
        The sprite; a chroma sample is the mean of the four pixels that it stands for.
    """
    full = cv2.transform(pixels.astype(np.float32), _premultiplied_matrix(color))
    half = cv2.resize(full, (full.shape[1] // 2, full.shape[0] // 2), interpolation=cv2.INTER_AREA)
    through = _through(full), _through(half)
    chroma = [PlaneLayer(_rounded(half[..., i]), through[1]) for i in (1, 2)]
    return PlanarSprite((PlaneLayer(_rounded(full[..., 0]), through[0]), chroma[0], chroma[1]))


def _premultiplied_matrix(color: ColorTags) -> npt.NDArray[np.float32]:
    """The linear map from red, green, blue, alpha to Y, Cb, Cr, alpha: black's own place counts as alpha does."""
    black = rgb_to_yuv(np.zeros(3), color)
    columns = [rgb_to_yuv(255 * unit, color) - black for unit in np.eye(3)]
    matrix = np.eye(4)
    matrix[:3] = np.stack([*columns, black], axis=1) / 255
    return matrix.astype(np.float32)


def _rounded(values: npt.NDArray[Any]) -> Plane:
    return np.asarray(np.rint(np.clip(values, 0, 255)), dtype=np.uint8)


def _through(yuva: npt.NDArray[Any]) -> Plane | None:
    through = 255 - _rounded(yuva[..., 3])
    return through if through.any() else None


def draw_sprite(canvas: tuple[Plane, Plane, Plane], sprite: PlanarSprite, x: int, y: int) -> None:
    """Blend a sprite onto planes with its corner at even ``x, y``; what lies outside the canvas is cut off."""
    for plane, layer, step in zip(canvas, sprite.layers, (1, 2, 2), strict=True):
        _blend(plane, layer, x // step, y // step)


def _blend(plane: Plane, layer: PlaneLayer, x: int, y: int) -> None:
    height, width = layer.values.shape
    top, left = max(0, -y), max(0, -x)
    bottom, right = min(height, plane.shape[0] - y), min(width, plane.shape[1] - x)
    if bottom <= top or right <= left:
        return
    ground = plane[y + top : y + bottom, x + left : x + right]
    values = layer.values[top:bottom, left:right]
    if layer.through is None:
        ground[...] = values
        return
    cv2.multiply(ground, layer.through[top:bottom, left:right], dst=ground, scale=1 / 255)
    cv2.add(ground, values, dst=ground)


def fill_rect(
    canvas: tuple[Plane, Plane, Plane],
    edges: tuple[float, float, float, float],
    yuv: npt.NDArray[np.float64],
    opacity: float = 1.0,
) -> None:
    """Fill ``x_min y_min x_max y_max`` (pixels) with a colour; a sample that an edge cuts is covered in part.

    Chroma samples are two pixels wide, so a line of one pixel has its full brightness and half its colour.
    """
    # Full range has no room for the purest red and blue: their chroma is 255.5.
    for plane, value, step in zip(canvas, yuv.clip(0, 255).tolist(), (1, 2, 2), strict=True):
        x0, y0, x1, y1 = (edge / step for edge in edges)
        if opacity == 1.0 and x0.is_integer() and y0.is_integer() and x1.is_integer() and y1.is_integer():
            plane[max(0, int(y0)) : max(0, int(y1)), max(0, int(x0)) : max(0, int(x1))] = round(value)
            continue
        across, x = _coverage(x0, x1, plane.shape[1])
        down, y = _coverage(y0, y1, plane.shape[0])
        ground = plane[y : y + len(down), x : x + len(across)]
        ground[...] = np.rint(ground + (value - ground) * np.outer(down, across) * opacity)


def _coverage(low: float, high: float, size: int) -> tuple[npt.NDArray[np.float64], int]:
    """Return how much of each sample from the first touched on is covered, and which one that is."""
    low, high = max(0.0, low), min(float(size), high)
    if high <= low:
        return np.zeros(0), 0
    first, last = floor(low), ceil(high)
    covered = np.ones(last - first)
    covered[0] -= low - first
    covered[-1] -= last - high
    return covered, first


def around(size: tuple[int, int], hole: tuple[int, int, int, int]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the four rectangles ``x0 y0 x1 y1`` of a canvas around a picture ``x y width height``."""
    (width, height), (x, y, w, h) = size, hole
    yield 0, 0, width, y
    yield 0, y + h, width, height
    yield 0, y, x, y + h
    yield x + w, y, width, y + h
