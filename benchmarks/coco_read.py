"""Reading a COCO file of a million annotations, beside pycocotools and supervision.

    python benchmarks/coco_read.py                 # boxes alone: all three
    python benchmarks/coco_read.py --polygons      # polygons and run lengths: loopviz and pycocotools

Every side is a whole process, imports included. loopviz checks every entry and ends with its tables; pycocotools ends
with Python objects and its index; supervision ends with arrays an image. With polygons supervision is left out: it
draws every mask at the size of its image on reading, which for this file would be 300 GB.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from label_sets import coco_file
from measure import in_turn, print_costs, print_machine

READERS = {
    "loopviz": "import sys, loopviz; loopviz.read_labels(sys.argv[1], format='coco')",
    "pycocotools": "import sys; from pycocotools.coco import COCO; COCO(sys.argv[1])",
    "supervision": "import sys, supervision; supervision.DetectionDataset.from_coco(sys.argv[2], sys.argv[1])",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotations", type=int, default=1_000_000)
    parser.add_argument("--polygons", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    readers = {name: code for name, code in READERS.items() if not (options.polygons and name == "supervision")}
    with tempfile.TemporaryDirectory() as name:
        file = coco_file(Path(name) / "instances.json", options.annotations, polygons=options.polygons)
        shapes = "polygons" if options.polygons else "boxes"
        size = file.stat().st_size / 2**20
        sides = {side: [[sys.executable, "-c", code, str(file), name]] for side, code in readers.items()}
        costs = in_turn(sides, options.rounds)
    print_machine(("loopviz", "numpy", "polars", "pydantic-core", "pycocotools", "supervision"))
    print(f"COCO, {options.annotations:,} annotations, {shapes}, {size:,.0f} MiB; {options.rounds} rounds")
    print_costs(costs)


if __name__ == "__main__":
    main()
