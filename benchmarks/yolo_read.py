"""Reading a YOLO folder of 100,000 label files and as many images, beside supervision.

    python benchmarks/yolo_read.py

Every side is a whole process, imports included, and reads the size of every image from its header. The page cache is
warm. The folder is made anew: 200,000 names, of which the images share few files.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from label_sets import yolo_folder
from measure import in_turn, print_costs, print_machine

READERS = {
    "loopviz": "import sys, loopviz; loopviz.read_labels(sys.argv[1], format='yolo')",
    "supervision": (
        "import sys, supervision; r = sys.argv[1];"
        "supervision.DetectionDataset.from_yolo(r + '/images', r + '/labels', r + '/data.yaml')"
    ),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = yolo_folder(Path(name) / "set", options.files)
        sides = {side: [[sys.executable, "-c", code, str(root)]] for side, code in READERS.items()}
        costs = in_turn(sides, options.rounds)
    print_machine(("loopviz", "numpy", "polars", "pillow", "supervision"))
    print(f"YOLO, {options.files:,} label files and images; {options.rounds} rounds")
    print_costs(costs)


if __name__ == "__main__":
    main()
