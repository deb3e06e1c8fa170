"""What is fuzzed: every reader of a stranger's file, fed with bytes. Used by the suite and by ``scripts/fuzz``.

A target reads, and may raise a LoopvizError; whatever else it raises is a bug.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest import mock

from loopviz.dataset import Dataset
from loopviz.errors import LoopvizError
from loopviz.formats import strict_json
from loopviz.formats.mturk.read import read_batches
from loopviz.formats.people.assignments import read_assignments
from loopviz.formats.people.read import read_people
from loopviz.formats.picture_size import image_size
from loopviz.formats.reading import read_labels
from loopviz.formats.survey.read import read_survey
from loopviz.formats.types import Report
from loopviz.media.manifest import read_manifest
from loopviz.project.config_file import load_config
from loopviz.scene.templates import compiled, fill, questions_in
from loopviz.scene.theme import load_theme
from loopviz.schema import table

CORPUS = Path(__file__).parent / "corpus"
SIZE = (64, 48)
WORKER = "A1RAWIDXXXX01"
CONTEXT = {
    "worker": {"alias": "Worker 0001", "simulated": True, "silent": False},
    "work": {"status": "approved", "reward_usd": 0.15, "labels": 2, "seconds": 61.5},
    "pay": {"usd": 0.15, "usd_per_hour": 8.78},
    "account": {"tasks": 2, "usd_per_hour": 8.78},
    "everyone": {"people": 1, "paid_usd": 0.15},
    "frame": {"index": 0, "number": 1, "count": 2, "others": 0},
    "answers": {"Q1": "25 - 34"},
    "headings": {"Q1": "Age"},
}


def dataset() -> Dataset:
    """Two frames, the first labelled by a worker with a question."""
    frames = {"frame": [0, 1], "file": ["mouse_0001.png", "mouse_0002.png"], "width": [64, 64], "height": [48, 48]}
    one = {"annotation_id": [0], "frame": [0], "class_id": [0], "assignment_id": ["T1"]}
    box = {"x_min": [1.0], "y_min": [1.0], "x_max": [9.0], "y_max": [9.0]}
    return Dataset(
        frames=table("frames", frames),
        categories=table("categories", {"class_id": [0], "name": ["wheel"]}),
        annotations=table("annotations", one | box),
        assignments=table("assignments", {"assignment_id": ["T1"], "frame": [0], "worker_id": [WORKER]}),
        workers=table("workers", {"worker_id": [WORKER]}),
    )


DATASET = dataset()


def yolo_rows(data: bytes, folder: Path) -> None:
    _yolo(folder, data, b"names: [wheel, button, cable]\n")


def data_yaml(data: bytes, folder: Path) -> None:
    _yolo(folder, b"0 .5 .5 .1 .1\n", data)


def _yolo(folder: Path, rows: bytes, spec: bytes) -> None:
    (folder / "labels").mkdir(exist_ok=True)
    (folder / "labels" / "a.txt").write_bytes(rows)
    (folder / "data.yaml").write_bytes(spec)
    _labels(folder, "yolo")


def coco(data: bytes, folder: Path) -> None:
    (folder / "coco.json").write_bytes(data)
    with contextlib.suppress(LoopvizError), mock.patch.multiple(strict_json, LARGE=0, BLOCK=0):
        _labels(folder / "coco.json", "coco")
    _labels(folder / "coco.json", "coco")


def _labels(path: Path, kind: str) -> None:
    with contextlib.suppress(LoopvizError):
        read_labels(path, format=kind, frame_size=SIZE, skip_bad=True)
    read_labels(path, format=kind, frame_size=SIZE)


def metadata(data: bytes, folder: Path) -> None:
    (folder / "metadata.json").write_bytes(data)
    read_people(folder / "metadata.json", DATASET)


def assignments(data: bytes, folder: Path) -> None:
    (folder / "assignments.csv").write_bytes(data)
    read_assignments(folder / "assignments.csv", DATASET)


def batch(data: bytes, folder: Path) -> None:
    (folder / "batch.csv").write_bytes(data)
    with contextlib.suppress(LoopvizError):
        read_batches([folder / "batch.csv"], report=Report(skip_bad=True))
    read_batches([folder / "batch.csv"])


def survey(data: bytes, folder: Path) -> None:
    (folder / "survey.csv").write_bytes(data)
    with contextlib.suppress(LoopvizError):
        read_survey(folder / "survey.csv", report=Report(skip_bad=True))
    read_survey(folder / "survey.csv")


def theme(data: bytes, folder: Path) -> None:
    (folder / "theme.yaml").write_bytes(data)
    load_theme(folder / "theme.yaml")


def project(data: bytes, folder: Path) -> None:
    (folder / "project.yaml").write_bytes(data)
    load_config(folder / "project.yaml")


def manifest(data: bytes, folder: Path) -> None:
    (folder / "manifest.json").write_bytes(data)
    read_manifest(folder)


def caption(data: bytes, folder: Path) -> None:
    del folder
    source = data.decode("utf-8", "replace")
    compiled(source)
    questions_in(source)
    fill(source, CONTEXT)


def picture(data: bytes, folder: Path) -> None:
    (folder / "a.png").write_bytes(data)
    image_size(folder / "a.png")


TARGETS: Mapping[str, Callable[[bytes, Path], None]] = {
    target.__name__: target
    for target in (
        *(yolo_rows, data_yaml, coco, metadata, assignments, batch, survey),
        *(theme, project, manifest, caption, picture),
    )
}


def seeds(name: str) -> list[bytes]:
    """The target's corpus: valid files, and what once was a bug."""
    return [file.read_bytes() for file in sorted((CORPUS / name).iterdir())]


def feed(name: str, data: bytes, folder: Path) -> None:
    """Give bytes to a target; nothing but what is not a LoopvizError leaves it."""
    with contextlib.suppress(LoopvizError):
        TARGETS[name](data, folder)
