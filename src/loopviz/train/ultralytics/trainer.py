"""The trainer that is ours: starts the process that trains with Ultralytics, and passes on what it tells."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from loopviz.atomic import writing
from loopviz.train.trainer import Begun, Epoch, Event, Remark, Step, Tell, TrainingJob
from loopviz.train.ultralytics.failures import Failure, error_of, missing
from loopviz.train.ultralytics.offline import environment
from loopviz.train.ultralytics.worker import JOB_VARIABLE, MARK

EVENTS: Mapping[str, type[Event]] = {kind.__name__: kind for kind in (Begun, Step, Epoch, Remark)}
NEEDED = ("torch", "torchvision", "ultralytics", "onnx")
LICENCE = "Ultralytics trains; its licence is the AGPL-3.0"
LAST_WORDS = 5  # lines that are shown of a process that ended without a word to us


class UltralyticsTrainer:
    """Trains with Ultralytics (AGPL-3.0), in a process of its own, without a network.

    Raises:
        MissingPartError: If it is not installed.
    """

    def __init__(self) -> None:
        lacking = [name for name in NEEDED if importlib.util.find_spec(name) is None]
        if lacking:
            raise missing(f"no package {lacking[0]}")

    def check(self, job: TrainingJob) -> None:
        """Refuse weights, a device or settings that are none."""
        self._work(job, {"task": "check"}, lambda _: None)

    def fit(self, job: TrainingJob, tell: Tell) -> None:
        """Train from the beginning; see ``loopviz.train.trainer.Trainer``."""
        tell(Remark(LICENCE))
        self._work(job, {"task": "fit"}, tell)

    def resume(self, job: TrainingJob, tell: Tell) -> None:
        """Go on from the last checkpoint."""
        self._work(job, {"task": "resume"}, tell)

    def export(self, job: TrainingJob, weights: Path, target: Path, metadata: Mapping[str, str]) -> None:
        """Write weights as an ONNX file."""
        asked = {"task": "export", "weights": str(weights), "target": str(target), "metadata": dict(metadata)}
        self._work(job, asked, lambda _: None)

    def _work(self, job: TrainingJob, asked: Mapping[str, object], tell: Tell) -> None:
        with writing(job.scratch):
            shutil.rmtree(job.scratch, ignore_errors=True)
            job.scratch.mkdir(parents=True)
            file = job.scratch / "job.json"
            file.write_text(json.dumps({**asked, "job": dataclasses.asdict(job)}, default=str), "utf-8")
        failure = None
        try:
            with _process(job.scratch, file) as process:
                said: deque[str] = deque(maxlen=LAST_WORDS)
                for event in _events(process, said):
                    if isinstance(event, Failure):
                        failure = event
                    else:
                        tell(event)
                code = process.wait()
            if failure is None and code:
                failure = _ended(code, said)
            if failure is not None:
                raise error_of(failure, job)
        finally:
            shutil.rmtree(job.scratch, ignore_errors=True)


@contextlib.contextmanager
def _process(scratch: Path, job: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the process that trains; it ends with this block, however that ends."""
    threads = len(os.sched_getaffinity(0))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "loopviz.train.ultralytics.worker"],
        cwd=scratch,
        env={**environment(scratch / "config", threads), JOB_VARIABLE: str(job)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,  # a Ctrl-C is ours: the process is ended when all is put away
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()  # which waits, and closes the pipe


def _events(process: subprocess.Popen[str], said: deque[str]) -> Iterator[Event | Failure]:
    """Yield what the process tells; the last of what else it prints goes to ``said``."""
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    for line in process.stderr:
        before, mark, told = line.partition(MARK)
        if mark:
            yield _event(json.loads(told))
        if before.strip():
            said.append(before.strip())
            if os.environ.get("LOOPVIZ_TRACEBACK"):
                sys.stderr.write(before)


def _event(told: dict[str, Any]) -> Event | Failure:
    return {**EVENTS, "Failure": Failure}[told.pop("event")](**told)


def _ended(code: int, said: deque[str]) -> Failure:
    """Return what a process that ended without telling why most likely died of."""
    if code == -signal.SIGKILL:
        return Failure("killed")
    return Failure("other", f"exit code {code}: {' | '.join(said)}"[:500])
