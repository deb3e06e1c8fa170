"""Rendering in several processes.

Each is a ``ProcessPoolExecutor`` of one process. A larger pool breaks when one of its processes dies: all segments that
were being rendered are lost, and nothing says at which one it died. Here a process that dies takes only its own segment
with it, which is tried once more in a new one, and named if that dies too.

Three things a pool leaves open: its processes hear Ctrl-C, live on when their parent is killed, and cannot be ended
before they have done what they do. So they are begun with interrupts held back, watch their parent, and are kept hold
of.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from ctypes import c_int
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from types import FrameType
from typing import Any

from loopviz.errors import OutputError
from loopviz.render.executors.base import Finished, Frames
from loopviz.render.executors.serial import SerialExecutor
from loopviz.render.plan import Segment
from loopviz.render.renderer import Renderer

LOOK_SECONDS = 0.1  # how often the frames that are done are counted


class ProcessExecutor:
    """See ``Executor``.

    Args:
        count: How many processes render at most. A single segment is rendered in this one, and all are where the system
            has no semaphores for processes to share, as in some sandboxes.
    """

    def __init__(self, count: int) -> None:
        self._count = count

    def run(self, renderer: Renderer, segments: Iterable[Segment], frames: Frames, finished: Finished) -> None:
        """See ``Executor.run``."""
        todo = iter(segments)
        first = list(islice(todo, self._count))
        if len(first) < 2 or not _has_semaphores():
            SerialExecutor().run(renderer, chain(first, todo), frames, finished)
            return
        with contextlib.ExitStack() as stack:
            _Run(renderer, todo, frames, finished, stack).render(first)


def _has_semaphores() -> bool:
    try:
        SpawnContext().Lock()
    except (ImportError, OSError):
        return False
    return True


@dataclass
class _Run:
    """One run of several processes, which end when the stack is closed."""

    renderer: Renderer
    todo: Iterator[Segment]
    frames: Frames
    finished: Finished
    stack: contextlib.ExitStack
    running: dict[Future[None], _Process] = field(default_factory=dict)
    died: set[Segment] = field(default_factory=set)

    def render(self, first: Iterable[Segment]) -> None:
        """Render some segments, each in a process of its own, and in these the segments that are to do."""
        for segment in first:
            self._begin(segment, self._new_process())
        while self.running:
            ended, _ = wait(self.running, LOOK_SECONDS, FIRST_COMPLETED)
            for process in self.running.values():
                process.count(self.frames)
            for future in ended:
                self._end(future, self.running.pop(future))

    def _new_process(self) -> _Process:
        process = _Process(self._sent)
        self.stack.callback(process.close)
        return process

    @cached_property
    def _sent(self) -> bytes:
        return pickle.dumps(self.renderer)

    def _begin(self, segment: Segment, process: _Process) -> None:
        self.running[process.begin(segment)] = process

    def _end(self, future: Future[None], process: _Process) -> None:
        """Go on after a segment is rendered, or its process died; what was raised there is raised."""
        try:
            future.result()
        except BrokenProcessPool:
            self._begin_again(process)
            return
        self.finished(process.segment)
        for segment in islice(self.todo, 1):
            self._begin(segment, process)

    def _begin_again(self, process: _Process) -> None:
        """Render a dead process' segment once more in a new one."""
        process.close()
        self.frames(-process.counted)
        segment = process.segment
        if segment in self.died:
            raise OutputError(
                "a process died twice while rendering",
                file=self.renderer.target(segment),
                at=f"segment {segment.index}, frames {segment.start} to {segment.stop - 1}",
                found=f"exit code {process.exit_code}",
                remedy="Is there memory enough for so many jobs? Try --jobs 1, or --range to find the frame.",
            )
        self.died.add(segment)
        self._begin(segment, self._new_process())


class _Process:
    """A process that renders one segment after the other.

    Args:
        sent: The pickled renderer.

    Attributes:
        segment: What it was last told to render.
        counted: How many frames of that were counted.
    """

    segment: Segment

    def __init__(self, sent: bytes) -> None:
        self._context = _Context()
        self._frames = self._context.RawValue(c_int)
        self._pool = ProcessPoolExecutor(1, self._context, _begin, (self._frames,))
        self._unsent: bytes | None = sent
        self.counted = 0

    def begin(self, segment: Segment) -> Future[None]:
        """Render a segment; what was rendered before must have ended."""
        self.segment = segment
        self.counted = self._frames.value = 0
        # The renderer goes along with the first one, as bytes: what goes wrong in opening it there is raised here.
        sent, self._unsent = self._unsent, None
        try:
            with _interrupts_held_back():
                return self._pool.submit(_render, sent, segment)
        except BrokenProcessPool as error:  # it died after its last one
            broken = Future[None]()
            broken.set_exception(error)
            return broken

    def count(self, frames: Frames) -> None:
        """Say, one by one, which frames are done since this was last asked."""
        while self.counted < self._frames.value:
            self.counted += 1
            frames(1)

    @property
    def exit_code(self) -> int | None:
        """How the process ended."""
        return self._context.process.exitcode if self._context.process else None

    def close(self) -> None:
        """End it at once."""
        if self._context.process:
            self._context.process.terminate()
        self._pool.shutdown()


class _Context(SpawnContext):
    """Spawns a process, since a forked codec or Skia would share its locks; and keeps hold of it."""

    process: SpawnProcess | None = None

    def Process(self, *args: Any, **options: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        self.process = SpawnProcess(*args, **options)
        return self.process


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let Ctrl-C wait: processes that begin meanwhile never hear it, not even before their first line.

    They inherit what this thread blocks. The system may hand the signal to another thread all the same, and Python
    would raise it here, halfway through a start: so it is only noted, and raised at the end.
    """
    resource_tracker.ensure_running()  # it would let interrupts through again when it is started
    heard: list[tuple[int, FrameType | None]] = []
    listening = threading.current_thread() is threading.main_thread()  # the only one that may say what is done
    usual = signal.signal(signal.SIGINT, lambda *given: heard.append(given)) if listening else None
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if listening:
            signal.signal(signal.SIGINT, usual)
        if heard and callable(usual):
            usual(*heard[0])


class _Here:
    """What this process has been given, if it is one that renders."""

    frames: c_int
    renderer: Renderer


def _begin(frames: c_int) -> None:
    """Begin a process: keep where frames are counted, and end when the parent does, whatever ends that."""
    _Here.frames = frames
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _render(sent: bytes | None, segment: Segment) -> None:
    """Render a segment in this process."""
    if sent is not None:
        _Here.renderer = pickle.loads(sent)  # noqa: S301  (our own parent's)
    _Here.renderer.begin(segment, _count)()


def _count() -> None:
    _Here.frames.value += 1
