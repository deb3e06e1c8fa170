"""What trains a detector: a protocol of four functions, of which one implementation is ours, and others are found.

A trainer of another package is an object with these functions, reached by the entry point ``loopviz.trainers`` under
the trainer's own name; a project file asks for it with ``training: {trainer: NAME}``.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from loopviz.errors import ConfigError, LoopvizError, MissingPartError
from loopviz.plugins import Plugin, error_words, plugin_named, plugins_of

GROUP = "loopviz.trainers"
FUNCTIONS = ("check", "fit", "resume", "export")
OURS: Mapping[str, str] = {"ultralytics": "loopviz.train.ultralytics.trainer:UltralyticsTrainer"}


@dataclass(frozen=True)
class TrainingJob:
    """What is to be trained, on what, and for how long.

    Attributes:
        data: ``data.yaml`` of a folder in YOLO's layout.
        names: The categories, in the order of their class ids.
        checkpoints: A folder that stands: where ``last.pt`` (all that ``resume`` needs), ``best.pt`` and some
            ``epoch-012.pt`` (weights alone) appear, each whole.
        scratch: A folder of its own for whatever else is written; it goes when the run ends.
        start: A model's architecture, as ``"yolo11n.yaml"``, or the path of weights to begin with.
        size: The longer side of a picture, in pixels.
        epochs: How often every picture is seen, at most.
        seconds: How long it may take, those of earlier pieces included; None: as long as the epochs take.
        spent_seconds: How long earlier pieces took.
        batch: Pictures in a step.
        seed: Of everything that chance decides.
        device: ``"cpu"``, ``"0"``, ``"0,1"``; None: a graphics card where there is one.
        flips: Whether pictures may be mirrored: not where categories are left and right.
        new_head: Whether of the weights to begin with those that know the categories are left out.
        settings: The trainer's own further settings, by its own names.
    """

    data: Path
    names: tuple[str, ...]
    checkpoints: Path
    scratch: Path
    start: str
    size: int
    epochs: int
    batch: int
    seed: int = 0
    seconds: float | None = None
    spent_seconds: float = 0.0
    device: str | None = None
    flips: bool = False
    new_head: bool = False
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Begun:
    """Training began.

    Attributes:
        device: What it runs on, in words.
        versions: Of what does it, by package.
        batches: How many steps an epoch has.
    """

    device: str
    versions: Mapping[str, str]
    batches: int


@dataclass(frozen=True)
class Step:
    """A step was made.

    Attributes:
        done: How many, of all epochs.
        total: Of how many.
    """

    done: int
    total: int


@dataclass(frozen=True)
class Epoch:
    """An epoch is done, and its checkpoint is on the disk.

    Attributes:
        epoch: Which, from 1.
        epochs: Of how many, as far as is known.
        seconds: How long it took.
        losses: Mean losses of training, by name.
        scores: ``precision``, ``recall``, ``map50``, ``map50_95`` on the part held out.
        best: Whether it is the best yet.
        classes: ``map50_95`` by category, of those that the part held out has.
    """

    epoch: int
    epochs: int
    seconds: float
    losses: Mapping[str, float]
    scores: Mapping[str, float]
    best: bool
    classes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Remark:
    """Something that the trainer says, in its own words."""

    text: str


Event = Begun | Step | Epoch | Remark
Tell = Callable[[Event], None]


class Trainer(Protocol):
    """What trains a detector. Whatever goes wrong is an error of ``loopviz.errors``, and no checkpoint is lost."""

    def check(self, job: TrainingJob) -> None:
        """Refuse what cannot be done, as far as that is known beforehand: before anything gives way to the run."""

    def fit(self, job: TrainingJob, tell: Tell) -> None:
        """Train from the beginning, and tell how it gets on; at the end the checkpoints are there."""

    def resume(self, job: TrainingJob, tell: Tell) -> None:
        """Go on from ``last.pt``. Its epoch is told first, for that may not have been noted."""

    def export(self, job: TrainingJob, weights: Path, target: Path, metadata: Mapping[str, str]) -> None:
        """Write weights as an ONNX file, with ``names``, ``imgsz``, ``stride`` and ``task`` in its metadata.

        Args:
            job: The job.
            weights: One of its checkpoints.
            target: A file that is not there yet.
            metadata: What else is to stand in its metadata.
        """


@functools.cache
def plugins() -> tuple[Plugin[Trainer], ...]:
    """Return the trainers of other packages, in the order of their names; those that cannot be used say why."""
    return plugins_of(GROUP, "a trainer", OURS, _usable)


def trainer_named(name: str) -> Trainer:
    """Return a trainer.

    Raises:
        ConfigError: If there is none of this name.
        MissingPartError: If it is another package's, and cannot be used.
    """
    if name in OURS:
        module, _, attribute = OURS[name].partition(":")
        return cast(Trainer, getattr(importlib.import_module(module), attribute)())
    found = plugin_named(name, plugins(), "trainer")
    if found is None:
        known = ", ".join([*OURS, *(each.name for each in plugins() if each.part)])
        raise ConfigError("there is no such trainer", at="training.trainer", found=name, expected=known)
    return found


class _Guarded:
    """A trainer of another package, which raises nothing but errors of loopviz."""

    def __init__(self, trainer: Trainer, name: str) -> None:
        self._trainer, self._name = trainer, name

    def check(self, job: TrainingJob) -> None:
        self._safe(self._trainer.check, job)

    def fit(self, job: TrainingJob, tell: Tell) -> None:
        self._safe(self._trainer.fit, job, tell)

    def resume(self, job: TrainingJob, tell: Tell) -> None:
        self._safe(self._trainer.resume, job, tell)

    def export(self, job: TrainingJob, weights: Path, target: Path, metadata: Mapping[str, str]) -> None:
        self._safe(self._trainer.export, job, weights, target, metadata)

    def _safe(self, function: Callable[..., None], *given: object) -> None:
        try:
            function(*given)
        except (LoopvizError, MemoryError, OSError):
            raise
        except Exception as error:
            what = f"{self._name} failed: {error_words(error)}"
            raise MissingPartError(what, remedy="Tell those who made it.") from error


def _usable(trainer: Any, name: str, package: str) -> Trainer:
    lacking = [function for function in FUNCTIONS if not callable(getattr(trainer, function, None))]
    if lacking:
        raise TypeError(f"{type(trainer).__name__} has no {lacking[0]}")
    return _Guarded(trainer, f"the trainer {name!r} of {package}")
