"""What a person is told of trouble: its cause, whoever met it first.

The thread that composes, another process and the joiner can all meet the same trouble, each in its own way and at a
moment that nobody can foresee. So it is looked for where it lies, and told in the same words: first the source, which
may have been changed or removed, then the folder that was worked in, then what was met.
"""

from __future__ import annotations

import contextlib
import copy
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import av.error

from loopviz.errors import LoopvizError, OutputError
from loopviz.media.containers import not_written
from loopviz.progress import Progress
from loopviz.render.renderer import Renderer


class Caller:
    """Who waits for a render and hears how far it is; what they raise is theirs.

    Args:
        total: How many frames there are.
        progress: Called with how many are done, and of how many.
    """

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._done, self._total, self._progress = 0, total, progress
        self.raised: BaseException | None = None

    def begin_again(self, total: int) -> None:
        """Count another round of frames."""
        self._done, self._total = 0, total

    def hear(self, frames: int) -> None:
        """Say that so many more frames are done."""
        self._done += frames
        if self._progress is None:
            return
        try:
            self._progress(self._done, self._total)
        except BaseException as error:
            self.raised = error
            raise


@contextlib.contextmanager
def told_by_cause(renderer: Renderer, target: Path, caller: Caller) -> Iterator[None]:
    """Name the cause of what goes wrong with a render.

    Args:
        renderer: What renders.
        target: The output, which is named in place of a file in a hidden folder beside it.
        caller: Whose errors pass as they are.

    Raises:
        LoopvizError: What was raised, or its cause.
    """
    try:
        yield
    except (LoopvizError, OSError, av.error.FFmpegError) as error:
        if error is caller.raised:
            raise
        renderer.check_unchanged()
        if isinstance(error, LoopvizError) and not isinstance(error, OutputError):
            raise
        told = (
            error if isinstance(error, LoopvizError) else not_written(error, renderer.target(renderer.plan.segments[0]))
        )
        raise _of_known_files(told, target, renderer.folder) from error


def _of_known_files(error: LoopvizError, target: Path, workshop: Path) -> LoopvizError:
    """Return an error in which no file in a hidden folder is named: it is gone by the time that this is read."""
    if error.file is None:
        return error
    file = Path(error.file)
    told: LoopvizError = copy.copy(error)
    if file.parent.parent in {target.parent, workshop.parent} and _gone(file.parent):
        told = not_written(FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)), file)
    if not (workshop.parent != target.parent and _is_caches(told, file, workshop)):
        told.file = str(target)
    return told


def _is_caches(error: LoopvizError, file: Path, workshop: Path) -> bool:
    """Say whether it is the cache that cannot be written, which says so itself."""
    return file == workshop.parent or (file.parent == workshop and error.problem.startswith("cannot be written"))


def _gone(folder: Path) -> bool:
    try:
        folder.stat()
    except FileNotFoundError:
        return True
    except OSError:
        pass  # it may be there, and nobody let in
    return False
