"""The source's pictures as large as they are drawn; what stands is scaled once."""

from __future__ import annotations

from collections.abc import Sequence

import av
import cv2
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from loopviz.media.rotation import Plane
from loopviz.render.planes import planes, top_of
from loopviz.scene.layout import Area, Layout

_SMALLER = int(Interpolation.AREA | Interpolation.ACCURATE_RND)
_KEPT = 2  # a picture, and one that is mixed into it


class FittedPictures:
    """Makes pictures as large as a layout shows them. It holds a scaling context: one thread at a time.

    Args:
        layout: What of the picture is shown, at which scale; None: all, as large as it comes.
        size: Width and height that it has then.
    """

    def __init__(self, layout: Layout | None, size: tuple[int, int]) -> None:
        self._layout, self._size, self._scaler = layout, size, VideoReformatter()
        self._kept: list[tuple[av.VideoFrame, Sequence[Plane]]] = []

    def planes(self, picture: av.VideoFrame) -> Sequence[Plane]:
        """Return a picture's Y, Cb and Cr, as large as it is shown."""
        layout = self._layout
        if layout is None or (layout.scale == 1 and not layout.fitted):
            return planes(picture)
        for kept, scaled in self._kept:
            if kept is picture:
                return scaled
        scaled = self._smaller(picture, layout) if layout.scale < 1 else self._larger(picture, layout)
        self._kept = [(picture, scaled), *self._kept][:_KEPT]
        return scaled

    def _smaller(self, picture: av.VideoFrame, layout: Layout) -> Sequence[Plane]:
        # OpenCV takes four times as long for sizes that do not divide.
        seen = picture if layout.window is None else _cut(picture, layout.window)
        return planes(self._scaler.reformat(seen, *self._size, interpolation=_SMALLER, threads=1))

    def _larger(self, picture: av.VideoFrame, layout: Layout) -> Sequence[Plane]:
        """Scale each plane by itself: where sides are odd, the last sample of colour reaches beyond the picture."""
        made = []
        for plane, step in zip(planes(picture), (1, 2, 2), strict=True):
            part = plane if layout.window is None else _within(plane, layout.window, step)
            if layout.fitted:
                size = self._size[0] // step, self._size[1] // step
            else:
                size = int(part.shape[1] * layout.scale), int(part.shape[0] * layout.scale)
            large = part if size == part.shape[::-1] else cv2.resize(part, size, interpolation=cv2.INTER_CUBIC)
            made.append(np.minimum(large, top_of(plane)).astype(plane.dtype, copy=False))
        return made


def _within(plane: Plane, window: Area, step: int) -> Plane:
    """Return the part of a plane that a window shows, of which ``step`` pixels are a sample."""
    x, y = int(window.x) // step, int(window.y) // step
    right, bottom = -(-int(window.right) // step), -(-int(window.bottom) // step)
    return plane[y:bottom, x:right]


def _cut(picture: av.VideoFrame, window: Area) -> av.VideoFrame:
    """Return the part of a picture that a window shows, which is at even pixels."""
    cut = av.VideoFrame(int(window.width), int(window.height), picture.format.name)
    for plane, source, step in zip(planes(cut), planes(picture), (1, 2, 2), strict=True):
        plane[:] = _within(source, window, step)
    return cut
