"""What taught a run, as its own model sees it: written at the run's end, read where it is held against detections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from loopviz.atomic import new_file, writing
from loopviz.errors import ConfigError, InputError
from loopviz.predict.features import pooled
from loopviz.predict.letterbox import Rgb
from loopviz.predict.model import Detector
from loopviz.predict.similar import TaughtObjects
from loopviz.schema import EDGES
from loopviz.train.run_folder import FEATURES, MODEL, SET, TAUGHT, RunFolder, is_run

MADE_BY = "model"  # in the file's metadata: the hash of the model whose features they are
AGAIN = "Train the run anew to have them."


def write_features(run: RunFolder) -> bool:
    """Write the features of the labels that taught a run, whole or not at all; memory holds one picture.

    ``features.parquet`` has a row for each label of the part ``train``: ``frame``, ``class_id``, the box's edges,
    ``workers`` (as the run may call them) and ``vector``, float16; see ``loopviz.predict.features``.

    Returns:
        Whether the model tells its features; if not, nothing is written.

    Raises:
        InputError: If the model or a picture cannot be read.
        MissingPartError: If ONNX Runtime is not installed.
        OutputError: If it cannot be written.
    """
    detector = Detector(run.path / MODEL)
    if not detector.levels:
        return False
    taught = pl.read_parquet(run.path / TAUGHT).filter(pl.col("split") == "train")
    parts = [_vectors(detector, _picture(run.path / SET / file), rows) for file, rows in _by_picture(taught)]
    vectors = np.concatenate([np.zeros((0, parts[0].shape[1] if parts else 0)), *parts]).astype(np.float16)
    columns = taught.select("frame", "class_id", *EDGES).with_columns(
        workers=pl.Series(_workers(run, taught), dtype=pl.List(pl.String)), vector=pl.Series(vectors)
    )
    target = run.path / FEATURES
    with new_file(target, replace=True) as part, writing(target):
        columns.write_parquet(part, metadata={MADE_BY: detector.sha256})
    return True


def read_taught(run: Path, detector: Detector) -> TaughtObjects:
    """Return what taught a run.

    Args:
        run: Its folder.
        detector: Its model.

    Raises:
        ConfigError: If it is no run, but a model of elsewhere.
        InputError: If it has no features, or those of another model, or they cannot be read.
    """
    _check_tells(run, detector)
    file = run / FEATURES
    if not file.is_file():
        raise InputError("the run has no features of its labels", file=run, expected=FEATURES, remedy=AGAIN)
    try:
        made_by = pl.read_parquet_metadata(file).get(MADE_BY)
        taught = _objects(pl.read_parquet(file))
    except (pl.exceptions.PolarsError, OSError, TypeError) as error:
        raise InputError(f"the features cannot be read: {error}", file=file, remedy=AGAIN) from error
    if made_by != detector.sha256:
        remedy = f"Put the run's own {MODEL} back, or train it anew."
        raise InputError("these features are of another model than the run's", file=file, remedy=remedy)
    return taught


def _check_tells(run: Path, detector: Detector) -> None:
    """Refuse a model of elsewhere, and one that does not tell its features."""
    if not is_run(run):
        what, expected = "only a run of loopviz train knows which labels taught it", "a run's folder, as runs/mouse"
        raise ConfigError(what, at="--taught-by", found=str(run), expected=expected, remedy="Leave --taught-by out.")
    if not detector.levels:
        expected = "outputs called features0, features1, …"
        problem = "the run's model does not tell the features that it sees by"
        raise InputError(problem, file=detector.path, expected=expected, remedy=AGAIN)


def _objects(rows: pl.DataFrame) -> TaughtObjects:
    return TaughtObjects(
        rows["frame"].to_numpy(),
        rows["class_id"].to_numpy(),
        [tuple(each) for each in rows["workers"].to_list()],
        rows["vector"].to_numpy(),
    )


def _by_picture(taught: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield each picture's file and its labels, in the table's order: it is sorted by frame."""
    for (file,), rows in taught.group_by("file", maintain_order=True):
        yield str(file), rows


def _picture(file: Path) -> Rgb:
    try:
        with Image.open(file) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(f"a picture of the training set cannot be read: {error}", file=file) from error


def _vectors(detector: Detector, picture: Rgb, rows: pl.DataFrame) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    high, wide, _ = picture.shape
    fit = detector.fit((wide, high))
    ((_, levels),) = detector.see([fit.apply(picture)], 1.0, features=True)
    own = np.divide((wide, high), rows.select("width", "height").row(0))  # a label's pixels are those of its frame
    boxes = rows.select(EDGES).to_numpy() * np.tile(own, 2)
    return pooled(levels, fit.into(np.clip(boxes, 0, [wide, high] * 2)), fit.input)


def _workers(run: RunFolder, taught: pl.DataFrame) -> list[list[str]]:
    """Return who drew each label, each person once, by the names that the recipe has: nobody who may not be named."""
    names = {each["number"]: each["worker"] for each in run.recipe["work"] if each["worker"] is not None}
    return [list(dict.fromkeys(names[work] for work in each if work in names)) for each in taught["work"]]
