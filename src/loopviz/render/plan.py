"""What a render will do, before anything is decoded: the segments, and what the output is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import numpy as np

from loopviz.errors import ConfigError
from loopviz.media import EncoderSettings, Source, VideoSpec
from loopviz.media.encode import KEYFRAME_SECONDS, frames_in
from loopviz.media.types import Pts
from loopviz.outputs import Origin
from loopviz.scene import Scene


@dataclass(frozen=True)
class RenderOptions:
    """How to render.

    Attributes:
        settings: The encoder and its settings.
        segment_seconds: About how long a segment is; each begins with a key frame.
        frames: Render only these frames of the source; None for all.
        sound: Keep the source's sound.
        overwrite: Replace an output that exists.
        origin: What the video is made of: an earlier one of the same, which nobody touched since, is made again.
        jobs: How many processes render, None for as many as help here; the bytes are the same. A script that lets
            more than one render has its own work under ``if __name__ == "__main__":``, as Python's processes need it.
    """

    settings: EncoderSettings = field(default_factory=EncoderSettings)
    segment_seconds: float = KEYFRAME_SECONDS
    frames: range | None = None
    sound: bool = True
    overwrite: bool = False
    origin: Origin | None = None
    jobs: int | None = 1


@dataclass(frozen=True)
class Segment:
    """A run of frames ``[start, stop)`` that is rendered on its own."""

    index: int
    start: int
    stop: int

    def __len__(self) -> int:
        """How many frames it has."""
        return self.stop - self.start


@dataclass(frozen=True, eq=False)
class RenderPlan:
    """The segments of a render, what they are encoded as, and when each frame is shown.

    Attributes:
        segments: In order; together they are the frames asked for.
        spec: Size, rate, time base, colours and encoder of the output.
        pts: Shape ``(frames,)``: the source's time stamps of the frames asked for.
        end_pts: When the last of them ends.
    """

    segments: tuple[Segment, ...]
    spec: VideoSpec
    pts: Pts
    end_pts: int

    @property
    def frames(self) -> int:
        """How many frames the output will have."""
        return sum(len(segment) for segment in self.segments)

    @property
    def duration_seconds(self) -> float:
        """How long the output will be."""
        return float((self.end_pts - int(self.pts[0])) * self.spec.time_base)


def plan_render(source: Source, scene: Scene | None, options: RenderOptions) -> RenderPlan:
    """Return the plan of a render.

    Raises:
        ConfigError: If the frames asked for are not in the source.
    """
    info = source.info
    frames = _checked(options.frames, info.frames)
    width, height = scene.canvas_size if scene else (info.width + info.width % 2, info.height + info.height % 2)
    spec = VideoSpec(width, height, info.frame_rate, info.time_base, info.color, options.settings)
    end = source.end_pts if frames.stop == info.frames else int(source.pts[frames.stop])
    length = frames_in(options.segment_seconds, info.frame_rate)
    return RenderPlan(cut(frames, length), spec, np.asarray(source.pts[frames.start : frames.stop]), end)


def cut(frames: range, length: int) -> tuple[Segment, ...]:
    """Cut a run of frames into segments at whole multiples of ``length``, wherever the run begins.

    So a frame is in the same segment whether all of a clip is rendered or a part that begins and ends on a cut.
    """
    inner = range((frames.start // length + 1) * length, frames.stop, length)
    places: Sequence[int] = [frames.start, *inner, frames.stop]
    return tuple(Segment(i, a, b) for i, (a, b) in enumerate(pairwise(places)))


def _checked(frames: range | None, count: int) -> range:
    if frames is None:
        return range(count)
    if frames.step != 1 or not 0 <= frames.start < frames.stop <= count:
        raise ConfigError(
            "the range is not in the source",
            found=f"{frames.start}:{frames.stop}",
            expected=f"a part of 0:{count}, beginning before it ends",
        )
    return frames


def seconds(pts: int, time_base: Fraction) -> Fraction:
    """Return a time stamp in exact seconds."""
    return pts * time_base
