"""What an executor renders with: one clip's renderer, or that of several in a row."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from loopviz.media import Finish
from loopviz.render.plan import RenderPlan, Segment
from loopviz.render.segment import Done


class Renderer(Protocol):
    """Renders the segments of a plan; see ``SegmentRenderer``, which says what each of these does."""

    plan: RenderPlan
    folder: Path

    @property
    def sound(self) -> Path | None: ...  # noqa: D102

    @property
    def has_source_time(self) -> bool: ...  # noqa: D102

    def target(self, segment: Segment) -> Path: ...  # noqa: D102

    def key(self, segment: Segment) -> str: ...  # noqa: D102

    def people(self, segment: Segment) -> frozenset[str]: ...  # noqa: D102

    def check_unchanged(self, segment: Segment | None = None) -> None: ...  # noqa: D102

    def begin(self, segment: Segment, done: Done | None = None) -> Finish: ...  # noqa: D102
