"""Giving memory back to the system.

An encoder is opened anew for every segment. glibc's allocator learns from the first large block that is freed to keep
such blocks for itself, and what one encoder leaves behind seldom fits the next: the process grows with every segment.
With a fixed limit (mallopt(3), M_MMAP_THRESHOLD) large blocks come from the system and go back to it.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_M_MMAP_THRESHOLD = -3
LARGE = 1 << 20  # bytes: a plane of a picture of 720 lines, about


@cache
def return_large_blocks() -> None:
    """Have large blocks of memory returned when they are freed, for the rest of this process; glibc alone needs it."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries lack it
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, LARGE)
