"""What the media room hands to the others: facts of a source, its frames, and how a source is read.

Time is data on every frame: an exact integer ``pts`` in a rational time base. A picture leaves this room upright, with
square pixels, as 8-bit ``yuv420p`` with its colour tags set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import av
    import polars as pl

Matrix = Literal["bt601", "bt709", "bt2020"]
Pts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ColorTags:
    """How the numbers of a picture mean colours.

    Attributes:
        matrix: Which coefficients lead from Y'CbCr to R'G'B'.
        full_range: Whether luma uses 0–255 instead of 16–235.
        colorspace: FFmpeg's ``AVCOL_SPC_*`` integer, as written to an output.
        primaries: FFmpeg's ``AVCOL_PRI_*`` integer.
        transfer: FFmpeg's ``AVCOL_TRC_*`` integer.
    """

    matrix: Matrix
    full_range: bool
    colorspace: int
    primaries: int
    transfer: int


@dataclass(frozen=True)
class VideoInfo:
    """The true facts of a source.

    Attributes:
        path: The file or folder.
        kind: ``"images"`` for a folder.
        frames: How many frames decoding yields.
        width: Pixels as shown: after rotation and sample aspect ratio.
        height: As ``width``; both may be odd.
        frame_rate: Frames a second; the average where the rate varies.
        duration_seconds: From the first frame's beginning to the last one's end.
        rotation: Degrees as ffprobe says them, counter-clockwise, -180 to 180; ``read`` has applied it already.
        sample_aspect_ratio: Width to height of a stored pixel; applied as well.
        variable_frame_rate: Whether frames differ in length by more than the container's rounding.
        audio_streams: How many streams of sound there are.
        codec: FFmpeg's name, as ``"h264"``.
        pixel_format: As stored, FFmpeg's name.
        bit_depth: Bits of a stored component.
        time_base: Seconds that one unit of pts lasts.
        color: The tags of the delivered pictures.
        claimed_frames: What the header says, None where it says nothing.
        notes: What a person should know, as ``"10 bit is reduced to 8"``.
    """

    path: Path
    kind: Literal["video", "images"]
    frames: int
    width: int
    height: int
    frame_rate: Fraction
    duration_seconds: float
    rotation: int
    sample_aspect_ratio: Fraction
    variable_frame_rate: bool
    audio_streams: int
    codec: str
    pixel_format: str
    bit_depth: int
    time_base: Fraction
    color: ColorTags
    claimed_frames: int | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Frame:
    """A decoded picture and when it is shown.

    Attributes:
        index: 0-based, in the order in which frames are shown.
        pts: In ``time_base``, as in the file.
        time_base: Seconds that one unit of pts lasts.
        picture: Upright, square pixels, 8-bit ``yuv420p``, colour tags set. It may share its memory with the decoder:
            call ``make_writable()`` before drawing on it.
    """

    index: int
    pts: int
    time_base: Fraction
    picture: av.VideoFrame

    @property
    def pts_seconds(self) -> float:
        """When the frame is shown, on the file's own clock."""
        return float(self.pts * self.time_base)


class Source(Protocol):
    """A video or a folder of images as one stream of frames; a context manager that closes itself."""

    @property
    def info(self) -> VideoInfo:
        """The facts."""
        ...

    @property
    def pts(self) -> Pts:
        """Shape ``(frames,)``, strictly ascending, in ``info.time_base``, as in the file."""
        ...

    @property
    def end_pts(self) -> int:
        """The end of the last frame, in ``info.time_base``."""
        ...

    @property
    def files(self) -> tuple[str, ...] | None:
        """File names in frame order for a folder, None for a video."""
        ...

    @property
    def sound(self) -> Path | None:
        """The file that holds the sound, None when there is none."""
        ...

    def table(self) -> pl.DataFrame:
        """Return the Dataset's ``frames`` table; ``pts_seconds`` counts from the first frame."""
        ...

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Yield the frames from ``start`` up to, not including, ``stop``.

        Reading on where the last read ended costs no seek. Only one read is live at a time: a new one ends the old.

        Raises:
            InputError: If the range leaves the source, or a frame is damaged, missing or not where the index says.
        """
        ...

    def fingerprint(self) -> str:
        """Return a SHA-256 as hex: of a video's bytes, or of a folder's names and bytes in frame order."""
        ...

    def check_unchanged(self) -> None:
        """Look whether the files are still what they were when the source was opened.

        Raises:
            InputError: If one has gone or was changed: then what was read may be of two minds.
        """
        ...

    def close(self) -> None:
        """Let go of the file and the codec; calling it twice is fine."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
