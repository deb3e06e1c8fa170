"""Which frames a person means: ``10:20``, ``:50``, ``2s:5s``; ``12``, ``2.5s``."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from loopviz.errors import ConfigError
from loopviz.media import Source

_FRAME = re.compile(r"[0-9]{1,12}")
_SECONDS = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)s")
_TOLERANCE = 1e-6  # seconds: time stamps are exact, a person's decimals are not


def frame_starts(source: Source) -> npt.NDArray[np.float64]:
    """Return when each frame of a source begins, in seconds from the first one."""
    return np.asarray(source.table()["pts_seconds"].to_numpy(), dtype=np.float64)


def frames_of(source: Source, frames: str | range | None) -> range | None:
    """Return the frames that a person means, None for all; see ``parse_range``."""
    return parse_range(frames, frame_starts(source)) if isinstance(frames, str) else frames


def parse_range(text: str, starts: npt.NDArray[np.float64]) -> range:
    """Return the frames of ``START:STOP``: 0-based numbers, half-open, or moments in seconds; either may be left out.

    Args:
        text: As ``"10:20"`` (ten frames), ``"2s:5s"`` (what begins from second 2 until before second 5), ``"100:"``.
        starts: When each frame of the source begins, in seconds from the first one.

    Raises:
        ConfigError: If it is no range, is empty, or leaves the source.
    """
    count = len(starts)
    first, colon, last = (part.strip() for part in text.partition(":"))
    start = _boundary(first, starts) if first else 0
    stop = _boundary(last, starts) if last else count
    if not colon or start is None or stop is None or not start < stop <= count:
        raise ConfigError(
            "not a range of this source's frames",
            at="range",
            found=text,
            expected=f"START:STOP with 0 <= START < STOP <= {count}, or seconds as in 2s:5s",
        )
    return range(start, stop)


def parse_moment(text: str, starts: npt.NDArray[np.float64], duration: float) -> int:
    """Return the one frame of ``12`` (0-based) or ``2.5s`` (what is on screen then).

    Args:
        text: The frame's number, or a moment.
        starts: When each frame of the source begins, in seconds from the first one.
        duration: When the last frame ends.

    Raises:
        ConfigError: If it is neither, or the source has no such frame.
    """
    frame = int(text) if _FRAME.fullmatch(text) else None
    if seconds := _SECONDS.fullmatch(text):
        moment = float(seconds[1])
        frame = int(np.searchsorted(starts, moment + _TOLERANCE, side="right")) - 1 if moment < duration else None
    if frame is None or frame >= len(starts):
        raise ConfigError(
            "the source has no such frame",
            at="preview",
            found=text,
            expected=f"0 to {len(starts) - 1}, or seconds as in 2.5s",
        )
    return frame


def _boundary(text: str, starts: npt.NDArray[np.float64]) -> int | None:
    """Return the first frame that a range's bound lets in (or, as its end, keeps out); None if it is not a bound."""
    if _FRAME.fullmatch(text):
        return int(text)
    if seconds := _SECONDS.fullmatch(text):
        return int(np.searchsorted(starts, float(seconds[1]) - _TOLERANCE, side="left"))
    return None
