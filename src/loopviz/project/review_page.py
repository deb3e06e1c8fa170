"""A review of labels in a browser: the folder that it takes place in, and what was decided, back into the dataset."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import polars as pl

from loopviz.atomic import new_file, new_folder, writing
from loopviz.crowd import apply_identity
from loopviz.crowd.quality.suspects import Evidence, suspects
from loopviz.dataset import Dataset
from loopviz.errors import InputError, OutputError
from loopviz.formats.types import frame_size_of
from loopviz.media import Source, open_source
from loopviz.notes import Note
from loopviz.outputs import Origin, check_folder, own_folder, renote
from loopviz.project.compare import Naming
from loopviz.project.crowd.earlier import decisions_on, kept_beside
from loopviz.project.crowd.store import RECORD, CrowdData
from loopviz.project.export import check_apart
from loopviz.project.reference import Side, on_frames, own_source, read_both_whole, read_side, with_detections
from loopviz.project.salt import read_salt
from loopviz.report.suspect_words import sentence
from loopviz.review.columns import check_numbers, revision
from loopviz.review.decisions import Applied, apply_decisions, read_decisions
from loopviz.review.folder import EXPLAINED, PAGE, Beside, write_folder
from loopviz.review.pictures import Kind
from loopviz.review.places import places_of
from loopviz.review.wording import shown_name
from loopviz.schema import SCHEMAS


@dataclass(frozen=True)
class ReviewFolder:
    """What was written.

    Attributes:
        path: The folder.
        labels: How many labels there are to look at.
        frames: On how many frames.
        people: By how many people who are named.
        picture: What is seen behind them.
        notes: What a person should know.
    """

    path: Path
    labels: int
    frames: int
    people: int
    picture: Kind
    notes: tuple[Note, ...]


def write_review(
    labels: str | Path,
    out: str | Path,
    naming: Naming,
    video: Path | None = None,
    *,
    predictions: str | Path | None = None,
    overwrite: bool = False,
) -> ReviewFolder:
    """Write the folder in which labels are looked at and decided on, in a browser.

    Args:
        labels: A project, a dataset, or labels of any format.
        out: The folder that is made: whole or not at all.
        naming: What may name people in it.
        video: The video or the folder of images; None: a project's, else labels stand on blank ground.
        predictions: A model's labels of the same frames, which it did not learn from these; None: none.
        overwrite: Replace the folder if it exists, and loopviz made it.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the folder.
    """
    path, folder = Path(labels), Path(out)
    check_apart(path, folder)
    origin = Origin.of("review", path, video, naming.identity, *([f"{predictions}"] if predictions else []))
    check_folder(folder, origin, overwrite=overwrite)
    with contextlib.ExitStack() as stack:
        place = video or own_source(path)
        source = None if place is None else stack.enter_context(open_source(place))
        read = _read(path, None if predictions is None else Path(predictions), source)
        salt = read_salt(naming.salt_file or read.side.salt_file) if naming.identity == "alias" else b""
        dataset = apply_identity(read.side.labels.dataset, naming.identity, salt)
        with own_folder(folder, origin, overwrite=overwrite) as part, writing(folder):
            seen = write_folder(dataset, source, read.revision, part, _beside(dataset, read))
    named = dataset.workers["alias"].drop_nulls().len()
    counts = dataset.annotations.height, dataset.annotations["frame"].n_unique(), named
    return ReviewFolder(folder, *counts, seen, read.side.notes)


class _Read(NamedTuple):
    """What a review is of: labels on the frames that are shown, and what decisions on them are about.

    ``stored`` are the labels' own frames, by annotation.
    """

    side: Side
    revision: str
    stored: pl.DataFrame
    detections: pl.DataFrame | None


def _read(path: Path, predictions: Path | None, source: Source | None) -> _Read:
    frames = None if source is None else source.table()
    side = read_side(path, None if frames is None else frame_size_of(frames))
    if side.labels.normalised:
        remedy = "Give the video or the folder of the pictures: --video (video)."
        raise InputError("nothing says how large the labelled pictures are", file=path, remedy=remedy)
    stored = side.labels.dataset
    check_numbers(stored, path)
    state, own = revision(stored), stored.annotations.select("annotation_id", own_frame="frame")
    if predictions is None:
        return _Read(side if frames is None else on_frames(side, path, frames), state, own, None)
    side, detections = with_detections(*read_both_whole(path, predictions, frames))
    return _Read(side, state, own, detections)


def _beside(dataset: Dataset, read: _Read) -> Beside:
    """Return the labels that are worth a look and the places that lack one, with why in a sentence."""
    names = dataset.categories.select("class_id", "name").iter_rows()
    categories = {class_id: shown_name(name) for class_id, name in names}
    found = suspects(dataset, Evidence(read.detections))
    # Of a million labels few are read about: those that nobody labelled, and the first of the others.
    said = found.filter(pl.col("annotation_id").is_null() | (pl.col("rank") <= EXPLAINED))
    why = pl.Series("why", [sentence(row, categories) for row in said.iter_rows(named=True)], dtype=pl.String)
    found = found.join(said.select("rank", why), on="rank", how="left", maintain_order="left")
    own = dataset.annotations.select("annotation_id", "frame").join(read.stored, on="annotation_id")
    own = own.select("frame", "own_frame").unique("frame", keep="first", maintain_order=True)
    labels = found.drop_nulls("annotation_id").select("annotation_id", "score", "why")
    return Beside(labels, places_of(found, dataset, own, read.detections), read.detections)


@dataclass(frozen=True)
class AppliedReview:
    """What became of decisions, where the dataset is, and where its state before them is kept; None: where it was."""

    applied: Applied
    path: Path
    before: Path | None


def apply_review(decisions: str | Path, dataset: str | Path, out: str | Path | None = None) -> AppliedReview:
    """Bring decisions back into a dataset; its state before them is kept whole beside it.

    Args:
        decisions: What the page handed over.
        dataset: The dataset's folder.
        out: Another folder for what comes of it; then the dataset stays as it is.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then everything is as it was.
    """
    file, folder = Path(decisions), Path(dataset)
    given = read_decisions(file)
    data = _load(folder)
    found = data if isinstance(data, Dataset) else data.dataset
    applied = apply_decisions(found, given, revision(found), file)
    target, kept = folder if out is None else Path(out), None
    if out is None:
        kept = _keep(folder, file, _state(found))
    elif target.exists() and (target.is_file() or any(target.iterdir())):
        raise OutputError("the folder exists and was kept", file=target, remedy="Choose another name.")
    _save(data, applied.dataset, target)
    return AppliedReview(applied, target, kept)


def _state(dataset: Dataset) -> str:
    """Return a hash, as hex, of all that decisions may change: of labels, and of the work that they are of."""
    work = dataset.assignments.select("accepted", "labels_read").write_csv()
    return hashlib.sha256(f"{revision(dataset)}\n{work}".encode()).hexdigest()


def _load(folder: Path) -> Dataset | CrowdData:
    if not folder.is_dir():
        remedy = "Give the dataset that the page was made of: decisions on other labels cannot be brought back."
        raise InputError("this is no dataset's folder", file=folder, remedy=remedy)
    return CrowdData.load(folder) if (folder / RECORD).exists() else Dataset.load(folder)


def _save(data: Dataset | CrowdData, after: Dataset, target: Path) -> None:
    if isinstance(data, Dataset):
        after.save(target)
        renote(target, *(f"{name}.parquet" for name in SCHEMAS))
    else:
        replace(data, dataset=after).update(target)


def _is_of(kept: Path, state: str) -> bool:
    try:
        found = _load(kept)
    except InputError:
        return False
    return _state(found if isinstance(found, Dataset) else found.dataset) == state


def _keep(folder: Path, decisions: Path, state: str) -> Path:
    """Copy a dataset, and the decisions on it, to names beside it; a copy of the same state need not be made again."""
    kept = kept_beside(folder, state)
    if kept.exists():
        if not _is_of(kept, state):
            raise OutputError("something else stands here", file=kept, remedy="Move it away.")
    else:
        with new_folder(kept) as part, writing(kept):
            shutil.copytree(folder, part, dirs_exist_ok=True)
    with new_file(decisions_on(kept), replace=True) as part, writing(kept):
        shutil.copyfile(decisions, part)
    return kept


__all__ = ["PAGE", "AppliedReview", "ReviewFolder", "apply_review", "write_review"]
