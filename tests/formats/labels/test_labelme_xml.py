"""LabelMe's old XML: outlines, boxes, masks, who drew them, and what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support import codes

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.geometry import mask_from_rle, rle_from_string
from loopviz.schema import EDGES

Write = Callable[..., Path]
SIZE = "<imagesize><nrows>48</nrows><ncols>64</ncols></imagesize>"
POINTS = ((10, 8), (30, 8), (30.5, 24), (10, 24))


def outline(
    name: str = "body", points: tuple[tuple[float, float], ...] = POINTS, who: str = "anonymous", more: str = ""
) -> str:
    places = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in points)
    return f"<object><name>{name}</name>{more}<polygon><username>{who}</username>{places}</polygon></object>"


def segment(mask: str = "a_mask_1.png", who: str = "anonymous") -> str:
    box = "<box><xmin>5</xmin><ymin>6</ymin><xmax>20</xmax><ymax>16</ymax></box>"
    return f"<object><name>wheel</name><segm><username>{who}</username>{box}<mask>{mask}</mask></segm></object>"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*objects: str, name: str = "a", part: str = "one", size: str = SIZE) -> Path:
        file = tmp_path / "set" / "Annotations" / part / f"{name}.xml"
        file.parent.mkdir(parents=True, exist_ok=True)
        source = "<source><sourceImage>x</sourceImage></source>"
        body = f"<filename>{name}.jpg</filename><folder>{part}</folder>{source}{size}{''.join(objects)}"
        file.write_text(f"<annotation>{body}</annotation>", "utf-8")
        return tmp_path / "set"

    return written


def test_outlines_and_boxes(write: Write):
    folder = write(outline(), outline("wheel", POINTS, more="<type>bounding_box</type>"))
    labels = read_labels(folder)
    assert detect_format(folder) == labels.format == "labelme-xml"
    assert labels.dataset.frames.select("file", "width", "height").rows() == [("one/a.jpg", 64, 48)]
    assert labels.dataset.annotations.select(EDGES).rows() == [(10, 8, 30.5, 24)] * 2
    polygons = labels.dataset.annotations["polygons"].to_list()
    assert polygons == [[[value for point in POINTS for value in point]], None]


def test_who_drew_is_taken_and_nobody_is_not(write: Write):
    folder = write(outline(who="ada"), outline(who="anonymous"), outline(who="Ada"), outline(who="bela"))
    dataset = read_labels(folder).dataset
    assert dataset.workers.height == 2
    work = dict(dataset.assignments.select("assignment_id", "worker_id").iter_rows())
    assert [work.get(each) for each in dataset.annotations["assignment_id"]] == ["ada", None, "ada", "bela"]
    assert dataset.annotations["origin"].to_list() == ["worker", None, "worker", "worker"]


def test_masks_lie_in_their_folder(write: Write, tmp_path: Path):
    mask = np.zeros((48, 64), np.uint8)
    mask[6:16, 5:20] = 255
    place = tmp_path / "set" / "Masks" / "one"
    place.mkdir(parents=True)
    Image.fromarray(mask).save(place / "a_mask_1.png")
    labels = read_labels(write(segment(), segment("b_mask_2.png")))
    found, lost = labels.dataset.annotations["mask_rle"].to_list()
    assert (mask_from_rle(rle_from_string(found), 48, 64) == (mask > 0)).all()
    assert lost is None
    assert labels.dataset.annotations.select(EDGES).rows() == [(5, 6, 20, 16)] * 2
    assert codes(labels.problems) == ["masks-missing"]


def test_deleted_objects_are_left_out_and_counted(write: Write):
    labels = read_labels(write(outline(more="<deleted>1</deleted>"), outline()))
    assert labels.dataset.annotations.height == 1
    assert codes(labels.problems) == ["deleted-objects"]


def test_parts_keep_pictures_of_one_name_apart(write: Write):
    write(outline())
    dataset = read_labels(write(outline(), part="two")).dataset
    assert dataset.frames["file"].to_list() == ["one/a.jpg", "two/a.jpg"]


@pytest.mark.parametrize(
    ("objects", "problem"),
    [
        pytest.param(outline(points=POINTS[:2]), "not an outline", id="two points"),
        pytest.param(outline(points=((0, 0), (1, 1), ("x", 2))), "not an outline", id="no number"),
        pytest.param(outline(points=((0, 0), (1, 1), (9e9, 2))), "not an outline", id="far outside"),
        pytest.param(segment().replace("<xmin>5", "<xmin>50"), "not the edges", id="a box that ends before it begins"),
        pytest.param("<object><name>a</name><segm></segm></object>", "not the edges", id="nothing"),
    ],
)
def test_what_cannot_be_read_is_refused_and_may_be_left_out(write: Write, objects: str, problem: str):
    folder = write(objects, outline())
    with pytest.raises(InputError, match=problem) as caught:
        read_labels(folder)
    assert caught.value.at == "object 1"
    labels = read_labels(folder, skip_bad=True)
    assert labels.dataset.annotations.height == 1
    assert codes(labels.problems) == ["bad-object"]


def test_a_mask_of_another_size_is_refused(write: Write, tmp_path: Path):
    (tmp_path / "set" / "Masks" / "one").mkdir(parents=True)
    Image.new("L", (9, 9), 255).save(tmp_path / "set" / "Masks" / "one" / "a_mask_1.png")
    with pytest.raises(InputError, match="a mask of another size"):
        read_labels(write(segment()))


def test_entities_are_refused(write: Write):
    folder = write(outline())
    file = folder / "Annotations" / "one" / "a.xml"
    file.write_text('<!DOCTYPE a [<!ENTITY x "y">]>' + file.read_text(), "utf-8")
    with pytest.raises(InputError, match="defines entities"):
        read_labels(folder)
