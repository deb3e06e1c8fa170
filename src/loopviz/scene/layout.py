"""Where things stand: solved once for a whole clip, so that nothing jumps from frame to frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import polars as pl

from loopviz.errors import ConfigError
from loopviz.scene.theme import Theme

Place = Literal["beside", "left", "right", "below"]
LONGEST_SCALED = 4096  # pixels: a narrow strip is not made as large as its short side would like


@dataclass(frozen=True)
class Area:
    """A rectangle of the canvas: its corner and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The first column after the area."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The first row below the area."""
        return self.y + self.height


@dataclass(frozen=True)
class Layout:
    """The canvas, the picture on it, and the column that the panel's text is set in.

    Attributes:
        width: Canvas width in pixels, even.
        height: Canvas height in pixels, even.
        picture: Where the picture lies; its corner is at even pixels.
        panel: Where the panel's text stands.
        place: On which side of the picture, or of what is in it, the panel is.
        unit: The length in pixels that a theme's sizes are fractions of.
        scale: How many pixels of the canvas a pixel of the source takes; a whole number, unless it is fitted.
        others: Where the picture stands once more.
        fitted: Whether the picture is made as large as its place is, at any scale.
    """

    width: int
    height: int
    picture: Area
    panel: Area
    place: Place
    unit: float
    scale: float
    others: tuple[Area, ...] = ()
    fitted: bool = False


def solve_layout(theme: Theme, size: tuple[int, int], annotations: pl.DataFrame, people: bool = True) -> Layout:
    """Return the layout of a clip.

    Args:
        theme: The theme, whose sizes are fractions of the unit.
        size: The picture's width and height as shown, in pixels.
        annotations: All that is drawn in the clip; an overlay keeps to the emptier side.
        people: Whether there is anyone to show; without, no place is kept for a panel beside the picture.

    Raises:
        ConfigError: If the theme's margins leave no room.
    """
    wanted = math.ceil(theme.min_height / size[1]) if max(size) < 4 * theme.min_height else 1
    scale = max(1, min(wanted, LONGEST_SCALED // max(size)))
    width, height = size[0] * scale, size[1] * scale
    if theme.layout == "margin":
        return _margin_layout(theme, width, height, scale, people)
    layout = _overlay_layout(theme, width, height, scale, annotations)
    panel, m = layout.panel, theme.margins
    if min(panel.width, panel.height, width - (m.left + m.right) * layout.unit) < 4 or panel.x < 0:
        raise ConfigError(
            "the theme's margins leave no room for its panel on this picture",
            found=f"{size[0]}x{size[1]} pixels",
            remedy="Make its `margins` smaller, or choose a theme with the layout `margin`.",
        )
    return layout


def even(value: float) -> int:
    """Return the even number next above or at a value: chroma is sampled at every second pixel."""
    return 2 * math.ceil(value / 2)


def _margin_layout(theme: Theme, width: int, height: int, scale: int, people: bool) -> Layout:
    unit, m = float(height), theme.margins
    picture = Area(even(m.left * unit), even(m.top * unit), width, height)
    gap, wide = (m.gap, theme.panel.width) if people else (0, 0)
    panel = Area(round(picture.right + gap * unit), picture.y, round(wide * unit), height)
    canvas = even(panel.right + m.right * unit), even(picture.bottom + m.bottom * unit)
    return Layout(*canvas, picture, panel, "beside", unit, scale)


def _overlay_layout(theme: Theme, width: int, height: int, scale: int, annotations: pl.DataFrame) -> Layout:
    picture, m = Area(0, 0, width, height), theme.margins
    if width < height:  # upright: the panel lies along the bottom
        unit = 1.15 * width
        tall = min(0.72 * unit, 0.5 * height)
        panel = Area(m.left * unit, height - tall, width - (m.left + m.right) * unit, tall - 0.1 * unit)
        return Layout(even(width), even(height), picture, panel, "below", unit, scale)
    unit = float(height)
    wide = min(theme.panel.width * unit, 0.42 * width)
    place = _emptier_side(annotations, width / scale, (wide + 0.1 * unit) / scale)
    x = m.left * unit if place == "left" else width - m.right * unit - wide
    panel = Area(x, m.top * unit, wide, height - (m.top + m.bottom + 0.06) * unit)
    return Layout(even(width), even(height), picture, panel, place, unit, scale)


def _emptier_side(annotations: pl.DataFrame, width: float, strip: float) -> Literal["left", "right"]:
    """The side whose strip the boxes of the whole clip reach into less; left when it makes no difference."""
    edges = pl.col("x_min", "x_max").clip(0, width)
    boxes = annotations.select(edges, tall=pl.col("y_max") - pl.col("y_min"))
    left = (pl.min_horizontal("x_max", pl.lit(strip)) - pl.col("x_min")).clip(0) * pl.col("tall")
    right = (pl.col("x_max") - pl.max_horizontal("x_min", pl.lit(width - strip))).clip(0) * pl.col("tall")
    covered = boxes.select(left.sum().alias("left"), right.sum().alias("right")).row(0)
    return "left" if covered[0] <= covered[1] * 1.02 else "right"
