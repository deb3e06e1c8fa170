"""The size of a picture as shown, from its header alone.

A plain PNG or JPEG tells its size in its first kilobytes. Pillow looks at every byte of a header, which takes ten times
as long and counts where there are a hundred thousand pictures: it is asked about all that is not plain.
"""

from __future__ import annotations

import warnings
import zlib
from pathlib import Path

from loopviz.errors import InputError

IMAGE_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")  # never what Pillow hands to another program, such as EPS
MAX_SIDE = 100_000  # pixels; no camera and no scanner comes near
MAX_PIXELS = 357_913_940  # where Pillow, which reads what is shown, refuses a picture as a bomb
EXIF_ORIENTATION = 0x0112
HEAD = 4096
REPLACE_IT = "Replace it, or go on with --skip-bad (skip_bad)."
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
# JPEG's markers (ITU-T T.81, table B.1): frames that Pillow reads, and segments that say nothing about the size.
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_PASSED_OVER = frozenset({0xC4, 0xDB, 0xDD, 0xE0, *range(0xE2, 0xF0), 0xFE})  # not APP1: it may turn the picture


def image_size(file: Path | str) -> tuple[int, int]:
    """Return a picture's width and height as shown, read from its header alone.

    Raises:
        InputError: If it is no picture, or claims an absurd size.
    """
    try:
        with open(file, "rb", buffering=0) as stream:  # noqa: PTH123 - a Path for each takes as long as the reading
            size = plain_size(stream.read(HEAD))
    except OSError as error:
        raise _no_picture(file) from error
    width, height = size or _size_by_pillow(file)
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS):
        found = f"{width}x{height}"
        raise InputError("the picture's header gives an impossible size", file=file, found=found, remedy=REPLACE_IT)
    return width, height


def plain_size(head: bytes) -> tuple[int, int] | None:
    """Return the width and height that the first bytes of a plain PNG or JPEG tell, None for anything else."""
    if head.startswith(_PNG):
        sound = zlib.crc32(head[12:29]) == int.from_bytes(head[29:33])
        return (int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) if sound else None
    return _jpeg_size(head) if head.startswith(b"\xff\xd8") else None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 10 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _FRAMES:
            bits, components = head[at + 4], head[at + 9]
            size = int.from_bytes(head[at + 7 : at + 9]), int.from_bytes(head[at + 5 : at + 7])
            return size if bits == 8 and components in (1, 3, 4) else None
        if marker not in _PASSED_OVER:
            return None
        at += 2 + int.from_bytes(head[at + 2 : at + 4])
    return None


def _size_by_pillow(file: Path | str) -> tuple[int, int]:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about sizes and broken metadata: nothing is decoded here
            with Image.open(file, formats=IMAGE_FORMATS) as image:
                width, height = image.size
                # Only a JPEG's header tells; for a PNG, Pillow would decode the whole picture to find out.
                turned = image.format == "JPEG" and image.getexif().get(EXIF_ORIENTATION) in (5, 6, 7, 8)
    except Image.DecompressionBombError as error:
        raise InputError("the picture's header gives an impossible size", file=file, remedy=REPLACE_IT) from error
    except Exception as error:  # Pillow's readers raise whatever they stumble over in a damaged file
        raise _no_picture(file) from error
    return (height, width) if turned else (width, height)


def _no_picture(file: Path | str) -> InputError:
    what, expected = "not a picture that can be read", "JPEG, PNG, WebP, BMP or TIFF"
    return InputError(what, file=file, expected=expected, remedy=REPLACE_IT)
