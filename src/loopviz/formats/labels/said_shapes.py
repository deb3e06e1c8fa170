"""Shapes as documents say them, in numbers and points that strangers wrote; what cannot be one is refused."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.formats.labels.by_name import MOST_MASK, BadShape, Shape, Size, bounds, of_corners, without_area
from loopviz.formats.picture_size import MAX_SIDE

Points = list[tuple[float, float]]


def pixels(said: Any, what: str = "a coordinate") -> float:
    """Return a number of pixels.

    Raises:
        BadShape: If it is no number, or one far outside any picture.
    """
    if not isinstance(said, int | float) or isinstance(said, bool) or not abs(said) <= MAX_SIDE:
        raise BadShape(f"not a number of pixels: {what}", said, f"a number, at most {MAX_SIDE}")
    return float(said)


def fields(said: Any, *names: str) -> list[float]:
    """Return numbers of pixels that an object has under some names.

    Raises:
        BadShape: If it is no object, or one of them is no such number.
    """
    if not isinstance(said, Mapping):
        raise BadShape("not an object", said, f"an object with {', '.join(names)}")
    return [pixels(said.get(name), name) for name in names]


def pairs(said: Any) -> Points:
    """Return points that are written ``[[x, y], …]``.

    Raises:
        BadShape: If they are none.
    """
    if not isinstance(said, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in said):
        raise BadShape("not a list of points", said, "[[x, y], …]")
    return [(pixels(x, "x"), pixels(y, "y")) for x, y in said]


def named_pairs(said: Any) -> Points:
    """Return points that are written ``[{"x": x, "y": y}, …]``.

    Raises:
        BadShape: If they are none.
    """
    if not isinstance(said, list) or not all(isinstance(point, dict) for point in said):
        raise BadShape("not a list of points", said, '[{"x": …, "y": …}, …]')
    return [(pixels(point.get("x"), "x"), pixels(point.get("y"), "y")) for point in said]


def cornered(category: str, left: float, top: float, wide: float, high: float) -> Shape:
    """Return the label of a box by its corner and size.

    Raises:
        BadShape: If it is of less than nothing.
    """
    if wide < 0 or high < 0:
        raise BadShape("a box of less than nothing", f"{wide:g} by {high:g}", "a width and a height from 0")
    return Shape(category, (left, top, left + wide, top + high))


def outlined(category: str, *parts: Sequence[tuple[float, float]]) -> Shape:
    """Return the label of an outline of one part or several.

    Raises:
        BadShape: If a part has less than three points, or there is none.
    """
    if not parts or any(len(points) < 3 for points in parts):
        raise BadShape("not an outline", min(parts, key=len, default=None), "three points or more")
    polygons = [[value for pair in points for value in pair] for points in parts]
    return Shape(category, bounds([value for polygon in polygons for value in polygon]), polygons)


def four_corners(category: str, points: Sequence[tuple[float, float]]) -> Shape:
    """Return the label of four corners: a rotated box if they are a rectangle's, else an outline.

    Raises:
        BadShape: If they are not four.
    """
    if len(points) != 4:
        raise BadShape("not a box that is turned", points, "four corners")
    return of_corners(category, [value for pair in points for value in pair])


def mask_of_png(text: Any) -> npt.NDArray[np.bool_]:
    """Return the pixels of a PNG in base64 that are set.

    Raises:
        BadShape: If it is none, or too large.
    """
    if not isinstance(text, str):
        raise BadShape("not a mask", text, "a PNG in base64")
    try:
        return mask_of_bytes(base64.b64decode(text, validate=True))
    except ValueError as error:  # binascii.Error, or characters beyond ASCII
        raise BadShape("not a mask", str(error), "a PNG in base64") from None


def mask_of_bytes(data: bytes) -> npt.NDArray[np.bool_]:
    """Return the pixels of a PNG that are set; where it has an alpha channel, those that are not transparent.

    Raises:
        BadShape: If it is none, or too large.
    """
    # here: whoever looks for a format's files asks its module, and most have no masks
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if image.width * image.height > MOST_MASK:
                raise BadShape("a mask that is too large", f"{image.width}x{image.height}", f"{MOST_MASK:,} pixels")
            shown = image.getchannel("A") if image.mode in ("RGBA", "LA") else image.convert("L")
            return np.asarray(shown) > 0
    except UnidentifiedImageError:  # which calls the bytes by their place in memory
        raise BadShape("not a mask", "bytes that are no picture", "a PNG") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadShape("not a mask", str(error), "a PNG") from None


def point(category: str, points: Sequence[tuple[float, float]]) -> Shape:
    """Return the label of points of one object.

    Raises:
        BadShape: If there is none.
    """
    if not points:
        raise BadShape("not a point", points, "one point or more")
    return without_area(category, points, "points")


def line(category: str, points: Sequence[tuple[float, float]]) -> Shape:
    """Return the label of a line.

    Raises:
        BadShape: If it has less than two points.
    """
    if len(points) < 2:
        raise BadShape("not a line", points, "two points or more")
    return without_area(category, points, "line")


def size_said(said: Any, *names: str) -> Size | None:
    """Return the size that an object says under two names, ``width`` and ``height`` unless others are given.

    It is None where they are missing, 0, or no numbers of pixels.
    """
    sides = [said.get(side) for side in names or ("width", "height")] if isinstance(said, Mapping) else []
    known = [int(side) for side in sides if isinstance(side, int | float) and 0 < side <= MAX_SIDE]
    return (known[0], known[1]) if len(known) == 2 else None
