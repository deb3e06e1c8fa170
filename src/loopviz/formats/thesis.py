"""The thesis' project folder, as its scripts left it.

``mouse_video_frames/mouse_0001_<WorkerId>.jpeg`` is one labelled frame a worker, ``labels/mouse_0001_<WorkerId>.txt``
holds its YOLO rows, ``metadata.json`` the survey answers by worker or by image. ``annotated_images/`` and the output
video are what the scripts generated: they are passed over. The number in a name is the frame's, counted from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.files import list_files
from loopviz.formats.names import split_worker
from loopviz.formats.people import read_people
from loopviz.formats.people_tables import Person, assign, people_tables
from loopviz.formats.types import LabelSet, ReadOptions, Report
from loopviz.formats.yolo import read_yolo_folder
from loopviz.formats.yolo_layout import find_yolo
from loopviz.paths import stem_of

GENERATED = frozenset({"annotated_images"})
PEOPLE_FILE = "metadata.json"


def read_thesis(path: Path, options: ReadOptions) -> LabelSet:
    """Read a thesis project folder.

    Raises:
        InputError: If the folder is not laid out so, or its labels or its people are malformed.
    """
    if not is_thesis(path):
        expected = "labels/mouse_0001_<WorkerId>.txt"
        remedy = "Name another format, such as --labels-format yolo (labels_format)."
        raise InputError("not a thesis project folder", file=path, expected=expected, remedy=remedy)
    report = Report(options.skip_bad)
    dataset = with_workers_from_names(read_yolo_folder(find_yolo(path, report, GENERATED), options, report), report)
    if (path / PEOPLE_FILE).is_file():
        dataset = read_people(path / PEOPLE_FILE, dataset, report)
    else:
        report.note("no-people", path, f"there is no {PEOPLE_FILE}: the workers are known by their ids alone")
    return LabelSet("thesis", path, dataset, report.problems())


def is_thesis(path: Path, files: Sequence[str] | None = None) -> bool:
    """Say whether a folder has labels named after frames and workers, and frames or people beside them."""
    if not (path / "labels").is_dir():
        return False
    listed = list_files(path) if files is None else files
    labels = [stem_of(name) for name in listed if name.startswith("labels/") and name.endswith(".txt")]
    has_more = (path / PEOPLE_FILE).is_file() or any(name.split("/")[0].endswith("_frames") for name in listed)
    return has_more and any(split_worker(stem)[1] for stem in labels)


def with_workers_from_names(dataset: Dataset, report: Report) -> Dataset:
    """Return a Dataset with the workers that its frames' names hold, and their assignments."""
    names = dataset.frames.select("frame", "file").drop_nulls().iter_rows()
    pairs = [(frame, worker) for frame, name in names if (worker := split_worker(stem_of(name))[1])]
    tables = people_tables((Person(worker, {}) for _, worker in pairs), report)
    workers = tables["workers"].join(dataset.workers, on="worker_id", how="anti", maintain_order="left")
    return assign(dataset.replace(workers=pl.concat([dataset.workers, workers])), pairs)
