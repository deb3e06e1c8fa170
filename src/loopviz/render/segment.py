"""One segment: the frames of a stretch of the source, composed and encoded to a file of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import av

from loopviz.media import Source, encode_segment
from loopviz.render.compositor import Compositor
from loopviz.render.plan import RenderPlan, Segment
from loopviz.scene import Scene


def compositor_of(source: Source, scene: Scene | None, plan: RenderPlan) -> Compositor:
    """Return what composes the frames of a plan; one serves all its segments, and keeps the sprites that recur."""
    return Compositor(scene, (source.info.width, source.info.height), plan.spec.color)


def render_segment(
    source: Source,
    compositor: Compositor,
    plan: RenderPlan,
    segment: Segment,
    target: Path,
    *,
    done: Callable[[], None] | None = None,
) -> int:
    """Render one segment to a file of its own: a pure function of its inputs, whatever was rendered before.

    Args:
        source: The open source.
        compositor: What composes its frames.
        plan: The plan that the segment belongs to.
        segment: The segment.
        target: Where to write it; appears whole or not at all.
        done: Called after each frame.

    Returns:
        How many frames were written.
    """
    return encode_segment(_composed(source, compositor, segment, done), target, plan.spec)


def _composed(
    source: Source, compositor: Compositor, segment: Segment, done: Callable[[], None] | None
) -> Iterator[av.VideoFrame]:
    for frame in source.read(segment.start, segment.stop):
        yield compositor.compose(frame)
        if done:
            done()
