"""A process that has loaded loopviz already, and forks itself for each command line: quick to start, and to kill.

Reads orders from stdin, one JSON object a line: ``arguments`` and ``environment`` of the program, ``log`` for what it
says, ``step``: the how manieth change to a file it must not live to make, ``seconds``: how long it may live. Answers
with how it ended.
"""

from __future__ import annotations

import importlib
import itertools
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHANGES = ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "os.truncate")
LOADED = ("loopviz.cli.app", "loopviz.project.pipeline", "rich.progress", "av", "cv2", "skia", "polars", "pydantic")
NEVER = 10**9


@dataclass(frozen=True)
class Ended:
    """How a command line ended.

    Attributes:
        code: Its exit code, or minus the number of the signal that killed it.
        said: The objects of its lines of JSON.
        changes: How many changes to files it made, if it was not killed.
    """

    code: int
    said: list[dict[str, Any]]
    changes: int


class Zygote:
    """The other side: starts the process, and runs command lines in its children."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, *arguments: str | Path, step: int = NEVER, seconds: float | None = None) -> Ended:
        """Run a command line to its end; or kill it in front of a change to a file, or after some time."""
        order = {
            "arguments": [str(argument) for argument in arguments],
            "environment": dict(os.environ),
            "log": str(self._log),
            "seconds": seconds,
            "step": step,
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        lines = self._log.read_text().splitlines()
        said = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return Ended(code, said, said.pop()["changes"] if said and "changes" in said[-1] else 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


def main() -> None:
    for name in LOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(order)
        if order["seconds"] is not None:
            _kill_after(order["seconds"], child)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201  (the answer)


def _kill_after(seconds: float, child: int) -> None:
    """Kill a child that lives too long, and only it: its workers are to see to their own end."""
    handle = os.pidfd_open(child)
    if not select.select([handle], [], [], seconds)[0]:
        os.kill(child, signal.SIGKILL)
    os.close(handle)


def _live(order: dict[str, Any]) -> None:
    from loopviz.cli import main as loopviz

    os.environ.update(order["environment"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    changes = _count_changes(order["step"])
    code = loopviz(order["arguments"])
    print(json.dumps({"changes": next(changes)}))  # noqa: T201
    sys.stdout.flush()
    os._exit(code)


def _count_changes(last: int) -> Iterator[int]:
    """Count this process's changes to files, and kill it in front of the one with a number, from 0."""
    changes = itertools.count()

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if (writes or event in CHANGES) and next(changes) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    return changes


if __name__ == "__main__":
    main()
