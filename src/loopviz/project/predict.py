"""What a model sees in a video, as a folder of labels: every command that takes labels takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import polars as pl

from loopviz import __version__
from loopviz.atomic import write_text, writing
from loopviz.dataset import Dataset
from loopviz.errors import InputError, check_exists
from loopviz.media import Source, open_source
from loopviz.notes import Note, note
from loopviz.outputs import Origin, check_folder, own_folder
from loopviz.predict.labels import predicted_labels
from loopviz.predict.model import Detector
from loopviz.predict.options import PredictOptions
from loopviz.predict.record import RECORD, Prediction
from loopviz.predict.similar import SIMILAR_TABLE, WORKERS_TABLE, SimilarObjects, counted_workers
from loopviz.project.config import ClipConfig
from loopviz.project.frame_ranges import frames_of
from loopviz.project.load import facts_of, mended_if_damaged, read_options
from loopviz.project.taught import read_taught
from loopviz.train.run_folder import MODEL


@dataclass(frozen=True)
class Predicted:
    """What was written.

    Attributes:
        path: The folder.
        model: The model's file.
        frames: How many frames the model was shown.
        labelled_frames: In how many it found something.
        categories: How many detections of each category, by name.
        taught_by: How often each person drew the training object that is most similar to a detection, see
            ``loopviz.predict.similar.counted_workers``; None where nobody asked.
        notes: What a person should know.
    """

    path: Path
    model: Path
    frames: int
    labelled_frames: int
    categories: dict[str, int]
    notes: tuple[Note, ...]
    taught_by: pl.DataFrame | None = None

    @property
    def annotations(self) -> int:
        """How many detections there are."""
        return sum(self.categories.values())


def model_file(path: Path) -> Path:
    """Return the model that is meant: the file itself, or that of a training's folder.

    Raises:
        InputError: If there is none.
    """
    check_exists(path)
    if not path.is_dir():
        return path
    if not (path / MODEL).is_file():
        remedy = f"Give the folder of a training that has ended, or a file in ONNX. To go on: loopviz train {path}"
        raise InputError("the folder holds no model", file=path, expected=MODEL, remedy=remedy)
    return path / MODEL


def predict(
    model: str | Path,
    clip: ClipConfig,
    out: str | Path,
    options: PredictOptions,
    *,
    frames: str | range | None = None,
    taught_by: int | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Predicted:
    """Write what a model sees in a video as a Dataset's tables, and which model it was beside them.

    Args:
        model: A model in ONNX, or the folder of a training.
        clip: The video or the folder of images, and how it is read.
        out: The folder that is made: whole or not at all.
        options: How the model is asked.
        frames: Only these, as ``"10:20"``, ``"2s:5s"`` or a range.
        taught_by: How many training objects that are most similar to each detection are looked up, of a training.
        overwrite: Replace the folder if it exists, and loopviz made it.
        progress: Called with the frames done and to do.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the folder.
    """
    folder, file = Path(out), model_file(Path(model))
    run = file.parent.resolve().name if Path(model).is_dir() else None
    origin = Origin.of(
        "predicted",
        file,
        clip.source,
        *(f"{options}", str(frames), *([] if taught_by is None else [f"taught by {taught_by}"])),
    )
    check_folder(folder, origin, overwrite=overwrite)
    detector = Detector(file, size=options.size)
    taught = None if taught_by is None else read_taught(Path(model), detector)

    def made(mend: bool) -> tuple[Dataset, pl.DataFrame | None, range, tuple[Note, ...]]:
        similar = None if taught is None or taught_by is None else SimilarObjects(taught, taught_by)
        with open_source(clip.source, frame_rate=clip.frame_rate, options=read_options(clip, mend=mend)) as source:
            chosen = frames_of(source, frames) or range(source.info.frames)
            labels = predicted_labels(source, detector, options, frames=chosen, similar=similar, progress=progress)
            source.check_unchanged(chosen)
            table = None if similar is None else similar.table()
            return labels, table, chosen, (*facts_of(source), *_notes(labels, source, options))

    labels, similar, chosen, notes = mended_if_damaged(made, strict=clip.strict)
    record = Prediction(
        model=file.name,
        sha256=detector.sha256,
        run=run,
        size=detector.size,
        confidence=options.confidence,
        iou=options.iou,
        frames=(chosen.start, chosen.stop),
        versions={"loopviz": __version__, "onnxruntime": version("onnxruntime")},
    )
    workers = None if similar is None else counted_workers(similar)
    with own_folder(folder, origin, overwrite=overwrite) as part, writing(folder):
        labels.save(part)
        write_text(part / RECORD, record.json_text())
        if similar is not None:
            similar.write_parquet(part / SIMILAR_TABLE)
        if workers is not None:
            workers.write_parquet(part / WORKERS_TABLE)
    seen = labels.annotations["frame"].n_unique()
    return Predicted(folder, file, len(chosen), seen, _counts(labels), notes, workers)


def _counts(labels: Dataset) -> dict[str, int]:
    found = dict(labels.annotations.group_by("class_id").agg(pl.len()).iter_rows())
    counts: dict[str, int] = {}
    for class_id, name in labels.categories.select("class_id", "name").iter_rows():
        counts[name] = counts.get(name, 0) + found.get(class_id, 0)  # two categories may share a name
    return counts


def _notes(labels: Dataset, source: Source, options: PredictOptions) -> Iterator[Note]:
    if not labels.annotations.height:
        yield note("nothing-found", confidence=options.confidence)
    if source.files is not None and labels.frames["file"].null_count():
        yield note("names-of-people")
