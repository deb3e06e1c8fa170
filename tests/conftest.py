"""Fixtures that every test may use."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import settings

from loopviz.scene import extra_fonts

# A busy machine is no failure, and what is tried is the same every time: HYPOTHESIS_PROFILE=random looks for more.
settings.register_profile("loopviz", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("random", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "loopviz"))

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # begun in the background: what is tested hears Ctrl-C all the same
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
SLOW = ("safety", "scripts", "hostile")  # folders of tests that start the program again and again


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long, so that ``-m "not slow"`` leaves it out; without that everything runs."""
    for item in items:
        if item.path.relative_to(ROOT / "tests").parts[0] in SLOW:
            item.add_marker("slow")


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """A function that makes an empty folder: pytest's own looks through all that it has made before, each time."""
    root, numbers = tmp_path_factory.mktemp("folders"), count()

    def make() -> Path:
        folder = root / str(next(numbers))
        folder.mkdir(0o700)
        return folder

    return make


@pytest.fixture(autouse=True)
def own_cache(new_folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that no other test, and no other render on this machine, has written to."""
    folder = new_folder() / "cache"
    folder.mkdir(0o700)
    monkeypatch.setenv("LOOPVIZ_CACHE", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_extra_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """No fonts of extras: which characters can be set does not depend on what is installed."""
    monkeypatch.setattr(extra_fonts, "_installed", tuple)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real label files, surveys and odd videos, named by ``LOOPVIZ_CORPUS``."""
    folder = os.environ.get("LOOPVIZ_CORPUS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("LOOPVIZ_CORPUS does not name the corpus folder: tests on real files are left out")
    return Path(folder)


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample project that is part of the repository."""
    return ROOT / "sample_media" / "mouse"


@pytest.fixture(scope="session")
def make_clip() -> Callable[..., Path]:
    """A function that writes a small H.264 clip of grey ramps, without sound."""

    def make(path: Path, frames: int = 12, width: int = 64, height: int = 48, rate: int = 24) -> Path:
        ramp = np.linspace(16, 235, width, dtype=np.uint8)
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "g": "6"})
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.codec_context.thread_count = 3  # the same bytes on every machine
            for index in range(frames):
                luma = np.tile(np.roll(ramp, 4 * index), (height, 1))
                grey = np.full((height // 2, width), 128, dtype=np.uint8)
                picture = av.VideoFrame.from_ndarray(np.concatenate([luma, grey]), format="yuv420p")
                container.mux(stream.encode(picture))
            container.mux(stream.encode())
        return path

    return make


@pytest.fixture
def user_config(new_folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings folder of a user without a history: the secret behind the aliases is made in it."""
    folder = new_folder()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def project_folder(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    """A small project in the thesis' layout: a clip of 12 frames, 10 labelled by 3 workers; not to be written to."""
    folder = tmp_path_factory.mktemp("project") / "mouse"
    (folder / "labels").mkdir(parents=True)
    make_clip(folder / "clip.mp4")
    (folder / "data.yaml").write_text("names: [Body, Cable]\n")
    rows = ["file,worker_id,status,reward_usd,work_seconds"]
    for number in range(1, 11):
        worker = f"RAWID{number % 3}XYZ"
        (folder / "labels" / f"clip_{number:04d}_{worker}.txt").write_text(
            f"0 0.5 0.5 0.5 0.4\n1 0.{number + 10} 0.3 0.1 0.1\n"
        )
        rows.append(f"clip_{number:04d}_{worker},{worker},approved,0.15,60")
    people = {f"RAWID{n}XYZ": {"Q1": "25 - 34", "Q4": None if n else "Oslo", "simulated": True} for n in range(3)}
    (folder / "metadata.json").write_text(json.dumps(people))
    (folder / "assignments.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: group browser")
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium (apt-get install chromium): pages are not looked at in a browser")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM), args=list(OPTIONS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def one_processor() -> Iterator[None]:
    """Keep to one processor, each of pytest's workers to another one.

    Trainings side by side with more threads than there are processors wait for each other, for minutes.
    """
    allowed = sorted(os.sched_getaffinity(0))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.sched_setaffinity(0, {allowed[worker % len(allowed)]})
    yield
    os.sched_setaffinity(0, allowed)
