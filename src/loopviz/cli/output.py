"""What the commands say: results to stdout, the way there to stderr, JSON lines when asked.

Everything passes ``shown_plain`` on its way to a terminal, because much of it comes from files.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Literal, TextIO, cast

from loopviz.errors import LoopvizError, shown_plain
from loopviz.progress import Progress

if TYPE_CHECKING:
    from loopviz.notes import Note

LINES_A_SECOND = 2.0  # of progress, for machines
MAX_NOTES = 20
Stream = Literal["stdout", "stderr"]


_unsaid: dict[Stream, str] = {}


def say(text: str, stream: Stream) -> None:
    """Write one line; a reader who has left, or a full disk, is no reason to stop the work."""
    out = getattr(sys, stream)
    try:
        if out is None:  # it was closed before we began
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        out.write(shown_plain(text) + "\n")
        out.flush()
    except BrokenPipeError:
        _silence(out)
    except OSError as error:
        _unsaid.setdefault(stream, error.strerror or str(error))
        _silence(out)


def unsaid() -> dict[Stream, str]:
    """Return the streams that something could not be said on, and why, since this was asked last."""
    found = dict(_unsaid)
    _unsaid.clear()
    return found


def _silence(out: TextIO | None) -> None:
    """Let what is still to come, and what a stream holds back, go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        if out is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def say_json(data: Mapping[str, object]) -> None:
    """Write one JSON object as a line of ASCII to stdout."""
    say(json.dumps(data), "stdout")


def say_error(problem: str, exit_code: int, *, as_json: bool, error: BaseException | None = None) -> None:
    """Write what went wrong: a sentence to stderr, and for machines an ``error`` object to stdout as well."""
    if as_json:
        facts = ("file", "at", "found", "expected", "remedy") if isinstance(error, LoopvizError) else ()
        details = {name: getattr(error, name) for name in facts}
        kind = type(error).__name__ if error is not None else None
        say_json({"event": "error", "kind": kind, "exit_code": exit_code, "message": problem, **details})
    say(f"loopviz: {problem}", "stderr")


class Reporter:
    """Tells a person, or with ``--json`` a machine, how a command gets on and what came of it."""

    def __init__(self, *, as_json: bool, quiet: bool = False) -> None:
        self._json = as_json
        self._quiet = quiet

    def notes(self, notes: Iterable[Note | str]) -> None:
        """Say what a person should know before the work begins; a flood is cut, and said to be."""
        texts = [each if isinstance(each, str) else each.line for each in notes]
        for text in texts if self._json else texts[:MAX_NOTES]:
            self._note(text)
        if not self._json and len(texts) > MAX_NOTES:
            self._note(f"and {len(texts) - MAX_NOTES} more; --json lists all")

    def result(self, data: Mapping[str, object], lines: Iterable[str]) -> None:
        """Say what came of it: ``data`` for machines, ``lines`` for people."""
        if self._json:
            say_json({"event": "result", **data})
        elif not self._quiet:
            for line in lines:
                say(line, "stdout")

    def answer(self, data: Mapping[str, object], lines: Iterable[str]) -> None:
        """Say what was asked for: the JSON is the bare object, and ``--quiet`` does not silence it."""
        if self._json:
            say_json(data)
            return
        for line in lines:
            say(line, "stdout")

    def step(self, data: Mapping[str, object], line: str) -> None:
        """Say how it gets on: ``data`` for machines, a line on stderr for people."""
        if self._json:
            say_json(data)
        elif not self._quiet:
            say(line, "stderr")

    @contextlib.contextmanager
    def progress(self, task: str, unit: str = "frames") -> Iterator[Progress | None]:
        """Yield what a maker calls with the frames (or ``unit``) done and to do; None where nobody watches."""
        if self._json:
            yield _json_progress(task, unit)
        elif self._quiet or sys.stderr is None or not sys.stderr.isatty():
            yield None
        else:
            with _bar(task, unit) as progress:
                yield progress

    def _note(self, text: str) -> None:
        if self._json:
            say_json({"event": "note", "message": text})
        elif not self._quiet:
            say(text, "stderr")


def _json_progress(task: str, unit: str) -> Progress:
    began = last = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done < total and now - last < 1 / LINES_A_SECOND:
            return
        last = now
        rate = round(done / (now - began), 1) if now > began else None
        say_json({"event": "progress", "task": task, "done": done, "total": total, f"{unit}_per_second": rate})

    return progress


class _Patient:
    """A terminal that may go: what it does not take is lost, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


@contextlib.contextmanager
def _bar(task: str, unit: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:5.1f} {unit}/s" if task.speed else "")

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f} of {task.total:.0f}"))
    left = TimeRemainingColumn(compact=True)
    terminal = Console(file=cast("IO[str]", _Patient(sys.stderr)))
    with Progress(*columns, Speed(), left, TextColumn("left"), console=terminal, transient=True) as bar:
        job = bar.add_task(task, total=None, visible=False)

        def progress(done: int, total: int) -> None:
            bar.update(job, completed=done, total=total, visible=True)

        yield progress
