"""Pictures of several sizes in one: scaled as a whole, in the middle, on paper."""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange, VideoReformatter

from loopviz.geometry import fit_within
from loopviz.media.color import apply_tags
from loopviz.media.normalise import rgb_picture
from loopviz.media.rotation import plane_view
from loopviz.media.scaling import SCALING, SWS_MATRIX
from loopviz.media.types import ColorTags


class Letterbox:
    """Fits delivered pictures into one size. It holds a scaling context: one thread at a time.

    Args:
        size: Width and height.
        color: The pictures' tags.
        paper: What is around them, ``#rrggbb``.
    """

    def __init__(self, size: tuple[int, int], color: ColorTags, paper: str) -> None:
        self._size, self._color = size, color
        self._scaler = VideoReformatter()
        rgb = np.array([int(paper[i : i + 2], 16) for i in (1, 3, 5)], np.uint8)
        self._blank = VideoReformatter().reformat(
            rgb_picture(np.tile(rgb, (size[1], size[0], 1))),
            format=color.pixel_format,
            dst_colorspace=SWS_MATRIX[color.colorspace],
            dst_color_range=ColorRange.JPEG if color.full_range else ColorRange.MPEG,
        )

    def fit(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Return a picture in the size; the same object if it has it already."""
        if (picture.width, picture.height) == self._size:
            return picture
        x, y, width, height = fit_within((picture.width, picture.height), self._size)
        small = self._scaler.reformat(picture, width=width, height=height, interpolation=SCALING)
        canvas = av.VideoFrame(*self._size, self._color.pixel_format)
        for index, step in enumerate((1, 2, 2)):
            plane, source = plane_view(canvas, index), plane_view(small, index)
            plane[:] = plane_view(self._blank, index)
            rows, columns = source.shape
            plane[y // step : y // step + rows, x // step : x // step + columns] = source
        apply_tags(canvas, self._color)
        return canvas
