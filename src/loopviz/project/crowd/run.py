"""A project's crowd: its batches and survey read and reviewed, and which of the work is shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from loopviz.crowd.review.decisions import Review
from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.media import Source
from loopviz.notes import Note, told
from loopviz.project.config import ProjectConfig, default_output
from loopviz.project.crowd import cache as crowd_cache
from loopviz.project.crowd.config import CrowdConfig, Show
from loopviz.project.crowd.gather import Reading, gather, settings_of
from loopviz.project.crowd.review import decide, reviewed
from loopviz.project.crowd.store import RECORD, CrowdData, FileMark, Record, forgotten_in


@dataclass(frozen=True, eq=False)
class CrowdWork:
    """A project's crowd, ready to be shown and written.

    Attributes:
        data: The whole of it, what counts marked by the review.
        review: The decisions, if the project has a rule.
        folder: Where its files go.
        show: Whose work is shown where several people worked on a frame.
    """

    data: CrowdData
    review: Review | None
    folder: Path
    show: Show

    def picked(self, dataset: Dataset) -> Dataset:
        """Return the part of a Dataset of this work that is to be shown."""
        return picked(dataset, self.show)

    def notes(self) -> tuple[Note, ...]:
        """Return what reading and joining came to, and what the review would cost people, before it is written."""
        report = (told("noted-before", text=text) for text in self.data.record.report)
        return (*report, *([self.review.cost.note()] if self.review else []))


def crowd_work(config: ProjectConfig, crowd: CrowdConfig, source: Source, *, remember: bool = True) -> CrowdWork:
    """Read a project's crowd, or take what was made of the very same files before, and review it.

    Args:
        config: The project.
        crowd: Its crowd.
        source: What was labelled.
        remember: Keep what was read for the next time.

    Raises:
        LoopvizError: As ``gather`` and ``decide``.
    """
    output = config.output or default_output(Path(), config.source.stem)
    folder = crowd.folder or output.with_suffix("")
    gone = forgotten_in(folder / "dataset")
    reading = Reading(source.table(), source.info.path, config.align, config.questions, config.skip_bad, gone)
    data = _kept(crowd, reading, folder / "dataset") or _read(crowd, reading, remember=remember)
    if crowd.rule is None:
        return CrowdWork(data, None, folder, crowd.show)
    decided = decide(data, crowd.rule, pay_all=crowd.pay_all, gold=crowd.gold)
    return CrowdWork(reviewed(data, decided), decided, folder, crowd.show)


def _read(crowd: CrowdConfig, reading: Reading, *, remember: bool) -> CrowdData:
    """Read a crowd's files, unless they were read before, and nothing of them has changed."""
    try:
        key = crowd_cache.key_of(crowd, reading)
    except OSError:  # the reader says what is wrong
        return gather(crowd, reading).whole()
    data = crowd_cache.kept(key)
    if data is None:
        data = gather(crowd, reading).whole()
        if remember:
            crowd_cache.keep(data, key)
    return data


def _kept(crowd: CrowdConfig, reading: Reading, folder: Path) -> CrowdData | None:
    """Return an earlier run's dataset if it was made of the same files in the same way: masks take long to read."""
    if not (folder / RECORD).exists() or reading.frames is None:
        return None
    record, survey = Record.load(folder), FileMark.of(crowd.survey) if crowd.survey else None
    same = (
        record.settings == settings_of(crowd, reading)
        and record.batches == tuple(FileMark.of(path) for path in crowd.batches)
        and record.survey == survey
        and record.image_table == (FileMark.of(crowd.images) if crowd.images else None)
    )
    if not same:
        return None
    try:
        data = CrowdData.load(folder)
    except InputError:  # a table was lost; the files that it was made of are there
        return None
    return data if data.dataset.frames.equals(reading.frames) else None


def picked(dataset: Dataset, show: Show) -> Dataset:
    """Return the Dataset with the work that is to be shown: where several people worked on a frame, see ``show``."""
    if show == "all":
        return dataset
    work = dataset.assignments
    counts = pl.col("accepted").fill_null(value=False)
    done = work.filter(counts)["frame"].drop_nulls().implode()
    instead = pl.lit(show == "accepted first") & ~pl.col("frame").is_in(done).fill_null(value=False)
    kept = work.filter(counts | instead)
    shapes = dataset.annotations.join(kept, on="assignment_id", how="semi", maintain_order="left")
    nobodys = dataset.annotations.filter(pl.col("assignment_id").is_null())
    return dataset.replace(annotations=pl.concat([shapes, nobodys])).replace(assignments=kept)
