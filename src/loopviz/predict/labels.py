"""What a model sees in a video, as labels: a Dataset that nobody drew."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from loopviz.dataset import EDGES, SCHEMAS, Dataset
from loopviz.formats.label_names import categories_table, split_worker
from loopviz.media import Source
from loopviz.paths import stem_of
from loopviz.predict.detections import FrameDetections, detect
from loopviz.predict.model import Detector
from loopviz.predict.options import DEFAULTS, PredictOptions
from loopviz.predict.similar import SimilarObjects


def predicted_labels(
    source: Source,
    detector: Detector,
    options: PredictOptions = DEFAULTS,
    *,
    frames: range | None = None,
    similar: SimilarObjects | None = None,
    progress: Callable[[int, int], None] | None = None,
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
    listed = source.table()
    sizes = {frame: (wide, high) for frame, wide, high in listed.select("frame", "width", "height").iter_rows()}
    found: list[tuple[int, FrameDetections]] = []
    coming = source.read(chosen.start, chosen.stop)
    seen = detect(coming, detector, options, own_sizes=sizes, features=similar is not None)
    for done, (frame, each) in enumerate(seen, 1):
        if similar is not None:
            similar.add(frame.index, each)
        found.append((frame.index, each._replace(vectors=None)))  # which nothing holds longer than a frame
        if progress is not None:
            progress(done, len(chosen))
    return Dataset(
        frames=without_people(listed), categories=categories_table(detector.names), annotations=_annotations(found)
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
