"""A million boxes in the review page: how soon a picture is there, how long a seek takes, how much memory the tab has.

    .venv/bin/python benchmarks/review_page.py [LABELS]

Fifty objects move through the frames, each a track; all labels are ranked as suspects before they are written. It needs
the dependency group ``browser`` and /usr/bin/chromium. Labels stand on blank ground: a film's own seek comes on top.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from loopviz.dataset import Dataset
from loopviz.project.compare import Naming
from loopviz.project.review_page import write_review
from loopviz.schema import EDGES, table

EACH = 50  # labels of a frame
NAMES = [f"object {number}" for number in range(10)]
OPTIONS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
SHOWN, LOADED = (f"document.documentElement?.dataset.{name} ?? ''" for name in ("shown", "loaded"))
SEEK = """frame => new Promise(done => {
  const begin = performance.now(), shown = () => document.documentElement.dataset.shown.startsWith(`${frame}:`);
  const look = () => shown() ? done(performance.now() - begin) : requestAnimationFrame(look);
  place.value = frame; place.dispatchEvent(new Event("input")); look();
})"""


def labels(count: int) -> Dataset:
    """Return so many boxes."""
    random, frames = np.random.default_rng(1), count // EACH
    frame, track = np.repeat(np.arange(frames), EACH), np.tile(np.arange(EACH), frames)
    phase, speed = random.uniform(0, 2 * np.pi, (2, EACH)), random.uniform(0.002, 0.01, (2, EACH))
    x, y = 500 + 400 * np.sin(phase[:, track] + speed[:, track] * frame)
    off, half = random.normal(0, 1, (4, len(frame))), 20 + track
    edges = (x - half, y - half, x + half, y + half)
    low = {name: edge + each for name, edge, each in zip(EDGES, edges, off, strict=True)}
    rows = {
        "annotation_id": range(len(frame)),
        "frame": frame,
        "class_id": track % len(NAMES),
        "track_id": track,
        **low,
    }
    tables: dict[str, Any] = {
        "frames": {"frame": range(frames), "width": [1000] * frames, "height": [1000] * frames},
        "categories": {"class_id": range(len(NAMES)), "name": NAMES},
        "annotations": rows,
    }
    return Dataset(**{name: table(name, columns) for name, columns in tables.items()})


def main() -> None:
    """Write the folder, open it from the disk, and say the figures."""
    count = int(sys.argv[1]) if sys.argv[1:] else 1_000_000
    dataset = labels(count)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as running:
        dataset.save(Path(place) / "dataset")
        del dataset
        begin, usage = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        made = write_review(Path(place) / "dataset", Path(place) / "review", Naming("hidden"))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{made.labels:,} boxes ranked and written in {time.perf_counter() - begin:.1f} s")
        print(f"peak memory: {peak // 1024} MB ({usage // 1024} MB with the labels alone)")
        browser = running.chromium.launch(executable_path="/usr/bin/chromium", args=list(OPTIONS))
        page, begin = browser.new_page(), time.perf_counter()
        page.goto((made.path / "index.html").as_uri(), wait_until="commit")
        for what, said in ((SHOWN, "first picture"), (LOADED, "all labels")):
            while not page.evaluate(what):
                time.sleep(0.002)
            print(f"{said} after {time.perf_counter() - begin:.2f} s")
        frames = np.random.default_rng(2).integers(0, count // EACH, 50).tolist()
        seeks = [page.evaluate(SEEK, frame) for frame in frames]
        print(f"seek to drawn labels: median {np.median(seeks):.0f} ms, longest {max(seeks):.0f} ms")
        print(f"memory of the tab: {memory()} MB")
        browser.close()


def memory() -> int:
    """Return the largest resident memory of a tab's process, in megabytes."""
    listed = subprocess.run(["ps", "-eo", "rss,args"], capture_output=True, text=True, check=True).stdout
    return max(int(line.split()[0]) for line in listed.splitlines() if "type=renderer" in line) // 1024


if __name__ == "__main__":
    main()
