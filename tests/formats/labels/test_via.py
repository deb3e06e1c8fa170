"""VIA 1 and 2: projects, exports and tables; which attribute is the category; what cannot be read."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support import codes

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.formats.types import LabelSet
from loopviz.schema import EDGES

RECT = {"name": "rect", "x": 10, "y": 8, "width": 20, "height": 16.5}
POLYGON = {"name": "polygon", "all_points_x": [1, 9, 5], "all_points_y": [2, 2, 8]}


def region(shape: Any = RECT, **attributes: Any) -> dict[str, Any]:
    return {"shape_attributes": shape, "region_attributes": attributes or {"class": "body"}}


def entry(*regions: Any, name: Any = "a.jpg") -> dict[str, Any]:
    return {"filename": name, "size": 123, "regions": list(regions), "file_attributes": {}}


def project(*entries: Mapping[str, Any]) -> dict[str, Any]:
    pictures = {f"{each['filename']}123": each for each in entries}
    return {"_via_settings": {}, "_via_img_metadata": pictures, "_via_attributes": {"region": {}, "file": {}}}


def read(folder: Path, document: Any, **options: Any) -> LabelSet:
    (folder / "via.json").write_text(json.dumps(document), "utf-8")
    assert detect_format(folder / "via.json") == "via"
    return read_labels(folder / "via.json", **options)


@pytest.mark.parametrize("form", ["project", "export", "VIA 1"])
def test_each_form_is_the_same_labels(tmp_path: Path, form: str):
    document = project(entry(region(), region(POLYGON)), entry(name="b.jpg"))
    if form != "project":
        document = document["_via_img_metadata"]
    if form == "VIA 1":
        for each in document.values():
            each["regions"] = {str(n): one for n, one in enumerate(each["regions"])}
    Image.new("L", (64, 48)).save(tmp_path / "a.jpg")
    labels = read(tmp_path, document, frame_size=(9, 9))
    assert labels.dataset.frames.select("file", "width", "height").rows() == [("a.jpg", 64, 48), ("b.jpg", 9, 9)]
    assert labels.dataset.annotations.select(EDGES).rows() == [(10, 8, 30, 24.5), (1, 2, 9, 8)]
    assert labels.dataset.annotations["polygons"].to_list() == [None, [[1, 2, 9, 2, 5, 8]]]
    assert codes(labels.problems) == ["category-attribute"]


@pytest.mark.parametrize("header", ["filename", "#filename"])
def test_a_table_has_a_row_a_region(tmp_path: Path, header: str):
    rows: list[dict[str, Any]] = [region(), region(POLYGON, **{"class": "wheel"}), {"shape_attributes": {}}]
    with (tmp_path / "via.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        columns = ("file_size", "file_attributes", "region_count", "region_id")
        writer.writerow([header, *columns, "region_shape_attributes", "region_attributes"])
        for number, (name, row) in enumerate(zip(("a.jpg", "a.jpg", "b.jpg"), rows, strict=True)):
            both = (json.dumps(row.get(key, {})) for key in ("shape_attributes", "region_attributes"))
            writer.writerow([name, 1, "{}", 2, number, *both])
    assert detect_format(tmp_path) == "via"
    dataset = read_labels(tmp_path).dataset
    assert dataset.frames["file"].to_list() == ["a.jpg", "b.jpg"]
    assert dataset.annotations.height == 2
    assert dataset.categories["name"].to_list() == ["body", "wheel"]


@pytest.mark.parametrize(
    ("attributes", "name", "said"),
    [
        pytest.param({"class": "body"}, "body", ["category-attribute"], id="the only one"),
        pytest.param({"part of mouse": "body"}, "body", ["category-attribute"], id="the only one, whatever its name"),
        pytest.param(
            {"Label": "body", "quality": "good"}, "body", ["category-attribute", "attributes-left-out"], id="by name"
        ),
        pytest.param({"a": "x", "b": "y"}, "object", ["attributes-left-out", "rows-without-class"], id="nobody knows"),
        pytest.param(
            {"type": "x", "name": "y"}, "object", ["attributes-left-out", "rows-without-class"], id="two by name"
        ),
        pytest.param({"kind": {"cat": True, "dog": False}}, "cat", ["category-attribute"], id="boxes that are ticked"),
        pytest.param({"kind": 3}, "3", ["category-attribute"], id="a number"),
    ],
)
def test_what_a_region_is_called_is_said_or_asked(tmp_path: Path, attributes: Any, name: str, said: list[str]):
    labels = read(tmp_path, project(entry(region(**attributes))))
    assert labels.dataset.categories["name"].to_list() == [name]
    assert codes(labels.problems) == said


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param({"name": "circle", "cx": 20, "cy": 10, "r": 5}, (15, 5, 25, 15), id="circle"),
        pytest.param({"name": "ellipse", "cx": 20, "cy": 10, "rx": 8, "ry": 4}, (12, 6, 28, 14), id="ellipse"),
        pytest.param(
            {"name": "ellipse", "cx": 20, "cy": 20, "rx": 8, "ry": 4, "theta": 1.5707963}, (16, 12, 24, 28), id="turned"
        ),
        pytest.param({"name": "point", "cx": 3, "cy": 4}, (3, 4, 3, 4), id="point"),
        pytest.param({"name": "polyline", "all_points_x": [1, 5], "all_points_y": [2, 9]}, (1, 2, 5, 9), id="polyline"),
    ],
)
def test_other_shapes(tmp_path: Path, shape: Any, expected: tuple[float, ...]):
    found = read(tmp_path, project(entry(region(shape)))).dataset.annotations
    assert found.select(EDGES).row(0) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(
    ("one", "problem"),
    [
        pytest.param(region({"name": "cube"}), "no such shape", id="no such shape"),
        pytest.param(region({"name": ["rect"]}), "no such shape", id="a name that is a list"),
        pytest.param(region([1, 2]), "no such shape", id="a list"),
        pytest.param("x", "no such shape", id="a text"),
        pytest.param(region({**RECT, "x": "1"}), "not a number of pixels: x", id="a text for a number"),
        pytest.param(region({**RECT, "width": 1e12}), "not a number of pixels: width", id="far outside"),
        pytest.param(region({**POLYGON, "all_points_y": [1]}), "not an outline", id="points without their other half"),
    ],
)
def test_what_cannot_be_read_is_refused_and_may_be_left_out(tmp_path: Path, one: Any, problem: str):
    document = project(entry(one, region()))
    with pytest.raises(InputError, match=problem) as caught:
        read(tmp_path, document)
    assert caught.value.at == "a.jpg123.regions[0]"
    assert read(tmp_path, document, skip_bad=True).dataset.annotations.height == 1


def test_a_picture_that_stands_twice_is_refused(tmp_path: Path):
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text(json.dumps(project(entry(region()))), "utf-8")
    with pytest.raises(InputError, match="stands in the set twice"):
        read_labels(tmp_path)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"_via_img_metadata": [], "filename": 1, "regions": 2}, id="a list of pictures"),
        pytest.param({"a": {"filename": None, "regions": [{"shape_attributes": {}}]}}, id="no name"),
        pytest.param({"a": {"filename": "a.jpg", "regions": 3}, "shape_attributes": 1}, id="a number"),
    ],
)
def test_what_is_nearly_one_is_refused(tmp_path: Path, document: Any):
    with pytest.raises(InputError, match="of VIA"):
        read(tmp_path, document)
