"""Follows what is saved: the film is laid out anew, and then checked."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from loopviz.errors import LoopvizError
from loopviz.preview.files import Marks, marks
from loopviz.preview.studio import Studio

PAUSE = 0.05  # seconds between two looks at the files
TIMES = 10  # where these are many, as often as long as a look takes: a tenth of a processor at most
SETTLED = 0.3  # seconds without a change, before what is wrong is said (a file may be half written) and checks begin


class Follower:
    """Looks at a studio's files, and has the film laid out anew where one changed.

    Args:
        studio: The studio.
        clock: Seconds that only grow.
    """

    def __init__(self, studio: Studio, clock: Callable[[], float] = time.monotonic) -> None:
        self._studio, self._clock = studio, clock
        self._seen: Marks = marks(studio.files())
        self._changed = clock()
        self._due: str | None = ""  # what comes when all is quiet: an error, or, where it is "", a check

    def look(self) -> float:
        """Look once; return how many seconds to wait before the next time."""
        began = self._clock()
        now = marks(self._seen)
        pause = max(PAUSE, TIMES * (self._clock() - began))
        if now != self._seen:
            self._changed, self._due = self._clock(), self._refreshed()
            # What is watched from now on counts as it is; what changed while it was read is met the next time.
            self._seen = {path: now[path] if path in now else marks([path])[path] for path in self._studio.files()}
        elif self._due is not None and self._clock() - self._changed >= SETTLED:
            said, self._due = self._due, None
            if said:
                self._studio.board.post(error=said)
            else:
                self._studio.check()
        return pause

    def _refreshed(self) -> str:
        """Lay the film out; return what is wrong, or nothing."""
        try:
            self._studio.refresh()
        except Exception as error:  # whatever a file held: the page lives on, and says it
            return said_of(error)
        return ""

    def run(self) -> None:
        """Look again and again, until somebody interrupts."""
        while True:
            time.sleep(self.look())


def said_of(error: Exception) -> str:
    """Return an error in words for a page: never where in the program it was raised."""
    if isinstance(error, LoopvizError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        name = f"{os.fspath(error.filename)!s}: " if isinstance(error.filename, str | os.PathLike) else ""
        return f"{name}{error.strerror.lower()}."
    return f"This is a bug in loopviz ({type(error).__name__}: {error}); please report it."[:400]
