"""A video's tracks as Label Studio's timelines: which key frames are written, and whose they are."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import box

from loopviz.dataset import Dataset
from loopviz.formats.reading import read_labels
from loopviz.formats.writing import write_labels
from loopviz.geometry import RotatedBox, rotated_corners
from loopviz.schema import EDGES, table

WIDTH, HEIGHT, COUNT = 64, 48, 8


def video(*rows: dict[str, Any], rate: float | None = None, people: tuple[str | None, ...] = ()) -> Dataset:
    """A video and its labels; each is on the first frame, of track 3, unless its row says otherwise."""
    seconds = [None if rate is None else n / rate for n in range(COUNT)]
    frames = {"frame": range(COUNT), "pts_seconds": seconds, "width": [WIDTH] * COUNT, "height": [HEIGHT] * COUNT}
    said = [
        {"annotation_id": n, "frame": 0, "class_id": 0, "is_crowd": False, "track_id": 3} | row
        for n, row in enumerate(rows)
    ]
    works = [{"assignment_id": f"w{n}", "worker_id": who, "work_seconds": 10.0} for n, who in enumerate(people)]
    known = sorted({who for who in people if who})
    return Dataset(
        frames=table("frames", frames),
        categories=table("categories", {"class_id": [0], "name": ["body"]}),
        annotations=table("annotations", said),
        assignments=table("assignments", works),
        workers=table("workers", {"worker_id": known, "alias": [f"Aspen {who}" for who in known]}),
    )


def task_of(dataset: Dataset, folder: Path, form: str = "label-studio") -> dict[str, Any]:
    write_labels(dataset, folder / "out", form)
    (task,) = json.loads((folder / "out" / "tasks.json").read_text("utf-8"))
    return task  # type: ignore[no-any-return]


def at(frame: int, x: float = 1.0, **more: Any) -> dict[str, Any]:
    return box(x, 2, x + 8, 10, frame=frame, **more)


CARRIED = {"origin": "interpolated"}


@pytest.mark.parametrize(
    ("rows", "keys"),
    [
        pytest.param([at(0), at(1, 2.0, **CARRIED), at(2, 3.0)], [(1, True, False), (3, False, False)], id="straight"),
        pytest.param(
            [at(0), at(1, 2.5, **CARRIED), at(2, 3.0)],
            [(1, True, False), (2, True, True), (3, False, False)],
            id="carried another way",
        ),
        pytest.param([at(2), at(3), at(6)], [(3, True, False), (4, False, False), (7, False, False)], id="a gap"),
        pytest.param([at(6), at(7)], [(7, True, False), (8, True, False)], id="to the video's end"),
        pytest.param([at(0), at(1, **CARRIED)], [(1, True, False), (2, False, True)], id="carried on at the end"),
    ],
)
def test_key_frames(rows: list[dict[str, Any]], keys: list[tuple[int, bool, bool]], tmp_path: Path):
    (made,) = task_of(video(*rows), tmp_path)["annotations"]
    (region,) = made["result"]
    assert [(key["frame"], key["enabled"], key.get("auto", False)) for key in region["value"]["sequence"]] == keys
    assert (region["value"]["framesCount"], region["value"]["labels"]) == (COUNT, ["body"])


@pytest.mark.parametrize(("rate", "said"), [(None, 25.0), (24000 / 1001, 23.976)])
def test_time_follows_the_videos_frame_rate(rate: float | None, said: float, tmp_path: Path):
    task = task_of(video(at(2), rate=rate), tmp_path)
    (key,) = task["annotations"][0]["result"][0]["value"]["sequence"]
    assert key["time"] == pytest.approx(3 / (rate or 25))
    shown = ElementTree.parse(tmp_path / "out" / "label_config.xml").find("Video")  # noqa: S314 - our own
    assert shown is not None
    assert float(shown.attrib["frameRate"]) == pytest.approx(said)


def test_tracks_are_each_persons_own_and_a_models_are_a_prediction(tmp_path: Path):
    rows = [
        at(0, assignment_id="w0"),
        at(1, assignment_id="w1"),
        at(0, track_id=4, assignment_id="w2"),
        at(0, track_id=5, origin="model", confidence=0.5),
    ]
    task = task_of(video(*rows, people=("a", "a", "b")), tmp_path)
    drawn = [(made["lead_time"], [each["id"] for each in made["result"]]) for made in task["annotations"]]
    assert drawn == [(20.0, ["track-3"]), (10.0, ["track-4"])]
    assert [each["id"] for each in task["predictions"][0]["result"]] == ["track-5"]
    assert "completed_by" not in task["annotations"][0]
    again = read_labels(tmp_path / "out").dataset
    assert again.annotations.height == 3  # of what models drew nothing is read where people drew something


def test_as_predictions_all_tracks_are_to_go_on_from(tmp_path: Path):
    task = task_of(video(at(0), at(0, track_id=4)), tmp_path, "label-studio-predictions")
    assert (task["annotations"], len(task["predictions"][0]["result"])) == ([], 2)


def test_outlines_stay_outlines_of_pictures(tmp_path: Path):
    outline = [1.0, 2.0, 9.0, 2.0, 9.0, 10.0]
    write_labels(video(at(0, polygons=[outline])), tmp_path / "out", "label-studio")
    again = read_labels(tmp_path / "out").dataset
    assert again.annotations["polygons"][0].to_list()[0] == pytest.approx(outline)


def test_a_turned_box_comes_back(tmp_path: Path):
    corners = rotated_corners(RotatedBox(30.0, 20.0, 24.0, 10.0, math.radians(30)))
    rows = [at(n, polygons=[corners], shape="rotated_box", **CARRIED) for n in range(3)]
    write_labels(video(*rows), tmp_path / "out", "label-studio")
    again = read_labels(tmp_path / "out").dataset.annotations
    assert np.array([each[0] for each in again["polygons"].to_list()]) == pytest.approx(np.array([corners] * 3))


@settings(max_examples=25)
@given(data=st.data())
def test_any_track_comes_back(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory):
    frames = sorted(data.draw(st.sets(st.integers(0, COUNT - 1), min_size=1)))
    rows = [
        at(
            frame,
            data.draw(st.sampled_from([0.0, 10.0, 20.5, 55.0])),
            origin=data.draw(st.sampled_from([None, "interpolated"])),
        )
        for frame in frames
    ]
    dataset = video(*rows)
    folder = tmp_path_factory.mktemp("set")
    write_labels(dataset, folder / "out", "label-studio")
    again = read_labels(folder / "out").dataset.annotations
    assert (
        again.select("frame", *(pl.col(edge).round(6) for edge in EDGES)).rows()
        == dataset.annotations.select("frame", *EDGES).rows()
    )
    assert again["origin"].to_list() == dataset.annotations["origin"].to_list()
