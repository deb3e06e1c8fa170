"""Finished frames as pictures, before they are encoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loopviz.errors import ConfigError
from loopviz.media import Source, png_of, save_png, to_rgb
from loopviz.render.compositor import composed_views, compositor_of
from loopviz.scene import Scene, View


@dataclass(frozen=True, eq=False)
class Still:
    """One finished frame; a notebook shows it.

    Attributes:
        index: The frame's number in the source, from 0.
        pts_seconds: When it is shown, on the source's own clock.
        rgb: Shape ``(height, width, 3)``: red, green, blue.
    """

    index: int
    pts_seconds: float
    rgb: npt.NDArray[np.uint8] = field(repr=False)

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the picture as a PNG, whole or not at all; return where.

        Raises:
            ConfigError: If the name does not end in ``.png``.
            OutputError: If there is such a file and ``overwrite`` is off, or it cannot be written.
        """
        target = Path(path)
        if target.suffix.lower() != ".png":
            raise ConfigError("a still is a PNG", file=target, expected="a name that ends in .png")
        save_png(self.rgb, target, replace=overwrite)
        return target

    def _repr_png_(self) -> bytes:
        return png_of(self.rgb)


def render_stills(source: Source, scene: Scene | None, frames: range) -> Iterator[Still]:
    """Yield finished frames, one after the other: the pixels before encoding.

    Args:
        source: The open source.
        scene: What is drawn, or None.
        frames: Which frames, in steps of one.

    Raises:
        ConfigError: If the source has no such frames.
        InputError: If one is damaged.
    """
    check_frames(source, frames)
    compositor = compositor_of(source, scene)
    moments = [(frame, None, 0.0, View(frame)) for frame in frames]
    for frame, picture in zip(frames, composed_views(source, compositor, moments), strict=True):
        yield Still(frame, float(source.pts[frame] * source.info.time_base), to_rgb(picture))


def check_frames(source: Source, frames: range) -> None:
    """Refuse frames that a source does not have, or that do not follow each other.

    Raises:
        ConfigError: If it does not.
    """
    count = source.info.frames
    if frames.step != 1:
        raise ConfigError("only frames that follow each other can be shown", found=frames, expected="steps of one")
    if frames.start < 0 or frames.stop > count:
        wrong = frames.start if frames.start < 0 else frames.stop - 1
        raise ConfigError("there is no such frame", found=wrong, expected=f"0 to {count - 1}")


def render_still(source: Source, scene: Scene | None, frame: int) -> npt.NDArray[np.uint8]:
    """Return one finished frame, as ``(height, width, 3)`` red, green, blue: the pixels before encoding.

    Raises:
        ConfigError: If the source has no such frame.
    """
    return next(render_stills(source, scene, range(frame, frame + 1))).rgb
