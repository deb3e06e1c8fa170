"""What a render will do, before anything is decoded: the segments, and what the output is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import polars as pl

from loopviz.errors import ConfigError
from loopviz.media import EncoderSettings, Source, VideoSpec
from loopviz.media.encode import KEYFRAME_SECONDS
from loopviz.media.encoders import frames_in
from loopviz.media.mux import Chapter
from loopviz.media.repeat import Repetition
from loopviz.media.sound_row import SoundRow
from loopviz.media.soundtrack import Soundtrack
from loopviz.outputs import Origin
from loopviz.scene import Scene, View
from loopviz.timeline import Shown, Timeline, identity_timeline, part


@dataclass(frozen=True)
class RenderOptions:
    """How to render.

    Attributes:
        settings: The encoder and its settings.
        segment_seconds: About how long a segment is; each begins with a key frame.
        timeline: What plays when; None: the source as it is.
        frames: Render only these of the timeline's frames; None for all.
        chapters: Where a player may jump to.
        repeat: How often the film plays in the output; None: once.
        sound: Keep the source's sound.
        soundtrack: What plays in its place.
        overwrite: Replace an output that exists.
        origin: What the video is made of: an earlier one of the same, which nobody touched since, is made again.
        alpha: The drawing alone, on transparency.
        max_width: Pixels; what is wider is scaled down after it was drawn. None: as it is drawn.
        jobs: How many processes render, None for as many as help here; the bytes are the same. A script that lets
            more than one render has its own work under ``if __name__ == "__main__":``, as Python's processes need it.
    """

    settings: EncoderSettings = field(default_factory=EncoderSettings)
    segment_seconds: float = KEYFRAME_SECONDS
    timeline: Timeline | None = None
    frames: range | None = None
    repeat: Repetition | None = None
    chapters: tuple[Chapter, ...] = ()
    sound: bool = True
    soundtrack: Soundtrack | SoundRow | None = None
    overwrite: bool = False
    origin: Origin | None = None
    alpha: bool = False
    max_width: int | None = None
    jobs: int | None = 1


@dataclass(frozen=True)
class Segment:
    """A run of the output's frames ``[start, stop)`` that is rendered on its own."""

    index: int
    start: int
    stop: int

    def __len__(self) -> int:
        """How many frames it has."""
        return self.stop - self.start


@dataclass(frozen=True, eq=False)
class RenderPlan:
    """The segments of a render, what they are encoded as, and what plays when.

    Attributes:
        segments: In order; together they are the timeline.
        spec: Size, rate, time base, colours and encoder of the output.
        timeline: The frames of the output.
    """

    segments: tuple[Segment, ...]
    spec: VideoSpec
    timeline: Timeline

    @property
    def frames(self) -> int:
        """How many frames the output will have."""
        return len(self.timeline)

    @property
    def duration_seconds(self) -> float:
        """How long the output will be."""
        return self.timeline.duration_seconds

    def part(self, segment: Segment) -> Timeline:
        """Return the timeline of a segment."""
        if segment not in self._parts:
            self._parts[segment] = part(self.timeline, range(segment.start, segment.stop))
        return self._parts[segment]

    @cached_property
    def _parts(self) -> dict[Segment, Timeline]:
        return {}


def plan_render(source: Source, scene: Scene | None, options: RenderOptions) -> RenderPlan:
    """Return the plan of a render.

    Raises:
        ConfigError: If the frames asked for are not in the timeline, what that shows is not in the source, or the
            drawing alone is asked for where there is none.
    """
    info, timeline = source.info, options.timeline or identity_timeline(source)
    if options.frames is not None:
        timeline = part(timeline, options.frames)
    _check_shown(timeline, info.frames)
    if options.alpha and scene is None:
        raise ConfigError("nothing is drawn here that could stand alone, on transparency")
    if options.alpha and scene is not None and scene.has_frame_pictures:
        raise ConfigError(
            "the drawing cannot stand alone: the theme shows pictures of other frames",
            at="theme",
            found=scene.theme.name,
            expected="a theme that draws on the picture, or a profile without transparency",
        )
    drawn = scene.canvas_size if scene else (info.width + info.width % 2, info.height + info.height % 2)
    size = scaled_down(drawn, options.max_width)
    rate, base = timeline.frame_rate, timeline.time_base
    scaled = drawn if size != drawn and not options.alpha else None
    spec = VideoSpec(*size, rate, base, info.color, options.settings, options.alpha, scaled)
    length = frames_in(options.segment_seconds, timeline.frame_rate)
    return RenderPlan(cut(timeline.numbers, length), spec, timeline)


def scaled_down(size: tuple[int, int], max_width: int | None) -> tuple[int, int]:
    """Return an even width and height of the same shape, no wider than some pixels."""
    width, height = size
    if max_width is None or width <= max_width:
        return size
    wide = max_width - max_width % 2
    return wide, max(2, 2 * round(height * wide / width / 2))


def cut(frames: range, length: int) -> tuple[Segment, ...]:
    """Cut a run of frames into segments at whole multiples of ``length``, wherever the run begins.

    So a frame is in the same segment whether all of a clip is rendered or a part that begins and ends on a cut.
    """
    inner = range((frames.start // length + 1) * length, frames.stop, length)
    places: Sequence[int] = [frames.start, *inner, frames.stop]
    return tuple(Segment(i, a, b) for i, (a, b) in enumerate(pairwise(places)))


def view_of(shown: Shown) -> View:
    """Return what the scene draws on a row of the timeline: labels go with their pictures while these are mixed."""
    return View(
        shown.label_frame,
        shown.words,
        shown.caption_opacity,
        1.0 if shown.mix_frame is None else shown.caption_opacity,
        shown.drawn,
        shown.so_far,
        shown.card,
        shown.card_opacity,
        shown.text_opacity,
        shown.card_progress,
        shown.line,
        shown.worked,
        shown.turn,
    )


def _check_shown(timeline: Timeline, count: int) -> None:
    last = timeline.frames.select(pl.max_horizontal(pl.col("source_frame", "mix_frame").max())).item()
    if isinstance(last, int) and last >= count:
        raise ConfigError("the timeline shows a frame that the source lacks", found=last, expected=f"0 to {count - 1}")


def seconds(pts: int, time_base: Fraction) -> Fraction:
    """Return a time stamp in exact seconds."""
    return pts * time_base
