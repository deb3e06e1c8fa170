"""One segment: the frames of a stretch of the film, composed in one thread and given to an encoder in another."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import av

from loopviz.media import Finish, Source, VideoSpec, begin_segment
from loopviz.render.compositor import CANVASES, Compositor, composed, compositor_of
from loopviz.render.keys import segment_key
from loopviz.render.overlay import OverlayCompositor
from loopviz.render.plan import RenderPlan, Segment, view_of
from loopviz.scene import Scene, View
from loopviz.timeline import Timeline, has_source_time

T = TypeVar("T")
Done = Callable[[], None]
Run = tuple[av.VideoFrame, list[int]]  # a picture, and the pts of all frames that show it


@dataclass
class SegmentRenderer:
    """What all segments of a render have in common; it can be sent to another process.

    Attributes:
        source: The open source.
        scene: What is drawn, or None.
        plan: The plan.
        folder: Where the segments' files go.
    """

    source: Source
    scene: Scene | None
    plan: RenderPlan
    folder: Path

    def target(self, segment: Segment) -> Path:
        """Return where a segment is rendered to."""
        return self.folder / f"segment_{segment.index:06}.nut"

    def key(self, segment: Segment) -> str:
        """Return a segment's key: equal keys, equal bytes."""
        return segment_key(self.source.fingerprint(), self.scene, self.plan, segment)

    def people(self, segment: Segment) -> frozenset[str]:
        """Return the ids of the people whom a segment shows."""
        return self.scene.people(self._views(segment)) if self.scene else frozenset()

    def check_unchanged(self, segment: Segment | None = None) -> None:
        """See that the source is what it was: what a segment shows of it, or all.

        Raises:
            InputError: If somebody has changed it, or removed it.
        """
        if segment is None:
            self.source.check_unchanged()
            return
        timeline = self.plan.part(segment)
        shown = {*timeline.frames["source_frame"], *timeline.frames["mix_frame"].drop_nulls()}
        views = self._views(segment) if self.scene else []
        others = (each.frame for view in views for each in (self.scene.frame_pictures(view) if self.scene else ()))
        self.source.check_unchanged(sorted(shown.union(others)))

    def _views(self, segment: Segment) -> list[View]:
        return [view_of(shown) for shown, _ in self.plan.part(segment).runs()]

    @property
    def sound(self) -> Path | None:
        """The file whose sound goes along, where the film plays at its source's times."""
        return self.source.sound

    @property
    def has_source_time(self) -> bool:
        """Whether it plays so."""
        return has_source_time(self.plan.timeline, self.source)

    def begin(self, segment: Segment, done: Done | None = None) -> Finish:
        """Begin to render a segment to its file; see ``begin_render``."""
        target = self.target(segment)
        return begin_render(self.source, self._compositor, self.plan, segment, target, done=done, kept=self._kept)

    def runs(self, segment: Segment) -> Iterator[Run]:
        """Yield what a segment shows, composed: each picture once, with all pts of it."""
        return runs_of(self.source, self._compositor, self.plan.part(segment), self._kept)

    @cached_property
    def _compositor(self) -> Compositor | OverlayCompositor:
        """Made in the process that renders, where it keeps the sprites that recur from segment to segment."""
        if self.plan.spec.alpha and self.scene is not None:
            return OverlayCompositor(self.scene, self.plan.spec)
        return compositor_of(self.source, self.scene)

    @cached_property
    def _kept(self) -> dict[int, av.VideoFrame]:
        """The pictures that a segment ends with: whoever stands on into the next one is not decoded again."""
        return {}


def begin_render(
    source: Source,
    compositor: Compositor | OverlayCompositor,
    plan: RenderPlan,
    segment: Segment,
    target: Path,
    *,
    done: Done | None = None,
    kept: dict[int, av.VideoFrame] | None = None,
) -> Finish:
    """Render one segment to a file of its own: a pure function of its inputs, whatever was rendered before.

    All its pictures are composed when this returns. The next segment's can be while this one is encoded to its end.

    Args:
        source: The open source.
        compositor: What composes its frames; it may serve other segments, one after the other.
        plan: The plan that the segment belongs to.
        segment: The segment.
        target: Where to write it; appears whole or not at all.
        done: Called after each frame; what it raises ends the segment, and passes.
        kept: See ``pictures_of``.

    Returns:
        What ends it; see ``begin_segment``.

    Raises:
        LoopvizError: What reading the source or ``begin_segment`` raises.
    """
    return begin_runs(runs_of(source, compositor, plan.part(segment), kept), target, plan.spec, done)


def begin_runs(runs: Iterator[Run], target: Path, spec: VideoSpec, done: Done | None) -> Finish:
    """Begin to encode composed pictures, which are composed ahead of the encoder; see ``begin_render``."""
    with closing(_ahead(runs, CANVASES - 1)) as pictures:
        return begin_segment(_timed(pictures, spec.time_base, done), target, spec)


def runs_of(
    source: Source,
    compositor: Compositor | OverlayCompositor,
    timeline: Timeline,
    kept: dict[int, av.VideoFrame] | None,
) -> Iterator[Run]:
    """Yield each picture and the pts of all frames that show it: it is neither decoded nor drawn again."""
    runs = list(timeline.runs())
    rows = [shown for shown, _ in runs]
    pictures: Iterator[av.VideoFrame]
    if isinstance(compositor, OverlayCompositor):
        pictures = (compositor.compose(view_of(shown)) for shown in rows)
    else:
        pictures = composed(source, compositor, rows, kept)
    yield from zip(pictures, (stamps for _, stamps in runs), strict=True)


def _ahead(items: Iterator[T], count: int) -> Generator[T, None, None]:
    """Yield what a thread of its own makes meanwhile, at most so many items before they are asked for."""
    end = object()
    with ThreadPoolExecutor(1, "composer") as thread:
        made = deque(thread.submit(next, items, end) for _ in range(count))
        while (item := made.popleft().result()) is not end:
            made.append(thread.submit(next, items, end))
            yield item  # type: ignore[misc]


def _timed(runs: Iterator[Run], time_base: Fraction, done: Done | None) -> Iterator[av.VideoFrame]:
    """Yield pictures with their pts, which is set here: a picture that is shown again has one after the other."""
    for picture, stamps in runs:
        for pts in stamps:
            picture.pts, picture.time_base = pts, time_base
            yield picture
            if done:
                done()
