"""How large a sheet is: its size once it is cut, what is printed beyond, and where the cut is marked.

All lengths on a sheet are in tenths of a point, 1/720 of an inch: type is measured at ten times its size, so that no
machine rounds the widths of small letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from loopviz.errors import ConfigError

POINT = 10.0
INCH = 72 * POINT
MM = INCH / 25.4
SIZES = {"A0": (841, 1189), "A1": (594, 841), "A2": (420, 594), "A3": (297, 420), "A4": (210, 297), "A5": (148, 210)}
UNITS = {"mm": 1.0, "cm": 10.0, "in": 25.4, "": 1.0}  # in mm
NUMBER = r"[0-9]{1,4}(?:\.[0-9]{1,2})?"
LEAST, MOST = 60.0, 2000.0  # mm, of a side
MOST_RATIO = 6
MOST_BLEED = 20.0  # mm
MARK, GAP = 5 * MM, 1 * MM  # how long a mark of the cut is, and how far from what is printed
EXPECTED = "A0 to A5, or width and height as 50x70cm or 297x420mm"


@dataclass(frozen=True)
class Paper:
    """A sheet's size in tenths of a point.

    Attributes:
        width: Once it is cut.
        height: Once it is cut.
        bleed: What is printed beyond each edge, and cut off.
    """

    width: float
    height: float
    bleed: float = 0.0

    @property
    def around(self) -> float:
        """How far the sheet reaches beyond its cut on each side, with the marks of the cut."""
        return self.bleed + GAP + MARK if self.bleed else 0.0

    @property
    def whole(self) -> tuple[float, float]:
        """The width and height of what is delivered."""
        return self.width + 2 * self.around, self.height + 2 * self.around

    @property
    def scale(self) -> float:
        """How much larger type is than on A4: a larger sheet is seen from further away, but not as much."""
        return float((min(self.width, self.height) / (210 * MM)) ** 0.6)


def parse_paper(size: str, *, landscape: bool = False, bleed: str = "0mm") -> Paper:
    """Return the paper of a size.

    Args:
        size: ``A4``, or width and height as ``50x70cm``, ``297x420mm`` or ``11x17in``.
        landscape: Whether it is turned, so that it is wider than high.
        bleed: A length such as ``3mm``.

    Raises:
        ConfigError: If it is no size, or none that can be printed.
    """
    found = re.fullmatch(rf"\s*({NUMBER})\s*[x×]\s*({NUMBER})\s*(mm|cm|in)\s*", size)
    if (named := SIZES.get(size.strip().upper())) is not None:
        sides = float(named[0]), float(named[1])
    elif found:
        sides = float(found[1]) * UNITS[found[3]], float(found[2]) * UNITS[found[3]]
    else:
        raise ConfigError("not a size of paper", at="--size", found=size, expected=EXPECTED)
    if not all(LEAST <= side <= MOST for side in sides) or max(sides) > MOST_RATIO * min(sides):
        limits = f"{LEAST:g} to {MOST:g} mm a side, and at most {MOST_RATIO} to 1"
        raise ConfigError("no sheet is printed at this size", at="--size", found=size, expected=limits)
    wide, high = (max(sides), min(sides)) if landscape else sides
    return Paper(wide * MM, high * MM, _bleed(bleed))


def _bleed(text: str) -> float:
    found = re.fullmatch(rf"\s*({NUMBER})\s*(mm|cm|in|)\s*", text)
    length = float(found[1]) * UNITS[found[2]] if found else -1.0
    if not 0 <= length <= MOST_BLEED:
        raise ConfigError("not a bleed", at="--bleed", found=text, expected=f"0 to {MOST_BLEED:g} mm, as 3mm")
    return length * MM
