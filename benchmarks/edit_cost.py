"""What it costs to correct one person's answer: CPU of the render after the correction, against the render of all.

    python benchmarks/edit_cost.py                        # the sample, as its project file has it, three rounds
    python benchmarks/edit_cost.py --preset ultrafast     # less to save

In each round the whole sample is rendered into an empty cache; then, one after the other, nothing is changed, and one
answer of three people: who labelled in the fewest segments, in as many as most, and in the most. Every render is a
whole process. The bytes are compared with those of a render from nothing, which is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from clips import GOP
from measure import ROOT, Cost, measure, print_machine, spread

SAMPLE = ROOT / "sample_media" / "mouse"
LENGTH = GOP


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--preset", default="medium")
    options = parser.parse_args()
    people = dict(_people())
    print_machine(["loopviz", "av"], f"{options.rounds} rounds, preset {options.preset}")
    with tempfile.TemporaryDirectory() as place:
        rounds = [_round(Path(place), people, options.preset, turn) for turn in range(options.rounds)]
    for name in rounds[0]:
        cpu = [turn[name].cpu for turn in rounds]
        shares = [100 * turn[name].cpu / turn["all"].cpu for turn in rounds]
        print(f"{name:30} CPU s {spread(cpu)}   % of all {spread(shares)}")


def _people() -> Iterator[tuple[str, str]]:
    """Yield what an edit is called and whose answer it changes."""
    segments: dict[str, set[int]] = defaultdict(set)
    for file in (SAMPLE / "labels").iterdir():
        _, number, worker = file.stem.split("_")
        segments[worker].add((int(number) - 1) // LENGTH)
    counts = sorted((len(places), worker) for worker, places in segments.items())
    usual = statistics.median_low(count for count, _ in counts)
    for name, (count, worker) in (
        ("fewest", counts[0]),
        ("usual", next(entry for entry in counts if entry[0] == usual)),
        ("most", counts[-1]),
    ):
        yield f"an answer: {name}, {count} segments", worker


def _round(place: Path, people: dict[str, str], preset: str, turn: int) -> dict[str, Cost]:
    project, output = place / "mouse", place / "mouse.mp4"
    shutil.copytree(SAMPLE, project, dirs_exist_ok=True)
    shutil.rmtree(place / "cache", ignore_errors=True)
    os.environ["LOOPVIZ_CACHE"] = str(place / "cache")
    command = [sys.executable, "-m", "loopviz", "run", str(project), "-q", "--overwrite", "--preset", preset]
    costs = {"all": measure([*command, "-o", str(output)])}
    costs["nothing"] = measure([*command, "-o", str(output)])
    for name, worker in people.items():
        file = project / "metadata.json"
        answers = json.loads(file.read_text())
        answers[worker]["Q4"] = f"Town {turn}"
        file.write_text(json.dumps(answers))
        costs[name] = measure([*command, "-o", str(output)])
    if turn == 0:
        subprocess.run([*command, "--no-cache", "-o", str(place / "anew.mp4")], check=True)
        if output.read_bytes() != (place / "anew.mp4").read_bytes():
            raise SystemExit("the edited render is not what a render from nothing gives")
    return costs


if __name__ == "__main__":
    main()
