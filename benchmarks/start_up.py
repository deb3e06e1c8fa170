"""CPU and wall time of short commands: ``loopviz --help``, ``loopviz inspect`` of labels, a render's start.

The start of a render is what a dry run does, and what comes before and after the frames of a film of one frame.

python benchmarks/start_up.py
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from clips import SAMPLE
from measure import FIGURES, in_turn, print_machine, spread

LOOPVIZ = [sys.executable, "-m", "loopviz"]
HOUSE = ["run", "configs/house.yaml", "--quiet"]
ONE_FRAME = ["--range", "0:1", "--no-cache", "--preset", "ultrafast", "--overwrite"]
SIDES = {
    "python -c pass": [[sys.executable, "-c", "pass"]],
    "--help": [[*LOOPVIZ, "--help"]],
    "inspect labels": [[*LOOPVIZ, "inspect", str(SAMPLE / "labels")]],
    "inspect project": [[*LOOPVIZ, "inspect", str(SAMPLE)]],
    "run --dry-run": [[*LOOPVIZ, *HOUSE, "--dry-run"]],
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        one = [*LOOPVIZ, *HOUSE, *ONE_FRAME, "-o", str(Path(folder) / "one.mp4")]
        costs = in_turn(SIDES | {"run, one frame": [one]}, options.rounds)
    print_machine(("loopviz", "typer", "polars", "numpy"), f"{options.rounds} rounds")
    print(f"{'':27}       min    median       max")
    for label, figure in FIGURES.items():
        for name, side in costs.items():
            print(f"{label:10} {name:16} {spread([getattr(cost, figure) for cost in side])}")


if __name__ == "__main__":
    main()
