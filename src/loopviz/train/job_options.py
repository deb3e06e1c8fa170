"""How a detector is trained: what a project file's section ``training`` says, and the options of ``loopviz train``."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic
import yaml
from pydantic import BeforeValidator, Field, StrictBool, StrictInt

from loopviz.durations import parse_duration
from loopviz.settings import Option, Section
from loopviz.train.options import TrainingSetOptions

DEFAULT = "ultralytics"
STRIDE = 32  # pixels: the sides of what a detector sees are multiples of it
LARGEST = 4096


def _length(value: object) -> object:
    if value is not None:
        parse_duration(str(value))
    return value


def _size(value: object) -> object:
    if isinstance(value, int) and (value % STRIDE or not STRIDE * 2 <= value <= LARGEST):
        raise ValueError(f"a multiple of {STRIDE} from {STRIDE * 2} to {LARGEST}")
    return value


class Preset(Section):
    """One of ``presets.yaml``: see there, and ``loopviz.train.trainer.TrainingJob``."""

    start: str
    size: StrictInt
    epochs: StrictInt
    batch: StrictInt
    settings: Mapping[str, bool | int | float | str]
    outlined: Mapping[str, bool | int | float | str] = Field(default_factory=dict)


@functools.cache
def presets() -> Mapping[str, Preset]:
    """Return the presets by name."""
    from importlib.resources import files  # here: most projects train nothing

    text = (files("loopviz.train") / "presets.yaml").read_text("utf-8")
    return {name: Preset.model_validate(data) for name, data in yaml.safe_load(text).items()}


class TrainingOptions(TrainingSetOptions):
    """How a detector is trained, on what.

    Attributes:
        trainer: What trains it: ``ultralytics``, or another package's trainer (``loopviz.trainers``).
        preset: What is taken where nothing else is said: ``tiny`` (minutes on a processor), ``standard`` (half an hour
            on a graphics card) or ``best`` (hours); see ``presets.yaml``.
        weights: Weights to begin with; None: from nothing.
        new_head: Of weights that know other categories, take what they know of pictures alone.
        epochs: How often every picture is seen.
        time: How long it may take, instead.
        size: The longer side of the pictures it learns from, in pixels.
        batch: How many pictures make a step.
        folds: Of ``whose: weighted``, into how many parts people are shared out, for each of which a smaller model is
            trained on the labels of all others: how far that bears out their work is known of it too. 0: none is.
        without: People whose labels do not teach, by their aliases.
        fold: People whose labels do not teach, as one of so many parts of all: ``"2/3"``.
        repetition: The same training once more, by another chance.
        outlines: Whether pictures are turned as the preset says, where outlines keep boxes tight.
        device: ``cpu``, or the numbers of graphics cards: ``0``, ``0,1``; None: the first card if there is one.
        settings: The trainer's own further settings, by its own names.
    """

    trainer: str = DEFAULT
    preset: Annotated[
        Literal["tiny", "standard", "best"],
        Option(
            "--preset",
            "How much is spent: tiny (minutes on a processor, if not given), standard (half an hour on a graphics "
            "card), or best (hours).",
        ),
    ] = "tiny"
    weights: Annotated[Path | None, Option("--weights", "Weights to begin with, as best.pt of another run.")] = None
    new_head: Annotated[
        StrictBool, Option("--new-head", "Of weights that know other categories, take what they know of pictures.")
    ] = False
    epochs: Annotated[
        Annotated[StrictInt, Field(ge=1, le=10_000)] | None,
        Option("--epochs", "How often every picture is seen; as the preset says, if not given."),
    ] = None
    time: Annotated[
        str | None, BeforeValidator(_length), Option("--time", "How long it may take, instead: 15m, 2h.")
    ] = None
    size: Annotated[
        StrictInt | None,
        BeforeValidator(_size),
        Option("--size", "The longer side of the pictures it learns from, in pixels: a multiple of 32."),
    ] = None
    batch: Annotated[
        Annotated[StrictInt, Field(ge=1, le=4096)] | None, Option("--batch", "How many pictures make a step.")
    ] = None
    device: Annotated[
        Annotated[str, Field(pattern=r"^(cpu|mps|\d{1,3}(,\d{1,3})*)$")] | None,
        Option("--device", "cpu, or graphics cards: 0, or 0,1. The first card if there is one, if not given."),
    ] = None
    folds: Annotated[
        Annotated[StrictInt, Field(ge=0, le=10)],
        Option(
            "--folds",
            "With --whose weighted: share out people into so many parts, and hold the work of each against a smaller "
            "model of the others' labels. They take about as long as the training itself.",
        ),
    ] = 0
    without: Annotated[
        tuple[str, ...],
        Option("--without", "Somebody whose labels do not teach, by alias. May be repeated.", repeated=True),
    ] = ()
    fold: Annotated[str, Field(pattern=r"^[1-9]\d?/[1-9]\d?$")] | None = None
    repetition: Annotated[StrictInt, Field(ge=0, le=100)] = 0
    outlines: StrictBool = True
    settings: dict[str, bool | int | float | str] = Field(default_factory=dict)

    @pydantic.model_validator(mode="after")
    def _possible(self) -> Self:
        if self.task != "detect":
            raise ValueError("'task: detect': only boxes are learned")
        if self.epochs is not None and self.time is not None:
            raise ValueError("either 'epochs' or 'time'")
        if self.folds and (self.whose != "weighted" or self.folds == 1):
            raise ValueError("'folds' of at least 2, with 'whose: weighted'")
        return self

    def job(self, *, outlined: bool = False) -> dict[str, Any]:
        """Return what of a ``TrainingJob`` these options, and their preset, say.

        Args:
            outlined: Whether the boxes of the set are written by the outlines that fill them.
        """
        preset = presets()[self.preset]
        more = preset.outlined if outlined else {}
        return {
            "start": str(self.weights.absolute()) if self.weights else preset.start,
            "size": self.size or preset.size,
            "epochs": self.epochs or preset.epochs,
            "seconds": None if self.time is None else float(parse_duration(self.time)),
            "batch": self.batch or preset.batch,
            "seed": self.seed + self.repetition,
            "device": self.device,
            "new_head": self.new_head,
            "settings": {**preset.settings, **more, **self.settings},
        }
