"""Writing a Dataset in one of the label formats."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from loopviz.atomic import write_text, writing
from loopviz.consent import consented
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, OutputError
from loopviz.formats.align.frame_names import frame_names
from loopviz.formats.csv_write import write_tables
from loopviz.formats.labels.coco.write import write_coco
from loopviz.formats.labels.yolo.row_forms import TASKS
from loopviz.formats.labels.yolo.write import EXTRAS, label_rows, task_of, write_rows, write_spec, write_yolo
from loopviz.formats.names import split_worker
from loopviz.formats.people.thesis import PEOPLE_FILE
from loopviz.formats.people.write import people_by_image, people_by_worker
from loopviz.outputs import Origin, own_files, own_folder
from loopviz.paths import stem_of
from loopviz.pseudonyms import without_ids

FORMATS = ("yolo", "yolo-traceable", "coco", "coco-traceable", "thesis", "dataset", "csv")


def write_labels(
    dataset: Dataset,
    path: str | Path,
    format: str,
    *,
    full: bool = False,
    overwrite: bool = False,
    task: str | None = None,
    extras: Collection[str] = (),
) -> None:
    """Write labels: a JSON file for the COCO formats, a folder for the others. Whole, or not at all.

    People who refused consent are left out, and what they did is nobody's; see ``loopviz.consent``.

    Args:
        dataset: What to write.
        path: The file or the folder.
        format: ``"yolo"``, ``"yolo-traceable"`` (with the people's ``metadata.json``), ``"coco"``,
            ``"coco-traceable"``, ``"thesis"``, ``"dataset"`` or ``"csv"``, which is for people to read.
        full: Write the platform's own ids. Otherwise workers' aliases, and numbers of their tasks, stand everywhere, in
            file names too.
        overwrite: Replace what stands there: a file, or a folder that loopviz made and nobody has changed.
        task: ``"detect"`` or ``"segment"``, for YOLO rows; found from the annotations where it is not named.
        extras: ``"confidence"`` and ``"track_id"``, for YOLO rows: what stands behind the coordinates. The other
            formats have a place for both, and hold them anyway.

    Raises:
        ConfigError: If the format, the task or an extra is none of these.
        OutputError: If the path exists, cannot be written, a worker has no alias, or a label cannot be expressed.
    """
    target = Path(path)
    with labels_place(target, format, Origin("labels"), overwrite=overwrite) as part:
        write_parts(dataset, part, format, full=full, task=task, extras=extras)


@contextlib.contextmanager
def labels_place(target: Path, format: str, origin: Origin, *, overwrite: bool) -> Iterator[Path]:
    """Yield where to write labels of a format: a file or a folder that takes the target's name when all went well.

    Raises:
        ConfigError: If there is no such format.
        OutputError: If what stands there must be kept, or cannot be written.
    """
    if format not in FORMATS:
        raise ConfigError("there is no such label format", found=format, expected=", ".join(FORMATS))
    if format.startswith("coco"):
        with own_files(target, origin=origin, overwrite=overwrite) as (part,), writing(target):
            yield part
    else:
        with own_folder(target, origin, overwrite=overwrite) as part, writing(target):
            yield part


def write_parts(
    dataset: Dataset,
    part: Path,
    format: str,
    *,
    full: bool = False,
    task: str | None = None,
    extras: Collection[str] = (),
) -> None:
    """Write labels into a place that nobody looks into yet; see ``write_labels``."""
    if task is not None and task not in TASKS:
        raise ConfigError("there is no such task", found=task, expected=" or ".join(TASKS))
    if not set(extras) <= set(EXTRAS):
        raise ConfigError("rows do not end with that", found=", ".join(extras), expected=", ".join(EXTRAS))
    shown = consented(dataset) if full else without_ids(consented(dataset))
    if format.startswith("yolo"):
        write_yolo(shown, part, task, extras)
        if format == "yolo-traceable":
            write_text(part / PEOPLE_FILE, people_by_image(shown))
    elif format == "thesis":
        write_thesis(shown, part, task, extras)
    elif format == "dataset":
        shown.save(part)
    elif format == "csv":
        write_tables(shown, part)
    else:
        write_coco(shown, part, traceable=format == "coco-traceable")


def write_thesis(dataset: Dataset, folder: Path, task: str | None, extras: Collection[str] = ()) -> None:
    """Write a thesis project folder without its pictures: ``labels/``, ``metadata.json`` by worker, ``data.yaml``.

    Every assignment has a label file, ``mouse_0001_<worker>.txt``; what has no worker stands in ``mouse_0001.txt``.
    """
    kind = task or task_of(dataset)
    write_spec(dataset, folder, kind, images=False)
    names = {frame: _numbered(name, frame) for frame, name in frame_names(dataset).items()}
    workers = dict(dataset.assignments.select("assignment_id", "worker_id").iter_rows())
    files: dict[tuple[int, str | None], list[str]] = {}
    for frame, worker in dataset.assignments.select("frame", "worker_id").drop_nulls().iter_rows():
        files[frame, worker] = []
    busy = {frame for frame, _ in files}
    files |= {(frame, None): [] for frame in names if frame not in busy}
    for frame, assignment, row in label_rows(dataset, kind, extras).iter_rows():
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
