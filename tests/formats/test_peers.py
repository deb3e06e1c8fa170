"""What is written is read by the libraries that others read it with: every picture, every category, every box.

They have an environment of their own, because they ask for older versions of what loopviz needs.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from PIL import Image
from support import make_dataset

from loopviz.dataset import Dataset
from loopviz.formats.writing import write_labels

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(os.environ.get("LOOPVIZ_PEERS", ROOT / ".venv-peers")) / "bin" / "python"
WHERE = {"coco": "coco/annotations/instances_default.json", "cvat": "cvat/annotations.xml"}
PICTURES = {"voc": "JPEGImages", "coco": "images/default", "cvat": "images", "yolo": "images", "motchallenge": "img1"}
PEERS = (
    "datumaro voc", "datumaro coco", "datumaro cvat", "datumaro yolo", "datumaro motchallenge",
    "label-studio-sdk label-studio", "motmetrics motchallenge",
    "fiftyone fiftyone",
)  # fmt: skip


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    made = make_dataset(people=False)
    files = pl.format("picture_{}.png", pl.col("frame"))
    tracks = pl.col("annotation_id") % 2 + 1
    return made.replace(
        frames=made.frames.with_columns(file=files), annotations=made.annotations.with_columns(track_id=tracks)
    )


@pytest.fixture(scope="module")
def answers(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not PYTHON.exists():
        pytest.skip("the peers' libraries are not installed: scripts/peers-setup")
    folder = tmp_path_factory.mktemp("peers")
    for form in ("voc", "coco", "cvat", "yolo", "motchallenge", "label-studio", "fiftyone"):
        write_labels(dataset, folder / WHERE.get(form, form), form)
        for name in dataset.frames["file"] if form in PICTURES else ():
            picture = folder / form / PICTURES[form] / name
            picture.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (320, 240)).save(picture)
    command = [PYTHON, Path(__file__).with_name("ask_peers.py"), folder]
    apart = {**os.environ, "HOME": str(folder), "FIFTYONE_DO_NOT_TRACK": "1"}
    asked = subprocess.run(command, env=apart, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    found: dict[str, Any] = json.loads(asked.stdout)
    return found


@pytest.mark.parametrize("peer", PEERS)
def test_every_box_is_read(dataset: Dataset, answers: dict[str, Any], peer: str) -> None:
    if peer not in answers:
        pytest.skip(f"{peer.partition(' ')[0]} is not installed beside the other peers")
    numbered = peer.endswith("motchallenge")  # frames from 1, and of motmetrics only those that have labels
    named = dataset.annotations.join(dataset.categories.select("class_id", category="name"), on="class_id")
    expected: dict[str, list[tuple[str, list[float]]]] = {}
    for row in named.sort("annotation_id").iter_rows(named=True):
        key = f"{row['frame'] + 1}" if numbered else f"picture_{row['frame']}"
        place = [row["x_min"], row["y_min"], row["x_max"] - row["x_min"], row["y_max"] - row["y_min"]]
        expected.setdefault(key, []).append((row["category"], place))
    found = {key: labels for key, labels in answers[peer].items() if labels}
    assert set(found) == set(expected)
    assert len(answers[peer]) == (5 if peer.startswith("motmetrics") else 6)
    for key, labels in expected.items():
        ours, theirs = sorted(labels), sorted((name, place) for name, place in found[key])
        assert [name for name, _ in theirs] == [name for name, _ in ours]
        for (_, one), (_, other) in zip(ours, theirs, strict=True):
            assert other == pytest.approx(one, abs=0.01)  # datumaro rounds boxes to two digits
