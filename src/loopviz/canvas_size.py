"""How large a finished picture is to be: in pixels, as an aspect, or as large as what is on it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

LEAST_SIDE, MOST_SIDE = 16, 16384  # pixels
SIZES = "'around' or 'picture', an aspect such as '16:9', or pixels such as '1920x1080', both even"


def parse_size(text: str) -> tuple[int, int]:
    """Return width and height of ``1920x1080``, in pixels.

    Raises:
        ValueError: If it is no size, or none that a video can have.
    """
    found = re.fullmatch(r"\s*(\d{1,5})\s*[x×]\s*(\d{1,5})\s*", text)
    expected = f"width and height in pixels, both even and {LEAST_SIDE} to {MOST_SIDE}, as '1920x1080'"
    if not found:
        raise ValueError(expected)
    size = int(found[1]), int(found[2])
    if any(side % 2 or not LEAST_SIDE <= side <= MOST_SIDE for side in size):
        raise ValueError(expected)
    return size


def parse_aspect(text: str) -> tuple[int, int]:
    """Return the two numbers of an aspect such as ``16:9``.

    Raises:
        ValueError: If it is none, or longer than 5 to 1.
    """
    found = re.fullmatch(r"\s*(\d{1,4})\s*:\s*(\d{1,4})\s*", text)
    wide, high = (int(found[1]), int(found[2])) if found else (0, 0)
    if not wide or not high or max(wide, high) > 5 * min(wide, high):
        raise ValueError("an aspect such as '16:9', at most 5 to 1")
    return wide, high


def _canvas_size(text: str) -> str:
    if text in {"around", "picture"}:
        return text
    for parse in (parse_aspect, parse_size):
        try:
            parse(text)
        except ValueError:
            continue
        return text
    raise ValueError(SIZES)


CanvasSize = Annotated[str, AfterValidator(_canvas_size)]
