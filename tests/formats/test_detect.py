"""Telling what a path holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.errors import ConfigError, InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.formats.writing import write_labels

Make = Callable[..., Path]


def test_every_kind_is_told_apart(tmp_path: Path, yolo: Make, coco: Make, thesis: Path) -> None:
    root = yolo({"a": "0 .5 .5 .1 .1"})
    file = coco()
    write_labels(read_labels(file).dataset, tmp_path / "saved", "dataset")
    assert detect_format(root) == detect_format(root / "data.yaml") == detect_format(root / "labels") == "yolo"
    assert detect_format(thesis) == "thesis"
    assert detect_format(str(file)) == "coco"
    assert detect_format(tmp_path / "saved") == "dataset"
    traceable = coco({"annotations": {0: {"attributes": {"worker_id": "W1"}}}})
    assert detect_format(traceable) == "coco-traceable"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("people.json", json.dumps({"W1": {"Q1": "a"}}), id="another JSON"),
        pytest.param("notes.txt", "hello", id="a text"),
        pytest.param("theme.yaml", "color: red", id="another YAML"),
        pytest.param("clip.mp4", "", id="a video"),
    ],
)
def test_anything_else_is_none(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert detect_format(tmp_path / name) is None
    assert detect_format(tmp_path) is None
    assert detect_format(tmp_path / "missing") is None


def test_two_formats_in_a_folder_must_be_named(yolo: Make, coco: Make) -> None:
    root = yolo({"a": "0 .5 .5 .1 .1"})
    coco().rename(root / "coco.json")
    with pytest.raises(InputError) as caught:
        read_labels(root)
    assert str(caught.value) == (
        f"{root}: label sets of several formats (found 'YOLO texts and coco.json'). Give the folder of one, or name "
        "the format: yolo or coco."
    )
    assert read_labels(root, format="coco").dataset.frames.height == 2
    assert read_labels(root, format="yolo").dataset.frames.height == 1


def test_what_is_surely_of_one_format_hides_no_files_of_another(tmp_path: Path, coco: Make) -> None:
    (tmp_path / "turned").mkdir()
    (tmp_path / "turned" / "a.txt").write_text("1 1 9 1 9 9 1 9 wheel 0\n")
    assert detect_format(tmp_path) == "dota"
    coco().rename(tmp_path / "coco.json")
    with pytest.raises(InputError) as caught:
        detect_format(tmp_path)
    assert caught.value.found == "'turned/a.txt and coco.json'"
    assert detect_format(tmp_path / "turned") == "dota"
    assert read_labels(tmp_path, format="coco").dataset.frames.height == 2


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_labels(tmp_path / "missing")
    assert str(caught.value) == f"{tmp_path}/missing: there is no such file or folder. Check the path."
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        read_labels(tmp_path / "empty")
    assert str(caught.value) == (
        f"{tmp_path}/empty: no label set that loopviz knows (expected YOLO, COCO, a thesis project folder, a "
        "saved dataset, MOTChallenge, Pascal VOC, CVAT, LabelMe, Label Studio, FiftyOne, CreateML, LabelMe's "
        "XML, DOTA, VGG Image Annotator (VIA), VoTT, Open Images, a TensorFlow table of boxes, panoptic COCO, "
        "SageMaker Ground Truth, Zooniverse, Supervisely, V7 Darwin, Datumaro or Pascal VOC masks). Give the "
        "folder or the file with the labels, or name their --labels-format (labels_format)."
    )
    with pytest.raises(InputError, match="no YOLO label files here"):
        read_labels(tmp_path / "empty", format="yolo")
    with pytest.raises(InputError, match="no COCO file in the folder"):
        read_labels(tmp_path / "empty", format="coco")
    with pytest.raises(InputError, match="not a thesis project folder"):
        read_labels(tmp_path / "empty", format="thesis")
    with pytest.raises(InputError, match="a table of the dataset is missing"):
        read_labels(tmp_path / "empty", format="dataset")
    with pytest.raises(ConfigError, match="there is no such label format"):
        read_labels(tmp_path, format="labelbox")
    with pytest.raises(ConfigError, match="not a frame size"):
        read_labels(tmp_path, frame_size=(0, 5))
