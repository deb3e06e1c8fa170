from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from crowds import FIRST, SECOND, write_batches, write_survey
from PIL import Image

from loopviz.cli import main
from loopviz.errors import InputError, OutputError
from loopviz.notes import warning
from loopviz.project import pipeline
from loopviz.project.config_file import load_config
from loopviz.project.discover import discover
from loopviz.project.init import init

Kind = Callable[[Path], object]


@pytest.fixture(autouse=True)
def _own_settings(user_config: Path) -> None:
    pass


@pytest.fixture
def kinds(project_folder: Path, make_clip: Callable[..., Path]) -> dict[str, Kind]:
    def labelled(folder: Path) -> None:
        folder.mkdir()
        make_clip(folder / "clip: one.mp4", frames=2)
        (folder / "data.yaml").write_text("names: [no, 'Left: button']\n")
        (folder / "labels").mkdir()
        for number in (1, 2):
            (folder / "labels" / f"clip_{number:04d}.txt").write_text("0 0.5 0.5 0.2 0.2\n1 0.3 0.3 0.1 0.1\n")

    def images(folder: Path) -> None:
        labelled(folder)
        (folder / "clip: one.mp4").unlink()
        (folder / "images").mkdir()
        for number in (1, 2):
            Image.new("RGB", (64, 48), "grey").save(folder / "images" / f"clip_{number:04d}.png")

    def crowd(folder: Path) -> None:
        folder.mkdir()
        make_clip(folder / "clip.mp4", frames=12, width=40, height=30)
        write_batches(folder, FIRST, SECOND)
        write_survey(folder)

    return {
        "a thesis folder": lambda folder: shutil.copytree(project_folder, folder),
        "a video and labels": labelled,
        "images and labels": images,
        "a crowd": crowd,
    }


def test_a_table_that_does_not_say_it_is_a_survey_is_left_aside_with_a_warning(kinds: dict[str, Kind], tmp_path: Path):
    folder = tmp_path / "film"
    kinds["a crowd"](folder)
    next(folder.glob("survey*")).unlink()
    (folder / "Answers (Responses).csv").write_text("Timestamp,Your id,Do you agree?\n6/2/2026 14:00:11,A1,no\n")
    with pytest.raises(InputError, match=r"batch1\.csv is a batch of Mechanical Turk: loopviz init "):
        discover(folder)
    begun = init(folder)
    assert begun.findings[-1] == warning("table-left-aside", name="Answers (Responses).csv")


@pytest.mark.parametrize("kind", ["a thesis folder", "a video and labels", "images and labels", "a crowd"])
def test_what_is_written_loads_and_renders(kinds: dict[str, Kind], kind: str, tmp_path: Path):
    folder = tmp_path / "my films"
    kinds[kind](folder)
    before = sorted(folder.rglob("*"))
    begun = init(folder)
    assert sorted(folder.rglob("*")) == sorted([*before, begun.path])
    assert not [each for each in begun.findings if each.severity == "warning"]
    text = begun.path.read_text()
    assert str(tmp_path) not in text.replace(str(folder), "")
    assert pipeline.run(begun.path, frames="0:1").path == folder / "out" / "my films.mp4"
    # Every line that says nothing yet says something that is right.
    whole = re.sub(r"^( *)#(?=[a-z]| {2}\S)", r"\1", text, flags=re.MULTILINE)
    assert whole != text
    if kind != "a crowd":
        whole = whole.replace("names: [Body, Cable]", "").replace("people: metadata.json    # survey answers\n", "")
    begun.path.write_text(whole)
    config = load_config(begun.path)
    assert (config.encoder.codec, config.sound, config.missing) == ("libx264", False, "say so")
    assert (config.timeline.pace, config.timeline.loop) == ("reading", "cross-fade 1s")
    assert (config.crowd is not None) == (kind == "a crowd")
    assert config.questions or kind in {"a video and labels", "images and labels"}
    if kind.endswith("labels"):
        assert {name: each.name for name, each in config.categories.items()} == {
            "no": "no",
            "Left: button": "Left: button",
        }


@pytest.mark.parametrize("name", ["loopviz.yaml", "loopviz.yml"])
def test_a_project_file_is_never_touched(kinds: dict[str, Kind], tmp_path: Path, name: str):
    kinds["a video and labels"](tmp_path / "mine")
    (tmp_path / "mine" / name).write_text("source: mine\n")
    with pytest.raises(OutputError, match="there is a project file already, and it was kept"):
        init(tmp_path / "mine")
    assert (tmp_path / "mine" / name).read_text() == "source: mine\n"


def test_two_videos_are_asked_about(kinds: dict[str, Kind], tmp_path: Path):
    kinds["a video and labels"](tmp_path / "mine")
    shutil.copy(tmp_path / "mine" / "clip: one.mp4", tmp_path / "mine" / "other.mp4")
    with pytest.raises(InputError, match="--source"):
        init(tmp_path / "mine")
    assert not (tmp_path / "mine" / "loopviz.yaml").exists()
    begun = init(tmp_path / "mine", {"source": tmp_path / "mine" / "other.mp4"})
    assert load_config(begun.path).source == tmp_path / "mine" / "other.mp4"


def test_what_cannot_be_rendered_yet_is_said(kinds: dict[str, Kind], tmp_path: Path):
    kinds["a video and labels"](tmp_path / "mine")
    (tmp_path / "mine" / "labels" / "clip_0099.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    assert init(tmp_path / "mine").findings[-1].code == "not-ready"


def test_from_the_command_line(
    kinds: dict[str, Kind], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    kinds["a video and labels"](tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    assert main(["init"]) == 0
    said = capsys.readouterr()
    assert said.out == "loopviz.yaml: edit it, then: loopviz run .\n"
    assert "video: clip: one.mp4" in said.err
    assert main(["run", ".", "--dry-run", "-q"]) == 0
    assert main(["init"]) == 5
    assert main(["init", "loopviz.yaml"]) == 3
    (tmp_path / "empty").mkdir()
    assert main(["init", str(tmp_path / "empty")]) == 3
