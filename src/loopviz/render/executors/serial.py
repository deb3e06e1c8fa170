"""Rendering in this process: with memory enough a segment is composed while the one before is encoded to its end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from loopviz.errors import LoopvizError
from loopviz.render.executors.base import Finished, Frames
from loopviz.render.executors.capacity import overlap_helps
from loopviz.render.plan import Segment
from loopviz.render.renderer import Renderer


class SerialExecutor:
    """See ``Executor``."""

    def run(self, renderer: Renderer, segments: Iterable[Segment], frames: Frames, finished: Finished) -> None:
        """See ``Executor.run``."""
        meanwhile = 1 if overlap_helps(renderer.plan.spec) else 0
        ending: deque[tuple[Segment, Future[int]]] = deque()

        def end(most: int) -> None:
            """Wait until so many segments at most are still being encoded."""
            while len(ending) > most:
                segment, count = ending.popleft()
                count.result()
                finished(segment)

        with ThreadPoolExecutor(1, "encoder") as thread:
            try:
                for segment in segments:
                    ending.append((segment, thread.submit(renderer.begin(segment, lambda: frames(1)))))
                    end(meanwhile)
            except BaseException:
                with suppress(LoopvizError):  # what went wrong first is told; what was done before is kept
                    end(0)
                raise
            end(0)
