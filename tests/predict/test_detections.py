from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from detectors import classes, make_model, objects
from hypothesis import given, settings
from hypothesis import strategies as st
from support import make_clip

from loopviz.geometry import box_areas, box_iou
from loopviz.media import Frame, open_source, to_rgb
from loopviz.predict.detections import MOST, detect, detect_in, surest
from loopviz.predict.heads import Candidates
from loopviz.predict.model import Detector
from loopviz.predict.options import PredictOptions

SIZES = [(320, 240), (321, 161), (90, 250), (160, 160), (37, 411), (640, 480), (200, 199)]
BOX = (16.0, 16.0, 48.0, 32.0, 0, 1.0)  # in an input of 64 x 64


def candidates_of_chance(seed: int, count: int) -> Candidates:
    draw = np.random.default_rng(seed)
    low = draw.uniform(-20, 100, (count, 2))
    boxes = np.concatenate([low, low + draw.uniform(1, 60, (count, 2))], axis=1)
    return Candidates(boxes, draw.uniform(0, 1, count).round(2), draw.integers(0, 3, count))


def greedy(found: Candidates, iou: float) -> list[int]:
    """Non-maximum suppression as its definition has it."""
    kept: list[int] = []
    overlap = box_iou(found.boxes, found.boxes)
    for place in np.argsort(-found.confidence, kind="stable").tolist():
        rivals = [other for other in kept if found.class_ids[other] == found.class_ids[place]]
        if all(overlap[place, other] <= iou for other in rivals):
            kept.append(place)
    return kept


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 60), st.sampled_from([0.0, 0.3, 0.7, 1.0]))
def test_suppression_is_within_each_class(seed: int, count: int, iou: float) -> None:
    found = candidates_of_chance(seed, count)
    assert surest(found, iou).tolist() == greedy(found, iou)


def test_no_more_than_the_surest() -> None:
    boxes = np.tile([0.0, 0.0, 4.0, 4.0], (MOST + 20, 1)) + np.arange(MOST + 20)[:, None] * 10
    found = Candidates(boxes, np.linspace(0, 1, MOST + 20), np.zeros(MOST + 20, np.int64))
    assert surest(found, 0.5).tolist() == list(range(MOST + 20))[::-1][:MOST]


def frame(index: int, size: tuple[int, int] = (64, 64), luma: int = 235) -> Frame:
    picture = av.VideoFrame(*size, "yuv420p")
    for plane, value in zip(picture.planes, (luma, 128, 128), strict=True):
        plane.update(bytes([value]) * (plane.line_size * plane.height))
    picture.colorspace = picture.color_primaries = picture.color_trc = picture.color_range = 1
    return Frame(index, index, Fraction(1, 24), picture)


@pytest.mark.parametrize("batch", [1, 2, 3, 8])
@pytest.mark.parametrize("shape", [(1, 3, 64, 64), (2, 3, 64, 64), ("batch", 3, 64, 64)])
def test_frames_keep_their_order_whatever_the_batch(tmp_path: Path, batch: int, shape: tuple[object, ...]) -> None:
    detector = Detector(make_model(tmp_path / "m.onnx", classes([BOX]), shape=shape))
    lumas = [235, 16, 126, 235, 16]
    seen = detect((frame(7 + i, luma=luma) for i, luma in enumerate(lumas)), detector, PredictOptions(batch=batch))
    assert [(each.index, len(found.boxes)) for each, found in seen] == [(7, 1), (8, 0), (9, 1), (10, 1), (11, 0)]


def test_boxes_are_in_the_pictures_pixels(tmp_path: Path) -> None:
    detector = Detector(make_model(tmp_path / "m.onnx", classes([BOX])))
    ((_, found),) = detect([frame(0, (128, 64))], detector)  # it stands at 16 to 48 from above
    np.testing.assert_allclose(found.boxes, [[32, 0, 96, 32]])


def test_an_image_fitted_into_a_larger_picture_is_seen_alone(tmp_path: Path) -> None:
    detector = Detector(make_model(tmp_path / "m.onnx", classes([BOX])))
    ((_, found),) = detect([frame(0, (200, 100))], detector, own_sizes={0: (50, 50)})
    np.testing.assert_allclose(found.boxes, [[12.5, 12.5, 37.5, 25]])


def test_what_lies_in_the_grey_is_nothing(tmp_path: Path) -> None:
    detector = Detector(make_model(tmp_path / "m.onnx", classes([(0, 0, 64, 15, 0, 1.0), (0, 10, 64, 20, 1, 1.0)])))
    ((_, found),) = detect([frame(0, (128, 64))], detector)
    assert found.class_ids.tolist() == [1]
    assert (box_areas(found.boxes) > 0).all()


def test_what_is_sorted_out_already_is_left_alone(tmp_path: Path) -> None:
    detector = Detector(make_model(tmp_path / "m.onnx", objects([BOX, BOX, BOX])))
    assert [len(each.boxes) for each in detect_in([np.full((64, 64, 3), 255, np.uint8)], detector)] == [3]


def ask_ultralytics(folder: Path) -> None:
    """Write models of chance, pictures of several sizes, and what Ultralytics finds in them."""
    draw = np.random.default_rng(0)
    for width, height in SIZES:
        coarse = draw.integers(0, 256, (max(2, height // 20), max(2, width // 20), 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{width}x{height}.png"), cv2.resize(coarse, (width, height), interpolation=3))
    script = Path(__file__).with_name("ask_ultralytics.py")
    quiet = {"YOLO_OFFLINE": "1", "YOLO_AUTOINSTALL": "0", "YOLO_CONFIG_DIR": str(folder / "config")}
    command = [sys.executable, script, folder]
    subprocess.run(command, env=os.environ | quiet, check=True, stdout=subprocess.PIPE, timeout=300)


@pytest.mark.usefixtures("one_processor")
def test_boxes_are_those_of_ultralytics(tmp_path: Path) -> None:
    ask_ultralytics(tmp_path)
    compared = 0
    for form, said in json.loads((tmp_path / "boxes.json").read_text()).items():
        detector = Detector(tmp_path / f"{form}.onnx")
        for width, height in SIZES:
            picture = cv2.imread(str(tmp_path / f"{width}x{height}.png"))[..., ::-1]
            (found,) = detect_in([picture], detector, PredictOptions(iou=0.5))
            theirs = np.array(said[f"{width}x{height}.png"]).reshape(-1, 6)
            theirs = theirs[box_areas(theirs[:, :4]) > 0]  # they keep what lies in the grey
            assert found.class_ids.tolist() == theirs[:, 5].tolist()
            np.testing.assert_allclose(found.boxes, theirs[:, :4], rtol=0, atol=1e-3 * max(width, height))
            np.testing.assert_allclose(found.confidence, theirs[:, 4], atol=1e-3)
            compared += len(theirs)
    assert compared > 1000


def test_a_videos_pictures_are_those_that_opencv_reads(tmp_path: Path) -> None:
    """So does Ultralytics: what it finds in a video is found here."""
    clip = make_clip(tmp_path / "a.mp4", 3, (96, 64))
    video = cv2.VideoCapture(str(clip))
    with open_source(clip) as source:
        for frame in source.read():
            _, theirs = video.read()
            np.testing.assert_array_equal(to_rgb(frame.picture, exact=False), theirs[..., ::-1])
    video.release()
