"""What the media room hands to the others: facts of a source, its frames, and how a source is read.

Time is data on every frame: an exact integer ``pts`` in a rational time base. A picture leaves this room upright,
progressive, with square pixels, as ``yuv420p`` or ``yuv420p10le`` with its colour tags set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

from loopviz.notes import Note

if TYPE_CHECKING:
    import av
    import polars as pl

Matrix = Literal["bt601", "bt709", "bt2020"]
Depth = Literal[8, "keep"]
Pts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class HdrLight:
    """What an HDR video says of the screen that it was graded on and of its own light.

    Attributes:
        chromaticity: Eight numbers in units of 0.00002: x and y of red, green, blue and white; None if not said. From
            SMPTE ST 2086, as HEVC carries it (ITU-T H.265, annex D).
        luminance: That screen's least and greatest, in units of 0.0001 cd/m²; None if not said.
        content: The brightest pixel and the brightest frame's mean in cd/m² (CTA-861.3: MaxCLL, MaxFALL); None if not
            said.
    """

    chromaticity: tuple[int, ...] | None = None
    luminance: tuple[int, int] | None = None
    content: tuple[int, int] | None = None


@dataclass(frozen=True)
class ColorTags:
    """How the numbers of a picture mean colours.

    Attributes:
        matrix: Which coefficients lead from Y'CbCr to R'G'B'.
        full_range: Whether luma uses 0–255 instead of 16–235.
        colorspace: FFmpeg's ``AVCOL_SPC_*`` integer, as written to an output.
        primaries: FFmpeg's ``AVCOL_PRI_*`` integer.
        transfer: FFmpeg's ``AVCOL_TRC_*`` integer.
        depth: Bits of a sample, 8 or 10.
        light: What goes along with PQ.
    """

    matrix: Matrix
    full_range: bool
    colorspace: int
    primaries: int
    transfer: int
    depth: Literal[8, 10] = 8
    light: HdrLight | None = None

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of the format that such pictures have here."""
        return "yuv420p" if self.depth == 8 else "yuv420p10le"


@dataclass(frozen=True)
class ReadOptions:
    """What becomes of a source's pictures on the way in. All of it that changes a pixel is part of the fingerprint.

    Attributes:
        depth: 8: pictures are 8-bit, and HDR (PQ, HLG) is mapped to the light of a standard screen. ``"keep"``: what
            has more bits is delivered with 10, and HDR stays HDR.
        paper: What is put under transparent pictures, and around images that are fitted into the size of others, as
            ``#rrggbb``.
        damage: What to do about a damaged file. ``"refuse"`` it; ``"notice"``: read what can be read of a file that is
            cut short, and raise DamagedError at a frame that cannot be decoded; ``"mend"``: decode all of it first, and
            show the frame before where one is missing.
        skip_bad: Show the frame before where an image of a folder cannot be opened, instead of refusing the folder.
            None: refuse it, and do not speak of the choice, since who asks offers none.
    """

    depth: Depth = 8
    paper: str = "#000000"
    damage: Literal["refuse", "notice", "mend"] = "notice"
    skip_bad: bool | None = None

    @property
    def look(self) -> str:
        """What of the options may change a picture, as text for a fingerprint."""
        return f"{self.depth} {self.paper} {self.damage == 'mend'}"


@dataclass(frozen=True)
class VideoInfo:
    """The true facts of a source.

    Attributes:
        path: The file or folder.
        kind: ``"images"`` for a folder.
        frames: How many frames decoding yields.
        width: Pixels as shown: after rotation and sample aspect ratio. Images of several sizes are shown in one.
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
        color: The tags, and the depth, of the delivered pictures.
        claimed_frames: What the header says, None where it says nothing.
        notes: What a person should know.
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
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Frame:
    """A decoded picture and when it is shown.

    Attributes:
        index: 0-based, in the order in which frames are shown.
        pts: In ``time_base``, as in the file.
        time_base: Seconds that one unit of pts lasts.
        picture: Upright, square pixels, in the format and with the tags of the source's ``info.color``. It may share
            its memory with the decoder: call ``make_writable()`` before drawing on it.
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
    def damaged(self) -> tuple[int, ...]:
        """Frames known to be damaged: what is shown of them is another frame, or part of their own.

        All are known of a source that was opened to be mended; of another those that opening it has met.
        """
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
        """Return a SHA-256 as hex: of a video's bytes, or of a folder's names and bytes in frame order.

        How they are read goes into it where that changes the pictures.
        """
        ...

    def check_unchanged(self, frames: Iterable[int] | None = None) -> None:
        """Look whether the files are still what they were when the source was opened.

        Args:
            frames: Look only at what these are read from; None: at everything, the sound as well.

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
