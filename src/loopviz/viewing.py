"""How large a picture is to those who look at it: a screen's size, and how far away they stand."""

from __future__ import annotations

import math
from dataclasses import dataclass

METRES_AN_INCH = 0.0254


@dataclass(frozen=True)
class Viewing:
    """A screen and where it is seen from.

    Attributes:
        diagonal_inches: The screen's diagonal.
        distance_metres: From the eye to the screen, at its nearest.
        screen_ratio: The screen's width over its height. A picture of another shape is shown as large as fits.
    """

    diagonal_inches: float = 55.0
    distance_metres: float = 2.5
    screen_ratio: float = 16 / 9

    def metres_a_pixel(self, width: int, height: int) -> float:
        """Return how large a pixel of a picture is on the screen."""
        screen_height = self.diagonal_inches * METRES_AN_INCH / math.hypot(self.screen_ratio, 1)
        return min(screen_height * self.screen_ratio / width, screen_height / height)

    def metres(self, degrees: float) -> float:
        """Return how large on the screen is what is seen under an angle, in the middle of the view."""
        return 2 * self.distance_metres * math.tan(math.radians(degrees) / 2)

    def arc_minutes(self, pixels: float, width: int, height: int) -> float:
        """Return under which angle some pixels of a picture are seen, in minutes of arc."""
        metres = pixels * self.metres_a_pixel(width, height)
        return math.degrees(2 * math.atan(metres / 2 / self.distance_metres)) * 60
