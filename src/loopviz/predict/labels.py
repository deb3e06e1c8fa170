"""What a model sees in a video, as labels: a Dataset that nobody drew."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from loopviz.dataset import Dataset
from loopviz.formats.label_names import categories_table, split_worker
from loopviz.media import Frame, Source
from loopviz.paths import stem_of
from loopviz.predict.detections import FrameDetections, detect
from loopviz.predict.model import Detector
from loopviz.predict.options import DEFAULTS, PredictOptions
from loopviz.predict.similar import SimilarObjects
from loopviz.progress import Progress
from loopviz.schema import EDGES, SCHEMAS

SIDES = "width", "height"


def predicted_labels(
    source: Source,
    detector: Detector,
    options: PredictOptions = DEFAULTS,
    *,
    frames: range | None = None,
    similar: SimilarObjects | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Return what a model sees in a source's frames, in one pass of decoding.

    Args:
        source: The open source.
        detector: The model.
        options: How it is asked.
        frames: Only these; None: all.
        similar: Where it is looked up what each detection is most similar to.
        progress: Called with the frames done and to do.

    Returns:
        All frames of the source, the model's categories, and its detections: of origin ``model``, each with its
        confidence. Images that may be called after who drew on them have no file name.

    Raises:
        InputError: If a frame is damaged, or the model fails.
    """
    chosen = range(source.info.frames) if frames is None else frames
    found = FoundLabels(source, detector, options, similar)
    for done, _ in enumerate(found.seen(chosen), 1):
        if progress is not None:
            progress(done, len(chosen))
    return found.dataset()


class FoundLabels:
    """Keeps what a model finds in a source's frames, as they are read.

    Args:
        source: The open source.
        detector: The model.
        options: How it is asked.
        similar: Where it is looked up what each detection is most similar to.
    """

    def __init__(
        self,
        source: Source,
        detector: Detector,
        options: PredictOptions = DEFAULTS,
        similar: SimilarObjects | None = None,
    ) -> None:
        self._source, self._detector, self._options, self._similar = source, detector, options, similar
        self._frames = source.table()
        self._found: list[tuple[int, FrameDetections]] = []

    def seen(self, frames: range) -> Iterator[tuple[Frame, FrameDetections]]:
        """Yield frames with what the model finds in each, in one pass of decoding.

        Raises:
            InputError: If a frame is damaged, or the model fails.
        """
        sizes = {frame: (wide, high) for frame, wide, high in self._frames.select("frame", *SIDES).iter_rows()}
        coming = self._source.read(frames.start, frames.stop)
        asked = detect(coming, self._detector, self._options, own_sizes=sizes, features=self._similar is not None)
        for frame, each in asked:
            if self._similar is not None:
                self._similar.add(frame.index, each)
            self._found.append((frame.index, each._replace(vectors=None)))  # which nothing holds longer than a frame
            yield frame, each

    def dataset(self) -> Dataset:
        """Return what was found until now as labels; see ``predicted_labels``."""
        return Dataset(
            frames=without_people(self._frames),
            categories=categories_table(self._detector.names),
            annotations=_annotations(self._found),
        )


def without_people(frames: pl.DataFrame) -> pl.DataFrame:
    """Return a source's frames; without their names, where these may end with the id of who worked on them."""
    names = frames["file"].drop_nulls()
    if any(split_worker(stem_of(name))[1] is not None for name in names):
        return frames.with_columns(file=pl.lit(None, pl.String))
    return frames


def _annotations(found: list[tuple[int, FrameDetections]]) -> pl.DataFrame:
    boxes = np.concatenate([np.zeros((0, 4)), *(each.boxes for _, each in found)])
    columns = {
        "annotation_id": np.arange(len(boxes)),
        "frame": np.repeat([frame for frame, _ in found], [len(each.boxes) for _, each in found]).astype(np.int64),
        "class_id": np.concatenate([np.zeros(0, np.int64), *(each.class_ids for _, each in found)]),
        **dict(zip(EDGES, boxes.T, strict=True)),
        "confidence": np.concatenate([np.zeros(0), *(each.confidence for _, each in found)]),
    }
    rows = pl.DataFrame({name: np.ascontiguousarray(values) for name, values in columns.items()})
    empty = [pl.lit(None, kind).alias(name) for name, kind in SCHEMAS["annotations"].items() if name not in columns]
    origin = pl.lit("model", SCHEMAS["annotations"]["origin"])
    return rows.with_columns(empty).with_columns(origin=origin).select(*SCHEMAS["annotations"])
