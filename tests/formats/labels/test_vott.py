"""VoTT 2: exports, files of pictures, tables, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

BOX = {"left": 10.5, "top": 8, "width": 20, "height": 16}
POINTS = [{"x": 1, "y": 2}, {"x": 9, "y": 2}, {"x": 5, "y": 8}]


def region(kind: str = "RECTANGLE", *tags: str, **more: Any) -> dict[str, Any]:
    return {"id": "x", "type": kind, "tags": list(tags or ("body",)), "boundingBox": BOX, "points": POINTS} | more


def asset(*regions: Any, name: Any = "a.jpg", size: Any = None) -> dict[str, Any]:
    about = {"format": "jpg", "id": name, "name": name, "path": f"file:/x/{name}", "type": 1}
    return {"asset": about | {"size": size or {"width": 64, "height": 48}}, "regions": list(regions), "version": "2.2"}


def export(*assets: Any) -> dict[str, Any]:
    tags = [{"name": "wheel", "color": "#ff0000"}, {"name": "body", "color": "#00ff00"}]
    return {"name": "set", "tags": tags, "assets": {f"id{n}": each for n, each in enumerate(assets)}}


def write(folder: Path, document: Any, name: str = "set-export.json") -> Path:
    (folder / name).write_text(json.dumps(document), "utf-8")
    return folder / name


def test_an_export_has_its_tags_in_their_order(tmp_path: Path):
    file = write(tmp_path, export(asset(region(), region("POLYGON", "wheel")), asset(name="b.jpg")))
    labels = read_labels(file)
    assert detect_format(tmp_path) == labels.format == "vott"
    assert labels.dataset.frames.select("file", "width", "height").rows() == [("a.jpg", 64, 48), ("b.jpg", 64, 48)]
    assert labels.dataset.categories["name"].to_list() == ["wheel", "body"]
    assert labels.dataset.annotations.select("class_id", *EDGES).rows() == [(1, 10.5, 8, 30.5, 24), (0, 1, 2, 9, 8)]
    assert labels.dataset.annotations["polygons"].to_list() == [None, [[1, 2, 9, 2, 5, 8]]]


def test_files_of_pictures_are_one_set(tmp_path: Path):
    write(tmp_path, asset(region()), "1-asset.json")
    write(tmp_path, asset(region("POLYLINE"), region("POINT", points=POINTS[:1]), name="b.jpg"), "2-asset.json")
    dataset = read_labels(tmp_path).dataset
    assert dataset.annotations.select("frame", "shape").rows() == [(0, None), (1, "line"), (1, "points")]


def test_a_video_is_no_picture_beside_its_frames(tmp_path: Path):
    clip, frame = asset(name="clip.mp4"), asset(region("RECTANGLE", "wheel"), name="clip.mp4#t=1.5")
    clip["asset"]["type"], frame["asset"]["type"] = 2, 3
    found = read_labels(write(tmp_path, export(clip, frame))).dataset
    assert found.frames["file"].to_list() == ["clip.mp4#t=1.5"] and found.annotations.height == 1


def test_a_table(tmp_path: Path):
    rows = '"image","xmin","ymin","xmax","ymax","label"\n"a.jpg",1,2,3.5,4,"body"\n"b.jpg",1,2,3,4,"wheel"\n'
    (tmp_path / "set.csv").write_text(rows, "utf-8")
    assert detect_format(tmp_path / "set.csv") == "vott"
    dataset = read_labels(tmp_path).dataset
    assert dataset.annotations.select("frame", *EDGES).rows() == [(0, 1, 2, 3.5, 4), (1, 1, 2, 3, 4)]
    (tmp_path / "set.csv").write_text(rows.replace("3.5", "0.5"), "utf-8")
    with pytest.raises(InputError, match="ends before it begins") as caught:
        read_labels(tmp_path)
    assert caught.value.at == "line 2"


def test_a_region_is_a_label_for_each_of_its_tags(tmp_path: Path):
    labels = read_labels(write(tmp_path, export(asset(region("RECTANGLE", "wheel", "body")))))
    assert labels.dataset.annotations["class_id"].to_list() == [0, 1]
    assert labels.dataset.annotations.select(EDGES).n_unique() == 1


@pytest.mark.parametrize(
    ("one", "problem"),
    [
        pytest.param(region("CUBE"), "no such shape", id="no such shape"),
        pytest.param(region(boundingBox=None), "not a number of pixels: left", id="no box"),
        pytest.param(region(boundingBox={**BOX, "width": -1}), "less than nothing", id="a negative width"),
        pytest.param(region("POLYGON", points=POINTS[:2]), "not an outline", id="two points"),
        pytest.param(region("POLYGON", points=[*POINTS, 3]), "not a number of pixels: x", id="a point that is none"),
        pytest.param({**region(), "tags": "body"}, "not a region", id="tags that are a text"),
        pytest.param([1], "not a region", id="a list"),
    ],
)
def test_what_cannot_be_read_is_refused_and_may_be_left_out(tmp_path: Path, one: Any, problem: str):
    file = write(tmp_path, export(asset(one, region())))
    with pytest.raises(InputError, match=problem) as caught:
        read_labels(file)
    assert caught.value.at == "assets.id0.regions[0]"
    assert read_labels(file, skip_bad=True).dataset.annotations.height == 1


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        pytest.param({"asset": 1, "regions": []}, "not a picture of VoTT", id="no asset"),
        pytest.param(export(asset(name=None)), "file name", id="no name"),
        pytest.param(export(asset(), asset()), "stands in the set twice", id="twice"),
        pytest.param([{"asset": 1, "regions": 2}], "not a file of VoTT", id="a list"),
    ],
)
def test_what_is_nearly_one_is_refused(tmp_path: Path, document: Any, problem: str):
    with pytest.raises(InputError, match=problem):
        read_labels(write(tmp_path, document))
