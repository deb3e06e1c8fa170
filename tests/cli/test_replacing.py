"""One rule for every output: what stands there gives way if it is the same, made again, and nobody touched it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from crowds import FIRST, SECOND, hashes, write_batches, write_survey

from loopviz.cli import main

QUICK = "--preset ultrafast --crf 40"
# What is made, the words that make it, and the words of something else in the same place.
OUTPUTS = [
    pytest.param("v.mp4", f"run IN -o OUT {QUICK}", f"run IN -o OUT --range 0:4 {QUICK}", id="run: a part"),
    pytest.param("v.mkv", f"run IN -o OUT {QUICK}", f"run IN -o OUT --source OTHER {QUICK}", id="run: another source"),
    pytest.param("v.mp4", f"render CLIP --labels IN -o OUT {QUICK}",
                 f"render OTHER --labels IN -o OUT {QUICK}", id="render"),
    pytest.param("v.mp4", f"assemble FRAMES -o OUT {QUICK}",
                 f"assemble FRAMES -o OUT --range 0:2 {QUICK}", id="assemble"),
    pytest.param("s.png", "run IN --preview 1 -o OUT", "run IN --source OTHER --preview 1 -o OUT", id="still"),
    pytest.param("frames", "split CLIP OUT", "split CLIP OUT --range 0:4", id="split: a part"),
    pytest.param("frames", "split CLIP OUT", "split CLIP OUT --image-format jpg", id="split: another format"),
    pytest.param("yolo", "export IN --to yolo -o OUT", "export IN --to yolo -o OUT --plain", id="export yolo"),
    pytest.param("csv", "export IN --to csv -o OUT", "export IN --to csv -o OUT --identity hidden", id="export csv"),
    pytest.param("c.json", "export IN --to coco -o OUT", "export IN --to coco -o OUT --plain", id="export coco"),
    pytest.param("data", "crowd import B1 B2 -o OUT", "crowd import B1 -o OUT", id="crowd import"),
    pytest.param("review", "crowd review DATA --rule categories>=3 -o OUT",
                 "crowd review DATA --rule categories>=1 -o OUT", id="crowd review"),
    pytest.param("a.txt", "crowd ledger DATA -o OUT", "crowd ledger DATA -o OUT --wage 9", id="crowd ledger"),
    pytest.param("safe", "crowd protect DATA --questions Q1 --k 2 -o OUT",
                 "crowd protect DATA --questions Q1 --k 3 -o OUT", id="crowd protect"),
]  # fmt: skip


@pytest.fixture
def run(
    project_folder: Path, tmp_path: Path, make_clip: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> Callable[[str, Path], int]:
    """A function that runs a command line, with places of a small world put in."""
    shutil.copytree(project_folder, tmp_path / "in")
    make_clip(tmp_path / "other.mp4", frames=12, width=72)
    batches = write_batches(tmp_path, FIRST, SECOND)
    places = {"IN": "in", "CLIP": "in/clip.mp4", "OTHER": "other.mp4", "FRAMES": "split", "DATA": "dataset"}
    places |= {"B1": batches[0].name, "B2": batches[1].name}
    assert main(["split", str(tmp_path / "in" / "clip.mp4"), str(tmp_path / "split"), "--range", "0:4", "-q"]) == 0
    words = ["crowd", "import", *map(str, batches), "--survey", str(write_survey(tmp_path)), "-o"]
    assert main([*words, str(tmp_path / "dataset"), "-q"]) == 0

    def command(line: str, out: Path) -> int:
        words = [str(out) if word == "OUT" else str(tmp_path / places[word]) if word in places else word
                 for word in line.split()]  # fmt: skip
        code = main(words)
        capsys.readouterr()
        return code

    return command


@pytest.mark.parametrize(("name", "same", "other"), OUTPUTS)
def test_the_rule(run: Callable[[str, Path], int], tmp_path: Path, name: str, same: str, other: str):
    place = tmp_path / "made"
    out = place / name
    assert run(same, out) == 0
    assert run(same, out) == 0
    made = hashes(place)
    assert run(other, out) == 5
    assert hashes(place) == made
    assert run(f"{other} --overwrite", out) == 0
    assert hashes(place) != made
    assert run(f"{same} --overwrite", out) == 0
    is_folder = out.is_dir()
    (out / "mine.txt" if is_folder else out).write_text("somebody's")
    touched = hashes(place)
    assert run(same, out) == 5
    assert hashes(place) == touched
    assert run(f"{same} --overwrite", out) == (5 if is_folder else 0)
    assert (hashes(place) == touched) == is_folder


@pytest.mark.parametrize(("name", "same", "_other"), OUTPUTS)
def test_what_is_somebodys_is_kept(run: Callable[[str, Path], int], tmp_path: Path, name: str, same: str, _other: str):
    out = tmp_path / "made" / name
    if out.suffix:
        out.parent.mkdir()
        out.write_text("somebody's")
    else:
        (out / "labels").mkdir(parents=True)
        for file in ("answers.csv", "labels/a.txt", "manifest.json", "crowd.json.bak", "decisions.csv"):
            (out / file).write_text("somebody's")
    before = hashes(tmp_path)
    assert run(same, out) == 5
    if not out.suffix:
        assert run(f"{same} --overwrite", out) == 5
    assert hashes(tmp_path) == before


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("-o OUT.mp4", 0),
        ("-o OUT.mp4 --codec divx", 4),
        ("-o OUT.mp4 --preset fastest", 4),
        ("-o OUT.mp4 --crf 60", 4),
        ("-o OUT.mp4 --crf 64", 4),
        ("-o OUT.webm", 0),
        ("-o OUT.webm --codec libx264", 4),
        ("-o OUT.mov --codec libvpx-vp9", 4),
        ("-o OUT.avi", 4),
        ("-o OUT", 5),
        ("-o OUT.mp4 --range 5:3", 4),
        ("-o OUT.mp4 --theme none", 4),
        ("-o OUT/taken.mp4", 5),
        ("-o OUT/taken.mp4 --overwrite", 0),
        ("-o OUT/folder.mp4 --overwrite", 5),
        ("-o OUT/taken.mp4/v.mp4", 5),
        ("-o IN/clip.mp4 --overwrite", 5),
    ],
)
def test_a_dry_run_fails_where_the_run_would(
    project_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str, code: int
):
    out = tmp_path / "out"
    out.mkdir()
    (out / "taken.mp4").write_text("somebody's")
    (out / "folder.mp4").mkdir()
    words = ["run", str(project_folder), *more.replace("OUT", str(out)).replace("IN", str(project_folder)).split()]
    before = hashes(tmp_path)
    assert main([*words, "--dry-run"]) == code
    assert hashes(tmp_path) == before
    dry = capsys.readouterr().err
    if code:
        assert main(words) == code
        assert capsys.readouterr().err.splitlines()[-1] == dry.splitlines()[-1]
