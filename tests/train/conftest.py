"""Small training sets, made on the spot, and runs on them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from loopviz.train.trainer import TrainingJob

NAMES = ("Red", "Blue")
COLORS = ((30, 30, 220), (220, 60, 30))  # BGR
QUICK = {"nbs": 8, "optimizer": "AdamW", "lr0": 0.002, "warmup_epochs": 1, "mosaic": 0.0, "rect": True}


def make_set(folder: Path, count: int = 16, size: tuple[int, int] = (128, 72), names: tuple[str, ...] = NAMES) -> Path:
    """Write a YOLO folder of pictures with a box of each category, and return its ``data.yaml``."""
    chance = np.random.default_rng(0)
    width, height = size
    for part, images in (("train", count), ("val", max(1, count // 2))):
        pictures, labels = folder / "images" / part, folder / "labels" / part
        pictures.mkdir(parents=True)
        labels.mkdir(parents=True)
        for number in range(images):
            picture = chance.integers(90, 130, (height, width, 3), dtype=np.uint8)
            rows = []
            for class_id, color in enumerate(COLORS[: len(names)]):
                across, down = chance.integers(20, 44, 2)
                left, top = chance.integers(0, width - across), chance.integers(0, height - down)
                picture[top : top + down, left : left + across] = color
                center = f"{(left + across / 2) / width:.6f} {(top + down / 2) / height:.6f}"
                rows.append(f"{class_id} {center} {across / width:.6f} {down / height:.6f}\n")
            cv2.imwrite(str(pictures / f"{number:04d}.jpg"), picture)
            (labels / f"{number:04d}.txt").write_text("".join(rows))
    (folder / "data.yaml").write_text(f"train: images/train\nval: images/val\nnames: [{', '.join(names)}]\n")
    return folder / "data.yaml"


@pytest.fixture(scope="session")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``data.yaml`` of a small training set; not to be written to."""
    return make_set(tmp_path_factory.mktemp("small") / "set")


@pytest.fixture
def job(small_set: Path, tmp_path: Path) -> TrainingJob:
    """A job of two epochs at 64 pixels on the small set."""
    (tmp_path / "checkpoints").mkdir()
    return TrainingJob(
        data=small_set,
        names=NAMES,
        checkpoints=tmp_path / "checkpoints",
        scratch=tmp_path / "scratch",
        start="yolo11n.yaml",
        size=64,
        epochs=2,
        batch=8,
        settings=QUICK,
    )
