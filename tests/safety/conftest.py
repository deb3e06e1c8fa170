"""What the safety tests share: the program run in this process, in a place of its own."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopviz.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def loopviz() -> Run:
    """A function that runs a command line in this process: its exit code, what it wrote to stdout and to stderr."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([str(argument) for argument in arguments])
        return code, out.getvalue(), err.getvalue()

    return run


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    """A small project of 48 frames, eight segments of six, each frame's two boxes by ``worker_of``; quick."""
    folder = tmp_path_factory.mktemp("crowd") / "mouse"
    (folder / "labels").mkdir(parents=True)
    make_clip(folder / "clip.mp4", frames=48, rate=3)
    (folder / "data.yaml").write_text("names: [Body, Cable]\n")
    (folder / "small.yaml").write_text("extends: margin\nmin_height: 0\n")
    (folder / "loopviz.yaml").write_text("source: clip.mp4\nlabels: .\npeople: metadata.json\ntheme: small.yaml\n")
    for frame in range(48):
        rows = f"0 0.5 0.5 0.{frame + 20} 0.4\n1 0.{frame + 20} 0.3 0.1 0.1\n"
        (folder / "labels" / f"clip_{frame + 1:04d}_{worker_of(frame)}.txt").write_text(rows)
    people = {worker_of(frame): {"Q1": f"{frame + 18}", "Q4": "Oslo"} for frame in range(48)}
    (folder / "metadata.json").write_text(json.dumps(people))
    return folder


def worker_of(frame: int) -> str:
    """Twelve workers, four frames each: the even ones' are in one segment, most others' in two."""
    return f"RAWID{frame // 4:02d}XYZ"


@pytest.fixture(scope="module", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test here touches the user's own settings; aliases stay the same from test to test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield
