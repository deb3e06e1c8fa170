"""What the page is told: the latest state, for whoever asks or waits for it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class State:
    """How things stand.

    Attributes:
        revision: Counts every change of this.
        look: Counts what was laid out: pictures of one look are of one state of the files.
        title: The project's name, and its theme's.
        size: Width and height of the finished picture in pixels.
        frames: How many frames the film has.
        frame_rate: Frames a second.
        error: What is wrong with the files as they are; the look is the last good one then. None: nothing.
        findings: What ``loopviz check`` says of this look; None while it is at work.
    """

    revision: int = 0
    look: int = 0
    title: tuple[str, str] = ("", "")
    size: tuple[int, int] = (0, 0)
    frames: int = 0
    frame_rate: float = 0.0
    error: str | None = None
    findings: tuple[dict[str, Any], ...] | None = None


class Board:
    """Holds the state; any number of threads may wait for another one."""

    def __init__(self) -> None:
        self._changed, self._state, self._closed = threading.Condition(), State(), False

    @property
    def state(self) -> State:
        """The latest."""
        return self._state

    def post(self, of_look: int | None = None, **changes: Any) -> None:
        """Say what is otherwise now.

        Args:
            of_look: Only if this is still the look.
            changes: Fields of the state.
        """
        with self._changed:
            if of_look is None or of_look == self._state.look:
                self._state = replace(self._state, revision=self._state.revision + 1, **changes)
                self._changed.notify_all()

    def newer(self, revision: int, seconds: float) -> State | None:
        """Return a later state than one, as soon as there is one.

        Args:
            revision: The one that is known.
            seconds: How long to wait.

        Returns:
            The state; None if none came.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._state.revision > revision, seconds)
            return self._state if self._state.revision > revision and not self._closed else None

    @property
    def is_closed(self) -> bool:
        """Whether nothing more will come."""
        return self._closed

    def close(self) -> None:
        """Let everybody go who waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
