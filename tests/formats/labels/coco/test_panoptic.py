"""Panoptic COCO: segments by the colours of a PNG, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

Make = Callable[..., Path]
LARGE = 1 + 2 * 256 + 3 * 65_536


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(*segments: Any, size: tuple[int, int] = (9, 7), png: bool = True, **changed: Any) -> Path:
        entry = {"image_id": 5, "file_name": "a.png", "segments_info": list(segments)} | changed
        document = {
            "images": [{"id": 5, "file_name": "a.jpg", "width": 9, "height": 7}],
            "annotations": [entry],
            "categories": [{"id": 3, "name": "road", "isthing": 0}, {"id": 1, "name": "snail", "isthing": 1}],
        }
        folder = tmp_path / "set"
        (folder / "panoptic_val").mkdir(parents=True, exist_ok=True)
        (folder / "panoptic_val.json").write_text(json.dumps(document))
        pixels = np.zeros((size[1], size[0], 3), dtype=np.uint8)
        pixels[2:5, 1:4] = (1, 2, 3)
        pixels[0] = (7, 0, 0)
        if png:
            Image.fromarray(pixels).save(folder / "panoptic_val" / "a.png")
        return folder

    return made


def segment(number: object = LARGE, category: object = 1, **changed: Any) -> dict[str, Any]:
    return {"id": number, "category_id": category, "iscrowd": 0, "bbox": [0, 0, 1, 1], **changed}


def test_a_segment_is_the_pixels_of_its_colour(make: Make):
    folder = make(segment(), segment(7, 3, iscrowd=1))
    labels = read_labels(folder)
    found = labels.dataset
    assert detect_format(folder) == detect_format(folder / "panoptic_val.json") == labels.format == "coco-panoptic"
    assert found.frames.select("file", "width", "height").rows() == [("a.jpg", 9, 7)]
    assert found.categories["name"].to_list() == ["road", "snail"]
    rows = [(1, False, 1, 2, 4, 5), (0, True, 0, 0, 9, 1)]
    assert found.annotations.select("class_id", "is_crowd", *EDGES).rows() == rows
    assert found.annotations["mask_rle"].null_count() == 0


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(segment(8), id="a colour that no pixel has"),
        pytest.param(segment(category=2), id="a category that there is not"),
        pytest.param(segment(-1), id="an id below 0"),
        pytest.param(segment("1"), id="an id that is a text"),
        pytest.param(7, id="a number"),
    ],
)
def test_a_malformed_segment_is_refused_or_left_out(make: Make, bad: Any):
    folder = make(segment(), bad)
    with pytest.raises(InputError) as caught:
        read_labels(folder)
    assert caught.value.at == "annotations, image 5, segments_info[1]"
    assert read_labels(folder, skip_bad=True).dataset.annotations.height == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"image_id": 6}, "belongs to no image", id="another image"),
        pytest.param({"image_id": None}, "not an id", id="no image"),
    ],
)
def test_what_does_not_fit_is_refused(make: Make, changed: dict[str, Any], message: str):
    with pytest.raises(InputError, match=message):
        read_labels(make(segment(), **changed))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"png": False}, id="no PNG"),
        pytest.param({"file_name": "../../b.png"}, id="another name"),
        pytest.param({"size": (8, 7)}, id="another size"),
    ],
)
def test_without_a_png_that_fits_boxes_are_read(make: Make, changed: dict[str, Any]):
    labels = read_labels(make(segment(bbox=[1, 2, 3, 4]), **changed))
    assert labels.dataset.annotations.select("mask_rle", *EDGES).rows() == [(None, 1, 2, 4, 6)]
    assert [(problem.code, problem.values) for problem in labels.problems] == [("masks-missing", {"count": 1})]


def test_a_segment_with_neither_is_refused(make: Make):
    with pytest.raises(InputError, match="neither a PNG nor a box"):
        read_labels(make(segment(bbox=None), png=False))
