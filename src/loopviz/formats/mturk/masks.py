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

import numpy as np
import numpy.typing as npt

from loopviz.formats.mturk.mask_regions import Canvas, Labels, Region, regions_of
from loopviz.formats.mturk.png_runs import PixelRuns, runs_of, unpack
from loopviz.formats.mturk.widgets import Refuse
from loopviz.formats.picture_size import MAX_SIDE, plain_size
from loopviz.formats.table_columns import Bools, Ints

CUT_BY_SPREADSHEETS = 32_767  # characters of a cell; what is longer is cut there
OPAQUE = 128  # of 255
MOST_COLORS = 65_000
_PNG = b"\x89PNG"
_COLOR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_HEAD = 64  # base64 characters that hold a PNG's header


@dataclass(frozen=True)
class Painting:
    """A decoded picture.

    Args:
        regions: One for every colour, None where no pixel has it.
        unclear: Pixels that are painted in no colour of the list.
    """

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
    unpacked = unpack(data)
    runs = (unpacked and unpacked.runs()) or _decoded_runs(unpacked.stored() if unpacked else data, refuse)
    codes, exact, unclear = _coded(runs.values, colors, tolerance)
    lengths = np.diff(runs.starts, append=runs.shape[0] * runs.shape[1])
    regions = regions_of(_canvas(runs, lengths, codes, exact), len(colors)) if codes.any() else (None,) * len(colors)
    return Painting(regions, int(lengths[unclear].sum()))


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
    return runs_of(pixels)


def _canvas(runs: PixelRuns, lengths: Ints, codes: Labels, exact: Bools) -> Canvas:
    """Return the painted part of a picture, without mixed pixels that only look like a label."""
    (height, width), painted = runs.shape, np.flatnonzero(codes)
    row, begin = np.divmod(runs.starts, width)
    end = begin + lengths
    top, bottom = max(row[painted[0]] - 1, 0), min(row[painted[-1]] + 2, height)
    left, right = max(begin[painted].min() - 1, 0), min(end[painted].max() + 1, width)
    rows = slice(*np.searchsorted(row, (top, bottom)))
    here = end[rows].clip(left, right) - begin[rows].clip(left, right)
    labels: Labels = np.repeat(codes[rows], here).reshape(bottom - top, right - left)
    mixed = np.flatnonzero((codes > 0) & ~exact)
    if len(mixed):
        places = (row[mixed] - top) * (right - left) + begin[mixed] - left
        _drop_seams(labels, _positions(places, lengths[mixed]))
    return Canvas(labels, int(left), int(top), runs.shape)


def _coded(
    values: npt.NDArray[np.uint32], colors: Sequence[tuple[int, int, int]], tolerance: int
) -> tuple[Labels, Bools, Bools]:
    """Return for every pixel given its colour's number + 1 or 0, whether it is the very colour, and whether unclear."""
    codes: Labels = np.zeros(len(values), np.uint8 if len(colors) < 255 else np.uint16)
    exact, unclear = np.ones(len(values), np.bool_), np.zeros(len(values), np.bool_)
    for number, color in enumerate(colors, 1):
        codes[values == np.frombuffer(bytes([*color, 255]), np.uint32)] = number
    other = np.flatnonzero((codes == 0) & (values != 0))
    codes[other], exact[other], unclear[other] = _nearest(values[other], colors, tolerance)
    return codes, exact, unclear


def _nearest(
    values: npt.NDArray[np.uint32], colors: Sequence[tuple[int, int, int]], tolerance: int
) -> tuple[Labels, Bools, Bools]:
    """Do the same for any pixels; most are the very colour, or nothing, and need not be measured."""
    kind = np.uint8 if len(colors) < 255 else np.uint16
    channels = values.view(np.uint8).reshape(-1, 4).T.astype(np.int16, order="C")
    codes: Labels = np.zeros(len(values), kind)
    best = np.full(len(values), tolerance + 1, np.int16)
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
