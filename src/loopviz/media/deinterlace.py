"""Interlaced pictures made progressive: FFmpeg's ``bwdif``, one picture for one, whatever order they are asked for.

The filter makes a picture of its two fields and of those before and after. To be the same wherever reading began, it is
given the frame before the first one that is wanted, and what it makes of that is dropped.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from fractions import Fraction

import av
import av.error
from av.filter import Graph

PROGRESSIVE = (0, 1)  # AVFieldOrder: unknown, progressive


class Deinterlacer:
    """Progressive pictures of an interlaced source.

    Args:
        stored: Returns the stored picture of a frame.
        frames: How many there are.
    """

    def __init__(self, stored: Callable[[int], av.VideoFrame], frames: int) -> None:
        self._stored, self._frames = stored, frames
        self._graph: Graph | None = None
        self._made = self._given = 0

    def picture(self, index: int) -> av.VideoFrame:
        """Return a frame's picture; going on from the last one costs no more than one stored picture."""
        if self._graph is None or self._made != index:
            self._made = self._given = max(0, index - 1)
            self._graph = None
        try:
            while self._made <= index:
                picture = self._next()
        except BaseException:
            self._graph = None  # what is in it would be taken for the next frame's
            raise
        return picture

    def _next(self) -> av.VideoFrame:
        while True:
            if self._graph is not None:
                with contextlib.suppress(av.error.BlockingIOError):
                    picture = self._graph.vpull()
                    self._made += 1
                    return picture
            self._give()

    def _give(self) -> None:
        if self._given == self._frames and self._graph is not None:
            self._graph.vpush(None)
            return
        picture = self._stored(self._given)
        picture.pts, picture.time_base = self._given, Fraction(1)
        if self._graph is None:
            self._graph = _graph(picture)
        self._graph.vpush(picture)
        self._given += 1


def is_interlaced(picture: av.VideoFrame, field_order: int) -> bool:
    """Say whether a stream's pictures are of two fields: by the first of them, or by what the stream says."""
    return picture.interlaced_frame or field_order not in PROGRESSIVE


def _graph(picture: av.VideoFrame) -> Graph:
    graph = Graph()
    width, height = picture.width, picture.height
    graph.link_nodes(
        graph.add_buffer(width=width, height=height, format=picture.format, time_base=Fraction(1)),
        graph.add("bwdif", mode="send_frame", parity="auto", deint="interlaced"),
        graph.add("buffersink"),
    ).configure()
    return graph
