"""What goes wrong in the process that trains, as a person reads it: a class, what was found, and what to do."""

from __future__ import annotations

import dataclasses
import errno
import importlib.util
import json
import signal
from pathlib import Path

import pytest

from loopviz.errors import InputError, LoopvizError, MissingPartError, OutputError
from loopviz.train.trainer import TrainingJob, trainer_named
from loopviz.train.ultralytics import trainer
from loopviz.train.ultralytics.failures import ERRORS, Failure, TrainingError, error_of, failure_of

RAISED = {
    "a card's memory": (
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        ("card", MissingPartError, "graphics card", "--batch"),
    ),
    "a card's library": (
        RuntimeError("CUDNN_STATUS_INTERNAL_ERROR"),
        ("card", MissingPartError, "graphics card", "--size"),
    ),
    "memory": (MemoryError(), ("memory", MissingPartError, "memory", "--batch")),
    "torch's memory": (
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried"),
        ("memory", MissingPartError, "memory", "--size"),
    ),
    "a full disk": (
        OSError(errno.ENOSPC, "No space left on device", "/runs/last.pt"),
        ("disk", OutputError, "No space left", "Free some space"),
    ),
    "a disk that may not be written to": (
        OSError(errno.EROFS, "Read-only file system", "/runs/last.pt"),
        ("disk", OutputError, "Read-only", "you may write to"),
    ),
    "a package": (
        ModuleNotFoundError("No module named 'torch'"),
        ("missing", MissingPartError, "torch", "train-setup"),
    ),
    "anything else": (ZeroDivisionError("of a wheel"), ("other", MissingPartError, "of a wheel", "LOOPVIZ_TRACEBACK")),
}


@pytest.mark.parametrize("name", RAISED)
def test_what_is_raised_is_said(job: TrainingJob, name: str) -> None:
    error, (kind, raised, word, remedy) = RAISED[name]
    failure = failure_of(error)
    assert failure.kind == kind
    said = error_of(Failure(**json.loads(json.dumps(dataclasses.asdict(failure)))), job)  # as it comes from the process
    assert type(said) is raised
    assert word in str(said)
    assert remedy in str(said.remedy)
    if kind != "missing":
        assert "loopviz train RUN" in str(said.remedy)


def test_a_write_of_ours_that_failed_is_one_of_the_disk(job: TrainingJob) -> None:
    try:
        try:
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        except OSError as cause:
            raise OutputError("cannot be written", file="/runs/last.pt") from cause
    except OutputError as error:
        said = error_of(failure_of(error), job)
    assert (type(said), said.file) == (OutputError, "/runs/last.pt")


@pytest.mark.parametrize("kind", ERRORS)
def test_every_kind_has_a_remedy(job: TrainingJob, kind: str) -> None:
    said = error_of(failure_of(TrainingError(kind, "some words")), job)
    assert isinstance(said, LoopvizError)
    assert said.remedy
    assert said.exit_code in (3, 4, 5, 6)


def test_a_process_that_ended_without_a_word(job: TrainingJob) -> None:
    killed = error_of(trainer._ended(-signal.SIGKILL, trainer.deque()), job)
    assert "for want of memory" in str(killed)
    crashed = error_of(trainer._ended(-signal.SIGSEGV, trainer.deque(["free(): invalid pointer"])), job)
    assert "invalid pointer" in str(crashed)


def test_what_is_not_installed_is_said_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "NEEDED", ("a_torch_that_is_not",))
    assert importlib.util.find_spec("a_torch_that_is_not") is None
    with pytest.raises(MissingPartError, match="a_torch_that_is_not") as caught:
        trainer_named("ultralytics")
    assert caught.value.exit_code == 6
    assert "pip install" in str(caught.value.remedy)


def test_weights_that_are_not_there_are_an_input_error(job: TrainingJob, tmp_path: Path) -> None:
    gone = dataclasses.replace(job, start=str(tmp_path / "gone.pt"))
    assert isinstance(error_of(failure_of(TrainingError("no model")), gone), InputError)
