"""From what a decoder gives to what the house works with: upright, square pixels, 4:2:0 of 8 or 10 bits, tagged.

A picture that is so already passes through as it is, sample for sample and without a copy.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.video.format import VideoFormat
from av.video.reformatter import ColorRange, VideoReformatter

from loopviz.media.color import apply_tags, is_rgb
from loopviz.media.hdr_curves import is_hdr
from loopviz.media.rotation import Orientation, Plane, plane_view, turn_picture
from loopviz.media.scaling import SCALING, SWS_MATRIX
from loopviz.media.tone_map import ToneMap
from loopviz.media.types import ColorTags
from loopviz.notes import Note, note

BLACK = "#000000"
BAND = 64  # rows
# Beyond this a sample aspect ratio is a slip of the pen: no camera or tape format comes near it.
WIDEST_SAMPLE = Fraction(8)


@dataclass(frozen=True)
class PictureShape:
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

    def with_color(self, color: ColorTags) -> PictureShape:
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
    """Delivers a source's pictures in their one shape. It holds a scaling context: one thread at a time.

    Args:
        shape: What they become.
        stored: What their own numbers mean.
        paper: What is put under transparent ones, ``#rrggbb``.
    """

    def __init__(self, shape: PictureShape, stored: ColorTags, paper: str = BLACK) -> None:
        self.shape, self.stored = shape, stored
        self._paper = paper
        self._scaler = VideoReformatter()
        self._tone = ToneMap(stored) if is_hdr(stored) and not is_hdr(shape.color) else None

    def deliver(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Return a picture as it is shown; the same object where there is nothing to do.

        Its own tags must be true: they say what its numbers mean before. The caller sets its time.
        """
        if has_alpha(picture.format):
            picture = on_paper(picture, self._paper, self.shape.color.depth)
        if self._tone:
            picture = self._tone.map(picture)
        picture = self._squared(picture)
        if not self.shape.orientation.is_upright:
            picture = turn_picture(picture, self.shape.orientation)
        apply_tags(picture, self.shape.color)
        return picture

    def _squared(self, picture: av.VideoFrame) -> av.VideoFrame:
        name, width, color = picture.format.name, self.shape.square_width, self.shape.color
        same = _means(picture, color)
        if same and name == color.pixel_format and picture.width == width:
            return picture
        if same and name == "yuvj420p" and color.depth == 8 and picture.width == width:
            return _renamed(picture)
        # Grey is luma as it is: the scaler takes it for full range, and would squeeze limited range again.
        full = color.full_range or (same and name.startswith("gray"))
        return self._scaler.reformat(
            picture,
            width=width,
            format=color.pixel_format,
            dst_colorspace=SWS_MATRIX[color.colorspace],
            dst_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
            interpolation=SCALING,
        )


def bit_depth(pixel_format: VideoFormat) -> int:
    """Return the bits of a format's finest component."""
    return max((component.bits for component in pixel_format.components), default=8)


def format_notes(picture: av.VideoFrame, shape: PictureShape, stated_aspect: Fraction | None, paper: str) -> list[Note]:
    """Say what is lost or changed between the stored and the delivered picture."""
    stored, delivered = picture.format, shape.color.pixel_format
    notes: list[Note] = []
    if bit_depth(stored) > shape.color.depth:
        notes.append(note("depth-reduced", bits=bit_depth(stored), depth=shape.color.depth))
    if is_rgb(stored):
        notes.append(note("rgb-converted", stored=stored.name, delivered=delivered))
    elif (stored.chroma_width(16), stored.chroma_height(16)) != (8, 8) and len(stored.components) >= 3:
        notes.append(note("chroma-reduced", stored=stored.name, delivered=delivered))
    if has_alpha(stored):
        notes.append(paper_note(paper))
    if shape.sample_aspect_ratio != 1:
        ratio, (width, height) = shape.sample_aspect_ratio, (shape.square_width, shape.height)
        shown = f"{ratio.numerator}:{ratio.denominator}"
        notes.append(note("pixels-not-square", ratio=shown, size=f"{width}x{height}"))
    elif stated_aspect not in (None, 0, 1):
        notes.append(note("absurd-pixels", ratio=stated_aspect))
    return notes


def has_alpha(pixel_format: VideoFormat) -> bool:
    """Say whether a format can be transparent; a palette can."""
    return pixel_format.has_palette or any(component.is_alpha for component in pixel_format.components)


def paper_note(paper: str) -> Note:
    """Say where transparent parts are shown."""
    return note("on-paper", paper="black" if paper == BLACK else paper)


def on_paper(picture: av.VideoFrame, paper: str, depth: int) -> av.VideoFrame:
    """Return a picture with transparency as RGB on a colour, of 8 bits or, where more are delivered, 16."""
    wide = depth > 8
    rgba: Plane = np.asarray(picture.to_ndarray(format="rgba64le" if wide else "rgba", interpolation=SCALING))
    return rgb_picture(blend(rgba, paper))


def rgb_picture(rgb: Plane) -> av.VideoFrame:
    """Return an array of red, green, blue, shape ``(height, width, 3)``, as a picture."""
    return av.VideoFrame.from_ndarray(rgb, format="rgb24" if rgb.dtype == np.uint8 else "rgb48le")


def blend(rgba: Plane, paper: str) -> Plane:
    """Return an RGBA array, straight alpha, shape ``(height, width, 4)``, as RGB on a colour."""
    top = np.iinfo(rgba.dtype).max
    ground = np.array([int(paper[i : i + 2], 16) for i in (1, 3, 5)], np.uint32) * (top // 255)
    rgb = np.empty((*rgba.shape[:2], 3), rgba.dtype)
    for row in range(0, len(rgba), BAND):  # a band at a time: the products take many times the picture's memory
        band = rgba[row : row + BAND]
        alpha = band[..., 3:].astype(np.uint32)
        rgb[row : row + BAND] = (band[..., :3] * alpha + ground * (top - alpha) + top // 2) // top
    return rgb


def _means(picture: av.VideoFrame, color: ColorTags) -> bool:
    full = picture.color_range == ColorRange.JPEG
    return SWS_MATRIX.get(picture.colorspace) == SWS_MATRIX[color.colorspace] and full == color.full_range


def _renamed(picture: av.VideoFrame) -> av.VideoFrame:
    """Return a ``yuvj420p`` picture under the name that says its range in a tag; the samples are copied."""
    renamed = av.VideoFrame(picture.width, picture.height, "yuv420p")
    for index in range(3):
        plane_view(renamed, index)[:] = plane_view(picture, index)
    return renamed
