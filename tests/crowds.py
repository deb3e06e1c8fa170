"""A small invented crowd: two closed batches of six frames in the platform's layout, and what its people answered."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from batches import BLUE, GREEN, RED, URL, area, canvas, mask_row, png, write

PARTS = (((5, 4, 15, 12), RED), ((20, 10, 25, 15), GREEN), ((30, 20, 36, 26), BLUE))
PEOPLE = ("A2RAWIDX0001QZ", "A2RAWIDX0002QZ", "A2RAWIDX0003QZ", "A2RAWIDX0004QZ")
FORMULA = '=HYPERLINK("http://evil.example/","a laptop")'
ANSWERS = {PEOPLE[0]: ("18- 24", FORMULA), PEOPLE[1]: ("25 - 34", "NON"), PEOPLE[2]: ("35 - 44", "$1,200 laptop")}
PLAIN_SURVEY = b"WorkerId,Q1,Q10\r\nA2RAWIDX0001QZ,25,A2RAWIDX0002QZ\r\n"
RULE = "categories >= 3"


class Task(NamedTuple):
    """Who did what: how many of three parts were drawn, on which image (from 1), and what the platform says of it."""

    image: int
    person: int
    parts: int
    status: str = "Submitted"

    @property
    def worker_id(self) -> str:
        return PEOPLE[self.person]


# Five of nine keep the rule, nobody's labels count on image 6, one open task fails, and two rejected ones drew a part.
FIRST = (
    Task(1, 0, 3, "Approved"),
    Task(2, 1, 3, "Approved"),
    Task(3, 2, 1, "Rejected"),
    Task(4, 0, 3, "Approved"),
    Task(5, 2, 0, "Rejected"),
    Task(6, 1, 2, "Rejected"),
)
SECOND = (Task(3, 1, 3), Task(5, 3, 3), Task(6, 2, 1))


def platform_id(*parts: object) -> str:
    """An id of the kind that the platform gives tasks: thirty capitals and digits, beginning with a 3."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return "3" + "".join("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"[byte % 34] for byte in digest[:29])


def row(task: Task, batch: str, **facts: str) -> dict[str, str]:
    """A batch's row for a task."""
    picture = canvas()
    for box, color in PARTS[: task.parts]:
        area(picture, box, color)
    said = {
        "HITId": platform_id("hit", batch, task.image),
        "AssignmentId": platform_id("assignment", batch, task),
        "WorkerId": task.worker_id,
        "AssignmentStatus": task.status,
        "RequesterFeedback": "Too few parts." if task.status == "Rejected" else "",
        URL: f"https://b.s3.example/mouse/frame_{task.image:04d}.png",
    }
    return mask_row(png(picture), **{**said, **facts})


def write_batches(folder: Path, *batches: Sequence[Task], **facts: str) -> list[Path]:
    """Write ``batch1.csv`` and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        write(folder, [row(task, f"batch{number}", **facts) for task in batch], f"batch{number}.csv")
        for number, batch in enumerate(batches, 1)
    ]


def write_survey(folder: Path, rows: Iterable[Sequence[str]] = (), *more: str) -> Path:
    """Write the survey as a plain table: ``WorkerId``, ``Q1``, ``Q10`` and other columns."""
    file = folder / "survey.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["WorkerId", "Q1", "Q10", *more])
        writer.writerows(list(rows) or [(worker, *said) for worker, said in ANSWERS.items()])
    return file


def rows_of(file: Path) -> list[dict[str, str]]:
    """Read a CSV file; a row's missing cells are left out."""
    csv.field_size_limit(10_000_000)
    with file.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    return [dict(zip(header, cells, strict=False)) for cells in rows]


def ids() -> tuple[str, ...]:
    """Every id of the platform's in the two batches: people, tasks, assignments."""
    rows = [row(task, name) for name, batch in (("batch1", FIRST), ("batch2", SECOND)) for task in batch]
    return tuple(dict.fromkeys(cells[name] for name in ("WorkerId", "AssignmentId", "HITId") for cells in rows))


def hashes(folder: Path) -> dict[str, str]:
    """Every file of a folder with the hash of its bytes."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
