"""Labels that a project carries to frames that nobody labelled, from its file to what it shows and writes."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from support import make_clip

import loopviz
from loopviz.cli.app import main
from loopviz.errors import ConfigError

SIZE = (96, 64)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clip of nine frames: two boxes on the first, and on the last but two."""
    make_clip(tmp_path / "clip.mp4", 9, SIZE)
    boxes = {1: ([4, 4, 20, 20], [50, 10, 30, 30]), 7: ([16, 10, 20, 20], [50, 22, 30, 30])}
    coco = {
        "images": [{"id": i, "file_name": f"frame_{i:06}.png", "width": SIZE[0], "height": SIZE[1]} for i in boxes],
        "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
        "annotations": [
            {"id": 10 * i + place, "image_id": i, "category_id": place + 1, "bbox": given, "iscrowd": 0}
            for i, two in boxes.items()
            for place, given in enumerate(two)
        ],
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco), encoding="utf-8")
    return tmp_path


def opened(project: Path, **settings: object) -> loopviz.Project:
    return loopviz.open(
        project / "clip.mp4", labels=project / "coco.json", settings={"align.first_number": 1} | dict(settings)
    )


@pytest.mark.parametrize(
    ("settings", "frames"),
    [
        pytest.param({}, [], id="off"),
        pytest.param({"carry.how": "track"}, [1, 2, 3, 4, 5], id="track"),
        pytest.param({"carry.how": "track", "carry.within": "0.2s"}, [], id="a gap that is too long"),
        pytest.param({"carry.how": "flow"}, [1, 2, 3, 4, 5, 7, 8], id="flow"),
        pytest.param({"carry.how": "flow", "carry.within": "0.05s"}, [1, 5, 7], id="a frame far"),
    ],
)
def test_which_frames_have_carried_labels(project: Path, settings: dict[str, object], frames: list[int]):
    with opened(project, **settings) as made:
        carried = made.dataset.annotations.filter(pl.col("origin") == "interpolated")
    assert sorted(set(carried["frame"])) == frames


def test_they_move_evenly_along_a_track(project: Path):
    with opened(project, **{"carry.how": "track"}) as made:
        middle = made.dataset.annotations.filter(pl.col("frame") == 3)
    assert middle.select("x_min", "y_min").rows() == [(10, 7), (50, 16)]


@pytest.mark.usefixtures("user_config")
def test_from_the_command_line(project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(project)
    words = "render clip.mp4 --labels coco.json --first-number 1 -o out.mp4 --preset ultrafast --quiet"
    assert main([*words.split(), "--carry", "track", "--sidecars", "json"]) == 0
    runs = json.loads((project / "out.json").read_text(encoding="utf-8"))["runs"]
    assert [{label["kind"] for label in run["labels"]} for run in runs][:8] == [
        {"drawn"},
        *[{"carried"}] * 5,
        {"drawn"},
        set(),
    ]


@pytest.mark.parametrize("value", ["0s", "2m", "25", "soon"])
def test_a_length_that_cannot_be(project: Path, value: str):
    with pytest.raises(ConfigError, match=r"carry\.within"):
        opened(project, **{"carry.within": value})
