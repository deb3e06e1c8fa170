"""Which training objects a detection resembles most, in the detector's own features, and who drew them.

That is similarity, not cause: a network learns from all labels at once, and one that looks alike need not be the one
that a detection owes itself to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.predict.detections import FrameDetections
from loopviz.predict.heads import Floats

SIMILAR_TABLE, WORKERS_TABLE = "similar.parquet", "similar_workers.parquet"  # beside what was predicted
BLOCK = 4096  # training objects that are compared at once
SIMILAR = {
    "annotation_id": pl.Int64(),
    "frame": pl.Int64(),
    "rank": pl.Int64(),
    "similarity": pl.Float64(),
    "workers": pl.List(pl.String()),
    "training_frame": pl.Int64(),
}


@dataclass(frozen=True, eq=False)
class TaughtObjects:
    """The labels that a model learned from.

    Attributes:
        frames: ``(N,)``, the frame of each in the video that it was drawn on.
        class_ids: ``(N,)``.
        workers: Who drew each, as they may be called; several where a label was agreed on.
        vectors: ``(N, D)`` float16, of length 1; see ``loopviz.predict.features``.
    """

    frames: npt.NDArray[np.int64]
    class_ids: npt.NDArray[np.int64]
    workers: Sequence[tuple[str, ...]]
    vectors: npt.NDArray[np.float16]

    def nearest(self, vectors: Floats, class_id: int, count: int) -> tuple[npt.NDArray[np.int64], Floats]:
        """Return the objects of a category that are most similar to some vectors, and their cosines.

        Args:
            vectors: ``(M, D)``, of length 1.
            class_id: The category.
            count: How many for each; fewer where the category has no more.

        Returns:
            Places of objects and their cosines, both ``(M, count)``, the most similar first; of equals the first.
        """
        rows = np.flatnonzero(self.class_ids == class_id)
        best = np.zeros((len(vectors), 0), np.int64)
        cosines = np.zeros((len(vectors), 0), np.float32)
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            found = vectors @ self.vectors[block].astype(np.float32).T
            every = np.concatenate([cosines, found], axis=1)
            places = np.concatenate([best, np.broadcast_to(block, found.shape)], axis=1)
            order = np.argsort(-every, axis=1, kind="stable")[:, :count]
            cosines, best = np.take_along_axis(every, order, axis=1), np.take_along_axis(places, order, axis=1)
        return best, cosines


@dataclass(eq=False)
class SimilarObjects:
    """Collects, frame by frame, what each detection is most similar to.

    Attributes:
        taught: What the model learned from.
        count: How many objects for each detection.
    """

    taught: TaughtObjects
    count: int
    _found: list[tuple[Floats, npt.NDArray[np.int64]]] = field(default_factory=list)
    _seen: int = 0

    def add(self, frame: int, seen: FrameDetections) -> None:
        """Look up the detections of a frame, which are numbered on from the last frame's."""
        assert seen.vectors is not None  # noqa: S101 - they were asked for
        for class_id in np.unique(seen.class_ids):
            places = np.flatnonzero(seen.class_ids == class_id)
            rows, cosines = self.taught.nearest(seen.vectors[places], int(class_id), self.count)
            ranks = np.broadcast_to(np.arange(1, rows.shape[1] + 1), rows.shape)
            ids = np.broadcast_to((self._seen + places)[:, None], rows.shape)
            frames = np.full(rows.shape, frame)
            places_of = np.stack([ids, frames, ranks, rows]).astype(np.int64).reshape(4, -1)
            self._found.append((np.asarray(cosines.ravel(), np.float32), places_of))
        self._seen += len(seen.class_ids)

    def table(self) -> pl.DataFrame:
        """Return a row for each detection and rank: see ``SIMILAR``."""
        cosines = np.concatenate([np.zeros(0), *(each for each, _ in self._found)])
        ids, frames, ranks, rows = np.concatenate([np.zeros((4, 0), np.int64), *(each for _, each in self._found)], 1)
        columns = {
            "annotation_id": ids,
            "frame": frames,
            "rank": ranks,
            "similarity": cosines.round(4),
            "workers": [list(self.taught.workers[row]) for row in rows],
            "training_frame": self.taught.frames[rows],
        }
        return pl.DataFrame(columns, schema=SIMILAR).sort("annotation_id", "rank")


def counted_workers(similar: pl.DataFrame) -> pl.DataFrame:
    """Return how often each person drew the object that is most similar to a detection.

    Args:
        similar: The table of ``SimilarObjects``.

    Returns:
        ``worker`` (null: nobody who may be named), ``detections``, ``share`` of all detections; the most often first.
        Who drew an object together with others counts in full, so shares may come to more than 1.
    """
    nearest = similar.filter(pl.col("rank") == 1)
    named = nearest.with_columns(worker="workers").explode("worker", empty_as_null=True).select("worker")
    counts = named.group_by("worker").agg(detections=pl.len().cast(pl.Int64))
    return counts.with_columns(share=pl.col("detections") / max(nearest.height, 1)).sort(
        [pl.col("detections"), pl.col("worker")], descending=[True, False], nulls_last=True
    )
