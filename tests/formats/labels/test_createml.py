"""CreateML's JSON: boxes by their middle, parts of a set, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

Write = Callable[..., Path]
BOX = {"label": "body", "coordinates": {"x": 10, "y": 20.5, "width": 4, "height": 5}}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(document: Any, part: str = "") -> Path:
        folder = tmp_path / "set" / part
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "_annotations.createml.json").write_text(json.dumps(document), "utf-8")
        return tmp_path / "set"

    return written


def picture(*boxes: Any, image: Any = "a.png") -> dict[str, Any]:
    return {"image": image, "annotations": list(boxes)}


def test_boxes_are_said_by_their_middle(write: Write):
    folder = write([picture(BOX), picture(image="b.png")])
    Image.new("L", (64, 48)).save(folder / "a.png")
    labels = read_labels(folder, frame_size=(20, 30))
    assert detect_format(folder) == labels.format == "createml"
    assert labels.dataset.frames.select("file", "width", "height").rows() == [("a.png", 64, 48), ("b.png", 20, 30)]
    assert labels.dataset.annotations.select("frame", *EDGES).rows() == [(0, 8, 18, 12, 23)]


def test_a_folder_of_parts_keeps_them_apart(write: Write):
    write([picture(BOX)], "train")
    labels = read_labels(write([picture(BOX, BOX)], "val"), frame_size=(64, 48))
    assert labels.dataset.frames["file"].to_list() == ["train/a.png", "val/a.png"]
    assert labels.dataset.annotations["frame"].to_list() == [0, 1, 1]


def changed(**coordinates: Any) -> dict[str, Any]:
    return {**BOX, "coordinates": {**BOX["coordinates"], **coordinates}}


@pytest.mark.parametrize(
    ("document", "at"),
    [
        pytest.param([picture(changed(x="1"))], "[0].annotations[0]", id="a text"),
        pytest.param([picture(changed(width=-1))], "[0].annotations[0]", id="less than nothing"),
        pytest.param([picture(changed(y=1e9))], "[0].annotations[0]", id="far outside"),
        pytest.param([picture(changed(height=True))], "[0].annotations[0]", id="true"),
        pytest.param([picture({"label": "coordinates"})], "[0].annotations[0]", id="no coordinates"),
        pytest.param([picture({**BOX, "label": 3})], "[0].annotations[0]", id="a number for a name"),
        pytest.param([picture(BOX), {"image": "b.png"}], "[1]", id="no annotations"),
        pytest.param([picture(BOX, image=None)], "[0].image", id="no name"),
        pytest.param([picture(BOX), 7], "[1]", id="a number"),
    ],
)
def test_what_is_malformed_is_refused_or_left_out(write: Write, document: Any, at: str):
    folder = write(document)
    with pytest.raises(InputError) as caught:
        read_labels(folder, format="createml", frame_size=(64, 48))
    assert caught.value.at == at
    labels = read_labels(folder, format="createml", frame_size=(64, 48), skip_bad=True)
    assert labels.dataset.annotations.height == (1 if at == "[1]" else 0)
    assert labels.problems[0].severity == "error"


def test_what_is_no_list_is_refused(write: Write):
    with pytest.raises(InputError):
        read_labels(write(picture(BOX)), format="createml")
