"""Label Studio's JSON: regions, people, both exports, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import codes

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.labels.label_studio.tasks import file_name, media_of
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

Write = Callable[..., Path]
RECTANGLE = {"x": 10.0, "y": 25.0, "width": 50.0, "height": 50.0, "rotation": 0}
SIZE = {"original_width": 200, "original_height": 100}


def region(kind: str = "rectanglelabels", name: str | None = "body", size: Any = SIZE, **value: Any) -> dict[str, Any]:
    names = {} if name is None else {kind: [name]}
    return {"id": "r1", "type": kind, "from_name": "tag", "to_name": "image", "value": {**value, **names}, **size}


def annotation(*result: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "completed_by": 7,
        "lead_time": 12.5,
        "created_at": "2025-05-02T08:49:24.5Z",
        "result": result,
        **more,
    }


def task(*annotations: Any, image: Any = "/data/upload/1/718f1d05-a.jpg", **more: Any) -> dict[str, Any]:
    return {"id": 1, "data": {"image": image}, "annotations": annotations, "predictions": [], **more}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(document: Any, name: str = "export.json") -> Path:
        (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
        return tmp_path / name

    return written


def test_a_task_with_two_people(write: Write):
    other = annotation(region(**{**RECTANGLE, "x": 0.0}), completed_by={"id": 3, "email": "a@b.test"}, lead_time=None)
    file = write([task(annotation(region(**RECTANGLE)), other)])
    labels = read_labels(file)
    found = labels.dataset
    assert detect_format(file) == labels.format == "label-studio"
    assert found.frames.select("file", "width", "height").rows() == [("718f1d05-a.jpg", 200, 100)]
    assert found.annotations.select("frame", *EDGES, "origin").rows() == [
        (0, 20, 25, 120, 75, "worker"),
        (0, 0, 25, 100, 75, "worker"),
    ]
    drawn = found.annotations.join(found.assignments, on="assignment_id")
    assert drawn["worker_id"].to_list() == ["7", "3"]
    assert found.assignments["work_seconds"].to_list() == [12.5, None]
    assert found.assignments["submitted_at"][0] == datetime(2025, 5, 2, 8, 49, 24, 500_000, tzinfo=UTC)
    assert "a@b.test" not in repr(found.workers.rows())


SHAPES: dict[str, tuple[dict[str, Any], tuple[float, ...], list[float] | None]] = {
    "a rectangle": (region(**RECTANGLE), (20, 25, 120, 75), None),
    "turned by 90": (
        region(**{**RECTANGLE, "rotation": 90, "width": 10.0}),
        (-30, 25, 20, 45),
        [20, 25, 20, 45, -30, 45, -30, 25],
    ),
    "turned once around": (region(**{**RECTANGLE, "rotation": 360}), (20, 25, 120, 75), None),
    "a polygon": (
        region("polygonlabels", points=[[0, 0], [50, 0], [50, 100]]),
        (0, 0, 100, 100),
        [0, 0, 100, 0, 100, 100],
    ),
    "a little over the edge": (region(**{**RECTANGLE, "x": 52.0}), (104, 25, 204, 75), None),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes(write: Write, name: str):
    made, box, outline = SHAPES[name]
    found = read_labels(write([task(annotation(made))])).dataset.annotations
    assert found.select(EDGES).row(0) == pytest.approx(box)
    polygons = found["polygons"].to_list()[0]
    assert (None if polygons is None else polygons[0]) == (None if outline is None else pytest.approx(outline))


def test_a_keypoint_is_a_point_without_an_area(write: Write):
    found = read_labels(write([task(annotation(region("keypointlabels", x=50, y=25, width=0.2)))])).dataset.annotations
    assert found.select(*EDGES, "shape").row(0) == (100, 25, 100, 25, "points")
    assert found["keypoints"].to_list() == [[100, 25, None]]


def test_a_turned_rectangle_is_one(write: Write):
    found = read_labels(write([task(annotation(region(**{**RECTANGLE, "rotation": 30})))])).dataset.annotations
    assert found["shape"].to_list() == ["rotated_box"]


def test_an_ellipse_is_an_outline_of_its_radii(write: Write):
    made = region("ellipselabels", x=50, y=50, radiusX=10, radiusY=30, rotation=90)
    found = read_labels(write([task(annotation(made))])).dataset.annotations
    assert found.select(EDGES).row(0) == pytest.approx((70, 30, 130, 70))


def test_a_region_is_called_by_the_entry_of_its_id(write: Write):
    bare = {**region("rectangle", None, **RECTANGLE), "id": "a"}
    label = {**region("labels", None, **RECTANGLE), "id": "a"}
    label["value"] = {**RECTANGLE, "labels": ["wheel", "tyre"]}
    labels = read_labels(write([task(annotation(bare, label, {**bare, "id": "b"}))]))
    assert labels.dataset.categories["name"].to_list() == ["object", "wheel"]
    assert set(codes(labels.problems)) == {"several-names", "rows-without-class"}


@pytest.mark.parametrize(
    ("document", "code", "left"),
    [
        pytest.param([task(annotation({"type": "choices", "value": {}}))], "left-answers", 0, id="choices"),
        pytest.param([task(annotation(region("vectorlabels", points=[])))], "no-area", 0, id="an unknown shape"),
        pytest.param([task(annotation(region(**RECTANGLE), was_cancelled=True))], "skipped-work", 0, id="skipped"),
        pytest.param(
            [{**task(annotation()), "data": {"text": "some words"}}], "tasks-without-picture", None, id="no picture"
        ),
    ],
)
def test_what_is_left_out_is_said(write: Write, document: Any, code: str, left: int | None):
    labels = read_labels(write(document))
    assert code in codes(labels.problems)
    assert labels.dataset.annotations.height == 0
    assert labels.dataset.frames.height == (0 if left is None else 1)


def test_who_skipped_a_task_has_worked_on_it(write: Write):
    found = read_labels(write([task(annotation(region(**RECTANGLE), was_cancelled=True))])).dataset.assignments
    assert found.select("worker_id", "work_seconds", "labels_read").rows() == [("7", 12.5, False)]


def test_what_a_model_drew_counts_only_where_nobody_drew(write: Write):
    predicted = {"result": [{**region(**RECTANGLE), "score": 0.75}], "model_version": "m", "score": 0.5}
    alone = read_labels(write([task(predictions=[predicted])]))
    assert alone.dataset.annotations.select("origin", "confidence").rows() == [("model", 0.75)]
    assert alone.dataset.assignments.height == 0
    both = read_labels(write([task(annotation(region(**RECTANGLE)), predictions=[predicted])]))
    assert both.dataset.annotations["origin"].to_list() == ["worker"]
    assert "left-predictions" in codes(both.problems)


def test_the_small_export(write: Write):
    said = {"image": "s3://bucket/x/a.png?token=1", "id": 1, "annotator": 4, "annotation_id": 9, "lead_time": 3}
    value = {**RECTANGLE, "rectanglelabels": ["body"], **SIZE}
    labels = read_labels(write([{**said, "tag": [value], "choice": "yes"}]))
    assert labels.dataset.frames["file"].to_list() == ["x/a.png"]
    assert labels.dataset.annotations.select(EDGES).row(0) == (20, 25, 120, 75)
    assert labels.dataset.assignments.select("worker_id", "work_seconds").rows() == [("4", 3.0)]


def test_old_exports_have_completions(write: Write):
    made = {"id": 1, "created_username": "ada, 1", "result": [region(**RECTANGLE)]}
    labels = read_labels(write({"id": 1, "data": {"image": "a.jpg"}, "completions": [made]}))
    assert labels.dataset.workers["worker_id"].to_list() == ["ada, 1"]
    assert labels.dataset.annotations.height == 1


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/data/upload/3/718f1d05-a.jpg", "718f1d05-a.jpg"),
        ("/data/local-files/?d=shots/a%20b.jpg", "shots/a b.jpg"),
        ("https://host.test/x/a.jpg?sig=1#f", "x/a.jpg"),
        ("gs://bucket/x/a.jpg", "x/a.jpg"),
        ("a.jpg", "a.jpg"),
    ],
)
def test_addresses(address: str, name: str):
    assert file_name(address) == name


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ({"image": "a.jpg", "text": "words"}, ["a.jpg"]),
        ({"url": "https://h.test/a", "text": "words"}, ["a"]),
        ({"left": "a.jpg", "right": "b.jpg"}, ["a.jpg", "b.jpg"]),
        ({"image": "a.jpg", "mask": "b.png"}, ["a.jpg"]),
        ({"image": "frame 1"}, ["frame 1"]),
        ({"text": "words"}, []),
    ],
)
def test_what_a_task_is_about(data: dict[str, str], names: list[str]):
    assert media_of(data) == names


BAD: dict[str, Any] = {
    "over 100 percent": region(**{**RECTANGLE, "x": 320.0}),
    "its end far beyond": region(**{**RECTANGLE, "x": 90.0}),
    "negative": region(**{**RECTANGLE, "width": -1.0}),
    "a text": region(**{**RECTANGLE, "y": "1"}),
    "nothing": region(),
    "no value": {**region(), "value": None},
    "a picture that was turned": {**region(**RECTANGLE), "image_rotation": 90},
    "two points": region("polygonlabels", points=[[0, 0], [1, 1]]),
    "a point of three": region("polygonlabels", points=[[0, 0, 1]] * 3),
    "a mask of another size": region("brushlabels", format="rle", rle=[0, 0, 0, 4] + [0] * 9),
    "a mask that breaks off": region("brushlabels", format="rle", rle=[0, 1, 56, 128, 59, 125, 125]),
    "no mask": region("brushlabels", format="rle", rle=[300]),
    "an angle without end": region(**{**RECTANGLE, "rotation": 1e9}),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_region_is_refused_or_left_out_and_its_work_not_judged(write: Write, name: str):
    file = write([task(annotation(BAD[name], region(**RECTANGLE)))])
    with pytest.raises(InputError) as caught:
        read_labels(file)
    assert (caught.value.at, caught.value.file) == ("[0].annotations[0].result[0]", str(file))
    labels = read_labels(file, skip_bad=True)
    assert labels.dataset.annotations.height == 1
    assert labels.dataset.assignments["labels_read"].to_list() == [False]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param([task(annotation(region(**RECTANGLE)), image=["a.jpg", "b.jpg"])], id="several pictures"),
        pytest.param([{"id": 1, "data": 5, "annotations": [annotation(region(**RECTANGLE))]}], id="no data"),
        pytest.param([7, task(annotation(region(**RECTANGLE)))], id="a number"),
    ],
)
def test_bad_tasks(write: Write, document: Any):
    with pytest.raises(InputError) as caught:
        read_labels(write(document))
    assert str(caught.value.at).startswith("[0]")


def test_sizes_come_from_the_source_where_nothing_says_them(write: Write):
    file = write([task(annotation(region(size={}, **RECTANGLE)), image="a.jpg")])
    with pytest.raises(InputError, match="how large"):
        read_labels(file)
    assert read_labels(file, frame_size=(400, 200)).dataset.annotations.select(EDGES).row(0) == (40, 50, 240, 150)


KEYS = st.sampled_from(["x", "value", "type", "result", "id", "points", "sequence"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 200) | st.text(max_size=4),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(KEYS, each, max_size=4),
    max_leaves=12,
)


@given(ANYTHING)
def test_whatever_stands_there_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, entry: Any):
    file = tmp_path_factory.mktemp("any") / "a.json"
    file.write_text(json.dumps([task(annotation(entry, region(**RECTANGLE)), entry)]), encoding="utf-8")
    labels = read_labels(file, skip_bad=True)
    assert labels.dataset.annotations.height >= 1


@pytest.mark.parametrize(("name", "key"), [("data", "yolo rect"), ("data_polygons", "yolo polygons")])
def test_real_exports_are_what_their_own_library_reads(corpus: Path, name: str, key: str):
    folder = corpus / "formats" / "label_studio"
    theirs = json.loads(json.loads((folder / "ORACLE.json").read_text("utf-8"))[f"{key} -> COCO"]["result.json"])
    labels = read_labels(folder / "data" / "test_export_yolo" / f"{name}.json").dataset
    boxes = sorted(each["bbox"] for each in theirs["annotations"])
    sides = {"w": pl.col("x_max") - pl.col("x_min"), "h": pl.col("y_max") - pl.col("y_min")}
    ours = labels.annotations.select("x_min", "y_min", **sides)
    np.testing.assert_allclose(sorted(map(list, ours.rows())), boxes, atol=1e-3)


def test_real_turned_boxes_are_what_their_own_library_reads(corpus: Path):
    folder = corpus / "formats" / "label_studio"
    files = json.loads((folder / "ORACLE.json").read_text("utf-8"))["yolo obb -> YOLO_OBB"]
    rows = [row for name, text in files.items() if name.startswith("labels/") for row in text.splitlines()]
    theirs = sorted([float(number) for number in row.split()[1:]] for row in rows)
    labels = read_labels(folder / "data" / "test_export_yolo" / "data_obb.json").dataset
    ours = []
    for row in labels.annotations.join(labels.frames, on="frame").iter_rows(named=True):
        x, y, right, down = (row[edge] for edge in EDGES)
        outline = row["polygons"][0] if row["polygons"] else [x, y, right, y, right, down, x, down]
        ours.append([value / row["height" if place % 2 else "width"] for place, value in enumerate(outline)])
    np.testing.assert_allclose(sorted(ours), theirs, atol=1e-3)
