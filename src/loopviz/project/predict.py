"""What a model sees in a video, as a folder of labels: every command that takes labels takes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from loopviz import __version__
from loopviz.atomic import write_text, writing
from loopviz.dataset import Dataset
from loopviz.errors import InputError, check_exists
from loopviz.media import Source, open_source
from loopviz.notes import Note, note
from loopviz.outputs import Origin, check_folder, own_folder
from loopviz.predict.labels import FoundLabels
from loopviz.predict.model import Detector
from loopviz.predict.options import DEFAULTS, PredictOptions
from loopviz.predict.record import RECORD, Prediction
from loopviz.predict.similar import SIMILAR_TABLE, WORKERS_TABLE, SimilarObjects, counted_workers
from loopviz.progress import Progress
from loopviz.project.config import ClipConfig
from loopviz.project.frame_ranges import frames_of
from loopviz.project.load import facts_of, mended_if_damaged, read_options
from loopviz.project.taught import read_taught
from loopviz.train.run_folder import MODEL

if TYPE_CHECKING:
    from loopviz.project.predicted_film import PredictedFilm
    from loopviz.render import RenderResult


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
        film: The video that was made in the same pass; None where nobody asked.
    """

    path: Path
    model: Path
    frames: int
    labelled_frames: int
    categories: dict[str, int]
    notes: tuple[Note, ...]
    taught_by: pl.DataFrame | None = None
    film: RenderResult | None = None

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


def predict_labels(
    model: str | Path,
    clip: ClipConfig | str | Path,
    out: str | Path,
    options: PredictOptions = DEFAULTS,
    *,
    theme: str = "house",
    frames: str | range | None = None,
    taught_by: int | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Predicted:
    """Write what a model sees in a video as a Dataset's tables, and which model it was beside them.

    Args:
        model: A model in ONNX, or the folder of a training.
        clip: The video or the folder of images, and how it is read. If it says an output, a video is made in the same
            pass: every frame is decoded once, shown to the model, drawn on and encoded.
        out: The folder that is made: whole or not at all, and no video without it.
        options: How the model is asked.
        theme: How the video looks: a theme's name or file; not one with a split screen, as ``versus``.
        frames: Only these, as ``"10:20"``, ``"2s:5s"`` or a range.
        taught_by: How many training objects that are most similar to each detection are looked up, of a training.
        overwrite: Replace the folder and the video if they exist; the folder only if loopviz made it.
        progress: Called with the frames done and to do.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the folder, nor of the video.
    """
    clip = clip if isinstance(clip, ClipConfig) else ClipConfig.checked({"source": clip})
    folder, file = Path(out), model_file(Path(model))
    run = file.parent.resolve().name if Path(model).is_dir() else None
    choices = f"{options}", str(frames), *([] if taught_by is None else [f"taught by {taught_by}"])
    origin = Origin.of("predicted", file, clip.source, *choices)
    check_folder(folder, origin, overwrite=overwrite)
    film = _film(clip, theme, origin, overwrite, progress)
    if film is not None:
        film.check_apart(folder)
    detector = Detector(file, size=options.size)
    taught = None if taught_by is None else read_taught(Path(model), detector)
    with ExitStack() as stack:  # what is made takes its name when all of it is

        def made(mend: bool) -> _Found:
            similar = None if taught is None or taught_by is None else SimilarObjects(taught, taught_by)
            with open_source(clip.source, frame_rate=clip.frame_rate, options=read_options(clip, mend=mend)) as source:
                chosen = frames_of(source, frames) or range(source.info.frames)
                found = FoundLabels(source, detector, options, similar)
                result = None
                if film is not None:
                    making = film.making(source, chosen, detector.names, found.seen(chosen))
                    result = stack.enter_context(making)
                else:
                    _follow(found.seen(chosen), len(chosen), progress)
                source.check_unchanged(chosen)
                labels, table = found.dataset(), None if similar is None else similar.table()
                return _Found(labels, table, chosen, (*facts_of(source), *_notes(labels, source, options)), result)

        found = mended_if_damaged(made, strict=clip.strict)
        workers = None if found.similar is None else counted_workers(found.similar)
        part = stack.enter_context(own_folder(folder, origin, overwrite=overwrite))
        with writing(folder):
            found.labels.save(part)
            write_text(part / RECORD, _record(detector, run, options, found.frames).json_text())
            if found.similar is not None:
                found.similar.write_parquet(part / SIMILAR_TABLE)
            if workers is not None:
                workers.write_parquet(part / WORKERS_TABLE)
    seen, counts = found.labels.annotations["frame"].n_unique(), _counts(found.labels)
    return Predicted(folder, file, len(found.frames), seen, counts, found.notes, workers, found.film)


class _Found(NamedTuple):
    """What a model saw in a source's frames, what that resembles, and the video that was made meanwhile."""

    labels: Dataset
    similar: pl.DataFrame | None
    frames: range
    notes: tuple[Note, ...]
    film: RenderResult | None


def _film(
    clip: ClipConfig, theme: str, origin: Origin, overwrite: bool, progress: Progress | None
) -> PredictedFilm | None:
    if clip.output is None:
        return None
    from loopviz.project.predicted_film import PredictedFilm  # here: labels alone have no use for what it loads

    return PredictedFilm(clip, theme, origin, overwrite, progress)


def _follow(seen: Iterable[object], count: int, progress: Progress | None) -> None:
    for done, _ in enumerate(seen, 1):
        if progress is not None:
            progress(done, count)


def _record(detector: Detector, run: str | None, options: PredictOptions, frames: range) -> Prediction:
    return Prediction(
        model=detector.path.name,
        sha256=detector.sha256,
        run=run,
        size=detector.size,
        confidence=options.confidence,
        iou=options.iou,
        frames=(frames.start, frames.stop),
        versions={"loopviz": __version__, "onnxruntime": version("onnxruntime")},
    )


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
