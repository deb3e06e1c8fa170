"""What the benchmarks share: whole processes in turn, the operating system's account of them, ratios of each round.

Sides are started one after the other (A B C, A B C, …), so that a machine whose speed drifts does so for all of them.
What counts is the ratio within a round; its smallest, median and largest value are printed.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMPILED = Path(tempfile.gettempdir()) / "loopviz-benchmarks-compiled"
FIGURES = {"CPU s": "cpu", "wall s": "wall", "peak MiB": "peak_mib"}


@dataclass(frozen=True)
class Cost:
    """What a process and its children took; the peak is the largest single process'."""

    cpu: float
    wall: float
    peak_mib: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cpu + other.cpu, self.wall + other.wall, max(self.peak_mib, other.peak_mib))


def measure(*commands: Sequence[str]) -> Cost:
    """Run commands one after the other and return the operating system's own account of them and their children.

    Python keeps its compiled modules, as it does wherever it is installed; here in a folder of their own.
    """
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(COMPILED)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    total = Cost(0.0, 0.0, 0.0)
    for command in commands:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT, env=environment
        )
        said = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        if status:
            raise SystemExit(f"{' '.join(command)[:500]} failed:\n{said.decode()}")
        # ru_maxrss of a waited-for child includes the largest of its own children
        total += Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)
    return total


@contextmanager
def fresh_cache(folder: Path) -> Iterator[Callable[[], None]]:
    """Give loopviz a cache of its own below a folder; what is yielded empties it."""
    cache, before = folder / "cache", os.environ.get("LOOPVIZ_CACHE")
    os.environ["LOOPVIZ_CACHE"] = str(cache)
    try:
        yield lambda: shutil.rmtree(cache, ignore_errors=True)
    finally:
        os.environ.pop("LOOPVIZ_CACHE")
        os.environ.update({"LOOPVIZ_CACHE": before} if before else {})


def in_turn(
    sides: Mapping[str, Sequence[Sequence[str]]], rounds: int, *, after: Callable[[], None] | None = None
) -> dict[str, list[Cost]]:
    """Return the costs of each side, in rounds; a side is one command or several.

    Every side runs once before, uncounted, so that files are in the page cache for all.

    Args:
        sides: Commands by name.
        rounds: How often each side runs.
        after: Is called after each run, such as to remove what it wrote.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    for turn in range(-1, rounds):
        for name, commands in sides.items():
            cost = measure(*commands)
            if turn >= 0:
                costs[name].append(cost)
            if after:
                after()
    return costs


def spread(values: Sequence[float]) -> str:
    """Return the smallest, the median and the largest of some figures."""
    return f"{min(values):9.3f} {statistics.median(values):9.3f} {max(values):9.3f}"


def print_costs(costs: Mapping[str, Sequence[Cost]], ours: str = "loopviz") -> None:
    """Print every side's figures, and the ratios of ours to each peer within a round."""
    width = max(map(len, costs)) + 2
    print(f"{'':10} {'':{width + 11}}       min    median       max")
    for label, figure in FIGURES.items():
        of = {name: [getattr(cost, figure) for cost in side] for name, side in costs.items()}
        for name, values in of.items():
            print(f"{label:10} {name:{width + 11}} {spread(values)}")
        for name, values in of.items():
            if name != ours:
                ratios = [mine / theirs for mine, theirs in zip(of[ours], values, strict=True)]
                print(f"{label:10} {'ratio to ' + name:{width + 11}} {spread(ratios)}")


def print_machine(packages: Iterable[str], *more: str) -> None:
    """Print the machine, the interpreter and the versions of some packages."""
    found = []
    for name in packages:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} missing")
    print(f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}")
    print(", ".join([f"Python {platform.python_version()}", *found, *more]))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
