"""What an executor is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from loopviz.render.plan import Segment
from loopviz.render.renderer import Renderer

Frames = Callable[[int], None]
Finished = Callable[[Segment], None]


class Executor(Protocol):
    """Renders segments somewhere."""

    def run(self, renderer: Renderer, segments: Iterable[Segment], frames: Frames, finished: Finished) -> None:
        """Render segments; returns, or raises, when nothing is being rendered any more.

        Args:
            renderer: What renders them.
            segments: Which; the next one is asked for when it can be begun.
            frames: Called with how many more frames are done; with less than nothing when a process that ended too
                early has lost some.
            finished: Called with each segment when its file is there, in the order in which they end.

        Raises:
            LoopvizError: What rendering raised; OutputError if a segment cannot be rendered for another reason.
        """
        ...
