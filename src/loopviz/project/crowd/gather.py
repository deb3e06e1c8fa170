"""From batches and a survey to one Dataset: read, aligned to the video, joined, and only with the consent of people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from loopviz.consent import consented
from loopviz.crowd.answers.join import join_batch_answers, join_survey
from loopviz.crowd.answers.join_report import JoinReport
from loopviz.crowd.consent.counts import check_consent
from loopviz.crowd.consent.question import ConsentAsked
from loopviz.crowd.identity.forget import forget
from loopviz.crowd.ledger.search_time import find_search
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.formats.align.frames import align
from loopviz.formats.mturk.image_urls import read_image_table
from loopviz.formats.mturk.read import Batches, BatchOptions, read_batches, with_shapes
from loopviz.formats.mturk.rows import is_batch
from loopviz.formats.mturk.shape_file import Shapes
from loopviz.formats.survey.read import SurveyOptions, read_survey
from loopviz.formats.types import LabelSet, Report
from loopviz.media.memory import give_back_memory, reuse_memory
from loopviz.notes import Note, told
from loopviz.project.config import AlignConfig
from loopviz.project.crowd.config import ConsentConfig, CrowdConfig
from loopviz.project.crowd.store import CrowdData, FileMark, Record, is_forgotten


@dataclass(frozen=True)
class Reading:
    """What is known beside the section ``crowd`` when a crowd's files are read.

    Attributes:
        frames: The source's table of frames; None leaves the frames as the images' names have them.
        video: The source.
        align: How images find their frames.
        headings: Short headings of questions, by id.
        skip_bad: Leave out rows that cannot be used, and say which.
        forgotten: The marks of people who are left out because they wished so.
    """

    frames: pl.DataFrame | None = None
    video: Path | None = None
    align: AlignConfig = field(default_factory=AlignConfig)
    headings: Mapping[str, str] | None = None
    skip_bad: bool = False
    forgotten: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Crowd:
    """A crowd's files, read and joined, their frames still numbered by the images' names.

    Attributes:
        bare: The work and the answers of everybody, whether they agreed to their use or not; no masks and outlines.
        shapes: The masks and outlines.
        usage: What was used of every category, by assignment.
        notes: What was taken for what, and what the joins came to.
    """

    bare: LabelSet
    shapes: Shapes
    usage: pl.DataFrame
    notes: tuple[Note, ...]

    def labels(self) -> LabelSet:
        """Return the work and the answers with masks and outlines."""
        return with_shapes(self.bare, self.shapes)


@dataclass(frozen=True, eq=False)
class Gathered:
    """A crowd's dataset, its masks and outlines apart: none of the steps that it is made in has a use for them.

    Attributes:
        data: The dataset.
        shapes: The masks and outlines; None if they are in it already.
    """

    data: CrowdData
    shapes: Shapes | None

    def whole(self) -> CrowdData:
        """Return the dataset with masks and outlines, in memory."""
        if self.shapes is None:
            return self.data
        dataset = self.data.dataset
        return self.data.with_dataset(dataset.replace(annotations=self.shapes.put_in(dataset.annotations)))


def read_crowd(
    crowd: CrowdConfig,
    headings: Mapping[str, str] | None = None,
    *,
    skip_bad: bool = False,
    folder: Path | None = None,
) -> Crowd:
    """Read batches and survey, and join them.

    Args:
        crowd: What is read.
        headings: Short headings of questions, by id.
        skip_bad: Leave out rows that cannot be used, and report them.
        folder: On whose disk masks and outlines are kept meanwhile; None: where temporary files are.

    Raises:
        InputError: If a file cannot be used, or no column says who answered.
        ConfigError: If an option names what is not there.
    """
    if crowd.survey and is_batch(crowd.survey):
        remedy = "Give it among the batches: answers inside them are read."
        raise InputError("these are results of a batch, not a survey", file=crowd.survey, remedy=remedy)
    reuse_memory()  # a mask after the other takes as much, and new pages cost more than unpacking it
    report = Report(skip_bad)
    known = read_image_table(crowd.images) if crowd.images else None
    options = BatchOptions(
        known, crowd.tolerance, crowd.min_area, label_columns=crowd.label_columns, image_column=crowd.image_column
    )
    batches = read_batches(crowd.batches, options, report, folder=folder)
    dataset, notes = _joined(batches, crowd, dict(headings or {}), report)
    bare = replace(batches.bare, dataset=dataset, problems=report.problems())
    return Crowd(bare, batches.shapes, batches.usage, tuple(notes))


def gather(crowd: CrowdConfig, reading: Reading, folder: Path | None = None) -> Gathered:
    """Read a crowd's files, find their frames, and leave out what people did not agree to.

    Args:
        crowd: What is read.
        reading: What is known beside it.
        folder: On whose disk masks and outlines are kept meanwhile; None: where temporary files are.

    Raises:
        InputError: If a file cannot be used, images do not fit the source, or no column says who answered.
        ConfigError: If an option names what is not there.
    """
    found = read_crowd(crowd, reading.headings, skip_bad=reading.skip_bad, folder=folder)
    moved = reading.align.rescale  # masks and outlines with their labels
    labels = _aligned(found.labels() if moved else found.bare, reading)
    dataset, notes = labels.dataset, list(found.notes)
    if dataset.workers["consent"].is_not_null().any() or dataset.answers["consent"].is_not_null().any():
        notes += check_consent(dataset).notes()
        dataset = consented(dataset)
    gone = [i for i in dataset.workers["worker_id"] if is_forgotten(i, reading.forgotten)]
    for worker in gone:
        dataset, _ = forget(dataset, worker)
    notes += [told("forgotten-again", count=len(gone))] if gone else []
    searched = find_search(dataset, crowd.search.question, crowd.search.unit).taken
    report = (*counts(dataset), *notes, *(replace(each, severity=None) for each in searched), *labels.problems)
    record = Record(
        settings=settings_of(crowd, reading),
        batches=tuple(FileMark.of(path) for path in crowd.batches),
        survey=FileMark.of(crowd.survey) if crowd.survey else None,
        image_table=FileMark.of(crowd.images) if crowd.images else None,
        video=str(reading.video.resolve()) if reading.video else None,
        image_column=crowd.image_column,
        images=_images(found.bare.dataset, dataset),
        forgotten=reading.forgotten,
        search=crowd.search,
        report=tuple(each.line for each in report),
    )
    usage = found.usage.join(dataset.assignments, on="assignment_id", how="semi", maintain_order="left")
    return Gathered(CrowdData(dataset, usage, record), None if moved else found.shapes)


def settings_of(crowd: CrowdConfig, reading: Reading) -> str:
    """Return everything that decides how the files are read, as JSON."""
    keys = {"key", "consent", "keep", "search", "tolerance", "min_area", "label_columns", "image_column"}
    parts = crowd.model_dump(include=keys) | reading.align.model_dump()
    return json.dumps(parts | {"headings": dict(reading.headings or {}), "skip_bad": reading.skip_bad})


def counts(dataset: Dataset) -> tuple[Note, Note]:
    """Return what a crowd's dataset holds."""
    work, shapes = dataset.assignments, dataset.annotations
    states = work.group_by("status").len().sort("status").drop_nulls()
    frames = work["frame"].drop_nulls().n_unique()
    people, batches = (work[name].drop_nulls().n_unique() for name in ("worker_id", "batch"))
    many = {"assignments": work.height, "people": people, "batches": batches}
    return (
        told("work-counted", **many, states=dict(states.iter_rows())),
        told("labels-counted", labels=shapes.height, frames=frames, of=dataset.frames.height),
    )


def _aligned(labels: LabelSet, reading: Reading) -> LabelSet:
    """Give frames the numbers of the source's; a batch that only asked questions has none."""
    if reading.frames is None or not labels.dataset.frames.height:
        return labels
    return align(labels, reading.frames, **reading.align.model_dump())


def _joined(
    batches: Batches, crowd: CrowdConfig, headings: dict[str, str], report: Report
) -> tuple[Dataset, list[Note]]:
    dataset, notes = batches.bare.dataset, _pay(batches.bare.dataset)
    consent = _consent_asked(crowd.consent)
    codes = batches.answers if batches.answers.height else None
    columns = [] if codes is None else codes["column"].unique(maintain_order=True).to_list()
    elsewhere = () if consent.nobody else tuple(q for q in consent.questions if q not in columns)
    if elsewhere and not crowd.survey:
        known = ", ".join(columns) or "no answers at all"
        raise ConfigError("the batches have no such question", found=elsewhere[0], expected=known)
    joins: list[JoinReport] = []
    if codes is not None:
        dataset, report_inside = join_batch_answers(dataset, codes, headings, consent, people=batches.people)
        joins += [report_inside] if dataset.questions.height else []
    if crowd.survey:
        options = SurveyOptions(crowd.keep, headings=headings, key=crowd.key, consent=elsewhere)
        survey = read_survey(crowd.survey, options, report)
        give_back_memory()  # Polars, which joins, cannot use what was taken for cells
        dataset, joined = join_survey(dataset, survey, key=crowd.key, consent=consent, codes=codes)
        joins.append(joined)
    asked = not consent.nobody and any((consent.questions, consent.yes, consent.no, consent.empty is not None))
    if asked and not any(taken.code == "consent" for join in joins for taken in join.taken):
        remedy = "Name the question: --consent COLUMN (crowd: consent)."
        found = ", ".join(consent.questions) or None
        raise ConfigError("nothing was asked that could be consent", found=found, remedy=remedy)
    notes += [each for join in joins for each in join.notes()]
    return dataset, notes


def _consent_asked(said: ConsentConfig) -> ConsentAsked:
    return ConsentAsked(said.question, said.yes, said.no, None if said.empty is None else said.empty == "yes")


def _pay(dataset: Dataset) -> list[Note]:
    known = dataset.assignments["reward_usd"].count()
    return [told("pay-taken", known=known, assignments=dataset.assignments.height)] if known else []


def _images(before: Dataset, after: Dataset) -> dict[int, str]:
    """Return the image that people labelled, by the source's frame."""
    names = dict(before.frames.select("frame", "file").drop_nulls().iter_rows())
    was = dict(before.assignments.select("assignment_id", "frame").drop_nulls().iter_rows())
    now = after.assignments.select("assignment_id", "frame").drop_nulls().iter_rows()
    return {frame: names[was[i]] for i, frame in now if was.get(i) in names}
