"""What a run says of itself: its recipe, and the labels that teach, with whose they are by numbers of ours."""

from __future__ import annotations

import contextlib
import platform
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import polars as pl

import loopviz
from loopviz.dataset import Dataset
from loopviz.schema import EDGES
from loopviz.train import run_folder
from loopviz.train.job_options import TrainingOptions
from loopviz.train.options import TrainingSetOptions
from loopviz.train.training_set import TrainingSet

PACKAGES = ("numpy", "onnx", "onnxruntime", "torch", "torchvision", "ultralytics-opencv-headless")


def set_options(options: TrainingOptions) -> TrainingSetOptions:
    """Return what of the options says how the set is made."""
    fields = TrainingSetOptions.model_fields
    return TrainingSetOptions(**{name: value for name, value in options.model_dump().items() if name in fields})


def work_behind(dataset: Dataset, made: TrainingSet) -> pl.DataFrame:
    """Return the work behind the set, by numbers of ours: ``number``, ``worker``, ``weight``, ``why``, ``labels``."""
    labels = made.objects.explode("assignment_ids").group_by(assignment_id="assignment_ids").agg(labels=pl.len())
    numbered = dataset.work().select("assignment_id", worker="alias").with_row_index("number", 1)
    weighed = numbered.join(made.weights, on="assignment_id", maintain_order="left")
    return weighed.join(labels, on="assignment_id", how="left", maintain_order="left").with_columns(
        pl.col("labels").fill_null(0)
    )


def labels_that_teach(made: TrainingSet, work: pl.DataFrame, frames: pl.DataFrame) -> pl.DataFrame:
    """Return the labels that teach, each with its picture, and the numbers of the work that it was learned from."""
    numbers = dict(work.select("assignment_id", "number").iter_rows())
    taught = [[numbers[each] for each in ids if each in numbers] for ids in made.objects["assignment_ids"]]
    shapes = ("frame", "split", "class_id", *EDGES, "polygons", "weight")
    labels = made.objects.select(shapes).with_columns(work=pl.Series(taught, dtype=pl.List(pl.UInt32)))
    pictures = made.images.select("frame", "file").join(frames.select("frame", "width", "height"), on="frame")
    return labels.join(pictures, on="frame", how="left", maintain_order="left")


def recipe_of(options: TrainingOptions, made: TrainingSet, work: pl.DataFrame) -> dict[str, Any]:
    """Return what was asked for, on what: options, job, set, versions, whose work; without anybody's id."""
    images = dict(made.images["split"].cast(pl.String).value_counts().iter_rows())
    return {
        "kind": run_folder.KIND,
        "version": run_folder.VERSION,
        "made_by": f"loopviz {loopviz.__version__}",
        "made_at": now(),
        "trainer": options.trainer,
        "preset": options.preset,
        "options": asked(options),
        "job": options.job(outlined=made.outlined),
        "set": {
            "digest": made.digest,
            "names": list(made.names),
            "flips": made.flips,
            "outlined": made.outlined,
            "images": images,
            "labels": made.objects.height,
            "options": set_options(options).model_dump(mode="json"),
        },
        "versions": {"python": platform.python_version(), **_versions()},
        "work": work.drop("assignment_id").to_dicts(),
    }


def asked(options: TrainingOptions) -> dict[str, Any]:
    """Return the options that were given, as a recipe has them."""
    return options.model_dump(mode="json", exclude_unset=True)


def now() -> str:
    """Return the time, as a recipe has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found
