"""Reading label sets of several formats, beside the libraries that read them elsewhere.

    python benchmarks/formats_read.py cvat            # a video of 1,000,000 boxes: datumaro
    python benchmarks/formats_read.py label-studio    # 100,000 boxes: Label Studio's own converter (to COCO)
    python benchmarks/formats_read.py motchallenge    # 100,000 boxes: datumaro, motmetrics
    python benchmarks/formats_read.py voc             # 100,000 boxes in 10,000 files: datumaro, supervision

In an environment of its own: ``scripts/bench-setup formats``. Every side is a whole process, imports included; it
reads the set from the disk. loopviz ends with its checked tables, Datumaro with its annotations, counted; Label
Studio's converter with the COCO file that it writes, as it has no other way to read boxes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from label_sets import cvat_video, label_studio_file, mot_sequence, voc_folder
from measure import in_turn, print_costs, print_machine

OURS = "import sys, loopviz; assert loopviz.read_labels(sys.argv[1]).dataset.annotations.height == int(sys.argv[2])"
DATUMARO = """
import sys, datumaro
found = datumaro.Dataset.import_from(sys.argv[1], {form!r})
print(sum(len(item.annotations) for item in found))
"""
STUDIO = """
import sys, tempfile, pathlib
from label_studio_sdk.converter import Converter
config = (pathlib.Path(sys.argv[1]) / "label_config.xml").read_text()
with tempfile.TemporaryDirectory() as out:
    converter = Converter(config, project_dir=None, download_resources=False)
    converter.convert_to_coco(sys.argv[1] + "/tasks.json", out, is_dir=False)
"""
MOTMETRICS = "import sys, motmetrics; print(len(motmetrics.io.loadtxt(sys.argv[1] + '/gt/gt.txt', fmt='mot16')))"
SUPERVISION = """
import sys, supervision
found = supervision.DetectionDataset.from_pascal_voc(sys.argv[1] + "/JPEGImages", sys.argv[1] + "/Annotations")
print(sum(len(each) for each in found.annotations.values()))
"""
# How a set is made, of how many boxes, how many of these are seen, and who reads it.
Make = Callable[[Path, int], object]
SETS: Mapping[str, tuple[Make, int, Callable[[int], int], Mapping[str, str]]] = {
    "cvat": (
        lambda root, boxes: cvat_video(root / "annotations.xml", boxes),
        1_000_000,
        lambda boxes: boxes - 1000,  # each track's last is outside
        {"datumaro": DATUMARO.format(form="cvat")},
    ),
    "label-studio": (
        lambda root, boxes: label_studio_file(root / "tasks.json", boxes),
        100_000,
        lambda boxes: boxes,
        {"label-studio-sdk": STUDIO},
    ),
    "motchallenge": (
        mot_sequence,
        100_000,
        lambda boxes: boxes,
        {"datumaro": DATUMARO.format(form="mot_seq"), "motmetrics": MOTMETRICS},
    ),
    "voc": (
        voc_folder,
        100_000,
        lambda boxes: boxes,
        {"datumaro": DATUMARO.format(form="voc_detection"), "supervision": SUPERVISION},
    ),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("format", choices=SETS)
    parser.add_argument("--boxes", type=int)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    make, usual, seen, peers = SETS[options.format]
    boxes = options.boxes or usual
    with tempfile.TemporaryDirectory() as name:
        make(Path(name) / "set" if options.format in ("voc", "motchallenge") else Path(name), boxes)
        root = str(Path(name) / "set") if options.format in ("voc", "motchallenge") else name
        sides = {
            side: [[sys.executable, "-c", code, root, str(seen(boxes))]]
            for side, code in {"loopviz": OURS, **peers}.items()
        }
        costs = in_turn(sides, options.rounds)
    print_machine(("loopviz", "numpy", "polars", "datumaro", "supervision", "motmetrics", "label-studio-sdk"))
    print(f"{options.format}, {boxes:,} boxes; {options.rounds} rounds")
    print_costs(costs)


if __name__ == "__main__":
    main()
