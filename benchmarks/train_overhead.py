"""What loopviz adds to Ultralytics: the same training, called directly, with the same settings.

    .venv/bin/python benchmarks/train_overhead.py
    .venv/bin/python benchmarks/train_overhead.py --size 320 --epochs 3 --rounds 2

Both sides train from the same folder, in a process that starts anew, with as many threads, and judge each epoch.
Ultralytics judges its best weights once more at the end, which loopviz leaves out (``--final`` counts that too);
loopviz writes each checkpoint so that it appears whole, and weights beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from measure import in_turn, print_costs, print_machine

from loopviz.train.job_options import presets

DIRECT = """
import json, os, sys
os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="0", YOLO_VERBOSE="false", OMP_WAIT_POLICY="PASSIVE")
os.environ.update(YOLO_CONFIG_DIR=sys.argv[2] + "/config", OMP_NUM_THREADS=str(len(os.sched_getaffinity(0))))
from loopviz.train.ultralytics.torchvision_operators import import_torchvision
import_torchvision()
import torch, ultralytics.data.utils
from ultralytics.models.yolo.detect import DetectionTrainer
ultralytics.data.utils.check_font = lambda *_: None
trainer = DetectionTrainer(overrides=json.loads(sys.argv[1]))
torch.set_num_threads(len(os.sched_getaffinity(0)))
if sys.argv[3] != "final":
    trainer.final_eval = lambda: None
trainer.train()
"""
OURS = """
import json, pathlib, sys
from loopviz.train.trainer import TrainingJob
from loopviz.train.ultralytics.trainer import UltralyticsTrainer
place, given = pathlib.Path(sys.argv[2]), json.loads(sys.argv[1])
(place / "checkpoints").mkdir(parents=True, exist_ok=True)
paths = {"data": pathlib.Path(given.pop("data")), "checkpoints": place / "checkpoints", "scratch": place / "scratch"}
UltralyticsTrainer().fit(TrainingJob(**given, **paths), lambda event: None)
"""
NAMES = ("Red", "Blue")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=120)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--final", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        costs = in_turn(sides(Path(name), options), options.rounds)
    print_machine(("loopviz", "torch", "torchvision", "ultralytics-opencv-headless"))
    print(f"{options.images} images, {options.size} pixels, {options.epochs} epochs; {options.rounds} rounds")
    print_costs(costs)


def sides(folder: Path, options: argparse.Namespace) -> dict[str, list[list[str]]]:
    """Return the command of each side."""
    data, preset = make_set(folder / "set", options.images), presets()["tiny"]
    how = {"epochs": options.epochs, "batch": preset.batch, "seed": 0}
    place, job = folder / "direct", {"start": preset.start, "size": options.size, "settings": dict(preset.settings)}
    asked = {
        "model": preset.start,
        "pretrained": False,
        "imgsz": options.size,
        "data": str(data),
        "plots": False,
        "project": str(place),
        "name": "run",
        "exist_ok": True,
        **how,
        **preset.settings,
    }
    final = "final" if options.final else "no"
    direct = [sys.executable, "-c", DIRECT, json.dumps(asked), str(place), final]
    given = {**job, **how, "data": str(data), "names": NAMES}
    return {
        "Ultralytics": [direct],
        "loopviz": [[sys.executable, "-c", OURS, json.dumps(given), str(folder / "ours")]],
    }


def make_set(folder: Path, count: int) -> Path:
    """Write pictures of 640x360 with a box of each category, and return their ``data.yaml``."""
    chance = np.random.default_rng(0)
    for part, images in (("train", count), ("val", count // 4)):
        for kind in ("images", "labels"):
            (folder / kind / part).mkdir(parents=True)
        for number in range(images):
            picture, rows = chance.integers(90, 130, (360, 640, 3), dtype=np.uint8), []
            for class_id, color in enumerate(((30, 30, 220), (220, 60, 30))):
                left, top = chance.integers(0, 540), chance.integers(0, 260)
                picture[top : top + 100, left : left + 100] = color
                rows.append(f"{class_id} {(left + 50) / 640} {(top + 50) / 360} {100 / 640} {100 / 360}\n")
            cv2.imwrite(str(folder / "images" / part / f"{number:04d}.jpg"), picture)
            (folder / "labels" / part / f"{number:04d}.txt").write_text("".join(rows))
    (folder / "data.yaml").write_text(f"train: images/train\nval: images/val\nnames: [{', '.join(NAMES)}]\n")
    return folder / "data.yaml"


if __name__ == "__main__":
    main()
