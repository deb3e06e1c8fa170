"""Pascal VOC: by the book, as tools write it, and what cannot be read."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.formats.types import LabelSet
from loopviz.schema import EDGES

BOX = "<bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox>"
SIZE = "<size><width>64</width><height>48</height><depth>3</depth></size>"
Make = Callable[..., Path]


def box(*edges: object) -> str:
    return BOX.format(*edges)


def thing(name: str, inner: str) -> str:
    return f"<object><name>{name}</name>{inner}</object>"


def annotation(*objects: str, file: str = "a.jpg", source: str = "Unknown", size: str = SIZE) -> str:
    source = f"<source><database>{source}</database></source>"
    return (
        f"<annotation><filename>{file}</filename>{source}{size}<segmented>0</segmented>{''.join(objects)}</annotation>"
    )


@pytest.fixture
def voc(tmp_path: Path) -> Make:
    """A function that writes files of ``Annotations`` by their stems, and returns their set."""

    def make(**files: str) -> Path:
        (tmp_path / "set" / "Annotations").mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (tmp_path / "set" / "Annotations" / f"{name}.xml").write_text(content, "utf-8")
        return tmp_path / "set"

    return make


def boxes(labels: LabelSet) -> list[tuple[object, ...]]:
    return labels.dataset.annotations.select("frame", "class_id", *EDGES).rows()


def codes(labels: LabelSet) -> list[str]:
    return [problem.code for problem in labels.problems]


def test_a_folder_and_a_file(voc: Make):
    root = voc(
        b=annotation(thing("wheel", box(1, 2, 10, 20)), thing("body", box(5, 6, 64, 48)), file="f_10.jpg"),
        a=annotation(file="f_9.jpg"),
    )
    labels = read_labels(root)
    assert (detect_format(root), labels.format) == ("voc", "voc")
    assert labels.dataset.frames.select("file", "width", "height").rows() == [("f_9.jpg", 64, 48), ("f_10.jpg", 64, 48)]
    assert labels.dataset.categories["name"].to_list() == ["body", "wheel"]
    assert boxes(labels) == [(1, 1, 1, 2, 10, 20), (1, 0, 5, 6, 64, 48)]
    one = read_labels(root / "Annotations" / "b.xml")
    assert one.dataset.frames["file"].to_list() == ["f_10.jpg"]


@pytest.mark.parametrize(
    ("source", "edges", "code", "expected"),
    [
        pytest.param("The VOC2007 Database", (1, 1, 3, 4), "voc-pixels", (0, 0, 3, 4), id="by the book"),
        pytest.param("PASCAL VOC2012", (5, 6, 5, 6), "voc-pixels", (4, 5, 5, 6), id="one pixel"),
        pytest.param("The VOC2007 Database", (0, 1, 3, 4), "voc-edges", (0, 1, 3, 4), id="a 0 speaks against it"),
        pytest.param("VOC", (1.5, 1, 3, 4), "voc-edges", (1.5, 1, 3, 4), id="a fraction speaks against it"),
        pytest.param("VOC", ("1.0", "1.0", "3.0", "4.0"), "voc-pixels", (0, 0, 3, 4), id="whole numbers with a point"),
        pytest.param("Unknown", (1, 1, 3, 4), "voc-edges", (1, 1, 3, 4), id="LabelImg"),
        pytest.param("roboflow.ai", (2, 1, 5, 2), "voc-edges", (2, 1, 5, 2), id="Roboflow"),
    ],
)
def test_which_pixel_is_the_first(
    voc: Make, source: str, edges: tuple[object, ...], code: str, expected: tuple[float, ...]
):
    labels = read_labels(voc(a=annotation(thing("x", box(*edges)), source=source)))
    assert boxes(labels) == [(0, 0, *expected)]
    assert code in codes(labels)


def test_outlines_and_turned_boxes(voc: Make):
    points = "".join(f"<x{i}>{x}</x{i}><y{i}>{y}</y{i}>" for i, (x, y) in enumerate([(0, 0), (8, 0), (8, 6)], 1))
    pts = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in [(1, 1), (9, 1), (9, 7)])
    turned = f"<robndbox><cx>20</cx><cy>10</cy><w>8</w><h>4</h><angle>{math.pi / 2}</angle></robndbox>"
    root = voc(
        a=annotation(
            thing("x", box(0, 0, 8, 6) + f"<polygon>{points}</polygon>"),
            thing("x", f"<polygon>{pts}</polygon>"),
            thing("x", turned),
        )
    )
    labels = read_labels(root)
    assert labels.dataset.annotations["polygons"].to_list()[:2] == [[[0, 0, 8, 0, 8, 6]], [[1, 1, 9, 1, 9, 7]]]
    assert labels.dataset.annotations["polygons"][2][0].to_list() == pytest.approx([22, 6, 22, 14, 18, 14, 18, 6])
    assert labels.dataset.annotations["shape"].to_list() == [None, None, "rotated_box"]
    assert [row[2:] for row in boxes(labels)][1] == (1, 1, 9, 7)
    assert [row[2:] for row in boxes(labels)][2] == pytest.approx((18, 6, 22, 14))


def test_sizes_that_are_not_said_are_those_of_the_pictures_or_of_the_caller(voc: Make):
    root = voc(
        a=annotation(thing("x", box(0, 0, 3, 3)), size=""),
        b=annotation(file="b.jpg", size="<size><width>0</width><height>0</height></size>"),
    )
    (root / "JPEGImages").mkdir()
    Image.new("RGB", (32, 16)).save(root / "JPEGImages" / "a.jpg")
    labels = read_labels(root, frame_size=(8, 8))
    assert labels.dataset.frames.select("width", "height").rows() == [(32, 16), (8, 8)]


def test_what_is_listed_what_is_left_out_and_what_is_odd_is_said(voc: Make):
    part = "<part><name>head</name>" + box(1, 1, 2, 2) + "</part>"
    root = voc(
        a=annotation(thing("dog", box(0, 0, 3, 3) + part + "<difficult>1</difficult>"), file=r"C:\data\a.jpg"),
        b=annotation(file="a.jpg"),
    )
    (root / "labelmap.txt").write_text("# label:color:parts:actions\nbackground:0,0,0::\nzebra:1,2,3::\ndog:4,5,6::\n")
    labels = read_labels(root)
    assert labels.dataset.categories["name"].to_list() == ["zebra", "dog"]
    assert {"voc-parts", "objects-difficult", "names-outside"} <= set(codes(labels))
    assert labels.dataset.frames["file"].n_unique() == 2
    named = read_labels(root, names=["dog", "cat"]).dataset
    assert (named.categories["name"].to_list(), named.annotations["class_id"].to_list()) == (["dog", "cat"], [0])
    with pytest.raises(InputError, match="not among the names"):
        read_labels(root, names=["cat"])


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(annotation(thing("", box(1, 1, 2, 2))), "the object has no name", id="no name"),
        pytest.param(annotation(thing("x", "")), "the object has no box", id="no box"),
        pytest.param(annotation(thing("x", box(1, 1, "", 2))), "not the edges of a box", id="an empty edge"),
        pytest.param(annotation(thing("x", box(1, "nan", 2, 2))), "not the edges of a box", id="not a number"),
        pytest.param(annotation(thing("x", box(1, 1, "1e9", 2))), "not the edges of a box", id="far away"),
        pytest.param(annotation(thing("x", box(9, 1, 2, 2))), "ends before it begins", id="swapped"),
        pytest.param(annotation(thing("x", "<polygon><x1>1</x1><y1>2</y1></polygon>")), "not an outline", id="a point"),
        pytest.param("<annotation><filename>a.jpg</filename><object>", "not valid XML", id="cut off"),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY x "y">]><annotation><filename>&x;</filename></annotation>', "entities", id="entities"
        ),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><filename>&x;</filename></annotation>',
            "entities",
            id="an entity that fetches",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_or_left_out(voc: Make, content: str, what: str):
    root = voc(a=annotation(thing("x", box(1, 1, 2, 2))), b=content)
    with pytest.raises(InputError, match=what) as refused:
        read_labels(root)
    assert str(refused.value.file).endswith("b.xml")
    labels = read_labels(root, skip_bad=True)
    assert labels.dataset.annotations.height == 1
    assert any(problem.severity == "error" and what in str(problem) for problem in labels.problems)
