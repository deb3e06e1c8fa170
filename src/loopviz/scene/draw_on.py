"""Labels as they are drawn, one after the other: outlines from point to point, boxes as they are pulled open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from loopviz.scene.marks import Mark, Outlines


def begun(marks: Sequence[Mark], share: float) -> tuple[Mark, ...]:
    """Return what of some marks is drawn when a share of the work is done.

    Args:
        marks: In the order in which they are drawn; each takes the same time.
        share: From 0 to 1.
    """
    if share >= 1:
        return tuple(marks)
    done = share * len(marks)
    whole = int(done)
    return (*marks[:whole], *_part(marks[whole], done - whole)) if whole < len(marks) else tuple(marks)


def _part(mark: Mark, share: float) -> Iterator[Mark]:
    x0, y0, x1, y1 = mark.box
    if share <= 0:
        return
    points = None if mark.points is None else mark.points.first(share)
    if mark.is_bare:
        yield replace(mark, points=points)
    elif mark.outlines:
        yield replace(mark, outlines=tuple(_beginning(mark.outlines, share)), is_open=True, points=points)
    else:  # as a box is pulled open
        box = x0, y0, x0 + max(1.0, share * (x1 - x0)), y0 + max(1.0, share * (y1 - y0))
        yield replace(mark, box=box, points=points)


def _beginning(outlines: Outlines, share: float) -> Iterator[tuple[float, ...]]:
    """Yield the beginning of some outlines, that share of their length, closing lines included."""
    rings = [np.asarray(outline).reshape(-1, 2) for outline in outlines]
    steps = [np.hypot(*(np.roll(ring, -1, axis=0) - ring).T) for ring in rings]
    left = share * sum(float(step.sum()) for step in steps)
    for ring, step in zip(rings, steps, strict=True):
        if left <= 0:
            return
        ends = np.cumsum(step)
        if left >= ends[-1]:
            yield tuple(np.vstack([ring, ring[:1]]).ravel().tolist())
        else:
            at = int(np.searchsorted(ends, left))
            before = float(ends[at - 1]) if at else 0.0
            tip = ring[at] + (ring[(at + 1) % len(ring)] - ring[at]) * (left - before) / max(step[at], 1e-9)
            yield tuple(np.vstack([ring[: at + 1], tip]).ravel().tolist())
        left -= float(ends[-1])
