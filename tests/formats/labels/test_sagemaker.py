"""SageMaker Ground Truth: manifests, what each worker drew, tracks of a video, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

Write = Callable[..., Path]
SIDES = {"left": 1, "top": 2, "width": 3, "height": 4}
BOX = {"class_id": 0, **SIDES}
SIZE = {"width": 64, "height": 48, "depth": 3}


def row(*boxes: Any, address: Any = "s3://b/set/a%20b.jpg", **about: Any) -> dict[str, Any]:
    known = {"class-map": {"0": "cat"}, "type": "groundtruth/object-detection", "human-annotated": "yes", **about}
    job = {"annotations": list(boxes), "image_size": [SIZE]}
    return {"source-ref": address, "job": job, "job-metadata": {"objects": [{"confidence": 0.0}], **known}}


def lines(*rows: Any) -> str:
    return "".join(f"{json.dumps(one)}\n" for one in rows)


def test_a_manifest_has_a_picture_a_line(lay: Write):
    folder = lay("output.manifest", lines(row(BOX), row(address="s3://b/set/c.jpg"), {"source-ref": "s3://b/d.jpg"}))
    labels = read_labels(folder, frame_size=(64, 48))
    assert detect_format(folder) == detect_format(folder / "output.manifest") == labels.format == "sagemaker"
    assert labels.dataset.frames["file"].to_list() == ["d.jpg", "set/a b.jpg", "set/c.jpg"]
    assert labels.dataset.annotations.select("frame", "origin", *EDGES).rows() == [(1, None, 1, 2, 4, 6)]


@pytest.mark.parametrize(
    ("about", "origin"),
    [
        pytest.param({"objects": [{"confidence": 0.8}]}, "consensus", id="of several workers"),
        pytest.param({"objects": [{"confidence": 0.8}], "human-annotated": "no"}, "model", id="of a model"),
    ],
)
def test_what_nobody_alone_drew_is_said(lay: Write, about: dict[str, Any], origin: str):
    found = read_labels(lay("output.manifest", lines(row(BOX, **about)))).dataset.annotations
    assert found.select("origin", "confidence").rows() == [(origin, 0.8)]


def chained(**jobs: dict[str, Any]) -> dict[str, Any]:
    """Return a line with several jobs, which differ in the left edge of their only box."""
    line = {"source-ref": "s3://b/a.jpg"}
    for left, (name, about) in enumerate(jobs.items()):
        one = row({**BOX, "left": left}, **about)
        line |= {name: one["job"], f"{name}-metadata": one["job-metadata"]}
    return line


ADJUSTED = {"adjustment-status": "adjusted"}
MODEL = {"human-annotated": "no"}


@pytest.mark.parametrize(
    ("jobs", "left", "aside"),
    [
        pytest.param({"a": {}, "b": ADJUSTED}, 1, ["a"], id="one adjusts the other"),
        pytest.param({"a": ADJUSTED, "b": MODEL}, 0, ["b"], id="people adjusted a model's"),
        pytest.param({"a": MODEL, "b": {}, "c": MODEL}, 1, ["a", "c"], id="people drew one alone"),
    ],
)
def test_of_several_jobs_the_one_that_counts_is_read(lay: Write, jobs: dict[str, Any], left: int, aside: list[str]):
    labels = read_labels(lay("output.manifest", lines(chained(**jobs))))
    assert labels.dataset.annotations["x_min"].to_list() == [left]
    assert [(p.code, p.values) for p in labels.problems] == [("fields-aside", {"name": "ab"[left], "names": aside})]


@pytest.mark.parametrize("skip_bad", [False, True])
@pytest.mark.parametrize(
    "about",
    [
        pytest.param({}, id="people drew both"),
        pytest.param(ADJUSTED, id="both are adjusted"),
        pytest.param(MODEL, id="models drew both"),
    ],
)
def test_jobs_that_nothing_tells_apart_are_named(lay: Write, about: dict[str, Any], skip_bad: bool):
    with pytest.raises(InputError, match="boxes of several jobs") as caught:
        read_labels(lay("output.manifest", lines(chained(cats=about, dogs=about))), skip_bad=skip_bad)
    assert caught.value.found == "'cats, dogs'"
    assert caught.value.remedy.startswith("Keep the job that is meant and its -metadata in each line")


def test_jobs_on_lines_of_their_own_are_all_read(lay: Write):
    other = row({**BOX, "left": 2}, address="s3://b/c.jpg")
    other = {key.replace("job", "dogs"): value for key, value in other.items()}
    labels = read_labels(lay("output.manifest", lines(row(BOX), other)))
    assert (labels.dataset.annotations["x_min"].to_list(), labels.problems) == ([2, 1], ())


def answer(worker: Any, *boxes: Any, **more: Any) -> dict[str, Any]:
    content = {"annotatedResult": {"boundingBoxes": list(boxes), "inputImageProperties": SIZE}}
    return {"workerId": worker, "annotationData": {"content": json.dumps(content)}, **more}


def request(*answers: Any) -> list[Any]:
    return [{"datasetObjectId": "0", "dataObject": {"s3Uri": "s3://b/a.jpg"}, "annotations": list(answers)}]


DRAWN = {"label": "cat", **SIDES}


def test_what_each_worker_drew_is_theirs_also_nothing(lay: Write):
    first = answer("w1", DRAWN, timeSpentInSeconds=40.5, submissionTime="2020-12-28T18:59:58.321Z")
    folder = lay("request.json", request(first, answer("w2"), answer(None, DRAWN)))
    lay("output.manifest", lines(row(BOX)))
    labels = read_labels(folder)
    found = labels.dataset
    assert found.frames.select("file", "width", "height").rows() == [("a.jpg", 64, 48)]
    assert found.assignments.select("worker_id", "work_seconds").rows() == [("w1", 40.5), ("w2", None)]
    ids = found.assignments["assignment_id"].to_list()
    assert found.annotations.select("assignment_id", *EDGES).rows() == [(ids[0], 1, 2, 4, 6), (None, 1, 2, 4, 6)]
    assert [problem.code for problem in labels.problems] == ["consolidated-aside"]


def tracks(*frames: Any) -> dict[str, Any]:
    return {"tracking-annotations": list(frames)}


def frame(number: object, *boxes: Any) -> dict[str, Any]:
    return {"frame-no": number, "frame": f"00000{number}.jpg", "annotations": list(boxes)}


def test_boxes_of_frames_without_objects_are_of_no_track(lay: Write):
    one = frame("0", {"class-id": "1", **SIDES}) | {"polylines": [{}]}
    labels = read_labels(lay("SeqLabel.json", {"detection-annotations": [one]}), frame_size=(64, 48))
    assert labels.dataset.categories["name"].to_list() == ["class 1"]
    assert labels.dataset.annotations["track_id"].to_list() == [None]
    assert [problem.values for problem in labels.problems] == [{"shapes": "1 polylines"}]


def test_tracks_keep_their_objects(lay: Write):
    box = {"object-id": "x", "object-name": "Vehicle:1", "class-id": "2", **SIDES}
    other = {**box, "object-id": "y", "object-name": "Vehicle:2"}
    found = read_labels(lay("SeqLabel.json", tracks(frame("0", box), frame("1", other, box))), frame_size=(64, 48))
    assert found.dataset.categories["name"].to_list() == ["Vehicle"]
    assert found.dataset.annotations.select("frame", "track_id").rows() == [(0, 1), (1, 2), (1, 1)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.manifest", lines(row(BOX), row({**BOX, "class_id": 9})), id="a class without a name"),
        pytest.param("a.manifest", lines(row(BOX), row({**BOX, "width": -1})), id="less than nothing"),
        pytest.param("a.manifest", lines(row(BOX), row({**BOX, "left": "1"})), id="a text for a number"),
        pytest.param("a.json", request(answer("w", DRAWN), answer("w", {**DRAWN, "top": None})), id="no number"),
        pytest.param("a.json", request(answer("w", DRAWN), answer("w", {**DRAWN, "label": 3})), id="no label"),
        pytest.param("a.json", tracks(frame("0", {**SIDES}), frame("1", {"left": 1})), id="half a box"),
    ],
)
def test_a_malformed_box_is_refused_or_left_out(lay: Write, name: str, content: Any):
    place = lay(name, content) / name
    with pytest.raises(InputError):
        read_labels(place, format="sagemaker", frame_size=(64, 48))
    assert read_labels(place, format="sagemaker", frame_size=(64, 48), skip_bad=True).dataset.annotations.height == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.manifest", lines(row(BOX)) + '{"source-ref":', id="a line that is cut off"),
        pytest.param("a.manifest", lines(row(BOX, address=3)), id="an address that is a number"),
        pytest.param("a.manifest", lines({**row(BOX), "x": {}, "x-metadata": {}}), id="two jobs of boxes"),
        pytest.param("a.json", request({"workerId": "w", "annotationData": {"content": "no"}}), id="no answer"),
        pytest.param("a.json", tracks(frame("-1")), id="a frame before the first"),
        pytest.param("a.json", {"x": 1}, id="something else"),
    ],
)
def test_what_is_none_is_refused(lay: Write, name: str, content: Any):
    with pytest.raises(InputError):
        read_labels(lay(name, content) / name, format="sagemaker")
