"""Clips that flash, or do not, for the tests of flashes and for the script that asks IRIS about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
ROWS, COLUMNS = 36, 64
BLACK, WHITE, RED, GREEN, BLUE = (0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255)


@dataclass(frozen=True)
class Clip:
    """A clip: ``draw(seconds)`` fills an array of shape ``(ROWS, COLUMNS, 3)``, red, green, blue from 0 to 255."""

    rate: int
    draw: Callable[[float, Rgb], None]
    seconds: float = 4.0

    def frames(self) -> Iterator[tuple[int, Rgb]]:
        for index in range(round(self.seconds * self.rate)):
            picture = np.zeros((ROWS, COLUMNS, 3), np.uint8)
            self.draw((index + 1e-6) / self.rate, picture)
            yield index, picture


def square(hertz: float, one=BLACK, other=WHITE, *, share: float = 1.0, until: float = 9.0):
    """One colour and another in turns, on a share of the picture from its left edge."""

    def draw(seconds: float, picture: Rgb) -> None:
        lit = seconds < until and seconds * hertz % 1 < 0.5
        picture[:] = one
        picture[:, : round(COLUMNS * share)] = other if lit else one

    return draw


def sine(hertz: float, low: int = 0, high: int = 255):
    """A grey that swings between two."""

    def draw(seconds: float, picture: Rgb) -> None:
        picture[:] = round(low + (high - low) * (0.5 - 0.5 * np.cos(2 * np.pi * hertz * seconds)))

    return draw


def still(_: float, picture: Rgb) -> None:
    picture[:] = np.arange(COLUMNS)[None, :, None] * 4


def cut(seconds: float, picture: Rgb) -> None:
    picture[:] = 255 * (seconds > 2)


def bar(seconds: float, picture: Rgb) -> None:
    """A bar that crosses the picture once in two seconds."""
    begin = int(seconds / 2 % 1 * COLUMNS)
    picture[:, begin : begin + 8] = 255


CLIPS: Mapping[str, Clip] = {
    **{
        f"square {hertz} Hz at {rate}": Clip(rate, square(hertz))
        for hertz in (1, 2, 3, 4, 5, 10)
        for rate in (24, 25, 30, 60)
    },
    **{f"sine {hertz} Hz at {rate}": Clip(rate, sine(hertz)) for hertz in (1, 2, 3, 4, 10) for rate in (30, 60)},
    "greys a little apart": Clip(30, square(10, (128,) * 3, (140,) * 3)),
    "greys far enough apart": Clip(30, square(10, (128,) * 3, (160,) * 3)),
    "bright greys": Clip(30, square(10, (235,) * 3, WHITE)),
    "white and almost bright grey": Clip(30, square(10, (225,) * 3, WHITE)),
    "a shallow sine": Clip(30, sine(5, 120, 140)),
    "a deep sine": Clip(30, sine(5, 100, 180)),
    "half of the picture": Clip(30, square(10, share=0.5)),
    "more than a quarter": Clip(30, square(10, share=0.3)),
    "a fifth of the picture": Clip(30, square(10, share=0.2)),
    "a tenth of the picture": Clip(30, square(10, share=0.1)),
    "green and black": Clip(30, square(5, BLACK, GREEN)),
    "blue and black": Clip(30, square(5, BLACK, BLUE)),
    "red and black": Clip(30, square(5, BLACK, RED)),
    "red and black, slowly": Clip(30, square(2, BLACK, RED)),
    "red and a grey as bright": Clip(30, square(5, (127,) * 3, RED)),
    "red and a grey, slowly": Clip(30, square(3, (127,) * 3, RED)),
    "dark red and black": Clip(30, square(5, BLACK, (100, 0, 0))),
    "brick and grey": Clip(30, square(5, (90,) * 3, (140, 70, 70))),
    "three flashes": Clip(30, square(5, until=0.6)),
    "four flashes": Clip(30, square(5, until=0.8)),
    "a slow fade": Clip(30, sine(0.25)),
    "held frames": Clip(24, still),
    "one cut": Clip(24, cut),
    "a bar that crosses": Clip(30, bar),
    "a person a frame": Clip(24, square(12, (225,) * 3, (235,) * 3)),
}
