"""Not alone: two renders on one cache, workers that die, and an end that reaches every process."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from zygote import Ended, Zygote

Run = Callable[..., tuple[int, str, str]]
Start = Callable[..., subprocess.Popen[str]]


def left_over(*places: Path) -> list[str]:
    """Hidden folders and half-written files."""
    return [
        file.name
        for place in places
        for file in place.rglob("*")
        if file.name.startswith(".") or file.suffix in {".part", ".kept"}
    ]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Zygote, Zygote]]:
    place = tmp_path_factory.mktemp("pair")
    with Zygote(place / "one.txt") as one, Zygote(place / "other.txt") as other:
        yield one, other


@pytest.mark.parametrize("outputs", [("a.mp4", "b.mp4"), ("a.mp4", "a.mp4")], ids=["two outputs", "one output"])
def test_two_renders_at_once(
    pair: tuple[Zygote, Zygote], loopviz: Run, crowd: Path, tmp_path: Path, own_cache: Path, outputs: tuple[str, str]
):
    command = ("run", crowd, "--overwrite", "--preset", "ultrafast", "--json")
    assert loopviz(*command, "--no-cache", "-o", tmp_path / "expected.mp4")[0] == 0
    expected = (tmp_path / "expected.mp4").read_bytes()
    out = tmp_path / "out"
    for late in (0.0, 0.05, 0.12):
        shutil.rmtree(own_cache)
        shutil.rmtree(out, ignore_errors=True)

        def go(zygote: Zygote, name: str, wait: float) -> Ended:
            time.sleep(wait)
            return zygote.run(*command, "-o", out / name)

        with ThreadPoolExecutor() as pool:
            ended = list(pool.map(go, pair, outputs, (0.0, late)))
        assert [e.code for e in ended] == [0, 0], [e.said for e in ended]
        assert {file.name: file.read_bytes() for file in out.iterdir()} == dict.fromkeys(outputs, expected)
        assert len(list(own_cache.glob("??/*.nut"))) == len(list(own_cache.glob("??/*.json"))) == 8
        assert left_over(out, own_cache) == []
        assert pair[0].run(*command, "-o", out / "a.mp4").said[-1]["rendered"] == 0


@pytest.fixture
def long_project(crowd: Path, tmp_path: Path, make_clip: Callable[..., Path]) -> Path:
    """Some seconds of work, in many segments."""
    folder = tmp_path / "long"
    shutil.copytree(crowd, folder)
    make_clip(folder / "clip.mp4", frames=480)
    return folder


@pytest.fixture
def start(long_project: Path, tmp_path: Path) -> Iterator[Start]:
    """A function that starts a render by two workers, in a session of its own that is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*more: str) -> subprocess.Popen[str]:
        words = ["run", str(long_project), "-o", str(tmp_path / "out" / "video.mp4"), "--json", "--jobs", "2", *more]
        process = subprocess.Popen(
            [sys.executable, "-m", "loopviz", *words, "--preset", "placebo"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def members(session: int) -> list[int]:
    """The processes of a session that still live, zombies left out."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(ValueError, OSError):
            state, *numbers = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(numbers[2]) == session and state != "Z":
                found.append(int(entry.name))
    return found


def workers(process: subprocess.Popen[str]) -> list[int]:
    found = []
    for number in members(process.pid):
        with contextlib.suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes():
                found.append(number)
    return found


def wait_for(what: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def wait_for_progress(process: subprocess.Popen[str]) -> None:
    assert process.stdout
    for line in process.stdout:
        if json.loads(line)["event"] == "progress":
            return
    raise AssertionError("it ended")


def test_a_worker_that_dies_is_replaced(
    start: Start, loopviz: Run, long_project: Path, tmp_path: Path, own_cache: Path
):
    process = start()
    wait_for_progress(process)
    os.kill(workers(process)[0], signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    events = [json.loads(line) for line in out.splitlines()]
    assert events[-1]["rendered"] == events[-1]["segments"]
    assert events[-2]["done"] == events[-2]["total"] == 480
    alone = tmp_path / "alone.mp4"
    assert loopviz("run", long_project, "--no-cache", "-o", alone, "--preset", "placebo", "-q")[0] == 0
    assert (tmp_path / "out" / "video.mp4").read_bytes() == alone.read_bytes()
    assert left_over(tmp_path / "out", own_cache) == []


def test_workers_that_die_again_are_an_error(start: Start, tmp_path: Path, own_cache: Path):
    process = start()
    while process.poll() is None:
        for number in workers(process):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.01)
    out, err = process.communicate()
    assert process.returncode == 5
    place, _, problem = err.partition(": a process")
    assert re.fullmatch(rf"loopviz: {tmp_path}/out/video\.mp4, segment [01], frames \d+ to \d+", place)
    assert problem == (
        " died twice while rendering (found 'exit code -9'). "
        "Is there memory enough for so many jobs? Try --jobs 1, or --range to find the frame.\n"
    )
    assert json.loads(out.splitlines()[-1])["kind"] == "OutputError"
    assert not list((tmp_path / "out").rglob("*"))
    assert left_over(own_cache) == []


@pytest.mark.parametrize(
    "early",
    [
        pytest.param(0.02, id="when the workers appear"),
        pytest.param(0.3, id="while they load"),
        pytest.param(None, id="while they render"),
    ],
)
def test_ctrl_c_reaches_every_process(start: Start, tmp_path: Path, own_cache: Path, early: float | None):
    process = start()
    if early is not None:
        wait_for(lambda: bool(workers(process)))
        time.sleep(early)
    else:
        wait_for_progress(process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    out, err = process.communicate(timeout=120)
    assert err == "loopviz: Interrupted; nothing half done is left.\n"
    assert process.returncode == 130
    assert json.loads(out.splitlines()[-1])["exit_code"] == 130
    wait_for(lambda: members(process.pid) == [])
    assert not list((tmp_path / "out").rglob("*"))
    assert left_over(own_cache) == []


def test_workers_end_with_their_parent(start: Start, loopviz: Run, long_project: Path, tmp_path: Path, own_cache: Path):
    process = start()
    wait_for_progress(process)
    process.kill()
    process.wait()
    wait_for(lambda: members(process.pid) == [])
    assert left_over(tmp_path / "out", own_cache)
    # What it could not clear away, the next one does.
    assert loopviz("run", long_project, "-o", tmp_path / "out" / "video.mp4", "--range", "0:10", "-q")[0] == 0
    assert left_over(tmp_path / "out", own_cache) == []
