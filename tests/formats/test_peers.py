"""What is written is read by the libraries that others read it with: every picture, every category, every box.

They have an environment of their own, because they ask for older versions of what loopviz needs.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image
from support import box, make_dataset

from loopviz.dataset import Dataset
from loopviz.formats.writing import write_labels
from loopviz.geometry import rle_from_mask, rle_to_string
from loopviz.schema import table

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


OUTLINE, LINE = [8.0, 8.0, 40.0, 8.0, 24.0, 30.0], [2.0, 3.0, None, 30.0, 31.0, None]
MASK = np.zeros((48, 64), bool)
MASK[10:20, 12:40] = True
MASK[14:17, 20:30] = False


def shapes() -> Dataset:
    """One picture with an outline, a mask with a hole, points and a line."""
    rows = [
        box(8, 8, 40, 30, polygons=[OUTLINE]),
        box(12, 10, 40, 20, mask_rle=rle_to_string(rle_from_mask(MASK)), is_crowd=True),
        box(2, 3, 30, 31, shape="line", keypoints=LINE),
        box(2, 3, 30, 31, shape="points", keypoints=LINE),
    ]
    return labelled(rows, {"frame": [0], "file": ["a.png"]})


def tracks() -> Dataset:
    """Two tracks of a video of five frames: one has a gap, and is carried over to a frame."""
    rows = [
        box(1, 1, 9, 9, track_id=7),
        box(2, 1, 10, 9, track_id=7, frame=1, origin="interpolated"),
        box(4, 1, 12, 9, track_id=7, frame=3),
        box(1, 1, 5, 5, track_id=8, frame=2),
    ]
    return labelled(rows, {"frame": range(5)})


def labelled(rows: list[dict[str, Any]], frames: dict[str, Any]) -> Dataset:
    said = [{"annotation_id": n, "frame": 0, "class_id": 0} | row for n, row in enumerate(rows, 1)]
    count = len(frames["frame"])
    return Dataset(
        frames=table("frames", {**frames, "width": [64] * count, "height": [48] * count}),
        categories=table("categories", {"class_id": [0], "name": ["body"]}),
        annotations=table("annotations", said),
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
    write_labels(shapes(), folder / "cvat-shapes" / "annotations.xml", "cvat")
    write_labels(tracks(), folder / "cvat-tracks" / "annotations.xml", "cvat")
    write_labels(tracks(), folder / "label-studio-tracks", "label-studio")
    write_labels(shapes(), folder / "coco-shapes" / "annotations" / "instances_default.json", "coco")
    for form, name in (
        ("cvat-shapes", "a.png"),
        ("coco-shapes", "default/a.png"),
        *(("cvat-tracks", f"frame_{n:06d}.png") for n in range(5)),
    ):
        (folder / form / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48)).save(folder / form / "images" / name)
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


DRAWN = {
    "cvat-shapes": [
        ["a", "mask", None, [12, 10, MASK.sum()]],
        ["a", "points", None, [2, 3, 30, 31]],
        ["a", "polygon", None, OUTLINE],
        ["a", "polyline", None, [2, 3, 30, 31]],
    ],
    "cvat-tracks": [
        ["frame_000000", "bbox", 7, [1, 1, 8, 8]],
        ["frame_000001", "bbox", 7, [2, 1, 8, 8]],
        ["frame_000002", "bbox", 8, [1, 1, 4, 4]],
        ["frame_000003", "bbox", 7, [4, 1, 8, 8]],
    ],
    "coco-shapes": [["a", "mask", None, [12, 10, MASK.sum()]], ["a", "polygon", None, OUTLINE]],
}
DRAWN["label-studio-tracks"] = DRAWN["cvat-tracks"]


@pytest.mark.parametrize("form", DRAWN)
def test_shapes_and_tracks_are_read(answers: dict[str, Any], form: str) -> None:
    peer = "label-studio-sdk" if form.startswith("label-studio") else "datumaro"
    found = [each for each in answers[f"{peer} {form}"] if form != "coco-shapes" or each[1] != "bbox"]
    assert found == DRAWN[form]  # of COCO it takes the box of each as well
