"""What wants a file and gets a folder, and the reverse, says so, and what was expected."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from crowds import FIRST, write_batches

from loopviz.cli import main

FILE, FOLDER = "this is a folder, where a", "a folder is expected"
KIT = "crowd kit in/clip.mp4 --categories a,b --reward 0.1"
FOLDERS = [
    pytest.param("render in/clip.mp4 --labels in --people dir --dry-run", id="people"),
    pytest.param("render in/clip.mp4 --labels in --assignments dir --dry-run", id="assignments"),
    pytest.param("render in/clip.mp4 --labels in --theme dir --dry-run", id="theme"),
    pytest.param("render in/clip.mp4 --labels in --theme ./dir --dry-run", id="a theme's path"),
    pytest.param("render in/clip.mp4 --labels in -o dir --dry-run", id="output"),
    pytest.param("render in/clip.mp4 --labels in -o dir/ --dry-run", id="output with a slash"),
    pytest.param("render in/clip.mp4 --labels in -o dir.mp4", id="output that ends well"),
    pytest.param("render in/clip.mp4 --labels in --preview 1 -o dir", id="still"),
    pytest.param("assemble in/clip.mp4 -o dir", id="assemble"),
    pytest.param("crowd import dir -o x", id="batch"),
    pytest.param("crowd import . -o x", id="batch: here"),
    pytest.param("crowd import BATCH dir -o x", id="second batch"),
    pytest.param("crowd import BATCH --survey dir -o x", id="survey"),
    pytest.param("crowd import BATCH --images dir -o x", id="images"),
    pytest.param("crowd review data --rule categories>=1 --batch dir -o x", id="review: batch"),
    pytest.param("crowd people data --salt-file dir", id="salt"),
    pytest.param("export data --to coco -o x --salt-file dir", id="export: salt"),
    pytest.param(f"{KIT} -o x --consent dir", id="kit: consent"),
    pytest.param(f"{KIT} -o x --survey dir", id="kit: survey"),
]
FILES = [
    pytest.param("init some.txt", id="init"),
    pytest.param("crowd review some.txt --rule categories>=1", id="review"),
    pytest.param("crowd people some.txt", id="people"),
    pytest.param("crowd ledger BATCH", id="ledger"),
    pytest.param("crowd protect some.txt --questions Q1 --k 2 -o x", id="protect"),
    pytest.param("crowd forget A1 some.txt", id="forget"),
]
NEW_FOLDERS = [
    pytest.param("split in/clip.mp4 some.txt", id="split"),
    pytest.param("export data --to yolo -o some.txt", id="export"),
    pytest.param("export data --to yolo -o some.txt --overwrite", id="export --overwrite"),
    pytest.param("export data --to csv -o some.txt", id="export csv"),
    pytest.param("crowd import BATCH -o some.txt", id="import"),
    pytest.param("crowd review data --rule categories>=1 -o some.txt", id="review"),
    pytest.param(f"{KIT} -o some.txt", id="kit"),
]


@pytest.fixture
def said(
    project_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], str]:
    """A function that runs a command line in a small world, and returns its last words."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(project_folder, "in")
    Path("dir").mkdir()
    Path("dir.mp4").mkdir()
    Path("some.txt").write_text("hello\n")
    batch = write_batches(tmp_path, FIRST)[0].name
    assert main(["crowd", "import", batch, "-o", "data", "-q"]) == 0

    def run(line: str) -> str:
        capsys.readouterr()
        assert main(line.replace("BATCH", batch).split()) in (3, 4, 5)
        assert not Path("x").exists()
        assert Path("some.txt").read_text() == "hello\n"
        return capsys.readouterr().err.splitlines()[-1]

    return run


@pytest.mark.parametrize("line", FOLDERS)
def test_a_folder_where_a_file_is_wanted(said: Callable[[str], str], line: str) -> None:
    words = said(line)
    assert FILE in words or "the output is a folder. Give the name of a file" in words


@pytest.mark.parametrize("line", FILES)
def test_a_file_where_a_folder_is_wanted(said: Callable[[str], str], line: str) -> None:
    assert FOLDER in said(line)


@pytest.mark.parametrize("line", NEW_FOLDERS)
def test_a_file_where_a_new_folder_is_wanted(said: Callable[[str], str], line: str) -> None:
    assert "Give the name of a new folder" in said(line)
