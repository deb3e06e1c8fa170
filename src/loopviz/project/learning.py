"""Learning as a film: what a run's checkpoints find on the same frames, beside what people drew there.

Its frames are pairs of a frame and a checkpoint. Of these it makes a Dataset and detections of their own, which the
theme ``versus`` draws as it draws any clip: the strip of agreement is then the curve of learning.
"""

from __future__ import annotations

import dataclasses
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.evaluation.categories import on_same_categories
from loopviz.evaluation.matching import match_labels
from loopviz.media import EncoderSettings, Source
from loopviz.media.delivery import fitting_encoder
from loopviz.outputs import Origin, check_file
from loopviz.predict.labels import predicted_labels
from loopviz.predict.model import Detector
from loopviz.predict.options import PredictOptions
from loopviz.progress import Progress
from loopviz.project.config import ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.frame_ranges import frames_of
from loopviz.project.load import LoadedProject, load, project_theme, scene_options
from loopviz.project.render_options import check_apart
from loopviz.project.train import all_work
from loopviz.render import RenderOptions, RenderResult, render_video
from loopviz.scene import Scene, build_scene
from loopviz.scene.templates import duration
from loopviz.scene.versus.outcomes import Detections, of_one_person
from loopviz.timeline import Timeline
from loopviz.timeline.film import timed
from loopviz.timeline.table import rows
from loopviz.train.run_folder import CHECKPOINTS, TAUGHT, RunFolder
from loopviz.train.trainer import trainer_named
from loopviz.wording import counted
from loopviz.work import IS_CARRIED

FEWEST = 5  # people whose hours are added up: of fewer the sum would say how long one of them took


@dataclass(frozen=True)
class Checkpoint:
    """Weights of a run, and what is said of them."""

    weights: Path
    said: str


def learning_film(
    run: str | Path,
    project: ProjectConfig | str | Path,
    target: str | Path,
    *,
    frames: int = 3,
    within: str | range | None = None,
    seconds: float = 1.5,
    overwrite: bool = False,
    asking: Progress | None = None,
    rendering: Progress | None = None,
) -> RenderResult:
    """Make the film of how a run learned: a frame stands while its checkpoints pass, then the next one does.

    So a viewer looks at one picture, and what changes in it is the model alone.

    Args:
        run: The run's folder.
        project: The project that it was trained on: a config, a project file, or a folder in which the parts are found.
        target: The video.
        frames: How many frames are shown at most, of those with labels that training did not see: these are parted into
            so many stretches, of each of which the frame with most labels is shown.
        within: Only frames of these, as ``"10:20"``, ``"2s:5s"`` or a range.
        seconds: How long each checkpoint stands; the best one stands twice as long.
        overwrite: Replace the video if it exists.
        asking: Called with the checkpoints that were asked, and of how many.
        rendering: Called with the frames of the video that are done, and of how many.

    Raises:
        ConfigError: If a checkpoint cannot stand so long.
        InputError: If the run kept no checkpoints of its epochs, its categories are others, or no frame can be shown.
        MissingPartError: If what trained it is not installed.
        OutputError: If the video cannot be written.
    """
    if not 0 < seconds < math.inf:  # nor is it no number
        raise ConfigError("no checkpoint can stand so long", at="seconds", found=seconds, expected="seconds, as 1.5")
    config = project if isinstance(project, ProjectConfig) else configure(project)[0]
    folder, film = RunFolder.open(run), Path(target)
    choices = f"{frames} {seconds}", *([] if within is None else [str(within)])
    origin = Origin.of("learning", folder.path, config.source, *choices)
    check_file(film, origin, overwrite=overwrite)
    codec, points = config.encoder.codec or fitting_encoder(film, config.depth), checkpoints_of(folder)
    trainer_named(folder.recipe["trainer"])  # which may not be installed
    with load(config) as loaded:
        check_apart(film, loaded.source)
        chosen = _frames(folder, loaded.dataset, frames, frames_of(loaded.source, within))
        found = _asked(folder, points, loaded, chosen, asking)
        scene = _scene(folder, points, loaded, chosen, found)
        timeline = _timeline(len(points), chosen, Fraction(str(seconds)), loaded.source.info.frame_rate)
        how = EncoderSettings(codec, config.encoder.crf, config.encoder.preset)
        options = RenderOptions(how, timeline=timeline, sound=False, overwrite=overwrite, origin=origin, jobs=None)
        made = render_video(loaded.source, scene, film, options, progress=rendering)
        return dataclasses.replace(made, notes=(*loaded.notes, *made.notes))


def checkpoints_of(run: RunFolder) -> list[Checkpoint]:
    """Return the checkpoints of a run's epochs in their order, and its best one last.

    Raises:
        InputError: If it kept none of its epochs.
    """
    place, epochs = run.path.absolute() / CHECKPOINTS, {epoch.epoch: epoch for epoch in run.epochs()}

    def said(number: int) -> str:
        if number not in epochs:
            return f"epoch {number}"
        return f"epoch {number} of {len(epochs)}, loss {sum(epochs[number].losses.values()):.2f}"

    kept = {int(file.stem.removeprefix("epoch-")): file for file in place.glob("epoch-*.pt")}
    if not kept:
        remedy = "A run keeps them as it trains; one of a single epoch, or of another trainer, may have none."
        raise InputError("the run kept no checkpoint of its epochs", file=place, expected="epoch-001.pt", remedy=remedy)
    best = next((epoch.epoch for epoch in reversed(run.epochs()) if epoch.best), None)
    if best is None or not (place / "best.pt").is_file():
        return [Checkpoint(kept[number], said(number)) for number in sorted(kept)]
    others = [Checkpoint(kept[number], said(number)) for number in sorted(kept) if number != best]
    return [*others, Checkpoint(place / "best.pt", f"the best: {said(best)}")]


def _frames(run: RunFolder, dataset: Dataset, most: int, within: range | None = None) -> list[int]:
    """Return the frames that are shown, ascending.

    Frames with labels that training did not see are parted into stretches; of each the frame with most labels is shown,
    of equals the one nearest to the stretch's middle.

    Raises:
        InputError: If there are none.
    """
    counts = dict(of_one_person(dataset).filter(~IS_CARRIED).group_by("frame").len().iter_rows())
    held_out = sorted(run.held_out() & counts.keys())
    if not held_out:
        what, remedy = "no frame with labels was held out of this training", "Give the project that it was trained on."
        raise InputError(what, file=run.path, remedy=remedy)
    shown = [frame for frame in held_out if within is None or frame in within]
    if within is not None and not shown:
        found, near = f"{within.start}:{within.stop}", f"some of {held_out[0]} to {held_out[-1]}"
        raise ConfigError("no frame with labels was held out in this range", at="range", found=found, expected=near)
    stretches = [part.tolist() for part in np.array_split(shown, min(most, len(shown)))]
    return [_fullest(stretch, counts) for stretch in stretches]


def _fullest(stretch: Sequence[int], counts: Mapping[int, int]) -> int:
    middle = (len(stretch) - 1) / 2
    return max(enumerate(stretch), key=lambda each: (counts[each[1]], -abs(each[0] - middle)))[1]


def _asked(
    run: RunFolder, points: Sequence[Checkpoint], project: LoadedProject, frames: Sequence[int], asking: Progress | None
) -> list[Dataset]:
    """Return what each checkpoint finds on some frames: a Dataset each, on the project's source."""
    trainer, options = trainer_named(run.recipe["trainer"]), PredictOptions(confidence=project.config.model.confidence)
    found = []
    with tempfile.TemporaryDirectory(prefix="loopviz-") as place:
        job = dataclasses.replace(run.job, scratch=Path(place) / "scratch")  # the run's own folder stays as it is
        for number, point in enumerate(points):
            file = Path(place) / f"{number}.onnx"
            trainer.export(job, point.weights, file, {})
            found.append(_found(project.source, Detector(file), options, frames))
            file.unlink()
            if asking is not None:
                asking(number + 1, len(points))
    return found


def _found(source: Source, detector: Detector, options: PredictOptions, frames: Sequence[int]) -> Dataset:
    each = [predicted_labels(source, detector, options, frames=range(frame, frame + 1)) for frame in frames]
    return each[0].replace(annotations=_numbered(pl.concat(one.annotations for one in each)))


def _scene(
    run: RunFolder, points: Sequence[Checkpoint], project: LoadedProject, frames: Sequence[int], found: list[Dataset]
) -> Scene:
    """Return the theme's scene of all pairs of a frame and a checkpoint."""
    config, pairs = project.config, _pairs(len(points), frames)
    seen = pl.concat(one.annotations.with_columns(point=pl.lit(k, pl.Int64)) for k, one in enumerate(found))
    on_pairs = seen.join(pairs, on=["frame", "point"], maintain_order="right")
    labels = _repeated(project.dataset, pairs)
    model = Dataset(
        frames=labels.frames,
        categories=found[0].categories,
        annotations=_numbered(_onto(on_pairs)).select(found[0].annotations.columns),
    )
    labels, model = on_same_categories(labels, model)
    shown = of_one_person(labels).filter(~IS_CARRIED)
    judged = frozenset(pairs.drop_nulls("point")["pair"])
    matches = match_labels(shown, model.annotations, iou=config.model.iou, frames=judged)
    details = {pair: points[point].said for pair, point in pairs.drop_nulls("point").select("pair", "point").rows()}
    name = config.model.name if config.model.labels else run.path.resolve().name
    both = Detections(model, matches, judged, name, details=details, foot=_cost(run, project))
    theme = project_theme(config.model_copy(update={"theme": "versus"}))
    options = dataclasses.replace(scene_options(config, theme, project.everything), detections=both)
    return build_scene(labels, theme, (project.source.info.width, project.source.info.height), options)


def _pairs(points: int, frames: Sequence[int]) -> pl.DataFrame:
    """Return ``pair``, ``frame`` and ``point``; after each frame's a pair of no checkpoint, a gap in the strip."""
    table = {"frame": np.repeat(frames, points + 1), "point": np.tile(np.arange(points + 1), len(frames))}
    pairs = pl.DataFrame(table, schema={"frame": pl.Int64(), "point": pl.Int64()}).with_row_index("pair")
    return pairs.select(pl.col("pair").cast(pl.Int64), "frame", pl.col("point").replace(points, None)).head(-1)


def _repeated(dataset: Dataset, pairs: pl.DataFrame) -> Dataset:
    """Return a Dataset whose frames are the pairs: the labels and the work of a frame stand on each of its own."""
    real = pairs.drop_nulls("point")
    own = pl.format("{} {}", "assignment_id", "pair")
    work = dataset.assignments.join(real, on="frame", maintain_order="right").with_columns(assignment_id=own)
    drawn = dataset.annotations.join(real, on="frame", maintain_order="right").with_columns(assignment_id=own)
    frames = pairs.join(dataset.frames, on="frame", maintain_order="left").drop("frame").rename({"pair": "frame"})
    return Dataset(
        frames=frames.select(dataset.frames.columns),
        categories=dataset.categories,
        annotations=_numbered(_onto(drawn)).select(dataset.annotations.columns),
        assignments=_onto(work).select(dataset.assignments.columns),
        workers=dataset.workers,
        questions=dataset.questions,
        answers=dataset.answers,
    )


def _onto(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(frame="pair")


def _numbered(annotations: pl.DataFrame) -> pl.DataFrame:
    return annotations.with_columns(annotation_id=pl.int_range(pl.len(), dtype=pl.Int64))


def _timeline(points: int, frames: Sequence[int], seconds: Fraction, rate: Fraction) -> Timeline:
    """Return the film: all checkpoints on a frame, then on the next; the last of each stands twice as long."""
    length = max(1, round(seconds * rate))
    lengths = np.tile([length] * (points - 1) + [2 * length], len(frames))
    pairs = _pairs(points, frames).drop_nulls("point")
    stand = np.repeat(np.arange(pairs.height), lengths)
    shown = {"source_frame": pairs["frame"].to_numpy()[stand], "label_frame": pairs["pair"].to_numpy()[stand]}
    said = pl.Series(["full"] * len(stand))
    return timed(rows({"pts": np.arange(len(stand)), **shown, "words": said}), rate)


def _cost(run: RunFolder, project: LoadedProject) -> str:
    """Say what the training's labels cost in hours of human work, as far as that is known."""
    taught = pl.read_parquet(run.path / TAUGHT).filter(pl.col("split") == "train")
    said = f"Learned from {counted(taught.height, 'label')}"
    work = all_work(project).work().with_row_index("number", 1)
    used = taught.select("frame", number="work").explode("number").drop_nulls().unique()
    done = used.join(work.select("number", "worker_id", "work_seconds", on=pl.col("frame")), on="number", how="left")
    same = done["frame"].equals(done["on"].cast(pl.Int64))  # otherwise the project is another one by now
    people = done["worker_id"].n_unique()
    if not same or done["worker_id"].null_count() or done["work_seconds"].null_count() or people < FEWEST:
        return f"{said}."
    spent = float(done.unique("number")["work_seconds"].sum())
    return f"{said}: {duration(spent)} of work by {people} people."
