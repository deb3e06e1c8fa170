"""Colours in a space where equal steps look equal: OKLab and OKLCH (https://bottosson.github.io/posts/oklab/)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.scene.contrast import channels

Floats = npt.NDArray[np.float64]
TO_CONE = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
LESS = 0.98  # of its chroma: until a colour is one that screens have


def linear(color: str) -> Floats:
    """Return ``#rrggbb`` as linear red, green and blue, 0 to 1."""
    return linear_light(np.array(channels(color)))


def linear_light(values: npt.NDArray[Any]) -> Floats:
    """Return sRGB's values from 0 to 255 as linear light from 0 to 1 (IEC 61966-2-1)."""
    share = values / 255
    return np.asarray(np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4))


def oklab(rgb: Floats) -> Floats:
    """Return linear red, green and blue as lightness, 0 to 1, and two opponent axes."""
    return np.asarray(TO_LAB @ np.cbrt(TO_CONE @ rgb))


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """Return a colour as ``#rrggbb``; its chroma is lowered until screens have it.

    Args:
        lightness: From 0 to 1.
        chroma: From 0, grey.
        hue: In degrees.
    """
    while True:
        turn = np.radians(hue)
        lab = np.array([lightness, chroma * np.cos(turn), chroma * np.sin(turn)])
        rgb = np.linalg.solve(TO_CONE, np.linalg.solve(TO_LAB, lab) ** 3)
        if chroma < 1e-3 or (rgb.min() >= 0 and rgb.max() <= 1):
            break
        chroma *= LESS
    rgb = np.clip(rgb, 0, 1)
    share = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{value:02x}" for value in np.rint(255 * share).astype(int).tolist())


def ramp(
    steps: int, ends: Sequence[tuple[float, float, float]] = ((0.88, 0.11, 100.0), (0.36, 0.12, 265.0))
) -> list[str]:
    """Return an ordered scale of colours, evenly from light to dark, so that greyscale keeps its order.

    Args:
        steps: How many.
        ends: Lightness, chroma and hue of the first and the last: yellow and blue, told apart by colour-blind eyes.
    """
    low, high = np.array(ends[0]), np.array(ends[1])
    return [from_oklch(*(low + (high - low) * share).tolist()) for share in np.linspace(0, 1, steps).tolist()]
