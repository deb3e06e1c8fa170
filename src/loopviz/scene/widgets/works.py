"""A widget that shows what each person drew on a frame."""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache
from typing import ClassVar

from loopviz.scene.differing import Work, works_of
from loopviz.scene.stage import Stage
from loopviz.scene.style import Placed
from loopviz.scene.widgets.widget import Widget


class WorksWidget(Widget):
    """Knows the work of everybody on each frame.

    Attributes:
        least: Of which frames: how many people saw one at least.
    """

    about_people: ClassVar[bool] = True
    least: ClassVar[int] = 2

    def __init__(self, style: Placed, stage: Stage) -> None:
        super().__init__(style, stage)
        self.digest = lru_cache(maxsize=256)(self._digest)

    @cached_property
    def works(self) -> dict[int, tuple[Work, ...]]:
        """By frame, in the assignments' order."""
        return works_of(self.stage.dataset, self.least)

    def _digest(self, frame: int) -> str:
        return hashlib.sha256(repr(self.works.get(frame, ())).encode()).hexdigest()
