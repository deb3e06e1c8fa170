"""Skia, with what to do where it does not start."""

from __future__ import annotations

from loopviz.errors import MissingPartError

try:
    import skia
    from skia import textlayout
except ImportError as error:  # pragma: no cover - depends on the machine
    raise MissingPartError(
        f"Skia, which draws the text, cannot start: {error}",
        remedy="On Debian or Ubuntu: apt-get install libgl1 libegl1. Then: loopviz doctor",
    ) from error

__all__ = ["skia", "textlayout"]
