"""DOTA's texts: oriented boxes, headers, and what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from support import codes

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.labels.dota import is_dota
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

Write = Callable[..., Path]
TURNED = "10 0 20 10 10 20 0 10 plane 0"
SKEW = "0 0 20 0 30 10 5 10 ship 1"
HEAD = "imagesource:GoogleEarth\ngsd:0.146343\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*rows: str, name: str = "P0001", part: str = "train", head: str = HEAD) -> Path:
        file = tmp_path / "set" / part / "labelTxt" / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(head + "".join(f"{row}\n" for row in rows), "utf-8")
        return tmp_path / "set"

    return written


@pytest.mark.parametrize("head", [HEAD, "imagesource:null\n", ""])
def test_rectangles_are_rotated_boxes_and_others_outlines(write: Write, head: str):
    folder = write(TURNED, SKEW, head=head)
    labels = read_labels(folder)
    assert detect_format(folder) == labels.format == "dota"
    assert labels.dataset.annotations["shape"].to_list() == ["rotated_box", None]
    assert labels.dataset.annotations.select(EDGES).rows() == [(0, 0, 20, 20), (0, 0, 30, 10)]
    assert labels.dataset.annotations["polygons"][0].to_list() == [[10, 0, 20, 10, 10, 20, 0, 10]]
    assert labels.dataset.categories["name"].to_list() == ["plane", "ship"]
    assert codes(labels.problems) == ["objects-difficult"]


def test_it_is_told_from_yolo_beside_a_data_yaml(write: Write):
    folder = write(TURNED)
    (folder / "data.yaml").write_text("names: [plane]\ntrain: ../train/images\n")
    assert detect_format(folder) == "dota"
    assert detect_format(folder / "train" / "labelTxt" / "P0001.txt") == "dota"


@pytest.mark.parametrize("last", ["1e-05", ".5e-3", "+1E2", "1e-310", "nan", "-inf"])
def test_a_number_is_no_word_however_it_is_written(tmp_path: Path, last: str):
    file = tmp_path / "labels" / "a.txt"
    file.parent.mkdir()
    file.write_text(f"0 .1 .1 .9 .1 .9 .9 .1 {last}\n")
    assert not is_dota(file)
    assert detect_format(tmp_path) == "yolo"


def test_pictures_have_their_parts_their_sizes_and_may_have_no_label(write: Write):
    write(TURNED)
    folder = write(name="P0002", part="val", head="")
    (folder / "train" / "images").mkdir()
    Image.new("L", (64, 48)).save(folder / "train" / "images" / "P0001.png")
    dataset = read_labels(folder).dataset
    assert dataset.frames.select("file", "width").rows() == [("train/P0001", 64), ("val/P0002", None)]
    assert dataset.annotations["frame"].to_list() == [0]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("10 0 20 10 10 20 0 plane 0", id="seven numbers"),
        pytest.param("10 0 20 10 10 20 0 9999999 plane 0", id="far outside"),
        pytest.param("10 0 20 10 10 20 0 nan plane 0", id="no number"),
        pytest.param("10 0 20 10 10 20 0 10 plane 0 1", id="one too many"),
        pytest.param("10 0 20 10 10 20 0 10 plane x", id="no flag"),
    ],
)
def test_what_is_no_row_is_refused_and_may_be_left_out(write: Write, row: str):
    folder = write(*[TURNED] * 20, row)  # the first rows say what it is
    with pytest.raises(InputError, match="not a row of DOTA") as caught:
        read_labels(folder)
    assert caught.value.at == "line 23"
    assert read_labels(folder, skip_bad=True).dataset.annotations.height == 20
