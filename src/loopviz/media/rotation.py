"""Turning and mirroring pictures without touching a sample: planes are transposed and flipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import av
import numpy as np
import numpy.typing as npt
from av.buffer import Buffer

from loopviz.notes import Note, note

Plane = npt.NDArray[np.unsignedinteger[Any]]
Sample = TypeVar("Sample", bound=np.generic)


@dataclass(frozen=True)
class Orientation:
    """How stored samples become the shown picture: first transposed, then mirrored.

    Attributes:
        transpose: Whether rows and columns are exchanged.
        flip_x: Whether the result is mirrored left to right.
        flip_y: Whether the result is mirrored top to bottom.
    """

    transpose: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @property
    def is_upright(self) -> bool:
        """Whether nothing is to be done."""
        return not (self.transpose or self.flip_x or self.flip_y)

    @property
    def rotation(self) -> int:
        """Degrees counter-clockwise, as ffprobe counts them: -180, -90, 0 or 90; mirroring is not part of it."""
        if self.transpose:
            return -90 if self.flip_x else 90
        return -180 if self.flip_x and self.flip_y else 0

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height as shown."""
        return (height, width) if self.transpose else (width, height)

    def turn(self, plane: npt.NDArray[Sample]) -> npt.NDArray[Sample]:
        """Return a view of an array whose first axes are rows and columns, as shown."""
        shown = plane.swapaxes(0, 1) if self.transpose else plane
        return shown[:: -1 if self.flip_y else 1, :: -1 if self.flip_x else 1]


UPRIGHT = Orientation()
ONE = 1 << 16  # of a display matrix
ROUNDING = 0.001  # of it: a twentieth of a degree
EVEN = 0.01  # up to this difference of its two scales FFmpeg takes pixels for square (mov.c)
NO_TURN = note("no-quarter-turn")
# TIFF 6.0 and Exif 2.3, tag 274: which edge of the picture is the 0th row and which the 0th column.
EXIF = {
    1: UPRIGHT,
    2: Orientation(flip_x=True),
    3: Orientation(flip_x=True, flip_y=True),
    4: Orientation(flip_y=True),
    5: Orientation(transpose=True),
    6: Orientation(transpose=True, flip_x=True),
    7: Orientation(transpose=True, flip_x=True, flip_y=True),
    8: Orientation(transpose=True, flip_y=True),
}


def orientation_of(picture: av.VideoFrame) -> tuple[Orientation, Note | None]:
    """Return how a decoded picture is to be turned, and a note when its display matrix asks for more than that.

    The matrix is ISO/IEC 14496-12's: 16.16 fixed point, ``a b u c d v x y w``; a stored sample at (x, y) is shown at
    (ax + cy, bx + dy). Quarter turns and mirrored ones are done. That it is scaled is left, as players do; where it is
    scaled to another shape FFmpeg has made that the shape of the stream's pixels.
    """
    data = cast("Mapping[str, Buffer]", picture.side_data).get("DISPLAYMATRIX")
    if data is None:
        return UPRIGHT, None
    a, b, _, c, d = np.frombuffer(memoryview(data), np.int32)[:5].astype(np.int64).tolist()
    straight, crossed = sorted((abs(a), abs(d))), sorted((abs(b), abs(c)))
    if crossed[1] <= straight[0] * ROUNDING and straight[0]:
        turn, sizes = Orientation(flip_x=a < 0, flip_y=d < 0), straight
    elif straight[1] <= crossed[0] * ROUNDING and crossed[0]:
        turn, sizes = Orientation(transpose=True, flip_x=c < 0, flip_y=b < 0), crossed
    else:
        return UPRIGHT, NO_TURN
    least, most = sizes
    scaled = abs(least - ONE) > ONE * ROUNDING and most - least <= most * EVEN
    return turn, note("scaled-by-matrix") if scaled else None


def plane_view(picture: av.VideoFrame, index: int) -> Plane:
    """Return a plane of a planar YUV picture as a writable ``(rows, columns)`` view without the rows' padding.

    Samples are ``uint8``, or ``uint16`` where they have more bits.
    """
    plane = picture.planes[index]
    dtype = np.dtype(np.uint8 if picture.format.components[0].bits == 8 else np.uint16)
    rows = np.frombuffer(memoryview(plane), dtype).reshape(-1, plane.line_size // dtype.itemsize)
    return rows[: plane.height, : plane.width]


def turn_picture(picture: av.VideoFrame, orientation: Orientation) -> av.VideoFrame:
    """Return a 4:2:0 picture as shown: sample for sample, unless an odd side is mirrored.

    Chroma samples pair columns from the left and rows from the top. An odd side that is mirrored would pair them from
    the other end; there, each new sample is the mean of what its pixels had.
    """
    width, height = orientation.size(picture.width, picture.height)
    turned = av.VideoFrame(width, height, picture.format.name)
    plane_view(turned, 0)[:] = orientation.turn(plane_view(picture, 0))
    paired_anew = (orientation.flip_x and width % 2) or (orientation.flip_y and height % 2)
    for index in (1, 2):
        chroma = plane_view(picture, index)
        if not paired_anew:
            plane_view(turned, index)[:] = orientation.turn(chroma)
            continue
        pixels = chroma.repeat(2, axis=0).repeat(2, axis=1)[: picture.height, : picture.width]
        plane_view(turned, index)[:] = _in_pairs(orientation.turn(pixels))
    return turned


def _in_pairs(pixels: Plane) -> Plane:
    """Return the rounded means of 2x2 pixels; a last odd row or column stands for itself."""
    height, width = pixels.shape
    even = np.pad(pixels, ((0, height % 2), (0, width % 2)), mode="edge").astype(np.uint16)
    total = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    return ((total + 2) // 4).astype(pixels.dtype)
