"""What can go wrong in the process that trains, as a value that it tells, and as the error that a person reads."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loopviz.atomic import not_written
from loopviz.errors import ConfigError, InputError, LoopvizError, MissingPartError, OutputError
from loopviz.train.trainer import TrainingJob

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)
OF_A_CARD = ("CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_INTERNAL_ERROR", "unable to find an engine")
GO_ON = "What was learned up to the last whole epoch is kept: 'loopviz train RUN' goes on."


@dataclass(frozen=True)
class Failure:
    """Why a process that trains gave up.

    Attributes:
        kind: One of the keys of ``ERRORS``.
        text: What was said, in its own words.
        facts: Further facts, by name.
    """

    kind: str
    text: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class TrainingError(Exception):
    """A failure whose kind is known where it is met."""

    def __init__(self, kind: str, text: str = "", **facts: object) -> None:
        super().__init__(text)
        self.failure = Failure(kind, text, facts)


def failure_of(error: Exception) -> Failure:
    """Return what an error means."""
    text = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    lower = text.lower()
    if isinstance(error, TrainingError):
        return error.failure
    if isinstance(error, LoopvizError):
        place = error.__cause__
        if isinstance(error, OutputError) and isinstance(place, OSError):
            return Failure("disk", text, {"errno": place.errno, "file": error.file})
        return Failure("other", text)
    if "out of memory" in lower or any(words in text for words in OF_A_CARD):
        return Failure("card", text)
    if isinstance(error, MemoryError) or "can't allocate memory" in lower or "not enough memory" in lower:
        return Failure("memory", text)
    if isinstance(error, OSError) and error.errno in FULL:
        return Failure("disk", text, {"errno": error.errno, "file": error.filename})
    if isinstance(error, ImportError):
        return Failure("missing", text)
    return Failure("other", text)


def error_of(failure: Failure, job: TrainingJob) -> LoopvizError:
    """Return the error that says what a failure means for a job, and what to do."""
    return ERRORS[failure.kind](failure, job)


def _card(_: Failure, job: TrainingJob) -> LoopvizError:
    return MissingPartError(
        "the graphics card has not enough memory",
        found=f"pictures of {job.size} pixels, {job.batch} at a time",
        remedy=f"Lower --batch or --size, or train on --device cpu. {GO_ON}",
    )


def _memory(_: Failure, job: TrainingJob) -> LoopvizError:
    return MissingPartError(
        "there is not enough memory",
        found=f"pictures of {job.size} pixels, {job.batch} at a time",
        remedy=f"Close other programs, or lower --batch or --size. {GO_ON}",
    )


def _killed(_: Failure, __: TrainingJob) -> LoopvizError:
    return MissingPartError(
        "the process that trains was ended by the system, most likely for want of memory",
        remedy=f"Close other programs, or lower --batch or --size. {GO_ON}",
    )


def _disk(failure: Failure, job: TrainingJob) -> LoopvizError:
    number, file = failure.facts.get("errno") or errno.ENOSPC, failure.facts.get("file") or job.checkpoints
    said = not_written(OSError(number, os.strerror(number)), Path(file))
    return OutputError(said.problem, file=file, remedy=f"{said.remedy} {GO_ON}")


def _no_model(_: Failure, job: TrainingJob) -> LoopvizError:
    return InputError(
        "this is no model that can be trained further",
        file=job.start,
        expected="weights of a YOLO model, as best.pt in a run's checkpoints",
        remedy="Check the path.",
    )


def _other_task(failure: Failure, job: TrainingJob) -> LoopvizError:
    return InputError(
        "these weights are of a model of another kind",
        file=job.start,
        found=failure.facts.get("task"),
        expected="detect",
        remedy="Give weights of a detector.",
    )


def _other_classes(failure: Failure, job: TrainingJob) -> LoopvizError:
    return InputError(
        "these weights know other categories",
        file=job.start,
        found=", ".join(map(str, failure.facts.get("names", ()))),
        expected=", ".join(job.names),
        remedy="Pass --new-head to keep what they know of pictures, and learn these categories anew.",
    )


def _no_checkpoint(_: Failure, job: TrainingJob) -> LoopvizError:
    return InputError(
        "there is nothing here to go on from",
        file=job.checkpoints,
        remedy="Train it anew, with --overwrite.",
    )


def _bad_checkpoint(failure: Failure, job: TrainingJob) -> LoopvizError:
    return InputError(
        "this checkpoint is no model that can be read",
        file=failure.facts.get("file", job.checkpoints),
        expected="weights of a YOLO model, as a run writes them",
        remedy="Put the run's own back, or remove it; of a run without it the others can be used.",
    )


def _device(failure: Failure, job: TrainingJob) -> LoopvizError:
    return MissingPartError(
        "there is no such device here",
        found=job.device,
        expected=failure.facts.get("expected"),
        remedy="Leave --device out, or pass --device cpu.",
    )


def missing(what: str) -> MissingPartError:
    """Return what to say where a part is not installed, or does not load."""
    return MissingPartError(
        "training needs a part that is not installed, or that does not load",
        found=what,
        remedy="Run ./scripts/train-setup, or pip install 'loopviz[train]'; 'loopviz doctor' says what is there.",
    )


def _setting(failure: Failure, _: TrainingJob) -> LoopvizError:
    return ConfigError(
        "Ultralytics does not take these settings",
        at="training.settings",
        found=failure.text,
        remedy="Correct 'settings' in the project file, below 'training'.",
    )


def _other(failure: Failure, _: TrainingJob) -> LoopvizError:
    return MissingPartError(
        "training failed",
        found=failure.text,
        remedy=f"{GO_ON} LOOPVIZ_TRACEBACK=1 shows more; please report it.",
    )


ERRORS: Mapping[str, Callable[[Failure, TrainingJob], LoopvizError]] = {
    "card": _card,
    "memory": _memory,
    "killed": _killed,
    "disk": _disk,
    "no model": _no_model,
    "other task": _other_task,
    "other classes": _other_classes,
    "no checkpoint": _no_checkpoint,
    "bad checkpoint": _bad_checkpoint,
    "device": _device,
    "missing": lambda failure, _: missing(failure.text),
    "setting": _setting,
    "other": _other,
}
