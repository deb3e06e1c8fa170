"""How many segments this machine renders at once. What they are is the same, however many."""

from __future__ import annotations

import os
from pathlib import Path

from loopviz.media import VideoSpec
from loopviz.media.encoders import PRESETS
from loopviz.media.memory import is_limited

PROCESSORS = 2  # that one process keeps busy: it decodes, draws and encodes at once
WORTH_IT = 200_000_000  # pixels to render; for less a process is not begun before the others are done
START, PICTURES = 250 << 20, 80  # a process' memory: bytes, and the pictures in its decoder, canvases and encoder
ENCODER_PICTURES = 250  # what a second encoder took beside the first, x264 at "medium"
LOOKS_FAR = "fast"  # from this preset on an encoder has most of a segment still to do when it has been given all of it
CONTROL_GROUP = Path("/sys/fs/cgroup")
MEMORY = Path("/proc/meminfo")


def processes_that_help(spec: VideoSpec, frames: int) -> int:
    """Return how many processes render such a video soonest, for the processors and the memory that are there.

    Args:
        spec: The pictures.
        frames: How many of them.
    """
    memory = _free_memory()
    room = frames if memory is None else memory // 2 // (START + PICTURES * _picture_bytes(spec))
    return max(1, min(_processors() // PROCESSORS, spec.width * spec.height * frames // WORTH_IT, room))


def overlap_helps(spec: VideoSpec) -> bool:
    """Say whether a segment is best begun while the one before is encoded to its end.

    A second encoder may take a quarter of the free memory at most. One that hardly looks ahead soon ends: to begin
    meanwhile gained nothing there.
    """
    memory = _free_memory()
    room = memory is None or ENCODER_PICTURES * _picture_bytes(spec) <= memory // 4
    return PRESETS.index(spec.settings.preset) >= PRESETS.index(LOOKS_FAR) and room and not is_limited()


def _picture_bytes(spec: VideoSpec) -> int:
    return spec.width * spec.height * 3 // 2 * (1 if spec.color.depth == 8 else 2)


def _processors() -> int:
    """Return how many this process may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _said(CONTROL_GROUP / "cpu.max").partition(" ")
    return min(allowed, int(quota) // int(period)) if quota.isdigit() and period.isdigit() else allowed


def _free_memory() -> int | None:
    """Return the bytes that this process may still take, None where nothing says so."""
    rows = (line.split() for line in _said(MEMORY).splitlines())
    free = [int(row[1]) * 1024 for row in rows if row[0] == "MemAvailable:"]
    limit, used = (_said(CONTROL_GROUP / name) for name in ("memory.max", "memory.current"))
    if limit.isdigit() and used.isdigit():
        free.append(max(0, int(limit) - int(used)))
    return min(free, default=None)


def _said(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
