"""What a box is seen by: means of cells, each counted by how much of it lies in the box."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from detectors import add_means, classes, make_model

from loopviz.predict.detections import detect_in
from loopviz.predict.features import pooled
from loopviz.predict.letterbox import InputFit
from loopviz.predict.model import Detector
from loopviz.predict.options import PredictOptions

LEVEL = np.stack([np.arange(16.0).reshape(4, 4), np.ones((4, 4))]).astype(np.float32)  # of an input of 32 pixels


@pytest.mark.parametrize(
    ("box", "mean"),
    [
        pytest.param((0, 0, 8, 8), 0, id="one cell"),
        pytest.param((8, 0, 16, 8), 1, id="the next"),
        pytest.param((0, 0, 32, 32), 7.5, id="all"),
        pytest.param((4, 0, 12, 8), 0.5, id="half of two beside each other"),
        pytest.param((0, 4, 8, 12), 2, id="half of two above each other"),
        pytest.param((6, 0, 12, 8), 2 / 3, id="a quarter and a half"),
        pytest.param((9, 9, 9.5, 9.5), 5, id="much less than a cell"),
        pytest.param((4, 4, 28, 28), 7.5, id="all but a rim"),
        pytest.param((24, 24, 32, 32), 15, id="the last cell"),
    ],
)
def test_cells_count_as_far_as_they_lie_in_the_box(box: tuple[float, ...], mean: float) -> None:
    (vector,) = pooled([LEVEL], np.array([box], np.float64), (32, 32))
    assert vector.dtype == np.float32
    assert vector[0] / vector[1] == pytest.approx(mean, abs=1e-5)
    assert np.linalg.norm(vector) == pytest.approx(1)


def test_it_is_what_many_samples_come_to() -> None:
    chance = np.random.default_rng(1)
    level = chance.random((5, 6, 10)).astype(np.float32)
    corners = np.sort(chance.random((40, 2, 2)) * [80, 48], axis=1)
    for box in corners.reshape(-1, 4):
        x, y = (np.linspace(low, high, 401)[:-1] + (high - low) / 800 for low, high in (box[0::2], box[1::2]))
        mean = level[:, (y // 8).astype(int)[:, None], (x // 8).astype(int)].astype(np.float64).mean(axis=(1, 2))
        (vector,) = pooled([level], box[None], (80, 48))
        np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=5e-3)


def test_each_level_has_the_same_say() -> None:
    loud = LEVEL * np.float32(1000)
    vectors = pooled([LEVEL, loud[:, :2, :2]], np.array([[0.0, 0, 32, 32]]), (32, 32))
    assert vectors.shape == (1, 4)
    np.testing.assert_allclose(np.linalg.norm(vectors.reshape(2, 2), axis=1), [0.5**0.5] * 2, rtol=1e-6)


def test_no_box_has_no_vector() -> None:
    assert pooled([LEVEL, LEVEL], np.zeros((0, 4)), (32, 32)).shape == (0, 4)


@pytest.mark.parametrize("size", [(64, 64), (128, 64), (48, 96), (200, 120), (30, 64)])
def test_a_box_is_looked_for_where_the_picture_lies_in_the_input(tmp_path: Path, size: tuple[int, int]) -> None:
    """A patch of one colour has this colour as its features, wherever the grey around the picture is."""
    fit = InputFit.of(size, (64, 64))
    inner = [fit.left + 8, fit.top + 8, fit.left + fit.scaled[0] - 4, fit.top + fit.scaled[1] - 4]
    low, high = (np.ceil(np.array(inner[:2]) / 8) * 8, np.floor(np.array(inner[2:]) / 8) * 8)
    model = add_means(make_model(tmp_path / "m.onnx", classes([(*low, *high, 0, 1.0)])))
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    left, top, right, bottom = fit.back(np.array([[*low, *high]]))[0]
    near = [int(left) - 1, int(top) - 1, int(right) + 2, int(bottom) + 2]  # a rim for what scaling mixes
    picture[max(near[1], 0) : near[3], max(near[0], 0) : near[2]] = 60, 120, 240
    (found,) = detect_in([picture], Detector(model), PredictOptions(confidence=0.01), features=True)
    assert found.vectors is not None
    np.testing.assert_allclose(found.vectors, [np.array([1, 2, 4]) / 21**0.5], atol=0.005)


def test_the_boxes_are_the_same_with_and_without(tmp_path: Path) -> None:
    plain = make_model(tmp_path / "m.onnx", classes([(8, 8, 40, 40, 0, 1.0), (0, 0, 16, 16, 1, 0.9)]))
    pictures = [np.full((48, 64, 3), level, np.uint8) for level in (200, 90)]
    before = detect_in(pictures, Detector(plain))
    seeing = Detector(add_means(plain))
    for features in (False, True):
        for one, other in zip(before, detect_in(pictures, seeing, features=features), strict=True):
            assert one.boxes.tolist() == other.boxes.tolist()
            assert one.confidence.tolist() == other.confidence.tolist()
            assert (other.vectors is not None) == features
