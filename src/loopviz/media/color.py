"""What the numbers of a picture mean: matrix, range, primaries and transfer, as read from a file or assumed.

The integers are FFmpeg's (``libavutil/pixfmt.h``), which are those of ITU-T H.273.
"""

from __future__ import annotations

import dataclasses

import av
from av.video.format import VideoFormat
from av.video.reformatter import ColorRange

from loopviz.media.hdr_curves import HDR_NAMES, PQ, REFERENCE_WHITE, is_hdr, peak_of
from loopviz.media.hdr_metadata import light_of
from loopviz.media.types import ColorTags, Depth, Matrix
from loopviz.notes import Note, note

MATRICES: dict[int, Matrix] = {1: "bt709", 4: "bt601", 5: "bt601", 6: "bt601", 7: "bt709", 9: "bt2020", 10: "bt2020"}
RGB = 0
UNSPECIFIED = 2
BT2020_CONSTANT = 10
ROUGHLY = {
    7: note("matrix-smpte-240m"),
    BT2020_CONSTANT: note("matrix-bt2020-constant"),
}
HD_LINES = 720

BT709 = ColorTags("bt709", full_range=False, colorspace=1, primaries=1, transfer=1)
# JFIF: BT.601 coefficients, full range, on sRGB's primaries and transfer.
JPEG = ColorTags("bt601", full_range=True, colorspace=5, primaries=1, transfer=13)


def is_rgb(pixel_format: VideoFormat) -> bool:
    """Say whether a format's numbers are red, green and blue, straight or by a palette."""
    return bool(pixel_format.is_rgb or pixel_format.has_palette)


def tags_of(picture: av.VideoFrame, shown_height: int) -> ColorTags:
    """Return the tags of a decoded picture; what the file leaves open is assumed as players do.

    An unspecified matrix is BT.709 from 720 shown lines on, else BT.601. A ``yuvj*`` picture is full range. RGB becomes
    BT.709. Unspecified primaries and transfer stay unspecified: they don't change a number here.
    """
    name = picture.format.name
    if is_rgb(picture.format):
        return BT709
    if picture.colorspace in MATRICES:
        colorspace = 9 if picture.colorspace == BT2020_CONSTANT else picture.colorspace
    else:
        colorspace = 1 if shown_height >= HD_LINES else 6
    full = name.startswith("yuvj") or picture.color_range == ColorRange.JPEG
    light = light_of(picture) if picture.color_trc == PQ else None
    return ColorTags(MATRICES[colorspace], full, colorspace, picture.color_primaries, picture.color_trc, light=light)


def delivered_tags(stored: ColorTags, bits: int, depth: Depth) -> ColorTags:
    """Return the tags of what is delivered of a source.

    Args:
        stored: What the source's own numbers mean.
        bits: Of its components.
        depth: What was asked for.
    """
    if depth == "keep":
        return dataclasses.replace(stored, depth=10 if bits > 8 else 8)
    return BT709 if is_hdr(stored) else stored


def color_notes(picture: av.VideoFrame, stored: ColorTags, delivered: ColorTags) -> list[Note]:
    """Say what was assumed, or is not quite kept."""
    notes: list[Note] = []
    if picture.colorspace in ROUGHLY:
        notes.append(ROUGHLY[picture.colorspace])
    elif picture.colorspace not in MATRICES and picture.colorspace not in (RGB, UNSPECIFIED):
        notes.append(note("matrix-unknown", matrix=picture.colorspace, assumed=stored.matrix))
    return [*notes, *hdr_notes(stored, delivered)]


def hdr_notes(stored: ColorTags, delivered: ColorTags) -> list[Note]:
    """Say what becomes of HDR."""
    if not is_hdr(stored):
        return []
    name = HDR_NAMES[stored.transfer]
    if not is_hdr(delivered):
        return [note("hdr-mapped", name=name, peak=peak_of(stored), white=REFERENCE_WHITE)]
    return [note("hdr-kept", name=name, white=REFERENCE_WHITE)]


def apply_tags(picture: av.VideoFrame, tags: ColorTags) -> None:
    """Write tags on a picture, in place; no pixel changes."""
    picture.colorspace = tags.colorspace
    picture.color_range = ColorRange.JPEG if tags.full_range else ColorRange.MPEG
    picture.color_primaries = tags.primaries
    picture.color_trc = tags.transfer
