from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from detectors import classes, make_model
from PIL import Image
from support import make_clip

from loopviz.dataset import Dataset
from loopviz.media import open_source
from loopviz.predict.labels import predicted_labels
from loopviz.predict.model import Detector
from loopviz.predict.options import PredictOptions

BOX = (16.0, 16.0, 48.0, 32.0, 1, 1.0)


@pytest.fixture
def detector(tmp_path: Path) -> Detector:
    return Detector(make_model(tmp_path / "m.onnx", classes([BOX])))


def images(folder: Path, *names: str, sizes: tuple[tuple[int, int], ...] = ()) -> Path:
    folder.mkdir()
    for place, name in enumerate(names):
        size = sizes[place] if sizes else (64, 64)
        Image.new("RGB", size, (255, 255, 255)).save(folder / name)
    return folder


def test_what_a_model_sees_is_a_dataset(tmp_path: Path, detector: Detector) -> None:
    done: list[tuple[int, int]] = []
    with open_source(make_clip(tmp_path / "a.mp4", 6)) as source:
        found = predicted_labels(source, detector, PredictOptions(confidence=0.1), progress=lambda *n: done.append(n))
        assert found.frames.equals(source.table())
    assert found.categories["name"].to_list() == ["Body", "Cable"]
    assert found.annotations["frame"].to_list() == list(range(6))
    assert found.annotations["origin"].unique().to_list() == ["model"]
    assert found.annotations["class_id"].unique().to_list() == [1]
    assert found.annotations["confidence"].is_between(0.1, 1).all()
    assert not found.assignments.height
    assert done == [(i, 6) for i in range(1, 7)]


def test_only_some_frames_are_shown_to_it_and_all_are_listed(tmp_path: Path, detector: Detector) -> None:
    with open_source(make_clip(tmp_path / "a.mp4", 6)) as source:
        found = predicted_labels(source, detector, PredictOptions(confidence=0.1), frames=range(2, 4))
    assert found.annotations["frame"].to_list() == [2, 3]
    assert found.frames.height == 6


def test_nothing_found_is_a_dataset_too(tmp_path: Path, detector: Detector) -> None:
    with open_source(make_clip(tmp_path / "a.mp4", 3)) as source:
        assert not predicted_labels(source, detector, PredictOptions(confidence=1.0)).annotations.height


def test_it_survives_being_saved(tmp_path: Path, detector: Detector) -> None:
    with open_source(make_clip(tmp_path / "a.mp4", 3)) as source:
        found = predicted_labels(source, detector, PredictOptions(confidence=0.1))
    found.save(tmp_path / "saved")
    assert Dataset.load(tmp_path / "saved").equals(found)


def test_images_of_several_sizes_have_boxes_in_their_own_pixels(tmp_path: Path, detector: Detector) -> None:
    folder = images(tmp_path / "i", "a.png", "b.png", "c.png", sizes=((128, 128), (64, 64), (128, 64)))
    with open_source(folder) as source:
        found = predicted_labels(source, detector)
    boxes = found.annotations.select("x_min", "y_min", "x_max", "y_max").to_numpy()
    np.testing.assert_allclose(boxes, [[32, 32, 96, 64], [16, 16, 48, 32], [32, 0, 96, 32]], atol=1e-9)


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        pytest.param(("a_0001.png", "a_0002.png"), True, id="numbers"),
        pytest.param(("a_0001_A1B2C3D4E5.png", "a_0002.png"), False, id="one after a worker"),
    ],
)
def test_names_that_may_be_of_people_are_left_out(
    tmp_path: Path, detector: Detector, names: tuple[str, ...], kept: bool
) -> None:
    with open_source(images(tmp_path / "i", *names)) as source:
        found = predicted_labels(source, detector)
    assert found.frames["file"].to_list() == (list(names) if kept else [None, None])
    assert found.annotations.height == 2
    assert found.frames.select(pl.col("pts_seconds").is_not_null().all()).item()
