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


@pytest.fixture
def project_of_people(project: Path) -> Path:
    """The same: whoever drew the boxes of the first frame agreed to be shown, whoever drew the others did not."""
    file = project / "coco.json"
    coco = json.loads(file.read_text(encoding="utf-8"))
    for entry in coco["annotations"]:
        worker, agreed = ("W1", "yes") if entry["image_id"] == 1 else ("W2", "no")
        entry["attributes"] = {"worker_id": worker, "form_responses": {"consent": agreed, "Q1": "31"}}
    file.write_text(json.dumps(coco), encoding="utf-8")
    return project


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOOPVIZ_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


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


def test_what_was_found_in_the_pictures_is_kept(project: Path, monkeypatch: pytest.MonkeyPatch, cache: Path):
    flow = {"carry.how": "flow"}
    with opened(project, **flow) as first:
        found = first.dataset
    monkeypatch.setattr("loopviz.interpolation.carry_labels", lambda *_: pytest.fail("looked at again"))
    with opened(project, **flow) as second:
        assert second.dataset.equals(found)
    (kept,) = (cache / "carried").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    assert main(["cache", "prune"]) == 0
    assert not kept.exists()


@pytest.mark.parametrize("harm", [b"", b"PAR1 nonsense"])
def test_what_is_kept_and_damaged_is_made_again(project: Path, cache: Path, harm: bytes):
    with opened(project, **{"carry.how": "flow"}) as first:
        found = first.dataset
    (kept,) = (cache / "carried").iterdir()
    kept.write_bytes(harm)
    with opened(project, **{"carry.how": "flow"}) as second:
        assert second.dataset.equals(found)


def test_other_labels_are_carried_anew(project: Path, cache: Path):
    for within in ("1s", "0.2s"):
        with opened(project, **{"carry.how": "flow", "carry.within": within}) as made:
            assert made.dataset.annotations.height
    assert len(list((cache / "carried").iterdir())) == 2


@pytest.mark.parametrize("how", ["track", "flow"])
def test_labels_of_who_refused_are_not_carried(project_of_people: Path, how: str):
    settings = {"align.first_number": 1, "carry.how": how, "identity": "hidden"}
    with loopviz.open(
        project_of_people / "clip.mp4", labels=project_of_people / "coco.json", settings=settings
    ) as made:
        carried = made.dataset.annotations.filter(pl.col("origin") == "interpolated")
    assert sorted(set(carried["frame"])) == ([] if how == "track" else [1, 2, 3])


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
