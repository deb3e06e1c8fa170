"""From pictures as they are composed to what an encoder takes: another size, other chroma, more bits, RGB."""

from __future__ import annotations

import dataclasses

import av
from av.video.reformatter import ColorRange, VideoReformatter

from loopviz.media.color import JPEG, apply_tags
from loopviz.media.encoders import VideoSpec
from loopviz.media.scaling import SCALING, SWS_MATRIX
from loopviz.media.types import ColorTags

UNSPECIFIED = 2


class Conformer:
    """Makes pictures of one video fit for its encoder. It holds a scaling context: one thread at a time.

    Args:
        spec: The video.
    """

    def __init__(self, spec: VideoSpec) -> None:
        self._spec, self._scaler = spec, VideoReformatter()
        self._wanted = spec.width, spec.height, spec.pixel_format
        self._last: tuple[av.VideoFrame, av.VideoFrame] | None = None

    def conform(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Return a picture in the spec's size and format; the same object where it is so already.

        A picture that is shown again, right after itself, is converted once.
        """
        if self._wanted == self._spec.given:
            return picture
        if self._last is None or self._last[0] is not picture:
            self._last = picture, self._converted(picture)
        made = self._last[1]
        made.pts, made.time_base = picture.pts, picture.time_base
        return made

    def _converted(self, picture: av.VideoFrame) -> av.VideoFrame:
        width, height, name = self._wanted
        stored, wanted = self._spec.color, tags_for(self._spec)
        made = self._scaler.reformat(
            picture,
            width,
            height,
            name,
            src_colorspace=SWS_MATRIX[stored.colorspace],
            dst_colorspace=SWS_MATRIX[wanted.colorspace],
            src_color_range=ColorRange.JPEG if stored.full_range else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG if wanted.full_range else ColorRange.MPEG,
            interpolation=SCALING,
        )
        apply_tags(made, wanted)
        if self._spec.encoder.image:  # images without a profile are taken for sRGB, as our stills are
            made.color_primaries = made.color_trc = UNSPECIFIED
        return made


def tags_for(spec: VideoSpec) -> ColorTags:
    """Return what the numbers of encoded pictures mean; those of images are full range, and a JPEG's JFIF's."""
    if spec.encoder.image:
        return JPEG
    return spec.color if spec.encoder.full_range else dataclasses.replace(spec.color, full_range=False)
