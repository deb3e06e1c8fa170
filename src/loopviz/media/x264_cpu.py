"""Keeping x264 to code that gives the same bytes for the same pictures.

With AVX-512 the x264 of PyAV 18 (core 165) adds up its macroblock tree eight macroblocks at a time, and where a row
ends within eight of them it goes on with whatever follows in memory (``mbtree_propagate_list_internal`` of
``common/x86/mc-a2.asm``). Six pictures of 96x64, encoded again and again with the preset veryfast, came out in six
different ways. Told to go no further than AVX2 it gave one result in 8,700 encodings; and so it did with AVX-512 where
rows are whole, in 2,500. Segments that are kept, and renders in several processes, need that.

AVX2 takes 1.1 times the CPU. In rare cases its bytes are others than those of AVX-512: which of them is used is part of
what an encoder is told.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

PROCESSOR = Path("/proc/cpuinfo")
MACROBLOCK, AT_A_TIME = 16, 8  # pixels; macroblocks
AVX2 = {"avx2", "fma", "bmi1", "bmi2"}
AVX512 = AVX2 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}


def steady_instructions(width: int) -> str:
    """Return what ``x264-params`` needs here, with its colon: nothing where the processor has no AVX-512, or hides it.

    x264 takes the named instructions on trust, so they are named only where the processor says that it has more.

    Args:
        width: Of the pictures, in pixels.
    """
    found = _instructions()
    if not {"avx512f", *AVX2} <= found:
        return ""
    rows_are_whole = -(-width // MACROBLOCK) % AT_A_TIME == 0
    return ":asm=avx512" if rows_are_whole and found >= AVX512 else ":asm=avx2"


@cache
def _instructions() -> frozenset[str]:
    try:
        said = PROCESSOR.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return frozenset()
    flags = next((line for line in said.splitlines() if line.startswith("flags")), "")
    return frozenset(flags.split())
