"""Tabular digits: each in a cell of one width, so that numbers line up and one that changes stands still.

Skia's paragraphs do not let a font's own tabular digits be asked for (OpenType ``tnum``), and not every font has them:
a line is taken apart, and each digit is set in the middle of its cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

DIGITS = "0123456789"
PARTS = re.compile(r"[0-9]|[^0-9]+")
MARKED = re.compile("[0-9][\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f]")  # a digit and marks on it are one sign
NO_BREAK_SPACE = "\u00a0"  # has its width at a part's end too, where a space has none


class Part(NamedTuple):
    """A digit, or what stands between digits; where it begins and how wide it is itself, in pixels."""

    text: str
    x: float
    width: float


class Cells(NamedTuple):
    """The parts of a line, from the left, and how wide it is, in pixels."""

    parts: tuple[Part, ...]
    width: float


def goes_in_cells(text: str) -> bool:
    """Say whether a line has digits, none has marks of its own, and all of it runs from the left (UAX #9)."""
    if MARKED.search(text) or not any(digit in text for digit in DIGITS):
        return False
    return not {"R", "AL"} & set(map(unicodedata.bidirectional, text))


def cells_of(line: str, width_of: Callable[[str], float], share: float) -> Cells:
    """Return the parts of a line that begins at 0.

    Args:
        line: What is set.
        width_of: How wide a text is, in pixels.
        share: How wide a digit's cell is, of the widest digit.
    """
    wide = share * max(map(width_of, DIGITS))
    parts, x = [], 0.0
    for text in PARTS.findall(line.replace(" ", NO_BREAK_SPACE)):
        own = width_of(text)
        cell = wide if text in DIGITS else own
        parts.append(Part(text, x + (cell - own) / 2, own))
        x += cell
    return Cells(tuple(parts), x)
