"""One segment: the frames of a stretch of the source, composed in the caller's thread and encoded in another.

Most of a short segment is encoded only when its last frame is there; meanwhile the next one's first are composed. And
memory that the encoder's thread takes is apart from what Python takes (glibc gives each thread an arena), so that what
one encoder leaves behind serves the next as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Semaphore
from types import TracebackType
from typing import Self

import av

from loopviz.media import Source, VideoSpec, encode_segment
from loopviz.render.compositor import CANVASES, Compositor
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
    encoder: EncoderThread,
    done: Callable[[], None] | None = None,
) -> Future[int]:
    """Render one segment to a file of its own: a pure function of its inputs, whatever was rendered before.

    Returns when all frames are composed; the file is there when the result is.

    Args:
        source: The open source.
        compositor: What composes its frames; always with the same encoder.
        plan: The plan that the segment belongs to.
        segment: The segment.
        target: Where to write it; appears whole or not at all.
        encoder: What encodes them.
        done: Called after each frame.

    Returns:
        How many frames were written, or what went wrong in writing.
    """
    pictures: _Pictures = SimpleQueue()
    try:
        written = encoder.encode(pictures, target, plan.spec)
        for frame in source.read(segment.start, segment.stop):
            encoder.hand_over(compositor.compose(frame), pictures)
            if done:
                done()
    except BaseException:
        pictures.put(_Abandoned())
        raise
    pictures.put(None)
    return written


class _Abandoned(Exception):  # noqa: N818 - the composing thread says what is wrong
    """There will be no more pictures, and the segment is not to be finished."""


_Pictures = SimpleQueue[av.VideoFrame | _Abandoned | None]


class EncoderThread:
    """A thread that encodes one segment after the other; closing it waits for those that were begun.

    It holds at most as many pictures as there are canvases, but for the one that is drawn on meanwhile.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "encoder")
        self._room = Semaphore(CANVASES - 1)

    def encode(self, pictures: _Pictures, target: Path, spec: VideoSpec) -> Future[int]:
        """Begin a segment of the pictures that will be handed over, up to None; its turn may come later."""
        return self._thread.submit(self._encoded, pictures, target, spec)

    def hand_over(self, picture: av.VideoFrame, pictures: _Pictures) -> None:
        """Add a picture to a segment's, as soon as there is room."""
        self._room.acquire()
        pictures.put(picture)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    def _encoded(self, pictures: _Pictures, target: Path, spec: VideoSpec) -> int:
        taken = self._taken(pictures)
        try:
            return encode_segment(taken, target, spec)
        finally:
            for _ in taken:  # whatever went wrong here: nobody must wait for room for ever
                pass

    def _taken(self, pictures: _Pictures) -> Iterator[av.VideoFrame]:
        """Yield the pictures; the canvas of one is free when the next is asked for."""
        while (picture := pictures.get()) is not None:
            if isinstance(picture, _Abandoned):
                raise picture
            yield picture
            self._room.release()
