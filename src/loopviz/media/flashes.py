"""Flashes that can cause seizures: general and red ones by WCAG 2.2, in the stream of a film's frames.

Source: WCAG 2.2, "general flash and red flash thresholds" (success criterion 2.3.1).

- A *transition* is a change between adjacent peaks and valleys over time. General: of relative luminance, by 0.1 or
  more, the darker side below 0.8. Red: to or from a state with R / (R + G + B) of 0.8 or more, by more than 0.2 in the
  CIE 1976 chromaticity diagram (u', v'), all of linear light.
- A *flash* is two opposing transitions. More than three within a second fail, where places that flash so at the same
  time take more than a quarter of any field of view of 10 degrees.

The picture is seen as *places* of half a degree: each counts its own transitions, and fine patterns, which WCAG
excepts, are even within them. Counted are transitions, as other tools do: the seventh within a second fails.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal, Protocol

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from loopviz.errors import InputError
from loopviz.media.color import tags_of
from loopviz.media.container import AGAIN, open_container, video_stream
from loopviz.media.hdr_curves import is_hdr
from loopviz.media.tone_map import ToneMap
from loopviz.viewing import Viewing

Kind = Literal["general", "red"]
Light = npt.NDArray[np.float32]
"""Shape ``(rows, columns, 3)``: linear red, green, blue of each place, 0 to 1."""
Mask = npt.NDArray[np.bool_]

FIELD_DEGREES = 10.0
FIELD_SHARE = 0.25
MOST_FLASHES = 3  # a second
LUMINANCE_STEP, DARKER_SIDE = 0.1, 0.8
SATURATED_RED, CHROMATICITY_STEP = 0.8, 0.2

_FIELD_PLACES = 20  # across a field of view
_MOST_PLACES = 160  # across a picture, however near one stands
_PIXELS_A_PLACE = 8  # across, of the picture whose light is averaged
_SECOND = Fraction(998, 1000)  # what Matroska's milliseconds round must not make three flashes to four
_FLARE = 0.005  # of linear light, grey: black has no colour, and what encoding adds to it must not have one
_TO_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]],
    np.float32,
)  # IEC 61966-2-1
_SIGNAL = np.arange(256) / 255
_LINEAR = np.where(_SIGNAL <= 0.04045, _SIGNAL / 12.92, ((_SIGNAL + 0.055) / 1.055) ** 2.4).astype(np.float32)


@dataclass(frozen=True)
class Flashing:
    """A stretch of a film that flashes too often on too large an area.

    Attributes:
        kind: ``general`` (luminance) or ``red``.
        start_seconds: When its first flash begins.
        stop_seconds: When the last frame that fails ends.
        flashes_a_second: At its worst, of the places that fail.
        share: Of a field of view of 10 degrees, at its worst; above 0.25.
    """

    kind: Kind
    start_seconds: float
    stop_seconds: float
    flashes_a_second: float
    share: float


def flashes_in(
    path: Path, viewing: Viewing | None = None, *, loops: bool = False, seconds: Fraction | None = None
) -> list[Flashing]:
    """Find what flashes in a film, as it is encoded.

    Args:
        path: The film. HDR is judged as on a standard screen.
        viewing: How it is seen; 55 inches at 2.5 m where that is not said.
        loops: Whether its beginning follows its end.
        seconds: How much of it is looked at: of a film that plays again and again, the first time. None: all.

    Returns:
        In the order in which they begin; none: it passes. What goes over the seam of a loop ends after the film.

    Raises:
        InputError: If it cannot be read.
    """
    viewing = viewing or Viewing()
    try:
        with open_container(path) as container:
            stream = video_stream(container, path)
            width, height = stream.codec_context.width, stream.codec_context.height
            return flashes_of(_played(container, stream, loops=loops, seconds=seconds), (width, height), viewing)
    except (OSError, av.FFmpegError) as error:
        raise InputError(f"the film cannot be read: {error}", file=path, remedy=AGAIN) from error


def flashes_of(
    frames: Iterable[tuple[Fraction, av.VideoFrame]], size: tuple[int, int], viewing: Viewing | None = None
) -> list[Flashing]:
    """Find what flashes in pictures, as they are before they are encoded.

    Args:
        frames: When each begins, in seconds, ascending, and the picture.
        size: Width and height of the pictures.
        viewing: How they are seen.
    """
    grid = Grid.of(*size, viewing or Viewing())
    return find_flashes(_light(frames, grid), grid)


@dataclass(frozen=True)
class Grid:
    """The places of a picture.

    Attributes:
        rows: How many above each other.
        columns: How many side by side.
        field: How many lie across a field of view of 10 degrees.
    """

    rows: int
    columns: int
    field: float

    @classmethod
    def of(cls, width: int, height: int, viewing: Viewing) -> Grid:
        """Return the places of a picture of some size in pixels."""
        field_pixels = viewing.metres(FIELD_DEGREES) / viewing.metres_a_pixel(width, height)
        place = max(field_pixels / _FIELD_PLACES, max(width, height) / _MOST_PLACES, 1.0)
        return cls(max(1, round(height / place)), max(1, round(width / place)), field_pixels / place)

    def share(self, places: Mask) -> float:
        """Return how much of a field of view some places take, wherever they take most."""
        area = math.pi / 4 * self.field**2
        if places.sum() / area <= FIELD_SHARE:
            return 0.0
        reach = min(math.ceil(self.field / 2), max(self.rows, self.columns))
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        disc = (np.hypot(x, y) <= self.field / 2).astype(np.float32)
        padded = cv2.copyMakeBorder(places.astype(np.float32), reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
        return float(cv2.filter2D(padded, -1, disc, borderType=cv2.BORDER_CONSTANT).max() / area)


def find_flashes(frames: Iterable[tuple[Fraction, Light]], grid: Grid) -> list[Flashing]:
    """Find what flashes in a stream of frames; no more than a second of them is held.

    Args:
        frames: When each begins, in seconds, ascending, and the light of its places.
        grid: The places.

    Returns:
        In the order in which they begin.
    """
    kinds: dict[Kind, _Places] = {"general": _Brightness(grid), "red": _Redness(grid)}
    windows = {kind: _Window(grid) for kind in kinds}
    found: dict[Kind, list[Flashing]] = {kind: [] for kind in kinds}
    for when, light in frames:
        for kind, places in kinds.items():
            windows[kind].add(when, places.transitions(light))
            flashing = windows[kind].flashing(kind)
            if flashing is not None:
                _join(found[kind], flashing)
    return sorted((each for several in found.values() for each in several), key=lambda each: each.start_seconds)


def _join(found: list[Flashing], flashing: Flashing) -> None:
    """Add what a second shows; it goes on with what was found before where the two meet."""
    last = found[-1] if found else None
    if last is None or flashing.start_seconds > last.stop_seconds:
        found.append(flashing)
        return
    found[-1] = replace(
        last,
        stop_seconds=flashing.stop_seconds,
        flashes_a_second=max(last.flashes_a_second, flashing.flashes_a_second),
        share=max(last.share, flashing.share),
    )


class _Window:
    """The transitions of a second."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._entries: deque[tuple[Fraction, Mask]] = deque()
        self._count = np.zeros((grid.rows, grid.columns), np.uint16)

    def add(self, when: Fraction, transitions: Mask) -> None:
        """Take the transitions of a frame, and forget those that lie a second back."""
        while self._entries and when - self._entries[0][0] >= _SECOND:
            self._count -= self._entries.popleft()[1]
        if transitions.any():
            self._entries.append((when, transitions))
            self._count += transitions

    def flashing(self, kind: Kind) -> Flashing | None:
        """Return what is wrong with this second."""
        failing = self._count > 2 * MOST_FLASHES
        share = self._grid.share(failing)
        if share <= FIELD_SHARE:
            return None
        often = float(np.median(self._count[failing])) / 2
        return Flashing(kind, float(self._entries[0][0]), float(self._entries[-1][0]), often, share)


class _Places(Protocol):
    def transitions(self, light: Light) -> Mask:
        """Take a frame; return the places at which a transition ends."""
        ...


class _Brightness:
    """Relative luminance between its peaks and valleys."""

    def __init__(self, grid: Grid) -> None:
        shape = grid.rows, grid.columns
        self._valley, self._peak = np.full(shape, np.inf, np.float32), np.full(shape, -np.inf, np.float32)
        self._rising, self._falling = np.zeros(shape, bool), np.zeros(shape, bool)

    def transitions(self, light: Light) -> Mask:
        now = light @ _TO_LUMINANCE
        np.minimum(self._valley, now, out=self._valley)
        np.maximum(self._peak, now, out=self._peak)
        up = ~self._rising & (now - self._valley >= LUMINANCE_STEP) & (self._valley < DARKER_SIDE)
        down = ~self._falling & (self._peak - now >= LUMINANCE_STEP) & (now < DARKER_SIDE)
        turned = up | down
        self._rising, self._falling = (self._rising & ~down) | up, (self._falling & ~up) | down
        self._valley, self._peak = np.where(turned, now, self._valley), np.where(turned, now, self._peak)
        return turned


class _Redness:
    """Chromaticity between saturated red and other colours.

    Of a place that is red the reddest is remembered, of another the least red: what lies between is no new state.
    """

    def __init__(self, grid: Grid) -> None:
        self._red: Mask | None = None
        self._state = np.zeros((grid.rows, grid.columns, 2), np.float32)

    def transitions(self, light: Light) -> Mask:
        light = light + np.float32(_FLARE)
        saturated = light[..., 0] >= SATURATED_RED * light.sum(axis=-1)
        now = _chromaticity(light)
        if self._red is None:
            self._red, self._state = saturated, now
        far = np.linalg.norm(now - self._state, axis=-1) > CHROMATICITY_STEP
        turned: Mask = far & (self._red | saturated)
        self._red = self._red ^ turned
        further = np.where(self._red, now[..., 0] > self._state[..., 0], now[..., 0] < self._state[..., 0])
        self._state = np.where((turned | further)[..., None], now, self._state)
        return turned


def _chromaticity(light: Light) -> npt.NDArray[np.float32]:
    """Return u' and v' of linear light, shape ``(rows, columns, 2)``: CIE 15, the 1976 uniform chromaticity scale."""
    x, y, z = np.moveaxis(light @ _TO_XYZ.T, -1, 0)
    return np.asarray(np.stack([4 * x, 9 * y], axis=-1) / (x + 15 * y + 3 * z)[..., None], np.float32)


def _played(
    container: InputContainer, stream: VideoStream, *, loops: bool, seconds: Fraction | None
) -> Iterator[tuple[Fraction, av.VideoFrame]]:
    """Yield when each frame begins, and the frame; of a film that loops its first second once more at the end."""
    whole = seconds or Fraction(container.duration or 0, av.time_base)
    yield from _until(container, stream, seconds)
    if loops:
        container.seek(0)
        yield from ((whole + when, frame) for when, frame in _until(container, stream, Fraction(1)))


def _until(
    container: InputContainer, stream: VideoStream, seconds: Fraction | None
) -> Iterator[tuple[Fraction, av.VideoFrame]]:
    """Yield when each frame begins, and the frame, so many seconds long."""
    stop = None
    for frame in container.decode(stream):
        when = _time(frame)
        stop = when + seconds if stop is None and seconds is not None else stop
        if stop is not None and when >= stop:
            return
        yield when, frame


def _time(frame: av.VideoFrame) -> Fraction:
    return (frame.pts or 0) * (frame.time_base or Fraction(0))


def _light(frames: Iterable[tuple[Fraction, av.VideoFrame]], grid: Grid) -> Iterator[tuple[Fraction, Light]]:
    """Yield when each frame begins, and the light of its places."""
    shrink, tone = VideoReformatter(), None
    for when, frame in frames:
        width = min(frame.width, grid.columns * _PIXELS_A_PLACE)
        height = min(frame.height, grid.rows * _PIXELS_A_PLACE)
        tags = tags_of(frame, frame.height)
        if is_hdr(tags):
            tone = tone or ToneMap(tags)
            small = tone.map(shrink.reformat(frame, width, height, interpolation="AREA", threads=1))
        else:
            small = shrink.reformat(frame, width, height, "rgb24", interpolation="AREA", threads=1)
        yield when, light_of(np.asarray(small.to_ndarray(format="rgb24"), np.uint8), grid)


def light_of(rgb: npt.NDArray[np.uint8], grid: Grid) -> Light:
    """Return the light of a picture's places.

    Args:
        rgb: Shape ``(height, width, 3)``: R'G'B' of its pixels (sRGB), full range.
        grid: The places.
    """
    linear = cv2.LUT(rgb, _LINEAR)
    return np.asarray(cv2.resize(linear, (grid.columns, grid.rows), interpolation=cv2.INTER_AREA), np.float32)
