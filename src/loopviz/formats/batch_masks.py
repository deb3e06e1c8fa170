"""Masks out of a widget's picture: one PNG of the image's size in which every label, or every instance, has its colour.

The picture is drawn on a browser's canvas. Inside a region every pixel has the label's very colour; along its edge a
pixel is a mixture with what lies beside it, or half transparent. So a pixel belongs to the nearest colour within a
tolerance. A mixture of two labels may come near a third one's colour: a pixel that has not the very colour must lie in
a place three pixels wide of its label, or touch one that does, or one that has the very colour.

The size is read from the header, and must be the image's, before anything is unpacked.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.formats.batch_widgets import Refuse
from loopviz.formats.columns import Bools, Ints
from loopviz.formats.picture_size import MAX_SIDE, plain_size
from loopviz.formats.png_runs import PixelRuns, pixel_runs

CUT_BY_SPREADSHEETS = 32_767  # characters of a cell; what is longer is cut there
OPAQUE = 128  # of 255
MOST_COLORS = 65_000
_PNG = b"\x89PNG"
_COLOR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_HEAD = 64  # base64 characters that hold a PNG's header

Labels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Region:
    """The pixels of one colour: run lengths in COCO's order, and how many are set."""

    counts: Ints
    pixels: int


@dataclass(frozen=True)
class Painting:
    """A decoded picture.

    Args:
        labels: ``(height, width)``: 0 for nothing, else 1 + the number of the colour.
        regions: One for every colour, None where no pixel has it.
        unclear: Pixels that are painted in no colour of the list.
    """

    labels: Labels
    regions: tuple[Region | None, ...]
    unclear: int


def color_of(text: object, refuse: Refuse) -> tuple[int, int, int]:
    """Return the red, green and blue of ``#1f77b4``.

    Raises:
        InputError: If it is no such colour.
    """
    if not isinstance(text, str) or not _COLOR.fullmatch(text.strip()):
        raise refuse("not a label's colour", found=text, expected="a colour such as #1f77b4")
    red, green, blue = bytes.fromhex(text.strip()[1:])
    return red, green, blue


def picture_of(cell: object, largest: int, refuse: Refuse) -> tuple[bytes, tuple[int, int]]:
    """Return the PNG of a cell and the width and height that its header tells; nothing is unpacked.

    Raises:
        InputError: If the cell is not base64 or breaks off, what it holds is no PNG, or that claims more pixels than
            ``largest``.
    """
    if not isinstance(cell, str):
        raise refuse("the mask is no text", found=cell, expected="a PNG in base64")
    text = cell.strip()
    if text[:5].lower() == "data:":
        text = text.partition(",")[2]
    cut = "A spreadsheet cuts long cells: download the file again." if len(cell) == CUT_BY_SPREADSHEETS else None
    if len(text) % 4:
        found = f"{len(text):,} characters"
        raise refuse("the mask's base64 breaks off", found=found, remedy=cut)
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:  # a character beyond ASCII is a ValueError
        raise refuse("the mask is not base64", found=text[:_HEAD], expected="a PNG in base64", remedy=cut) from error
    size = plain_size(data[:_HEAD]) if data.startswith(_PNG) else None
    if size is None:
        raise refuse("the mask is not a PNG", found=data[:16].hex(" "), expected="89 50 4e 47 …")
    width, height = size
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE) or width * height > largest:
        expected = f"at most {largest:,} pixels"
        raise refuse("the mask claims an absurd size", found=f"{width}x{height}", expected=expected)
    return data, size


def paint(data: bytes, colors: Sequence[tuple[int, int, int]], tolerance: int, refuse: Refuse) -> Painting:
    """Unpack a picture and sort its pixels by colour.

    Args:
        data: The PNG; the caller has looked at its size.
        colors: The labels' colours.
        tolerance: Largest distance to a colour, in red, in green and in blue.
        refuse: Makes the error.

    Raises:
        InputError: If the picture is damaged, or two of the colours are the same.
    """
    if len(set(colors)) < len(colors) or len(colors) > MOST_COLORS:
        twice = next((color for color in colors if colors.count(color) > 1), colors[0])
        raise refuse("two labels have one colour", found="#" + bytes(twice).hex())
    starts, values, shape = pixel_runs(data) or _decoded_runs(data, refuse)
    lengths = np.diff(starts, append=shape[0] * shape[1])
    codes, exact, unclear = _nearest(values, colors, tolerance)
    labels = np.repeat(codes, lengths).reshape(shape)
    mixed = (codes > 0) & ~exact
    if mixed.any():
        _drop_seams(labels, _positions(starts[mixed], lengths[mixed]))
    return Painting(labels, _regions(labels, len(colors)), int(lengths[unclear].sum()))


def _decoded_runs(data: bytes, refuse: Refuse) -> PixelRuns:
    """Return the runs of any PNG; their pixels are four bytes: red, green, blue, alpha."""
    import skia  # unpacks a mask a quarter faster than OpenCV does, and refuses what breaks off

    try:
        codec = skia.Codec.MakeFromData(skia.Data.MakeWithoutCopy(data))
    except RuntimeError as error:  # no picture begins in it
        raise refuse("the mask's PNG is damaged", remedy="Download the file again.") from error
    size = codec.getInfo()
    info = skia.ImageInfo.Make(size.width(), size.height(), skia.kRGBA_8888_ColorType, skia.kUnpremul_AlphaType)
    pixels = np.empty((size.height(), size.width()), np.uint32)
    if codec.getPixels(info, pixels, pixels.strides[0]) != skia.Codec.kSuccess:
        raise refuse("the mask's PNG is damaged or breaks off", remedy="Download the file again.")
    flat = pixels.reshape(-1)
    starts = _run_starts(flat)
    return PixelRuns(starts, flat[starts], (size.height(), size.width()))


def _run_starts(flat: npt.NDArray[Any]) -> Ints:
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    return np.concatenate([[0], changes + 1])


def _nearest(
    values: npt.NDArray[np.uint32], colors: Sequence[tuple[int, int, int]], tolerance: int
) -> tuple[npt.NDArray[Any], Bools, Bools]:
    """Return for every pixel given its colour's number + 1 or 0, whether it is the very colour, and whether unclear."""
    kind = np.uint8 if len(colors) < 255 else np.uint16
    channels = values.view(np.uint8).reshape(-1, 4).T.astype(np.int16, order="C")
    codes, best = np.zeros(len(values), kind), np.full(len(values), tolerance + 1, np.int16)
    for number, color in enumerate(colors, 1):
        distance = np.abs(channels[0] - color[0])
        for channel, value in zip(channels[1:3], color[1:], strict=True):
            np.maximum(distance, np.abs(channel - value), out=distance)
        nearer = distance < best
        codes[nearer] = number
        np.minimum(best, distance, out=best)
    clear = channels[3] < OPAQUE
    codes[clear] = 0
    ground = (channels[:3] == 255).all(axis=0) | (channels[:3] == 0).all(axis=0)
    return codes, best == 0, (codes == 0) & ~clear & ~ground


def _positions(starts: Ints, lengths: Ints) -> Ints:
    """Return the places of all pixels of some runs."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1]) + np.repeat(starts - ends + lengths, lengths)


def _drop_seams(labels: Labels, mixed: Ints) -> None:
    """Take the label from mixed pixels that only look like it, in place."""
    import cv2

    width = labels.shape[1]
    steps = (-width - 3, -width - 2, -width - 1, -1, 1, width + 1, width + 2, width + 3)
    framed = cv2.copyMakeBorder(labels, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    around, flat = framed.reshape(-1), labels.reshape(-1)
    place, mine = mixed + 2 * (mixed // width) + width + 3, flat[mixed]
    within = np.ones(len(mixed), np.bool_)
    for step in steps:
        within &= around[place + step] == mine
    place, mine, doubtful = place[~within], mine[~within], mixed[~within]
    framed[[0, -1]] = framed[:, [0, -1]] = 0
    around[place] = 0
    held = np.zeros(len(doubtful), np.bool_)
    for step in steps:
        held |= around[place + step] == mine
    flat[doubtful[~held]] = 0


def _regions(labels: Labels, colors: int) -> tuple[Region | None, ...]:
    import cv2

    flat = cv2.transpose(labels).reshape(-1)
    starts = _run_starts(flat)
    codes, ends = flat[starts], np.append(starts[1:], flat.size)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(1, colors + 2))
    regions: list[Region | None] = []
    for first, last in pairwise(bounds.tolist()):
        mine = order[first:last]
        regions.append(_region(starts[mine], ends[mine], flat.size) if len(mine) else None)
    return tuple(regions)


def _region(starts: Ints, ends: Ints, size: int) -> Region:
    edges = np.stack([starts, ends], axis=1).reshape(-1)
    counts = np.diff(edges, prepend=0, append=size)
    return Region(counts[:-1] if counts[-1] == 0 else counts, int((ends - starts).sum()))
