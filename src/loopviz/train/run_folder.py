"""The folder of a run: what was trained, on what, how it got on, and what came of it.

    recipe.json       what was asked for: options, job, set, versions, whose work; it says nothing of a person's id
    taught.parquet    the labels that taught: frame, box, category, part, picture, and of which work in the recipe
    set/              the training set, in YOLO's layout
    checkpoints/      last.pt (all that it needs to go on), best.pt and epoch-012.pt (weights)
    log.jsonl         a line for each thing that was told: begun, every epoch, remarks, how it ended
    model.onnx        the best weights, for loopviz predict
    features.parquet  the labels that taught, as the model sees them; only of a model that tells its features
    results.json      what it came to; with it the run is finished

Every file appears whole, the log's lines too. A run is worked on by one process at a time. ``scratch/`` is there while
it is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.atomic import new_file, writing
from loopviz.errors import InputError, OutputError, check_is_file
from loopviz.train.trainer import Epoch, Event, Step, TrainingJob

RECIPE, LOG, RESULTS, MODEL = "recipe.json", "log.jsonl", "results.json", "model.onnx"
TAUGHT, FEATURES = "taught.parquet", "features.parquet"
SET, CHECKPOINTS, SCRATCH = "set", "checkpoints", "scratch"
NAMES = (RECIPE, LOG, RESULTS, MODEL, TAUGHT, FEATURES, SET, CHECKPOINTS, SCRATCH)
_CHECKPOINT = re.compile(r"(last|best|epoch-\d+)\.pt")
ANEW = "Train it anew."
KIND, VERSION = "loopviz training run", 1


@dataclass(frozen=True)
class RunFolder:
    """A run on the disk.

    Attributes:
        path: Its folder.
        recipe: What ``recipe.json`` says.
    """

    path: Path
    recipe: Mapping[str, Any]

    @classmethod
    def open(cls, path: str | Path) -> RunFolder:
        """Return the run that a folder is.

        Raises:
            InputError: If it is none, or one of a later version.
        """
        place = Path(path)
        check_is_file(place / RECIPE, "the recipe of a run, as 'loopviz train' makes it")
        recipe = _read(place / RECIPE)
        if recipe.get("kind") != KIND:
            raise InputError("this is no run of loopviz", file=place / RECIPE)
        if recipe.get("version") != VERSION:
            what, found = "the run is of another version of loopviz", recipe.get("made_by")
            raise InputError(what, file=place / RECIPE, found=found, remedy="Use that version.")
        return cls(place, recipe)

    def held_out(self) -> set[int]:
        """Return the frames with labels that the training did not learn from, of those of its set.

        Raises:
            InputError: If it does not say.
        """
        try:
            taught = pl.read_parquet(self.path / TAUGHT, columns=["frame", "split"])
        except (OSError, pl.exceptions.PolarsError) as error:
            what, remedy = "the run does not say what it learned from", ANEW
            raise InputError(what, file=self.path / TAUGHT, remedy=remedy) from error
        return set(taught.filter(pl.col("split") != "train")["frame"])

    @property
    def job(self) -> TrainingJob:
        """What is to be done, wherever the folder lies now, and how long earlier pieces took.

        Raises:
            InputError: If the recipe does not say, or the training set is gone.
        """
        data = self.path.absolute() / SET / "data.yaml"
        check_is_file(data, "the run's training set")
        try:
            return TrainingJob(
                data=data,
                names=tuple(self.recipe["set"]["names"]),
                checkpoints=self.path.absolute() / CHECKPOINTS,
                scratch=self.path.absolute() / SCRATCH,
                flips=self.recipe["set"]["flips"],
                spent_seconds=sum(epoch.seconds for epoch in self.epochs()),
                **self.recipe["job"],
            )
        except (KeyError, TypeError) as error:
            what, remedy = "the recipe does not say all that a run needs", ANEW
            raise InputError(what, file=self.path / RECIPE, found=str(error), remedy=remedy) from error

    @property
    def begun(self) -> bool:
        """Whether there is a checkpoint to go on from."""
        return (self.path / CHECKPOINTS / "last.pt").is_file()

    @property
    def results(self) -> Mapping[str, Any] | None:
        """What it came to; None while it is not finished."""
        file = self.path / RESULTS
        return _read(file) if file.is_file() else None

    def log(self) -> list[dict[str, Any]]:
        """Return what was told so far; a line that a killed process has begun does not count."""
        file = self.path / LOG
        if not file.is_file():
            return []
        found = []
        for line in file.read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
        return [line for line in found if isinstance(line, dict)]

    def epochs(self) -> list[Epoch]:
        """Return the epochs that are done, in their order."""
        names = {field.name for field in dataclasses.fields(Epoch)}
        told = [line for line in self.log() if line.get("event") == "epoch" and names <= line.keys()]
        done = {line["epoch"]: Epoch(**{name: line[name] for name in names}) for line in told}
        return [done[number] for number in sorted(done)]

    def note(self, event: Event | Mapping[str, object]) -> dict[str, object] | None:
        """Append what was told to the log, and return the line; None of what is told too often for it."""
        if isinstance(event, Step):
            return None
        if isinstance(event, Epoch) and any(event.epoch == done.epoch for done in self.epochs()):
            return None
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        said = event if isinstance(event, Mapping) else _line(event)
        line: dict[str, object] = {**said, "at": at}
        with writing(self.path / LOG), (self.path / LOG).open("ab") as stream:
            stream.write(b"\n" * self._cut() + json.dumps(line).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        return line

    def _cut(self) -> bool:
        """Say whether the log ends within a line, which a killed process has begun."""
        with contextlib.suppress(OSError), (self.path / LOG).open("rb") as stream:
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) != b"\n"
        return False

    def finish(self, results: Mapping[str, object]) -> None:
        """Write what it came to: with that it is finished."""
        with new_file(self.path / RESULTS, replace=True) as part, writing(part):
            part.write_text(json.dumps(results, indent=2) + "\n", "utf-8")

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Work on it, and have nobody else do so meanwhile.

        Raises:
            OutputError: If somebody does.
        """
        with writing(self.path / LOG):
            handle = os.open(self.path / LOG, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                what, remedy = "another process works on this run", "Wait for it, or end it."
                raise OutputError(what, file=self.path, remedy=remedy) from None
            yield
        finally:
            os.close(handle)


def _read(file: Path) -> dict[str, Any]:
    """Return what one of the run's files says.

    Raises:
        InputError: If it cannot be read, or says something else.
    """
    try:
        said = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("this cannot be read", file=file, found=str(error), expected="JSON", remedy=ANEW) from error
    if not isinstance(said, dict):
        raise InputError("this says nothing of a run", file=file, expected="a mapping", remedy=ANEW)
    return said


def is_run(path: str | Path) -> bool:
    """Say whether a folder holds a run's recipe."""
    return os.path.isfile(Path(path) / RECIPE)  # noqa: PTH113 - of a name that cannot be it says no


def foreign(path: Path) -> str | None:
    """Return the first thing in a run's folder, or among its checkpoints, that no run has there; its set aside."""
    others = [file.name for file in path.iterdir() if file.name not in NAMES]
    checkpoints = path / CHECKPOINTS
    if checkpoints.is_dir():
        names = (file.name for file in checkpoints.iterdir())
        others += [f"{CHECKPOINTS}/{name}" for name in names if not _CHECKPOINT.fullmatch(name)]
    return min(others, default=None)


def _line(event: Event) -> dict[str, object]:
    return {"event": type(event).__name__.lower(), **dataclasses.asdict(event)}
