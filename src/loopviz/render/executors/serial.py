"""Rendering in this process, one segment after the other."""

from __future__ import annotations

from collections.abc import Iterable

from loopviz.render.executors.base import Finished, Frames
from loopviz.render.plan import Segment
from loopviz.render.segment import SegmentRenderer


class SerialExecutor:
    """See ``Executor``."""

    def run(self, renderer: SegmentRenderer, segments: Iterable[Segment], frames: Frames, finished: Finished) -> None:
        """See ``Executor.run``."""
        for segment in segments:
            renderer.render(segment, lambda: frames(1))
            finished(segment)
