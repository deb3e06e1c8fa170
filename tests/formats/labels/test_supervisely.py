"""Supervisely: shapes, masks, videos, who drew them, and what cannot be read."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

Write = Callable[..., Path]
CORNERS = {"exterior": [[1, 2], [3, 5]], "interior": []}
SQUARE = [[2, 2], [12, 2], [12, 12], [2, 12]]


def thing(kind: str = "rectangle", title: Any = "cat", **changed: Any) -> dict[str, Any]:
    return {"classTitle": title, "geometryType": kind, "points": CORNERS, "tags": []} | changed


def picture(*things: Any, **changed: Any) -> dict[str, Any]:
    return {"description": "", "tags": [], "size": {"height": 48, "width": 64}, "objects": list(things)} | changed


def packed(mask: Any, mode: str = "L") -> str:
    pixels = np.array(mask, dtype=np.uint8) * 255
    image = Image.fromarray(pixels)
    if mode == "RGBA":
        image = Image.merge("RGBA", [Image.new("L", image.size, 255)] * 3 + [image])
    data = io.BytesIO()
    image.save(data, "PNG")
    return base64.b64encode(zlib.compress(data.getvalue())).decode()


def test_a_project_of_pictures(lay: Write):
    lay("meta.json", {"classes": [{"title": "dog"}, {"title": "cat"}], "projectType": "images", "tags": []})
    lay("ds0/ann/a.jpg.json", picture(thing()))
    folder = lay("ds0/ann/b.jpg.json", picture())
    labels = read_labels(folder)
    assert detect_format(folder) == labels.format == "supervisely" and not labels.problems
    assert labels.dataset.frames.select("file", "width").rows() == [("ds0/a.jpg", 64), ("ds0/b.jpg", 64)]
    assert labels.dataset.categories["name"].to_list() == ["dog", "cat"]
    assert labels.dataset.annotations.select("class_id", *EDGES).rows() == [(1, 1, 2, 4, 6)]


@pytest.mark.parametrize(
    ("said", "kind", "edges"),
    [
        pytest.param(thing(points={"exterior": [[3, 5], [1, 2]]}), None, (1, 2, 4, 6), id="corners in any order"),
        pytest.param(thing(points={"exterior": [[1.5, 2], [3, 5]]}), None, (1.5, 2, 3, 5), id="parts of a pixel"),
        pytest.param(thing("polygon", points={"exterior": SQUARE}), None, (2, 2, 12, 12), id="polygon"),
        pytest.param(thing("line"), "line", (1, 2, 3, 5), id="line"),
        pytest.param(thing("point", points={"exterior": [[1, 2]]}), "points", (1, 2, 1, 2), id="point"),
        pytest.param(
            thing("graph", nodes={"a": {"loc": [1, 2]}, "b": {"loc": [3, 5]}, "c": {"loc": [9, 9], "disabled": True}}),
            "points",
            (1, 2, 3, 5),
            id="skeleton",
        ),
        pytest.param(
            thing("bitmap", bitmap={"data": packed([[0, 1], [0, 1]]), "origin": [3, 4]}), None, (4, 4, 5, 6), id="mask"
        ),
        pytest.param(
            thing("bitmap", bitmap={"data": packed([[0, 1], [0, 1]], "RGBA"), "origin": [3, 4]}),
            None,
            (4, 4, 5, 6),
            id="mask in an alpha channel",
        ),
    ],
)
def test_every_shape_is_read(lay: Write, said: Any, kind: str | None, edges: tuple[float, ...]):
    found = read_labels(lay("ann/a.jpg.json", picture(said))).dataset.annotations
    assert found.select("shape", *EDGES).rows() == [(kind, *edges)]


def test_the_class_says_which_shape_it_is_where_the_object_does_not(lay: Write):
    lay("meta.json", {"classes": [{"title": "cat", "shape": "polygon"}]})
    said = {key: value for key, value in thing("polygon", points={"exterior": SQUARE}).items() if key != "geometryType"}
    found = read_labels(lay("ds0/ann/a.jpg.json", picture(said)) / "ds0" / "ann").dataset
    assert found.annotations.select(EDGES).rows() == [(2, 2, 12, 12)]


def test_an_outline_with_a_hole_is_a_mask(lay: Write):
    hole = [[4, 4], [8, 4], [8, 8], [4, 8]]
    found = read_labels(lay("ann/a.json", picture(thing("polygon", points={"exterior": SQUARE, "interior": [hole]}))))
    row = found.dataset.annotations.row(0, named=True)
    assert row["mask_rle"] is not None and row["polygons"] is None


def test_who_drew_it_is_known_and_a_model_is_nobody(lay: Write):
    things = (thing(labelerLogin="ann"), thing(labelerLogin="bob"), thing(labelerLogin="ann", nnCreated=True), thing())
    found = read_labels(lay("ann/a.json", picture(*things))).dataset
    assert found.assignments["worker_id"].to_list() == ["ann", "bob"]
    first, second = found.assignments["assignment_id"].to_list()
    rows = [("worker", first), ("worker", second), ("model", None), (None, None)]
    assert found.annotations.select("origin", "assignment_id").rows() == rows


def video(*frames: Any) -> dict[str, Any]:
    return picture({"key": "k", "classTitle": "cat"}, frames=list(frames), framesCount=9)


def frame(index: Any, key: str = "k") -> dict[str, Any]:
    figure = {"objectKey": key, "geometryType": "rectangle", "geometry": {"points": CORNERS}, "labelerLogin": "ann"}
    return {"index": index, "figures": [figure]}


def test_figures_of_a_video_are_tracks(lay: Write):
    found = read_labels(lay("ann/v.mp4.json", video(frame(0), frame(2)))).dataset
    assert found.frames["file"].to_list() == ["frame_000000", "frame_000001", "frame_000002"]
    assert found.annotations.select("frame", "track_id", *EDGES).rows() == [(0, 1, 1, 2, 4, 6), (2, 1, 1, 2, 4, 6)]
    assert found.assignments["frame"].to_list() == [0, 2]


def test_other_kinds_are_left_out_and_counted(lay: Write):
    labels = read_labels(lay("ann/a.json", picture(thing("cuboid"), thing())))
    assert [problem.values for problem in labels.problems] == [{"shapes": "1 cuboid"}]


BOMB = base64.b64encode(zlib.compress(bytes(65 * 2**20))).decode()


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(thing(points=None), id="no points"),
        pytest.param(thing(points={"exterior": [[1, 2]]}), id="one corner"),
        pytest.param(thing(points={"exterior": [[1, "2"], [3, 4]]}), id="a text for a number"),
        pytest.param(thing("polygon"), id="an outline of two points"),
        pytest.param(thing(title=7), id="a title that is a number"),
        pytest.param(thing("bitmap"), id="no bitmap"),
        pytest.param(thing("bitmap", bitmap={"data": "AAAA", "origin": [1, 1]}), id="no PNG"),
        pytest.param(thing("bitmap", bitmap={"data": packed([[1]]), "origin": [64, 1]}), id="beyond its picture"),
        pytest.param(thing("bitmap", bitmap={"data": BOMB, "origin": [1, 1]}), id="a bomb"),
        pytest.param(7, id="a number"),
    ],
)
def test_a_malformed_object_is_refused_or_left_out(lay: Write, bad: Any):
    folder = lay("ann/a.json", picture(thing(), bad))
    with pytest.raises(InputError) as caught:
        read_labels(folder)
    assert caught.value.at == "objects[1]"
    assert read_labels(folder, skip_bad=True).dataset.annotations.height == 1


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(video(frame(-1)), id="a frame before the first"),
        pytest.param(video(frame(10**12)), id="a frame of a trillion"),
        pytest.param(video(frame(1), frame(1)), id="a frame twice"),
        pytest.param(video(frame(0, "other")), id="a figure of nothing"),
        pytest.param(picture(objects={}), id="objects that are no list"),
    ],
)
def test_what_is_none_is_refused(lay: Write, document: Any):
    with pytest.raises(InputError):
        read_labels(lay("ann/a.json", document), format="supervisely")
