"""A million boxes in the review page: how soon a picture is there, how long a seek takes, how much memory the tab has.

    .venv/bin/python benchmarks/review_page.py [LABELS]

It needs the dependency group ``browser`` and /usr/bin/chromium. Labels stand on blank ground: a film's own seek comes
on top.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from loopviz.dataset import Dataset, table
from loopviz.review.columns import revision
from loopviz.review.folder import write_folder

EACH = 50  # labels of a frame
OPTIONS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
SHOWN, LOADED = (f"document.documentElement?.dataset.{name} ?? ''" for name in ("shown", "loaded"))
SEEK = """frame => new Promise(done => {
  const begin = performance.now(), shown = () => document.documentElement.dataset.shown.startsWith(`${frame}:`);
  const look = () => shown() ? done(performance.now() - begin) : requestAnimationFrame(look);
  place.value = frame; place.dispatchEvent(new Event("input")); look();
})"""


def labels(count: int) -> Dataset:
    """Return so many boxes."""
    draw = np.random.default_rng(1).uniform(0, 500, (4, count))
    low = {"x_min": draw[0], "y_min": draw[1], "x_max": draw[0] + draw[2], "y_max": draw[1] + draw[3]}
    frames = count // EACH
    rows = {"annotation_id": range(count), "frame": np.repeat(np.arange(frames), EACH), "class_id": [0] * count, **low}
    tables: dict[str, Any] = {
        "frames": {"frame": range(frames), "width": [1000] * frames, "height": [1000] * frames},
        "categories": {"class_id": [0], "name": ["object"]},
        "annotations": rows,
    }
    return Dataset(**{name: table(name, columns) for name, columns in tables.items()})


def main() -> None:
    """Write the folder, open it from the disk, and say the figures."""
    count = int(sys.argv[1]) if sys.argv[1:] else 1_000_000
    dataset = labels(count)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as running:
        begin = time.perf_counter()
        write_folder(dataset, None, revision(dataset), Path(place))
        print(f"{count:,} boxes written in {time.perf_counter() - begin:.2f} s")
        browser = running.chromium.launch(executable_path="/usr/bin/chromium", args=list(OPTIONS))
        page, begin = browser.new_page(), time.perf_counter()
        page.goto((Path(place) / "index.html").as_uri(), wait_until="commit")
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
