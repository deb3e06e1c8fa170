"""A picture of a file: a museum's mark."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import skia

from loopviz.errors import ConfigError
from loopviz.scene.elements import Bitmap, Drawing, Sprite
from loopviz.scene.layout import even
from loopviz.scene.stage import Stage
from loopviz.scene.style import Placed
from loopviz.scene.widgets.picture import ALIGN
from loopviz.scene.widgets.still import StillWidget

MOST_BYTES, MOST_PIXELS = 20_000_000, 40_000_000


class Image(Placed):
    """What a theme says of a picture.

    Attributes:
        file: A PNG, JPEG or WebP file, beside the theme that names it or in a folder there.
        align: Where it stands from left to right in an area that is wider than it.
        valign: Where it stands from top to bottom in one that is higher.
    """

    file: Path
    align: Literal["left", "center", "right"] = "left"
    valign: Literal["top", "center", "bottom"] = "bottom"


class ImageWidget(StillWidget):
    """Draws the picture, as large as its area allows.

    Raises:
        ConfigError: If the file is none that can be read.
    """

    style_type: ClassVar[type[Placed]] = Image
    placed: Image

    def __init__(self, style: Image, stage: Stage) -> None:
        super().__init__(style, stage)
        self._data, self._size = read_image(style.file)

    @cached_property
    def sprite(self) -> Sprite:
        """Return the picture."""
        area, (width, height) = self.area, self._size
        scale = min(area.width / width, area.height / height)
        wide, high = max(1.0, width * scale), max(1.0, height * scale)
        x = area.x + ALIGN[self.placed.align] * (area.width - wide)
        y = area.y + ALIGN[self.placed.valign] * (area.height - high)
        left, top = 2 * int(x / 2), 2 * int(y / 2)
        bitmap = Bitmap(x - left, y - top, x - left + wide, y - top + high, self._data)
        return Sprite(left, top, Drawing(even(x - left + wide), even(y - top + high), (bitmap,)))


def read_image(file: Path) -> tuple[bytes, tuple[int, int]]:
    """Return an image file's bytes, and its width and height.

    Raises:
        ConfigError: If it is none that can be read, or too large.
    """
    expected, remedy = "a PNG, JPEG or WebP file", "Correct the theme's `file`."
    if not file.is_file():
        raise ConfigError("the image file does not exist", file=file, expected=expected, remedy=remedy)
    try:
        found = file.stat().st_size
        data = file.read_bytes() if found <= MOST_BYTES else b""
    except OSError as error:
        raise ConfigError(f"the image cannot be read: {error.strerror}", file=file, remedy=remedy) from error
    if not data and found:
        large = f"at most {MOST_BYTES // 1_000_000} MB"
        raise ConfigError("the image is too large", file=file, found=f"{found} bytes", expected=large)
    size = _size_of(data)
    if not size:
        raise ConfigError("not an image that can be read whole", file=file, expected=expected, remedy=remedy)
    return data, size


def _size_of(data: bytes) -> tuple[int, int] | None:
    """Return an image's width and height in pixels; None where it is none, cut off, or too large to be decoded."""
    try:
        codec = skia.Codec.MakeFromData(skia.Data(data))
    except RuntimeError:
        return None
    width, height = codec.dimensions().width(), codec.dimensions().height()
    if not 0 < width * height <= MOST_PIXELS:
        return None
    pixels = np.empty((height, width, 4), np.uint8)
    info = skia.ImageInfo.Make(width, height, skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kPremul_AlphaType)
    whole = codec.getPixels(info, pixels, pixels.strides[0]) == skia.Codec.Result.kSuccess
    return (width, height) if whole else None
