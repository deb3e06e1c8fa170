"""Opening whatever holds pictures, and asking what it is."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from loopviz.errors import ConfigError
from loopviz.media.animation import WebpSource, moving
from loopviz.media.folder import is_image
from loopviz.media.types import ReadOptions, Source, VideoInfo
from loopviz.media.video_source import VideoSource


def open_source(path: str | Path, *, frame_rate: Fraction | None = None, options: ReadOptions | None = None) -> Source:
    """Open a video file, a folder of images, or one image. An animated image (PNG, WebP, GIF) is a video.

    Args:
        path: The file or folder.
        frame_rate: Frames a second of images without a manifest; 24 if not given.
        options: What becomes of the pictures on the way in.

    Raises:
        InputError: If it is missing, damaged, or holds no pictures.
        ConfigError: If ``frame_rate`` is not positive, or given for something that has times of its own.
        MissingPartError: If this machine cannot decode it.
    """
    place = Path(path)
    if frame_rate is not None and frame_rate <= 0:
        raise ConfigError("no frame rate", found=frame_rate, expected="a positive number of frames a second")
    movement = moving(place) if place.is_file() and is_image(place) else None
    if place.is_dir() or (place.is_file() and is_image(place) and not movement):
        from loopviz.media.image_source import ImageSource  # here: a video has no use for what it loads

        return ImageSource(place, frame_rate=frame_rate, options=options)
    if frame_rate is not None and place.is_file():
        raise ConfigError("a video has its own times", file=place, found=frame_rate, remedy="Leave the frame rate out.")
    if movement == "png":
        from loopviz.media.image_files import read_header

        read_header(place)  # FFmpeg would say of one that is too large that it holds nothing
    return WebpSource(place, options) if movement == "webp" else VideoSource(place, options)


def probe(path: str | Path, options: ReadOptions | None = None) -> VideoInfo:
    """Return the true facts of a video, a folder of images, or an image; see ``open_source``."""
    with open_source(path, options=options) as source:
        return source.info
