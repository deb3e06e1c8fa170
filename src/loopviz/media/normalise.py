"""From what a decoder gives to what the house works with: upright, square pixels, 8-bit yuv420p, tagged.

A picture that is so already passes through as it is, sample for sample and without a copy.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.video.format import VideoFormat
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from loopviz.media.color import apply_tags, is_rgb
from loopviz.media.types import ColorTags
from loopviz.media.upright import Orientation, plane_view, turn_picture

DELIVERED = "yuv420p"
DELIVERED_BITS = 8
SCALING = int(
    Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP
)
# FFmpeg's AVCOL_SPC_* as the scaler counts them (SWS_CS_*).
SWS_MATRIX = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
}
# Beyond this a sample aspect ratio is a slip of the pen: no camera or tape format comes near it.
WIDEST_SAMPLE = Fraction(8)


@dataclass(frozen=True)
class Shape:
    """How stored pictures become shown ones.

    Attributes:
        width: Stored width.
        height: Stored height.
        sample_aspect_ratio: Width to height of a stored sample.
        orientation: How the squared picture is turned.
        color: The tags of what is delivered.
    """

    width: int
    height: int
    sample_aspect_ratio: Fraction
    orientation: Orientation
    color: ColorTags

    @property
    def square_width(self) -> int:
        """Width with square pixels, before turning; halves are rounded up, as players do."""
        return max(1, int(self.width * self.sample_aspect_ratio + Fraction(1, 2)))

    def with_color(self, color: ColorTags) -> Shape:
        """Return the same shape with other tags."""
        return dataclasses.replace(self, color=color)

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height as shown."""
        return self.orientation.size(self.square_width, self.height)


def usable_aspect(ratio: Fraction | None) -> Fraction:
    """Return a sample aspect ratio, 1 where it is missing or absurd."""
    if not ratio or not 1 / WIDEST_SAMPLE <= ratio <= WIDEST_SAMPLE:
        return Fraction(1)
    return ratio


class Normaliser:
    """Delivers a source's pictures in their one shape. It holds a scaling context: one thread at a time."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._scaler = VideoReformatter()

    def deliver(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Return a picture as it is shown; the same object where there is nothing to do.

        Its own tags must be true: they say what its numbers mean before. The caller sets its time.
        """
        if has_alpha(picture.format):
            picture = on_black(picture)
        picture = self._squared(picture)
        if not self.shape.orientation.is_upright:
            picture = turn_picture(picture, self.shape.orientation)
        apply_tags(picture, self.shape.color)
        return picture

    def _squared(self, picture: av.VideoFrame) -> av.VideoFrame:
        name, width, color = picture.format.name, self.shape.square_width, self.shape.color
        same = _means(picture, color)
        if same and name == DELIVERED and picture.width == width:
            return picture
        if same and name == "yuvj420p" and picture.width == width:
            return _renamed(picture)
        # Grey is luma as it is: the scaler takes it for full range, and would squeeze limited range again.
        full = color.full_range or (same and name.startswith("gray"))
        return self._scaler.reformat(
            picture,
            width=width,
            format=DELIVERED,
            dst_colorspace=SWS_MATRIX[color.colorspace],
            dst_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
            interpolation=SCALING,
        )


def bit_depth(pixel_format: VideoFormat) -> int:
    """Return the bits of a format's finest component."""
    return max((component.bits for component in pixel_format.components), default=8)


def format_notes(picture: av.VideoFrame, shape: Shape, stated_aspect: Fraction | None) -> list[str]:
    """Say what is lost or changed between the stored and the delivered picture."""
    stored, notes = picture.format, []
    if bit_depth(stored) > DELIVERED_BITS:
        notes.append(f"{bit_depth(stored)} bit is reduced to {DELIVERED_BITS}")
    if is_rgb(stored):
        notes.append(f"{stored.name} is converted to {DELIVERED} in BT.709")
    elif (stored.chroma_width(16), stored.chroma_height(16)) != (8, 8) and len(stored.components) >= 3:
        notes.append(f"{stored.name} is converted to {DELIVERED}: its colours lose resolution")
    if has_alpha(stored):
        notes.append("transparent parts are shown on black")
    if shape.sample_aspect_ratio != 1:
        ratio, (width, height) = shape.sample_aspect_ratio, (shape.square_width, shape.height)
        notes.append(f"its pixels are {ratio.numerator}:{ratio.denominator}, not square: scaled to {width}x{height}")
    elif stated_aspect not in (None, 0, 1):
        notes.append(f"an absurd pixel shape ({stated_aspect}) is ignored")
    if picture.interlaced_frame:
        notes.append("it is interlaced, and stays so")
    return notes


def has_alpha(pixel_format: VideoFormat) -> bool:
    """Say whether a format can be transparent; a palette can."""
    return pixel_format.has_palette or any(component.is_alpha for component in pixel_format.components)


def on_black(picture: av.VideoFrame) -> av.VideoFrame:
    """Return a picture with transparency as RGB on black, as players show it."""
    rgba = np.asarray(picture.to_ndarray(format="rgba", interpolation=SCALING), np.uint8)
    return av.VideoFrame.from_ndarray(blend_on_black(rgba), format="rgb24")


def blend_on_black(rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return an RGBA array, straight alpha, shape ``(height, width, 4)``, as RGB on black."""
    alpha = rgba[..., 3:].astype(np.uint16)
    return ((rgba[..., :3] * alpha + 127) // 255).astype(np.uint8)


def _means(picture: av.VideoFrame, color: ColorTags) -> bool:
    full = picture.color_range == ColorRange.JPEG
    return SWS_MATRIX.get(picture.colorspace) == SWS_MATRIX[color.colorspace] and full == color.full_range


def _renamed(picture: av.VideoFrame) -> av.VideoFrame:
    """Return a ``yuvj420p`` picture under the name that says its range in a tag; the samples are copied."""
    renamed = av.VideoFrame(picture.width, picture.height, DELIVERED)
    for index in range(3):
        plane_view(renamed, index)[:] = plane_view(picture, index)
    return renamed
