"""Importing a large crowd's work, as a user does: ``loopviz crowd import`` of a batch and a survey.

    python benchmarks/crowd_import.py                       # 10,000 people, a task of boxes and ten answers each
    python benchmarks/crowd_import.py --questions 300
    python benchmarks/crowd_import.py --workers 3000 --tasks 30000
    python benchmarks/crowd_import.py --masks 200 --twice   # MB of masks instead of boxes
    python benchmarks/crowd_import.py --sample              # the sample's masks, one a task, over and over

The batch asks for boxes in a widget of the platform's (or for masks), and a tenth of the people answer twice. Everybody
is invented. A run is a whole process, imports included; ``--twice`` imports a file of twice the size as well, so that
one sees whether time grows in proportion, and what happens to the peak.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path

from batch_read import DISTINCT, HEIGHT, LABELS, WIDTH, mask
from measure import FIGURES, ROOT, in_turn, print_machine, spread

FACTS = {
    "Title": "simulated: draw boxes",
    "Reward": "$0.15",
    "AssignmentStatus": "Submitted",
    "SubmitTime": "Wed Nov 20 21:03:26 PST 2019",
}
NAME = "Answer.annotatedResult"
MASK_MB = 0.21  # of one mask in base64
AGAIN = 10  # one person in so many answers twice


@dataclass(frozen=True)
class Size:
    """How large a crowd is."""

    workers: int
    tasks: int
    questions: int
    drawn: str = "boxes"  # or "masks", or "sample"

    def doubled(self) -> Size:
        """Return a crowd of twice the size; the questions are the same."""
        return Size(2 * self.workers, 2 * self.tasks, self.questions, self.drawn)


def worker(number: int) -> str:
    """Return an invented id."""
    return f"AINVENTED{number:07d}"


def write_batch(target: Path, size: Size) -> None:
    """Write a batch's results, each row two fields shorter than the header."""
    drawn = {"boxes": _boxes, "masks": _masks, "sample": _sample_masks}[size.drawn]()
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        own = ["HITId", "AssignmentId", "WorkerId", *FACTS, "WorkTimeInSeconds", "Input.image_url"]
        for number in range(size.tasks):
            cells = next(drawn)
            if not number:
                writer.writerow([*own, *cells, "Approve", "Reject"])
            who = [f"H{number:07d}", f"A{number:07d}", worker(number % size.workers)]
            what = [60 + number % 90, f"https://pictures.example/mouse/frame_{number:07d}.png"]
            writer.writerow([*who, *FACTS.values(), *what, *cells.values()])


def _boxes() -> Iterator[dict[str, object]]:
    for number in count():
        boxes = [
            {"label": label, "left": 20 * i + number % 60, "top": 30, "width": 60 + i, "height": 40}
            for i, label in enumerate(LABELS)
        ]
        yield {f"{NAME}.boundingBoxes": json.dumps(boxes), **_size()}


def _masks() -> Iterator[dict[str, object]]:
    masks = [mask(seed, 3) for seed in range(DISTINCT)]
    colors = {f"{NAME}.labelMappings.{label}.color": color for label, color in LABELS.items()}
    while True:
        for cell in masks:
            yield {**colors, **_size(), f"{NAME}.labeledImage.pngImageData": cell}


def _sample_masks() -> Iterator[dict[str, object]]:
    csv.field_size_limit(2**31 - 1)
    rows: list[dict[str, object]] = []
    for name in ("batch1.csv", "batch2.csv"):
        with (ROOT / "sample_media" / "crowd" / name).open(encoding="utf-8", newline="") as stream:
            rows += [{k: cell for k, cell in row.items() if k.startswith(NAME)} for row in csv.DictReader(stream)]
    yield from cycle(rows)


def _size() -> dict[str, object]:
    return {f"{NAME}.inputImageProperties.height": HEIGHT, f"{NAME}.inputImageProperties.width": WIDTH}


def write_survey(target: Path, size: Size) -> None:
    """Write a survey as a plain table."""
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["WorkerId", *(f"Q{q}" for q in range(1, size.questions + 1)), "consent", "simulated"])
        for number in [*range(size.workers), *range(0, size.workers, AGAIN)]:
            answers = [f"answer {(number * q) % 7} of {q}" for q in range(1, size.questions + 1)]
            writer.writerow([worker(number), *answers, "yes", "yes"])


def sides(folder: Path, sizes: dict[str, Size]) -> dict[str, list[list[str]]]:
    """Write the files of some crowds; return the command that imports each."""
    commands = {}
    for name, size in sizes.items():
        here = folder / name
        here.mkdir()
        write_batch(here / "batch.csv", size)
        write_survey(here / "survey.csv", size)
        files = [str(here / "batch.csv"), "--survey", str(here / "survey.csv")]
        commands[name] = [[sys.executable, "-m", "loopviz", "crowd", "import", *files, "-o", str(folder / "dataset")]]
    return commands


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=10_000)
    parser.add_argument("--tasks", type=int, help="as many as people, if not given")
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--masks", type=int, metavar="MB", help="of masks, by as many people as make them")
    parser.add_argument("--sample", action="store_true", help="the sample's masks instead of boxes")
    parser.add_argument("--twice", action="store_true", help="a crowd of twice the size as well")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    tasks = round(options.masks / MASK_MB) if options.masks else options.tasks or options.workers
    drawn = "masks" if options.masks else "sample" if options.sample else "boxes"
    once = Size(min(options.workers, tasks), tasks, options.questions, drawn)
    sizes = {"once": once, **({"twice": once.doubled()} if options.twice else {})}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = sides(folder, sizes)
        bytes_of = {side: (folder / side / "batch.csv").stat().st_size / 1e6 for side in sizes}
        costs = in_turn(commands, options.rounds, after=lambda: shutil.rmtree(folder / "dataset"))
    print_machine(("loopviz", "numpy", "polars", "opencv-python-headless", "pydantic"))
    for side, size in sizes.items():
        print(f"{side}: {size}, {bytes_of[side]:.0f} MB; {options.rounds} rounds")
        for label, figure in FIGURES.items():
            print(f"{label:10} {spread([getattr(cost, figure) for cost in costs[side]])}")


if __name__ == "__main__":
    main()
