"""The labels of a Dataset as columns of numbers that a browser takes as they are, in files of some thousand rows.

A page that lies on a disk may load scripts beside it, but may not ask for files of other kinds (Chromium refuses
``fetch`` from ``file://``): so each file is a script of one call, whose argument holds little-endian columns in base64.
Parquet would be smaller by a third, and would need a library to be read, and a server to be asked for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.crowd.quality.agreement import agreements
from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.review.packed import Columns, in_base64
from loopviz.review.placing import BOX, fitted
from loopviz.review.shapes import FORM
from loopviz.schema import EDGES, ORIGINS

NONE = 0xFFFFFFFF  # no work, nobody, no batch
EXACT = 2**53  # beyond, two labels may have one number in JavaScript
FRAMES, SIDE = 10_000_000, 100_000  # most frames that the page holds; pixels of a picture's side
CHUNK = 50_000  # labels of a file: some two megabytes
ORIGIN_CODES = {name: code for code, name in enumerate(ORIGINS, 1)}
STATUS_CODES = {"submitted": 1, "approved": 2, "rejected": 3}  # 0: not known
_PICTURE = r"/\d+$"  # what tells the pictures of one task apart


@dataclass(frozen=True)
class Chunk:
    """A file of labels: its first row, how many there are, and the frame that it begins with."""

    first: int
    rows: int
    frame: int


def revision(dataset: Dataset) -> str:
    """Return a hash, as hex, of what decisions are about: the labels, by number, frame, category and place.

    Nobody's id is in it, so that it can stand in a page.
    """
    digest = hashlib.sha256(json.dumps(dataset.categories["name"].to_list()).encode())
    rows = dataset.annotations.sort("annotation_id")
    for name in ("annotation_id", "frame", "class_id", *EDGES):
        digest.update(np.ascontiguousarray(rows[name].to_numpy()).tobytes())
    digest.update("\n".join(rows["mask_rle"].fill_null("")).encode())
    outlined = rows.drop_nulls("polygons")
    rings = outlined["polygons"].explode()
    for numbers in (outlined["annotation_id"], outlined["polygons"].list.len(), rings.list.len(), rings.explode()):
        digest.update(numbers.drop_nulls().to_numpy().tobytes())
    points = rows.drop_nulls("keypoints")
    for row in points.select("annotation_id", "shape", "keypoints").iter_rows():
        digest.update(repr(row).encode())
    return digest.hexdigest()


def check_numbers(dataset: Dataset, file: Path) -> None:
    """Refuse numbers that the page cannot hold, or could take for another's.

    Args:
        dataset: The Dataset.
        file: Where it is, for errors.

    Raises:
        InputError: If there are such.
    """
    frames = dataset.frames
    limits = (
        ("the page cannot hold a frame of this number", frames["frame"], 0, FRAMES - 1),
        ("a frame is of an impossible width", frames["width"], 1, SIDE),
        ("a frame is of an impossible height", frames["height"], 1, SIDE),
        ("the page cannot tell labels of such numbers apart", dataset.annotations["annotation_id"], -EXACT, EXACT),
    )
    for what, numbers, least, most in limits:
        wrong = numbers.filter(~numbers.is_between(least, most))
        if len(wrong):
            raise InputError(
                what, file=file, found=wrong[0], expected=f"{least} to {most}", remedy="Correct the labels."
            )


def label_columns(dataset: Dataset, picture: tuple[int, int], suspects: pl.DataFrame) -> Columns:
    """Return the labels in the order of their frames.

    Args:
        dataset: The Dataset; frames are numbered by their place in the picture's source.
        picture: Width and height of the shown picture: labels of frames of other sizes are fitted into it, as they are.
        suspects: ``annotation_id`` and ``score`` of labels worth a look.

    Returns:
        ``id``, ``frame``, ``category``, ``work`` (row of ``work_columns``, or ``NONE``), ``x``, ``y``, ``w``, ``h`` in
        pixels of the picture, ``confidence`` and ``suspect`` (NaN: none), ``form`` (see ``shapes.FORM``) and ``origin``
        (its place in ``ORIGINS``, from 1 on; 0: not known).
    """
    place = dataset.assignments.select("assignment_id", work=pl.int_range(pl.len(), dtype=pl.UInt32))
    rows = dataset.annotations.sort("frame", "annotation_id").join(
        place, on="assignment_id", how="left", maintain_order="left"
    )
    score = suspects.select("annotation_id", suspect="score").drop_nulls()
    rows = rows.join(score, on="annotation_id", how="left", maintain_order="left")
    rows = rows.join(fitted(dataset.frames, picture), on="frame", how="left", maintain_order="left")
    sure = {name: pl.col(name).fill_null(float("nan")) for name in ("confidence", "suspect")}
    kinds = {**BOX, **sure}
    numbers = {"frame": pl.col("frame"), "category": pl.col("class_id"), "work": pl.col("work").fill_null(NONE)}
    table = rows.select(
        pl.col("annotation_id").cast(pl.Float64).alias("id"),  # exact to 2^53, as JavaScript counts
        *(each.cast(pl.UInt32).alias(name) for name, each in numbers.items()),
        *(each.cast(pl.Float32).alias(name) for name, each in kinds.items()),
        form=FORM,
        origin=pl.col("origin").cast(pl.String).replace_strict(ORIGIN_CODES, default=0, return_dtype=pl.UInt8),
    )
    return {name: table[name].to_numpy() for name in table.columns}


def work_columns(dataset: Dataset, people: Mapping[str, int]) -> tuple[Columns, int]:
    """Return the work, in the order of the assignments, and how many batches there are.

    Args:
        dataset: The Dataset.
        people: The number of each person who may be named, by id.

    Returns:
        ``person``, ``batch``, ``task`` (numbers: one task may have several pictures), ``status`` (see
        ``STATUS_CODES``), ``counts`` (1: yes, 2: no, 0: nobody decided), ``seconds``, ``usd`` and ``agreement`` with
        others (NaN: not known).
    """
    work, agreed = dataset.assignments, agreements(dataset)
    batches = {name: number for number, name in enumerate(work["batch"].drop_nulls().unique(maintain_order=True))}
    task = pl.struct(pl.col("assignment_id").str.replace(_PICTURE, ""), "worker_id").rank("dense") - 1
    table = work.select(
        person=pl.col("worker_id").replace_strict(people, default=NONE, return_dtype=pl.UInt32),
        batch=pl.col("batch").replace_strict(batches, default=NONE, return_dtype=pl.UInt32),
        task=task.cast(pl.UInt32),
        status=pl.col("status").cast(pl.String).replace_strict(STATUS_CODES, default=0, return_dtype=pl.UInt8),
        counts=pl.when("accepted").then(1).when(~pl.col("accepted")).then(2).otherwise(0).cast(pl.UInt8),
        seconds=pl.col("work_seconds").fill_null(float("nan")).cast(pl.Float32),
        usd=pl.col("reward_usd").fill_null(float("nan")).cast(pl.Float32),
        agreement=pl.Series([agreed.get(each, float("nan")) for each in work["assignment_id"]], dtype=pl.Float32),
    )
    return {name: table[name].to_numpy() for name in table.columns}, len(batches)


def chunks(frames: npt.NDArray[np.uint32], size: int) -> list[Chunk]:
    """Return how labels are cut into files: all of a frame are in one.

    Args:
        frames: Each label's frame, ascending.
        size: How many labels a file has at least, but for the last.
    """
    found, first = [], 0
    while first < len(frames):
        last = frames[min(first + size, len(frames)) - 1]
        after = int(np.searchsorted(frames, last, side="right"))
        found.append(Chunk(first, after - first, int(frames[first])))
        first = after
    return found


def chunk_scripts(columns: Columns, cuts: list[Chunk]) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file of labels."""
    for number, cut in enumerate(cuts):
        part = {name: in_base64(values[cut.first : cut.first + cut.rows]) for name, values in columns.items()}
        yield f"boxes-{number:05}.js", f"loopviz.boxes({number}, {json.dumps(part)});\n"
