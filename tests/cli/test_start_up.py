"""Short commands load only what they need: what they cost is mostly what they import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import sys
from loopviz.cli import main
code = main(sys.argv[1:])
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"av", "cv2", "numpy", "PIL", "polars", "skia"}))
sys.exit(code)
"""


def loaded(*arguments: str) -> set[str]:
    command = [sys.executable, "-c", CODE, *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(said.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["inspect", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    assert loaded(*arguments) == set()


@pytest.mark.parametrize("part", ["labels", "."])
def test_labels_are_inspected_without_a_decoder_and_without_drawing(sample: Path, part: str) -> None:
    assert loaded("inspect", str(sample / part)) == {"numpy", "polars"}


@pytest.mark.parametrize(("asked", "threads"), [(None, 1), ("2", 2)])
def test_tables_have_one_thread_unless_more_are_asked_for(sample: Path, asked: str | None, threads: int) -> None:
    code = (
        "import sys; from loopviz.cli import main; main(sys.argv[1:]); import polars; print(polars.thread_pool_size())"
    )
    environment = {name: value for name, value in os.environ.items() if name != "POLARS_MAX_THREADS"}
    environment |= {"POLARS_MAX_THREADS": asked} if asked else {}
    command = [sys.executable, "-c", code, "inspect", str(sample / "labels")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines()[-1] == str(threads)
