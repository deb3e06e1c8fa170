"""The checks' findings, from a process of their own: they read everything again, and keep no picture waiting."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from loopviz.preview.board import Board

PATIENCE = 10  # of 19, how much a picture is more urgent


class Checking:
    """Runs ``loopviz check`` for the latest look only.

    Args:
        project: The project file or folder.
        board: Where the findings are posted.
    """

    def __init__(self, project: Path, board: Board) -> None:
        self._command = [sys.executable, "-m", "loopviz", "check", "--json", "--", str(project)]
        self._board = board
        self._running: subprocess.Popen[str] | None = None

    def begin(self, look: int) -> None:
        """Check the files as they are, and drop what was begun for an earlier look."""
        self.stop()
        self._running = subprocess.Popen(  # noqa: S603 - this program
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,  # Ctrl-C is for the preview, which ends this one quietly
        )
        with contextlib.suppress(OSError):  # it is over already
            os.setpriority(os.PRIO_PROCESS, self._running.pid, PATIENCE)
        threading.Thread(target=self._wait, args=(self._running, look), daemon=True).start()

    def _wait(self, process: subprocess.Popen[str], look: int) -> None:
        said, _ = process.communicate()
        found = _findings(said)
        if found is not None:
            self._board.post(look, findings=found)

    def stop(self) -> None:
        """End what runs."""
        if self._running is not None and self._running.poll() is None:
            self._running.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running.wait(5)


def _findings(said: str) -> tuple[dict[str, Any], ...] | None:
    """Return the findings of what ``loopviz check --json`` said; None if it did not come to its end."""
    for line in said.splitlines():
        with contextlib.suppress(ValueError):
            told = json.loads(line)
            if isinstance(told, dict) and told.get("event") == "result":
                return tuple(told["findings"])
    return None
