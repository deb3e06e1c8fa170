"""Single pictures: as RGB for eyes and files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Literal

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation

from loopviz.atomic import new_file, writing
from loopviz.media.color import tags_of
from loopviz.media.hdr_curves import is_hdr
from loopviz.media.scaling import SCALING
from loopviz.media.tone_map import ToneMap

Rgb = npt.NDArray[np.uint8]
ImageFormat = Literal["png", "jpg"]
# PNG is written fast: zlib's level 3 takes half the time of its usual 6, for a fifth more bytes.
ENCODINGS: dict[ImageFormat, tuple[str, dict[str, int]]] = {
    "png": ("PNG", {"compress_level": 3}),
    "jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
}


def to_rgb(picture: av.VideoFrame, *, exact: bool = True) -> Rgb:
    """Return a tagged picture as R'G'B', shape ``(height, width, 3)``, full range, its matrix and range honoured.

    HDR is mapped to a standard screen, which is what the picture will be looked at on.

    Args:
        picture: The picture.
        exact: For eyes. Else as video readers hand pictures to models, a tenth of the time: colour is not interpolated
            between its samples, and numbers are rounded down.
    """
    tags = tags_of(picture, picture.height)
    if is_hdr(tags):
        picture = ToneMap(tags).map(picture)
    how = SCALING if exact else int(Interpolation.BILINEAR)
    return np.ascontiguousarray(picture.to_ndarray(format="rgb24", interpolation=how), np.uint8)


def image_of(rgb: Rgb, image_format: ImageFormat) -> bytes:
    """Return an RGB array, shape ``(height, width, 3)``, as a file: a PNG keeps every value, a JPEG is smaller."""
    from PIL import Image  # here: a video has no use for it

    pillow_format, options = ENCODINGS[image_format]
    content = io.BytesIO()
    Image.fromarray(rgb).save(content, pillow_format, **options)
    return content.getvalue()


def png_of(rgb: Rgb) -> bytes:
    """Return an RGB array, shape ``(height, width, 3)``, as a PNG."""
    return image_of(rgb, "png")


def save_png(rgb: Rgb, target: Path, *, replace: bool = True) -> None:
    """Write an RGB array, shape ``(height, width, 3)``, as a PNG: complete or not at all.

    Raises:
        OutputError: If there is such a file and ``replace`` is off, or it cannot be written.
    """
    with new_file(target, replace=replace) as part, writing(target):
        part.write_bytes(png_of(rgb))
