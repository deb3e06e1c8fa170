"""Values that several parts of the project file hold: paths and frame rates as people write them."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

LONGEST_PATH = 4096  # characters, as Linux has it


def _path(value: object) -> object:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value.strip() or "\0" in value or len(value) > LONGEST_PATH:
        raise ValueError("a path")
    return expanded(value)


def expanded(path: str) -> Path:
    """Return a path with ``~`` as the shell reads it: the home of somebody who does not exist is just a name."""
    return Path(os.path.expanduser(path))  # noqa: PTH111  (the one of pathlib raises RuntimeError then)


GivenPath = Annotated[Path, BeforeValidator(_path)]


def parse_frame_rate(value: object) -> Fraction:
    """Return a frame rate given as ``25`` or ``"30000/1001"``, exactly.

    Raises:
        ValueError: If it is anything else, a decimal included: 29.97 is a rounded 30000/1001.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Fraction):
        raise ValueError("a whole number or a fraction such as 30000/1001")
    try:
        rate = Fraction(value)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 1000 or (isinstance(value, str) and not value.replace("/", "").isdecimal()):
        raise ValueError("a whole number or a fraction such as 30000/1001, above 0 and at most 1000")
    return rate
