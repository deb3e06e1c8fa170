"""Keeping x264 to code that gives the same bytes for the same pictures.

With AVX-512 the x264 of PyAV 18 (core 165) lets unwritten memory into its macroblock tree: six pictures of 96x64,
encoded again and again with the preset veryfast, came out in six different ways, nearly half of them not as the first.
Told to go no further than AVX2 it gave one result in 8,700 encodings, and took no more CPU at 1080 lines. Segments that
are kept, and renders in several processes, need that.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

PROCESSOR = Path("/proc/cpuinfo")


@cache
def steady_instructions() -> str:
    """Return what ``x264-params`` needs here, with its colon: nothing where the processor has no AVX-512, or hides it.

    x264 takes the named instructions on trust, so they are named only where the processor says that it has more.
    """
    try:
        said = PROCESSOR.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    flags = next((line for line in said.splitlines() if line.startswith("flags")), "").split()
    return ":asm=avx2" if {"avx512f", "avx2"} <= set(flags) else ""
