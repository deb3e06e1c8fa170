"""A Dataset picture by picture, for formats that write what is on each; and what these have no place for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError, OutputError
from loopviz.formats.align.frame_names import picture_names
from loopviz.geometry import polygons_to_mask, row_mask
from loopviz.notes import Note, note
from loopviz.schema import EDGES, POINT
from loopviz.work import HAS_AREA, IS_MODELS

Row = Mapping[str, Any]
HAS_MASK, HAS_OUTLINE = pl.col("mask_rle").is_not_null(), pl.col("polygons").is_not_null()
IS_TURNED = (pl.col("shape") == "rotated_box").fill_null(value=False)
SEVERAL = ~HAS_MASK & (pl.col("polygons").list.len() > 1).fill_null(value=False)
KINDS: Mapping[str, pl.Expr] = {
    "outlines": HAS_AREA & (HAS_MASK | HAS_OUTLINE),
    "masks": HAS_AREA & HAS_MASK,
    "outlines of several parts": HAS_AREA & SEVERAL,
    "which outlines are rotated boxes": IS_TURNED,
    "keypoints": HAS_AREA & pl.col("keypoints").is_not_null(),
    "which keypoints are of which object": HAS_AREA & pl.col("keypoints").is_not_null(),
    "keypoints' confidences": pl.col("keypoint_confidence").is_not_null(),
    "points and lines": ~HAS_AREA,
    "points and lines of several points": ~HAS_AREA & (pl.col("keypoints").list.len() > POINT),
    "track ids": pl.col("track_id").is_not_null(),
    "confidences": pl.col("confidence").is_not_null(),
    "which labels a model drew": IS_MODELS.fill_null(value=False),
    "which labels are of crowds": pl.col("is_crowd").fill_null(value=False),
}
PEOPLE = "people and their work"


class Picture(NamedTuple):
    """A picture and what is labelled on it.

    Attributes:
        frame: Its number, from 0.
        name: Its file's; of a video's frame as ``loopviz split`` calls it.
        width: In pixels; None: nobody knows.
        height: In pixels.
        labels: Rows of the annotations, each with its category's name as ``category``.
    """

    frame: int
    name: str
    width: int | None
    height: int | None
    labels: Sequence[Row]

    @property
    def size(self) -> tuple[int, int] | None:
        """Its width and height, None where one is not known."""
        return None if self.width is None or self.height is None else (self.width, self.height)


def pictures(dataset: Dataset, place: Path, *, sized: bool) -> Iterator[Picture]:
    """Yield all pictures of a Dataset, in their order.

    Args:
        dataset: The Dataset.
        place: What is written, for messages.
        sized: Whether the format needs their sizes.

    Raises:
        OutputError: If two have the same name, or one has no size and needs one.
    """
    names = picture_names(dataset)
    if len(set(names.values())) < len(names):
        raise OutputError("two frames have the same name", file=place, remedy="Rename one of them.")
    labels: dict[int, list[Row]] = {}
    named = dataset.annotations.join(
        dataset.categories.select("class_id", category="name"), on="class_id", how="left", maintain_order="left"
    )
    for row in named.iter_rows(named=True):
        labels.setdefault(row["frame"], []).append(row)
    for frame, width, height in dataset.frames.select("frame", "width", "height").iter_rows():
        if sized and None in (width, height):
            remedy = "Say how large the pictures are, or give their files."
            raise OutputError("a frame has no size", file=place, at=names[frame], remedy=remedy)
        yield Picture(frame, names[frame], width, height, labels.get(frame, []))


def has_tracks(dataset: Dataset) -> bool:
    """Say whether the labels are those of a video's tracks.

    They are where the frames are a video's, all of one size, and every label has a track, which is of one category and
    once on a frame.
    """
    frames, rows = dataset.frames, dataset.annotations
    own = pl.format("frame_{}", pl.col("frame").cast(pl.String).str.zfill(6))  # what readers of tracks call them
    if (
        not rows.height
        or rows["track_id"].null_count()
        or not frames.select((pl.col("file").fill_null(own) == own).all()).item()
    ):
        return False
    if frames.select("width", "height").n_unique() > 1 or rows["track_id"].min() < 0:  # type: ignore[operator]
        return False
    once = not rows.select("track_id", "frame").is_duplicated().any()
    return once and bool((rows.group_by("track_id").agg(pl.col("class_id").n_unique())["class_id"] == 1).all())


def by_track(every: Iterable[Picture]) -> dict[int, list[Row]]:
    """Return the labels of each track, in the order of their frames; the tracks by ascending ids."""
    rows: dict[int, list[Row]] = {}
    for picture in every:
        for row in picture.labels:
            rows.setdefault(row["track_id"], []).append(row)
    return dict(sorted(rows.items()))


def edges_of(row: Row) -> list[float]:
    """Return a label's box: ``x_min``, ``y_min``, ``x_max``, ``y_max``."""
    return [row[edge] for edge in EDGES]


def points_of(row: Row) -> list[tuple[float, float]]:
    """Return where the keypoints of a label are, those that are not labelled left out."""
    flat = row["keypoints"] or []
    return [(x, y) for x, y, seen in zip(flat[::3], flat[1::3], flat[2::3], strict=True) if seen != 0]


def outline_of(row: Row) -> list[float] | None:
    """Return the outline of a label that has a single one and no mask, flat ``x1 y1 x2 y2 …``; None of any other."""
    return row["polygons"][0] if row["mask_rle"] is None and len(row["polygons"] or ()) == 1 else None


def mask_of(row: Row, size: tuple[int, int]) -> npt.NDArray[np.bool_] | None:
    """Return the ``(height, width)`` mask of a label that has one, or an outline of several parts; None of any other.

    Raises:
        OutputError: If its mask does not fit the picture.
    """
    width, height = size
    if row["mask_rle"] is None:
        return polygons_to_mask(row["polygons"], height, width) if len(row["polygons"] or ()) > 1 else None
    try:
        return row_mask(row, height, width)
    except InputError as error:
        raise OutputError(error.problem, at=error.at, remedy=error.remedy) from error


def without_place(dataset: Dataset, title: str, kinds: Collection[str]) -> list[Note]:
    """Return what of a Dataset a format has no place for, with how much of it there is.

    Args:
        dataset: What is written.
        title: What messages call the format.
        kinds: Some of ``KINDS``, and ``PEOPLE``.
    """
    chosen = {what: KINDS[what].sum() for what in kinds if what != PEOPLE}
    counts = dataset.annotations.select(**chosen).row(0, named=True) if chosen else {}
    counts |= {PEOPLE: dataset.workers.height} if PEOPLE in kinds else {}
    return [note("no-place", format=title, what=what, count=count) for what, count in counts.items() if count]


def written_as_masks(dataset: Dataset) -> list[Note]:
    """Return how many outlines of several parts become masks."""
    count = dataset.annotations.filter(KINDS["outlines of several parts"]).height
    return [note("written-as-masks", count=count)] if count else []
