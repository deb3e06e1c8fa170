"""How a film's end meets its beginning, measured on the encoded file.

The *seam score* is the mean absolute difference of luma from the last frame to the first, over the median of the same
difference between frames that follow each other within about a second of the seam, on both sides. At 1 the seam is a
step like any other; a cut in moving pictures scores 10 and more.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
from av import VideoFrame
from av.container import InputContainer
from av.video.stream import VideoStream

from loopviz.errors import InputError
from loopviz.media.container import AGAIN, open_container, video_stream

FLOOR = 0.25
"""Grey levels of 255: half of the least step that 8 bits have. Frames that stand still differ by almost nothing, and
against nothing every seam would be a cut."""

_SECONDS = Fraction(1)
_LEAST_STEPS = 4  # on each side, where frames stand for long

Step = tuple[Fraction, float]
"""When a frame begins, in seconds, and how much its luma differs from that of the frame before."""


@dataclass(frozen=True)
class Seam:
    """A film's seam.

    Attributes:
        difference: Mean absolute difference of luma from the last frame to the first, in grey levels of 255.
        neighbours: The median of that between neighbouring frames around the seam.
    """

    difference: float
    neighbours: float

    @property
    def score(self) -> float:
        """The seam's difference over its neighbours', which count as ``FLOOR`` where they are less."""
        return self.difference / max(self.neighbours, FLOOR)


def seam_of(path: Path) -> Seam | None:
    """Measure a film's seam; no more than its beginning and its end are decoded.

    Returns:
        None for a film of one frame.

    Raises:
        InputError: If it cannot be read.
    """
    try:
        with open_container(path) as container:
            stream = video_stream(container, path)
            first, after = _beginning(container, stream)
            last, before = _end(container, stream)
    except (OSError, av.FFmpegError) as error:
        raise InputError(f"the film cannot be read: {error}", file=path, remedy=AGAIN) from error
    if not before:
        return None
    return Seam(_difference(last, first), float(np.median([*after, *before])))


def _beginning(container: InputContainer, stream: VideoStream) -> tuple[VideoFrame, list[float]]:
    """Return the first frame, and how much each of about a second differs from the one before."""
    frames = container.decode(stream)
    first = next(frames)
    until, steps = _time(first) + _SECONDS, list[float]()
    for before, frame in pairwise(chain((first,), frames)):
        if _time(frame) > until and len(steps) >= _LEAST_STEPS:
            break
        steps.append(_difference(before, frame))
    return first, steps


def _end(container: InputContainer, stream: VideoStream) -> tuple[VideoFrame, list[float]]:
    """Return the last frame, and how much each of about a second differs from the one before."""
    whole = Fraction(container.duration or 0, av.time_base)
    back = _SECONDS
    while True:
        back *= 2  # seeking goes by times of decoding, and frames may stand for long
        container.seek(int(max(Fraction(0), whole - back) * av.time_base))
        last, steps = None, list[Step]()
        for frame in container.decode(stream):
            if last is not None:
                steps.append((_time(frame), _difference(last, frame)))
            last = frame
        if last is not None and (len(steps) >= _LEAST_STEPS or back >= whole):
            until = _time(last) - _SECONDS
            near = [when > until or len(steps) - place <= _LEAST_STEPS for place, (when, _) in enumerate(steps)]
            return last, [difference for (_, difference), is_near in zip(steps, near, strict=True) if is_near]


def _time(frame: VideoFrame) -> Fraction:
    return (frame.pts or 0) * (frame.time_base or Fraction(0))


def _difference(one: VideoFrame, other: VideoFrame) -> float:
    """Return the mean absolute difference of luma, in grey levels of 255."""
    bits = one.format.components[0].bits
    return cv2.norm(_luma(one), _luma(other), cv2.NORM_L1) / (one.width * one.height) / (1 << (bits - 8))


def _luma(frame: VideoFrame) -> npt.NDArray[Any]:
    plane = frame.planes[0]
    kind = np.uint8 if frame.format.components[0].bits == 8 else np.uint16
    rows = np.frombuffer(memoryview(plane), kind).reshape(-1, plane.line_size // np.dtype(kind).itemsize)
    return rows[: frame.height, : frame.width]
