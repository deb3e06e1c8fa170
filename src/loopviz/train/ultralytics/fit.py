"""Training by Ultralytics: its trainer for detectors, with checkpoints that appear whole, telling how it gets on."""

from __future__ import annotations

import io
import json
import logging
import math
import os
import time
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from ultralytics.cfg import get_cfg
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.nn.tasks import load_checkpoint
from ultralytics.utils import DEFAULT_CFG_DICT, LOGGER, RANK

from loopviz.atomic import new_file
from loopviz.train.trainer import Begun, Epoch, Remark, Step, TrainingJob
from loopviz.train.ultralytics.failures import TrainingError
from loopviz.train.ultralytics.offline import silence
from loopviz.train.ultralytics.torchvision_operators import import_torchvision
from loopviz.train.ultralytics.worker import JOB_VARIABLE, job_of, tell

LAST, BEST = "last.pt", "best.pt"
SNAPSHOTS = 10  # kept of a run, for a film of how it learned
KNOWN = ("cache='ram' may",)  # that pictures come from memory changes their order alone where threads read them
ANEW = ("data", "save_dir", "device", "time")  # that a run which goes on is told anew: its folder may have moved
STEPS_A_SECOND = 2.0  # that are told
PACKAGES = ("torch", "torchvision", "ultralytics-opencv-headless", "onnxruntime")
SCORES = {"precision": "precision(B)", "recall": "recall(B)", "map50": "mAP50(B)", "map50_95": "mAP50-95(B)"}


def check(job: TrainingJob) -> None:
    """Refuse a device, weights or settings that are none.

    Raises:
        TrainingError: If one of them is.
    """
    _check_device(job)
    if not job.start.endswith((".yaml", ".yml")):
        _check_weights(job)
    try:
        get_cfg(DEFAULT_CFG_DICT, {**overrides(job), "save_dir": None})
    except (SyntaxError, TypeError, ValueError) as error:  # as Ultralytics refuses a setting
        raise TrainingError("setting", str(error).strip().partition("\n")[0][:200]) from error


def fit(job: TrainingJob, *, resume: bool = False) -> None:
    """Train a detector, from the beginning or from its last checkpoint."""
    _listen()
    check(job) if not resume else _check_device(job)
    asked = overrides(job)
    if resume:
        checkpoint = _loaded(job.checkpoints / LAST, "no checkpoint")
        epoch = _told_of(checkpoint)
        tell(epoch)
        if epoch.epoch >= epoch.epochs or (job.seconds and job.spent_seconds >= job.seconds):
            return  # it was killed when all was learned
        asked = {name: asked[name] for name in ANEW} | {"resume": str(job.checkpoints / LAST)}
    RunTrainer(overrides=asked).train()


def overrides(job: TrainingJob) -> dict[str, object]:
    """Return a job as Ultralytics' own settings."""
    place = job.scratch / "ultralytics"
    return {
        "task": "detect",
        "model": job.start,
        "pretrained": not job.start.endswith((".yaml", ".yml")),
        "data": str(job.data),
        "save_dir": str(place),
        "imgsz": job.size,
        "epochs": job.epochs,
        "time": None if job.seconds is None else job.seconds / 3600,
        "batch": job.batch,
        "seed": job.seed,
        "device": job.device or "",
        "plots": False,
        **job.settings,
        **({} if job.flips else {"fliplr": 0.0, "flipud": 0.0}),
    }


class RunTrainer(DetectionTrainer):  # type: ignore[misc]  # Ultralytics has no types
    """Ultralytics' trainer of detectors for one job; every process of several cards makes its own."""

    def __init__(self, cfg: Any = None, overrides: Any = None, _callbacks: Any = None) -> None:
        import_torchvision()
        silence()
        super().__init__({**(cfg or DEFAULT_CFG_DICT), "save_dir": ""}, overrides, _callbacks)
        if self.device.type == "cpu":  # Ultralytics leaves one core to others
            torch.set_num_threads(len(os.sched_getaffinity(0)))
        self.job = job_of(_job_data())
        self.last = WholeFile(self.job.checkpoints / LAST)
        self._steps_told, self._batches = 0.0, 0
        for event, function in CALLED.items():
            if function not in self.callbacks[event]:  # the processes of several cards are handed them
                self.add_callback(event, function)

    def get_model(self, cfg: Any = None, weights: Any = None, verbose: bool = True) -> Any:
        """Return the model, with the weights to begin with; without those of the head if it is to be learned anew."""
        model = super().get_model(cfg, None, verbose)
        if weights is not None:
            head = deepcopy(model.model[-1].state_dict())
            model.load(weights)
            if self.job.new_head and not self.resume:
                model.model[-1].load_state_dict(head)
        return model

    def save_model(self) -> bool:
        """Write the checkpoints of an epoch, each whole, and tell of it."""
        super().save_model()
        weights = self._weights()
        if best := self.best_fitness == self.fitness:
            WholeFile(self.job.checkpoints / BEST).write_bytes(weights)
        number = self.epoch + 1
        every = max(1, round(self.epochs / SNAPSHOTS))
        if number % every == 0 or number == self.epochs:
            WholeFile(self.job.checkpoints / f"epoch-{number:03d}.pt").write_bytes(weights)
        tell(self._epoch(best=bool(best)))
        return True

    def final_eval(self) -> None:
        """Judge nothing again: the best weights were judged when their epoch ended."""

    def _epoch(self, *, best: bool) -> Epoch:
        box = self.validator.metrics.box
        names = [self.job.names[int(index)] for index in box.ap_class_index]
        return Epoch(
            epoch=self.epoch + 1,
            epochs=self._expected(),
            seconds=round(time.time() - self._epoch_started, 3),
            losses={name.removesuffix("_loss"): round(float(value), 5) for name, value in self.tloss.items()},
            scores={name: round(float(self.metrics[f"metrics/{key}"]), 5) for name, key in SCORES.items()},
            best=best,
            classes={name: round(float(value), 5) for name, value in zip(names, box.ap, strict=True)},
        )

    def _expected(self) -> int:
        """Return how many epochs there will be; where there is a time, as many as fit into it."""
        if not self.job.seconds:
            return int(self.epochs)
        done: int = self.epoch + 1
        each: float = (time.time() - self.train_time_start) / done
        return max(done, math.ceil(self.job.seconds / each))

    def _weights(self) -> bytes:
        """Return the weights as others load them: without the optimizer's state, and without a path of this machine."""
        model = deepcopy(self.ema.ema).half()
        model.criterion = None
        model.args = {**DEFAULT_CFG_DICT, "task": "detect", "imgsz": self.args.imgsz}
        for parameter in model.parameters():
            parameter.requires_grad = False
        buffer = io.BytesIO()
        facts = {"epoch": -1, "date": datetime.now(UTC).isoformat(), "version": version("ultralytics-opencv-headless")}
        torch.save({"model": model, "train_args": model.args, **facts}, buffer)
        return buffer.getvalue()

    def _began(self) -> None:
        if self.job.seconds:  # earlier pieces count
            self.train_time_start -= self.job.spent_seconds
        if RANK in (-1, 0):
            versions = {name: found for name in PACKAGES if (found := _version(name))}
            tell(Begun(_device_words(self.device), versions, len(self.train_loader)))

    def _epoch_began(self) -> None:
        self._epoch_started, self._batches = time.time(), 0
        if self.job.seconds:  # how long an epoch takes is reckoned over the epochs of all pieces
            self.start_epoch = 0

    def _step_made(self) -> None:
        self._batches += 1
        now, steps = time.monotonic(), len(self.train_loader)
        due = now - self._steps_told >= 1 / STEPS_A_SECOND or self._batches == steps
        if RANK in (-1, 0) and due:
            self._steps_told = now
            tell(Step(self.epoch * steps + self._batches, self.epochs * steps))


CALLED = {
    "on_train_start": RunTrainer._began,
    "on_train_epoch_start": RunTrainer._epoch_began,
    "on_train_batch_end": RunTrainer._step_made,
}


class WholeFile(type(Path())):  # type: ignore[misc]  # its class depends on the system
    """A path whose file is written whole or not at all."""

    def write_bytes(self, data: bytes) -> int:
        """Put a file in the place of what stands there."""
        with new_file(Path(self), replace=True) as part:
            part.write_bytes(data)
        return len(data)


class _Remarks(logging.Handler):
    """Passes on what Ultralytics warns of."""

    def emit(self, record: logging.LogRecord) -> None:
        if not record.getMessage().startswith(KNOWN):
            tell(Remark(" ".join(record.getMessage().split())[:500]))


def _listen() -> None:
    LOGGER.handlers = [_Remarks()]
    LOGGER.setLevel(logging.WARNING)
    LOGGER.propagate = False


def _job_data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(Path(os.environ[JOB_VARIABLE]).read_text("utf-8"))["job"]
    return data


def _loaded(file: Path, trouble: str) -> dict[str, Any]:
    """Return what a file of weights holds.

    Raises:
        TrainingError: If it is none, of the kind ``trouble``.
    """
    try:
        _, checkpoint = load_checkpoint(file)
    except Exception as error:  # whatever stands in the way, it is no model
        raise TrainingError(trouble, " ".join(str(error).split())[:200]) from error
    return dict(checkpoint)


def _check_weights(job: TrainingJob) -> None:
    """Refuse weights that are none, or that know other categories.

    Raises:
        TrainingError: If they are.
    """
    loaded = _loaded(Path(job.start), "no model")
    model = loaded.get("ema") or loaded["model"]
    if getattr(model, "task", "detect") != "detect":
        raise TrainingError("other task", task=model.task)
    names = list(dict(enumerate(model.names) if isinstance(model.names, list) else model.names).values())
    if names != list(job.names) and not job.new_head:
        raise TrainingError("other classes", names=names[:20])


def _check_device(job: TrainingJob) -> None:
    count = torch.cuda.device_count()
    if job.device in (None, "cpu", "mps") or all(
        part.isdecimal() and int(part) < count for part in str(job.device).split(",")
    ):
        return
    raise TrainingError("device", expected=", ".join(["cpu", *map(str, range(count))]))


def _told_of(checkpoint: Mapping[str, Any]) -> Epoch:
    """Return what is known of a checkpoint's epoch."""
    metrics, results = checkpoint["train_metrics"], checkpoint.get("train_results") or {}
    times = [*(results.get("time") or [0.0])][-2:]
    losses = {name.removeprefix("train/"): column[-1] for name, column in results.items() if name.startswith("train/")}
    return Epoch(
        epoch=checkpoint["epoch"] + 1,
        epochs=checkpoint["train_args"]["epochs"],
        seconds=round(times[-1] - (times[0] if len(times) > 1 else 0.0), 3),
        losses={name.removesuffix("_loss"): round(float(value), 5) for name, value in losses.items()},
        scores={name: round(float(metrics[f"metrics/{key}"]), 5) for name, key in SCORES.items()},
        best=checkpoint["best_fitness"] == metrics["fitness"],
    )


def _device_words(device: torch.device) -> str:
    if device.type == "cuda":
        return f"{torch.cuda.device_count()} x {torch.cuda.get_device_name(device)}"
    return f"{device.type}, {torch.get_num_threads()} threads"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
