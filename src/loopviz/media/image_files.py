"""Image files: what one is, and its picture as a video frame.

A JPEG's own Y'CbCr is read by FFmpeg's decoder, not by way of RGB; it also reads 16 bits where they are to be kept. All
else is read by Pillow as RGB.
"""

from __future__ import annotations

import contextlib
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from PIL import Image, ImageFile, JpegImagePlugin, UnidentifiedImageError

from loopviz.errors import DamagedError, InputError
from loopviz.media.color import JPEG, apply_tags, is_rgb
from loopviz.media.icc_profile import is_srgb
from loopviz.media.normalise import blend, has_alpha, on_paper, rgb_picture
from loopviz.media.picture_limits import DECODING, check_size, too_large
from loopviz.media.rotation import EXIF, UPRIGHT, Orientation, Plane

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF")
EXIF_ORIENTATION = 274
JPEG_SAMPLING = {0: "yuvj444p", 1: "yuvj422p", 2: "yuvj420p"}
CMYK_COMPONENTS = 4
ADOBE_RGB = 0  # Adobe's APP14 marker: the components are not transformed
PILLOW_DEPTH = 8  # of anything but grey
DEEP_CODECS = ("png", "tiff")
RETURN_IT = "Export or copy it again."


@dataclass(frozen=True)
class ImageHeader:
    """What an image file says of itself.

    Attributes:
        width: As stored.
        height: As stored.
        orientation: What its EXIF data asks for.
        codec: ``png``, ``mjpeg``, ``webp``, ``bmp`` or ``tiff``.
        pixel_format: The nearest of FFmpeg's names.
        bit_depth: Bits of a component.
        is_luma_chroma: Whether it is a JPEG in Y'CbCr or grey, whose numbers can go on as they are.
        has_alpha: Whether it can be transparent.
        has_profile: Whether it brings a colour profile other than sRGB.
        pictures: How many the file holds: of an animated one, or of one with pages, more than the first that is shown.
    """

    width: int
    height: int
    orientation: Orientation
    codec: str
    pixel_format: str
    bit_depth: int
    is_luma_chroma: bool
    has_alpha: bool
    has_profile: bool
    pictures: int


def read_header(file: Path) -> ImageHeader:
    """Read an image's header, not its pixels.

    Raises:
        InputError: If it is empty, no image, of an absurd size, or holds floating-point numbers.
    """
    with _opened(file) as image:
        if image.mode == "F":
            what, expected = "the image holds floating-point numbers", "8 or 16 bit"
            raise InputError(what, file=file, expected=expected, remedy="Export it as 8 bit.")
        kind = (image.format or "").replace("MPO", "JPEG")  # what phones make of a JPEG with a second one behind it
        is_yuv = kind == "JPEG" and image.mode in ("RGB", "L") and image.info.get("adobe_transform") != ADOBE_RGB
        sixteen = image.mode.startswith("I") or any("16" in str(tile[3]) for tile in image.tile)
        exif = Image.Image.getexif(image)  # PNG's own would decode the whole picture to look behind it
        profile = image.info.get("icc_profile") or b""
        return ImageHeader(
            width=image.width,
            height=image.height,
            orientation=EXIF.get(exif.get(EXIF_ORIENTATION, 1), UPRIGHT),
            codec="mjpeg" if kind == "JPEG" else kind.lower(),
            pixel_format=_pixel_format(image) if is_yuv else image.mode.lower(),
            bit_depth=16 if sixteen else 8,
            is_luma_chroma=is_yuv,
            has_alpha=image.has_transparency_data,
            has_profile=bool(profile) and not is_srgb(profile),
            pictures=1 if kind == "JPEG" else getattr(image, "n_frames", 1),
        )


class ImageDecoder:
    """Decodes image files one after the other; it holds codecs: one thread at a time.

    Args:
        paper: What is put under transparent ones, ``#rrggbb``.
        depth: Bits that are delivered.
    """

    def __init__(self, paper: str, depth: int) -> None:
        self._paper, self._depth = paper, depth
        self._codecs: dict[str, VideoCodecContext] = {}

    def decode(self, file: Path, header: ImageHeader) -> av.VideoFrame:
        """Return an image as stored, its tags true: a JPEG's Y'CbCr or grey, or else RGB without transparency.

        Raises:
            InputError: If it is damaged, or no longer what its header was.
        """
        picture = None
        if header.is_luma_chroma:
            picture = self._from_jpeg(file)
        elif self._depth > PILLOW_DEPTH and header.bit_depth > PILLOW_DEPTH and header.codec in DEEP_CODECS:
            picture = self._from_deep(file, header.codec)
        if picture is None:
            picture = rgb_picture(_read_rgb(file, self._paper))
        if (picture.width, picture.height) != (header.width, header.height):
            raise _damaged(file, "its size changed while it was read")
        return picture

    def _from_jpeg(self, file: Path) -> av.VideoFrame | None:
        """Return a JPEG's own numbers, None when they are not Y'CbCr or FFmpeg doesn't know this kind of JPEG."""
        picture = self._decoded(file, "mjpeg")
        if picture is None or is_rgb(picture.format) or len(picture.format.components) == CMYK_COMPONENTS:
            return None
        apply_tags(picture, JPEG)
        return picture

    def _from_deep(self, file: Path, codec: str) -> av.VideoFrame | None:
        """Return an image of 16 bits with all of them, None when FFmpeg doesn't know this kind."""
        picture = self._decoded(file, codec)
        if picture is not None and has_alpha(picture.format):
            picture = on_paper(picture, self._paper, self._depth)
        return picture

    def _decoded(self, file: Path, codec: str) -> av.VideoFrame | None:
        context = self._codecs.get(codec)
        if context is None:
            context = av.Codec(codec, "r").create("video")
            self._codecs[codec] = context
            context.thread_count = 1  # one picture in, one picture out
            # Damage is an error, not a grey area; but of TIFF it takes its own encoder's files for damaged then.
            context.options = DECODING if codec == "tiff" else DECODING | {"err_detect": "explode"}
        try:
            pictures = context.decode(av.Packet(file.read_bytes()))
        except av.error.InvalidDataError as error:
            raise _damaged(file, "its pixels cannot be decoded") from error
        except OSError as error:
            raise _damaged(file, error.strerror or "it cannot be read") from error
        except av.FFmpegError:
            return None
        return pictures[0] if pictures else None


class PictureFile:
    """A file of several pictures, which is kept open: reading on costs no more than one picture.

    Args:
        file: Which.
        paper: What is put under transparent pictures, ``#rrggbb``.

    Raises:
        InputError: If it is no image, damaged or too large.
    """

    def __init__(self, file: Path, paper: str) -> None:
        self.header = read_header(file)
        self._file, self._paper = file, paper
        with _said(file):
            self._image = Image.open(file, formats=FORMATS)

    def picture(self, index: int) -> av.VideoFrame:
        """Return a picture as RGB without transparency.

        Raises:
            DamagedError: If it cannot be decoded.
        """
        with _said(self._file):
            self._image.seek(index)
            return rgb_picture(_rgb(self._image, self._paper))

    def close(self) -> None:
        """Let go of the file."""
        self._image.close()


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[ImageFile.ImageFile]:
    """Open an image of a size that is allowed."""
    with _said(file), warnings.catch_warnings():
        if file.is_symlink() and not file.exists():
            raise InputError("the link leads nowhere", file=file, remedy="Put the image there.")
        if file.stat().st_size == 0:
            raise InputError("the image is empty", file=file, remedy=RETURN_IT)
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(file, formats=FORMATS) as image:
            check_size(image.width, image.height, file, RETURN_IT)
            yield image


@contextlib.contextmanager
def _said(file: Path) -> Iterator[None]:
    """Turn whatever Pillow finds wrong with an image into an InputError that names the file."""
    try:
        yield
    except UnidentifiedImageError as error:
        raise InputError(
            "this is not an image, whatever its name says", file=file, expected=", ".join(FORMATS), remedy=RETURN_IT
        ) from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise too_large(file, RETURN_IT) from error
    except (OSError, SyntaxError, ValueError, struct.error, EOFError) as error:
        raise _damaged(file, getattr(error, "strerror", None) or str(error)) from error


def _read_rgb(file: Path, paper: str) -> Plane:
    with _opened(file) as image:
        return _rgb(image, paper)


def _rgb(image: ImageFile.ImageFile, paper: str) -> Plane:
    if image.mode.startswith("I"):
        grey = np.clip(np.asarray(image).astype(np.int64), 0, 65535)
        return np.repeat((grey >> 8).astype(np.uint8)[..., None], 3, axis=2)
    if image.has_transparency_data:
        return blend(np.asarray(image.convert("RGBA")), paper)
    return np.asarray(image.convert("RGB"))


def _pixel_format(image: ImageFile.ImageFile) -> str:
    return "gray" if image.mode == "L" else JPEG_SAMPLING.get(JpegImagePlugin.get_sampling(image), "yuvj444p")


def _damaged(file: Path, reason: str) -> InputError:
    return DamagedError(f"the image is damaged: {reason}", file=file, remedy=RETURN_IT)
