"""Rendering segments, in this process or in several, with one progress for all.

A worker process that dies takes its segment with it: the segment is tried once more in a new process, and named if that
dies too. Workers leave Ctrl-C to their parent, and end when it does.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any

from loopviz.errors import LoopvizError, OutputError
from loopviz.media import Source
from loopviz.render.compositor import Compositor
from loopviz.render.plan import RenderPlan, Segment
from loopviz.render.segment import EncoderThread, compositor_of, render_segment
from loopviz.scene import Scene

ATTEMPTS = 2
Frame = Callable[[int], None]
Finished = Callable[[Segment], None]


@dataclass
class Work:
    """What every worker needs: the source, what is drawn, the plan, and where a segment's file goes."""

    source: Source
    scene: Scene | None
    plan: RenderPlan
    folder: Path

    def target(self, segment: Segment) -> Path:
        """Return where a segment is rendered to."""
        return self.folder / f"segment_{segment.index:06}.nut"

    def begin(self, segment: Segment, frame: Frame, encoder: EncoderThread) -> Future[int]:
        """Compose a segment, calling ``frame`` with 1 after each of its frames; the result comes when it is encoded."""
        target = self.target(segment)
        return render_segment(
            self.source, self._compositor, self.plan, segment, target, encoder=encoder, done=lambda: frame(1)
        )

    @cached_property
    def _compositor(self) -> Compositor:
        """Made in the process that renders: it is not for sending."""
        return compositor_of(self.source, self.scene, self.plan)


def render_all(work: Work, segments: Iterable[Segment], jobs: int, frame: Frame, finished: Finished) -> None:
    """Render segments.

    Args:
        work: What is rendered.
        segments: Which of its segments.
        jobs: How many processes; with one, or for one segment, it is this one.
        frame: Called with how many more frames are done; with less than nothing when a dead worker's are lost.
        finished: Called with each finished segment, in the order in which they end.

    Raises:
        LoopvizError: What a worker raised; or OutputError if a worker died twice on the same segment.
    """
    if jobs <= 1:
        _render_here(work, segments, frame, finished)
        return
    todo = deque(segments)
    if len(todo) == 1:  # needs no company
        _render_here(work, todo, frame, finished)
        return
    crew = _Crew(work, todo, frame, finished)
    try:
        crew.run(min(jobs, len(todo)))
    finally:
        crew.dismiss()


def _render_here(work: Work, segments: Iterable[Segment], frame: Frame, finished: Finished) -> None:
    """Render in this process; a segment's end is encoded while the next one's beginning is composed."""
    underway: deque[tuple[Segment, Future[int]]] = deque()

    def end() -> None:
        segment, written = underway.popleft()
        written.result()
        finished(segment)

    with EncoderThread() as encoder:
        try:
            for segment in segments:
                underway.append((segment, work.begin(segment, frame, encoder)))
                if len(underway) > 1:
                    end()
        except BaseException:
            while underway:  # what was composed whole is kept; what fails in that is not what is told
                with contextlib.suppress(LoopvizError):
                    end()
            raise
        while underway:
            end()


@dataclass
class _Worker:
    process: BaseProcess
    line: Connection[Any, Any]
    segment: Segment
    frames: int = 0


@dataclass
class _Crew:
    work: Work
    todo: deque[Segment]
    frame: Frame
    finished: Finished
    workers: list[_Worker] = field(default_factory=list)
    deaths: dict[int, int] = field(default_factory=dict)

    def run(self, count: int) -> None:
        for _ in range(count):
            self._hire()
        while self.workers:
            ready = wait([worker.line for worker in self.workers])
            for worker in [w for w in self.workers if w.line in ready]:
                try:
                    self._hear(worker, worker.line.recv())
                except (EOFError, ConnectionError):
                    self._bury(worker)

    def dismiss(self) -> None:
        for worker in self.workers:
            worker.process.terminate()
        for worker in self.workers:
            worker.process.join()
            worker.line.close()

    def _hire(self) -> None:
        if not self.todo:
            return
        context = multiprocessing.get_context("spawn")  # a forked codec or Skia would share its locks
        ours, theirs = context.Pipe()
        process = context.Process(target=_labour, args=(theirs,), daemon=True)
        with _interrupts_held_back():
            process.start()
            theirs.close()
            worker = _Worker(process, ours, self.todo.popleft())
            self.workers.append(worker)
        # Not given to the process to start with: if it dies before it has read that, its start waits for ever.
        with contextlib.suppress(ConnectionError):  # it died while it started: it is missed when it is listened to
            worker.line.send(self.work)
            worker.line.send(worker.segment)

    def _hear(self, worker: _Worker, message: object) -> None:
        if isinstance(message, BaseException):
            raise message
        if message == "frame":
            worker.frames += 1
            self.frame(1)
            return
        self.finished(worker.segment)
        if self.todo:
            worker.segment, worker.frames = self.todo.popleft(), 0
            worker.line.send(worker.segment)
        else:
            self._part_from(worker)

    def _bury(self, worker: _Worker) -> None:
        """Try a dead worker's segment once more, with a new worker."""
        self._part_from(worker)
        self.frame(-worker.frames)
        segment = worker.segment
        self.deaths[segment.index] = self.deaths.get(segment.index, 0) + 1
        if self.deaths[segment.index] >= ATTEMPTS:
            raise OutputError(
                "a worker process died twice while rendering",
                file=self.work.target(segment),
                at=f"segment {segment.index}, frames {segment.start} to {segment.stop - 1}",
                found=f"exit code {worker.process.exitcode}",
                remedy="Is there memory enough for so many jobs? Try --jobs 1, or --range to find the frame.",
            )
        self.todo.appendleft(segment)
        self._hire()

    def _part_from(self, worker: _Worker) -> None:
        self.workers.remove(worker)
        worker.line.close()
        worker.process.join()


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


def _labour(line: Connection[Any, Any]) -> None:
    """A worker's life: render each segment that comes down the line, say how it went, end when the line does."""
    try:
        work = line.recv()
        with work.source, EncoderThread() as encoder:
            while True:
                segment = line.recv()
                work.begin(segment, lambda _: line.send("frame"), encoder).result()
                line.send("finished")
    except (EOFError, ConnectionError):
        return
    except Exception as error:  # the parent says what it is, once, whatever it is
        line.send(error)
