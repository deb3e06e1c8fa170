"""Writing a recording for Rerun (``.rrd``), with Rerun's own library: what is labelled on each frame, on its timeline.

Below ``labels`` everybody has a branch (``labels/people/ALIAS``, ``labels/model``, ``labels/consensus``,
``labels/unknown``), so that it can be hidden in the viewer, and in it are boxes, outlines, lines, points and masks.
Rerun shows what was said last: on the frame behind each stretch of labels, that there is none is said. Class ids are
the Dataset's and one, because Rerun's 0 is the ground of a segmentation.

https://rerun.io/docs/reference/types/archetypes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import MissingPartError, OutputError
from loopviz.formats.format import WriteOptions
from loopviz.formats.labels.by_picture import HAS_MASK, HAS_OUTLINE, mask_of, without_place
from loopviz.notes import Note, note
from loopviz.schema import EDGES, POINT
from loopviz.work import HAS_AREA

NO_PLACE = ("which outlines are rotated boxes", "which labels are of crowds", "keypoints' confidences")
# What is said with each label, where it is known of any; and what stands there of the others.
FACTS: Mapping[str, Any] = {"annotation_id": -1, "track_id": -1, "confidence": float("nan"), "origin": ""}
MOST_CLASSES = 65_535


def write_rerun(dataset: Dataset, file: Path, _: WriteOptions) -> None:
    """Write a recording.

    Raises:
        MissingPartError: If Rerun is not installed.
        OutputError: If there are too many categories, or a mask does not fit its frame, or has none.
    """
    library = _library()
    if dataset.categories.height >= MOST_CLASSES:
        found, expected = f"{dataset.categories.height:,}", f"fewer than {MOST_CLASSES:,}"
        raise OutputError("Rerun has no room for so many categories", file=file, found=found, expected=expected)
    with library.RecordingStream("loopviz", send_properties=False) as stream:
        stream.save(str(file))
        for silence in (stream.set_log_time_enabled, stream.set_log_tick_enabled):
            silence(False)
        recording = _Recording(library, stream, dataset.frames)
        recording.categories(dataset.categories)
        recording.pictures()
        for (who,), own in _branches(dataset).group_by("who", maintain_order=True):
            recording.branch(f"labels/{who}", own.drop("who"))
        stream.flush()


def losses(dataset: Dataset, _: bool) -> list[Note]:
    """Return what of a Dataset a recording cannot hold."""
    people = dataset.workers.height
    work = [note("no-place", format="Rerun", what="the answers, pay and times of people", count=people)]
    return [*without_place(dataset, "Rerun", NO_PLACE), *(work if people else [])]


def _library() -> Any:
    """Return Rerun's library; it is large, and an extra.

    Raises:
        MissingPartError: If it is not installed.
    """
    try:
        import rerun
    except ImportError as error:
        remedy = "Install it with: pip install 'loopviz[rerun]'"
        raise MissingPartError(
            "recordings are written by Rerun's library, which is not there", remedy=remedy
        ) from error
    return rerun


def _branches(dataset: Dataset) -> pl.DataFrame:
    """Return the labels in the order of their frames, with whose they are (``who``), as a part of a path."""
    escaped = _library().escape_entity_path_part
    names = {worker: f"people/{escaped(worker)}" for worker in dataset.workers["worker_id"]}
    people = dataset.assignments.select("assignment_id", "worker_id")
    rows = dataset.annotations.join(people, on="assignment_id", how="left", maintain_order="left")
    named = pl.col("worker_id").replace_strict(names, default=None, return_dtype=pl.String)
    made = pl.when(pl.col("origin").cast(pl.String).is_in(["model", "consensus"])).then(
        pl.col("origin").cast(pl.String)
    )
    return rows.sort("frame", maintain_order=True).with_columns(who=pl.coalesce(made, named, pl.lit("unknown")))


class _Recording:
    """Says to Rerun what is on which frame."""

    def __init__(self, library: Any, stream: Any, frames: pl.DataFrame) -> None:
        self._library, self._stream, self._frames = library, stream, frames
        self._timed = frames.height > 0 and not frames["pts_seconds"].null_count()

    def categories(self, categories: pl.DataFrame) -> None:
        """Say what class ids mean, and how keypoints hang together."""
        rr = self._library
        ground = rr.ClassDescription(info=rr.AnnotationInfo(0, "ground", (0, 0, 0, 0)))
        found = [ground]
        for row in categories.iter_rows(named=True):
            color = row["color"] and tuple(bytes.fromhex(row["color"].removeprefix("#")))
            points = [rr.AnnotationInfo(n, name) for n, name in enumerate(row["keypoint_names"] or [])]
            info = rr.AnnotationInfo(row["class_id"] + 1, row["name"], color or None)
            edges = [tuple(edge) for edge in row["skeleton"] or []]
            found.append(rr.ClassDescription(info=info, keypoint_annotations=points, keypoint_connections=edges))
        self._stream.log("labels", rr.AnnotationContext(found), static=True)

    def pictures(self) -> None:
        """Say what the pictures are called, where they are files."""
        named = self._frames.drop_nulls("file")
        if named.height:
            columns = self._library.AnyValues.columns(file=named["file"].to_list())
            self._stream.send_columns("pictures", self._times(named), columns)

    def branch(self, path: str, labels: pl.DataFrame) -> None:
        """Say somebody's labels."""
        rr, area = self._library, labels.filter(HAS_AREA)
        boxes = area.filter(~HAS_OUTLINE | HAS_MASK)
        edges = boxes.select(EDGES).to_numpy()
        middles, halves = (edges[:, :2] + edges[:, 2:]) / 2, (edges[:, 2:] - edges[:, :2]) / 2
        self._say(f"{path}/boxes", boxes, rr.Boxes2D, centers=middles, half_sizes=halves)
        outlines = area.filter(HAS_OUTLINE & ~HAS_MASK).explode("polygons")
        closed = [_pairs([*part, *part[:2]]) for part in outlines["polygons"].to_list()]
        self._say(f"{path}/outlines", outlines, rr.LineStrips2D, strips=closed)
        lines = labels.filter(pl.col("shape") == "line")
        self._say(f"{path}/lines", lines, rr.LineStrips2D, strips=[_points(row)[0] for row in lines["keypoints"]])
        self._points(
            f"{path}/points",
            labels.filter(pl.col("keypoints").is_not_null() & pl.col("shape").ne_missing("line")),
        )
        self._masks(f"{path}/masks", area.filter(HAS_MASK))

    def _points(self, path: str, labels: pl.DataFrame) -> None:
        """Say keypoints: an object a path, for Rerun joins those of a path that have the same class."""
        nth = labels.with_columns(nth=pl.int_range(pl.len()).over("frame"))
        for (number,), own in nth.group_by("nth", maintain_order=True):
            seen = [_points(row) for row in own["keypoints"]]
            each = own.with_columns(
                place=pl.Series([list(range(len(ids))) for _, ids, _ in seen], dtype=pl.List(pl.Int64))
            )
            each = each.filter(pl.col("place").list.len() > 0).explode("place")
            places, ids, visible = (np.concatenate(parts) for parts in zip(*seen, strict=True))
            self._say(
                f"{path}/{number}",
                each,
                self._library.Points2D,
                {"visibility": visible.tolist()},
                positions=places,
                keypoint_ids=ids,
            )

    def _masks(self, path: str, labels: pl.DataFrame) -> None:
        """Say masks, one frame at a time: where two lie on each other, the later one is seen."""
        sizes = {frame: size for frame, *size in self._frames.select("frame", "width", "height").iter_rows()}
        drawn = {frame: own for (frame,), own in labels.group_by("frame", maintain_order=True)}
        for frame, seconds, count in self._stretches(labels).iter_rows():
            self._stream.set_time("frame", sequence=frame)
            if self._timed:
                self._stream.set_time("time", duration=seconds)
            shown = (
                self._segmented(drawn[frame], frame, sizes[frame]) if count else self._library.Clear(recursive=False)
            )
            self._stream.log(path, shown)

    def _segmented(self, labels: pl.DataFrame, frame: int, size: Sequence[int | None]) -> Any:
        width, height = size
        if width is None or height is None:
            remedy = "Say how large the pictures are, or give their files."
            raise OutputError("a frame with masks has no size", at=f"frame {frame}", remedy=remedy)
        picture = np.zeros((height, width), np.uint16)
        for row in labels.iter_rows(named=True):
            picture[mask_of(row, (width, height))] = row["class_id"] + 1
        small = picture.astype(np.uint8) if picture.max(initial=0) < 256 else picture
        return self._library.SegmentationImage(small)

    def _say(
        self, path: str, labels: pl.DataFrame, kind: Any, more: Mapping[str, Any] | None = None, **columns: Any
    ) -> None:
        """Say labels of one kind, a row each, on their frames."""
        if not labels.height:
            return
        stretches = self._stretches(labels)
        cut = stretches["len"].to_list()
        said = kind.columns(**columns, class_ids=labels["class_id"].to_numpy() + 1)
        facts = self._library.AnyValues.columns(**dict(_facts(labels)), **(more or {}))
        self._stream.send_columns(path, self._times(stretches), [*said.partition(cut), *facts.partition(cut)])

    def _stretches(self, labels: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame``, ``pts_seconds`` and the number of labels (``len``), also where it becomes 0."""
        counts = labels.group_by("frame").len()
        every = self._frames.select("frame", "pts_seconds").join(counts, on="frame", how="left", maintain_order="left")
        every = every.with_columns(pl.col("len").fill_null(0))
        return every.filter((pl.col("len") > 0) | (pl.col("len").shift(1, fill_value=0) > 0))

    def _times(self, frames: pl.DataFrame) -> list[Any]:
        column = self._library.TimeColumn
        seconds = [column("time", duration=frames["pts_seconds"].to_numpy())] if self._timed else []
        return [column("frame", sequence=frames["frame"].to_numpy()), *seconds]


def _facts(labels: pl.DataFrame) -> Iterator[tuple[str, Any]]:
    """Yield what is said of each label beside its place, where it is said of any."""
    for name, unknown in FACTS.items():
        if labels[name].null_count() < labels.height:
            column = labels[name].cast(pl.String) if name == "origin" else labels[name]
            yield name, column.fill_null(unknown).to_list()


def _pairs(flat: Sequence[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(flat, np.float64).reshape(-1, 2)


def _points(flat: Sequence[float | None]) -> tuple[Any, Any, Any]:
    """Return the places, the numbers and the visibility (-1: nobody says) of the keypoints that are labelled."""
    triples = np.array(flat, np.float64).reshape(-1, POINT)
    known = np.flatnonzero(triples[:, 2] != 0)
    return triples[known, :2], known, np.nan_to_num(triples[known, 2], nan=-1.0).astype(np.int64)
