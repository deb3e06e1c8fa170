"""Using memory again.

An encoder is opened anew for every segment, and some frames are made anew for every picture. Left alone, glibc's
allocator learns from the first large block that is freed to keep such blocks, and what one encoder leaves behind seldom
fits the next: the process grows with every segment. With fixed limits (mallopt(3)) blocks up to a picture's size are
kept and used again, which spares new pages, and larger ones come from the system and go back to it.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
LARGE = 4 << 20  # bytes: a picture of 1080 lines fits, what an encoder keeps of one does not
NEVER = 2**31 - 1  # bytes free at the heap's end before they are given back


@cache
def reuse_memory() -> None:
    """Have memory that is freed used again by this process, except for large blocks; glibc alone needs it."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries lack it
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, LARGE)
            mallopt(_M_TRIM_THRESHOLD, NEVER)
