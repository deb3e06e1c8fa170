"""A training that is killed loses an epoch at most, goes on, and ends at the same epoch; two never work on one run."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from loopviz.train.run_folder import RunFolder
from loopviz.train.ultralytics.trainer import NEEDED

LACKING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(bool(LACKING), reason=f"training needs {', '.join(LACKING)}"),
    pytest.mark.usefixtures("one_processor"),
]
PATIENCE = 300  # seconds, on a machine that does much else


def loopviz(*words: object, **how: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "loopviz", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)


def wait_for_epoch(run: Path, number: int, process: subprocess.Popen[str]) -> None:
    """Wait until the log tells of an epoch, however long that takes."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, process.communicate()
        told = (run / "log.jsonl").read_text() if (run / "log.jsonl").exists() else ""
        if f'"epoch": {number},' in told:
            return
        time.sleep(0.02)
    raise TimeoutError


def workers() -> set[int]:
    """The processes that train."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"loopviz.train.ultralytics.worker" in place.read_bytes():
                found.add(int(place.parent.name))
        except OSError:
            continue
    return found


def children(process: subprocess.Popen[str]) -> set[int]:
    return {pid for pid in workers() if parent(pid) == process.pid}


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def stop(project: Path, run: Path, number: int) -> subprocess.Popen[str]:
    """Begin a run of four epochs, and send a signal when one is noted; all that trained is gone then."""
    process = loopviz("train", project, "-o", run, "--size", 64, "--epochs", 4, "--batch", 4)
    wait_for_epoch(run, 1, process)
    mine = children(process)
    assert mine
    process.send_signal(number)
    process.wait()
    until = time.monotonic() + PATIENCE
    while mine & workers() and time.monotonic() < until:
        time.sleep(0.02)
    assert not mine & workers()
    stopped = RunFolder.open(run)
    done = [epoch.epoch for epoch in stopped.epochs()]
    assert done == list(range(1, len(done) + 1))
    assert stopped.begun
    assert stopped.results is None
    return process


@pytest.mark.usefixtures("user_config")
def test_a_run_that_is_killed_goes_on_and_ends_at_the_same_epoch(project_folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    stop(project_folder, run, signal.SIGKILL).communicate()
    again = loopviz("train", run, "--json")
    said, trouble = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, trouble
    result = json.loads(said.splitlines()[-1])
    assert (result["event"], result["epochs"]) == ("result", 4)
    after = RunFolder.open(run)
    assert [epoch.epoch for epoch in after.epochs()] == [1, 2, 3, 4]
    assert [line["epoch"] for line in after.log() if line["event"] == "epoch"] == [1, 2, 3, 4]
    assert sorted(file.name for file in run.iterdir()) == [
        *("checkpoints", "features.parquet", "log.jsonl", "model.onnx"),
        *("recipe.json", "results.json", "set", "taught.parquet"),
    ]


@pytest.mark.usefixtures("user_config")
def test_who_interrupts_a_run_hears_how_to_go_on(project_folder: Path, tmp_path: Path) -> None:
    process = stop(project_folder, tmp_path / "run", signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in said
    assert f"loopviz train {tmp_path / 'run'}" in said
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == [
        *("checkpoints", "log.jsonl", "recipe.json", "set", "taught.parquet")
    ]


@pytest.mark.usefixtures("user_config")
def test_memory_that_is_gone_is_said(project_folder: Path, tmp_path: Path) -> None:
    """The system ends whoever takes too much, without a word: so is the process that trains, here."""
    run = tmp_path / "run"
    process = loopviz("train", project_folder, "-o", run, "--size", 64, "--epochs", 50, "--batch", 4)
    wait_for_epoch(run, 1, process)
    for pid in children(process):
        os.kill(pid, signal.SIGKILL)
    _, said = process.communicate()
    assert process.returncode == 6
    assert "--batch" in said
    assert RunFolder.open(run).log()[-1]["event"] == "stopped"
