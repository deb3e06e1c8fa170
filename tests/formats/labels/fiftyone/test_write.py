"""FiftyOne's samples: every kind of label in its place, as fractions of the picture; what has no place is said."""

from __future__ import annotations

import base64
import io
import json
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import box

from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.formats.labels.fiftyone.write import losses
from loopviz.formats.writing import write_labels
from loopviz.geometry import rle_from_mask, rle_to_string
from loopviz.schema import table

WIDTH, HEIGHT = 80, 40
MASK = np.zeros((HEIGHT, WIDTH), bool)
MASK[10:20, 20:40] = True
MASK[14:17, 25:30] = False


def made(*rows: dict[str, Any]) -> Dataset:
    """Two pictures, the second of a part for training; one person's work on the first."""
    frames = {"frame": [0, 1], "file": ["a.jpg", "in/b.png"], "width": [WIDTH] * 2, "height": [HEIGHT] * 2}
    said = [{"annotation_id": n, "frame": 0, "class_id": 0} | row for n, row in enumerate(rows)]
    return Dataset(
        frames=table("frames", {**frames, "split": [None, "train"]}),
        categories=table("categories", {"class_id": [0], "name": ["größe"]}),
        annotations=table("annotations", said),
        assignments=table("assignments", [{"assignment_id": "a1", "worker_id": "w1", "frame": 0}]),
        workers=table("workers", [{"worker_id": "w1", "alias": "Worker 1"}]),
    )


def samples(dataset: Dataset, folder: Path) -> list[dict[str, Any]]:
    write_labels(dataset, folder / "out", "fiftyone")
    found: list[dict[str, Any]] = json.loads((folder / "out" / "samples.json").read_text("utf-8"))["samples"]
    return found


def test_a_box_and_all_that_is_said_of_it(tmp_path: Path):
    row = box(8, 10, 48, 30, confidence=0.5, track_id=3, assignment_id="a1", origin="worker")
    first, second = samples(made(row), tmp_path)
    assert (first["filepath"], first["tags"]) == ("data/a.jpg", [])
    assert first["metadata"] == {"_cls": "ImageMetadata", "width": WIDTH, "height": HEIGHT}
    (label,) = first["ground_truth"]["detections"]
    assert label == {
        "_cls": "Detection",
        "label": "größe",
        "bounding_box": [0.1, 0.25, 0.5, 0.5],
        "confidence": 0.5,
        "index": 3,
        "origin": "worker",
        "worker": "Worker 1",
    }
    assert (second["filepath"], second["tags"]) == ("data/in/b.png", ["train"])
    assert second["ground_truth"] == {"_cls": "Detections", "detections": []}
    metadata = json.loads((tmp_path / "out" / "metadata.json").read_text("utf-8"))
    assert metadata == {"media_type": "image", "info": {"categories": ["größe"]}}  # no version: as FiftyOne tells it


def test_a_mask_is_cut_to_its_box(tmp_path: Path):
    row = box(19, 9, 41, 21, mask_rle=rle_to_string(rle_from_mask(MASK)))
    (label,) = samples(made(row), tmp_path)[0]["ground_truth"]["detections"]
    assert label["bounding_box"] == [0.25, 0.25, 0.25, 0.25]
    packed = zlib.decompress(base64.b64decode(label["mask"]))
    assert (np.load(io.BytesIO(packed)) == MASK[10:20, 20:40]).all()


def test_outlines_points_and_lines_have_fields_of_their_own(tmp_path: Path):
    outline, other = [8.0, 4.0, 40.0, 4.0, 40.0, 20.0], [0.0, 0.0, 8.0, 0.0, 8.0, 4.0]
    points = [8.0, 4.0, 2.0, 0.0, 0.0, 0.0]
    rows = (
        box(0, 0, 40, 20, polygons=[outline, other], origin="model"),
        box(8, 4, 8, 4, shape="points", keypoints=points, keypoint_confidence=[0.75, 0.0]),
        box(8, 4, 40, 20, shape="line", keypoints=[8.0, 4.0, None, 40.0, 20.0, None]),
        box(8, 4, 40, 20, keypoints=points),
    )
    first = samples(made(*rows), tmp_path)[0]
    (polygon,) = first["predictions_polylines"]["polylines"]
    assert (polygon["closed"], polygon["filled"]) == (True, True)
    assert polygon["points"] == [[[0.1, 0.1], [0.5, 0.1], [0.5, 0.5]], [[0, 0], [0.1, 0], [0.1, 0.1]]]
    (line,) = first["ground_truth_polylines"]["polylines"]
    assert (line["closed"], line["points"]) == (False, [[[0.1, 0.1], [0.5, 0.5]]])
    alone, of_box = first["ground_truth_keypoints"]["keypoints"]
    assert alone["confidence"] == [0.75, 0.0]
    assert alone["points"][0] == [0.1, 0.1]
    assert all(map(math.isnan, alone["points"][1]))
    assert "confidence" not in of_box
    assert len(first["ground_truth"]["detections"]) == 1


def test_what_has_no_place_is_said():
    found = {dict(each.values)["what"]: dict(each.values)["count"] for each in losses(made(box(0, 0, 5, 5)), False)}
    assert found == {"the answers, pay and times of people": 1}
    found = {dict(each.values)["what"] for each in losses(made(box(0, 0, 5, 5, is_crowd=True)), False)}
    assert "which labels are of crowds" in found


@pytest.mark.parametrize(
    "row",
    [{"confidence": float("inf")}, {"polygons": [[0.0, 0.0, float("inf"), 5.0, 5.0, 5.0]]}],
    ids=["confidence", "outline"],
)
def test_numbers_that_json_does_not_have(row: dict[str, Any], tmp_path: Path):
    with pytest.raises(OutputError, match="JSON"):
        write_labels(made(box(0, 0, 5, 5, **row)), tmp_path / "out", "fiftyone")
    assert not (tmp_path / "out").exists()


def test_a_frame_needs_a_size(tmp_path: Path):
    dataset = made(box(0, 0, 5, 5))
    unsized = dataset.replace(frames=dataset.frames.with_columns(width=pl.lit(None, pl.Int64)))
    with pytest.raises(OutputError, match="no size"):
        write_labels(unsized, tmp_path / "out", "fiftyone")


@settings(max_examples=15)
@given(shares=st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_any_box_is_the_same_in_pixels(shares: list[float], tmp_path_factory: pytest.TempPathFactory):
    x0, x1, y0, y1 = *sorted(shares[:2]), *sorted(shares[2:])
    edges = x0 * WIDTH, y0 * HEIGHT, x1 * WIDTH, y1 * HEIGHT
    (label,) = samples(made(box(*edges)), tmp_path_factory.mktemp("set"))[0]["ground_truth"]["detections"]
    x, y, w, h = label["bounding_box"]
    assert [x * WIDTH, y * HEIGHT, (x + w) * WIDTH, (y + h) * HEIGHT] == pytest.approx(edges, abs=1e-9)
