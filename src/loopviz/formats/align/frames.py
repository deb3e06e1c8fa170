"""Giving a label set the frames of a source: every later step knows one frame number, the source's decode index."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.fitting import move_annotations
from loopviz.formats.align.matching import Match, about_extra, match_frames, match_numbered, of_source
from loopviz.formats.types import LabelSet, Report
from loopviz.pseudonyms import SOMEBODY
from loopviz.wording import listed

HOW = ("auto", "name", "number", "order")
OTHER_SIZE = "Give the source they were made on."
RESCALE = "Give the source they were made on, or map the coordinates: --rescale (align.rescale)."
NAMED = 3  # how many unknown images a message names


def align(
    labels: LabelSet,
    frames: pl.DataFrame,
    *,
    how: Literal["auto", "name", "number", "order"] = "auto",
    first_number: int | None = None,
    rescale: bool = False,
    drop_extra: bool = False,
) -> LabelSet:
    """Map a label set to the frames of a source.

    Args:
        labels: The label set.
        frames: The source's ``frames`` table; the result's is this one.
        how: By file name, by the number in the file name, by order, or by the first of name and number that fits;
            frames without names, as a Dataset of a video has, have the numbers of the source.
        first_number: The number that file names give the source's first frame; found from the data if it can be.
        rescale: Map coordinates and masks of frames that were labelled at another size.
        drop_extra: Leave out what belongs to no frame of the source, and report it.

    Raises:
        ConfigError: If ``how`` is none of the four.
        InputError: If the label set does not fit: unknown images, more frames, another size, two images for one frame,
            or nothing that says which frame is which; or its labels are fractions of pictures of unknown size.
    """
    if how not in HOW:
        raise ConfigError("there is no such way to map frames", found=how, expected=", ".join(HOW))
    if labels.normalised:
        remedy = "Read them with the size of their frames (frame_size)."
        raise InputError("the labels are fractions of pictures of unknown size", file=labels.path, remedy=remedy)
    report = Report()
    dataset = labels.dataset
    if how == "auto" and first_number is None and _are_of_source(dataset.frames, frames):
        kept = dataset.frames.select("file", "split")  # a name without somebody who refused stays so
        return labels.with_dataset(dataset.replace(frames=frames.with_columns(kept)))
    source = dict(frames.select("frame", "file").iter_rows())
    names = dataset.frames["file"].to_list()
    if how == "auto" and dataset.frames.height and all(name is None for name in names):
        match = match_numbered(dataset.frames, frames, labels.path)
    else:
        match = match_frames(how, dataset, source, first_number, report, labels.path)
    missing = [i for i, frame in enumerate(match) if frame is None]
    own = of_source(dataset, source) if missing else []
    extra = [names[i] or f"frame {i}" for i in missing if not own[i]]
    if extra and not drop_extra:
        what = f"{len(extra)} of {len(names)} labelled frames are not in the source, which has {len(source)}"
        remedy = about_extra(dataset, source, match, first_number)
        raise InputError(what, file=labels.path, found=listed(extra, NAMED), remedy=remedy)
    if extra:
        report.warn("dropped-frames", labels.path, count=len(extra), names=extra)
    mapping = _mapping(dataset, frames, match)
    _refuse_doubles(mapping, dataset, labels.path)
    annotations = _rescaled(dataset.annotations, mapping, rescale, labels.path, report)
    moved = mapping.select("frame", "target")
    return labels.with_dataset(
        dataset.replace(assignments=dataset.assignments.clear(), annotations=dataset.annotations.clear())
        .replace(frames=_with_parts(frames, dataset.frames, moved))
        .replace(assignments=_assignments(dataset, moved))
        .replace(annotations=annotations),
        report.problems(),
    )


def _are_of_source(own: pl.DataFrame, frames: pl.DataFrame) -> bool:
    """Say whether frames are a source's already, to their times and sizes: a dataset was saved with them."""
    facts = ("frame", "pts_seconds", "width", "height")
    same = own["pts_seconds"].null_count() == 0 and own.select(facts).equals(frames.select(facts))
    return same and all(map(_is_named, own["file"], frames["file"]))


def _is_named(name: str | None, file: str | None) -> bool:
    """Say whether a name is a file's, or that without somebody's id."""
    if name == file or name is None or file is None:
        return name == file
    return SOMEBODY in name and re.fullmatch(".+".join(map(re.escape, name.split(SOMEBODY))), file) is not None


def _mapping(dataset: Dataset, frames: pl.DataFrame, match: Match) -> pl.DataFrame:
    """Return, for every label frame that is kept, its target in the source and the sizes of both."""
    target = pl.Series("target", match, dtype=pl.Int64)
    sizes = frames.select(target="frame", new_width="width", new_height="height")
    kept = dataset.frames.select("frame", "file", "width", "height").with_columns(target).drop_nulls("target")
    return kept.join(sizes, on="target", how="left", maintain_order="left")


def _with_parts(frames: pl.DataFrame, own: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """Return the source's frames with the parts of a training set that the label frames belong to."""
    parts = own.select("frame", "split").drop_nulls().join(moved, on="frame").select("split", frame="target")
    known = frames.drop("split").join(parts.unique("frame"), on="frame", how="left", maintain_order="left")
    return known.select(frames.columns)


def _refuse_doubles(mapping: pl.DataFrame, dataset: Dataset, path: Path) -> None:
    """Refuse two images for one frame, unless they are the same image or the work of different workers."""
    work = dataset.assignments.select("frame", "worker_id").drop_nulls().unique("frame")
    doubles = mapping.filter(pl.col("target").is_duplicated()).join(work, on="frame", how="left", maintain_order="left")
    if not doubles.height:
        return
    label = pl.coalesce("worker_id", "file", pl.col("frame").cast(pl.String))
    for (target,), group in doubles.group_by(["target"], maintain_order=True):
        same = group["file"].n_unique() == 1 and group["file"].null_count() == 0
        if not same and group.select((label.is_duplicated() | pl.col("worker_id").is_null()).any()).item():
            found = ", ".join(str(name) for name in group["file"].to_list()[:NAMED])
            raise InputError(
                "two labelled images are one frame of the source", file=path, at=f"frame {target}", found=found
            )


def _assignments(dataset: Dataset, moved: pl.DataFrame) -> pl.DataFrame:
    """Return the assignments with the source's frames; those without a frame stay, those of dropped frames go."""
    work = dataset.assignments.join(moved, on="frame", how="left", maintain_order="left")
    kept = work.filter(pl.col("frame").is_null() | pl.col("target").is_not_null())
    return kept.with_columns(frame="target").drop("target")


def _rescaled(
    annotations: pl.DataFrame, mapping: pl.DataFrame, allowed: bool, path: Path, report: Report
) -> pl.DataFrame:
    other = mapping.filter((pl.col("width") != pl.col("new_width")) | (pl.col("height") != pl.col("new_height")))
    if other.height:
        row = other.row(0, named=True)
        found = f"{row['width']}x{row['height']}"
        if not allowed:
            expected = f"{row['new_width']}x{row['new_height']}, the source's size"
            remedy = RESCALE if other.select(_same_proportions().all()).item() else OTHER_SIZE
            at = row["file"] or f"frame {row['frame']}"
            raise InputError(
                "the labels were made at another size", file=path, at=at, found=found, expected=expected, remedy=remedy
            )
        report.warn("rescaled", path, count=other.height, size=found)
        annotations = move_annotations(annotations, _moves(other))
    moved = annotations.join(mapping.select("frame", "target"), on="frame", how="inner", maintain_order="left")
    return moved.with_columns(frame="target").sort("frame", maintain_order=True).select(annotations.columns)


def _moves(other: pl.DataFrame) -> pl.DataFrame:
    """Return what brings labels to the size of their frames in the source; see ``move_annotations``."""
    sizes = other.select("frame", "width", "height", "new_width", "new_height")
    return sizes.with_columns(left=0, top=0, canvas_width="new_width", canvas_height="new_height")


def _same_proportions() -> pl.Expr:
    """Say whether ``width``, ``height`` and ``new_width``, ``new_height`` differ in scale alone, to a pixel.

    Else the picture was cut, or fitted between bars: scaling the labels would put them beside what they mark.
    """
    across, up = pl.col("width") * pl.col("new_height"), pl.col("height") * pl.col("new_width")
    return (across - up).abs() <= pl.max_horizontal("width", "height", "new_width", "new_height")
