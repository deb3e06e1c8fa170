"""The process that trains: reads a job, does it with Ultralytics, and tells how it gets on.

What it tells are lines of standard error that begin with ``MARK``; whatever else stands there was printed by
Ultralytics, torch or the system. Standard error it is because it reaches whoever started this from the processes that
train on further cards, too. A worker ends with whoever started it, so that two never write the same checkpoints.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from loopviz.train.trainer import Event, TrainingJob
from loopviz.train.ultralytics.failures import Failure, failure_of

MARK = "\x1eloopviz "
JOB_VARIABLE = "LOOPVIZ_TRAINING_JOB"  # a file: processes for further cards are told by it what the job is
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> int:
    """Do what the job's file says: ``{"task": "fit", "job": {…}}``; return the exit code."""
    _end_with_parent()
    warnings.simplefilter("ignore")  # of torch and Ultralytics, for those who write them
    os.dup2(2, 1)  # what is printed belongs to the log
    asked = json.loads(Path(os.environ[JOB_VARIABLE]).read_text("utf-8"))
    try:
        _do(asked)
    except Exception as error:  # whatever it is, who started this process says it
        tell(failure_of(error))
        if os.environ.get("LOOPVIZ_TRACEBACK"):
            raise
        return 1
    return 0


def tell(event: Event | Failure) -> None:
    """Tell whoever started this process: in one piece, among whatever else is printed."""
    line = json.dumps({"event": type(event).__name__, **asdict(event)})
    os.write(2, f"\n{MARK}{line}\n".encode())


def job_of(data: Mapping[str, Any]) -> TrainingJob:
    """Return the job that its JSON describes."""
    paths = {name: Path(data[name]) for name in ("data", "checkpoints", "scratch")}
    return TrainingJob(**{**data, **paths, "names": tuple(data["names"])})


def _do(asked: Mapping[str, Any]) -> None:
    from loopviz.train.ultralytics.torchvision_operators import import_torchvision

    import_torchvision()  # before anything of Ultralytics imports it
    from loopviz.train.ultralytics.offline import silence

    silence()
    job = job_of(asked["job"])
    if asked["task"] == "export":
        from loopviz.train.ultralytics.export import export

        export(job, Path(asked["weights"]), Path(asked["target"]), asked["metadata"])
        return
    from loopviz.train.ultralytics.fit import check, fit

    if asked["task"] == "check":
        check(job)
        return
    fit(job, resume=asked["task"] == "resume")


def _end_with_parent() -> None:
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended meanwhile
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
