"""``loopviz predict`` as a user calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from detectors import classes, make_model
from sockets import counting_sockets
from support import make_clip

from loopviz.cli import main


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_clip(Path("clip.mp4"), 4)
    make_model(Path("m.onnx"), classes([(16, 16, 48, 32, 1, 1.0)]))


def test_labels_are_predicted_and_taken_by_other_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "m.onnx", "clip.mp4", "-o", "p", "--confidence", "0.1"]) == 0
    assert capsys.readouterr().out.splitlines() == ["  Body   0", "  Cable  4", "p: 4 detections on 4 of 4 frames"]
    assert main(["render", "clip.mp4", "--labels", "p", "--preview", "2", "-o", "a.png"]) == 0
    assert main(["inspect", "p"]) == 0
    assert main(["check", "p"]) == 0
    assert main(["export", "p", "--to", "coco", "-o", "a.json"]) == 0
    assert all(entry["score"] > 0.1 for entry in json.loads(Path("a.json").read_text())["annotations"])


def test_what_came_of_it_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "m.onnx", "clip.mp4", "-o", "p", "--confidence", "0.1", "--range", "1:3", "--json"]) == 0
    *before, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert {each["event"] for each in before} == {"progress"}
    assert last == {
        "event": "result",
        "output": "p",
        "model": "m.onnx",
        "frames": 2,
        "labelled_frames": 2,
        "annotations": 2,
        "categories": {"Body": 0, "Cable": 2},
        "notes": [],
    }


def test_a_video_is_made_beside_them(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["predict", "m.onnx", "clip.mp4", "-o", "p", "--confidence", "0.1", "--video", "a.mp4"]
    assert main([*asked, "--theme", "margin", "--preset", "ultrafast", "--json"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["output"], last["frames"], last["video"]["output"], last["video"]["frames"]) == ("p", 4, "a.mp4", 4)
    assert main([*asked, "--overwrite"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("a.mp4: 4 frames")


@pytest.mark.parametrize(
    "more", [["--crf", "20"], ["--theme", "margin"], ["--no-sound"], ["--depth", "8"]], ids=lambda more: more[0]
)
def test_what_a_video_would_be_like_is_refused_where_none_is_made(more: list[str]) -> None:
    assert main(["predict", "m.onnx", "clip.mp4", "-o", "p", *more]) == 2
    assert not Path("p").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["m.onnx", "clip.mp4", "-o", "p", "--video", "a.avi"], 4, id="no such container"),
        pytest.param(["m.onnx", "clip.mp4", "-o", "p", "--video", "p/a.mp4"], 5, id="the video in the folder"),
        pytest.param(["m.onnx", "clip.mp4", "-o", "p", "--video", "clip.mp4"], 5, id="the video onto its source"),
        pytest.param(["m.onnx", "clip.mp4", "-o", "p", "--video", "a.mp4", "--theme", "versus"], 4, id="the crowd's"),
        pytest.param(["m.onnx", "clip.mp4", "-o", "p", "--video", "a.mp4", "--theme", "no"], 4, id="no such theme"),
        pytest.param(["m.onnx", "clip.mp4", "-o", "p", "--video", "a.mp4", "--codec", "x"], 4, id="no such encoder"),
        pytest.param(["clip.mp4", "clip.mp4", "-o", "p"], 3, id="a video is no model"),
        pytest.param(["m.onnx", "m.onnx", "-o", "p"], 3, id="a model is no video"),
        pytest.param(["no.onnx", "clip.mp4", "-o", "p"], 3, id="no model"),
        pytest.param(["m.onnx", "clip.mp4", "-o", "clip.mp4"], 5, id="a file stands there"),
        pytest.param(["m.onnx", "clip.mp4", "-o", "p", "--size", "128"], 4, id="it takes one size"),
        pytest.param(["m.onnx", "clip.mp4", "-o", "p", "--confidence", "1.5"], 4, id="surer than sure"),
        pytest.param(["m.onnx", "clip.mp4", "-o", "p", "--batch", "0"], 4, id="no frame at once"),
        pytest.param(["m.onnx", "clip.mp4", "-o", "p", "--range", "3:9"], 4, id="frames that are not there"),
        pytest.param(["m.onnx", "clip.mp4"], 2, id="nowhere to write"),
    ],
)
def test_what_cannot_be_done(arguments: list[str], code: int) -> None:
    assert main(["predict", *arguments]) == code
    assert not Path("p").exists()


def test_nothing_is_looked_up_and_nobody_is_told(tmp_path: Path) -> None:
    counted = counting_sockets(tmp_path / "counter", tmp_path / "sockets")
    (tmp_path / "home").mkdir()
    # Where ONNX Runtime believes to be tested, it tells nobody anyway.
    told = ("XDG_", "ORT_", "CI", "GITHUB_ACTIONS", "TF_BUILD")
    given = {name: value for name, value in os.environ.items() if not name.startswith(told)}
    home = {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    asked = ["predict", "m.onnx", "clip.mp4", "-o", "p", "--video", "a.mp4", "--preset", "ultrafast"]
    subprocess.run([sys.executable, "-m", "loopviz", *asked], env={**given, **home, **counted}, check=True)
    assert not (tmp_path / "sockets").exists(), (tmp_path / "sockets").read_text()
    assert list((tmp_path / "home").iterdir()) == []


@pytest.fixture
def predicted() -> Path:
    assert main(["predict", "m.onnx", "clip.mp4", "-o", "p", "--confidence", "0.1"]) == 0
    return Path("p")


def test_detections_are_compared(predicted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(predicted), "--to", "coco", "-o", "truth.json"]) == 0
    capsys.readouterr()
    assert main(["compare", "truth.json", str(predicted), "-o", "r"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "category    labels   matched  confused    missed     extra     map50  map50_95",
        "Body             0         0         0         0         0         –         –",
        "Cable            4         4         0         0         0     1.000     1.000",
        "4 frames: 4 matched, 0 taken for another category, 0 missed, 0 extra",
        "mAP50 1.000, mAP50-95 1.000",
        "r",
    ]
    assert "less sure" in said.err


def test_what_a_comparison_came_to_as_json(predicted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["compare", str(predicted), str(predicted), "-o", "r", "--iou", "0.9", "--json"]) == 0
    *notes, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [each["event"] for each in notes] == ["note"]
    assert (last["event"], last["output"], last["matched"], last["map50"]) == ("result", "r", 4, 1)
    assert {"categories", "people", "batches", "confusion", "sizes", "model"} <= set(last)


def test_fractions_of_pictures_of_unknown_size_are_not_compared(predicted: Path) -> None:
    assert main(["export", str(predicted), "--to", "yolo", "-o", "y"]) == 0
    assert main(["compare", "y", "y", "-o", "r"]) == 3
    assert main(["compare", "y", str(predicted), "-o", "r"]) == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["p", "p", "-o", "clip.mp4"], 5, id="a file stands there"),
        pytest.param(["p", "no", "-o", "r"], 3, id="nothing there"),
        pytest.param(["p", "clip.mp4", "-o", "r"], 3, id="a video is no labels"),
        pytest.param(["p", "p", "-o", "r", "--iou", "0"], 4, id="everything is one object"),
        pytest.param(["p", "p", "-o", "r", "--run", "p"], 3, id="no training"),
        pytest.param(["p", "p", "-o", "r", "--split", "val"], 3, id="no such part"),
        pytest.param(["p", "p"], 2, id="nowhere to write"),
    ],
)
def test_what_cannot_be_compared(predicted: Path, arguments: list[str], code: int) -> None:
    assert predicted.exists()
    assert main(["compare", *arguments]) == code
    assert not Path("r").exists()
