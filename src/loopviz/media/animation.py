"""Image files that move: which they are, and an animated WebP as a source. FFmpeg reads animated PNG and GIF, not WebP.

WebP (RFC 9649): a RIFF file whose ``VP8X`` chunk says that it moves; each ``ANMF`` chunk is a picture, with how long it
is shown in milliseconds. PNG (W3C, third edition): ``acTL`` before the first ``IDAT`` says how many pictures there are.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

from loopviz.errors import DamagedError
from loopviz.media.color import BT709
from loopviz.media.file_source import OneFile
from loopviz.media.frame_rate import measure_rate
from loopviz.media.normalise import Normaliser, PictureShape, paper_note
from loopviz.media.types import Frame, Pts, ReadOptions, VideoInfo
from loopviz.notes import note

ANIMATION = 2  # the flag in VP8X
NO_TIME = 100  # ms: how long browsers show a picture of no duration
MILLISECOND = Fraction(1, 1000)


def moving(path: Path) -> Literal["png", "webp"] | None:
    """Return which kind of image file of several pictures, one after the other, a file is; None if it is none."""
    try:
        with path.open("rb") as file:
            head = file.read(21)
            if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X":
                return "webp" if head[20] & ANIMATION and len(_durations(path)) > 1 else None
            return "png" if head.startswith(b"\x89PNG\r\n\x1a\n") and _png_pictures(file) > 1 else None
    except (OSError, IndexError):
        return None


def _png_pictures(file: BinaryIO) -> int:
    file.seek(8)
    while len(head := file.read(8)) == 8 and head[4:] != b"IDAT":
        if head[4:] == b"acTL":
            return int.from_bytes(file.read(4), "big")
        file.seek(int.from_bytes(head[:4], "big") + 4, 1)
    return 1


def _durations(path: Path) -> list[int]:
    """Return how long each picture of an animated WebP is shown, in milliseconds."""
    found = []
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            size = int.from_bytes(head[4:], "little")
            start = file.tell()
            if head[:4] == b"ANMF":
                found.append(int.from_bytes(file.read(16)[12:15], "little"))
            file.seek(start + size + size % 2)
    return found


class WebpSource(OneFile):
    """An animated WebP as a video. See ``loopviz.media.types.Source``."""

    def __init__(self, path: Path, options: ReadOptions | None = None) -> None:
        from loopviz.media.image_files import PictureFile  # here: of most sources it is only asked whether they move

        super().__init__(path, options)
        durations = _durations(path)
        edges = np.cumsum([0, *(length or NO_TIME for length in durations)], dtype=np.int64)
        self._pts: Pts = edges[:-1]
        self.end_pts = int(edges[-1])
        self._file = PictureFile(path, self._options.paper)
        self._whole = len(durations)
        try:
            if self._options.damage == "mend":
                self._whole = self._readable(len(durations))
            self.info = self._facts(0 in durations)
        except BaseException:
            self._file.close()
            raise

    def _facts(self, timeless: bool) -> VideoInfo:
        header = self._file.header
        shape = PictureShape(header.width, header.height, Fraction(1), header.orientation, BT709)
        self._normaliser = Normaliser(shape, BT709, self._options.paper)
        rate, varies = measure_rate(self.pts, self.end_pts, MILLISECOND, ())
        notes = (
            *([paper_note(self._options.paper)] if header.has_alpha else []),
            *([note("profile-ignored")] if header.has_profile else []),
            *([note("timeless-pictures", milliseconds=NO_TIME)] if timeless else []),
            *([note("pictures-held", count=len(self.damaged))] if self.damaged else []),
        )
        return VideoInfo(
            path=self.path,
            kind="video",
            frames=len(self.pts),
            width=shape.shown[0],
            height=shape.shown[1],
            frame_rate=rate,
            duration_seconds=self.end_pts / 1000,
            rotation=header.orientation.rotation,
            sample_aspect_ratio=Fraction(1),
            variable_frame_rate=varies,
            audio_streams=0,
            codec=header.codec,
            pixel_format=header.pixel_format,
            bit_depth=header.bit_depth,
            time_base=MILLISECOND,
            color=BT709,
            claimed_frames=None,
            notes=notes,
        )

    def _readable(self, count: int) -> int:
        """Return how many pictures can be read: what follows a damaged one leans on it."""
        for index in range(count):
            try:
                self._file.picture(index)
            except DamagedError:
                if not index:
                    raise
                return index
        return count

    @property
    def pts(self) -> Pts:
        """When each picture is shown, in milliseconds."""
        return self._pts

    @property
    def sound(self) -> None:
        """An animation is silent."""
        return None

    @property
    def damaged(self) -> tuple[int, ...]:
        """See ``Source.damaged``."""
        return tuple(range(self._whole, len(self.pts)))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _frame(self, index: int) -> Frame:
        picture = self._normaliser.deliver(self._file.picture(min(index, self._whole - 1)))
        pts = int(self.pts[index])
        picture.pts, picture.time_base = pts, MILLISECOND
        return Frame(index, pts, MILLISECOND, picture)
