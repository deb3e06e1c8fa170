"""From a save to the still of ``loopviz preview``: wall time, and the program's CPU, without the browser's part.

A theme is saved with another colour, a project file with another pace, and an answer; beside that the slider is moved.

python benchmarks/preview_latency.py
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clips import SAMPLE
from measure import print_machine, spread

ROOT = SAMPLE.parents[1]
QUIET = 0.6  # seconds after a still, in which checks begin, as they do between the saves of a person
PLACE = 1000


class Preview:
    """A running preview, and what its page would ask for."""

    def __init__(self, project: Path) -> None:
        command = [sys.executable, "-m", "loopviz", "preview", str(project), "--no-open", "--json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline() if self.process.stdout else ""
        self.host = json.loads(said)["url"].split("/")[2]
        connection = http.client.HTTPConnection(self.host)
        connection.request("GET", "/events")
        self._events = connection.getresponse()
        self.look = self.wait(0)

    def wait(self, look: int) -> int:
        """Return the next look after one."""
        while True:
            line = self._events.readline()
            if line.startswith(b"data: ") and (found := json.loads(line[6:])["look"]) > look:
                return int(found)

    def still(self, place: int) -> None:
        """Ask for a still."""
        connection = http.client.HTTPConnection(self.host)
        connection.request("GET", f"/still?at={place}")
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(answer.read().decode())
        answer.read()
        connection.close()

    def cpu(self) -> float:
        """Return the CPU seconds of the program so far, without those of its checks."""
        said = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def measured(
    preview: Preview, rounds: int, change: Callable[[int], Any], place: int = PLACE
) -> list[tuple[float, float]]:
    """Return wall and CPU seconds of each round."""
    found = []
    for turn in range(rounds):
        time.sleep(QUIET)
        before, began = preview.cpu(), time.perf_counter()
        if change(turn) is not False:
            preview.look = preview.wait(preview.look)
        preview.still(place + 37 * turn if place != PLACE else place)
        found.append((time.perf_counter() - began, preview.cpu() - before))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        people, theme, project = folder / "metadata.json", folder / "own.yaml", folder / "mouse.yaml"
        shutil.copy(SAMPLE / "metadata.json", people)
        theme.write_text("extends: margin\n")
        said = (ROOT / "configs" / "mouse.yaml").read_text().replace("../", f"{ROOT}/")
        said = said.replace("theme: margin ", "theme: own.yaml ").replace(
            f"{ROOT}/sample_media/mouse/metadata.json", str(people)
        )
        project.write_text(said)
        answers = people.read_text()
        preview = Preview(project)
        preview.still(PLACE)
        changes: dict[str, tuple[Callable[[int], Any], int]] = {
            "theme": (lambda turn: _put(theme, f"extends: margin\ncolors: {{quiet: '#{turn + 60:02x}6060'}}\n"), PLACE),
            "pace": (lambda turn: _put(project, said.replace("1.2s", f"1.{turn:02d}s")), PLACE),
            "an answer": (lambda turn: _put(people, answers + " " * (turn + 1)), PLACE),
            "the slider": (lambda _: False, PLACE + 50),
        }
        found = {name: measured(preview, rounds, *change) for name, change in changes.items()}
        preview.process.send_signal(2)
        preview.process.wait()
    print_machine(("loopviz", "skia-python", "av"), f"{rounds} rounds, load {os.getloadavg()[0]:.1f}")
    for name, costs in found.items():
        for what, side in zip(("wall s", "CPU s"), zip(*costs, strict=True), strict=True):
            print(f"{what:8} {name:12} {spread(list(side))}")


def _put(file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(text)
    new.replace(file)


if __name__ == "__main__":
    main()
