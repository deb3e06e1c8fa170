"""Two label sets on the same frames with the same categories, and what of the first is held against the second.

One of them was read with the frames of its source: a project, or a saved dataset. The other one is brought to these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from loopviz.crowd import Identity, apply_identity
from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.evaluation.categories import on_same_categories
from loopviz.formats.align.frames import align
from loopviz.formats.reading import read_labels
from loopviz.formats.types import FrameSize, LabelSet, frame_size_of
from loopviz.notes import Note, note, warning
from loopviz.paths import NameIndex
from loopviz.predict.record import Prediction
from loopviz.project.check.inputs import part_of
from loopviz.project.compare_options import CompareOptions
from loopviz.project.discover import configure
from loopviz.project.load import load
from loopviz.project.salt import read_salt
from loopviz.schema import SCHEMAS
from loopviz.train.lesson import frames_of_several, lesson
from loopviz.train.options import Whose
from loopviz.train.run_folder import RunFolder
from loopviz.train.whose_work import weights
from loopviz.work import HAS_AREA, IS_CARRIED, IS_MODELS

COLUMNS = tuple(SCHEMAS["annotations"])


@dataclass(frozen=True)
class Side:
    """One of the two, as it was read.

    Attributes:
        labels: The labels; frames are those of ``path`` until both are on the same ones.
        facts: What there is to know of a project.
        salt_file: The project's secret behind the aliases.
        record: Which model it was, if one was.
    """

    labels: LabelSet
    facts: tuple[Note, ...] = ()
    salt_file: Path | None = None
    record: Prediction | None = None

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a person should know of it."""
        return (*self.facts, *self.labels.problems)

    @property
    def is_timed(self) -> bool:
        """Whether the frames are those of a source, which have times."""
        frames = self.labels.dataset.frames
        return bool(frames.height) and not frames["pts_seconds"].null_count()


def read_side(path: Path, frame_size: FrameSize | None = None) -> Side:
    """Read a project's labels and people, or a label set.

    Args:
        path: A project file or folder, or labels of any format.
        frame_size: Of frames whose size the labels do not tell.

    Raises:
        InputError: If it cannot be read.
    """
    if part_of(path) == "project":
        config, found = configure(path)
        with load(config.changed({"identity": "full"}), dry_run=True) as project:
            labels = LabelSet("dataset", path, project.everything)
            return Side(labels, (*found, *project.notes), config.salt_file)
    labels = read_labels(path, frame_size=frame_size, unsized=frame_size is None)
    return Side(labels, record=Prediction.load(path) if path.is_dir() else None)


def own_source(path: Path) -> Path | None:
    """Return the video or the folder of images that a project names; None for anything else."""
    return configure(path)[0].source if part_of(path) == "project" else None


def with_detections(side: Side, theirs: Side) -> tuple[Side, pl.DataFrame]:
    """Return labels and what a model found on the same frames, with the same categories.

    Args:
        side: The labels; what there is to know of the model's is to know of them too.
        theirs: The model's.

    Raises:
        InputError: If no category is on both sides.
    """
    dataset, found = on_same_categories(side.labels.dataset, theirs.labels.dataset)
    known = replace(side, labels=replace(side.labels, dataset=dataset), facts=(*side.facts, *theirs.notes))
    return known, found.annotations


def read_both(first: Path, second: Path) -> tuple[Side, Side]:
    """Read two label sets, and bring them to the same frames.

    Raises:
        InputError: If one cannot be read, or does not fit the other.
    """
    sides = [read_side(first), read_side(second)]
    place = 1 if sides[1].is_timed and not sides[0].is_timed else 0  # the one whose frames count
    frames = sides[place].labels.dataset.frames
    sides[1 - place] = on_frames(sides[1 - place], (first, second)[1 - place], frames)
    return sides[0], sides[1]


def read_both_whole(first: Path, second: Path, frames: pl.DataFrame | None) -> tuple[Side, Side]:
    """Read two label sets, and bring them to the same frames: those of a source, or all that either has.

    Args:
        first: The first.
        second: The second.
        frames: The source's ``frames`` table; None: none is at hand.

    Raises:
        InputError: If one cannot be read, or does not fit the other or the source.
    """
    if frames is None:
        one, other = read_side(first), read_side(second)
        if one.labels.normalised and other.labels.normalised:
            remedy = "Give the video or the folder of the pictures: --source (source)."
            raise InputError("nothing says how large the labelled pictures are", file=first, remedy=remedy)
        named = [each.labels.dataset.frames for each in (one, other)]
        if any(each.is_timed for each in (one, other)) or any(each["file"].null_count() for each in named):
            return read_both(first, second)
        frames = _all_frames(*named)
    else:
        size = frame_size_of(frames)
        one, other = read_side(first, size), read_side(second, size)
    return on_frames(one, first, frames), on_frames(other, second, frames)


def _all_frames(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return the frames of two sets of images: those of the first, then those that only the second has, by their names.

    Sizes that only the second knows are taken from there.
    """
    index = NameIndex(zip(one["file"], one["frame"], strict=True))
    place = pl.Series("place", [index.find(name) for name in other["file"]], dtype=pl.Int64)
    theirs = other.with_columns(place)
    more = theirs.filter(pl.col("place").is_null()).drop("place")
    first = int(one["frame"].max()) + 1 if one.height else 0  # type: ignore[arg-type]
    sizes = theirs.drop_nulls("place").unique("place").select("width", "height", frame="place")
    known = one.join(sizes, on="frame", how="left", suffix="_other", maintain_order="left")
    sides = [pl.coalesce(side, f"{side}_other").alias(side) for side in ("width", "height")]
    return pl.concat(
        [known.with_columns(sides).select(one.columns), more.with_columns(frame=first + pl.int_range(pl.len()))]
    )


def on_frames(side: Side, path: Path, frames: pl.DataFrame) -> Side:
    """Return what was read of a path on the frames of a source.

    Raises:
        InputError: If it does not fit.
    """
    if side.labels.normalised:
        size = frame_size_of(frames)
        if size is None:
            remedy = "Give a project, which knows its video, or what loopviz predict wrote, as one of the two."
            raise InputError("nothing says how large the labelled pictures are", file=path, remedy=remedy)
        side = read_side(path, size)
    return replace(side, labels=align(side.labels, frames))


@dataclass(frozen=True, eq=False)
class Reference:
    """What is compared.

    Attributes:
        dataset: All work of the first, its people named; for what is said of single people.
        labels: The reference: one set of labels a frame.
        predicted: The detections.
        frames: The frames that are judged.
        notes: What a person should know.
    """

    dataset: Dataset
    labels: Dataset
    predicted: Dataset
    frames: frozenset[int]
    notes: tuple[Note, ...]


def reference_of(
    first: Side, second: Side, identity: Identity, salt_file: Path | None, how: CompareOptions
) -> Reference:
    """Return what of two label sets is compared, on which frames.

    The reference is a known answer where there is one (origin ``gold``), else what those drew whose work counts. Judged
    are the frames that have such labels or such work, of those that the model was shown.

    Raises:
        InputError: If the categories differ, or no frame is left.
    """
    salt = read_salt(salt_file or first.salt_file) if identity == "alias" else b""
    one, other = (apply_identity(side.labels.dataset, identity, salt) for side in (first, second))
    dataset, predicted = on_same_categories(one, other)
    labels, worked, notes = counting(dataset, how.whose)
    found, _, _ = counting(predicted, how.whose)
    frames = set(dataset.frames["frame"]) if how.background else set(labels["frame"]) | worked
    if second.record is not None:
        frames &= set(range(*second.record.frames))
    chosen = _part(frames, dataset, predicted, how)
    if not chosen:
        remedy = "Give labels of the frames that the model was shown, or leave --split and --run out."
        what = "there is no frame to compare"
        raise InputError(what, file=first.labels.path, found=f"{len(frames)} frames with labels", remedy=remedy)
    said = (
        *first.notes,
        *second.notes,
        *_without_area(one, other),
        *notes,
        *_apart(one, other),
        *_of_confidence(found, second.record),
    )
    return Reference(
        dataset, dataset.replace(annotations=labels), predicted.replace(annotations=found), frozenset(chosen), said
    )


def counting(dataset: Dataset, whose: Whose) -> tuple[pl.DataFrame, set[int], list[Note]]:
    """Return the labels that count, the frames that those worked on whose labels count, and what to say of it."""
    drawn = dataset.annotations.filter(~IS_CARRIED)
    if drawn.height and drawn.select(IS_MODELS.all()).item():
        return drawn, set(), []
    weighed = weights(dataset, whose)
    taught = lesson(dataset, weighed, whose)
    good = weighed.filter(pl.col("weight") > 0)
    work = dataset.assignments.join(good, on="assignment_id", how="semi").drop_nulls("frame")
    people = pl.col("assignment_ids").list
    alone = pl.when(people.len() == 1).then(people.first())  # what several agree on is nobody's own
    rows = taught.objects.with_columns(assignment_id=alone).select(COLUMNS)
    if rows["annotation_id"].is_duplicated().any():
        rows = rows.with_columns(annotation_id=pl.int_range(pl.len(), dtype=pl.Int64))
    return rows, set(work["frame"]), list(_several(taught.objects)) if whose in ("all", "accepted") else []


def _without_area(*sides: Dataset) -> Iterator[Note]:
    if count := sum(each.annotations.filter(~HAS_AREA).height for each in sides):
        yield note("without-area", count=count)


def _several(objects: pl.DataFrame) -> Iterator[Note]:
    if frames := frames_of_several(objects):
        yield note("several-judge", frames=frames)


def _part(frames: set[int], dataset: Dataset, predicted: Dataset, how: CompareOptions) -> set[int]:
    """Return the frames of the part that is asked for."""
    if how.split is not None:
        split = pl.concat([each.frames.select("frame", "split") for each in (dataset, predicted)])
        frames = frames & set(split.filter(pl.col("split") == how.split)["frame"])
    if how.run is not None:
        frames = frames & RunFolder.open(how.run).held_out()
    return frames


def _apart(one: Dataset, other: Dataset) -> Iterator[Note]:
    """Say where the two speak of different things, or may stand in each other's place."""
    names = [dict.fromkeys(each.categories["name"]) for each in (one, other)]
    for place, code in enumerate(("categories-not-predicted", "categories-not-labelled")):
        lacking = [name for name in names[place] if name not in names[1 - place]]
        if lacking:
            yield note(code, names=lacking)
    models = [
        bool(each.annotations.height) and each.annotations.select(IS_MODELS.all()).item() for each in (one, other)
    ]
    if models == [True, False]:
        yield warning("sides-swapped")


def _of_confidence(found: pl.DataFrame, record: Prediction | None) -> Iterator[Note]:
    """Say what the average precision cannot know."""
    if found.height and found["confidence"].null_count() == found.height:
        yield note("no-confidence")
    elif record is not None and record.confidence > 0.05:
        yield note("confidence-cut", confidence=record.confidence)
