"""Detections in COCO's results form, beside the file that knows their images and categories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import codes

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels

INSTANCES = {
    "images": [
        {"id": 40, "file_name": "b/f_0002.png", "width": 64, "height": 48},
        {"id": 7, "file_name": "b/f_0001.png", "width": 64, "height": 48},
    ],
    "annotations": [],
    "categories": [{"id": 3, "name": "wheel"}, {"id": 9, "name": "cable"}],
}
ONE = {"image_id": 40, "category_id": 9, "bbox": [8, 4, 16, 10], "score": 0.75}


def written(folder: Path, results: Any, **files: Any) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in ({"instances": INSTANCES} | files).items():
        if content is not None:
            (folder / f"{name}.json").write_text(json.dumps(content))
    (folder / "predictions.json").write_text(results if isinstance(results, str) else json.dumps(results))
    return folder / "predictions.json"


def test_detections_are_labels(tmp_path: Path) -> None:
    other = {"image_id": 7, "category_id": 3, "bbox": [0, 0, 4, 4], "score": 0.5}
    file = written(tmp_path, [ONE, other, ONE | {"score": 0.25}])
    assert detect_format(file) == "coco-results"
    labels = read_labels(file)
    dataset = labels.dataset
    assert dataset.frames["file"].to_list() == ["b/f_0001.png", "b/f_0002.png"]
    rows = dataset.annotations.select("frame", "class_id", "x_min", "y_min", "x_max", "y_max", "confidence").rows()
    assert rows == [(0, 0, 0, 0, 4, 4, 0.5), (1, 1, 8, 4, 24, 14, 0.75), (1, 1, 8, 4, 24, 14, 0.25)]
    assert dataset.annotations["origin"].unique().to_list() == ["model"]
    assert dataset.annotations["annotation_id"].is_unique().all()
    assert codes(labels.problems) == ["results-beside"]


@pytest.mark.parametrize(
    ("entry", "frame"),
    [
        pytest.param({"image_id": "f_0001"}, 0, id="a stem, as Ultralytics writes it"),
        pytest.param({"image_id": "7"}, 0, id="an id as a text"),
        pytest.param(
            {"image_id": 1, "file_name": "f_0002.png"}, 1, id="a name counts, not a number that is made of it"
        ),
        pytest.param({"image_id": 7, "file_name": "f_0002.jpg"}, 1, id="a name with another suffix"),
        pytest.param({"image_id": 7, "file_name": None}, 0, id="no name"),
    ],
)
def test_images_are_found(tmp_path: Path, entry: dict[str, Any], frame: int) -> None:
    labels = read_labels(written(tmp_path, [ONE | entry]))
    assert labels.dataset.annotations["frame"].to_list() == [frame]


REFUSED = [
    pytest.param({"image_id": 8}, "annotations[0].image_id", id="no such image"),
    pytest.param({"image_id": "f_0003"}, "annotations[0].image_id", id="no such stem"),
    pytest.param({"image_id": 7, "file_name": "g.png"}, "annotations[0].image_id", id="no such name"),
    pytest.param({"category_id": 1}, "annotations[0].category_id", id="no such category"),
    pytest.param({"bbox": [1, 2, 3]}, "annotations[0].bbox", id="three numbers"),
    pytest.param({"bbox": [1, 2, -3, 4]}, "annotations[0].bbox", id="turned inside out"),
]


@pytest.mark.parametrize(("entry", "at"), REFUSED)
def test_what_is_no_detection_is_refused_or_left_out(tmp_path: Path, entry: dict[str, Any], at: str) -> None:
    file = written(tmp_path, [ONE | entry, ONE])
    with pytest.raises(InputError) as raised:
        read_labels(file)
    assert (raised.value.at or "").startswith(at)
    assert raised.value.file == str(file)
    left = read_labels(file, skip_bad=True)
    assert left.dataset.annotations.height == 1
    assert [each.severity for each in left.problems].count("error") == 1


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({"instances": None}, None, id="none beside it"),
        pytest.param({"val": INSTANCES}, "'instances.json, val.json'", id="two beside it"),
    ],
)
def test_one_file_beside_it_knows_the_images(tmp_path: Path, files: dict[str, Any], found: str | None) -> None:
    with pytest.raises(InputError) as raised:
        read_labels(written(tmp_path, [ONE], **files))
    assert raised.value.found == found
    assert raised.value.remedy


@pytest.mark.parametrize(
    "text", ['{"image_id": 1, "category_id": 1, "score": 1}', '[{"image_id" "category_id" "score"']
)
def test_what_is_no_list_is_no_detections(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read_labels(written(tmp_path, text))
    with pytest.raises(InputError):
        read_labels(written(tmp_path, text), format="coco-results")


def test_nothing_found_in_no_image_is_a_label_set_where_it_is_named(tmp_path: Path) -> None:
    labels = read_labels(written(tmp_path, []), format="coco-results")
    assert (labels.dataset.annotations.height, labels.dataset.frames.height) == (0, 2)


def test_a_folder_of_both_holds_the_instances(tmp_path: Path) -> None:
    written(tmp_path, [ONE])
    assert detect_format(tmp_path) == "coco"
