"""Writes the simulated project in the thesis' layout: labels, names, answers, assignments and the clip."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import timedelta
from pathlib import Path

from sample.labels import Row
from sample.people import Person
from sample.review import Reviewed
from sample.truth import PARTS, Truth

CLIP = "mouse_turntable.mp4"
REWARD_USD = "0.15"
COLUMNS = ("file", "worker_id", "status", "reason", "reward_usd", "work_seconds", "submitted_at")


def write_project(target: Path, clip: Path, truths: list[Truth], people: list[Person], work: list[Reviewed]) -> None:
    """Write everything into ``target``; labels of an earlier run are replaced, other files stay."""
    labels = target / "labels"
    labels.mkdir(parents=True, exist_ok=True)
    for old in labels.glob("mouse_*.txt"):
        old.unlink()
    sizes = {truth.number: (truth.width, truth.height) for truth in truths}
    for item in work:
        rows = "".join(_yolo_row(row, *sizes[item.attempt.number]) for row in item.rows)
        _write(labels / f"{stem(item)}.txt", rows)
    _write(target / "data.yaml", _data_yaml())
    answers = {person.worker_id: {"simulated": True, **person.answers} for person in people}
    _write(target / "metadata.json", json.dumps(answers, ensure_ascii=False, indent=2) + "\n")
    _write_assignments(target / "assignments.csv", work)
    shutil.copyfile(clip, target / CLIP)


def stem(item: Reviewed) -> str:
    """Return the name of a labelled frame in the thesis' layout: ``mouse_0001_<WorkerId>``."""
    return f"mouse_{item.attempt.number:04d}_{item.attempt.person.worker_id}"


def _yolo_row(row: Row, width: int, height: int) -> str:
    part, (x_min, y_min, x_max, y_max) = row
    numbers = (
        (x_min + x_max) / 2 / width,
        (y_min + y_max) / 2 / height,
        (x_max - x_min) / width,
        (y_max - y_min) / height,
    )
    return " ".join([str(part), *(f"{number:.6f}" for number in numbers)]) + "\n"


def _data_yaml() -> str:
    names = "".join(f"  {index}: {name}\n" for index, name in enumerate(PARTS))
    return f"# Simulated labels, one invented worker a frame\nnc: {len(PARTS)}\nnames:\n{names}"


def _write_assignments(file: Path, work: list[Reviewed]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for item in work:
            attempt = item.attempt
            submitted = attempt.started + timedelta(seconds=attempt.work_seconds)
            writer.writerow(
                [
                    *(stem(item), attempt.person.worker_id, item.status, item.reason, REWARD_USD),
                    *(attempt.work_seconds, submitted.strftime("%Y-%m-%dT%H:%M:%SZ")),
                ]
            )


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")
