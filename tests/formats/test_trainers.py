"""What is exported passes the checks of those who read it: Ultralytics' of rows, pycocotools' of COCO.

Ultralytics is heavy and comes under the AGPL: its own check runs where it happens to be installed. Its rules, as its
documentation and ``verify_image_label`` state them, are checked always.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from loopviz.dataset import Dataset
from loopviz.formats.reading import read_labels
from loopviz.formats.writing import write_labels
from loopviz.geometry import rle_from_mask
from loopviz.schema import table
from loopviz.train.ultralytics.offline import environment
from loopviz.train.ultralytics.trainer import NEEDED

Make = Callable[..., Path]
WIDTH, HEIGHT = 64, 48
MISSING = "ultralytics is not installed; that its rules are kept is tested all the same"
TRIANGLE, SQUARE = [8, 8, 40, 8, 24, 40], [32, 8, 48, 8, 48, 24, 32, 24]


def ring() -> dict[str, Any]:
    """A mask with a hole, and a part beside it."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    distance = np.hypot(y - 24, x - 20)
    mask = ((distance < 16) & (distance > 7)) | ((x > 44) & (y > 30))
    return {"size": [HEIGHT, WIDTH], "counts": rle_from_mask(mask).tolist()}


SETS = {
    "boxes": {},
    "track-of-0": {0: {"attributes": {"track_id": 0}}, 1: {"attributes": {"track_id": 0}}},
    "score": {0: {"score": 0.5}},
    "score-and-track": {0: {"score": 0.5, "track_id": 3}, 1: {"track_id": 4}},
    "triangle-and-track": {0: {"segmentation": [TRIANGLE], "track_id": 1}},
    "polygons": {0: {"segmentation": [TRIANGLE, SQUARE], "score": 1.0}, 1: {"segmentation": [SQUARE]}},
    "box-beside-polygon": {0: {"segmentation": [SQUARE]}},
    "mask-with-a-hole": {0: {"segmentation": ring(), "iscrowd": 1, "track_id": 9}},
    "over-the-edge": {0: {"bbox": [-10, 30, 30, 30]}, 1: {"segmentation": [[50, 40, 70, 40, 70, 60, 50, 60]]}},
    "no-area": {0: {"bbox": [5, 5, 0, 0]}},
    "one-frame-empty": {1: {"image_id": 7}},
}


@pytest.fixture(params=SETS)
def dataset(request: pytest.FixtureRequest, coco: Make) -> Dataset:
    return read_labels(coco({"annotations": SETS[request.param]})).dataset


def check_rows(text: str, classes: int) -> None:
    """Hold a label file to the rules of ``ultralytics.data.utils.verify_image_label`` (8.4)."""
    rows = [line.split() for line in text.strip().splitlines() if line.strip()]
    if not rows:
        return
    if any(len(row) > 6 for row in rows):
        assert not any(len(row) == 5 for row in rows), "labels mix segment and detection rows"
        points = [np.array(row[1:], dtype=np.float32).reshape(-1, 2) for row in rows]
        values = np.concatenate(points)
    else:
        assert {len(row) for row in rows} == {5}, "labels require 5 columns"
        values = np.array(rows, dtype=np.float32)[:, 1:]
    assert values.max() <= 1.01, "non-normalized or out of bounds coordinates"
    assert values.min() >= 0, "negative label values"
    assert all(float(row[0]) % 1 == 0 and float(row[0]) < classes for row in rows), "no class"


def written(dataset: Dataset, folder: Path, kind: str) -> list[Path]:
    write_labels(dataset, folder, kind)
    return sorted((folder / "labels").rglob("*.txt"))


@pytest.mark.parametrize("kind", ["yolo", "thesis"])
def test_rows_follow_the_rules_of_ultralytics(dataset: Dataset, tmp_path: Path, kind: str) -> None:
    files = written(dataset, tmp_path / "out", kind)
    assert len(files) == dataset.frames.height
    for file in files:
        check_rows(file.read_text(), dataset.categories.height)


@pytest.mark.parametrize("row", ["0 .5 .5 .1 .1 3", "0 .1 .1 .9 .1 .9 .9 7", "0 .5 .5 .1 1.2", "2 .5 .5 .1 .1"])
def test_the_rules_refuse_what_ultralytics_refuses(row: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        check_rows(row, classes=2)


# In a process of its own: imported, it puts functions of its own in the place of Pillow's and OpenCV's.
ASK_ULTRALYTICS = """
import json, sys
from loopviz.train.ultralytics.torchvision_operators import import_torchvision
import_torchvision()
from ultralytics.data import utils
answers = {}
for name, (image, classes, data, points, files) in json.load(sys.stdin).items():
    asked = [(image, file, "", bool(points), classes, *(points or (0, 0)), False) for file in files]
    described = utils.check_det_dataset(data, autodownload=False)
    rows = [[row[5], row[8], row[9]] for row in map(utils.verify_image_label, asked)]
    answers[name] = [rows, described["nc"], described["train"], described.get("kpt_shape")]
print(json.dumps(answers))
"""


def posed(*, turned: bool = False) -> Dataset:
    """One picture with a pose of two points, or with a rotated box."""
    corners = [16.0, 8.0, 40.0, 16.0, 36.0, 28.0, 12.0, 20.0]
    edges = {"x_min": 12.0, "y_min": 8.0, "x_max": 40.0, "y_max": 28.0}
    said = {"polygons": [corners], "shape": "rotated_box"} if turned else {"keypoints": [16.0, 8.0, 2.0, 0.0, 0.0, 0.0]}
    names = {} if turned else {"keypoint_names": [["nose", "tail"]]}
    frames = {"frame": [0], "file": ["image.png"], "width": [WIDTH], "height": [HEIGHT]}
    return Dataset(
        frames=table("frames", frames),
        categories=table("categories", {"class_id": [0], "name": ["animal"], **names}),
        annotations=table("annotations", [{"annotation_id": 0, "frame": 0, "class_id": 0, **edges, **said}]),
    )


def test_ultralytics_itself_takes_the_sets(coco: Make, tmp_path: Path) -> None:
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        pytest.skip(MISSING)
    Image.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / "image.png")
    sets = {name: read_labels(coco({"annotations": changes})).dataset for name, changes in SETS.items()}
    sets |= {"poses": posed(), "rotated boxes": posed(turned=True)}
    asked: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    for name, dataset in sets.items():
        folder, count = tmp_path / name, dataset.categories.height
        points = (2, 3) if name == "poses" else None
        files = written(dataset, folder, "yolo")
        (folder / "images").mkdir()
        asked[name] = (str(tmp_path / "image.png"), count, str(folder / "data.yaml"), points, [str(f) for f in files])
        expected[name] = [[[0, 0, ""]] * len(files), count, str(folder / "images"), points and list(points)]
    done = subprocess.run(
        [sys.executable, "-c", ASK_ULTRALYTICS],
        input=json.dumps(asked),
        env={**environment(tmp_path, 1), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == expected


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools with NumPy 2
@pytest.mark.parametrize("kind", ["coco", "coco-traceable"])
def test_pycocotools_reads_evaluates_and_draws(
    dataset: Dataset, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    write_labels(dataset, tmp_path / "out.json", kind)
    truth = COCO(str(tmp_path / "out.json"))
    annotations = truth.loadAnns(truth.getAnnIds())
    assert len(annotations) == dataset.annotations.height
    for annotation in annotations:
        if annotation["segmentation"]:
            assert truth.annToMask(annotation).shape == (HEIGHT, WIDTH)
    keys = ("image_id", "category_id", "bbox")
    found = truth.loadRes([{**{key: entry[key] for key in keys}, "score": 0.9} for entry in annotations])
    evaluation = COCOeval(truth, found, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    if not any(entry["iscrowd"] or not entry["area"] for entry in annotations):
        assert evaluation.stats[0] == pytest.approx(1.0)
    assert "Average Precision" in capsys.readouterr().out
