"""What runs and predictions keep of a person whose labels taught a model, and its end when the person is forgotten.

Of a run: the work that its recipe lists, the labels that taught it, their features, and the pictures of its set that
they are on. Of a prediction: whose labels its detections resemble. What the weights have learned cannot be taken out
of them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from loopviz.atomic import new_file, writing
from loopviz.errors import InputError, check_exists
from loopviz.outputs import renote
from loopviz.predict.record import RECORD
from loopviz.predict.similar import SIMILAR_TABLE, WORKERS_TABLE, counted_workers
from loopviz.project.config_file import load_config
from loopviz.train.run_folder import FEATURES, RECIPE, SET, TAUGHT, RunFolder, is_run
from loopviz.train.training_set import LIST


@dataclass(frozen=True)
class Learned:
    """A run or a prediction, looked through.

    Attributes:
        path: Its folder.
        is_run: Whether it is a run.
        labels: How many labels of the person were in it, or detections that resembled one.
    """

    path: Path
    is_run: bool
    labels: int

    @property
    def line(self) -> str:
        """What is said of it."""
        if not self.labels:
            return f"Not named in {self.path}: where its names were made with another secret, pass --salt-file."
        if self.is_run:
            return f"Taken out of {self.path}: {self.labels} labels. Its weights have learned from them: train it anew."
        return f"Taken out of {self.path}: {self.labels} detections resembled the person's labels."


def places_of(given: Iterable[Path]) -> list[Path]:
    """Return the folders of runs and predictions that are meant: a project stands for those that it names.

    Raises:
        InputError: If one is none of them.
        ConfigError: If a project file says something impossible.
    """
    found: dict[Path, None] = {}
    for path in given:
        check_exists(path)
        if path.is_file():
            model = load_config(path).model
            found |= dict.fromkeys(each for each in (model.run, model.labels) if each and _is_known(each))
        elif _is_known(path):
            found[path] = None
        else:
            expected = "a run's folder, what loopviz predict wrote, or a project file that names them"
            raise InputError("this is no run and no prediction", file=path, expected=expected)
    return list(found)


def _is_known(path: Path) -> bool:
    return is_run(path) or (path / RECORD).is_file()


def forget_learned(place: Path, names: Collection[str]) -> Learned:
    """Take a person out of a run or a prediction.

    Every file is changed whole; where one cannot be, it can be done again.

    Args:
        place: From ``places_of``.
        names: What the person is called: the platform's id, the alias.

    Raises:
        InputError: If something in it cannot be read.
        OutputError: If something cannot be written.
    """
    labels = _out_of_run(RunFolder.open(place), names) if is_run(place) else _out_of_prediction(place, names)
    return Learned(place, is_run(place), labels)


def _out_of_run(run: RunFolder, names: Collection[str]) -> int:
    """The recipe comes last: until then it says which labels are the person's."""
    work = run.recipe.get("work", [])
    theirs = [each["number"] for each in work if each.get("worker") in names]
    if (run.path / FEATURES).is_file():
        _write(run.path / FEATURES, _without(_read(run.path / FEATURES), "workers", names))
    count = 0
    if theirs and (run.path / TAUGHT).is_file():
        taught = _read(run.path / TAUGHT)
        touched = taught.filter(pl.col("work").list.set_intersection(theirs).list.len() > 0)
        count = touched.height
        _remove_pictures(run.path / SET, touched["file"].unique().to_list())
        _write(run.path / TAUGHT, _without(taught, "work", theirs))
    if theirs:
        rest = {**run.recipe, "work": [each for each in work if each["number"] not in theirs]}
        with new_file(run.path / RECIPE, replace=True) as part, writing(run.path / RECIPE):
            part.write_text(json.dumps(rest, indent=2) + "\n", "utf-8")
    return count


def _out_of_prediction(folder: Path, names: Collection[str]) -> int:
    """Whom a detection resembles is nobody then, and which label is no more said."""
    file = folder / SIMILAR_TABLE
    if not file.is_file():
        return 0
    similar = _read(file)
    others = pl.col("workers").list.set_difference(list(names))
    named = others.list.len() < pl.col("workers").list.len()
    alone = named & (others.list.len() == 0)
    count = similar.filter(named)["annotation_id"].n_unique()
    if count:
        rest = similar.with_columns(
            workers=pl.when(named).then(others).otherwise("workers"),
            training_frame=pl.when(alone).then(None).otherwise("training_frame"),
        )
        _write(file, rest)
        _write(folder / WORKERS_TABLE, counted_workers(rest))
        renote(folder, SIMILAR_TABLE, WORKERS_TABLE)
    return count


def _without(table: pl.DataFrame, column: str, theirs: Collection[object]) -> pl.DataFrame:
    """Return a table of labels without those of one person alone; others are not that person's any more."""
    others = pl.col(column).list.set_difference(pl.lit(list(theirs), table.schema[column]))
    touched = others.list.len() < pl.col(column).list.n_unique()
    kept = table.filter(~(touched & (others.list.len() == 0)))
    return kept.with_columns(pl.when(touched).then(others).otherwise(column).alias(column))


def _remove_pictures(data: Path, pictures: Iterable[str]) -> None:
    """Remove pictures of a set, and their labels."""
    gone = set(pictures)
    with writing(data):
        for name in sorted(gone):
            label = name.replace("images/", "labels/", 1)
            for file in (data / name, (data / label).with_suffix(".txt")):
                file.unlink(missing_ok=True)
        if (data / LIST).is_file():
            kept = [line for line in _lines(data / LIST) if line.removeprefix("./") not in gone]
            with new_file(data / LIST, replace=True) as part:
                part.write_text("".join(f"{line}\n" for line in kept), "utf-8")


def _lines(file: Path) -> Iterator[str]:
    yield from file.read_text("utf-8").splitlines()


def _read(file: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError) as error:
        remedy = "Remove the folder: nobody can be taken out of it."
        raise InputError(f"the table cannot be read: {error}", file=file, remedy=remedy) from error


def _write(file: Path, table: pl.DataFrame) -> None:
    """Write a table in the place of one, with what that says of itself."""
    told = pl.read_parquet_metadata(file) if file.is_file() else {}
    own = {name: value for name, value in told.items() if not name.startswith("ARROW")}
    with new_file(file, replace=True) as part, writing(file):
        table.write_parquet(part, metadata=own)
