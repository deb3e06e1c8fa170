"""V7 Darwin: shapes and masks of pictures, tracks of a video, who drew them, and what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

Write = Callable[..., Path]
BOX = {"x": 1, "y": 2, "w": 3, "h": 4}
PATH = [{"x": 1, "y": 1}, {"x": 5, "y": 1}, {"x": 1, "y": 9}]


def drawn(name: Any = "cat", **shape: Any) -> dict[str, Any]:
    return {"id": "1", "name": name, "slot_names": ["0"], **(shape or {"bounding_box": BOX})}


def document(*annotations: Any, item: str = "a.jpg", folder: str = "/", **slot: Any) -> dict[str, Any]:
    slots = [{"type": "image", "slot_name": "0", "width": 8, "height": 6, **slot}]
    return {"version": "2.0", "item": {"name": item, "path": folder, "slots": slots}, "annotations": list(annotations)}


def test_a_file_a_picture_in_its_folder(lay: Write):
    lay("a.json", document(drawn()))
    folder = lay("b.json", document(item="b.jpg", folder="/deep/"))
    labels = read_labels(folder)
    assert detect_format(folder) == detect_format(folder / "a.json") == labels.format == "darwin"
    assert labels.dataset.frames.select("file", "width").rows() == [("a.jpg", 8), ("deep/b.jpg", 8)]
    assert labels.dataset.annotations.select("frame", *EDGES).rows() == [(0, 1, 2, 4, 6)]


ROUND = {"center": {"x": 5, "y": 6}, "radius": {"x": 2, "y": 1}, "angle": 1.5707963267948966}


@pytest.mark.parametrize(
    ("shape", "kind", "edges"),
    [
        pytest.param({"polygon": {"paths": [PATH, PATH]}, "bounding_box": BOX}, None, (1, 1, 5, 9), id="polygon"),
        pytest.param({"ellipse": ROUND}, None, (4, 4, 6, 8), id="an ellipse that is turned"),
        pytest.param({"keypoint": {"x": 3, "y": 4}}, "points", (3, 4, 3, 4), id="keypoint"),
        pytest.param({"line": {"path": PATH}}, "line", (1, 1, 5, 9), id="line"),
        pytest.param({"skeleton": {"nodes": PATH}}, "points", (1, 1, 5, 9), id="skeleton"),
        pytest.param({"eye": {"nodes": PATH}}, "points", (1, 1, 5, 9), id="eye"),
    ],
)
def test_every_shape_is_read(lay: Write, shape: Any, kind: str | None, edges: tuple[float, ...]):
    found = read_labels(lay("a.json", document(drawn(**shape)))).dataset.annotations
    (row,) = found.select("shape", *EDGES).rows()
    assert row[0] == kind and row[1:] == pytest.approx(edges)


def test_nodes_of_a_skeleton_are_keypoints_by_their_names(lay: Write):
    nodes = [{**at, "name": name, "occluded": name == "b"} for at, name in zip(PATH, "abc", strict=True)]
    both = drawn(skeleton={"nodes": nodes}), drawn(skeleton={"nodes": [nodes[2], nodes[0]]})
    found = read_labels(lay("a.json", document(*both))).dataset
    assert found.categories["keypoint_names"].to_list() == [["a", "b", "c"]]
    assert found.annotations["keypoints"].to_list() == [[1, 1, 2, 5, 1, 1, 1, 9, 2], [1, 1, 2, 0, 0, 0, 1, 9, 2]]


def test_a_file_that_says_nothing_of_its_picture(lay: Write):
    said = {"version": "2.0", "schema_ref": "https://darwin.example/2.0", "item": {"name": "a.jpg", "path": "/"}}
    labels = read_labels(lay("a.json", said | {"annotations": [drawn()]}), frame_size=(8, 6))
    assert labels.dataset.frames.select("file", "width").rows() == [("a.jpg", 8)]
    assert labels.dataset.annotations.height == 1


def layer(*runs: int) -> dict[str, Any]:
    return {"id": "9", "name": "__raster_layer__", "raster_layer": {"dense_rle": list(runs), **MAPPED}}


MAPPED = {"mask_annotation_ids_mapping": {"1": 2}, "total_pixels": 48}


def test_a_mask_is_its_value_in_the_layer(lay: Write):
    found = read_labels(lay("a.json", document(drawn(mask={}), layer(0, 9, 2, 3, 1, 5, 2, 2, 0, 29)))).dataset
    assert found.annotations.select(EDGES).rows() == [(1, 1, 4, 3)]


def test_who_drew_it_is_known_where_it_is_one_person(lay: Write):
    ann, bob = ({"email": f"{name}@x.example", "full_name": name} for name in ("ann", "bob"))
    drawings = (drawn() | {"annotators": who} for who in ([ann], [ann, bob], []))
    found = read_labels(lay("a.json", document(*drawings))).dataset
    assert found.assignments["worker_id"].to_list() == ["ann@x.example"]
    assert found.annotations["assignment_id"].is_null().to_list() == [False, True, True]


def track(frames: dict[str, Any], **more: Any) -> dict[str, Any]:
    shapes = {key: {"bounding_box": {**BOX, "x": x}, "keyframe": by_hand} for key, (x, by_hand) in frames.items()}
    return {"name": "cat", "frames": shapes, "annotators": [{"email": "ann"}], **more}


def test_boxes_of_a_video_move_between_frames_and_end(lay: Write):
    said = track({"1": (0, True), "3": (4, True)}, ranges=[[1, 6]], hidden_areas=[[4, 5]])
    found = read_labels(lay("v.json", document(said, frame_count=8))).dataset
    assert found.frames["file"].to_list()[-1] == "frame_000007"
    rows = [(1, 0, "worker"), (2, 2, "interpolated"), (3, 4, "worker"), (5, 4, "interpolated")]
    assert found.annotations.select("frame", "x_min", "origin").rows() == rows
    assert found.annotations["track_id"].to_list() == [1] * 4
    assert found.assignments["frame"].to_list() == [1, 3]


def test_frames_that_darwin_moved_itself_are_nobodys(lay: Write):
    said = track({"0": (0, True), "1": (1, False)}, ranges=[[0, 2]])
    found = read_labels(lay("v.json", document(said, frame_count=2))).dataset.annotations
    assert found.select("frame", "x_min", "origin").rows() == [(0, 0, "worker"), (1, 1, "interpolated")]


def test_other_kinds_are_left_out_and_counted(lay: Write):
    labels = read_labels(lay("a.json", document(drawn(tag={}), drawn(cuboid={}), drawn())))
    assert [problem.values for problem in labels.problems] == [{"shapes": "1 cuboid, 1 tag"}]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(drawn(bounding_box={**BOX, "w": -1}), id="less than nothing"),
        pytest.param(drawn(bounding_box={**BOX, "x": "1"}), id="a text for a number"),
        pytest.param(drawn(polygon={"paths": [PATH[:2]]}), id="an outline of two"),
        pytest.param(drawn(polygon=7), id="no outline"),
        pytest.param(drawn(name=7), id="a name that is a number"),
        pytest.param(drawn(mask={}), id="a mask without its layer"),
        pytest.param(drawn(blob={}), id="an unknown shape"),
        pytest.param(7, id="a number"),
    ],
)
def test_a_malformed_annotation_is_refused_or_left_out(lay: Write, bad: Any):
    folder = lay("a.json", document(drawn(), bad))
    with pytest.raises(InputError) as caught:
        read_labels(folder)
    assert caught.value.at == "annotations[1]"
    assert read_labels(folder, skip_bad=True).dataset.annotations.height == 1


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(document(drawn(mask={}), layer(2, 47)), id="a layer that does not fill its picture"),
        pytest.param(document(track({"-1": (0, True)}), frame_count=2), id="a frame before the first"),
        pytest.param(document(track({"0": (0, True)}, ranges=[[3, 1]]), frame_count=2), id="ends before it begins"),
        pytest.param(document(track({"0": (0, True)}, ranges=[[0, 10**12]]), frame_count=2), id="without an end"),
        pytest.param(document(frame_count=10**12), id="a trillion frames"),
        pytest.param({**document(), "item": {"name": "a", "slots": [{"slot_name": "0"}] * 2}}, id="two slots"),
        pytest.param({**document(), "annotations": {}}, id="no list"),
    ],
)
def test_what_is_none_is_refused(lay: Write, said: Any):
    with pytest.raises(InputError):
        read_labels(lay("a.json", said), format="darwin")


def test_a_video_beside_others_is_refused(lay: Write):
    lay("a.json", document(drawn()))
    with pytest.raises(InputError, match="a video beside other files"):
        read_labels(lay("v.json", document(frame_count=3)))
