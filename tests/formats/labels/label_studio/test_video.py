"""Boxes on a video between Label Studio's key frames."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from loopviz.errors import InputError
from loopviz.formats.labels.by_name import BadShape
from loopviz.formats.labels.label_studio.video import boxes_of
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

PLACE = {"x": 0.0, "y": 0.0, "width": 10.0, "height": 10.0, "rotation": 0}


def key(frame: Any, **more: Any) -> dict[str, Any]:
    return {"frame": frame, "time": 0.1, "enabled": True, **PLACE, **more}


def frames(*sequence: Any, count: Any = 10) -> list[tuple[int, float, bool]]:
    value = {"framesCount": count, "duration": 1, "sequence": list(sequence)}
    return [(frame, shape.box[0], by_hand) for frame, shape, by_hand in boxes_of("body", value, (100, 100))]


@pytest.mark.parametrize(
    ("sequence", "seen"),
    [
        pytest.param([key(9)], [(8, 0, True), (9, 0, False)], id="stays to the end"),
        pytest.param([key(9, enabled=False)], [(8, 0, True)], id="seen on its last frame"),
        pytest.param(
            [key(1), key(4, x=30.0, enabled=False), key(9)],
            [(0, 0, True), (1, 10, False), (2, 20, False), (3, 30, True), (8, 0, True), (9, 0, False)],
            id="away and back",
        ),
        pytest.param([key(9), key(8, x=5.0)], [(7, 5, True), (8, 0, True), (9, 0, False)], id="out of order"),
        pytest.param([key(10, auto=True)], [(9, 0, False)], id="set by tracking"),
        pytest.param([key(12)], [(11, 0, True)], id="beyond what the video is said to have"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_boxes(sequence: list[Any], seen: list[tuple[int, float, bool]]):
    assert frames(*sequence) == seen


@pytest.mark.parametrize(
    ("sequence", "count"),
    [
        pytest.param([key(0)], 10, id="frame 0"),
        pytest.param([key(-3)], 10, id="a negative frame"),
        pytest.param([key(1.5)], 10, id="half a frame"),
        pytest.param([key(2), key(2)], 10, id="one frame twice"),
        pytest.param([key(1, enabled="no")], 10, id="enabled"),
        pytest.param([key(1, x=None)], 10, id="no place"),
        pytest.param([key(1, x=300)], 10, id="over 100 percent"),
        pytest.param(["a"], 10, id="no object"),
        pytest.param([key(1)], 1e12, id="frames without end"),
        pytest.param([key(10**9)], 10, id="a frame without end"),
    ],
)
def test_what_is_refused(sequence: list[Any], count: Any):
    with pytest.raises(BadShape):
        frames(*sequence, count=count)


def video(name: str, *sequence: Any, who: int = 1) -> dict[str, Any]:
    value = {"framesCount": 4, "sequence": sequence, "labels": ["body"]}
    entry = {"id": "a", "type": "videorectangle", "from_name": "box", "to_name": "video", "value": value}
    entry |= {"original_width": 200, "original_height": 100}
    made = {"completed_by": who, "lead_time": 8, "result": [entry, {**entry, "id": "b"}]}
    return {"id": 1, "data": {"video": f"/data/upload/1/{name}"}, "annotations": [made]}


def test_a_video_has_tracks_and_its_time_is_shared(tmp_path: Path):
    file = tmp_path / "a.json"
    file.write_text(json.dumps([video("a.mp4", key(1), key(2, x=10.0, enabled=False))]), "utf-8")
    labels = read_labels(file)
    found = labels.dataset
    assert found.frames["file"].to_list() == [f"frame_{number:06}" for number in range(4)]
    assert found.annotations.select("frame", *EDGES, "track_id", "origin").rows() == [
        (0, 0, 0, 20, 10, 1, "worker"),
        (0, 0, 0, 20, 10, 2, "worker"),
        (1, 20, 0, 40, 10, 1, "worker"),
        (1, 20, 0, 40, 10, 2, "worker"),
    ]
    assert found.annotations["assignment_id"].null_count() == 0
    assert found.assignments.select("frame", "work_seconds").rows() == [(0, 4.0), (1, 4.0)]
    assert "shared-time" in {problem.code for problem in labels.problems}


def test_what_nobody_set_is_nobodys_work(tmp_path: Path):
    file = tmp_path / "a.json"
    file.write_text(json.dumps([video("a.mp4", key(1), key(3))]), "utf-8")
    found = read_labels(file).dataset
    between = found.annotations.filter(pl.col("origin") == "interpolated")
    assert sorted(between["frame"]) == [1, 1, 3, 3] and between["assignment_id"].null_count() == 4
    assert found.assignments["frame"].to_list() == [0, 2]


@pytest.mark.parametrize("name", ["b.mp4", "b.jpg"])
def test_one_export_has_one_video_and_nothing_else(tmp_path: Path, name: str):
    file = tmp_path / "a.json"
    other = video(name, key(1))
    if name == "b.jpg":
        other["annotations"][0]["result"] = [
            {"type": "rectanglelabels", "from_name": "a", "to_name": "b", "value": {**PLACE, "rectanglelabels": ["x"]}}
        ]
    file.write_text(json.dumps([video("a.mp4", key(1)), other]), "utf-8")
    with pytest.raises(InputError) as caught:
        read_labels(file)
    assert caught.value.at == "[1]"


def test_a_video_that_does_not_say_its_size_can_be_counted(tmp_path: Path):
    value = {"framesCount": 3, "labels": ["body"], "sequence": [key(1)]}
    result = [{"id": "r", "type": "videorectangle", "from_name": "b", "to_name": "v", "value": value}]
    file = tmp_path / "export.json"
    file.write_text(json.dumps([{"data": {"video": "/data/v.mp4"}, "annotations": [{"result": result}]}]), "utf-8")
    labels = read_labels(file, unsized=True)
    assert labels.normalised and labels.dataset.annotations.height == 3
    assert labels.dataset.annotations.select(EDGES).row(0) == pytest.approx((0, 0, 0.1, 0.1))
    with pytest.raises(InputError, match="nobody knows how large the video is"):
        read_labels(file)
