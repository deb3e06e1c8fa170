"""CPU and wall time of short commands: ``loopviz --help``, and ``loopviz inspect`` of the sample's labels.

python benchmarks/start_up.py
"""

from __future__ import annotations

import argparse
import sys

from clips import SAMPLE
from measure import FIGURES, in_turn, print_machine, spread

LOOPVIZ = [sys.executable, "-m", "loopviz"]
SIDES = {
    "python -c pass": [[sys.executable, "-c", "pass"]],
    "--help": [[*LOOPVIZ, "--help"]],
    "inspect labels": [[*LOOPVIZ, "inspect", str(SAMPLE / "labels")]],
    "inspect project": [[*LOOPVIZ, "inspect", str(SAMPLE)]],
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    costs = in_turn(SIDES, options.rounds)
    print_machine(("loopviz", "typer", "polars", "numpy"), f"{options.rounds} rounds")
    print(f"{'':27}       min    median       max")
    for label, figure in FIGURES.items():
        for name, side in costs.items():
            print(f"{label:10} {name:16} {spread([getattr(cost, figure) for cost in side])}")


if __name__ == "__main__":
    main()
