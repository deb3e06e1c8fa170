"""Using memory again, and knowing whether it is limited.

An encoder is opened anew for every segment. Left alone, glibc's allocator gives most of what one leaves behind back to
the system and takes it again for the next: with new pages a render costs an eighth more CPU. And it learns from the
blocks that are freed which sizes to keep, so that a long render's memory depends on how it began. With fixed limits
(mallopt(3)) blocks are kept and used again, and only the largest go back.

For other threads than the first, as the one in which frames are composed, glibc takes memory in heaps of 64 MiB. It
gives back those that are empty but for as much as the padding says: with padding of a heap's size they stay.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from collections.abc import Callable
from functools import cache

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
LARGE = 16 << 20  # bytes: more than x264 takes at a time for pictures of 1080 lines
HEAP = 64 << 20  # bytes: HEAP_MAX_SIZE of glibc on 64 bit
NEVER = 2**31 - 1  # bytes free at the heap's end before they are given back


@cache
def reuse_memory() -> None:
    """Have memory that is freed used again by this process, except for large blocks; glibc alone needs it."""
    if mallopt := _of_glibc("mallopt"):
        mallopt(_M_MMAP_THRESHOLD, LARGE)
        mallopt(_M_TRIM_THRESHOLD, NEVER)
        mallopt(_M_TOP_PAD, HEAP)


def give_back_memory() -> None:
    """Give what this process has freed back to the system (malloc_trim(3)); glibc alone needs it."""
    if malloc_trim := _of_glibc("malloc_trim"):
        malloc_trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None  # other C libraries lack it


def is_limited() -> bool:
    """Say whether this process may take less memory than the machine has (ulimit -v)."""
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
