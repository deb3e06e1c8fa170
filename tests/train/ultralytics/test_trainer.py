"""Training with Ultralytics, for real: what is written and told, that nothing is looked up, and what goes wrong."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import math
import os
import pickle
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sockets import counting_sockets

from loopviz.errors import ConfigError, InputError, LoopvizError, MissingPartError, OutputError
from loopviz.train.trainer import Begun, Epoch, Event, Remark, Step, TrainingJob, trainer_named
from loopviz.train.ultralytics.offline import environment
from loopviz.train.ultralytics.trainer import NEEDED
from loopviz.train.ultralytics.worker import JOB_VARIABLE, MARK

LACKING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(bool(LACKING), reason=f"training needs {', '.join(LACKING)}"),
    pytest.mark.usefixtures("one_processor"),
]


@dataclasses.dataclass(frozen=True)
class Run:
    """A job that was done, what was told, and what it did to the places around it."""

    job: TrainingJob
    told: list[Event]
    home: Path
    sockets: Path
    set_before: dict[str, bytes]


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture(scope="module")
def run(small_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Two epochs and an export, in a home that was empty, with every socket counted."""
    place = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in counting_sockets(place / "counter", place / "sockets").items():
            patch.setenv(name, value)
        patch.syspath_prepend(str(place / "counter"))
        (place / "home" / "here").mkdir(parents=True)
        patch.setenv("HOME", str(place / "home"))
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "YOLO_CONFIG_DIR", "MPLCONFIGDIR"):
            patch.delenv(name, raising=False)
        patch.chdir(place / "home" / "here")
        job, told, before = job_in(place / "work", small_set), list[Event](), files_of(small_set.parent)
        trainer = trainer_named("ultralytics")
        trainer.fit(job, told.append)
        trainer.export(job, job.checkpoints / "best.pt", place / "model.onnx", {"loopviz": "1.2.3"})
        yield Run(job, told, place / "home", place / "sockets", before)


def job_in(folder: Path, data: Path) -> TrainingJob:
    settings = {"nbs": 8, "optimizer": "AdamW", "lr0": 0.002, "warmup_epochs": 1, "mosaic": 0.0, "rect": True}
    (folder / "checkpoints").mkdir(parents=True)
    return TrainingJob(
        data=data,
        names=("Red", "Blue"),
        checkpoints=folder / "checkpoints",
        scratch=folder / "scratch",
        start="yolo11n.yaml",
        size=64,
        epochs=2,
        batch=8,
        settings=settings,
    )


def test_it_tells_how_it_gets_on(run: Run) -> None:
    licence, begun = run.told[:2]
    assert isinstance(licence, Remark)
    assert "AGPL-3.0" in licence.text
    assert isinstance(begun, Begun)
    assert begun.batches == 2
    assert {"torch", "ultralytics-opencv-headless"} <= set(begun.versions)
    epochs = [event for event in run.told if isinstance(event, Epoch)]
    assert [(epoch.epoch, epoch.epochs) for epoch in epochs] == [(1, 2), (2, 2)]
    for epoch in epochs:
        assert set(epoch.losses) == {"box", "cls", "dfl"}
        assert all(math.isfinite(value) and value > 0 for value in epoch.losses.values())
        assert set(epoch.scores) == {"precision", "recall", "map50", "map50_95"}
        assert set(epoch.classes) == {"Red", "Blue"}
        assert epoch.seconds > 0
    assert all(event.total == 4 and 0 < event.done <= 4 for event in run.told if isinstance(event, Step))


def test_checkpoints_are_there_and_nothing_else(run: Run) -> None:
    names = ["best.pt", "epoch-001.pt", "epoch-002.pt", "last.pt"]
    assert sorted(file.name for file in run.job.checkpoints.iterdir()) == names
    assert not run.job.scratch.exists()
    assert files_of(run.job.data.parent) == run.set_before
    assert [str(file.relative_to(run.home)) for file in run.home.rglob("*")] == ["here"]


def test_weights_say_nothing_of_where_they_were_made(run: Run) -> None:
    for name in ("best.pt", "epoch-001.pt"):
        held = (run.job.checkpoints / name).read_bytes()
        assert str(run.job.data.parent).encode() not in held
        assert run.home.name.encode() not in held


def test_nothing_is_looked_up(run: Run) -> None:
    assert not run.sockets.exists(), run.sockets.read_text()


def test_the_counter_counts(run: Run, tmp_path: Path) -> None:
    path = counting_sockets(run.home.parent / "counter", tmp_path / "sockets")
    code = "import socket; socket.getaddrinfo('127.0.0.1', 1)"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **path}, check=True)
    assert (tmp_path / "sockets").read_text().startswith("getaddrinfo")


def test_the_model_is_one_for_onnx_runtime(run: Run) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(run.home.parent / "model.onnx"))
    facts = session.get_modelmeta().custom_metadata_map
    assert (facts["names"], facts["task"], facts["imgsz"], facts["stride"]) == (
        "{0: 'Red', 1: 'Blue'}",
        "detect",
        "[64, 64]",
        "32",
    )
    assert facts["loopviz"] == "1.2.3"
    assert "AGPL-3.0" in facts["license"]
    assert not [value for value in facts.values() if "/" in value and "https://" not in value]  # no path
    for batch, height, width in ((1, 64, 64), (3, 64, 128)):
        found, *_ = session.run(None, {"images": np.zeros((batch, 3, height, width), np.float32)})
        anchors = sum((height // stride) * (width // stride) for stride in (8, 16, 32))
        assert found.shape == (batch, 6, anchors)


def test_the_model_tells_what_its_head_sees(run: Run, tmp_path: Path) -> None:
    """The levels of the neck are further outputs, and the boxes are the same without them."""
    import onnx
    import onnxruntime

    file = run.job.checkpoints.parents[1] / "model.onnx"
    model = onnx.load(file)
    told = [each.name for each in model.graph.output]
    assert told == ["output0", "features0", "features1", "features2"]
    given = np.random.default_rng(0).random((2, 3, 64, 96), np.float32)
    boxes, *levels = onnxruntime.InferenceSession(file).run(told, {"images": given})
    assert [level.shape for level in levels] == [(2, 64, 8, 12), (2, 128, 4, 6), (2, 256, 2, 3)]
    assert all(level.std() > 0 and not np.array_equal(level[0], level[1]) for level in levels)
    for name in told[1:]:
        model.graph.output.remove(next(each for each in model.graph.output if each.name == name))
        model.graph.node.remove(next(each for each in model.graph.node if each.output[0] == name))
    onnx.save(model, tmp_path / "plain.onnx")
    (plain,) = onnxruntime.InferenceSession(tmp_path / "plain.onnx").run(None, {"images": given})
    assert np.array_equal(plain, boxes)


def test_it_goes_on_from_the_last_epoch(run: Run, tmp_path: Path) -> None:
    job = dataclasses.replace(run.job, checkpoints=tmp_path / "moved", scratch=tmp_path / "scratch")
    shutil.copytree(run.job.checkpoints, job.checkpoints)
    told: list[Event] = []
    trainer_named("ultralytics").resume(job, told.append)
    (epoch,) = told  # all was learned: the last epoch is told again
    known = [event for event in run.told if isinstance(event, Epoch)][-1]
    assert isinstance(epoch, Epoch)
    assert (epoch.epoch, epoch.scores, epoch.losses, epoch.best) == (2, known.scores, known.losses, known.best)


def refused(kind: type[LoopvizError], job: TrainingJob, task: str = "fit") -> LoopvizError:
    before = files_of(job.checkpoints)
    with pytest.raises(kind) as caught:
        getattr(trainer_named("ultralytics"), task)(job, lambda _: None)
    assert type(caught.value) is kind
    assert caught.value.remedy
    assert files_of(job.checkpoints) == before
    assert not job.scratch.exists()
    return caught.value


def test_what_is_no_model_is_refused_and_not_run(job: TrainingJob, tmp_path: Path) -> None:
    class Program:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, (f"touch {tmp_path / 'done'}",)

    (tmp_path / "a.pt").write_bytes(pickle.dumps({"model": Program()}))
    assert refused(InputError, dataclasses.replace(job, start=str(tmp_path / "a.pt"))).file == str(tmp_path / "a.pt")
    assert not (tmp_path / "done").exists()
    (job.checkpoints / "last.pt").write_bytes(b"PK\x03\x04 cut short")
    assert refused(InputError, job, "resume").problem == "there is nothing here to go on from"


def test_weights_of_other_categories_are_refused_or_taken_without_their_head(run: Run, job: TrainingJob) -> None:
    other = dataclasses.replace(job, start=str(run.job.checkpoints / "best.pt"), names=("Blue", "Red"), epochs=1)
    error = refused(InputError, other)
    assert (error.found, error.expected) == ("'Red, Blue'", "Blue, Red")
    assert "--new-head" in str(error.remedy)
    told: list[Event] = []
    trainer_named("ultralytics").fit(dataclasses.replace(other, new_head=True), told.append)
    assert [event.epoch for event in told if isinstance(event, Epoch)] == [1]


def test_a_device_or_a_setting_that_is_not_there(job: TrainingJob) -> None:
    assert "cpu" in str(refused(MissingPartError, dataclasses.replace(job, device="97")).expected)
    error = refused(ConfigError, dataclasses.replace(job, settings={"lr00": 1}))
    assert "lr00" in str(error.found)
    assert error.at == "training.settings"


def test_a_disk_that_fills_during_a_checkpoint_loses_nothing(job: TrainingJob) -> None:
    """Files of more than 4 MB stand in for a full disk: the first checkpoint has 20."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    (job.checkpoints / "last.pt").write_bytes(b"of yesterday")
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, limits[1]))
    try:
        error = refused(OutputError, job)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "goes on" in str(error.remedy)


def test_what_the_set_lacks_is_said(job: TrainingJob, tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("train: nowhere\nval: nowhere\nnames: [Red, Blue]\n")
    assert refused(MissingPartError, dataclasses.replace(job, data=tmp_path / "data.yaml")).found


HANDED = """
import dataclasses, json, os, shutil, subprocess, sys
import loopviz.train.ultralytics.fit as fit
from ultralytics.utils.dist import generate_ddp_file
job = fit.job_of(fit._job_data())
trainer = fit.RunTrainer(overrides=fit.overrides(job))
shutil.rmtree(trainer.save_dir)
sys.exit(subprocess.run([sys.executable, generate_ddp_file(trainer)]).returncode)
"""


def test_a_process_for_a_further_card_is_handed_the_job(job: TrainingJob) -> None:
    """There is no card here: what Ultralytics hands to such a process is run as one that is alone."""
    job.scratch.mkdir()
    file = job.scratch / "job.json"
    file.write_text(json.dumps({"job": dataclasses.asdict(dataclasses.replace(job, epochs=1))}, default=str))
    given = {**environment(job.scratch / "config", 2), JOB_VARIABLE: str(file)}
    done = subprocess.run([sys.executable, "-c", HANDED], env=given, capture_output=True, text=True, cwd=job.scratch)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line.partition(MARK)[2])["event"] for line in done.stderr.split("\n") if MARK in line]
    assert told.count("Begun") == told.count("Epoch") == 1
    assert sorted(file.name for file in job.checkpoints.iterdir()) == ["best.pt", "epoch-001.pt", "last.pt"]


@pytest.mark.parametrize("content", ["nothing", "text", "half", "another"])
def test_a_checkpoint_that_is_no_model_is_named(run: Run, tmp_path: Path, content: str) -> None:
    import torch

    file, best = tmp_path / "epoch-001.pt", (run.job.checkpoints / "best.pt").read_bytes()
    file.write_bytes({"nothing": b"", "text": b"hello", "half": best[: len(best) // 2]}.get(content, b""))
    if content == "another":
        torch.save({"model": {"a": torch.zeros(3)}}, file)
    job = dataclasses.replace(run.job, scratch=tmp_path / "scratch")
    with pytest.raises(InputError) as raised:
        trainer_named("ultralytics").export(job, file, tmp_path / "model.onnx", {})
    assert raised.value.file == str(file)
    assert not (tmp_path / "model.onnx").exists()
