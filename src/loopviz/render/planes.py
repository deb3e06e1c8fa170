"""Drawing on a picture's own Y, Cb and Cr planes.

A picture stays YUV 4:2:0, of 8 or 10 bits, from decoder to encoder; only the rectangles under a drawing are touched,
and every other pixel reaches the encoder bit-exact. Drawings are painted once in RGB and converted once, with the
matrix, range and depth of the stream (ITU-R BT.601, BT.709, BT.2020 non-constant luminance; ITU-T H.273 for the depth),
to planes that are multiplied by their alpha: blending is then one multiplication and one addition. In HDR white is the
white of paper, see ``loopviz.media.hdr_curves``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, floor
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from loopviz.media import ColorTags
from loopviz.media.hdr_curves import from_standard, is_hdr
from loopviz.media.rotation import Plane, plane_view

LUMA = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}


@dataclass(frozen=True)
class PlaneLayer:
    """One plane of a sprite: values already multiplied by alpha, and what of the ground shows through (255 - alpha)."""

    values: Plane
    through: Plane | None  # None: nothing shows through


@dataclass(frozen=True)
class PlanarSprite:
    """A sprite in the stream's own colours: luma, and both chroma planes at half the size.

    Attributes:
        layers: Y, Cb, Cr, without the empty margins of the drawing.
        corner: Where they begin in the drawing, ``x, y`` in even pixels.
    """

    layers: tuple[PlaneLayer, PlaneLayer, PlaneLayer]
    corner: tuple[int, int] = (0, 0)


def planes(picture: av.VideoFrame) -> tuple[Plane, Plane, Plane]:
    """Return writable views of a 4:2:0 picture's planes; writing to them writes to the picture.

    Rows in memory are longer than the picture is wide: a view leaves their padding out.
    """
    return plane_view(picture, 0), plane_view(picture, 1), plane_view(picture, 2)


def rgb_to_yuv(rgb: npt.NDArray[np.float64], color: ColorTags) -> npt.NDArray[np.float64]:
    """Return ``(…, 3)`` red, green, blue from 0 to 255 of a standard screen as Y, Cb, Cr of the stream, unrounded."""
    if is_hdr(color):
        rgb = 255 * np.asarray(from_standard(rgb / 255, color), dtype=np.float64)
    return _codes(rgb, color)


def _codes(rgb: npt.NDArray[np.float64], color: ColorTags) -> npt.NDArray[np.float64]:
    """Return the stream's own red, green, blue, counted from 0 to 255, as its Y, Cb, Cr: a linear map."""
    kr, kb = LUMA[color.matrix]
    y = rgb @ np.array([kr, 1 - kr - kb, kb])
    cb = (rgb[..., 2] - y) / (2 * (1 - kb))
    cr = (rgb[..., 0] - y) / (2 * (1 - kr))
    more = 1 << color.depth - 8  # limited range grows by whole powers of two, full range up to the highest number
    if color.full_range:
        top = (256 * more - 1) / 255
        return np.stack([y * top, cb * top + 128 * more, cr * top + 128 * more], axis=-1)
    return more * np.stack([16 + y * (219 / 255), 128 + cb * (224 / 255), 128 + cr * (224 / 255)], axis=-1)


def to_planar(pixels: Plane, color: ColorTags) -> PlanarSprite:
    """Convert a painted drawing.

    Args:
        pixels: ``(height, width, 4)``, red, green, blue multiplied by alpha, and alpha; both sides even.
        color: The stream's matrix, range, transfer and depth.

    Returns:
        The sprite; a chroma sample is the mean of the four pixels that it stands for.
    """
    x, y, width, height = _ink(pixels)
    painted = pixels[y : y + height, x : x + width].astype(np.float32)
    if is_hdr(color):
        painted[..., :3] = in_hdr(painted, color)
    full = cv2.transform(painted, premultiplied_matrix(color))
    half = cv2.resize(full, (full.shape[1] // 2, full.shape[0] // 2), interpolation=cv2.INTER_AREA)
    through = _through(full, color), _through(half, color)
    chroma = [PlaneLayer(_rounded(half[..., i], color), through[1]) for i in (1, 2)]
    return PlanarSprite((PlaneLayer(_rounded(full[..., 0], color), through[0]), chroma[0], chroma[1]), (x, y))


def _ink(pixels: Plane) -> tuple[int, int, int, int]:
    """Return ``x y width height`` of what is not fully transparent, in even pixels and two of them at least."""
    x, y, width, height = cv2.boundingRect(cv2.extractChannel(pixels, 3))
    left, top = x - x % 2, y - y % 2
    return left, top, max(2, x + width - left + (x + width) % 2), max(2, y + height - top + (y + height) % 2)


def in_hdr(pixels: npt.NDArray[np.float32], color: ColorTags) -> npt.NDArray[np.floating[Any]]:
    """Return red, green, blue multiplied by alpha in the stream's own numbers, counted from 0 to 255 as well."""
    alpha = pixels[..., 3:]
    straight = np.divide(pixels[..., :3], alpha, out=np.zeros_like(pixels[..., :3]), where=alpha > 0)
    return from_standard(straight, color) * alpha


@cache
def premultiplied_matrix(color: ColorTags) -> npt.NDArray[np.float32]:
    """The linear map from red, green, blue, alpha to Y, Cb, Cr, alpha: black's own place counts as alpha does."""
    black = _codes(np.zeros(3), color)
    columns = [_codes(255 * unit, color) - black for unit in np.eye(3)]
    matrix = np.eye(4)
    matrix[:3] = np.stack([*columns, black], axis=1) / 255
    return matrix.astype(np.float32)


def _rounded(values: npt.NDArray[Any], color: ColorTags) -> Plane:
    top, dtype = (1 << color.depth) - 1, np.uint8 if color.depth == 8 else np.uint16
    return np.asarray(np.rint(np.clip(values, 0, top)), dtype=dtype)


def _through(yuva: npt.NDArray[Any], color: ColorTags) -> Plane | None:
    """Return what of the ground shows through, from 0 to 255 at any depth."""
    through = 255 - _rounded(yuva[..., 3], color)
    return through if through.any() else None


def draw_sprite(canvas: tuple[Plane, Plane, Plane], sprite: PlanarSprite, x: int, y: int) -> None:
    """Blend a sprite onto planes with its corner at even ``x, y``; what lies outside the canvas is cut off."""
    x, y = x + sprite.corner[0], y + sprite.corner[1]
    for plane, layer, step in zip(canvas, sprite.layers, (1, 2, 2), strict=True):
        _blend(plane, layer, x // step, y // step)


def faded(sprite: PlanarSprite, opacity: float) -> PlanarSprite:
    """Return a sprite of which only a share shows, 0 to 1."""
    if opacity >= 1:
        return sprite
    first, *others = (_faded(layer, opacity) for layer in sprite.layers)
    return PlanarSprite((first, others[0], others[1]), sprite.corner)


def _faded(layer: PlaneLayer, opacity: float) -> PlaneLayer:
    values = np.rint(layer.values * opacity).astype(layer.values.dtype)
    alpha = 255.0 if layer.through is None else 255.0 - layer.through
    through = np.broadcast_to(np.rint(255 - alpha * opacity), values.shape).astype(values.dtype)
    return PlaneLayer(values, through)


def _blend(plane: Plane, layer: PlaneLayer, x: int, y: int) -> None:
    values, through = layer.values, layer.through
    (height, width), (rows, columns) = values.shape, plane.shape
    if x < 0 or y < 0 or x + width > columns or y + height > rows:
        within = slice(max(0, -y), max(0, rows - y)), slice(max(0, -x), max(0, columns - x))
        values, through = values[within], None if through is None else through[within]
        height, width = values.shape
        x, y = max(0, x), max(0, y)
        if not values.size:
            return
    ground = plane[y : y + height, x : x + width]
    if through is None:
        ground[...] = values
        return
    cv2.multiply(ground, through, dst=ground, scale=1 / 255)
    cv2.add(ground, values, dst=ground)
    if ground.dtype != np.uint8:  # 8 bits stop at their top by themselves
        cv2.min(ground, np.array(top_of(ground), np.float64), dst=ground)


def top_of(plane: Plane) -> int:
    """Return the highest number that a plane's samples may have."""
    return 255 if plane.dtype == np.uint8 else 1023


def fill_rect(
    canvas: tuple[Plane, Plane, Plane],
    edges: tuple[float, float, float, float],
    yuv: Iterable[float],
    opacity: float = 1.0,
) -> None:
    """Fill ``x_min y_min x_max y_max`` (pixels) with a colour; a sample that an edge cuts is covered in part.

    Chroma samples are two pixels wide, so a line of one pixel has its full brightness and half its colour.
    """
    values, top = list(yuv), top_of(canvas[0])
    if max(values) > top or min(values) < 0:
        # Full range has no room for the purest red and blue: their chroma is half a step beyond the top.
        values = [min(max(0.0, wanted), top) for wanted in values]
    x0, y0, x1, y1 = edges
    if opacity == 1.0 and not (x0 % 1 or y0 % 1 or x1 % 1 or y1 % 1):  # most bars: no pixel is covered in part
        left, upper, right, lower = max(0, int(x0)), max(0, int(y0)), max(0, int(x1)), max(0, int(y1))
        canvas[0][upper:lower, left:right] = round(values[0])
        if not (left % 2 or upper % 2 or right % 2 or lower % 2):
            rows, columns = slice(upper // 2, lower // 2), slice(left // 2, right // 2)
            canvas[1][rows, columns], canvas[2][rows, columns] = round(values[1]), round(values[2])
            return
    else:
        _fill(canvas[:1], values[:1], edges, opacity)
    _fill(canvas[1:], values[1:], (x0 / 2, y0 / 2, x1 / 2, y1 / 2), opacity)


def _fill(
    planes: Sequence[Plane], values: Sequence[float], edges: tuple[float, float, float, float], opacity: float
) -> None:
    """Fill a rectangle, in samples, of planes of one size with a value each."""
    x0, y0, x1, y1 = edges
    height, width = planes[0].shape
    for rows, down in bands(y0, y1, height):
        for columns, across in bands(x0, x1, width):
            covered = down * across * opacity
            for plane, value in zip(planes, values, strict=True):
                ground = plane[rows, columns]
                if covered == 1.0:
                    ground[...] = round(value)
                elif ground.dtype == np.uint8:  # as below, in a fifth of the time
                    cv2.convertScaleAbs(ground, dst=ground, alpha=1 - covered, beta=value * covered)
                else:
                    ground[...] = np.rint(ground + (value - ground) * covered)


def bands(low: float, high: float, size: int) -> Iterator[tuple[slice, float]]:
    """Yield the samples between two edges, those together that are covered equally, and how much of each is."""
    low, high = max(0.0, low), min(float(size), high)
    if high <= low:
        return
    first, last = ceil(low), floor(high)
    if first > last:  # both edges cut the same sample
        yield slice(last, first), high - low
        return
    if first > low:
        yield slice(first - 1, first), first - low
    if last > first:
        yield slice(first, last), 1.0
    if high > last:
        yield slice(last, last + 1), high - last


def around(size: tuple[int, int], hole: tuple[int, int, int, int]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the four rectangles ``x0 y0 x1 y1`` of a canvas around a picture ``x y width height``."""
    (width, height), (x, y, w, h) = size, hole
    yield 0, 0, width, y
    yield 0, y + h, width, height
    yield 0, y, x, y + h
    yield x + w, y, width, y + h
