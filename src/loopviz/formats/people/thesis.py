"""The thesis' project folder, as its scripts left it.

``mouse_video_frames/mouse_0001_<WorkerId>.jpeg`` is one labelled frame a worker, ``labels/mouse_0001_<WorkerId>.txt``
holds its YOLO rows, ``metadata.json`` the survey answers by worker or by image. ``annotated_images/`` and the output
video are what the scripts generated: they are passed over. The number in a name is the frame's, counted from 1.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.label_names import split_worker
from loopviz.formats.labels.yolo.layout import find_yolo
from loopviz.formats.labels.yolo.read import lacks_sizes, read_yolo_folder
from loopviz.formats.people.read import read_people
from loopviz.formats.people.tables import Person, assign, people_tables
from loopviz.formats.people.write import PEOPLE_FILE
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.paths import stem_of

HEADINGS = {
    "Q1": "Age",
    "Q2": "Gender",
    "Q3": "Education",
    "Q4": "City",
    "Q5": "Searching for tasks",
    "Q6": "Tasks never paid",
    "Q7": "Longest task",
    "Q8": "Rejected last month",
    "Q9": "Health",
    "Q10": "Own equipment",
}
# What answers to three of them look like: questions of other surveys are called Q1 to Q10 too.
_FITTING = {
    "Q1": re.compile(r"\d\d ?- ?\d\d|(under|over|below|above) \d\d|\d\d (or|and) (older|over|more|above|younger)"),
    "Q2": re.compile(r"(cis |trans )?(fe)?male|(wo)?man|non-?binary|other|diverse|prefer not to (say|answer)"),
    "Q5": re.compile(r".*\d.*\b(minutes?|min|hours?)\b.*|.*\bhours?\b.*"),
}
GENERATED = frozenset({"annotated_images"})


def read_thesis(path: Path, options: LabelOptions) -> LabelSet:
    """Read a thesis project folder.

    Raises:
        InputError: If the folder is not laid out so, or its labels or its people are malformed.
    """
    if not is_thesis(Candidate(path)):
        expected = "labels/mouse_0001_<WorkerId>.txt"
        remedy = "Name another format, such as --labels-format yolo (labels_format)."
        raise InputError("not a thesis project folder", file=path, expected=expected, remedy=remedy)
    report = Report(options.skip_bad)
    found = find_yolo(path, report, GENERATED, named=options.names is not None)
    dataset = with_workers_from_names(read_yolo_folder(found, options, report), report)
    if (path / PEOPLE_FILE).is_file():
        dataset = _headed(read_people(path / PEOPLE_FILE, dataset, report))
    else:
        report.note("no-people", path)
    return LabelSet("thesis", path, dataset, report.problems(), normalised=lacks_sizes(dataset))


def _headed(dataset: Dataset) -> Dataset:
    """Return a Dataset with the headings of the thesis' survey, if the answers are answers to it."""
    asked = dataset.questions["question_id"].to_list()
    fit = {_fits(dataset, question) for question in asked}
    if False in fit or True not in fit:
        return dataset
    headings = pl.col("heading").replace(HEADINGS)
    return dataset.replace(questions=dataset.questions.with_columns(headings))


def _fits(dataset: Dataset, question: str) -> bool | None:
    """Say whether most answers to a question are such as the thesis' has; None where that cannot be told."""
    pattern = _FITTING.get(question)
    given = dataset.answers.filter(pl.col("question_id") == question)["answer"].drop_nulls()
    filled = [re.sub("[‐-―−]", "-", answer.strip().casefold()) for answer in given if answer.strip()]
    if pattern is None or not filled:
        return None
    return 2 * sum(pattern.fullmatch(answer) is not None for answer in filled) >= len(filled)


def is_thesis(candidate: Candidate) -> bool:
    """Say whether a folder has labels named after frames and workers, and frames or people beside them."""
    path = candidate.path
    if not (path / "labels").is_dir():
        return False
    labels = [stem_of(name) for name in candidate.files if name.startswith("labels/") and name.endswith(".txt")]
    has_more = (path / PEOPLE_FILE).is_file() or any(name.split("/")[0].endswith("_frames") for name in candidate.files)
    return has_more and any(split_worker(stem)[1] for stem in labels)


def detect_thesis(candidate: Candidate) -> Evidence:
    """Say whether a folder is the thesis'."""
    certain = is_thesis(candidate)
    return Evidence("certain", "labels named after workers") if certain else NO_EVIDENCE


def with_workers_from_names(dataset: Dataset, report: Report) -> Dataset:
    """Return a Dataset with the workers that its frames' names hold, and their assignments."""
    names = dataset.frames.select("frame", "file").drop_nulls().iter_rows()
    pairs = [(frame, worker) for frame, name in names if (worker := split_worker(stem_of(name))[1])]
    tables = people_tables((Person(worker, {}) for _, worker in pairs), report)
    workers = tables["workers"].join(dataset.workers, on="worker_id", how="anti", maintain_order="left")
    return assign(dataset.replace(workers=pl.concat([dataset.workers, workers])), pairs)
