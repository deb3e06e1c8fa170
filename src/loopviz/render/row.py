"""A film of several clips in a row, each of a source and a scene of its own; one may dissolve into the next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, VideoReformatter

from loopviz.errors import ConfigError
from loopviz.media import ColorTags, Finish, Source
from loopviz.media.color import apply_tags
from loopviz.media.encoders import frames_in
from loopviz.media.scaling import SWS_MATRIX
from loopviz.render.plan import RenderOptions, RenderPlan, Segment, cut, plan_render
from loopviz.render.planes import planes
from loopviz.render.segment import Done, Run, SegmentRenderer, begin_runs
from loopviz.scene import Scene
from loopviz.timeline import Timeline
from loopviz.timeline.row import in_a_row

HDR = {16: "PQ", 18: "HLG"}  # FFmpeg's AVCOL_TRC_SMPTE2084 and AVCOL_TRC_ARIB_STD_B67
MOST_MIXED = 24  # frames that a segment mixes: those of the clip that goes are in memory


@dataclass
class RowRenderer:
    """See ``SegmentRenderer``: what renders a row of clips, and can be sent to another process.

    Attributes:
        clips: What renders each, from ``plan_row``.
        plan: The plan of the whole.
        folder: Where the segments' files go.
    """

    clips: Sequence[SegmentRenderer]
    plan: RenderPlan
    folder: Path
    sound: Path | None = None
    has_source_time: bool = False

    def target(self, segment: Segment) -> Path:
        """Return where a segment is rendered to."""
        return self.folder / f"segment_{segment.index:06}.nut"

    def key(self, segment: Segment) -> str:
        """Return a segment's key: equal keys, equal bytes."""
        keys = [[clip.key(segment), repr(clip.source.info.color)] for clip in self._shown(segment)]
        return hashlib.sha256(repr(keys).encode()).hexdigest()

    def people(self, segment: Segment) -> frozenset[str]:
        """Return the ids of the people whom a segment shows."""
        return frozenset[str]().union(*(clip.people(segment) for clip in self._shown(segment)))

    def check_unchanged(self, segment: Segment | None = None) -> None:
        """See that the sources are what they were: what a segment shows of them, or all."""
        for clip in self.clips if segment is None else self._shown(segment):
            clip.check_unchanged(segment)

    def begin(self, segment: Segment, done: Done | None = None) -> Finish:
        """Begin to render a segment to its file; see ``begin_render``."""
        return begin_runs(self.runs(segment), self.target(segment), self.plan.spec, done)

    def runs(self, segment: Segment) -> Iterator[Run]:
        """Yield what a segment shows, composed: each picture once, with all pts of it."""
        runs = [self._in_its_colors(clip, clip.runs(segment)) for clip in self._shown(segment)]
        return runs[0] if len(runs) == 1 else self._dissolved(segment, *runs)

    def pictures(self, frames: range) -> Iterator[av.VideoFrame]:
        """Yield the finished pictures of some frames of the film, as they are encoded, each until the next is made."""
        for whole in self.plan.segments:
            start, stop = max(whole.start, frames.start), min(whole.stop, frames.stop)
            for picture, stamps in self.runs(Segment(whole.index, start, stop)) if start < stop else ():
                yield from [picture] * len(stamps)

    def _shown(self, segment: Segment) -> list[SegmentRenderer]:
        """The clip that a segment shows; two where one dissolves into the other."""
        return [clip for clip in self.clips if segment.start in clip.plan.timeline.numbers]

    def _dissolved(self, segment: Segment, going: Iterator[Run], coming: Iterator[Run]) -> Iterator[Run]:
        """Yield the pictures of two clips, mixed sample by sample. All of one are read first: both may have one source.

        Over a dissolve of n frames the one that comes has the weights 1/(n+1) to n/(n+1).
        """
        first, *_, last = self._mixes[segment.start]
        before = {pts: _copied(picture) for picture, stamps in going for pts in stamps}
        for picture, stamps in coming:
            for pts in stamps:
                weight = (pts - first + 1) / (last - first + 2)
                made = _copied(picture)
                for plane, gone, come in zip(planes(made), planes(before[pts]), planes(picture), strict=True):
                    mixed = cv2.addWeighted(gone, 1 - weight, come, weight, 0.0)
                    plane[...] = mixed.astype(plane.dtype, copy=False)
                yield made, [pts]

    @cached_property
    def _mixes(self) -> dict[int, range]:
        """The whole dissolve of each frame that is mixed."""
        lines = (clip.plan.timeline for clip in self.clips)
        both = [range(after.start, before.numbers.stop) for before, after in pairwise(lines)]
        return {frame: frames for frames in both for frame in frames}

    def _in_its_colors(self, clip: SegmentRenderer, runs: Iterator[Run]) -> Iterator[Run]:
        """Yield pictures whose numbers mean colours as those of the whole film do."""
        own, wanted = clip.source.info.color, self.plan.spec.color
        if own == wanted:
            yield from runs
            return
        scaler = VideoReformatter()
        for picture, stamps in runs:
            made = scaler.reformat(
                picture,
                src_colorspace=SWS_MATRIX[own.colorspace],
                dst_colorspace=SWS_MATRIX[wanted.colorspace],
                src_color_range=_range(own),
                dst_color_range=_range(wanted),
            )
            apply_tags(made, wanted)
            yield made, stamps


def _copied(picture: av.VideoFrame) -> av.VideoFrame:
    """Return a copy of a picture with its tags: the canvas that it is on is soon drawn on again."""
    made = av.VideoFrame(picture.width, picture.height, picture.format.name)
    for plane, source in zip(planes(made), planes(picture), strict=True):
        np.copyto(plane, source)
    for name in ("colorspace", "color_range", "color_primaries", "color_trc"):
        setattr(made, name, getattr(picture, name))
    return made


def _range(color: ColorTags) -> ColorRange:
    return ColorRange.JPEG if color.full_range else ColorRange.MPEG


def plan_row(
    clips: Sequence[tuple[Source, Scene | None, Timeline]], options: RenderOptions, folder: Path
) -> RowRenderer:
    """Return what renders clips in a row.

    Args:
        clips: The source of each, what is drawn on it, and its part of the film, from ``timeline.row.placed``.
        options: How to render, but for ``timeline``, ``frames`` and the source's sound.
        folder: Where the segments' files go.

    Raises:
        ConfigError: If the clips cannot be one film: of other sizes, or of HDR and of a standard screen's light.
    """
    plans = [plan_render(source, scene, replace(options, timeline=line)) for source, scene, line in clips]
    for number, plan in enumerate(plans):
        _check_fits(plan, plans[0], number)
    timeline, spec = in_a_row([plan.timeline for plan in plans]), plans[0].spec
    length = frames_in(options.segment_seconds, timeline.frame_rate)
    cuts = enumerate(_cuts([plan.timeline.numbers for plan in plans], length))
    segments = tuple(Segment(place, each.start, each.stop) for place, each in cuts)
    made = [
        SegmentRenderer(source, scene, replace(plan, spec=spec), folder)
        for plan, (source, scene, _) in zip(plans, clips, strict=True)
    ]
    return RowRenderer(made, RenderPlan(segments, spec, timeline), folder)


def _cuts(clips: Sequence[range], length: int) -> Iterator[Segment]:
    """Yield the segments of all clips: where two are mixed has segments of its own."""
    ends = [(0, 0), *((after.start, before.stop) for before, after in pairwise(clips))]
    ends.append((clips[-1].stop, clips[-1].stop))
    for (start, alone), (stop, _) in pairwise(ends):
        yield from cut(range(start, alone), min(length, MOST_MIXED)) if start < alone else ()
        yield from cut(range(alone, stop), length)


def _check_fits(plan: RenderPlan, first: RenderPlan, number: int) -> None:
    size, wanted = ((each.spec.width, each.spec.height) for each in (plan, first))
    if size != wanted:
        what = "the clips have different sizes"
        raise ConfigError(
            what, at=f"edit.clips.{number}", found="{}x{}".format(*size), expected="{}x{}".format(*wanted)
        )
    kinds = [(HDR.get(each.spec.color.transfer), each.spec.color.depth) for each in (plan, first)]
    if kinds[0] != kinds[1]:
        raise ConfigError(
            "the clips have different kinds of light",
            at=f"edit.clips.{number}",
            found=_light(*kinds[0]),
            expected=f"{_light(*kinds[1])}, as the first clip",
            remedy="Say 'depth: 8', which maps HDR to a standard screen.",
        )


def _light(hdr: str | None, depth: int) -> str:
    return f"{hdr or 'a standard screen'}, {depth} bits"
