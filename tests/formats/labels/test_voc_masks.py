"""Pictures of segmentation of Pascal VOC: objects and categories by colours, and what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

Make = Callable[..., Path]
CAT, SNAIL = (64, 0, 0), (1, 2, 3)  # of the challenge, and of one's own
MAP = "# label:color_rgb:parts:actions\nbackground:0,0,0::\nsnail:1,2,3::\nplain:::\n"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(colour: tuple[int, ...] = CAT, *, objects: bool = True, text: str | None = None, size: int = 8) -> Path:
        folder = tmp_path / "set"
        for part in ("SegmentationClass", *(["SegmentationObject"] if objects else [])):
            pixels = np.zeros((6, size if part == "SegmentationObject" else 8, 3), dtype=np.uint8)
            pixels[1:3, 2:4] = colour if part == "SegmentationClass" else (128, 0, 0)
            pixels[4, 5:8] = colour if part == "SegmentationClass" else (0, 128, 0)
            pixels[0, :] = (224, 224, 192)
            (folder / part).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(folder / part / "a.png")
        if text is not None:
            (folder / "labelmap.txt").write_text(text)
        return folder

    return made


def test_each_object_has_its_category(make: Make):
    folder = make()
    labels = read_labels(folder)
    assert detect_format(folder) == labels.format == "voc-masks"
    found = labels.dataset
    assert found.frames.select("file", "width", "height").rows() == [("a", 8, 6)]
    assert found.annotations.select("is_crowd", *EDGES).rows() == [(False, 5, 4, 8, 5), (False, 2, 1, 4, 3)]
    assert {found.categories["name"][number] for number in found.annotations["class_id"]} == {"cat"}


def test_a_label_map_says_which_colour_is_which(make: Make):
    found = read_labels(make(SNAIL, text=MAP)).dataset
    assert found.categories["name"].to_list() == ["snail"]


def test_a_list_of_names_has_the_colours_of_the_challenge_in_their_order(make: Make):
    folder = make((128, 0, 0))
    (folder / "class_names.txt").write_text("_background_\nsnail\nshell\n")
    found = read_labels(folder).dataset
    assert found.categories["name"].to_list() == ["snail", "shell"] and set(found.annotations["class_id"]) == {0}


def test_categories_alone_are_of_nobody_knows_how_many_objects(make: Make):
    found = read_labels(make(objects=False)).dataset.annotations
    assert found.select("is_crowd", *EDGES).rows() == [(True, 2, 1, 8, 5)]


def test_a_palette_is_its_colours(make: Make):
    folder = make(objects=False)
    file = folder / "SegmentationClass" / "a.png"
    image = Image.new("P", (8, 6))
    image.putpalette([0, 0, 0, *CAT])
    image.putpixel((3, 2), 1)
    image.save(file)
    assert read_labels(folder).dataset.annotations.select(EDGES).rows() == [(3, 2, 4, 3)]


def test_annotations_beside_them_are_read_instead(make: Make):
    folder = make()
    (folder / "Annotations").mkdir()
    box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox>"
    text = f"<annotation><filename>a.jpg</filename><object><name>cat</name>{box}</object></annotation>"
    (folder / "Annotations" / "a.xml").write_text(text)
    assert detect_format(folder) == "voc"
    assert read_labels(folder, format="voc-masks").dataset.annotations.height == 2


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"colour": (9, 9, 9)}, "a colour without a category", id="a colour without a name"),
        pytest.param({"size": 9}, "of different sizes", id="two sizes"),
        pytest.param({"text": "snail:1,2:x:\n"}, "not a category and its colour", id="a colour of two numbers"),
    ],
)
def test_what_does_not_fit_is_refused(make: Make, changed: dict[str, object], message: str):
    with pytest.raises(InputError, match=message):
        read_labels(make(**changed))


def test_what_is_no_picture_is_refused_or_left_out(make: Make):
    folder = make()
    (folder / "SegmentationClass" / "b.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"b\.png"):
        read_labels(folder)
    assert read_labels(folder, skip_bad=True).dataset.frames.height == 1
