"""What a project file says of training, as a job: presets, what wins over them, and what is impossible."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from loopviz.errors import ConfigError
from loopviz.project.config_file import load_config
from loopviz.train.job_options import TrainingOptions, presets
from loopviz.train.trainer import TrainingJob
from loopviz.train.ultralytics.offline import environment
from loopviz.train.ultralytics.trainer import NEEDED


def test_a_preset_is_taken_and_options_win() -> None:
    plain = TrainingOptions().job()
    tiny = presets()["tiny"]
    assert (plain["start"], plain["size"], plain["epochs"]) == (tiny.start, tiny.size, tiny.epochs)
    assert (plain["seconds"], plain["device"]) == (None, None)
    own = TrainingOptions(preset="best", size=640, epochs=7, batch=2, seed=5, device="0,1", settings={"lr0": 0.1})
    job = own.job()
    assert (job["start"], job["size"], job["epochs"], job["batch"], job["seed"]) == ("yolo11m.yaml", 640, 7, 2, 5)
    assert job["settings"] == {**presets()["best"].settings, "lr0": 0.1}
    assert TrainingOptions(time="1:30").job()["seconds"] == 90


def test_weights_count_from_the_project_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "loopviz.yaml"
    file.write_text("source: a.mp4\nlabels: labels\ntraining: {weights: ../runs/best.pt, split: random}\n")
    training = load_config(file).training
    assert training is not None
    assert training.weights == tmp_path / "runs" / "best.pt"
    assert training.split == "random"


def test_an_empty_section_takes_options(tmp_path: Path) -> None:
    (tmp_path / "loopviz.yaml").write_text("source: a.mp4\nlabels: labels\ntraining:\n")
    config = load_config(tmp_path / "loopviz.yaml").changed({"training.epochs": 3})
    assert config.training is not None
    assert config.training.job()["epochs"] == 3


IMPOSSIBLE = {
    "a size that is no multiple": {"size": 100},
    "a size that is too small": {"size": 32},
    "no time": {"time": "a while"},
    "a time and epochs": {"time": "5m", "epochs": 3},
    "no epochs": {"epochs": 0},
    "no device": {"device": "gpu"},
    "polygons": {"task": "segment"},
    "an unknown preset": {"preset": "huge"},
    "an unknown key": {"learning_rate": 0.1},
    "a setting that is a list": {"settings": {"classes": [1, 2]}},
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_is_impossible_is_refused(name: str) -> None:
    with pytest.raises(ConfigError):
        TrainingOptions.checked(IMPOSSIBLE[name])


TAKEN = """
import json, os, sys
from loopviz.train.ultralytics.fit import check
from loopviz.train.ultralytics.worker import job_of
for data in json.loads(sys.argv[1]):
    check(job_of(data))
"""


@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in NEEDED), reason="training needs the extra 'train'"
)
def test_ultralytics_takes_every_preset(job: TrainingJob, tmp_path: Path) -> None:
    jobs = [dataclasses.replace(job, **TrainingOptions(preset=name).job()) for name in presets()]  # type: ignore[arg-type]
    data = json.dumps([dataclasses.asdict(each) for each in jobs], default=str)
    given = environment(tmp_path / "config", 1)
    done = subprocess.run([sys.executable, "-c", TAKEN, data], env=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_pictures_are_turned_where_outlines_keep_boxes_tight():
    assert "degrees" not in TrainingOptions().job()["settings"]
    assert TrainingOptions().job(outlined=True)["settings"]["degrees"] == 20
    assert TrainingOptions(settings={"degrees": 5}).job(outlined=True)["settings"]["degrees"] == 5
