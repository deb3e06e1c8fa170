"""What a training set will hold: which frames, in which part, with whose labels, and how often each is listed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl

from loopviz.consent import consented
from loopviz.dataset import Dataset
from loopviz.media import Source
from loopviz.notes import Note, note, warning
from loopviz.pseudonyms import SOMEBODY, mentioned, pseudonymise
from loopviz.train.lesson import frames_of_several, lesson
from loopviz.train.options import TrainingSetOptions
from loopviz.train.set_checks import check_set, cut_to_pictures
from loopviz.train.split import with_split
from loopviz.train.whose_work import weights
from loopviz.work import HAS_AREA


@dataclass(frozen=True, eq=False)
class SetPlan:
    """What is to be written: all that is known before a picture is read.

    Attributes:
        dataset: The frames with their parts, the work on them, and categories that name nobody.
        images: ``frame``, ``split``, ``weight``, ``objects`` and how often it is ``listed``, ascending by frame.
        objects: The labels that teach: columns as ``loopviz.train.lesson.OBJECTS``, and ``split``.
        weights: See ``loopviz.train.whose_work``.
        notes: What a person should know.
    """

    dataset: Dataset
    images: pl.DataFrame
    objects: pl.DataFrame
    weights: pl.DataFrame
    notes: tuple[Note, ...]


def plan_set(
    dataset: Dataset,
    source: Source,
    options: TrainingSetOptions,
    evidence: pl.DataFrame | None = None,
    left_out: Collection[str] = (),
) -> SetPlan:
    """Return what a training set of a Dataset and its pictures will hold; see ``build_training_set``."""
    agreed = without_names(consented(dataset))
    weighed = weights(agreed, options.whose, evidence, left_out)
    split, said = with_split(agreed, options, dict(weighed.select("assignment_id", "weight").iter_rows()))
    taught = lesson(split, weighed.join(split.assignments, on="assignment_id", how="semi"), options.whose)
    objects, outside = cut_to_pictures(taught.objects, split.frames)
    parts = split.frames.select("frame", "split").drop_nulls()
    wanted = {**dict.fromkeys(_background(split, weighed, options), 1.0), **taught.frames}
    lost = [frame for frame in wanted if frame in set(source.damaged)]
    images = parts.filter(pl.col("frame").is_in([frame for frame in wanted if frame not in lost])).sort("frame")
    objects = objects.join(images, on="frame", maintain_order="left")
    counts = objects.group_by("frame").agg(objects=pl.len().cast(pl.Int64))
    weight = pl.Series("weight", [wanted[frame] for frame in images["frame"]], dtype=pl.Float64)
    images = images.with_columns(weight).join(counts, on="frame", how="left", maintain_order="left")
    images = images.with_columns(pl.col("objects").fill_null(0), listed=_listed(images, options.listed))
    silent = split.frames.height - len(wanted) - taught.incomplete
    notes = [
        *said,
        *_left_out(weighed),
        *([note("frames-incomplete", count=taught.incomplete)] if taught.incomplete else []),
        *(_several(objects) if options.whose in ("all", "accepted") else []),
        *([note("unlabelled-left-out", count=silent)] if silent > 0 else []),
        *([warning("frames-damaged", count=len(lost))] if lost else []),
        *_points(split),
        *outside,
        *check_set(split, objects, images),
    ]
    return SetPlan(split, images, objects, weighed, tuple(notes))


def without_names(dataset: Dataset) -> Dataset:
    """Return a Dataset whose categories name nobody."""
    nobody = dict.fromkeys(mentioned(dataset), SOMEBODY)
    return dataset.replace(categories=pseudonymise(dataset, nobody)[0].categories)


def _background(dataset: Dataset, weighed: pl.DataFrame, options: TrainingSetOptions) -> list[int]:
    """Return the frames without any label that teach that nothing is there."""
    if options.background == "none":
        return []
    teaching = set(weighed.filter(pl.col("weight") > 0)["assignment_id"])
    work = dataset.assignments.drop_nulls("frame").select(
        "frame", teaches=pl.col("assignment_id").is_in(list(teaching))
    )
    looked = work.group_by("frame").agg(pl.col("teaches").any())
    seen = set(looked.filter("teaches")["frame"])
    doubtful = set(looked["frame"]) - seen  # whoever worked on it does not count, or was not read
    labelled = set(dataset.annotations["frame"])
    frames = seen if options.background == "worked" else set(dataset.frames["frame"]) - doubtful
    return sorted(frames - labelled)


def _listed(images: pl.DataFrame, most: int) -> pl.Series:
    """Return how often each image is listed: of those that train in proportion to their weights, as small as can be."""
    often = np.maximum(1, np.rint(images["weight"].to_numpy() * most)).astype(np.int64)
    trains = (images["split"] == "train").to_numpy()
    common = int(np.gcd.reduce(often[trains])) or 1
    return pl.Series("listed", np.where(trains, often // common, 1), dtype=pl.Int64)


def _left_out(weighed: pl.DataFrame) -> list[Note]:
    lost = weighed.filter(pl.col("weight") == 0)["why"].value_counts(sort=True)
    return [note("work-left-out", assignments=weighed.height, whys=dict(lost.iter_rows()))] if lost.height else []


def _points(dataset: Dataset) -> list[Note]:
    bare = dataset.annotations.filter(~HAS_AREA).height
    posed = dataset.annotations.filter(HAS_AREA, pl.col("keypoints").is_not_null()).height
    lost = (("without-area", bare), ("keypoints-untaught", posed))
    return [note(code, count=count) for code, count in lost if count]


def _several(objects: pl.DataFrame) -> list[Note]:
    frames = frames_of_several(objects)
    return [note("several-teach", frames=frames)] if frames else []
