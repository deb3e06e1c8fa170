"""Which frames a person means: ``10:20``, ``:50``, ``2s:5s``, ``0:02-0:05``; ``12``, ``2.5s``, ``0:02.5``."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from loopviz.durations import CLOCK, clock_seconds
from loopviz.errors import ConfigError
from loopviz.media import Source

_FRAME = re.compile(r"[0-9]{1,12}")
_SECONDS = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)s")
_LIKE_A_CLOCK = re.compile(r"[0-9]+:0[0-9]|0[0-9]:[0-9]+")
_TOLERANCE = 1e-6  # seconds: time stamps are exact, a person's decimals are not


def frame_starts(source: Source) -> npt.NDArray[np.float64]:
    """Return when each frame of a source begins, in seconds from the first one."""
    return np.asarray(source.table()["pts_seconds"].to_numpy(), dtype=np.float64)


def frames_of(source: Source, frames: str | range | None) -> range | None:
    """Return the frames that a person means, None for all; see ``parse_range``."""
    return parse_range(frames, frame_starts(source)) if isinstance(frames, str) else frames


def parse_range(text: str, starts: npt.NDArray[np.float64], *, at: str = "range") -> range:
    """Return the frames of ``START:STOP``: 0-based numbers, half-open, or moments; either may be left out.

    Args:
        text: As ``"10:20"`` (ten frames), ``"2s:5s"`` (what begins from second 2 until before second 5), ``"100:"``,
            ``"0:02-0:05"``; a hyphen may stand for the colon in the middle.
        starts: When each frame of the source begins, in seconds from the first one.
        at: What is said to hold it.

    Raises:
        ConfigError: If it is no range, is empty, leaves the source, or could be frames as well as a time.
    """
    count = len(starts)
    if _LIKE_A_CLOCK.fullmatch(text):
        numbers = ":".join(str(int(part)) for part in text.split(":"))
        raise ConfigError(
            "these could be frames or a time",
            at=at,
            found=text,
            expected=f"{numbers} for frames, or START-STOP for times, as 0:00-{text}",
        )
    found = {
        (_boundary(first, starts) if first else 0, _boundary(last, starts) if last else count)
        for first, last in _parts(text)
    }
    start, stop = found.pop() if len(found) == 1 else (None, None)
    if start is None or stop is None or not start < stop <= count:
        raise ConfigError(
            "not a range of this source's frames",
            at=at,
            found=text,
            expected=f"START:STOP with 0 <= START < STOP <= {count}, or times as in 2s:5s or 0:02-0:05",
        )
    return range(start, stop)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield every way to take a range apart; a clock's time and a bare number are never bounds of one range."""
    for sign in re.finditer("[:-]", text):
        bounds = text[: sign.start()].strip(), text[sign.end() :].strip()
        clocks, numbers = (any(map(kind.fullmatch, bounds)) for kind in (CLOCK, _FRAME))
        whole = sign.group() == ":" or all(bounds)
        if whole and not (clocks and numbers) and all(not bound or _is_boundary(bound) for bound in bounds):
            yield bounds


def _is_boundary(text: str) -> bool:
    return _FRAME.fullmatch(text) is not None or _seconds(text) is not None


def _seconds(text: str) -> float | None:
    """Return the seconds of ``2.5s``, ``0:02.5`` or ``00:00:02.5``; None if it is no time."""
    if match := _SECONDS.fullmatch(text):
        return float(match[1])
    clock = clock_seconds(text)
    return None if clock is None else float(clock)


def parse_moment(text: str, starts: npt.NDArray[np.float64], duration: float) -> int:
    """Return the one frame of ``12`` (0-based), or of ``2.5s`` or ``0:02.5`` (what is on screen then).

    Args:
        text: The frame's number, or a moment.
        starts: When each frame of the source begins, in seconds from the first one.
        duration: When the last frame ends.

    Raises:
        ConfigError: If it is neither, or the source has no such frame.
    """
    frame = int(text) if _FRAME.fullmatch(text) else None
    if (moment := _seconds(text)) is not None:
        frame = int(np.searchsorted(starts, moment + _TOLERANCE, side="right")) - 1 if moment < duration else None
    if frame is None or frame >= len(starts):
        raise ConfigError(
            "the source has no such frame",
            at="preview",
            found=text,
            expected=f"0 to {len(starts) - 1}, or a time as in 2.5s or 0:02.5",
        )
    return frame


def _boundary(text: str, starts: npt.NDArray[np.float64]) -> int | None:
    """Return the first frame that a range's bound lets in (or, as its end, keeps out); None if it is not a bound."""
    if _FRAME.fullmatch(text):
        return int(text)
    if (moment := _seconds(text)) is not None:
        return int(np.searchsorted(starts, moment - _TOLERANCE, side="left"))
    return None
