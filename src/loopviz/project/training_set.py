"""A project's labels and pictures as a training set: ``loopviz export --to yolo --images``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopviz.crowd.consent.counts import check_consent
from loopviz.errors import ConfigError
from loopviz.notes import Note
from loopviz.outputs import Origin, check_folder
from loopviz.progress import Progress
from loopviz.project.check.inputs import part_of
from loopviz.project.config import ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.export import check_apart
from loopviz.project.load import load, mended_if_damaged
from loopviz.train import TrainingSet, TrainingSetOptions, build_training_set

DEFAULTS = TrainingSetOptions()


@dataclass(frozen=True)
class ExportedSet:
    """What was written.

    Attributes:
        path: The set's folder.
        form: ``"yolo"``.
        frames: How many images it has.
        annotations: How many labels.
        assignments: Of how many assignments.
        left_out: How many assignments' labels are not in it.
        images: How many images each part has.
        labels: By part and category, how many ``frames`` and ``objects``.
        flips: Whether pictures may be mirrored in training.
        notes: What a person should know.
    """

    path: Path
    form: str
    frames: int
    annotations: int
    assignments: int
    left_out: int
    images: dict[str, int]
    labels: list[dict[str, Any]]
    flips: bool
    notes: tuple[Note, ...]


def export_training_set(
    source: str | Path | ProjectConfig,
    out: str | Path,
    options: TrainingSetOptions = DEFAULTS,
    *,
    pictures: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> ExportedSet:
    """Write a training set: images and labels in YOLO folders, which say nothing of people.

    Args:
        source: A project, a label set or a dataset's folder.
        out: The folder to write.
        options: How it is made.
        pictures: The video or the folder of images, where the source does not say.
        overwrite: Replace an earlier export of something else.
        progress: Called with the images written and to write.

    Raises:
        LoopvizError: As ``load`` and ``build_training_set``.
    """
    config, found = _config(source, None if pictures is None else Path(pictures))
    read = source if isinstance(source, ProjectConfig) else Path(source)
    made_of = (config.source, config.labels) if isinstance(read, ProjectConfig) else (read, config.source)
    origin = Origin.of("export", *made_of, "yolo", "images", options.model_dump_json())
    for each in (read, config.source, config.labels):
        if isinstance(each, Path):
            check_apart(each, Path(out))
    check_folder(Path(out), origin, overwrite=overwrite)

    def made(mend: bool) -> ExportedSet:
        with load(config.changed({"identity": "full"}), mend=mend) as project:
            everything = project.everything
            built = build_training_set(
                everything, project.source, out, options, origin=origin, overwrite=overwrite, progress=progress
            )
            notes = (*found, *project.notes, *check_consent(everything).worth_saying(), *built.notes)
            return _exported(built, everything.assignments.height, notes)

    return mended_if_damaged(made, strict=config.strict)


def _config(source: str | Path | ProjectConfig, pictures: Path | None) -> tuple[ProjectConfig, tuple[Note, ...]]:
    """Return the project that labels and pictures are read as, and what was taken for what."""
    changes = {} if pictures is None else {"source": pictures}
    if isinstance(source, ProjectConfig):
        return source.changed(changes), ()
    if Path(source).is_dir() or part_of(Path(source)) == "project":
        return configure(source, changes)
    if pictures is None:
        remedy = "Name the video or the folder of images with --source (pictures), or export a project."
        raise ConfigError("these labels do not say where their pictures are", file=source, remedy=remedy)
    return ProjectConfig.checked({"source": pictures, "labels": Path(source)}), ()


def _exported(built: TrainingSet, assignments: int, notes: tuple[Note, ...]) -> ExportedSet:
    images = dict(built.images["split"].value_counts().sort("split").iter_rows())
    used = built.objects["assignment_ids"].explode().drop_nulls().n_unique()
    return ExportedSet(
        path=built.path.parent,
        form="yolo",
        frames=built.images.height,
        annotations=built.objects.height,
        assignments=used,
        left_out=assignments - used,
        images=images,
        labels=built.counts().to_dicts(),
        flips=built.flips,
        notes=tuple({note.line: note for note in notes}.values()),
    )
