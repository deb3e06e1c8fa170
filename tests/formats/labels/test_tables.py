"""Tables of boxes: Open Images and TensorFlow, and rows that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from support import codes

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

OPEN = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside\n"
TENSORFLOW = "filename,width,height,class,xmin,ymin,xmax,ymax\n"


class TestOpenImages:
    def write(self, folder: Path, *rows: str) -> Path:
        (folder / "boxes.csv").write_text(OPEN + "".join(f"{row}\n" for row in rows), "utf-8")
        return folder

    def test_shares_become_pixels_and_codes_names(self, tmp_path: Path):
        Image.new("L", (64, 48)).save(tmp_path / "0001.jpg")
        (tmp_path / "class-descriptions-boxable.csv").write_text('/m/01,Tortoise\n/m/02,"Box, small"\n', "utf-8")
        one, two = "0001,xclick,/m/01,1,0.25,0.5,0,1,0,0,0,0,0", "0002,xclick,/m/02,1,0,1,0.5,1,0,0,1,0,0"
        folder = self.write(tmp_path, one, two)
        labels = read_labels(folder, frame_size=(10, 20))
        assert detect_format(folder) == labels.format == "openimages"
        assert labels.dataset.frames.select("file", "width", "height").rows() == [("0001", 64, 48), ("0002", 10, 20)]
        assert labels.dataset.annotations.select(EDGES).rows() == [(16, 0, 32, 48), (0, 10, 10, 20)]
        assert labels.dataset.annotations["is_crowd"].to_list() == [False, True]
        assert labels.dataset.annotations["confidence"].null_count() == 2
        assert sorted(labels.dataset.categories["name"]) == ["Box, small", "Tortoise"]

    def test_a_machines_boxes_are_a_models(self, tmp_path: Path):
        rows = "0001,activemil,/m/01,0.75,0,1,0,1,0,0,0,0,0", "0001,xclick,/m/09,1,0,1,0,1,0,0,0,0,0"
        (tmp_path / "oidv6-class-descriptions.csv").write_text("LabelName,DisplayName\n/m/01,Tortoise\n", "utf-8")
        labels = read_labels(self.write(tmp_path, *rows), frame_size=(9, 9))
        assert labels.dataset.annotations.select("origin", "confidence").rows() == [("model", 0.75), (None, None)]
        assert codes(labels.problems) == ["codes-without-name"]

    @pytest.mark.parametrize(
        ("row", "problem"),
        [
            pytest.param("0001,x,/m/01,1,0.5,0.25,0,1,0,0,0,0,0", "not a box", id="ends before it begins"),
            pytest.param("0001,x,/m/01,1,0,64,0,48,0,0,0,0,0", "not a number that fits: XMax", id="pixels"),
            pytest.param("0001,x,/m/01,1,-0.5,1,0,1,0,0,0,0,0", "not a box", id="negative"),
            pytest.param("0001,x,/m/01,1,nan,1,0,1,0,0,0,0,0", "not a number that fits: XMin", id="no number"),
            pytest.param("0001,x,/m/01,1,0,1,0,1", "another length", id="a short row"),
        ],
    )
    def test_what_is_no_row_is_refused(self, tmp_path: Path, row: str, problem: str):
        with pytest.raises(InputError, match=problem) as caught:
            read_labels(self.write(tmp_path, row), frame_size=(9, 9))
        assert caught.value.at == "line 2"

    def test_shares_stay_where_nobody_has_to_know_the_size(self, tmp_path: Path):
        labels = read_labels(self.write(tmp_path, "0001,xclick,/m/01,1,0.25,0.5,0,1,0,0,0,0,0"), unsized=True)
        assert labels.normalised and labels.dataset.annotations.select(EDGES).rows() == [(0.25, 0, 0.5, 1)]

    def test_without_a_size_shares_say_nothing(self, tmp_path: Path):
        with pytest.raises(InputError, match="how large a picture is"):
            read_labels(self.write(tmp_path, "0001,x,/m/01,1,0,1,0,1,0,0,0,0,0"))


class TestTensorflow:
    def write(self, folder: Path, *rows: str, part: str = "") -> Path:
        (folder / part).mkdir(exist_ok=True)
        (folder / part / "_annotations.csv").write_text(TENSORFLOW + "".join(f"{row}\n" for row in rows), "utf-8")
        return folder

    def test_boxes_and_pictures_without_one(self, tmp_path: Path):
        folder = self.write(tmp_path, "a.jpg,64,48,cat,1,2,30,40.5", "b.jpg,64,48,,,,,")
        labels = read_labels(folder)
        assert detect_format(folder) == labels.format == "tensorflow-csv"
        assert labels.dataset.frames["file"].to_list() == ["a.jpg", "b.jpg"]
        assert labels.dataset.annotations.select("frame", *EDGES).rows() == [(0, 1, 2, 30, 40.5)]

    @pytest.mark.parametrize("delimiter", [";", "\t"])
    def test_whatever_stands_between_cells(self, tmp_path: Path, delimiter: str):
        table = f"{TENSORFLOW}a.jpg,64,48,cat,1,2,30,40\n".replace(",", delimiter)
        (tmp_path / "boxes.csv").write_text("\ufeff" + table, "utf-8")
        assert read_labels(tmp_path / "boxes.csv").dataset.annotations.height == 1

    def test_parts_are_kept_apart(self, tmp_path: Path):
        self.write(tmp_path, "a.jpg,64,48,cat,1,2,3,4", part="train")
        dataset = read_labels(self.write(tmp_path, "a.jpg,64,48,cat,1,2,3,4", part="valid")).dataset
        assert dataset.frames["file"].to_list() == ["train/a.jpg", "valid/a.jpg"]

    @pytest.mark.parametrize(
        ("row", "problem"),
        [
            pytest.param("a.jpg,64,48,cat,9,2,3,4", "ends before it begins", id="ends before it begins"),
            pytest.param("a.jpg,64,48,cat,x,2,3,4", "not a number that fits: xmin", id="no number"),
            pytest.param("a.jpg,64,48,cat,,2,3,4", "not a number that fits: xmin", id="an empty edge"),
            pytest.param(",64,48,cat,1,2,3,4", "file name", id="no name"),
        ],
    )
    def test_what_is_no_row_is_refused(self, tmp_path: Path, row: str, problem: str):
        with pytest.raises(InputError, match=problem):
            read_labels(self.write(tmp_path, row))

    def test_a_column_that_stands_twice_is_refused(self, tmp_path: Path):
        (tmp_path / "a.csv").write_text(TENSORFLOW.replace("width", "class") + "a.jpg,1,1,c,1,2,3,4\n", "utf-8")
        with pytest.raises(InputError, match="two columns have one name"):
            read_labels(tmp_path / "a.csv")
