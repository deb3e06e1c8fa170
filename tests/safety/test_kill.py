"""Killed at any moment: what stood there before is intact, and the next run ends with the same bytes as one not killed.

``scripts/kill_test`` does the same a thousand times, and at every single change to a file.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from zygote import Zygote

THOROUGH = "LOOPVIZ_KILLS" in os.environ
KILLS = int(os.environ.get("LOOPVIZ_KILLS", "12"))
SEED = int(os.environ.get("LOOPVIZ_KILL_SEED", "0"))
OLD = b"the video of yesterday"


@dataclass(frozen=True)
class Bench:
    """A render that can be killed: its command line, output and cache, and the bytes that it should end with."""

    zygote: Zygote
    command: tuple[str | Path, ...]
    output: Path
    cache: Path
    expected: bytes
    seconds: float

    def begin_anew(self, draw: random.Random) -> None:
        """As yesterday, with nothing kept, something kept, or everything."""
        self.output.write_bytes(OLD)
        for kept in sorted(self.cache.glob("??/*.json")):
            if draw.random() < 0.5:
                kept.unlink()
        if draw.random() < 0.5:
            shutil.rmtree(self.cache, ignore_errors=True)

    def check(self, why: str) -> None:
        """What was killed did no harm, and the next run makes good for it."""
        found = self.output.read_bytes()
        assert found in (OLD, self.expected), f"{why}: the output is neither the old one nor the new one"
        ended = self.zygote.run(*self.command)
        assert ended.code == 0, f"{why}: {ended.said}"
        assert self.output.read_bytes() == self.expected, why
        assert list(self.output.parent.iterdir()) == [self.output], why
        left = [file.name for file in self.cache.rglob("*") if file.name.startswith(".") or file.suffix == ".part"]
        assert left == [], why


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    with Zygote(tmp_path_factory.mktemp("zygote") / "log.txt") as process:
        yield process


def bench_of(zygote: Zygote, project: Path, place: Path, cache: Path, *more: str) -> Bench:
    output = place / "out" / "video.mp4"
    command = ("run", project, "-o", output, "--overwrite", "--preset", "ultrafast", "--json", *more)
    for _ in range(2):  # the second is as quick as those that will be killed
        shutil.rmtree(cache, ignore_errors=True)
        began = time.monotonic()
        ended = zygote.run(*command)
        assert ended.code == 0, ended.said
    return Bench(zygote, command, output, cache, output.read_bytes(), time.monotonic() - began)


def test_killed_at_any_moment(
    zygote: Zygote, sample: Path, tmp_path: Path, own_cache: Path, capsys: pytest.CaptureFixture[str]
):
    draw = random.Random(SEED)  # noqa: S311  (moments, not secrets)
    bench = bench_of(zygote, sample, tmp_path, own_cache, "--range", "42:54")
    killed = 0
    for _ in range(5 * KILLS):
        if killed == KILLS:
            break
        bench.begin_anew(draw)
        moment = draw.uniform(0.1, 1) * bench.seconds
        if bench.zygote.run(*bench.command, seconds=moment).code != -signal.SIGKILL:
            continue  # it was quicker, since much was kept
        killed += 1
        bench.check(f"LOOPVIZ_KILL_SEED={SEED}, kill {killed}, {moment:.4f} s after the start")
        if THOROUGH and killed % 50 == 0:
            with capsys.disabled():
                print(f"killed {killed} times", flush=True)  # noqa: T201
    assert killed == KILLS


@pytest.mark.parametrize("more", [(), ("--no-cache",)], ids=["with a cache", "without a cache"])
def test_killed_before_a_change_to_a_file(
    zygote: Zygote, crowd: Path, tmp_path: Path, own_cache: Path, more: tuple[str, ...]
):
    draw = random.Random(SEED)  # noqa: S311
    bench = bench_of(zygote, crowd, tmp_path, own_cache, "--range", "0:18", *more)
    shutil.rmtree(bench.cache, ignore_errors=True)
    changes = zygote.run(*bench.command).changes
    assert changes > 10
    for step in range(changes) if THOROUGH else sorted(draw.sample(range(changes), 6)):
        shutil.rmtree(bench.cache, ignore_errors=True)
        bench.output.write_bytes(OLD)
        assert zygote.run(*bench.command, step=step).code == -signal.SIGKILL
        bench.check(f"LOOPVIZ_KILL_SEED={SEED}, killed before change {step} of {changes}")
