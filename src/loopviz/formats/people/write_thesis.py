"""Writing a thesis project folder; ``loopviz.formats.people.thesis`` says what it is."""

from __future__ import annotations

import re
from pathlib import Path

from loopviz.atomic import write_text
from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.formats.align.frame_names import frame_names
from loopviz.formats.format import WriteOptions
from loopviz.formats.label_names import split_worker
from loopviz.formats.labels.yolo.write import label_rows, task_of, write_rows, write_spec
from loopviz.formats.people.write import PEOPLE_FILE, people_by_worker
from loopviz.paths import stem_of


def write_thesis(dataset: Dataset, folder: Path, options: WriteOptions) -> None:
    """Write a thesis project folder without its pictures: ``labels/``, ``metadata.json`` by worker, ``data.yaml``.

    Every assignment has a label file, ``mouse_0001_<worker>.txt``; what has no worker stands in ``mouse_0001.txt``.
    """
    kind = options.task or task_of(dataset)
    write_spec(dataset, folder, kind, images=False)
    names = {frame: _numbered(name, frame) for frame, name in frame_names(dataset).items()}
    workers = dict(dataset.assignments.select("assignment_id", "worker_id").iter_rows())
    files: dict[tuple[int, str | None], list[str]] = {}
    for frame, worker in dataset.assignments.select("frame", "worker_id").drop_nulls().iter_rows():
        files[frame, worker] = []
    busy = {frame for frame, _ in files}
    files |= {(frame, None): [] for frame in names if frame not in busy}
    for frame, assignment, row in label_rows(dataset, kind, options.extras).iter_rows():
        files.setdefault((frame, workers.get(assignment)), []).append(row)
    for (frame, worker), rows in files.items():
        name = names[frame] if worker is None else f"{names[frame]}_{_as_file_name(worker)}"
        write_rows(folder / "labels" / f"{name}.txt", rows)
    write_text(folder / PEOPLE_FILE, people_by_worker(dataset))


def _numbered(name: str, frame: int) -> str:
    """Return a name that ends with the frame's number, counted from 1, as the thesis has it."""
    own = split_worker(stem_of(name))[0]
    return own if own != stem_of(name) or (own[-5:-4] == "_" and own[-4:].isdecimal()) else f"frame_{frame + 1:04d}"


def _as_file_name(worker: str) -> str:
    if re.search(r"[/\\\0]", worker):
        remedy = "Write another format, or aliases."
        raise OutputError("a worker's id cannot stand in a file name", found=worker, remedy=remedy)
    return worker
